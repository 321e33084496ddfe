#ifndef QUIRE_TONGUE_H
#define QUIRE_TONGUE_H

#include "daemon/ingest/ingest.h"

/*
 * Which language a text is in, as far as its letters tell for sure: no text in Arabic
 * letters is English.  Nothing is guessed among languages that share their letters, and
 * nothing of a language that is not known here.
 */
enum tongue_script {
	TONGUE_LATIN,
	TONGUE_GREEK,
	TONGUE_CYRILLIC,
	TONGUE_ARMENIAN,
	TONGUE_HEBREW,
	TONGUE_ARABIC,
	TONGUE_SYRIAC,
	TONGUE_THAANA,
	TONGUE_NKO,
	TONGUE_DEVANAGARI,
	TONGUE_BENGALI,
	TONGUE_GURMUKHI,
	TONGUE_GUJARATI,
	TONGUE_ORIYA,
	TONGUE_TAMIL,
	TONGUE_TELUGU,
	TONGUE_KANNADA,
	TONGUE_MALAYALAM,
	TONGUE_SINHALA,
	TONGUE_THAI,
	TONGUE_LAO,
	TONGUE_TIBETAN,
	TONGUE_BURMESE,
	TONGUE_GEORGIAN,
	TONGUE_ETHIOPIC,
	TONGUE_KHMER,
	TONGUE_MONGOLIAN,
	TONGUE_HANGUL,
	TONGUE_KANA,
	TONGUE_HAN,
	TONGUE_SCRIPTS,
};

/* Letters of a text, by their script. */
struct tongue {
	uint32_t of[TONGUE_SCRIPTS];
};
void tongue_count(struct tongue *t, struct bytes text);

/* Where a document says its language, as it has to be written. */
const char *tongue_place(const struct ingest_source *src);

/* The language of |d| as it says itself, or as |langs| (src->lang) do. */
void tongue_assume(struct ingest_doc *d, struct bytes langs);

/*
 * Correct it, now that the text is known to have the letters |t|: where it cannot be, to
 * one that is named anywhere in the document and fits, else to the only one of src->lang
 * that does; what the document says wrongly is told.  If there is none, d->foreign.
 */
void tongue_settle(struct ingest_doc *d, const struct ingest_source *src,
    const struct tongue *t);

#endif
