#include "daemon/extract/lead.h"

#include <string.h>

#include "daemon/extract/hint.h"
#include "daemon/extract/names.h"
#include "daemon/extract/noise.h"
#include "daemon/extract/standfirst.h"

#define SUBTITLE_MIN 60 /* letters; less is a section's name, or a date */
#define NAMED_MIN    30 /* .. but where names say that it is one */

static bool
is_picture(const struct page_element *e)
{
	return e->tag == GUMBO_TAG_FIGURE && e->in.img > 0 && e->in.text > 0;
}

/* What stands in a box with a picture, which begins behind |title|, is its caption. */
static bool
is_caption(const struct page *p, uint32_t i, uint32_t title, uint32_t first)
{
	static const char *const words[] = {"caption"};
	struct names s = names_of(p->e[i].node, "class", NULL);
	bool is = names_have(&s, words, 1);

	for (uint32_t up = p->e[i].up;
	     !is && up > title && p->e[up].end <= first; up = p->e[up].up) {
		s = names_of(p->e[up].node, "class", NULL);
		is = p->e[up].in.img > 0 || p->e[up].tag == GUMBO_TAG_FIGURE ||
		     names_have(&s, words, 1);
	}
	return is;
}

/* By its names, or those of the box around it, where what is short is a credit. */
static bool
is_named(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	return page_is_block(e->tag) && !noise_is_moment(p, i) &&
	       ((e->in.text >= NAMED_MIN && standfirst_is_named(e->node)) ||
		   (e->in.text >= SUBTITLE_MIN &&
		       standfirst_is_named(p->e[e->up].node)));
}

/* One paragraph and nothing else. */
static bool
is_paragraph(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	if (e->in.block > 0 || page_link_density(p, i) > 0.1f ||
	    hint_is_byline(e->node))
		return false;
	if (is_named(p, i))
		return true;
	switch ((int)e->tag) {
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
		return e->in.text >= SUBTITLE_MIN;
	default:
		return page_prose(e) > 0;
	}
}

/* Some break lines where others do not. */
static void
without_blanks(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] != ' ')
			b->p[n++] = b->p[i];
	b->n = n;
}

/* Some say it once more at the beginning of the text. */
static bool
is_said_again(const struct page *p, uint32_t i, uint32_t first)
{
	struct buf lead, text;
	bool is;

	buf_init(&lead, 0);
	buf_init(&text, 0);
	page_line(&lead, p->e[i].node);
	page_line(&text, p->e[first].node);
	without_blanks(&lead);
	without_blanks(&text);
	is = memmem(text.p, text.n, lead.p, lead.n) != NULL;
	buf_done(&lead);
	buf_done(&text);
	return is;
}

/* Element |i| stands below the heading |title| and above |first|. */
static bool
is_lead(const struct page *p, uint32_t i, uint32_t title, uint32_t first)
{
	return is_paragraph(p, i) && !is_caption(p, i, title, first);
}

/* The part of the article with most of its prose. */
static uint32_t
heaviest(const struct page *p, const struct lead_parts *parts)
{
	uint32_t best = parts->at[0];

	for (size_t i = 1; i < parts->n; i++)
		if (p->e[parts->at[i]].in.prose > p->e[best].in.prose)
			best = parts->at[i];
	return best;
}

static bool
is_in_parts(const struct page *p, const struct lead_parts *parts, uint32_t i)
{
	for (size_t k = 0; k < parts->n; k++)
		if (i >= parts->at[k] && i < p->e[parts->at[k]].end)
			return true;
	return false;
}

/* The standfirst, if it is none of the |n| of |ret|; how many these are then.  Where no
 * heading is |above| it, what an <article> begins with is one, not a paper's motto. */
static size_t
add_standfirst(const struct page *p, const struct lead_parts *parts,
    uint32_t above, uint32_t *ret, size_t n)
{
	uint32_t i = p->standfirst, text = heaviest(p, parts);

	if (i <= above || i >= text || is_in_parts(p, parts, i) ||
	    is_said_again(p, i, text) ||
	    (above == 0 && !page_has_above(p, i, GUMBO_TAG_ARTICLE)))
		return n;
	for (size_t k = 0; k < n; k++)
		if (i >= ret[k] && i < p->e[ret[k]].end)
			return n;
	ret[n] = i;
	return n + 1;
}

size_t
lead_find(const struct page *p, const struct lead_parts *parts,
    struct bytes title, uint32_t ret[LEAD_MAX + 1])
{
	uint32_t first = parts->at[0];
	uint32_t below = 0; /* the last heading that says the title */
	size_t n = 0, looks = 0;
	bool picture = false;

	for (uint32_t i = 1; i < first && looks < LEAD_MAX;) {
		const struct page_element *e = &p->e[i];
		bool whole = !e->dead && below > 0 && e->end <= first;
		bool is_first = whole && !picture && is_picture(e);
		bool is_text = whole && is_lead(p, i, below, first);

		if (noise_is_title(p, i, title)) {
			below = i;
			n = looks = 0;
			picture = false;
		} else if (is_first || is_text) {
			looks++;
			picture = picture || is_first;
			if (is_first || !is_said_again(p, i, first))
				ret[n++] = i;
			i = e->end - 1;
		}
		i = e->dead ? e->end : i + 1;
	}
	return add_standfirst(p, parts, below, ret, n);
}
