#ifndef QUIRE_NOISE_H
#define QUIRE_NOISE_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

/*
 * True if what element |i| says is no part of an article: it repeats |title| as a
 * heading, says only who wrote it, is a player's face ("0:00 0:03:49"), asks for
 * something (asks.h), or is a word that pages put between paragraphs ("Advertisement").
 */
bool noise_is(const struct page *p, uint32_t i, struct bytes title);

/* True if element |i| is a line that says only when: "Updated on 10 January 2012". */
bool noise_is_moment(const struct page *p, uint32_t i);

/* True if element |i| is a heading that says what |title| does. */
bool noise_is_title(const struct page *p, uint32_t i, struct bytes title);
/* True if two headings say the same, but for a few words. */
bool noise_same_title(struct bytes a, struct bytes b);

#endif
