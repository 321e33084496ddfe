#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "proto/base/qerr.h"

/* What a source lists. */

void
ingest_list_done(struct ingest_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->entry[i].link);
	free(l->entry);
	*l = (struct ingest_list){0};
}

int
ingest_list_add(struct ingest_list *l, const struct ingest_entry *e,
    struct bytes link)
{
	struct ingest_entry *at;

	if (l->n == INGEST_ENTRIES_MAX)
		return QERR_FULL;
	if (l->entry == NULL)
		l->entry = calloc(INGEST_ENTRIES_MAX, sizeof(*l->entry));
	if (l->entry == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < l->n; i++)
		if (id_eq(&l->entry[i].name, &e->name))
			return 0;
	at = &l->entry[l->n];
	*at = *e;
	at->link = link.n > 0 ? strndup((const char *)link.p, link.n) : NULL;
	if (link.n > 0 && at->link == NULL)
		return QERR_NOMEM;
	l->n++;
	return 0;
}

int
ingest_list_enter(struct ingest_list *l, struct ingest_entry *e,
    const struct ingest_doc *d, bool whole)
{
	struct bytes link = bytes_str(d->address != NULL ? d->address : "");
	struct bytes name = d->name != NULL
				? bytes_str(d->name)
				: bytes_of(e->text.b, sizeof(e->text.b));

	if (link.n > INGEST_LINK_MAX)
		link.n = 0;
	e->whole = link.n == 0 || whole;
	crypto_generichash(e->name.b, sizeof(e->name.b), name.p, name.n, NULL,
	    0);
	return ingest_list_add(l, e, link);
}
