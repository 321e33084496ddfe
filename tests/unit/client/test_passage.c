#include "client/passage.h"

#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/text.h"
#include "tests/lib/check.h"

/* The passage of |text| around |term|, or NULL if it is not in it. */
static const char *
passage(const char *text, const char *term)
{
	static struct buf out;
	struct buf fold = {0}, word = {0};
	size_t at;

	fold_text(&fold, bytes_str(text));
	fold_text(&word, bytes_str(term));
	at = passage_find(buf_bytes(&fold), buf_bytes(&word));
	buf_clear(&out);
	if (at != SIZE_MAX)
		passage_cut(&out, bytes_str(text), buf_bytes(&fold), at);
	buf_put_u8(&out, 0);
	check(buf_err(&out) == 0);
	buf_done(&fold);
	buf_done(&word);
	return at == SIZE_MAX ? NULL : (const char *)out.p;
}

static bool
is(const char *text, const char *term, const char *want)
{
	const char *got = passage(text, term);

	return want == NULL || got == NULL ? got == want
					   : strcmp(got, want) == 0;
}

static void
short_texts_are_shown_whole(void)
{
	check(is("The dam held.", "DAM", "The dam held."));
	check(is("One\n\nTwo", "two", "One Two"));
	check(is("Вода вернулась", "ВЕРНУЛАСЬ", "Вода вернулась"));
	check(is("The dam held.", "water", NULL));
	check(is("", "x", NULL));
	check(is("They don\u2019t", "don't", "They don\u2019t"));
}

static void
long_texts_are_cut_between_words(void)
{
	char text[1000] = "", want[1000];

	for (int i = 0; i < 40; i++)
		strcat(text, "before ");
	strcat(text, "FOUND");
	for (int i = 0; i < 40; i++)
		strcat(text, " after");
	strcpy(want, "…before before before before FOUND");
	for (int i = 0; i < 25; i++)
		strcat(want, " after");
	strcat(want, "…");
	check(is(text, "found", want));
}

/* U+2C6F folds to U+0250: three bytes to two; what is found is shown all the same. */
static void
folding_may_change_lengths(void)
{
	char text[1000] = "";

	for (int i = 0; i < 100; i++)
		strcat(text, "\xe2\xb1\xaf");
	strcat(text, " here");
	check(is(text, "HERE", "…here"));
}

/* Words of a language without blanks are cut between characters. */
static void
no_blanks_are_needed(void)
{
	char text[2000] = "";
	const char *got;

	for (int i = 0; i < 200; i++)
		strcat(text, "水");
	strcat(text, "坝");
	for (int i = 0; i < 200; i++)
		strcat(text, "水");
	got = passage(text, "坝");
	check(got != NULL && utf8_valid(bytes_str(got)));
	check(strlen(got) ==
	      3 * (1 + PASSAGE_BEFORE + PASSAGE_AFTER + 1)); /* … each side */
}

int
main(void)
{
	short_texts_are_shown_whole();
	long_texts_are_cut_between_words();
	folding_may_change_lengths();
	no_blanks_are_needed();
	return 0;
}
