#include "daemon/ingest/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/ingest/jsonfeed.h"
#include "proto/base/text.h"

#define LETTERS_MIN 30 /* a text of fewer tells nothing */
#define IDEOGRAM    3  /* letters that a character of a word each is worth */

#define SCRIPT(s) (1U << TONGUE_##s)

static const struct {
	uint32_t first, last;
	enum tongue_script script;
} ranges[] = {
    {'A', 'Z', TONGUE_LATIN},
    {'a', 'z', TONGUE_LATIN},
    {0xc0, 0x24f, TONGUE_LATIN},
    {0x370, 0x3ff, TONGUE_GREEK},
    {0x400, 0x52f, TONGUE_CYRILLIC},
    {0x531, 0x58a, TONGUE_ARMENIAN},
    {0x5d0, 0x5f2, TONGUE_HEBREW},
    {0x620, 0x64a, TONGUE_ARABIC},
    {0x66e, 0x6d3, TONGUE_ARABIC},
    {0x710, 0x72f, TONGUE_SYRIAC},
    {0x750, 0x77f, TONGUE_ARABIC},
    {0x780, 0x7a5, TONGUE_THAANA},
    {0x7ca, 0x7ea, TONGUE_NKO},
    {0x8a0, 0x8c7, TONGUE_ARABIC},
    {0x904, 0x963, TONGUE_DEVANAGARI},
    {0x971, 0x97f, TONGUE_DEVANAGARI},
    {0x980, 0x9e3, TONGUE_BENGALI},
    {0xa00, 0xa65, TONGUE_GURMUKHI},
    {0xa80, 0xae3, TONGUE_GUJARATI},
    {0xb00, 0xb63, TONGUE_ORIYA},
    {0xb80, 0xbe5, TONGUE_TAMIL},
    {0xc00, 0xc63, TONGUE_TELUGU},
    {0xc80, 0xce3, TONGUE_KANNADA},
    {0xd00, 0xd63, TONGUE_MALAYALAM},
    {0xd80, 0xddf, TONGUE_SINHALA},
    {0xe00, 0xe4f, TONGUE_THAI},
    {0xe80, 0xecf, TONGUE_LAO},
    {0xf40, 0xfbc, TONGUE_TIBETAN},
    {0x1000, 0x103f, TONGUE_BURMESE},
    {0x1050, 0x108f, TONGUE_BURMESE},
    {0x10a0, 0x10ff, TONGUE_GEORGIAN},
    {0x1100, 0x11ff, TONGUE_HANGUL},
    {0x1200, 0x135a, TONGUE_ETHIOPIC},
    {0x1780, 0x17d3, TONGUE_KHMER},
    {0x1820, 0x18aa, TONGUE_MONGOLIAN},
    {0x1e00, 0x1eff, TONGUE_LATIN},
    {0x1f00, 0x1fff, TONGUE_GREEK},
    {0x3041, 0x30fe, TONGUE_KANA},
    {0x3400, 0x4dbf, TONGUE_HAN},
    {0x4e00, 0x9fff, TONGUE_HAN},
    {0xac00, 0xd7a3, TONGUE_HANGUL},
    {0xf900, 0xfaff, TONGUE_HAN},
    {0xfb50, 0xfdff, TONGUE_ARABIC},
    {0xfe70, 0xfefc, TONGUE_ARABIC},
    {0x20000, 0x3ffff, TONGUE_HAN},
};
#define N_RANGES (sizeof(ranges) / sizeof(ranges[0]))

/* What a person calls them, and the subtags (ISO 15924) that say them. */
static const struct {
	const char *name, *tags;
} scripts[TONGUE_SCRIPTS] = {
    [TONGUE_LATIN] = {"Latin", "latn latf latg"},
    [TONGUE_GREEK] = {"Greek", "grek"},
    [TONGUE_CYRILLIC] = {"Cyrillic", "cyrl cyrs"},
    [TONGUE_ARMENIAN] = {"Armenian", "armn"},
    [TONGUE_HEBREW] = {"Hebrew", "hebr"},
    [TONGUE_ARABIC] = {"Arabic", "arab aran"},
    [TONGUE_SYRIAC] = {"Syriac", "syrc syre syrj syrn"},
    [TONGUE_THAANA] = {"Thaana", "thaa"},
    [TONGUE_NKO] = {"N'Ko", "nkoo"},
    [TONGUE_DEVANAGARI] = {"Devanagari", "deva"},
    [TONGUE_BENGALI] = {"Bengali", "beng"},
    [TONGUE_GURMUKHI] = {"Gurmukhi", "guru"},
    [TONGUE_GUJARATI] = {"Gujarati", "gujr"},
    [TONGUE_ORIYA] = {"Odia", "orya"},
    [TONGUE_TAMIL] = {"Tamil", "taml"},
    [TONGUE_TELUGU] = {"Telugu", "telu"},
    [TONGUE_KANNADA] = {"Kannada", "knda"},
    [TONGUE_MALAYALAM] = {"Malayalam", "mlym"},
    [TONGUE_SINHALA] = {"Sinhala", "sinh"},
    [TONGUE_THAI] = {"Thai", "thai"},
    [TONGUE_LAO] = {"Lao", "laoo"},
    [TONGUE_TIBETAN] = {"Tibetan", "tibt"},
    [TONGUE_BURMESE] = {"Burmese", "mymr"},
    [TONGUE_GEORGIAN] = {"Georgian", "geor geok"},
    [TONGUE_ETHIOPIC] = {"Ethiopic", "ethi"},
    [TONGUE_KHMER] = {"Khmer", "khmr"},
    [TONGUE_MONGOLIAN] = {"Mongolian", "mong"},
    [TONGUE_HANGUL] = {"Korean", "hang kore jamo"},
    [TONGUE_KANA] = {"Japanese", "jpan hira kana hrkt"},
    [TONGUE_HAN] = {"Chinese", "hans hant hani hanb jpan kore"},
};

/*
 * Which languages are written in what, as far as that is sure: who writes in several
 * is in the line of all of them, and who is left out may be written in anything.
 */
static const struct {
	uint32_t scripts;
	const char *langs;
} written[] = {
    {SCRIPT(LATIN),
	"af ast br ca ceb co cs cy da de en eo es et eu fi fil fo fr fur fy ga "
	"gd gl gn gsw haw hr ht hu hsb dsb ig is it kl la lb lg ln lt lv mg mi "
	"mt nb nds nl nn no nso ny oc om pl pt qu rm rn rw sc sk sl sm sn sq "
	"ss st sv tet tl tn to tpi ts ve vi war xh yo zu"},
    {SCRIPT(CYRILLIC), "ba bg ce cv kv mk os ru sah tyv udm uk"},
    {SCRIPT(GREEK), "el"},
    {SCRIPT(ARMENIAN), "hy"},
    {SCRIPT(HEBREW), "he iw ji yi"},
    {SCRIPT(ARABIC), "ar azb ckb fa glk lrc mzn pnb prs ps ur"},
    {SCRIPT(SYRIAC), "syr"},
    {SCRIPT(THAANA), "dv"},
    {SCRIPT(NKO), "nqo"},
    {SCRIPT(DEVANAGARI), "bho hi mai mr ne new"},
    {SCRIPT(BENGALI), "as bn"},
    {SCRIPT(GUJARATI), "gu"},
    {SCRIPT(ORIYA), "or"},
    {SCRIPT(TAMIL), "ta"},
    {SCRIPT(TELUGU), "te"},
    {SCRIPT(KANNADA), "kn"},
    {SCRIPT(MALAYALAM), "ml"},
    {SCRIPT(SINHALA), "si"},
    {SCRIPT(THAI), "th"},
    {SCRIPT(LAO), "lo"},
    {SCRIPT(TIBETAN), "bo dz"},
    {SCRIPT(BURMESE), "mnw my shn"},
    {SCRIPT(GEORGIAN), "ka xmf"},
    {SCRIPT(ETHIOPIC), "am ti"},
    {SCRIPT(KHMER), "km"},
    {SCRIPT(HANGUL) | SCRIPT(HAN), "ko"},
    {SCRIPT(KANA) | SCRIPT(HAN), "ja"},
    {SCRIPT(HAN), "gan wuu yue zh"},
    {SCRIPT(GURMUKHI) | SCRIPT(ARABIC), "pa"},
    {SCRIPT(ARABIC) | SCRIPT(DEVANAGARI), "ks sd"},
    {SCRIPT(LATIN) | SCRIPT(CYRILLIC), "be bs cnr crh gag mo ro sh sr tt"},
    {SCRIPT(LATIN) | SCRIPT(ARABIC), "bal ff ha id ms so sw tr wo"},
    {SCRIPT(CYRILLIC) | SCRIPT(ARABIC), "ky tg"},
    {SCRIPT(CYRILLIC) | SCRIPT(MONGOLIAN), "mn"},
    {SCRIPT(LATIN) | SCRIPT(CYRILLIC) | SCRIPT(ARABIC), "az kk ku tk ug uz"},
};

static void
count_one(struct tongue *t, uint32_t c)
{
	size_t from = 0, to = N_RANGES;

	while (from < to) {
		size_t i = (from + to) / 2;

		if (c < ranges[i].first)
			to = i;
		else if (c > ranges[i].last)
			from = i + 1;
		else {
			enum tongue_script s = ranges[i].script;

			t->of[s] += s >= TONGUE_HANGUL ? IDEOGRAM : 1;
			return;
		}
	}
}

void
tongue_count(struct tongue *t, struct bytes text)
{
	for (const uint8_t *p = text.p, *end = p + text.n; p < end;)
		count_one(t, utf8_next(&p));
}

/* The script of nearly all of it, or TONGUE_SCRIPTS: too short, or too mixed. */
static enum tongue_script
script_of(const struct tongue *t)
{
	uint64_t of[TONGUE_SCRIPTS], all = 0;
	size_t most = 0;

	for (size_t i = 0; i < TONGUE_SCRIPTS; i++)
		all += of[i] = t->of[i];
	/* Japanese has Chinese characters, and its own between them. */
	if (of[TONGUE_KANA] * 8 > of[TONGUE_HAN]) {
		of[TONGUE_KANA] += of[TONGUE_HAN];
		of[TONGUE_HAN] = 0;
	}
	for (size_t i = 1; i < TONGUE_SCRIPTS; i++)
		if (of[i] > of[most])
			most = i;
	return all >= LETTERS_MIN && of[most] * 4 > all * 3
		   ? (enum tongue_script)most
		   : TONGUE_SCRIPTS;
}

/* Take a word off the front of |*list|, up to any of |ends|; false if there is none. */
static bool
next_word(struct bytes *list, char end, struct bytes *ret)
{
	size_t n = 0;

	while (list->n > 0 && list->p[0] == end)
		*list = bytes_of(list->p + 1, list->n - 1);
	while (n < list->n && list->p[n] != end)
		n++;
	*ret = bytes_of(list->p, n);
	*list = bytes_of(list->p + n, list->n - n);
	return n > 0;
}

static bool
is_among(struct bytes word, const char *list)
{
	struct bytes left = bytes_str(list), w;

	while (next_word(&left, ' ', &w))
		if (w.n == word.n && strncasecmp((const char *)w.p,
					 (const char *)word.p, w.n) == 0)
			return true;
	return false;
}

static bool
is_alphabetic(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] | 0x20) < 'a' || (s.p[i] | 0x20) > 'z')
			return false;
	return true;
}

/* The scripts that |lang| may be in: by its subtag of four letters, behind which the region
 * comes and then variants, of which some have four characters (RFC 5646 §2.1: "de-1996"),
 * else by its language. */
static uint32_t
scripts_of(struct bytes lang)
{
	struct bytes first, tag;
	uint32_t found = 0;

	if (!next_word(&lang, '-', &first))
		return UINT32_MAX;
	/* Only its extended languages, of three letters, are before it. */
	while (next_word(&lang, '-', &tag) && tag.n > 2 && tag.n < 5 &&
	       is_alphabetic(tag)) {
		if (tag.n == 3)
			continue;
		for (size_t i = 0; i < TONGUE_SCRIPTS; i++)
			if (is_among(tag, scripts[i].tags))
				found |= 1U << i;
		return found != 0 ? found : UINT32_MAX;
	}
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		if (is_among(first, written[i].langs))
			return written[i].scripts;
	return UINT32_MAX;
}

/* False if |lang| (BCP 47) is for sure not written in |s|. */
static bool
fits(struct bytes lang, enum tongue_script s)
{
	return s == TONGUE_SCRIPTS || (scripts_of(lang) >> s & 1) != 0;
}

const char *
tongue_place(const struct ingest_source *src)
{
	switch (src->kind) {
	case INGEST_HTML:
		return "<html lang=\"…\">, or \"lang: …\" on top";
	case INGEST_FEED:
		if (src->page.n > 0)
			return "<html lang=\"…\"> into its page";
		return jsonfeed_is(src->data)
			   ? "\"language\": \"…\" into the feed"
			   : "<language>…</language> into its channel, or "
			     "xml:lang=\"…\" if it is Atom";
	case INGEST_MARKDOWN:
	case INGEST_TEXT:
		break;
	}
	return "\"lang: …\" on top";
}

/* True if |lang| is one of those that are written in |s|. */
static bool
is_written_in(struct bytes lang, enum tongue_script s)
{
	uint32_t may = scripts_of(lang);

	return may != UINT32_MAX && s != TONGUE_SCRIPTS && (may >> s & 1) != 0;
}

/* The first language that it names anywhere and that is written in |s|. */
static const char *
fitting(const struct ingest_doc *d, enum tongue_script s)
{
	for (size_t i = 0; i < d->n_said; i++)
		if (is_written_in(bytes_str(d->said[i]), s))
			return d->said[i];
	return d->entry_lang != NULL &&
		       is_written_in(bytes_str(d->entry_lang), s)
		   ? d->entry_lang
		   : NULL;
}

/* The only one of |langs| that is written in |s|, or none. */
static struct bytes
only_fitting(struct bytes langs, enum tongue_script s)
{
	struct bytes found = {NULL, 0}, w;

	while (next_word(&langs, ' ', &w)) {
		if (!is_written_in(w, s))
			continue;
		if (found.n > 0)
			return bytes_of(NULL, 0);
		found = w;
	}
	return found;
}

/* What it is if nobody looks at its letters. */
static struct bytes
usual(const struct ingest_doc *d, struct bytes langs)
{
	struct bytes last = {NULL, 0}, w;
	size_t n = 0;

	if (d->n_said > 0)
		return bytes_str(d->said[0]);
	if (d->entry_lang != NULL)
		return bytes_str(d->entry_lang);
	for (; next_word(&langs, ' ', &w); n++)
		last = w;
	return n == 1 || bytes_eq(last, bytes_str("und")) ? last
							  : bytes_of(NULL, 0);
}

static void
become(struct ingest_doc *d, struct bytes lang)
{
	char *copy = lang.n > 0 ? strndup((const char *)lang.p, lang.n) : NULL;

	free(d->lang);
	d->lang = copy; /* if there is none, that is told later */
}

void
tongue_assume(struct ingest_doc *d, struct bytes langs)
{
	become(d, usual(d, langs));
}

static void
tell(struct ingest_doc *d, enum tongue_script s, struct bytes other,
    const char *place)
{
	char taken[64] = "";

	if (other.n > 0)
		snprintf(taken, sizeof(taken), "; \"%.*s\" was taken",
		    (int)other.n, (const char *)other.p);
	ingest_warn(d,
	    "Its text is in %s letters, which its language, \"%s\", is not "
	    "written in%s. Write the right one: %s.",
	    scripts[s].name, d->lang, taken, place);
}

void
tongue_settle(struct ingest_doc *d, const struct ingest_source *src,
    const struct tongue *t)
{
	enum tongue_script s = script_of(t);
	bool knows = d->lang != NULL && strcmp(d->lang, "und") != 0;
	struct bytes only = only_fitting(src->lang, s);
	const char *said = fitting(d, s);

	if (knows && fits(bytes_str(d->lang), s))
		return;
	if (knows && said != NULL) {
		become(d, bytes_str(said));
		return;
	}
	d->foreign = knows && only.n == 0;
	if (knows)
		tell(d, s, only, tongue_place(src));
	if (only.n > 0)
		become(d, only);
}
