#include "proto/base/script.h"

#include <stdbool.h>
#include <string.h>

/* Unicode's scripts with right-to-left letters that living texts use. */
static const char *const rtl_scripts[] = {"adlm", "arab", "aran", "hebr",
    "mand", "mend", "nkoo", "rohg", "samr", "syrc", "syre", "syrj", "syrn",
    "thaa", "yezi"};

/* Languages whose usual script (CLDR, likely subtags) is one of them. */
static const char *const rtl_languages[] = {"ar", "arc", "arz", "ary", "aeb",
    "acm", "apc", "azb", "bal", "bgn", "bqi", "ckb", "dv", "fa", "glk", "he",
    "iw", "ji", "khw", "ks", "lrc", "mzn", "nqo", "pnb", "prs", "ps", "rhg",
    "sd", "sdh", "skr", "syr", "ug", "ur", "yi"};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Take a subtag off the front of |*lang|. */
static struct bytes
next_subtag(struct bytes *lang)
{
	struct bytes tag = bytes_of(lang->p, 0);

	while (tag.n < lang->n && lang->p[tag.n] != '-')
		tag.n++;
	*lang = tag.n < lang->n
		    ? bytes_of(lang->p + tag.n + 1, lang->n - tag.n - 1)
		    : bytes_of(NULL, 0);
	return tag;
}

/* |small| is in small letters. */
static bool
is(struct bytes tag, const char *small)
{
	if (strlen(small) != tag.n)
		return false;
	for (size_t i = 0; i < tag.n; i++)
		if ((tag.p[i] | 0x20) != (uint8_t)small[i])
			return false;
	return true;
}

static bool
is_among(struct bytes tag, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(tag, list[i]))
			return true;
	return false;
}

/* The only subtag of four letters (RFC 5646 §2.1), and no part of an extension, which
 * one letter begins. */
static struct bytes
subtag_of_script(struct bytes lang)
{
	while (lang.n > 0) {
		struct bytes tag = next_subtag(&lang);

		if (tag.n == 1)
			break;
		if (tag.n == 4 && !(tag.p[0] >= '0' && tag.p[0] <= '9'))
			return tag;
	}
	return bytes_of(NULL, 0);
}

const char *
script_dir(struct bytes lang)
{
	struct bytes rest = lang, language = next_subtag(&rest);
	struct bytes script = subtag_of_script(rest);
	bool rtl = script.n > 0
		       ? is_among(script, rtl_scripts, N_OF(rtl_scripts))
		       : is_among(language, rtl_languages, N_OF(rtl_languages));

	return rtl ? "rtl" : "ltr";
}
