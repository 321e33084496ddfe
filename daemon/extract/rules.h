#ifndef QUIRE_RULES_H
#define QUIRE_RULES_H

#include "daemon/extract/select.h"
#include "proto/base/buf.h"

/*
 * What an operator says of the few sites whose articles are not found by themselves:
 *
 *	# a comment
 *	site example.org www.example.net	of these and what is below them, up to
 *						the next; before the first: of all
 *	keep SELECTOR		the article of a page is these, and nothing else
 *	drop SELECTOR		never is this of it
 *	title SELECTOR		and author, date: here they stand
 *
 * Pages that somebody saved as text have lines instead; "*" in a PATTERN is anything:
 *
 *	drop "PATTERN"		paragraphs with such a line
 *	drop from "PATTERN"	and all behind them
 *	drop until "PATTERN"	and all before them
 *	drop repeated		lines that repeat the one before
 *	title after "PATTERN"	and author, date: the line behind such a line
 *	headings		short paragraphs that do not end as a sentence does
 */
#define RULES_FILE_MAX (64 * 1024)
#define RULES_MAX      128

enum rule_what {
	RULE_KEEP,
	RULE_DROP,
	RULE_TITLE,
	RULE_AUTHOR,
	RULE_DATE,
	RULE_HEADINGS,
};
enum rule_how {
	RULE_SELECT,
	RULE_LINE,
	RULE_FROM,
	RULE_UNTIL,
	RULE_AFTER,
	RULE_REPEATED,
	RULE_ALL, /* it has no argument */
};
struct rule {
	enum rule_what what;
	enum rule_how how;
	struct bytes sites; /* words; empty: all */
	struct select select;
	struct bytes pattern;
};
struct rules { /* borrows from its text */
	struct rule rule[RULES_MAX];
	size_t n;
};

/*
 * Parse |text|: 0; QERR_TEXT, and |why| has "line N: …" of the first mistake;
 * QERR_NOMEM.  rules_free() *ret, which is NULL if it is not 0.
 */
int rules_parse(struct rules **ret, struct bytes text, struct buf *why);
void rules_free(struct rules *r);

/* True if |r| is meant for pages at |host|, which is empty if nobody knows it. */
bool rule_is_for(const struct rule *r, struct bytes host);

/* True if all of |line| is as |pattern|. */
bool rule_matches(struct bytes pattern, struct bytes line);

#endif
