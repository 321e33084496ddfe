#include "proto/object/feed.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/hash.h"
#include "proto/object/proof.h"
#include "tests/lib/check.h"

/*
 * What a follower takes in and what not: charters that add, end and revoke keys, and
 * headers that continue, contradict, go back or are somebody else's.
 */
#define HEADERS 12

struct room {
	struct key_secret root, one, two;
	struct charter charter; /* the newest */
	struct buf charter_file[3];
	size_t n_charter;
	struct id feed;
	struct history history;
	struct buf header[HEADERS];
	size_t n;
};

static void
key(struct key_secret *k, uint8_t n)
{
	uint8_t seed[32] = {n}, id[KEY_ID_LEN] = {n};

	key_secret_new(k, seed, id);
}

/* Sign what room.charter says now as its next version. */
static struct bytes
charter(struct room *r)
{
	struct buf body = {0}, *file = &r->charter_file[r->n_charter];
	struct charter *c = &r->charter;

	c->version = r->n_charter + 1;
	check(charter_encode(&body, c) == 0);
	check(charter_sign(file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &r->root) == 0);
	hash(&c->previous, HASH_CHARTER, buf_bytes(&body));
	if (r->n_charter++ == 0)
		r->feed = c->previous;
	buf_done(&body);
	return buf_bytes(file);
}

static void
room_new(struct room *r, uint8_t seed)
{
	*r = (struct room){0};
	key(&r->root, seed);
	key(&r->one, (uint8_t)(seed + 1));
	key(&r->two, (uint8_t)(seed + 2));
	r->charter = (struct charter){
	    .name = bytes_str("Room"), .n_root = 1, .threshold = 1, .n_key = 1};
	r->charter.root[0] = r->root.pub;
	r->charter.key[0] = (struct charter_key){r->one.pub, 1, UINT64_MAX};
	charter(r);
	history_init(&r->history);
}

static void
room_done(struct room *r)
{
	for (size_t i = 0; i < r->n_charter; i++)
		buf_done(&r->charter_file[i]);
	for (size_t i = 0; i < HEADERS; i++)
		buf_done(&r->header[i]);
}

/*
 * A header by |k|, and by the second where it has to be, that continues the first
 * |number| - 1; |salt| makes another.
 */
static void
sign(struct room *r, struct buf *b, uint64_t number, const struct key_secret *k,
    uint64_t salt)
{
	struct header h = {.feed = r->feed,
	    .charter = r->n_charter,
	    .number = number,
	    .time = 1000 + salt};
	struct history before;
	struct key_sig sig[2];
	struct id leaf;

	history_init(&before);
	for (uint64_t i = 1; i < number; i++) {
		check(header_leaf(&leaf, buf_bytes(&r->header[i - 1])) == 0);
		history_add(&before, &leaf);
	}
	history_root(&before, &h.history);
	if (charter_quorum(&r->charter, number) == 2 && k != &r->two)
		h.m = 2;
	buf_clear(b);
	check(header_sig(&sig[0], &h, k) == 0);
	check(header_sig(&sig[1], &h, &r->two) == 0);
	check(header_file(b, &h, sig, 3) == QERR_QUORUM);
	check(header_file(b, &h, sig, h.m > 1 ? h.m : 1) == 0);
}

static void
issue(struct room *r, const struct key_secret *k)
{
	check(r->n < HEADERS);
	sign(r, &r->header[r->n], r->n + 1, k, 0);
	r->n++;
}

static struct bytes
file_of(const struct room *r, uint64_t number)
{
	return buf_bytes(&r->header[number - 1]);
}

/* A follower that has the first charter and |n| headers. */
static struct feed *
follower(const struct room *r, uint64_t n)
{
	struct feed *f = feed_new(&r->feed);
	struct header h;
	uint64_t floor;

	check(f != NULL);
	check(feed_add_charter(f, buf_bytes(&r->charter_file[0]), &floor) == 0);
	check(floor == UINT64_MAX);
	for (uint64_t i = 1; i <= n; i++)
		check(feed_add_header(f, file_of(r, i), &h) == 0);
	check(feed_head(f) == n);
	return f;
}

/* What was kept of |n| headers, all or none. */
static int
take_up(struct feed *f, const struct feed_kept *k, size_t n,
    const struct history *h)
{
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = feed_take_up(f, &k[i]);
	if (err == 0)
		err = feed_taken_up(f, h);
	if (err != 0)
		feed_cut(f, 0);
	return err;
}

static void
headers_continue(void)
{
	struct bytes all[6];
	struct room r, other;
	struct header h;
	struct feed *f, *g;
	struct feed_kept kept[6];
	struct history history;

	room_new(&r, 10);
	room_new(&other, 20);
	for (int i = 0; i < 6; i++) {
		issue(&r, &r.one);
		all[i] = file_of(&r, (uint64_t)i + 1);
	}
	issue(&other, &other.one);
	f = follower(&r, 3);
	check(feed_add_header(f, file_of(&r, 3), &h) == QERR_DUPLICATE);
	check(feed_add_header(f, file_of(&r, 2), &h) == QERR_ROLLBACK);
	check(feed_add_header(f, file_of(&r, 5), &h) == QERR_CHAIN);
	check(feed_check_head(f, file_of(&r, 6), &h) == 0 && h.number == 6);
	check(feed_add_header(f, file_of(&other, 1), &h) == QERR_FEED);
	check(feed_head(f) == 3);

	/* Many at once are all or none. */
	check(feed_add_headers(f, all + 4, 2) == QERR_CHAIN);
	check(feed_add_headers(f, all + 3, 3) == 0 && feed_head(f) == 6);
	feed_cut(f, 2);
	check(feed_head(f) == 2 && feed_add_headers(f, all + 2, 4) == 0);

	/* What was kept is taken up again, and goes on as if it had been checked. */
	feed_cut(f, 5);
	for (uint64_t i = 1; i <= 5; i++)
		feed_keep(f, i, &kept[i - 1]);
	history = *feed_history(f);
	check(feed_add_header(f, all[5], &h) == 0);
	g = feed_new(&r.feed);
	check(take_up(g, kept, 5, &history) == QERR_CHARTER);
	check(feed_take_up_charter(g, buf_bytes(&r.charter_file[0])) == 0);
	check(feed_take_up_charter(g, buf_bytes(&r.charter_file[0])) ==
	      QERR_CHAIN);
	check(take_up(g, kept, 5, &history) == 0 && feed_head(g) == 5);
	check(feed_add_header(g, all[5], &h) == 0);
	for (uint64_t i = 1; i <= 6; i++)
		check(id_eq(feed_leaf(f, i), feed_leaf(g, i)) &&
		      id_eq(feed_hash(f, i), feed_hash(g, i)));
	feed_cut(g, 0);
	check(take_up(g, kept, 4, &history) == QERR_CHAIN);
	kept[3].signer[0][0] ^= 1; /* nobody whom the charter names */
	check(take_up(g, kept, 5, &history) == QERR_KEY);
	check(feed_head(g) == 0);
	feed_free(f);
	feed_free(g);
	room_done(&r);
	room_done(&other);
}

static void
no_byte_can_change(void)
{
	struct buf b = {0};
	struct room r;
	struct feed *f, *g;
	struct header h;
	uint64_t floor;

	room_new(&r, 30);
	issue(&r, &r.one);
	f = follower(&r, 0);
	g = feed_new(&r.feed);
	for (size_t i = 0; i < file_of(&r, 1).n; i++) {
		buf_clear(&b);
		buf_put(&b, file_of(&r, 1).p, file_of(&r, 1).n);
		b.p[i] ^= 1;
		check(feed_add_header(f, buf_bytes(&b), &h) < 0);
		check(feed_add_header(f, bytes_of(b.p, i), &h) < 0);
	}
	for (size_t i = 0; i < r.charter_file[0].n; i++) {
		buf_clear(&b);
		buf_put(&b, r.charter_file[0].p, r.charter_file[0].n);
		b.p[i] ^= 1;
		check(feed_add_charter(g, buf_bytes(&b), &floor) < 0);
		check(feed_add_charter(g, bytes_of(b.p, i), &floor) < 0);
	}
	check(feed_head(f) == 0 && feed_charter(g) == NULL);
	check(feed_add_header(f, file_of(&r, 1), &h) == 0);
	feed_free(f);
	feed_free(g);
	buf_done(&b);
	room_done(&r);
}

static void
forks_are_proved(void)
{
	struct buf rival = {0}, proof = {0}, later = {0};
	struct bytes a, b;
	struct room r;
	struct header h;
	struct feed *f;
	uint64_t number = 0;

	room_new(&r, 40);
	for (int i = 0; i < 3; i++)
		issue(&r, &r.one);
	f = follower(&r, 3);
	sign(&r, &rival, 3, &r.one, 7);
	check(feed_add_header(f, buf_bytes(&rival), &h) == QERR_FORK);
	proof_encode(&proof, file_of(&r, 3), buf_bytes(&rival));
	check(proof_decode(buf_bytes(&proof), &a, &b) == 0);
	check(feed_check_fork(f, a, b, &number) == 0 && number == 3);
	check(feed_check_fork(f, a, a, &number) != 0);
	check(feed_check_fork(f, a, file_of(&r, 2), &number) != 0);
	check(proof_decode(bytes_of(proof.p, proof.n - 1), &a, &b) < 0);

	/* One that follows the rival contradicts us by its history alone. */
	buf_clear(&r.header[2]);
	buf_put(&r.header[2], rival.p, rival.n);
	sign(&r, &later, 4, &r.one, 0);
	check(feed_add_header(f, buf_bytes(&later), &h) == QERR_FORK);
	check(feed_head(f) == 3);
	feed_free(f);
	buf_done(&rival);
	buf_done(&proof);
	buf_done(&later);
	room_done(&r);
}

/* The key of issues 1.. was stolen: from 4 on nothing that it signed counts. */
static void
revoke(struct room *r)
{
	r->charter.key[0].to = 3;
	r->charter.n_key = 2;
	r->charter.key[1] = (struct charter_key){r->two.pub, 4, UINT64_MAX};
	charter(r);
}

static void
revocation_reaches_all(void)
{
	struct buf stolen[2] = {{0}, {0}}, fresh = {0};
	struct room r;
	struct header h;
	struct feed *before, *after;
	uint64_t floor;

	room_new(&r, 50);
	for (int i = 0; i < 3; i++)
		issue(&r, &r.one);
	sign(&r, &stolen[0], 4, &r.one, 66);
	before = follower(&r, 3);
	check(feed_add_header(before, buf_bytes(&stolen[0]), &h) == 0);
	revoke(&r);
	sign(&r, &stolen[1], 4, &r.one, 67);
	sign(&r, &fresh, 4, &r.two, 0);

	/* Who took the stolen issue in drops it, and goes on. */
	check(feed_add_header(before, buf_bytes(&fresh), &h) == QERR_CHARTER);
	check(feed_add_charter(before, buf_bytes(&r.charter_file[1]), &floor) ==
	      0);
	check(floor == 4 && feed_head(before) == 3);
	check(feed_add_header(before, buf_bytes(&stolen[0]), &h) ==
	      QERR_REVOKED);
	check(feed_add_header(before, buf_bytes(&fresh), &h) == 0);

	/* Who hears of the revocation first never takes it in. */
	after = follower(&r, 3);
	check(feed_add_charter(after, buf_bytes(&r.charter_file[1]), &floor) ==
	      0);
	check(floor == UINT64_MAX);
	for (int i = 0; i < 2; i++)
		check(feed_add_header(after, buf_bytes(&stolen[i]), &h) ==
		      QERR_REVOKED);
	check(feed_add_header(after, buf_bytes(&fresh), &h) == 0);
	check(id_eq(feed_head_hash(before), feed_head_hash(after)));
	/* A stolen header and ours are no fork: the charter has said which counts. */
	check(feed_check_fork(after, buf_bytes(&stolen[0]), buf_bytes(&fresh),
		  &floor) != 0);
	check(feed_add_charter(after, buf_bytes(&r.charter_file[1]), &floor) ==
	      QERR_DUPLICATE);
	feed_free(before);
	feed_free(after);
	buf_done(&stolen[0]);
	buf_done(&stolen[1]);
	buf_done(&fresh);
	room_done(&r);
}

static void
charters_continue(void)
{
	struct room r, thief;
	struct feed *f;
	uint64_t floor;

	room_new(&r, 60);
	room_new(&thief, 70);
	f = feed_new(&r.feed);
	check(feed_add_charter(f, buf_bytes(&thief.charter_file[0]), &floor) ==
	      QERR_FEED);
	revoke(&r);
	charter(&r);
	check(feed_add_charter(f, buf_bytes(&r.charter_file[1]), &floor) ==
	      QERR_CHAIN);
	check(feed_add_charter(f, buf_bytes(&r.charter_file[0]), &floor) == 0);
	check(feed_add_charter(f, buf_bytes(&r.charter_file[2]), &floor) ==
	      QERR_CHAIN);
	/* A next one by another root, though it names the one before. */
	thief.charter.previous = r.feed;
	charter(&thief);
	check(feed_add_charter(f, buf_bytes(&thief.charter_file[1]), &floor) <
	      0);
	check(feed_charter(f)->version == 1);
	check(feed_add_charter(f, buf_bytes(&r.charter_file[1]), &floor) == 0);
	check(feed_add_charter(f, buf_bytes(&r.charter_file[2]), &floor) == 0);
	check(feed_charter(f)->version == 3);
	check(bytes_eq(feed_charter_file(f, 2), buf_bytes(&r.charter_file[1])));
	check(feed_charter_file(f, 4).p == NULL);
	feed_free(f);
	room_done(&r);
	room_done(&thief);
}

/* From issue 3 on two have to sign: one alone does not, and who signed is kept. */
static void
two_sign(void)
{
	struct feed_kept kept[4];
	struct history history;
	struct feed *f, *g;
	struct header h;
	struct room r;
	uint64_t floor;

	room_new(&r, 60);
	issue(&r, &r.one);
	issue(&r, &r.one);
	sign(&r, &r.header[2], 3, &r.one, 0);
	f = follower(&r, 2);
	check(feed_add_header(f, file_of(&r, 3), &h) == 0);
	/* The charter that asks for it is told when 3 is out: 3 dies. */
	r.charter.key[1] = (struct charter_key){r.two.pub, 1, UINT64_MAX};
	r.charter.n_key = 2;
	r.charter.quorum[0] = (struct charter_quorum){3, 2};
	r.charter.n_quorum = 1;
	check(feed_add_charter(f, charter(&r), &floor) == 0 && floor == 3);
	check(feed_head(f) == 2);
	check(feed_add_header(f, file_of(&r, 3), &h) == QERR_QUORUM);
	sign(&r, &r.header[2], 3, &r.two, 0);
	check(feed_add_header(f, file_of(&r, 3), &h) == QERR_QUORUM);
	issue(&r, &r.one);
	issue(&r, &r.one);
	check(feed_add_header(f, file_of(&r, 3), &h) == 0);
	check(feed_add_header(f, file_of(&r, 4), &h) == 0);
	for (uint64_t i = 1; i <= 4; i++) {
		feed_keep(f, i, &kept[i - 1]);
		check(kept[i - 1].n_signer == (i < 3 ? 1 : 2));
	}
	history = *feed_history(f);
	g = feed_new(&r.feed);
	for (size_t i = 0; i < 2; i++)
		check(feed_take_up_charter(g, buf_bytes(&r.charter_file[i])) ==
		      0);
	kept[2].n_signer = 1;
	check(take_up(g, kept, 4, &history) == QERR_QUORUM);
	kept[2].n_signer = 2;
	check(take_up(g, kept, 4, &history) == 0);
	/* Who approved is put out: what he approved dies, and nothing before it. */
	r.charter.key[1].to = 3;
	r.charter.quorum[1] = (struct charter_quorum){4, 1};
	r.charter.n_quorum = 2;
	check(feed_add_charter(g, charter(&r), &floor) == 0 && floor == 4);
	check(feed_head(g) == 3);
	feed_free(f);
	feed_free(g);
	room_done(&r);
}

int
main(void)
{
	check(sodium_init() >= 0);
	headers_continue();
	two_sign();
	no_byte_can_change();
	forks_are_proved();
	revocation_reaches_all();
	charters_continue();
	return 0;
}
