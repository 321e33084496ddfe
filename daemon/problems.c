#include "daemon/problems.h"

#include <stdio.h>
#include <string.h>

static struct problem *
find(struct problems *p, const char *key)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->at[i].key, key) == 0)
			return &p->at[i];
	return NULL;
}

void
problems_set(struct problems *p, const char *key, const char *message,
    const char *file, const char *hint)
{
	struct problem *x = find(p, key);

	if (x == NULL && p->n == PROBLEMS_MAX) {
		p->more++;
		return;
	}
	if (x == NULL)
		x = &p->at[p->n++];
	snprintf(x->key, sizeof(x->key), "%s", key);
	snprintf(x->message, sizeof(x->message), "%s", message);
	snprintf(x->file, sizeof(x->file), "%s", file != NULL ? file : "");
	snprintf(x->hint, sizeof(x->hint), "%s", hint != NULL ? hint : "");
}

void
problems_clear_all(struct problems *p, const char *prefix)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strncmp(p->at[i].key, prefix, strlen(prefix)) != 0) {
			if (kept != i)
				p->at[kept] = p->at[i];
			kept++;
		}
	if (kept < p->n)
		p->more = 0;
	p->n = kept;
}

void
problems_clear(struct problems *p, const char *key)
{
	struct problem *x = find(p, key);

	if (x == NULL)
		return;
	p->more = 0;
	*x = p->at[--p->n];
}

bool
problems_has(struct problems *p, const char *key)
{
	return find(p, key) != NULL;
}
