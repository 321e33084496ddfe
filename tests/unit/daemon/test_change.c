#include "daemon/press/change.h"

#include <stdlib.h>

#include "daemon/press/diff.h"
#include "proto/base/text.h"
#include "tests/lib/check.h"

/* --- words --- */

/* Words that both have in their order, at most: the slow way. */
static size_t
common(const struct bytes *a, size_t n_a, const struct bytes *b, size_t n_b)
{
	size_t best[64][64] = {{0}};

	for (size_t i = 1; i <= n_a; i++)
		for (size_t j = 1; j <= n_b; j++) {
			size_t up = best[i - 1][j], left = best[i][j - 1];

			best[i][j] = bytes_eq(a[i - 1], b[j - 1])
					 ? best[i - 1][j - 1] + 1
				     : up > left ? up
						 : left;
		}
	return best[n_a][n_b];
}

/* Outside of the runs both are alike; the words in them are counted. */
static size_t
walk(const struct diff_run *run, size_t n, const struct bytes *a, size_t n_a,
    const struct bytes *b, size_t n_b)
{
	size_t x = 0, y = 0, steps = 0;

	for (size_t i = 0; i < n; i++) {
		for (; x < run[i].a; x++, y++)
			check(y < n_b && bytes_eq(a[x], b[y]));
		check(x == run[i].a && y == run[i].b);
		check(i == 0 || x > run[i - 1].a + run[i - 1].n_a);
		x += run[i].n_a;
		y += run[i].n_b;
		steps += run[i].n_a + run[i].n_b;
	}
	for (; x < n_a; x++, y++)
		check(y < n_b && bytes_eq(a[x], b[y]));
	check(y == n_b);
	return steps;
}

static void
shortest_way(void)
{
	static const char *const letter[] = {"a", "b", "c"};
	struct bytes w[2][40];
	struct diff_run *run;
	size_t n;

	srandom(7);
	for (int round = 0; round < 3000; round++) {
		size_t len[2];

		for (int k = 0; k < 2; k++) {
			len[k] = (size_t)random() % 40;
			for (size_t i = 0; i < len[k]; i++)
				w[k][i] = bytes_str(letter[random() % 3]);
		}
		check(diff_words(&run, &n, w[0], len[0], w[1], len[1]) == 0);
		check(walk(run, n, w[0], len[0], w[1], len[1]) ==
		      len[0] + len[1] - 2 * common(w[0], len[0], w[1], len[1]));
		free(run);
	}
}

/* Two texts that have next to nothing in common cost no more than the bound. */
static void
too_far_apart(void)
{
	enum {
		N = 200000
	};
	struct bytes *a = calloc(N, sizeof(*a)), *b = calloc(N, sizeof(*b));
	struct diff_run *run;
	size_t n;

	check(a != NULL && b != NULL);
	for (size_t i = 0; i < N; i++) {
		a[i] = bytes_str(i % 9 == 0 ? "same" : "one");
		b[i] = bytes_str(i % 7 == 0 ? "same" : "other");
	}
	check(diff_words(&run, &n, a, N, b, N) == 0);
	check(n == 1 && walk(run, n, a, N, b, N) > N);
	free(run);
	/* A few more words than the bound are one run, as many are not. */
	for (size_t i = 0; i < N; i++)
		a[i] = b[i] = bytes_str("one");
	for (size_t i = 0; i < DIFF_STEPS_MAX / 2; i++)
		b[20 * i] = bytes_str("new");
	check(diff_words(&run, &n, a, N, b, N) == 0);
	check(n == DIFF_STEPS_MAX / 2);
	check(walk(run, n, a, N, b, N) == DIFF_STEPS_MAX);
	free(run);
	b[20 * (DIFF_STEPS_MAX / 2)] = bytes_str("new");
	check(diff_words(&run, &n, a, N, b, N) == 0);
	check(n == 1);
	walk(run, n, a, N, b, N);
	free(run);
	free(a);
	free(b);
}

static void
cutting(void)
{
	struct bytes *w;
	size_t n;

	check(diff_cut(&w, &n, bytes_str("  one\ntwo 中文abc ")) == 0);
	check(n == 5 && bytes_eq(w[1], bytes_str("two")) &&
	      bytes_eq(w[3], bytes_str("文")) &&
	      bytes_eq(w[4], bytes_str("abc")));
	free(w);
	check(diff_cut(&w, &n, bytes_str(" \n")) == 0 && n == 0);
	free(w);
}

/* --- articles --- */

static struct article
titled(const char *title)
{
	return (struct article){.name = bytes_str("n"),
	    .revision = 1,
	    .lang = bytes_str("en"),
	    .title = bytes_str(title)};
}

static void
find(struct change *c, const char *a, const char *b)
{
	struct article x = titled("Fire"), y = titled("Fire");

	check(change_find(c, &x, bytes_str(a), &y, bytes_str(b)) == 0);
}

static bool
notes(const struct change *c, bool words, const char *expected)
{
	struct buf b;
	bool same;

	buf_init(&b, 0);
	change_note(&b, c, words);
	same = bytes_eq(buf_bytes(&b), bytes_str(expected));
	if (!same)
		fprintf(stderr, "%.*s\n", (int)b.n, (const char *)b.p);
	check(b.n <= CHANGE_NOTE_MAX);
	check(b.n == 0 || text_check(buf_bytes(&b), false) == 0);
	buf_done(&b);
	return same;
}

static void
what_changed(void)
{
	struct change c;

	find(&c, "<p>The fire killed 12 people in May.</p><p>More.</p>",
	    "<p>The fire killed 13 people in May.</p><p>More.</p>");
	check(c.removed == 1 && c.added == 1 && c.n_quote == 1);
	check(strcmp(c.parts, "text") == 0);
	check(strcmp(c.quote[0].before, "fire killed 12 people in") == 0);
	check(strcmp(c.quote[0].after, "fire killed 13 people in") == 0);
	check(notes(&c, true, "−1 +1: “fire killed 13 people in”"));
	check(notes(&c, false, "−1 +1"));

	/* What is around is of the same paragraph. */
	find(&c, "<p>One.</p><p>Three.</p>",
	    "<p>One.</p><p>Two!</p><p>Three.</p>");
	check(c.removed == 0 && strcmp(c.quote[0].before, "") == 0);
	check(notes(&c, true, "+1: “Two!”"));

	/* Form alone has no words. */
	find(&c, "<p>a b</p>", "<p>a <em>b</em></p>");
	check(strcmp(c.parts, "text") == 0 && c.n_quote == 0);
	check(notes(&c, true, ""));
}

/* What was taken out is for the newsroom's eyes, never in the note. */
static void
removed_words(void)
{
	struct change c;

	find(&c, "<p>He said that Judge Anna Orlova took money.</p>",
	    "<p>He said that.</p>");
	check(strstr(c.quote[0].before, "Orlova") != NULL);
	check(notes(&c, true, "−6 +1: “He said that.”"));
	find(&c, "<p>See the source Maria K. here today.</p>",
	    "<p>See the source here today.</p>");
	check(strcmp(c.quote[0].after, "") == 0);
	check(notes(&c, true, "−2"));
}

static void
parts(void)
{
	struct article x = titled("Old title"), y = titled("New title");
	struct change c;

	y.author[y.n_author++] = bytes_str("A. Writer");
	y.tag[y.n_tag++] = bytes_str("tag");
	y.has_published = true;
	y.section = y.address = y.summary = bytes_str("s");
	y.lang = bytes_str("fr");
	y.n_picture = 1;
	check(change_find(&c, &x, bytes_str("<p>a</p>"), &y,
		  bytes_str("<p>b</p>")) == 0);
	check(strcmp(c.parts,
		  "title, authors, section, tags, dates, language, address, "
		  "summary, pictures, text") == 0);
	check(strcmp(c.quote[0].before, "Old title a") == 0 ||
	      strncmp(c.quote[0].before, "Old title", 9) == 0);
}

/* Many changes, and long words: both lists stay within their bounds. */
static void
bounds(void)
{
	struct buf a, b;
	struct change c;

	buf_init(&a, 0);
	buf_init(&b, 0);
	buf_put_str(&a, "<p>");
	buf_put_str(&b, "<p>");
	for (int i = 0; i < 40; i++) {
		buf_printf(&a, "same same same same same same old%d ", i);
		buf_printf(&b, "same same same same same same ");
		for (int k = 0; k < 50 + i; k++)
			buf_put_str(&b, "я");
		buf_put_u8(&b, ' ');
	}
	buf_put_str(&a, "end</p>");
	buf_put_str(&b, "end</p>");
	buf_put_u8(&a, 0);
	buf_put_u8(&b, 0);
	find(&c, (const char *)a.p, (const char *)b.p);
	check(c.n_quote == CHANGE_QUOTES_MAX && c.more);
	check(c.removed == 40 && c.added == 40);
	buf_clear(&a);
	change_note(&a, &c, true);
	check(a.n > CHANGE_NOTE_MAX / 2 && a.n <= CHANGE_NOTE_MAX);
	check(text_check(buf_bytes(&a), false) == 0);
	check(memcmp(a.p + a.n - 4, " …", 4) == 0);

	/* One word longer than a quote. */
	for (int shift = 0; shift < 3; shift++) {
		buf_clear(&b);
		buf_printf(&b, "<p>%.*s", shift, "aaa");
		for (int k = 0; k < 500; k++)
			buf_put_str(&b, "я");
		buf_put(&b, "</p>", 5);
		find(&c, "<p>x</p>", (const char *)b.p);
		check(strlen(c.quote[0].after) < CHANGE_QUOTE_MAX);
		check(strlen(c.quote[0].after) > CHANGE_QUOTE_MAX - 10);
		check(text_check(bytes_str(c.quote[0].after), false) == 0);
	}
	buf_done(&a);
	buf_done(&b);
}

int
main(void)
{
	cutting();
	shortest_way();
	too_far_apart();
	what_changed();
	removed_words();
	parts();
	bounds();
	return 0;
}
