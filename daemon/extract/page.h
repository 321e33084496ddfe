#ifndef QUIRE_PAGE_H
#define QUIRE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gumbo.h>

#include "proto/base/buf.h"

/*
 * The elements of a page in its order, measured.  Of element |i| all that is in it
 * is i + 1 … end - 1.  Lengths are in letters, of which a Chinese, Japanese or
 * Korean character counts two; runs of white space count one.
 */
struct page_sum {
	uint32_t text, link, heading,
	    item;       /* letters: all, in links, in h1…, lists */
	uint32_t run;   /* letters that are in no block in it */
	uint32_t prose; /* letters in paragraphs that read as an article's */
	uint32_t commas, run_commas;
	uint32_t p, img, li, input, embed, table, block; /* elements */
};

struct page_element {
	const GumboNode *node;
	uint32_t up, end;
	uint32_t children;
	int8_t data_table; /* asked before: 1 it is one, -1 it is none */
	GumboTag tag;
	bool dead; /* and all in it: no text of the article */
	bool scored;
	float score,
	    topic; /* |topic|: of |score|, for what the page is about */
	struct page_sum in;
};

struct page {
	struct page_element *e;
	size_t n, cap;
	uint32_t standfirst; /* 0: none (standfirst.h) */
	int err;
};

/* What a page says it is about, for machines. */
struct page_about {
	struct bytes title, summary; /* may be empty */
};

/* Measure what is below |root|.  0 or QERR_NOMEM; free with page_done() anyway. */
int page_measure(struct page *p, const GumboNode *root);
void page_done(struct page *p);

/* Element |i| and all in it are dead, and in no sum above. */
void page_kill(struct page *p, uint32_t i);

/* Letters of |text|, counted in the same way. */
uint32_t page_letters(const char *text);

/* Letters of |e| itself, not of blocks in it, that read as an article's. */
uint32_t page_prose(const struct page_element *e);

/* The letters in links among all, 0 to 1. */
float page_link_density(const struct page *p, uint32_t i);

/* Append the text below |n| as one line: each run of white space a space. */
void page_line(struct buf *dst, const GumboNode *n);

bool page_is_block(GumboTag tag);
/* Scripts, buttons and the like: what is in it is none of the text. */
bool page_is_never_text(GumboTag tag);
bool page_has_above(const struct page *p, uint32_t i, GumboTag tag);
/* A table of data, not one that lays the page out. */
bool page_is_data_table(struct page *p, uint32_t i);

#endif
