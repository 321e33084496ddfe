#include "daemon/extract/kill.h"

#include "daemon/extract/beside.h"
#include "daemon/extract/hint.h"
#include "daemon/extract/noise.h"
#include "daemon/extract/standfirst.h"

#define ALONE_MIN 240 /* letters of prose below it: the others are not meant */

/* How many percent of a page's prose may stand in what is beside its article. */
#define SOFT_MAX  40
#define NAMED_MAX 15 /* if it is named for, or made as, an article, too */
#define HARD_MAX  90 /* more letters of comments than of an article are usual */

static bool
is_empty_box(const struct page_element *e)
{
	switch ((int)e->tag) {
	case GUMBO_TAG_DIV:
	case GUMBO_TAG_SECTION:
	case GUMBO_TAG_HEADER:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
		return e->in.text == 0 && e->in.img == 0 && e->in.embed == 0;
	default:
		return false;
	}
}

static bool
has_below(const struct page *p, uint32_t i, GumboTag tag)
{
	for (uint32_t k = i + 1; k < p->e[i].end; k++)
		if (p->e[k].tag == tag)
			return true;
	return false;
}

static uint32_t
most_of(const struct page *p, uint32_t i, enum beside how)
{
	const struct page_element *e = &p->e[i];

	if (how == BESIDE_HARD)
		return HARD_MAX;
	if (e->tag == GUMBO_TAG_ARTICLE || e->tag == GUMBO_TAG_MAIN ||
	    beside_names_article(e->node) || has_below(p, i, GUMBO_TAG_H1))
		return NAMED_MAX;
	return SOFT_MAX;
}

/* Much of what reads as an article is not beside it, whatever it is called. */
static bool
is_beside(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	enum beside how;

	if (e->tag == GUMBO_TAG_BODY || e->tag == GUMBO_TAG_A ||
	    e->tag == GUMBO_TAG_HTML)
		return false;
	how = beside_of(e->node);
	if (how == BESIDE_NOT || page_has_above(p, i, GUMBO_TAG_TABLE) ||
	    page_has_above(p, i, GUMBO_TAG_CODE))
		return false;
	if (how == BESIDE_SOFT &&
	    ((e->tag == GUMBO_TAG_P && page_prose(e) > 0) ||
		standfirst_is_most(p, i)))
		return false;
	return (uint64_t)e->in.prose * 100 <=
	       (uint64_t)p->e[0].in.prose * most_of(p, i, how);
}

/* Hidden until a script shows it, or for those who are to pay: most of the text. */
static bool
is_most(const struct page *p, uint32_t i)
{
	const struct page_sum *in = &p->e[i].in, *all = &p->e[0].in;

	return 3 * (in->text - in->link) > 2 * (all->text - all->link);
}

/* The <article> that has the page's title, and prose; 0 if there is none. */
static uint32_t
titled(const struct page *p, struct bytes title)
{
	for (uint32_t i = 1; i < p->n; i++) {
		uint32_t up = i;

		if (!noise_is_title(p, i, title))
			continue;
		while (up > 0 && p->e[up].tag != GUMBO_TAG_ARTICLE)
			up = p->e[up].up;
		if (up > 0 && p->e[up].in.prose >= ALONE_MIN)
			return up;
	}
	return 0;
}

/* Other articles of a page that goes on and on, and teasers of them. */
static void
kill_others(struct page *p, uint32_t t)
{
	for (uint32_t i = 1; t > 0 && i < p->n;) {
		struct page_element *e = &p->e[i];

		if (!e->dead && e->tag == GUMBO_TAG_ARTICLE &&
		    (i >= p->e[t].end || e->end <= t))
			page_kill(p, i);
		i = e->dead ? e->end : i + 1;
	}
}

/* What holds the article |t| is not beside it: its names say what kind of text it is. */
static bool
is_to_die(const struct page *p, uint32_t i, uint32_t t, bool beside)
{
	const struct page_element *e = &p->e[i];

	if (t >= i && t < e->end)
		beside = false;
	return is_empty_box(e) || (hint_is_hidden(e->node) && !is_most(p, i)) ||
	       (e->in.prose == 0 && page_prose(e) == 0 &&
		   hint_is_folded(e->node) && !is_most(p, i)) ||
	       (beside && is_beside(p, i));
}

bool
kill_is_plain(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	if (e->tag == GUMBO_TAG_BODY || e->tag == GUMBO_TAG_HTML ||
	    e->in.prose > 0 || page_prose(e) > 0)
		return false;
	return hint_is_share(e->node) || hint_is_hidden(e->node) ||
	       (e->tag != GUMBO_TAG_A && beside_of(e->node) == BESIDE_HARD);
}

void
kill_all(struct page *p, bool beside, struct bytes title)
{
	uint32_t t = beside ? titled(p, title) : 0;

	kill_others(p, t);
	for (uint32_t i = 1; i < p->n;) {
		if (!p->e[i].dead && is_to_die(p, i, t, beside))
			page_kill(p, i);
		i = p->e[i].dead ? p->e[i].end : i + 1;
	}
}
