#include "daemon/extract/topic.h"

#include "proto/base/fold.h"
#include "proto/base/text.h"

#define WORD 4 /* letters of a word that count; shorter ones stand everywhere */

/* Words as they come, character by character. */
struct words {
	uint32_t hash, before; /* |before|: the last wide character */
	unsigned n;            /* of letters in the word */
};

static bool
is_wide(uint32_t c)
{
	return (c >= 0xe00 && c <= 0xeff) || (c >= 0x1000 && c <= 0x109f) ||
	       (c >= 0x1780 && c <= 0x17ff) || (c >= 0x3040 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x20000 && c <= 0x3ffff);
}

bool
topic_is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
	return c >= 0xc0 && c != 0xd7 && c != 0xf7 &&
	       !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f) &&
	       !(c >= 0xfe30 && c <= 0xff0f) && !(c >= 0xff1a && c <= 0xff20);
}

static uint32_t
mix(uint32_t hash, uint32_t c)
{
	return (hash ^ c) * 0x01000193u;
}

/* The hash of a word that ends, or a pair of characters that is there, with |c|; else 0. */
static uint32_t
next(struct words *w, uint32_t c)
{
	uint32_t ready = 0;

	c = fold_char(c);
	if (topic_is_letter(c) && !is_wide(c)) {
		if (w->n++ < WORD)
			w->hash = mix(w->n == 1 ? 0x811c9dc5u : w->hash, c);
		w->before = 0;
		return 0;
	}
	if (w->n >= WORD)
		ready = w->hash | 1;
	w->n = 0;
	if (is_wide(c) && w->before != 0)
		ready = mix(mix(0x811c9dc5u, w->before), c) | 1;
	w->before = is_wide(c) ? c : 0;
	return ready;
}

void
topic_of(struct topic *ret, struct bytes title)
{
	const uint8_t *p = title.p, *end = title.p + title.n;
	struct words w = {.n = 0};

	ret->n = 0;
	for (bool last = false; !last && ret->n < TOPIC_WORDS_MAX;) {
		uint32_t hash;
		size_t i = 0;

		last = p >= end;
		hash = next(&w, last ? ' ' : utf8_next(&p));
		while (i < ret->n && ret->word[i] != hash)
			i++;
		if (hash != 0 && i == ret->n)
			ret->word[ret->n++] = hash;
	}
}

struct look {
	const struct topic *topic;
	struct words words;
	uint32_t found; /* a bit for each word of the topic */
};

static void
look_at(struct look *l, uint32_t c)
{
	uint32_t hash = next(&l->words, c);

	for (size_t i = 0; hash != 0 && i < l->topic->n; i++)
		if (l->topic->word[i] == hash)
			l->found |= (uint32_t)1 << i;
}

static void
look_into(struct look *l, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *k = c->data[i];

		if (k->type == GUMBO_NODE_TEXT ||
		    k->type == GUMBO_NODE_WHITESPACE) {
			const uint8_t *p = (const uint8_t *)k->v.text.text;

			while (*p != '\0')
				look_at(l, utf8_next(&p));
		} else if (k->type == GUMBO_NODE_ELEMENT) {
			if (page_is_block(k->v.element.tag) ||
			    page_is_never_text(k->v.element.tag))
				look_at(l, ' ');
			else
				look_into(l, k);
		}
	}
}

unsigned
topic_shared(const struct topic *t, const GumboNode *n)
{
	struct look l = {.topic = t};
	unsigned shared = 0;

	if (t->n == 0)
		return 0;
	look_into(&l, n);
	look_at(&l, ' ');
	for (; l.found != 0; l.found &= l.found - 1)
		shared++;
	return shared;
}
