#include "daemon/config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/settings.h"
#include "proto/base/qerr.h"

const struct config_follow *
config_find(const struct config *c, const struct id *feed)
{
	for (size_t i = 0; i < c->n_follow; i++)
		if (id_eq(&c->follow[i].feed, feed))
			return &c->follow[i];
	return NULL;
}

int
config_add_follow(struct config *c, const struct config_follow *f)
{
	struct config_follow *more;
	char *link;

	config_remove_follow(c, &f->feed);
	if (c->n_follow == CONFIG_FOLLOW_MAX)
		return QERR_FULL;
	link = strdup(f->link);
	more = reallocarray(c->follow, c->n_follow + 1, sizeof(*more));
	if (more != NULL)
		c->follow = more;
	if (more == NULL || link == NULL) {
		free(link);
		return QERR_NOMEM;
	}
	c->follow[c->n_follow] = *f;
	c->follow[c->n_follow++].link = link;
	return 0;
}

void
config_remove_follow(struct config *c, const struct id *feed)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n_follow; i++) {
		if (id_eq(&c->follow[i].feed, feed))
			secret_free(c->follow[i].link);
		else
			c->follow[kept++] = c->follow[i];
	}
	c->n_follow = kept;
}

int
config_add_peer(struct config *c, const char *invite)
{
	for (size_t i = 0; i < c->peer.n; i++)
		if (strcmp(c->peer.text[i], invite) == 0)
			return 0;
	if (c->peer.n == CONFIG_LIST_MAX)
		return QERR_FULL;
	c->peer.text[c->peer.n] = strdup(invite);
	if (c->peer.text[c->peer.n] == NULL)
		return QERR_NOMEM;
	c->peer.n++;
	return 0;
}

void
config_remove_peer(struct config *c, size_t i)
{
	secret_free(c->peer.text[i]);
	c->peer.n--;
	memmove(&c->peer.text[i], &c->peer.text[i + 1],
	    (c->peer.n - i) * sizeof(c->peer.text[0]));
}
