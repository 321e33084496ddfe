#include "daemon/extract/find.h"

#include <string.h>

#include "daemon/extract/hint.h"
#include "daemon/extract/widen.h"

#define PARAGRAPH_MIN 25 /* letters; shorter ones say nothing */
#define LEVELS        5  /* a paragraph counts for so many around it */
#define BEST          5

/* What an element is worth before any text counts. */
static float
first_score(const struct page_element *e, const struct strength *s)
{
	int names = s->weigh ? hint_weight(e->node) : 0;
	float score = (float)names;

	switch ((int)e->tag) {
	case GUMBO_TAG_DIV:
		return score + 5;
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_BLOCKQUOTE:
		return score + 3;
	case GUMBO_TAG_ADDRESS:
	case GUMBO_TAG_OL:
	case GUMBO_TAG_UL:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_DD:
	case GUMBO_TAG_DT:
	case GUMBO_TAG_LI:
	case GUMBO_TAG_FORM:
		return score - 3;
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
	case GUMBO_TAG_TH:
		return score - 5;
	default:
		return score;
	}
}

/* What a paragraph is worth. */
struct worth {
	float all, topic; /* |topic|: of |all|, for words of the page's title */
};

/* It counts for what the paragraph is in, the less the further out. */
static void
give(struct page *p, uint32_t to, struct worth worth, const struct strength *s)
{
	for (int level = 0; level < LEVELS && to > 0; level++) {
		struct page_element *e = &p->e[to];
		int share = level == 0 ? 1 : level == 1 ? 2 : 3 * level;

		if (!e->scored) {
			e->scored = true;
			e->score = first_score(e, s);
		}
		e->score += worth.all / (float)share;
		e->topic += worth.topic / (float)share;
		to = e->up;
	}
}

/* One word of the title may stand anywhere; what has more of them is about it. */
static float
about(const struct topic *t, const GumboNode *n)
{
	unsigned words = topic_shared(t, n);

	return words < 2 ? 0 : words == 2 ? 1 : 1.5f;
}

static struct worth
worth(uint32_t letters, uint32_t commas, float about)
{
	float length = (float)(letters / 100);
	float text = 1 + (float)(commas + 1) + (length < 3 ? length : 3);

	return (struct worth){text + text * about, text * about};
}

/* True if |e| is a paragraph by its tag, whatever is in it. */
static bool
is_paragraph(const struct page_element *e)
{
	switch ((int)e->tag) {
	case GUMBO_TAG_P:
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_SECTION:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
		return true;
	case GUMBO_TAG_DIV:
		return e->in.block == 0;
	default:
		return false;
	}
}

static void
weigh(struct page *p, const struct strength *s, const struct topic *t)
{
	for (uint32_t i = 1; i < p->n;) {
		const struct page_element *e = &p->e[i];

		if (e->dead) {
			i = e->end;
			continue;
		}
		if (is_paragraph(e) && e->in.text >= PARAGRAPH_MIN)
			give(p, e->up,
			    worth(e->in.text, e->in.commas, about(t, e->node)),
			    s);
		else if (e->tag == GUMBO_TAG_DIV && e->in.run >= PARAGRAPH_MIN)
			give(p, i,
			    worth(e->in.run, e->in.run_commas,
				about(t, e->node)),
			    s);
		i++;
	}
	for (uint32_t i = 1; i < p->n; i++)
		if (p->e[i].scored) {
			float own = 1 - page_link_density(p, i);

			p->e[i].score *= own;
			p->e[i].topic *= own;
		}
}

static size_t
best_of(const struct page *p, uint32_t best[BEST])
{
	size_t n = 0;

	for (uint32_t i = 1; i < p->n; i++) {
		size_t at = n;

		if (!p->e[i].scored || p->e[i].dead)
			continue;
		while (at > 0 && p->e[i].score > p->e[best[at - 1]].score)
			at--;
		if (at == BEST)
			continue;
		n += n < BEST;
		memmove(&best[at + 1], &best[at],
		    (n - at - 1) * sizeof(best[0]));
		best[at] = i;
	}
	return n;
}

static bool
is_in(const struct page *p, uint32_t i, uint32_t outer)
{
	return i > outer && i < p->e[outer].end;
}

/*
 * Which of the best are nearly as heavy as the first.  One box of an article in several
 * may say more of its title than the others, which counts only if it is not the heaviest
 * without it.
 */
static size_t
nearly(const struct page *p, const uint32_t *best, size_t n, uint32_t *ret)
{
	const struct page_element *first = &p->e[best[0]];
	float bare = first->score - first->topic, least = 0.75f * bare;
	bool heaviest = true;
	size_t near = 0;

	for (size_t k = 1; k < n; k++)
		heaviest = heaviest &&
			   p->e[best[k]].score - p->e[best[k]].topic <= bare;
	for (size_t k = 1; k < n; k++) {
		const struct page_element *e = &p->e[best[k]];

		if (heaviest ? e->score - e->topic >= least
			     : e->score >= 0.75f * first->score)
			ret[near++] = best[k];
	}
	return near;
}

/* An article in several boxes: what holds three that are nearly as heavy. */
static uint32_t
common(const struct page *p, const uint32_t *best, size_t n)
{
	uint32_t box[BEST];
	size_t near = nearly(p, best, n, box);

	for (uint32_t up = p->e[best[0]].up;
	     near >= 3 && up > 0 && p->e[up].tag != GUMBO_TAG_BODY;
	     up = p->e[up].up) {
		size_t held = 0;

		for (size_t k = 0; k < near; k++)
			held += is_in(p, box[k], up);
		if (held >= 3)
			return up;
	}
	return best[0];
}

static bool
is_alone(const struct page *p, uint32_t i)
{
	const struct page_element *up = &p->e[p->e[i].up];

	for (uint32_t k = p->e[i].up + 1; k < up->end; k = p->e[k].end)
		if (k != i && !p->e[k].dead)
			return false;
	return true;
}

static bool
brings_links(const struct page *p, uint32_t up, uint32_t top)
{
	const struct page_sum *a = &p->e[up].in, *b = &p->e[top].in;

	return 2 * (a->link - b->link) > a->text - b->text;
}

/* Outwards, as long as what is around is not much lighter. */
static uint32_t
climb(struct page *p, uint32_t top, const struct strength *s)
{
	float last, least;

	if (!p->e[top].scored)
		p->e[top].score = first_score(&p->e[top], s);
	last = p->e[top].score;
	least = last / 3;
	for (uint32_t up = p->e[top].up;
	     up > 0 && p->e[up].tag != GUMBO_TAG_BODY; up = p->e[up].up) {
		if (!p->e[up].scored)
			continue;
		if (p->e[up].score < least)
			break;
		if (p->e[up].score > last) {
			if (!brings_links(p, up, top))
				top = up;
			break;
		}
		last = p->e[up].score;
	}
	while (p->e[top].up > 0 && p->e[p->e[top].up].tag != GUMBO_TAG_BODY &&
	       is_alone(p, top))
		top = p->e[top].up;
	return top;
}

static bool
same_class(const struct page_element *a, const struct page_element *b)
{
	const GumboAttribute *x =
	    gumbo_get_attribute(&a->node->v.element.attributes, "class");
	const GumboAttribute *y =
	    gumbo_get_attribute(&b->node->v.element.attributes, "class");

	return x != NULL && y != NULL && x->value[0] != '\0' &&
	       strcmp(x->value, y->value) == 0;
}

/* A box around one of the article's paragraphs; one around a picture has its caption. */
static bool
is_lead(const struct page_element *e, float links)
{
	return e->tag == GUMBO_TAG_DIV && e->in.img == 0 && e->in.text > 80 &&
	       links < 0.1f && e->in.prose * 10 >= e->in.text * 9;
}

/* Does |i|, beside |top|, belong to it? */
static bool
belongs(const struct page *p, uint32_t i, uint32_t top)
{
	const struct page_element *e = &p->e[i], *t = &p->e[top];
	float score = e->score, least = t->score * 0.2f;
	float links = page_link_density(p, i);

	if (i == top)
		return true;
	if (e->dead)
		return false;
	if (same_class(e, t))
		score += t->score * 0.2f;
	if (e->scored && score >= (least > 10 ? least : 10))
		return true;
	if (i < top && is_lead(e, links))
		return true;
	if (e->tag != GUMBO_TAG_P &&
	    (e->tag != GUMBO_TAG_DIV || e->in.block > 0))
		return false;
	return e->in.text > 80
		   ? links < 0.25f
		   : e->in.text > 0 && e->in.link == 0 && e->in.commas > 0;
}

size_t
find_heaviest(struct page *p, const struct strength *s, const struct topic *t,
    uint32_t *ret_with, size_t max)
{
	uint32_t best[BEST], top, up;
	size_t n, with = 0;

	weigh(p, s, t);
	n = best_of(p, best);
	if (n == 0)
		return 0;
	top = widen(p, climb(p, common(p, best, n), s));
	if (p->e[top].tag == GUMBO_TAG_BODY) {
		ret_with[0] = top;
		return 1;
	}
	up = p->e[top].up;
	for (uint32_t i = up + 1; i < p->e[up].end && with < max;
	     i = p->e[i].end)
		if (belongs(p, i, top))
			ret_with[with++] = i;
	return with;
}
