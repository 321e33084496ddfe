#include "client/newsrooms.h"

#include <stdlib.h>
#include <string.h>

#include "client/term.h"
#include "proto/base/qerr.h"

static int
on_feed(void *arg, const struct index_feed *f)
{
	struct newsrooms *n = arg;
	struct newsroom *more = realloc(n->list, (n->n + 1) * sizeof(*n->list));
	size_t width = term_text(bytes_str(f->name));

	if (more == NULL)
		return QERR_NOMEM;
	n->list = more;
	n->list[n->n] = (struct newsroom){f->feed, strdup(f->name)};
	if (n->list[n->n].name == NULL)
		return QERR_NOMEM;
	n->n++;
	if (width > n->width)
		n->width = width < NEWSROOM_WIDTH ? width : NEWSROOM_WIDTH;
	return 0;
}

int
newsrooms_load(struct newsrooms *n, struct home *h)
{
	int err;

	*n = (struct newsrooms){0};
	err = index_feeds(h->index, on_feed, n);
	return err != 0 ? home_complain("the index", err) : 0;
}

void
newsrooms_done(struct newsrooms *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->list[i].name);
	free(n->list);
}

const char *
newsrooms_name(const struct newsrooms *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n; i++)
		if (id_eq(&n->list[i].feed, feed))
			return n->list[i].name;
	return "";
}
