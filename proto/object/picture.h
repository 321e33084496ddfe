#ifndef QUIRE_PICTURE_H
#define QUIRE_PICTURE_H

#include "proto/base/bytes.h"
#include "proto/object/pack_entry.h"

/*
 * A picture as an article's head names it, PROTOCOL.md §7, and what can be said
 * of its bytes without decoding them.
 */
#define PICTURE_MAX      (8 * 1024 * 1024)
#define PICTURE_SIDE_MAX 65535

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
	uint32_t width, height; /* 1..PICTURE_SIDE_MAX */
	uint32_t size;          /* bytes, 1..PICTURE_MAX */
	struct bytes alt, caption;
	/* Of TIER_PICTURES: which of the article's pictures, one of TIER_SMALL,
	 * shows the same to who has not got this one. */
	bool has_small;
	uint32_t small;
};

/* The hash that names a picture's bytes. */
void picture_hash(struct id *ret, struct bytes picture);

/*
 * What the first bytes say: the type, and the size in pixels from the file's
 * own header.  QERR_TYPE if it is none of the five, QERR_TRUNCATED or
 * QERR_RANGE if it is but its header cannot be right.
 */
int picture_look(struct bytes picture, enum picture_type *ret_type,
    uint32_t *ret_width, uint32_t *ret_height);

const char *picture_suffix(enum picture_type t); /* "jpg" … */

#endif
