#include "daemon/ingest/html_trace.h"

#include <stdlib.h>

#include "daemon/extract/page.h"
#include "daemon/ingest/html_meta.h"
#include "proto/base/qerr.h"

static void
add(struct html_trace *t, const GumboNode *n)
{
	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 256 : 2 * t->cap;
		const GumboNode **more =
		    realloc(t->node, cap * sizeof(const GumboNode *));

		if (more == NULL) {
			t->err = QERR_NOMEM;
			return;
		}
		t->node = more;
		t->cap = cap;
	}
	t->node[t->n++] = n;
}

static bool
is_text(const GumboNode *n)
{
	return n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_CDATA;
}

void
html_trace_keep(struct html_trace *t, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (!t->wanted || t->err != 0)
		return;
	if (is_text(n))
		add(t, n);
	for (unsigned i = 0; e != NULL && i < e->children.length; i++)
		html_trace_keep(t, e->children.data[i]);
}

static int
by_address(const void *a, const void *b)
{
	const GumboNode *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool
is_kept(const struct html_trace *t, const GumboNode *n)
{
	return t->n > 0 &&
	       bsearch(&n, t->node, t->n, sizeof(n), by_address) != NULL;
}

/* The line that is being put together. */
struct line {
	struct buf *dst, text;
	bool any, kept;
};

static void
end_line(struct line *l)
{
	trace_line(l->dst, l->kept, buf_bytes(&l->text));
	buf_clear(&l->text);
	l->any = false;
}

static bool
is_line(GumboTag tag)
{
	switch ((int)tag) {
	case GUMBO_TAG_BR:
	case GUMBO_TAG_HR:
	case GUMBO_TAG_FIGCAPTION:
	case GUMBO_TAG_CAPTION:
	case GUMBO_TAG_ADDRESS:
	case GUMBO_TAG_DETAILS:
	case GUMBO_TAG_SUMMARY:
		return true;
	default:
		return page_is_block(tag);
	}
}

static void
walk(struct line *l, const struct html_trace *t, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (is_text(n)) {
		bool kept = is_kept(t, n);

		if (l->any && kept != l->kept)
			end_line(l);
		l->any = true;
		l->kept = kept;
	}
	if (is_text(n) || n->type == GUMBO_NODE_WHITESPACE)
		buf_put_str(&l->text, n->v.text.text);
	if (e == NULL || page_is_never_text(e->tag))
		return;
	if (is_line(e->tag))
		end_line(l);
	for (unsigned i = 0; i < e->children.length; i++)
		walk(l, t, e->children.data[i]);
	if (is_line(e->tag))
		end_line(l);
}

int
html_trace_write(struct buf *dst, struct html_trace *t, const GumboNode *root)
{
	struct line l = {.dst = dst};

	if (!t->wanted)
		return 0;
	if (t->n > 0)
		qsort(t->node, t->n, sizeof(const GumboNode *), by_address);
	buf_init(&l.text, 0);
	walk(&l, t, root);
	end_line(&l);
	buf_done(&l.text);
	return t->err;
}

void
html_trace_done(struct html_trace *t)
{
	free(t->node);
	*t = (struct html_trace){0};
}
