#ifndef QUIRE_EDITION_H
#define QUIRE_EDITION_H

#include "proto/base/buf.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/object/pack.h"

/*
 * An issue in one file, PROTOCOL.md §10: a draft, whose header is not signed yet, for
 * editors to compare and for a machine without a network to sign; then the same,
 * signed, to be released.  It holds all that is needed to see what one
 * signs, the reading key included: it stays within the newsroom.
 */
#define EDITION_MAX          (80 * 1024 * 1024)
#define EDITION_CHARTERS_MAX 64
#define EDITION_BEFORE_MAX   2048

/* What packs of earlier issues are made of: the header that announced those, their raw
 * heads, and the hashes of their bodies, 32 bytes each.  It proves what stays.  Without
 * heads it is the header of an issue that has no articles; or of one that nobody has any
 * more, and that is given up. */
struct edition_before {
	struct bytes header, heads, bodies;
};

struct edition {
	bool is_signed;
	struct bytes header; /* the body of a draft, else a header file */
	struct bytes charter[EDITION_CHARTERS_MAX]; /* files, versions 1.. */
	size_t n_charter;
	struct reading_key key;
	struct bytes pack[HEADER_PACKS_MAX]; /* sealed, in the header's order */
	size_t n_pack;
	/* Of all heads packs of earlier issues, in the packs' order and the issues'. */
	struct edition_before before[EDITION_BEFORE_MAX];
	size_t n_before;
	/* The prefix of the issue's own heads and text, if they have a base. */
	struct bytes base[TIER_TEXT + 1];
};

int edition_encode(struct buf *b, const struct edition *e);
/* |ret| borrows from |file|. */
int edition_decode(struct edition *ret, struct bytes file);

/* The feed whose issue |e| says it is: that of its first charter. */
int edition_feed(struct id *ret, const struct edition *e);

/* The packs of one cover: the issue's own, or those of issues before it, made anew: of one,
 * or a volume of several. */
struct edition_part {
	uint64_t first, last;
	bool anew;
	struct buf heads; /* raw, owned */
	struct records head;
	/* Of |head| those that are not as they were before, owned: all are tombstones. */
	uint32_t *gone;
	size_t n_gone;
	size_t lost; /* of an issue that is given up: its articles, unseen */
};

/* What checking an edition found: what would be, or was, signed. */
struct edition_verdict {
	struct id feed;
	struct charter charter; /* the newest; borrows from the file */
	struct header
	    header; /* whose identity names the draft, signed or not */
	struct edition_part part[HEADER_PACKS_MAX];
	size_t n_part;
};

/*
 * Check everything: the chain of charters, the header (signed by who may, if it is),
 * that it announces just these packs and they open, that each head and body is as
 * PROTOCOL.md has it, and of packs of earlier issues that all is there which was signed
 * before, but for articles that are taken back, and issues that are given up.  Whether a
 * prefix is what the earlier issues say only who has these can tell: a wrong one makes packs
 * that nobody can open, but none that say something else.  Initialise |ret| with zeroes;
 * free it with edition_verdict_done() in any case.
 */
int edition_open(struct edition_verdict *ret, const struct edition *e);
void edition_verdict_done(struct edition_verdict *v);
/* The articles of the issue itself; 0 if it only makes packs anew. */
size_t edition_articles(const struct edition_verdict *v);

/*
 * Append the signed edition of the draft |e|, which |v| is the verdict on, with the |n|
 * signatures of its header.  QERR_QUORUM if it wants another number, QERR_KEY and so on
 * if one does not count, QERR_DUPLICATE if it is signed.
 */
int edition_sign(struct buf *b, const struct edition *e,
    const struct edition_verdict *v, const struct key_sig *sig, size_t n);

#endif
