#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/sim.h"

void
tally_add(struct tally *t, uint64_t v)
{
	if (t->n == t->cap) {
		t->cap = t->cap * 2 + 16;
		t->v = realloc(t->v, t->cap * sizeof(*t->v));
	}
	t->v[t->n++] = v;
	t->sorted = false;
}

static int
cmp(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

uint64_t
tally_at(struct tally *t, unsigned permille)
{
	if (t->n == 0)
		return 0;
	if (!t->sorted)
		qsort(t->v, t->n, sizeof(*t->v), cmp);
	t->sorted = true;
	return t->v[(t->n - 1) * permille / 1000];
}

void
tally_done(struct tally *t)
{
	free(t->v);
	*t = (struct tally){0};
}

void
say(const struct world *w, const char *fmt, ...)
{
	va_list ap;

	if (!w->verbose)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}
