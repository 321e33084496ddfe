#ifndef QUIRE_PICTURE_SET_H
#define QUIRE_PICTURE_SET_H

#include "proto/base/buf.h"
#include "proto/object/picture.h"

/*
 * What is published of a newsroom's picture: a large one, and for bad lines a small
 * one beside it, unless the large one is small itself.
 */
#define PICTURE_KEPT_MAX  (512 * 1024) /* what cannot be scaled down */
#define PICTURE_LARGE_MAX (60 * 1024)
#define PICTURE_SMALL_MAX (8 * 1024)
#define PICTURE_ALONE_MAX (12 * 1024) /* needs no small one */

struct picture_file {
	enum picture_type type;
	uint32_t width, height;
	struct buf data;
};

struct picture_set {
	struct picture_file large;
	struct picture_file small; /* its data is empty if there is none */
};

void picture_set_init(struct picture_set *s);
void picture_set_done(struct picture_set *s);

/*
 * What somebody else made, who may have been taken over: 0 if both are what they
 * say, as small as they have to be, and clean (daemon/picture/clean.h); else a QERR_*.
 */
int picture_set_check(const struct picture_set *s);

#endif
