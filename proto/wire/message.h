#ifndef QUIRE_MESSAGE_H
#define QUIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/merkle.h"

/*
 * What two participants say to each other, PROTOCOL.md §14: nine kinds, each a
 * CBOR array whose first item is the kind.  Decoded messages borrow from the
 * bytes they came in; every count is checked before anything is stored.
 *
 *   reader                     node                      node
 *     | ---- HELLO ---->         | ---- HELLO ---->         |
 *     | <--- HELLO, HEADS        | <--- HELLO, HEADS        |
 *     |  nothing newer: close    | ---- HEADS ---->         |
 *     | ---- ASK ------>         | <--- NEWS / HOLDS / PROOF -> |
 *     | <--- GIVE …              | ---- ASK -> <- GIVE …    |
 */
#define MSG_HEADS_MAX   1024
#define MSG_TAG_LEN     8
#define MSG_ROW_LEN     17
#define MSG_RUNS_MAX    64
#define MSG_LEAVES_MAX  8 /* pieces in one ASK */
#define MSG_TOKENS_MAX  2
#define MSG_DATA_MAX    32768 /* in one GIVE: the hashes of the largest pack */
#define MSG_GAP_MAX     3
#define MSG_CHARTER_MAX 256 /* versions, as FEED_CHARTERS_MAX */
#define MSG_MAX         65536

enum msg_kind {
	MSG_HELLO = 1,
	MSG_HEADS,
	MSG_NEWS,
	MSG_HOLDS,
	MSG_ASK,
	MSG_GIVE,
	MSG_PROOF,
	MSG_PEERS,
	MSG_BYE,
};

enum msg_role {
	ROLE_READER,
	ROLE_NODE,
};

struct msg_tag {
	uint8_t b[MSG_TAG_LEN]; /* see msg_tag() */
};

struct msg_hello {
	uint64_t version; /* 1 */
	enum msg_role role;
	/* nodes only: */
	uint8_t key[32]; /* Ed25519 */
	uint8_t sig[64]; /* over msg_link_text() */
};

struct msg_heads_row {
	struct msg_tag tag;
	uint64_t number; /* < 2^32 */
	uint8_t mark[4]; /* of the head and its charter; zeros if number is 0 */
	uint64_t charter; /* version, 1..MSG_CHARTER_MAX */
};

struct msg_heads {
	/* Of the sender's changes, up to where all are told now; 0: not all are. */
	uint64_t counter;
	uint64_t seen; /* of the receiver's, as far as they are remembered */
	struct bytes rows; /* as they go over the wire, ascending by tag */
};

struct msg_news {
	struct bytes
	    charter; /* file, if newer than the peer showed; may be absent */
	struct bytes header; /* file; may be absent if a charter is there */
	uint64_t gap;        /* hops past the last follower, 0..3 */
};

/* Ascending by tier and first; runs that touch are one. */
struct msg_run {
	uint64_t tier, first, last;
};

struct msg_holds {
	bool of_pack; /* false: runs of issues whose packs are held */
	struct msg_tag tag;
	struct id pack;
	size_t n;
	struct msg_run
	    run[MSG_RUNS_MAX]; /* of a pack: tier 0, pieces first..last */
};

enum msg_what {
	ASK_CHARTERS, /* versions first.. */
	ASK_HEADERS,  /* numbers first..last */
	ASK_PIECE_HASHES,
	ASK_PIECES, /* of pack, first..last */
	ASK_PEERS,
	ASK_PART, /* of piece first of pack, from its byte last on */
};

struct msg_ask {
	uint64_t id; /* < 2^32, of the asker's choice */
	enum msg_what what;
	struct msg_tag tag; /* charters, headers */
	struct id pack;     /* piece hashes, pieces, part */
	uint64_t first,
	    last; /* 0 where not named above; of hashes the byte last on */
	uint64_t budget; /* bytes; 0 cancels |id|, the rest is not looked at */
};

enum msg_status {
	GIVE_LAST,
	GIVE_MORE,
	GIVE_NOT_HELD,
	GIVE_BUSY, /* offset: seconds to wait */
};

/*
 * |data|'s meaning follows the ASK: charter files, header files (each a byte
 * string; offset: the first one's number), piece hashes or a part of a piece (offset: the
 * byte that was asked for), or one piece (offset: which).
 */
struct msg_give {
	uint64_t id;
	enum msg_status status;
	uint64_t offset;
	struct bytes data;
};

struct msg_proof {
	struct bytes a, b; /* header files, or charter files */
};

enum msg_use {
	USE_PASS_ON, /* to the sender; for the receiver to introduce others */
	USE_INTRODUCED, /* to others, for the receiver */
	USE_OWN,        /* to the sender, for the receiver alone */
};

struct msg_peers {
	enum msg_use use;
	size_t n;
	struct bytes token[MSG_TOKENS_MAX]; /* invites as text */
};

struct msg_bye {
	uint64_t code;
	uint64_t retry; /* seconds */
};

struct msg {
	enum msg_kind kind;
	union {
		struct msg_hello hello;
		struct msg_heads heads;
		struct msg_news news;
		struct msg_holds holds;
		struct msg_ask ask;
		struct msg_give give;
		struct msg_proof proof;
		struct msg_peers peers;
		struct msg_bye bye;
	};
};

/* 0, or QERR_RANGE and so on if |m| is not allowed (then |b| has failed). */
int msg_encode(struct buf *b, const struct msg *m);
/* Strict: what is accepted, msg_encode() writes again, byte for byte. */
int msg_decode(struct msg *ret, struct bytes in);

/* Append a row; sort all that were appended; the number of them; and row |i|. */
void msg_row_put(struct buf *rows, const struct msg_heads_row *r);
void msg_rows_sort(struct buf *rows);
static inline size_t
msg_rows(struct bytes rows)
{
	return rows.n / MSG_ROW_LEN;
}
void msg_row(struct msg_heads_row *ret, struct bytes rows, size_t i);

/*
 * What a feed and the state of its head are called on one link by one of its ends,
 * PROTOCOL.md §14; |h| is the handshake hash, |state| what the mark is made of.
 */
void msg_tag(struct msg_tag *ret, const uint8_t h[64], bool sender_dialled,
    const struct id *feed);
void msg_mark(uint8_t ret[4], const uint8_t h[64], bool sender_dialled,
    const struct id *state);
/* What a node signs in its HELLO to be known by its Ed25519 key. */
#define MSG_LINK_TEXT_LEN (12 + 1 + 64)
void msg_link_text(uint8_t ret[MSG_LINK_TEXT_LEN], const uint8_t h[64],
    bool sender_dialled);

#endif
