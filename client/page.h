#ifndef QUIRE_PAGE_H
#define QUIRE_PAGE_H

#include "client/date.h"
#include "proto/base/buf.h"
#include "proto/object/article.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"

/*
 * Articles as pages for any browser: plain, self-contained, without scripts, and
 * with nothing remote in them.  A page depends on the signed bytes alone and on
 * which pictures lie beside it, so that `quire verify` can make it again and compare.
 */
#define PAGE_NAME_LEN 32        /* characters: an article's id in hex */
#define PAGE_MAKER    "quire 4" /* another number whenever pages look otherwise */

struct page {
	const struct id *feed;
	const struct charter *charter; /* the newest */
	const struct header *header;
	const struct article *article;
	struct bytes body;
	const char *name; /* of its files, PAGE_NAME_LEN */
	/* Which pictures are there; a small one stands for a large one that is not. */
	bool have[ARTICLE_PICTURES_MAX];
};

/* Begin any page of ours, up to within its head; |style| is added to the usual one. */
void page_begin(struct buf *b, struct bytes lang, struct bytes title,
    const char *style);

/*
 * "2026-11-20": the day since when a corrected |a| says what it says, by itself or by
 * |h|, which announces its packs; "" if neither tells, as the header of a volume.
 */
#define PAGE_SINCE_MAX DATE_MAX
void page_since(char dst[PAGE_SINCE_MAX], const struct article *a,
    const struct header *h);

/* Append the page of one article, as it lies in DIR/a/NAME.html. */
int page_article(struct buf *b, const struct page *p);

/* True if |page| says that another maker than ours made it. */
bool page_is_foreign(struct bytes page);

/* The name of a picture's file in DIR/pictures. */
#define PAGE_PICTURE_MAX 80
void page_picture(char dst[PAGE_PICTURE_MAX], const struct picture *p);

#endif
