#include "daemon/press/diff.h"

#include <stdbool.h>
#include <stdlib.h>

#include "proto/base/qerr.h"

/* --- words --- */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\n';
}

/* U+3000 to U+9FFF, by the first of their three bytes. */
static bool
stands_alone(uint8_t c)
{
	return c >= 0xe3 && c <= 0xe9;
}

/* The length of the word at the start of |text|, which is not blank. */
static size_t
word_length(struct bytes text)
{
	size_t n = 1;

	if (stands_alone(text.p[0]))
		return text.n < 3 ? text.n : 3;
	while (n < text.n && !is_blank(text.p[n]) && !stands_alone(text.p[n]))
		n++;
	return n;
}

static size_t
cut(struct bytes *dst, struct bytes text)
{
	size_t n = 0;

	while (text.n > 0) {
		size_t k = 1;

		if (!is_blank(text.p[0])) {
			k = word_length(text);
			if (dst != NULL)
				dst[n] = bytes_of(text.p, k);
			n++;
		}
		text = bytes_of(text.p + k, text.n - k);
	}
	return n;
}

int
diff_cut(struct bytes **ret, size_t *ret_n, struct bytes text)
{
	*ret_n = cut(NULL, text);
	*ret = calloc(*ret_n + 1, sizeof(**ret));
	if (*ret == NULL)
		return QERR_NOMEM;
	cut(*ret, text);
	return 0;
}

/* --- Myers --- */

/*
 * Diagonal k holds the points x - y = k.  Row d of |reach| says how far d steps lead on
 * the diagonals -d, -d + 2, … d: its entry i is the x on diagonal 2i - d.
 */
struct search {
	const struct bytes *a, *b;
	size_t n_a, n_b;
	bool *gone, *come; /* words of a, of b */
	size_t *reach;
};

static size_t *
row(const struct search *s, size_t d)
{
	return s->reach + d * (d + 1) / 2;
}

/* True if the last step to entry |i| of row |d| takes a word of b in, not one of a out. */
static bool
comes(const struct search *s, size_t d, size_t i)
{
	const size_t *before = row(s, d - 1);

	return i == 0 || (i != d && before[i - 1] < before[i]);
}

/* Where that step ends, before the words that are alike. */
static size_t
step(const struct search *s, size_t d, size_t i)
{
	if (d == 0)
		return 0;
	return comes(s, d, i) ? row(s, d - 1)[i] : row(s, d - 1)[i - 1] + 1;
}

/* Fill row |d|; true, and its entry, if it reaches the end of both. */
static bool
advance(struct search *s, size_t d, size_t *ret_i)
{
	for (size_t i = 0; i <= d; i++) {
		size_t x = step(s, d, i), y = x + d - 2 * i;

		while (x < s->n_a && y < s->n_b && bytes_eq(s->a[x], s->b[y])) {
			x++;
			y++;
		}
		row(s, d)[i] = x;
		*ret_i = i;
		if (x >= s->n_a && y >= s->n_b)
			return true;
	}
	return false;
}

/* Mark the words that go and come on the way to entry |i| of row |d|. */
static void
mark(const struct search *s, size_t d, size_t i)
{
	for (; d > 0; d--) {
		size_t x = step(s, d, i), y = x + d - 2 * i;

		if (comes(s, d, i)) {
			s->come[y - 1] = true;
		} else {
			s->gone[x - 1] = true;
			i--;
		}
	}
}

static void
mark_all(const struct search *s)
{
	for (size_t i = 0; i < s->n_a; i++)
		s->gone[i] = true;
	for (size_t i = 0; i < s->n_b; i++)
		s->come[i] = true;
}

static void
compare(struct search *s)
{
	size_t i = 0;

	for (size_t d = 0; d <= DIFF_STEPS_MAX; d++)
		if (advance(s, d, &i)) {
			mark(s, d, i);
			return;
		}
	mark_all(s);
}

/* --- runs --- */

static size_t
collect(struct diff_run *dst, const bool *gone, size_t n_a, const bool *come,
    size_t n_b)
{
	struct diff_run r = {0, 0, 0, 0};
	size_t n = 0;

	while (r.a < n_a || r.b < n_b) {
		for (r.n_a = 0; r.a + r.n_a < n_a && gone[r.a + r.n_a];)
			r.n_a++;
		for (r.n_b = 0; r.b + r.n_b < n_b && come[r.b + r.n_b];)
			r.n_b++;
		if (r.n_a + r.n_b > 0) {
			if (dst != NULL)
				dst[n] = r;
			n++;
		}
		r.a += r.n_a + 1;
		r.b += r.n_b + 1;
	}
	return n;
}

int
diff_words(struct diff_run **ret, size_t *ret_n, const struct bytes *a,
    size_t n_a, const struct bytes *b, size_t n_b)
{
	size_t head = 0, tail = 0;
	struct search s = {.reach = NULL};
	bool *gone = calloc(n_a + 1, sizeof(*gone));
	bool *come = calloc(n_b + 1, sizeof(*come));
	int r = QERR_NOMEM;

	*ret = NULL;
	*ret_n = 0;
	s.reach = calloc((DIFF_STEPS_MAX + 1) * (DIFF_STEPS_MAX + 2) / 2,
	    sizeof(*s.reach));
	if (gone == NULL || come == NULL || s.reach == NULL)
		goto out;
	while (head < n_a && head < n_b && bytes_eq(a[head], b[head]))
		head++;
	while (head + tail < n_a && head + tail < n_b &&
	       bytes_eq(a[n_a - tail - 1], b[n_b - tail - 1]))
		tail++;
	s.a = a + head;
	s.b = b + head;
	s.n_a = n_a - head - tail;
	s.n_b = n_b - head - tail;
	s.gone = gone + head;
	s.come = come + head;
	compare(&s);
	r = 0;
	*ret_n = collect(NULL, gone, n_a, come, n_b);
	if (*ret_n == 0)
		goto out;
	*ret = calloc(*ret_n, sizeof(**ret));
	if (*ret == NULL)
		r = QERR_NOMEM;
	else
		collect(*ret, gone, n_a, come, n_b);
out:
	free(gone);
	free(come);
	free(s.reach);
	return r;
}
