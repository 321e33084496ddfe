#include "daemon/extract/widen.h"

#include <string.h>

#define LEVELS    10 /* outwards */
#define LOOKS_MAX 8
#define PROSE_MIN 160 /* letters that are worth it */

/* Other articles in |up| than the one around |top|. */
static bool
has_other_articles(const struct page *p, uint32_t up, uint32_t top)
{
	for (uint32_t i = up + 1; i < p->e[up].end; i++) {
		const struct page_element *e = &p->e[i];

		if (e->tag == GUMBO_TAG_ARTICLE && !e->dead &&
		    e->in.prose >= PROSE_MIN && (i > top || e->end <= top))
			return true;
	}
	return false;
}

/* How a paragraph is made: by its class and that of what it stands in. */
struct look {
	const char *own, *outer;
};
struct looks {
	struct look look[LOOKS_MAX];
	size_t n;
};

static const char *
class_of(const struct page_element *e)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&e->node->v.element.attributes, "class");

	return a != NULL ? a->value : "";
}

static struct look
look_of(const struct page *p, uint32_t i)
{
	return (struct look){class_of(&p->e[i]), class_of(&p->e[p->e[i].up])};
}

static bool
is_like(const struct looks *l, const struct look *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->look[i].own, a->own) == 0 &&
		    (a->own[0] != '\0' ||
			(a->outer[0] != '\0' &&
			    strcmp(l->look[i].outer, a->outer) == 0)))
			return true;
	return false;
}

static void
note_looks(struct looks *l, const struct page *p, uint32_t top)
{
	for (uint32_t i = top; i < p->e[top].end && l->n < LOOKS_MAX;
	     i = p->e[i].dead ? p->e[i].end : i + 1) {
		struct look a = look_of(p, i);

		if (page_prose(&p->e[i]) > 0 && !p->e[i].dead &&
		    !is_like(l, &a))
			l->look[l->n++] = a;
	}
}

/* The prose in |up| and not in |top| that looks like what is in |top|. */
static uint32_t
alike(const struct page *p, uint32_t up, uint32_t top, const struct looks *l)
{
	uint32_t sum = 0;

	for (uint32_t i = up + 1; i < p->e[up].end;) {
		struct look a = look_of(p, i);

		if (i == top || p->e[i].dead) {
			i = p->e[i].end;
			continue;
		}
		if (is_like(l, &a))
			sum += page_prose(&p->e[i]);
		i++;
	}
	return sum;
}

uint32_t
widen(const struct page *p, uint32_t top)
{
	uint32_t best = top;
	struct looks l = {.n = 0};

	note_looks(&l, p, top);
	for (uint32_t level = 0, up = p->e[top].up;
	     level < LEVELS && up > 0 && p->e[up].tag != GUMBO_TAG_BODY;
	     level++, up = p->e[up].up) {
		const struct page_sum *in = &p->e[up].in;
		const struct page_sum *had = &p->e[best].in;
		uint32_t text = in->text - had->text, prose;

		if (in->prose - had->prose < PROSE_MIN)
			continue;
		prose = alike(p, up, best, &l);
		if (prose < PROSE_MIN || prose * 5 < had->prose ||
		    prose * 2 < text)
			continue;
		if (has_other_articles(p, up, top))
			break;
		best = up;
	}
	return best;
}
