#include "daemon/ingest/html_rules.h"

#include "daemon/ingest/address.h"
#include "daemon/ingest/html_byline.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

static struct bytes
host_of(const struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root)
{
	const char *canonical = html_canonical(root);
	struct bytes host = address_host(src->at);

	if (host.n == 0 && d->address != NULL)
		host = address_host(bytes_str(d->address));
	if (host.n == 0 && canonical != NULL)
		host = address_host(bytes_str(canonical));
	return host;
}

/* What an element says: by an attribute that is made for it, else its text. */
static void
set(struct ingest_doc *d, enum meta_field f, const GumboNode *n)
{
	static const char *const names[] = {"content", "datetime"};
	struct buf raw, b;

	buf_init(&raw, 0);
	buf_init(&b, 0);
	for (size_t i = 0; i < 2 && raw.n == 0; i++) {
		const char *v = html_attribute(n, names[i]);

		if (v != NULL)
			buf_put_str(&raw, v);
	}
	if (raw.n == 0)
		html_text(&raw, n);
	scribe_tidy(&b, buf_bytes(&raw));
	if (b.n > 0 && buf_err(&b) == 0)
		meta_set(d, f, buf_bytes(&b));
	buf_done(&raw);
	buf_done(&b);
}

static void
take_authors(struct ingest_doc *d, const struct pick *p)
{
	if (d->n_author > 0)
		return;
	for (size_t i = 0; i < p->n_author; i++)
		if (html_attribute(p->author[i], "content") != NULL)
			set(d, META_AUTHOR, p->author[i]);
		else
			html_byline_author(d, p->author[i]);
}

int
html_rules(struct pick *ret, struct ingest_doc *d,
    const struct ingest_source *src, const GumboNode *root)
{
	struct rules *rules = NULL;
	struct buf why;
	int r = 0;

	*ret = (struct pick){0};
	if (src->rules.n == 0)
		return 0;
	buf_init(&why, 0);
	r = rules_parse(&rules, src->rules, &why);
	if (r == 0)
		r = pick_find(ret, rules, host_of(d, src, root), root);
	if (r == 0 && ret->title != NULL)
		set(d, META_TITLE, ret->title);
	if (r == 0 && ret->date != NULL)
		set(d, META_PUBLISHED, ret->date);
	if (r == 0)
		take_authors(d, ret);
	rules_free(rules);
	buf_done(&why);
	return r;
}
