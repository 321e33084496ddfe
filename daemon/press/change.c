#include "daemon/press/change.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/press/diff.h"
#include "proto/object/markup.h"

#define AROUND 2 /* words of a quote before and behind what changed */

/* --- parts --- */

static void
name_part(struct change *c, bool differs, const char *name)
{
	size_t n = strlen(c->parts);

	if (differs)
		snprintf(c->parts + n, sizeof(c->parts) - n, "%s%s",
		    n > 0 ? ", " : "", name);
}

static bool
lists_differ(const struct bytes *a, size_t n_a, const struct bytes *b,
    size_t n_b)
{
	bool differ = n_a != n_b;

	for (size_t i = 0; !differ && i < n_a; i++)
		differ = !bytes_eq(a[i], b[i]);
	return differ;
}

static bool
pictures_differ(const struct article *a, const struct article *b)
{
	bool differ = a->n_picture != b->n_picture;

	for (size_t i = 0; !differ && i < a->n_picture; i++)
		differ =
		    !id_eq(&a->picture[i].hash, &b->picture[i].hash) ||
		    !bytes_eq(a->picture[i].alt, b->picture[i].alt) ||
		    !bytes_eq(a->picture[i].caption, b->picture[i].caption);
	return differ;
}

static bool
dates_differ(const struct article *a, const struct article *b)
{
	return a->has_published != b->has_published ||
	       a->published != b->published ||
	       a->has_updated != b->has_updated || a->updated != b->updated;
}

static void
name_parts(struct change *c, const struct article *a, const struct article *b)
{
	name_part(c, !bytes_eq(a->title, b->title), "title");
	name_part(c,
	    lists_differ(a->author, a->n_author, b->author, b->n_author),
	    "authors");
	name_part(c, !bytes_eq(a->section, b->section), "section");
	name_part(c, lists_differ(a->tag, a->n_tag, b->tag, b->n_tag), "tags");
	name_part(c, dates_differ(a, b), "dates");
	name_part(c, !bytes_eq(a->lang, b->lang), "language");
	name_part(c, !bytes_eq(a->address, b->address), "address");
	name_part(c, !bytes_eq(a->summary, b->summary), "summary");
	name_part(c, pictures_differ(a, b), "pictures");
}

/* --- words --- */

struct words {
	struct buf text; /* they borrow from it */
	struct bytes *word;
	size_t n;
};

static void
put_line(struct buf *b, struct bytes text)
{
	buf_put(b, text.p, text.n);
	buf_put_u8(b, '\n');
}

static int
words_of(struct words *w, const struct article *a, struct bytes body)
{
	put_line(&w->text, a->title);
	for (size_t i = 0; i < a->n_author; i++)
		put_line(&w->text, a->author[i]);
	put_line(&w->text, a->section);
	put_line(&w->text, a->summary);
	markup_text(&w->text, body);
	if (buf_err(&w->text) != 0)
		return buf_err(&w->text);
	return diff_cut(&w->word, &w->n, buf_bytes(&w->text));
}

/* True if word |i| stands in the line of the one before it. */
static bool
goes_on(const struct words *w, size_t i)
{
	const uint8_t *p;

	if (i == 0 || i >= w->n)
		return false;
	for (p = w->word[i - 1].p + w->word[i - 1].n; p < w->word[i].p; p++)
		if (*p == '\n')
			return false;
	return true;
}

/* --- quotes --- */

/* The |n| words at |at| with those around, cut between words, or in one too long. */
static void
quote(char dst[CHANGE_QUOTE_MAX], const struct words *w, size_t at, size_t n)
{
	const size_t room = CHANGE_QUOTE_MAX - sizeof("…");
	size_t from = at, to = at + n, len = 0;
	bool whole = true;

	dst[0] = '\0';
	if (n == 0)
		return;
	while (at - from < AROUND && goes_on(w, from))
		from--;
	while (to - at - n < AROUND && goes_on(w, to))
		to++;
	for (size_t i = from; i < to && whole; i++) {
		struct bytes word = w->word[i];
		bool gap =
		    i > from && word.p > w->word[i - 1].p + w->word[i - 1].n;

		whole = len + gap + word.n <= room;
		if (!whole && len > 0)
			break;
		while (!whole && word.n > 0 &&
		       (word.n > room || (word.p[word.n] & 0xc0) == 0x80))
			word.n--;
		if (gap)
			dst[len++] = ' ';
		memcpy(dst + len, word.p, word.n);
		len += word.n;
	}
	memcpy(dst + len, whole ? "" : "…", whole ? 1 : sizeof("…"));
}

/* Runs so near that their quotes would say the same words are one. */
static struct diff_run
join(const struct diff_run *run, size_t n, size_t *at)
{
	struct diff_run r = run[(*at)++];

	for (; *at < n && run[*at].a - (r.a + r.n_a) <= 2 * AROUND; (*at)++) {
		r.n_a = run[*at].a + run[*at].n_a - r.a;
		r.n_b = run[*at].b + run[*at].n_b - r.b;
	}
	return r;
}

static void
fill(struct change *c, const struct words *a, const struct words *b,
    const struct diff_run *run, size_t n)
{
	size_t removed, added, i = 0;

	while (i < n) {
		size_t from = i;
		struct diff_run r = join(run, n, &i);

		for (removed = added = 0; from < i; from++) {
			removed += run[from].n_a;
			added += run[from].n_b;
		}
		c->removed += removed;
		c->added += added;
		c->more = c->n_quote == CHANGE_QUOTES_MAX;
		if (c->more)
			continue;
		quote(c->quote[c->n_quote].before, a, r.a,
		    removed > 0 ? r.n_a : 0);
		quote(c->quote[c->n_quote++].after, b, r.b,
		    added > 0 ? r.n_b : 0);
	}
}

int
change_find(struct change *ret, const struct article *a, struct bytes a_body,
    const struct article *b, struct bytes b_body)
{
	struct words old = {.word = NULL}, now = {.word = NULL};
	struct diff_run *run = NULL;
	size_t n = 0;
	int r;

	*ret = (struct change){.removed = 0};
	buf_init(&old.text, 0);
	buf_init(&now.text, 0);
	name_parts(ret, a, b);
	name_part(ret, !bytes_eq(a_body, b_body), "text");
	r = words_of(&old, a, a_body);
	if (r == 0)
		r = words_of(&now, b, b_body);
	if (r == 0)
		r = diff_words(&run, &n, old.word, old.n, now.word, now.n);
	if (r == 0)
		fill(ret, &old, &now, run, n);
	free(run);
	free(old.word);
	free(now.word);
	buf_done(&old.text);
	buf_done(&now.text);
	return r;
}

void
change_note(struct buf *b, const struct change *c, bool words)
{
	const size_t start = b->n;
	const char *between = ": ";
	bool all = !c->more;

	if (c->removed > 0)
		buf_printf(b, "−%zu", c->removed);
	if (c->added > 0)
		buf_printf(b, "%s+%zu", c->removed > 0 ? " " : "", c->added);
	for (size_t i = 0; words && i < c->n_quote; i++) {
		const char *q = c->quote[i].after;

		if (q[0] == '\0')
			continue;
		if (b->n - start + strlen(q) + strlen(" · “”…") >
		    CHANGE_NOTE_MAX) {
			all = false;
			break;
		}
		buf_printf(b, "%s“%s”", between, q);
		between = " · ";
	}
	if (words && !all)
		buf_put_str(b, " …");
}
