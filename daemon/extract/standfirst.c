#include "daemon/extract/standfirst.h"

#include <string.h>

#include "daemon/extract/hint.h"
#include "daemon/extract/names.h"
#include "daemon/extract/noise.h"
#include "proto/base/text.h"

#define N_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define LETTERS_MIN 30
#define BEGUN_MIN   60  /* letters of a summary that was cut off */
#define LETTERS_MAX 900 /* of what it is the beginning of */

/* Parts of names, in the languages of those who make pages; a blank is a name's end. */
static const char *const parts[] = {"standfirst", "subtitle", "sub-title",
    "sub_title", "subhead", "subheadline", "sub-headline", "strapline", "-dek",
    "_dek", "__dek", " dek", "headerdek", "-deck", "_deck", " deck ", "-lede",
    "_lede", " lede", "-lead", "_lead", " lead", "excerpt", "summary",
    "abstract", "perex", "chapeau", "chapo", "einleitung", "vorspann",
    "anreisser", "unterzeile", "ingress", "-intro", "_intro", " intro",
    "preamble", "bajada", "copete", "entradilla", "sumario", "resumo",
    "sommario", "sottotitolo", "occhiello", "zajawka", "anons", "annotation",
    "podzagol", "spot-", "-spot", "ozet", "linha-fina", "bigode", "uvodnik"};

struct wanted {
	struct bytes text; /* without marks that it goes on */
	uint32_t letters;
};

static struct wanted
wanted(struct bytes summary)
{
	struct wanted w = {.text = text_trim(summary)};
	struct buf b;

	while (w.text.n > 3 &&
	       (memcmp(w.text.p + w.text.n - 3, "…", 3) == 0 ||
		   memcmp(w.text.p + w.text.n - 3, "...", 3) == 0))
		w.text = text_trim(bytes_of(w.text.p, w.text.n - 3));
	buf_init(&b, 0);
	buf_put(&b, w.text.p, w.text.n);
	buf_put_u8(&b, '\0');
	w.letters = buf_err(&b) == 0 ? page_letters((const char *)b.p) : 0;
	buf_done(&b);
	return w;
}

/* Many summaries are cut off after so many letters. */
static bool
may_begin(const struct page_element *e, const struct wanted *w)
{
	return w->letters >= BEGUN_MIN && e->in.text >= w->letters &&
	       e->in.text <= LETTERS_MAX;
}

static bool
may_be(const struct page_element *e, const struct wanted *w)
{
	if (e->dead || e->in.block > 0 || !page_is_block(e->tag) ||
	    e->in.text < LETTERS_MIN || e->in.link * 2 > e->in.text)
		return false;
	return may_begin(e, w) || (10 * e->in.text >= 9 * w->letters &&
				      9 * e->in.text <= 10 * w->letters);
}

static bool
says(const struct page_element *e, const struct wanted *w)
{
	struct bytes line;
	struct buf b;
	bool is;

	buf_init(&b, 0);
	page_line(&b, e->node);
	line = text_trim(buf_bytes(&b));
	is = (may_begin(e, w) && line.n >= w->text.n &&
		 memcmp(line.p, w->text.p, w->text.n) == 0) ||
	     (noise_same_title(line, w->text) &&
		 noise_same_title(w->text, line));
	buf_done(&b);
	return is;
}

/* It, or what it is in. */
static bool
is_hidden(const struct page *p, uint32_t i)
{
	while (i > 0 && !hint_is_hidden(p->e[i].node))
		i = p->e[i].up;
	return i > 0;
}

uint32_t
standfirst_find(const struct page *p, struct bytes summary)
{
	struct wanted w = wanted(summary);

	if (w.letters < LETTERS_MIN)
		return 0;
	for (uint32_t i = 1; i < p->n;) {
		const struct page_element *e = &p->e[i];

		if (may_be(e, &w) && says(e, &w) && !is_hidden(p, i))
			return i;
		i = e->dead ? e->end : i + 1;
	}
	return 0;
}

bool
standfirst_is_most(const struct page *p, uint32_t i)
{
	uint32_t at = p->standfirst;

	return at >= i && at < p->e[i].end &&
	       2 * p->e[at].in.text >= p->e[i].in.text;
}

bool
standfirst_is_named(const GumboNode *n)
{
	struct names s = names_of(n, "class", "itemprop");

	return names_have(&s, parts, N_OF(parts));
}
