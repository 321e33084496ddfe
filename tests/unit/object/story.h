#ifndef QUIRE_TEST_STORY_H
#define QUIRE_TEST_STORY_H

#include "proto/base/buf.h"
#include "proto/object/feed.h"

/*
 * A story of charters and headers, some by the newsroom and some by a thief, as files in
 * the order in which it happened.
 */
#define FILES_MAX  24
#define ISSUES_MAX 8

enum {
	ROOT_A,
	ROOT_B,
	ROOT_C,
	NEXT,
	DESK,
	DESK_2,
	KEYS
};

struct story {
	struct key_secret key[KEYS];
	struct charter charter; /* in force */
	struct id feed;
	struct buf file[FILES_MAX];
	bool is_charter[FILES_MAX];
	size_t n;
	struct buf header[ISSUES_MAX]; /* the newsroom's, by number */
	size_t head;
};

struct buf *new_file(struct story *s, bool is_charter);
/* |c| signed by the keys in |who|, a bit each; as the next version if it is taken. */
void sign_charter(struct story *s, struct charter *c, unsigned who, bool taken);
/*
 * A header no. |number| by |k| and the keys in |who|, a bit each, behind the newsroom's;
 * |salt| makes another.
 */
void sign_header(struct story *s, struct buf *b, uint64_t number, int k,
    unsigned who, uint64_t salt);
/* The newsroom's next issue, by |k| and |who|, with salt 0; or a thief's, with another. */
void approved(struct story *s, uint64_t number, int k, unsigned who,
    uint64_t salt);
void issue(struct story *s, uint64_t number, int k, uint64_t salt);
void issues(struct story *s, uint64_t first, uint64_t last, int k);
void add_key(struct charter *c, const struct key_secret *k, uint64_t from);
/* Keys' numbers ascend, so roots and signers are in order by themselves. */
void begin(struct story *s, unsigned roots, unsigned threshold);
/* The next charter as the newsroom has it: DESK ends, DESK_2 begins. */
struct charter ended(const struct story *s, uint64_t from);
/* In short form: key |k| ends, as from its issue |from|. */
struct charter revocation(const struct story *s, int k, uint64_t from);
/* Who signs from issue |from| on, when DESK has ended. */
struct charter replaced(const struct story *s, uint64_t from);
void announce_next(const struct story *s, struct charter *c);
/* |c| fixes the newsroom's issues 1 to |last|. */
void pin(const struct story *s, struct charter *c, uint64_t last);
/* Two editors of two have to sign from issue |from| on. */
struct charter two_editors(const struct story *s, uint64_t from);

#endif
