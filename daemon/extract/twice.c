#include "daemon/extract/twice.h"

#define LOOKS_MAX 16

/* Letters and figures: in a copy a blank may be another, and a dash be missing. */
static uint64_t
mix_text(uint64_t hash, const char *text)
{
	uint8_t before = 0;

	for (const uint8_t *s = (const uint8_t *)text; *s != '\0'; s++) {
		bool blank = before == 0xc2 && *s == 0xa0;

		before = *s;
		if (*s >= '0' && *s != 0xc2 && !blank)
			hash = (hash ^ *s) * 0x100000001b3u;
	}
	return hash;
}

/* Of what stands in |n| itself, and in no block in it. */
static uint64_t
mix(uint64_t hash, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *k = c->data[i];

		if (k->type == GUMBO_NODE_TEXT)
			hash = mix_text(hash, k->v.text.text);
		else if (k->type == GUMBO_NODE_ELEMENT &&
			 !page_is_block(k->v.element.tag) &&
			 !page_is_never_text(k->v.element.tag))
			hash = mix(hash, k);
	}
	return hash;
}

/* Where it was said before, or 0; |at| is where it is said now. */
static uint32_t
said_before(struct twice *t, const struct page *p, uint32_t at)
{
	uint64_t hash = mix(0xcbf29ce484222325u, p->e[at].node);

	for (size_t i = 0; i < t->n; i++)
		if (t->said[i].hash == hash)
			return t->said[i].at < at ? t->said[i].at : 0;
	if (t->n < TWICE_MAX) {
		t->said[t->n].hash = hash;
		t->said[t->n++].at = at;
		t->letters += page_prose(&p->e[at]);
	}
	return 0;
}

/* The outermost box in |top| around |i| that begins behind |first|. */
static uint32_t
box(const struct page *p, uint32_t top, uint32_t i, uint32_t first)
{
	while (p->e[i].up != top && p->e[i].up > first)
		i = p->e[i].up;
	return i;
}

/*
 * Nearly all of |i| was said before, and it was most that was.  A text may well repeat
 * a paragraph, and so may lists of dishes or goods.
 */
static bool
is_copy(struct twice *t, const struct page *p, uint32_t i)
{
	uint32_t all = p->e[i].in.prose + page_prose(&p->e[i]), again = 0;
	uint32_t letters = t->letters;

	for (uint32_t k = i; k < p->e[i].end;
	     k = p->e[k].dead ? p->e[k].end : k + 1) {
		uint32_t prose = p->e[k].dead ? 0 : page_prose(&p->e[k]), at;

		if (prose == 0)
			continue;
		at = said_before(t, p, k);
		again += at > 0 && at < i ? prose : 0;
	}
	return p->e[i].tag != GUMBO_TAG_P && 4 * again >= 3 * all &&
	       2 * again >= letters;
}

void
twice_kill(struct twice *t, struct page *p, uint32_t top)
{
	for (uint32_t i = top + 1; i < p->e[top].end;) {
		const struct page_element *e = &p->e[i];
		bool prose = !e->dead && page_prose(e) > 0;
		uint32_t first = prose ? said_before(t, p, i) : 0;

		if (first > 0 && t->looks < LOOKS_MAX) {
			uint32_t b = box(p, top, i, first);

			if (is_copy(t, p, b))
				page_kill(p, b);
			else
				t->looks++;
		}
		i = e->dead ? e->end : i + 1;
	}
}
