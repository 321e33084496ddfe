#include "client/terms.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* |word| is taken as these |terms|, with a '|' behind each. */
static void
is(const char *word, const char *terms)
{
	struct terms t = {.n = 0};
	struct buf got;

	buf_init(&got, 0);
	check(terms_add(&t, word) == 0);
	for (size_t i = 0; i < t.n; i++) {
		buf_put(&got, t.term[i].p, t.term[i].n);
		buf_put_u8(&got, '|');
	}
	if (!bytes_eq(buf_bytes(&got), bytes_str(terms)))
		fprintf(stderr, "%s: %.*s\n", word, (int)got.n, got.p);
	check(bytes_eq(buf_bytes(&got), bytes_str(terms)));
	buf_done(&got);
	terms_done(&t);
}

int
main(void)
{
	struct terms t = {.n = 0};

	is("Press", "press|");
	is("free press", "free press|");
	is("  free\t\n press ", "free press|");

	/* As it is typed, and as it is printed. */
	is("don't", "don't|");
	is("don\u2019t", "don't|");
	is("м\u02bcята", "м'ята|");
	is("New\u00a0York", "new york|");

	/* Phrases, in the marks of several languages. */
	is("\"free press\"", "free press|");
	is("\u201cfree press\u201d", "free press|");
	is("\u00ab\u00a0la presse\u00a0\u00bb", "la presse|");
	is("\u201efreie Presse\u201c", "freie presse|");
	is("\u300c自由\u300d", "自由|");
	is("'free press'", "free press|");
	is("\"free press\" Paris \"a law\"", "free press|paris|a law|");

	/* A mark alone belongs to nothing; nothing else, and it is meant. */
	is("free \"press", "free|press|");
	is("press\"", "press|");
	is("\"", "\"|");
	is("\u201d", "\"|");
	is("'", "'|");
	is("''", "''|");
	is("\"\"", "\"\"|");

	check(terms_add(&t, "") == QERR_MISSING);
	check(terms_add(&t, " \t") == QERR_MISSING);
	check(terms_add(&t, "\xff") == QERR_TEXT);
	for (size_t i = 0; i < TERMS_MAX; i++)
		check(terms_add(&t, "a") == 0);
	check(terms_add(&t, "a") == QERR_FULL);
	terms_done(&t);
	return 0;
}
