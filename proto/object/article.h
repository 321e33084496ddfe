#ifndef QUIRE_ARTICLE_H
#define QUIRE_ARTICLE_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/picture.h"

/*
 * One article's head, PROTOCOL.md §7.  A decoded head borrows from its bytes.
 */
#define ARTICLE_HEAD_MAX     65536
#define ARTICLE_ID_LEN       16
#define ARTICLE_AUTHORS_MAX  32
#define ARTICLE_TAGS_MAX     32
#define ARTICLE_PICTURES_MAX 64

enum article_status {
	ARTICLE_NEW,
	ARTICLE_CORRECTED,
	ARTICLE_RETRACTED,
};

struct article {
	struct bytes name;
	uint64_t revision;
	enum article_status status;
	struct bytes lang;
	struct bytes title;
	struct bytes author[ARTICLE_AUTHORS_MAX];
	size_t n_author;
	struct bytes section; /* .p NULL if absent; so are those below */
	struct bytes tag[ARTICLE_TAGS_MAX];
	size_t n_tag;
	bool has_published, has_updated;
	int64_t published, updated;
	struct bytes address;
	struct bytes summary;
	struct picture picture[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	uint32_t length; /* of the body */
	struct bytes note;
};

/* Append the head of |a|; 0, or what article_decode() would say to it. */
int article_encode(struct buf *b, const struct article *a);
/*
 * Decode one head; |head| is exactly one.  QERR_RANGE also if status, revision
 * and what a retraction may hold do not fit each other.
 */
int article_decode(struct article *ret, struct bytes head);

struct article_id {
	uint8_t b[ARTICLE_ID_LEN];
};
/* What the article |name| of |feed| is called in short: the beginning of a hash, §7. */
void article_id(struct article_id *ret, const struct id *feed,
    struct bytes name);

#endif
