#include "daemon/extract/prune.h"

#include <string.h>

#include "daemon/extract/hint.h"
#include "daemon/extract/noise.h"
#include "daemon/extract/standfirst.h"

#define LEAD_PARAGRAPHS 1   /* that a date may stand below */
#define TAGS_MIN        2   /* commas */
#define SHARE_MAX       500 /* letters; a longer box is no row of buttons */

static bool
in_figure(const struct page *p, uint32_t i)
{
	return page_has_above(p, i, GUMBO_TAG_FIGURE);
}

static bool
in_data_table(struct page *p, uint32_t i)
{
	while (i > 0) {
		i = p->e[i].up;
		if (p->e[i].tag == GUMBO_TAG_TABLE && page_is_data_table(p, i))
			return true;
	}
	return false;
}

/* More pictures, items, fields, headings or links than an article has for its
 * text. */
static bool
is_out_of_proportion(const struct page *p, uint32_t i, bool list, int weight)
{
	const struct page_element *e = &p->e[i];
	const struct page_sum *n = &e->in;
	float links = page_link_density(p, i);
	float headings = n->text == 0 ? 0 : (float)n->heading / (float)n->text;
	bool figure = in_figure(p, i) || e->tag == GUMBO_TAG_FIGURE;

	if (!figure && n->img > 1 && 2 * n->p < n->img)
		return true;
	if (!list && n->li > 100 + n->p)
		return true;
	if (n->input > n->p / 3)
		return true;
	if (!list && !figure && headings < 0.9f && n->text < 25 &&
	    (n->img == 0 || n->img > 2) && links > 0)
		return true;
	if (!list && weight < 25 && links > 0.2f)
		return true;
	if (weight >= 25 && links > 0.5f)
		return true;
	if ((n->embed == 1 && n->text < 75) || n->embed > 1)
		return n->text < 200;
	return n->img == 0 && n->text == 0 && n->embed == 0;
}

static bool
is_list(const struct page_element *e)
{
	return e->tag == GUMBO_TAG_UL || e->tag == GUMBO_TAG_OL ||
	       (e->in.text > 0 && e->in.item * 10 > e->in.text * 9);
}

/* A gallery: each item is a picture and hardly more. */
static bool
is_gallery(const struct page_element *e)
{
	return e->in.li > 0 && e->in.img == e->in.li;
}

static bool
is_box(GumboTag tag)
{
	return tag == GUMBO_TAG_FORM || tag == GUMBO_TAG_FIELDSET ||
	       tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_UL ||
	       tag == GUMBO_TAG_DIV || tag == GUMBO_TAG_SECTION ||
	       tag == GUMBO_TAG_HEADER;
}

static bool
is_noisy_box(struct page *p, uint32_t i, const struct strength *s)
{
	const struct page_element *e = &p->e[i];
	int weight = s->weigh ? hint_weight(e->node) : 0;
	bool list;

	if (!is_box(e->tag) || in_data_table(p, i) ||
	    page_has_above(p, i, GUMBO_TAG_CODE) ||
	    (e->tag == GUMBO_TAG_TABLE && page_is_data_table(p, i)))
		return false;
	if (weight < 0)
		return !standfirst_is_most(p, i);
	list = is_list(e);
	return e->in.commas < 10 && is_out_of_proportion(p, i, list, weight) &&
	       !(list && is_gallery(e));
}

/* Links and commas between them, and hardly a word: what the page is tagged with. */
static bool
is_tags(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	return e->in.commas >= TAGS_MIN && e->in.block == 0 &&
	       page_is_block(e->tag) && page_link_density(p, i) > 0.8f;
}

/* What no article has, whatever its proportions. */
static bool
is_foreign(const struct page *p, uint32_t i, const struct strength *s)
{
	const struct page_element *e = &p->e[i];

	switch ((int)e->tag) {
	case GUMBO_TAG_FOOTER:
	case GUMBO_TAG_ASIDE:
	case GUMBO_TAG_NAV:
	case GUMBO_TAG_OBJECT:
	case GUMBO_TAG_EMBED:
	case GUMBO_TAG_IFRAME:
	case GUMBO_TAG_BUTTON:
		return true;
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
		return s->weigh && hint_weight(e->node) < 0;
	default:
		return is_tags(p, i) ||
		       (hint_is_share(e->node) && e->in.text < SHARE_MAX &&
			   e->in.prose == 0);
	}
}

/* Before the text and behind it; between paragraphs a day is a chronicle's. */
static void
kill_moments(struct page *p, uint32_t top)
{
	uint32_t all = p->e[top].in.prose, above = 0;
	size_t paragraphs = 0;

	for (uint32_t i = top + 1; i < p->e[top].end;) {
		struct page_element *e = &p->e[i];
		uint32_t prose = e->dead ? 0 : page_prose(e);

		above += prose;
		paragraphs += prose > 0;
		if (!e->dead &&
		    (paragraphs <= LEAD_PARAGRAPHS || above == all) &&
		    noise_is_moment(p, i))
			page_kill(p, i);
		i = e->dead ? e->end : i + 1;
	}
}

/* Boxes from the inside out, so that each is judged by what is left in it. */
void
prune(struct page *p, uint32_t top, const struct strength *s,
    struct bytes title)
{
	for (uint32_t i = top + 1; i < p->e[top].end;) {
		struct page_element *e = &p->e[i];

		if (!e->dead && (is_foreign(p, i, s) || noise_is(p, i, title)))
			page_kill(p, i);
		i = e->dead ? e->end : i + 1;
	}
	kill_moments(p, top);
	for (uint32_t i = p->e[top].end; s->prune && i-- > top + 1;)
		if (!p->e[i].dead && is_noisy_box(p, i, s))
			page_kill(p, i);
}
