#ifndef QUIRE_ARTICLE_H
#define QUIRE_ARTICLE_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/header.h"

/*
 * One article's head, PROTOCOL.md §7.  A decoded head borrows from its bytes.
 */
#define ARTICLE_HEAD_MAX     65536
#define ARTICLE_ID_LEN       16
#define ARTICLE_AUTHORS_MAX  32
#define ARTICLE_TAGS_MAX     32
#define ARTICLE_PICTURES_MAX 64
#define PICTURE_MAX          (8 * 1024 * 1024)

enum article_status {
	ARTICLE_NEW,
	ARTICLE_CORRECTED,
	ARTICLE_RETRACTED,
};

enum picture_type {
	PICTURE_JPEG = 1,
	PICTURE_PNG,
	PICTURE_WEBP,
	PICTURE_GIF,
	PICTURE_AVIF,
};

struct picture {
	struct id hash;
	enum tier tier; /* TIER_SMALL or TIER_PICTURES */
	enum picture_type type;
	uint32_t width, height;
	uint32_t size;
	struct bytes alt, caption;
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

int article_encode(struct buf *b, const struct article *a);
/* Decode one head; |head| is exactly one. */
int article_decode(struct article *ret, struct bytes head);

struct article_id {
	uint8_t b[ARTICLE_ID_LEN];
};
void article_id(struct article_id *ret, const struct id *feed,
    struct bytes name);

/* The hash that names a picture's bytes, and what the first bytes say it is:
 * type and size in pixels from the file's own header.  QERR_TYPE if unknown. */
void picture_hash(struct id *ret, struct bytes picture);
int picture_look(struct bytes picture, enum picture_type *ret_type,
    uint32_t *ret_width, uint32_t *ret_height);
const char *picture_suffix(enum picture_type t); /* "jpg" … */
const char *picture_mime(enum picture_type t);

#endif
