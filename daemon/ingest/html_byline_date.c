#include "daemon/ingest/html_byline_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/date.h"
#include "daemon/ingest/html_marks.h"
#include "daemon/ingest/html_node.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

#define DATED_MAX 300 /* bytes that a date is looked for in */
#define CLUES_MAX 128 /* of a page, to its date */
#define N_OF(a)   (sizeof(a) / sizeof((a)[0]))

/* How an element says when, the surest last. */
enum sure {
	NOT_AT_ALL,
	CHANGED,     /* a <time>, but of the last change */
	NAMED,       /* text in what is named for a date */
	TIME,        /* <time>, or one with hAtom's class and a title */
	PUBLICATION, /* .. that is marked as the publication's */
};

/* As machines read it; else in words, as some write it there, too. */
static bool
date_in_attribute(struct dating *g, const char *value)
{
	int64_t when;

	if (value == NULL)
		return false;
	if (!date_parse(&when, text_trim(bytes_str(value))))
		return dating_find(g, bytes_str(value));
	dating_set(g, when);
	return true;
}

static bool
date_in_attributes(struct dating *g, const GumboNode *n)
{
	static const char *const names[] = {"datetime", "content", "title"};

	for (size_t i = 0; i < N_OF(names); i++)
		if (date_in_attribute(g, html_attribute(n, names[i])))
			return true;
	return false;
}

static bool
date_in_element(struct dating *g, const GumboNode *n)
{
	struct buf raw, b;
	bool found = false;

	buf_init(&raw, DATED_MAX);
	buf_init(&b, 0);
	if (html_text_within(&raw, n))
		scribe_tidy(&b, buf_bytes(&raw));
	found = b.n > 0 && dating_find(g, buf_bytes(&b));
	buf_done(&raw);
	buf_done(&b);
	return found;
}

static enum sure
sure_of(const struct marks *m)
{
	static const char *const published[] = {"publish", "pubdate", "created",
	    "entry-date", "dateline", "timestamp"};
	static const char *const rdf[] = {"dc:date", "dc:created", "dcterms:"};
	static const char *const changed[] = {"updated", "modified"};
	static const char *const named[] = {"date", "datum", "fecha", "publi",
	    "posted", "created", "time", "data", "tarih", "meta", "byline",
	    "info", "dato", "submitted", "release"};
	const struct names *s = &m->names, *prop = &m->prop;

	if (names_have(prop, published, 2) ||
	    (m->content && names_have(prop, rdf, N_OF(rdf))) ||
	    (m->title && names_have(s, published, 1)))
		return PUBLICATION;
	if (m->tag == GUMBO_TAG_TIME) {
		if (m->pubdate || names_have(s, published, N_OF(published)))
			return PUBLICATION;
		return names_have(s, changed, N_OF(changed)) ||
			       names_have(prop, changed, N_OF(changed))
			   ? CHANGED
			   : TIME;
	}
	if (m->tag == GUMBO_TAG_BODY || m->tag == GUMBO_TAG_HTML)
		return NOT_AT_ALL;
	if (names_have(s, named, N_OF(named)))
		return NAMED;
	return m->title && names_have(s, changed, 1) ? CHANGED : NOT_AT_ALL;
}

/* What may say when, in the order of the page. */
struct clues {
	const GumboNode *node[CLUES_MAX];
	enum sure sure[CLUES_MAX];
	size_t n;
};

static void
walk_dates(struct clues *c, const GumboNode *n, const GumboNode *seen)
{
	const GumboElement *e = html_element(n);
	enum sure sure = NOT_AT_ALL;
	struct marks m;

	if (e == NULL || n == seen || c->n == CLUES_MAX ||
	    e->tag == GUMBO_TAG_SCRIPT || e->tag == GUMBO_TAG_HEAD)
		return;
	if (html_marks(&m, e))
		sure = sure_of(&m);
	if (sure != NOT_AT_ALL) {
		c->node[c->n] = n;
		c->sure[c->n++] = sure;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		walk_dates(c, e->children.data[i], seen);
}

/* The first of |sure| that is one, by its attributes or by what it shows. */
static bool
take_clues(struct dating *g, const struct clues *c, enum sure sure,
    bool (*take)(struct dating *g, const GumboNode *n))
{
	for (size_t i = 0; i < c->n; i++)
		if (c->sure[i] == sure && take(g, c->node[i]))
			return true;
	return false;
}

void
html_byline_date(struct dating *g, const GumboNode *n, const GumboNode *seen)
{
	struct clues c;

	c.n = 0;
	walk_dates(&c, n, seen);
	if (!take_clues(g, &c, PUBLICATION, date_in_attributes) &&
	    !take_clues(g, &c, TIME, date_in_attributes) &&
	    !take_clues(g, &c, PUBLICATION, date_in_element) &&
	    !take_clues(g, &c, TIME, date_in_element) &&
	    !take_clues(g, &c, NAMED, date_in_element))
		take_clues(g, &c, CHANGED, date_in_attributes);
}
