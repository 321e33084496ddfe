#ifndef QUIRE_TOPIC_H
#define QUIRE_TOPIC_H

#include "daemon/extract/page.h"
#include "proto/base/bytes.h"

/*
 * What a page is about: the words of its title, which its article says again, and other
 * articles, comments and small print seldom do.  Words are as good as the same if they
 * begin the same, as in languages that inflect; where words are not parted (Chinese,
 * Japanese, Thai) or short (Korean) two characters are a word.
 */
#define TOPIC_WORDS_MAX 32

struct topic {
	uint32_t word[TOPIC_WORDS_MAX]; /* hashes, each once */
	size_t n;
};
void topic_of(struct topic *ret, struct bytes title);

/* How many words of |t| stand in the text of |n|, but for what blocks in it say. */
unsigned topic_shared(const struct topic *t, const GumboNode *n);

/* Of a word, or a figure; |c| is folded. */
bool topic_is_letter(uint32_t c);

#endif
