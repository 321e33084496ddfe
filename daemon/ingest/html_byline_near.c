#include "daemon/ingest/html_byline_inner.h"

#include <string.h>

#include "daemon/extract/date.h"
#include "daemon/extract/noise.h"
#include "daemon/extract/page.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

#define BEHIND_MAX 300  /* bytes behind a title in which any date is its */
#define LINES_MAX  1500 /* .. and in which a line is that says but when */
#define BEFORE_MAX 120  /* bytes between such a line and a title behind it */
#define LINE_MAX   64   /* bytes of such a line */

void
html_byline_date_in_address(struct dating *g, struct bytes at)
{
	for (size_t i = 0; i + 10 < at.n; i++) {
		char text[11];
		int64_t when;

		if (at.p[i] != '/' && at.p[i] != '-' && at.p[i] != '_')
			continue;
		memcpy(text, at.p + i + 1, 10);
		text[10] = '\0';
		if (text[4] != text[7] || (text[4] != '/' && text[4] != '-'))
			continue;
		text[4] = text[7] = '-';
		if (!date_parse(&when, bytes_of(text, 10)))
			continue;
		dating_set(g, when);
		return;
	}
}

/* The heading that says what |title| does, or, if none does, the first <h1>. */
static const GumboNode *
find_heading(const GumboNode *n, struct bytes title, const GumboNode **first)
{
	const GumboElement *e = html_element(n);
	const GumboNode *found = NULL;
	struct buf b;

	if (e == NULL)
		return NULL;
	if (e->tag == GUMBO_TAG_H1 || e->tag == GUMBO_TAG_H2 ||
	    e->tag == GUMBO_TAG_H3) {
		if (*first == NULL && e->tag == GUMBO_TAG_H1)
			*first = n;
		buf_init(&b, 0);
		html_text(&b, n);
		if (buf_err(&b) == 0 && b.n > 0 &&
		    noise_same_title(title, text_trim(buf_bytes(&b))))
			found = n;
		buf_done(&b);
		return found;
	}
	for (unsigned i = 0; i < e->children.length && found == NULL; i++)
		found = find_heading(e->children.data[i], title, first);
	return found;
}

/* The text that follows a heading, and the first line in it that says when. */
struct behind {
	struct dating *g;
	const GumboNode *heading;
	struct buf text;
	bool begun, found;
};

/* Links are to other articles, and name their dates. */
static void
look_at_line(struct behind *h, struct bytes line)
{
	line = text_trim(line);
	if (line.n <= LINE_MAX && dating_find(h->g, line))
		h->found = true;
}

static void
walk_behind(struct behind *h, const GumboNode *n, bool lines)
{
	const GumboElement *e = html_element(n);

	if (h->found || h->text.n >= (lines ? LINES_MAX : BEHIND_MAX))
		return;
	if (e == NULL) {
		if (h->begun && lines && n->type == GUMBO_NODE_TEXT)
			look_at_line(h, bytes_str(n->v.text.text));
		if (h->begun)
			html_text_within(&h->text, n);
		return;
	}
	if (page_is_never_text(e->tag) || (lines && e->tag == GUMBO_TAG_A))
		return;
	if (n == h->heading) {
		h->begun = true;
		return;
	}
	buf_put_u8(&h->text, ' ');
	for (unsigned i = 0; i < e->children.length; i++)
		walk_behind(h, e->children.data[i], lines);
}

static void
look_behind(struct dating *g, const GumboNode *root, const GumboNode *heading,
    bool lines)
{
	struct behind h = {.g = g, .heading = heading};

	buf_init(&h.text, 0);
	walk_behind(&h, root, lines);
	if (!lines && buf_err(&h.text) == 0)
		dating_find(g, buf_bytes(&h.text));
	buf_done(&h.text);
}

/* The text in front of a heading, and the last line in it that says when. */
struct before {
	struct dating g; /* of a document of its own */
	const GumboNode *heading;
	size_t n, at; /* bytes of text, and how many in front of that line */
	bool found, ended;
};

static void
walk_before(struct before *b, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	b->ended = b->ended || n == b->heading;
	if (b->ended)
		return;
	if (e == NULL && n->type == GUMBO_NODE_TEXT) {
		struct bytes line = text_trim(bytes_str(n->v.text.text));

		b->n += line.n;
		if (line.n > 0 && line.n <= LINE_MAX &&
		    dating_find(&b->g, line)) {
			b->found = true;
			b->at = b->n;
		}
	}
	if (e == NULL || page_is_never_text(e->tag))
		return;
	for (unsigned i = 0; i < e->children.length && !b->ended; i++)
		walk_before(b, e->children.data[i]);
}

/* Closer than what stands on top of each page of a paper: the day it is. */
static void
look_before(struct dating *g, const GumboNode *root, const GumboNode *heading)
{
	struct ingest_doc d = {.lang = g->d->lang};
	struct before b = {.g = {&d, g->order}, .heading = heading};

	walk_before(&b, root);
	if (b.ended && b.found && b.n - b.at <= BEFORE_MAX)
		dating_set(g, d.published);
}

void
html_byline_date_by_title(struct dating *g, const GumboNode *root)
{
	const char *title = g->d->title != NULL ? g->d->title : "";
	const GumboNode *first = NULL;
	const GumboNode *found = find_heading(root, bytes_str(title), &first);
	const GumboNode *headings[] = {found, first};

	for (int i = 0; i < 4 && !g->d->has_published; i++)
		if (headings[i % 2] != NULL)
			look_behind(g, root, headings[i % 2], i >= 2);
	for (int i = 0; i < 2 && !g->d->has_published; i++)
		if (headings[i] != NULL)
			look_before(g, root, headings[i]);
}
