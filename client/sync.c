#include "client/sync.h"

#include <stdlib.h>
#include <string.h>

#include "client/app.h"

struct sync_feed *
sync_find(struct sync *s, const struct id *id)
{
	for (size_t i = 0; i < s->n_feed; i++)
		if (id_eq(&s->feed[i].id, id))
			return &s->feed[i];
	return NULL;
}

int
sync_source(struct sync *s, const char *text)
{
	bool invite = strncmp(text, "quire://", 8) == 0;
	char **list = invite ? s->invite : s->tree;
	size_t *n = invite ? &s->n_invite : &s->n_tree;
	int exit = sources_check(text);

	if (exit != 0)
		return exit;
	/* It is an invite, so it says this just once. */
	if (invite && strstr(text, "?t=raw") == NULL)
		s->plain = false;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], text) == 0)
			return 0;
	if (*n == SOURCES_MAX)
		return complain("more than %d sources are too many.",
		    SOURCES_MAX);
	if ((list[*n] = strdup(text)) == NULL)
		return complain("out of memory.");
	(*n)++;
	return 0;
}
