#include "tests/unit/object/story.h"

#include <stdlib.h>

#include "proto/object/hash.h"
#include "tests/lib/check.h"

struct buf *
new_file(struct story *s, bool is_charter)
{
	check(s->n < FILES_MAX);
	s->is_charter[s->n] = is_charter;
	return &s->file[s->n++];
}

/* As those who sign see the roots: who is none of them takes the last one's place. */
static void
intrude(const struct story *s, struct charter *before, unsigned who)
{
	for (int i = 0; i < KEYS; i++) {
		bool is_root = false;

		for (size_t k = 0; k < before->n_root; k++)
			is_root |= key_eq(&before->root[k], &s->key[i].pub);
		if ((who >> i & 1) != 0 && !is_root)
			before->root[before->n_root - 1] = s->key[i].pub;
	}
}

void
sign_charter(struct story *s, struct charter *c, unsigned who, bool taken)
{
	struct buf body = {0}, *file = new_file(s, true);
	struct charter roots = s->charter;

	c->version = s->charter.version + 1;
	if (s->charter.version > 0)
		c->previous = s->charter.hash;
	check(charter_encode(&body, c) == 0);
	if (c->is_revocation)
		intrude(s, &roots, who);
	for (int i = 0; i < KEYS; i++) {
		struct buf more = {0};
		struct bytes so_far = buf_bytes(file);

		if ((who >> i & 1) == 0)
			continue;
		if (file->n == 0)
			so_far.p = NULL;
		check(charter_sign(&more, buf_bytes(&body), so_far, &roots,
			  &s->key[i]) == 0);
		buf_done(file);
		*file = more;
	}
	if (taken) {
		struct charter before = s->charter;

		check(charter_take(&s->charter, buf_bytes(file),
			  c->version == 1 ? NULL : &before) == 0);
	}
	if (c->version == 1 && taken)
		s->feed = s->charter.hash;
	buf_done(&body);
}

void
sign_header(struct story *s, struct buf *b, uint64_t number, int k,
    unsigned who, uint64_t salt)
{
	struct header h = {.feed = s->feed,
	    .charter = s->charter.version,
	    .number = number,
	    .time = 1000 + salt};
	struct key_sig sig[KEYS];
	struct history before;
	struct id leaf;
	size_t n = 0;

	history_init(&before);
	for (uint64_t i = 1; i < number; i++) {
		check(header_leaf(&leaf, buf_bytes(&s->header[i - 1])) == 0);
		history_add(&before, &leaf);
	}
	history_root(&before, &h.history);
	who |= 1u << k;
	for (int i = 0; i < KEYS; i++)
		h.m += who >> i & 1;
	for (int i = 0; i < KEYS; i++)
		if ((who >> i & 1) != 0)
			check(header_sig(&sig[n++], &h, &s->key[i]) == 0);
	check(header_file(b, &h, sig, n) == 0);
}

void
approved(struct story *s, uint64_t number, int k, unsigned who, uint64_t salt)
{
	struct buf *b = new_file(s, false);

	sign_header(s, b, number, k, who, salt);
	if (salt != 0)
		return;
	check(number <= ISSUES_MAX);
	buf_clear(&s->header[number - 1]);
	buf_put(&s->header[number - 1], b->p, b->n);
	s->head = (size_t)number;
}

void
issue(struct story *s, uint64_t number, int k, uint64_t salt)
{
	approved(s, number, k, 0, salt);
}

void
issues(struct story *s, uint64_t first, uint64_t last, int k)
{
	for (uint64_t i = first; i <= last; i++)
		issue(s, i, k, 0);
}

void
add_key(struct charter *c, const struct key_secret *k, uint64_t from)
{
	c->key[c->n_key++] = (struct charter_key){k->pub, from, UINT64_MAX};
}

void
begin(struct story *s, unsigned roots, unsigned threshold)
{
	struct charter c = {
	    .name = bytes_str("Newsroom"), .threshold = threshold};

	*s = (struct story){.n = 0};
	for (uint8_t i = 0; i < KEYS; i++) {
		uint8_t of[32] = {(uint8_t)(i + 1)}, id[KEY_ID_LEN] = {i};

		key_secret_new(&s->key[i], of, id);
	}
	for (unsigned i = 0; i < roots; i++)
		c.root[c.n_root++] = s->key[i].pub;
	add_key(&c, &s->key[DESK], 1);
	sign_charter(s, &c, (1u << roots) - 1, true);
}

struct charter
ended(const struct story *s, uint64_t from)
{
	struct charter c = s->charter;

	c.key[0].to = from - 1;
	add_key(&c, &s->key[DESK_2], from);
	return c;
}

struct charter
revocation(const struct story *s, int k, uint64_t from)
{
	struct charter c = {.is_revocation = true, .n_end = 1};

	memcpy(c.end[0].id, s->key[k].pub.id, KEY_ID_LEN);
	c.end[0].from = from;
	return c;
}

struct charter
replaced(const struct story *s, uint64_t from)
{
	struct charter c = s->charter;

	c.is_revocation = false;
	add_key(&c, &s->key[DESK_2], from);
	return c;
}

void
announce_next(const struct story *s, struct charter *c)
{
	uint8_t k40[KEY_LEN];

	memcpy(k40, s->key[NEXT].pub.id, KEY_ID_LEN);
	memcpy(k40 + KEY_ID_LEN, s->key[NEXT].pub.pk, 32);
	hash(&c->next_root[0], HASH_ROOT, bytes_of(k40, sizeof(k40)));
	c->n_next_root = 1;
}

void
pin(const struct story *s, struct charter *c, uint64_t last)
{
	struct history h;
	struct id leaf;

	history_init(&h);
	for (uint64_t i = 0; i < last; i++) {
		check(header_leaf(&leaf, buf_bytes(&s->header[i])) == 0);
		history_add(&h, &leaf);
	}
	c->pin = last;
	history_root(&h, &c->pin_root);
}

struct charter
two_editors(const struct story *s, uint64_t from)
{
	struct charter c = s->charter;

	if (c.n_key == 1)
		add_key(&c, &s->key[DESK_2], 1);
	c.quorum[c.n_quorum++] = (struct charter_quorum){from, 2};
	return c;
}
