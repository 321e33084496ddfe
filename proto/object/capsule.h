#ifndef QUIRE_CAPSULE_H
#define QUIRE_CAPSULE_H

#include "proto/base/buf.h"
#include "proto/object/article.h"
#include "proto/object/charter.h"
#include "proto/object/feed.h"
#include "proto/object/header.h"
#include "proto/object/history.h"
#include "proto/object/merkle.h"

/*
 * One article with its proof in one file, PROTOCOL.md §10.
 */
#define CAPSULE_MAX          (64 * 1024 * 1024)
#define CAPSULE_CHARTERS_MAX 64

struct capsule_picture {
	size_t index; /* in the article's pictures */
	struct bytes data;
};

struct capsule {
	struct bytes charter[CAPSULE_CHARTERS_MAX]; /* files, versions 1.. */
	size_t n_charter;
	struct bytes header; /* file */
	size_t heads;        /* index of the tier 0 pack in the header */
	size_t index;        /* of the record */
	struct bytes head;
	struct id head_path[MERKLE_PATH_MAX];
	size_t n_head_path;
	bool has_text;
	size_t text; /* index of the tier 1 pack */
	struct id text_path[MERKLE_PATH_MAX];
	size_t n_text_path;
	struct bytes body; /* plain; the frame while decoding */
	struct capsule_picture picture[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	/* Of the header, in the history that the newest charter pins. */
	struct id history_path[HISTORY_PATH_MAX];
	size_t n_history_path;
};

/* Write |c|, compressing its body. */
int capsule_encode(struct buf *b, const struct capsule *c);
/* Strict, and its sum is right; nothing else of it is checked, and |ret| borrows from |file|. */
int capsule_decode(struct capsule *ret, struct bytes file);

/* What checking a capsule found; borrows from the file, owns |body|. */
struct capsule_verdict {
	struct id feed;
	struct charter charter; /* the newest in it */
	struct header header;
	struct bytes header_file;
	struct article article;
	struct bytes head; /* the record */
	struct buf body;
	struct capsule_picture picture[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	/* A charter known from elsewhere pins its issue, and the capsule, which is older,
	 * does not show that it is in that history: only its signature is good. */
	bool unproven;
};

/*
 * Check everything that can be checked without the world: 0 if the article is
 * whole and signed under its feed id, which the caller compares with the one he
 * trusts.  |newer| are charters known from elsewhere, oldest first (may be
 * none): a key they revoke is revoked.  Initialise |ret| with zeroes; free it
 * with capsule_verdict_done() in any case.
 */
int capsule_open(struct capsule_verdict *ret, struct bytes file,
    const struct bytes *newer, size_t n_newer);
void capsule_verdict_done(struct capsule_verdict *v);
/* Give |f|, which is new, the charters of a capsule. */
int capsule_charters(struct feed *f, struct bytes file);

#endif
