#ifndef QUIRE_TEST_PRESS_H
#define QUIRE_TEST_PRESS_H

#include <sodium.h>

#include "proto/host/store.h"
#include "proto/object/charter.h"
#include "proto/object/hash.h"
#include "proto/object/header.h"
#include "proto/object/history.h"
#include "proto/object/merkle.h"
#include "tests/lib/check.h"

#define LARGE 50000
#define SMALL 512

/* A newsroom that prints issues of two packs of noise each, which |m| keys sign. */
struct press {
	struct key_secret k, editor;
	unsigned m;
	struct charter c;
	struct buf charter;
	struct id feed;
	struct history history;
	uint64_t number;
	struct id root[2];
};

static void
press_open(struct press *p, uint8_t seed, unsigned m)
{
	uint8_t s[32] = {seed}, id[8] = {seed};
	struct buf body;

	*p = (struct press){.m = m};
	buf_init(&body, 0);
	key_secret_new(&p->k, s, id);
	s[1] = id[1] = 1;
	key_secret_new(&p->editor, s, id);
	p->c = (struct charter){.version = 1,
	    .name = bytes_str("N"),
	    .root = {p->k.pub},
	    .n_root = 1,
	    .threshold = 1,
	    .key = {{p->k.pub, 1, UINT64_MAX}, {p->editor.pub, 1, UINT64_MAX}},
	    .n_key = m,
	    .quorum = {{1, m}},
	    .n_quorum = m - 1};
	check(charter_encode(&body, &p->c) == 0);
	check(charter_sign(&p->charter, buf_bytes(&body), (struct bytes){0},
		  NULL, &p->k) == 0);
	hash(&p->feed, HASH_CHARTER, buf_bytes(&body));
	history_init(&p->history);
	buf_done(&body);
}

static inline void
press_new(struct press *p, uint8_t seed)
{
	press_open(p, seed, 1);
}

/* |h| signed by the desk, and the editor if two have to. */
static inline void
press_sign(const struct press *p, struct header *h, struct buf *file)
{
	struct key_sig sig[2];

	h->m = p->m;
	check(header_sig(&sig[0], h, &p->k) == 0);
	check(header_sig(&sig[1], h, &p->editor) == 0);
	check(header_file(file, h, sig, p->m) == 0);
}

static void
put(struct store *s, enum tree_kind kind, const struct id *id, uint64_t number,
    struct bytes data)
{
	struct tree_name t = {.kind = kind, .id = *id, .number = number};

	check(store_put(s, &t, data, kind == TREE_ISSUE) == 0);
}

/* The next issue, whose noise depends on |salt|, into |s|. */
static inline void
print(struct press *p, struct store *s, uint8_t salt)
{
	static uint8_t noise[LARGE];
	struct header h = {.feed = p->feed,
	    .charter = 1,
	    .number = ++p->number,
	    .time = 1700000000,
	    .next = 86400,
	    .n_pack = 2};
	uint8_t seed[32] = {salt, (uint8_t)p->number, p->k.pub.id[0]};
	struct buf file = {0};
	struct id leaf;

	history_root(&p->history, &h.history);
	for (unsigned t = 0; t < 2; t++) {
		size_t size = t == 0 ? LARGE : SMALL;

		seed[31] = (uint8_t)t;
		randombytes_buf_deterministic(noise, size, seed);
		h.pack[t] = (struct pack_entry){.tier = (enum tier)t,
		    .size = (uint32_t)size,
		    .raw = 1,
		    .count = 1,
		    .first = p->number,
		    .last = p->number};
		merkle_pack_root(&h.pack[t].root, bytes_of(noise, size));
		p->root[t] = h.pack[t].root;
		put(s, TREE_PACK, &p->root[t], 0, bytes_of(noise, size));
	}
	press_sign(p, &h, &file);
	put(s, TREE_ISSUE, &p->feed, p->number, buf_bytes(&file));
	check(header_leaf(&leaf, buf_bytes(&file)) == 0);
	history_add(&p->history, &leaf);
	check(store_commit(s) == 0);
	buf_done(&file);
}

#endif
