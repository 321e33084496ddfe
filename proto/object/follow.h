#ifndef QUIRE_FOLLOW_H
#define QUIRE_FOLLOW_H

#include "proto/base/buf.h"
#include "proto/object/pack.h"

/*
 * A follow link, PROTOCOL.md §11: quire:FEED?k=KEY&n=NAME&m=SOURCE…
 * It owns its strings inside itself.
 */
#define FOLLOW_TEXT_MAX    16384
#define FOLLOW_SOURCES_MAX 16
#define FOLLOW_SOURCE_MAX  1024
#define FOLLOW_NAME_MAX    128

struct follow {
	struct id feed;
	struct reading_key key;
	char name[FOLLOW_NAME_MAX + 1]; /* "" if absent */
	char source[FOLLOW_SOURCES_MAX][FOLLOW_SOURCE_MAX + 1];
	size_t n_source;
};

/* Parse |text| (white space around it is forgiven): 0, or QERR_TYPE if it does not begin
 * like one, or what is wrong with it. */
int follow_parse(struct follow *ret, struct bytes text);
void follow_text(struct buf *dst, const struct follow *f);

#endif
