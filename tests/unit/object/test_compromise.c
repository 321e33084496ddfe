#include "proto/object/feed.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/hash.h"
#include "tests/lib/check.h"

/*
 * What becomes of a feed whose keys were stolen.  Each case is a story of charters
 * and headers, some by the newsroom and some by a thief, and ends with what the
 * newsroom wants believed.  Everybody who is given all of it has to end there, in
 * whatever order it came: told as it happened, late, by a stick from the last to the
 * first, and (to a mirror that hears from all sides) in fifty other orders.
 *
 * Whoever was given part of it only has to end at something that the newsroom, or
 * a thief with a key that nobody had ended yet, signed: that nothing can mend.
 */
#define FILES_MAX  16
#define ISSUES_MAX 8
#define ORDERS     50

enum {
	ROOT_A,
	ROOT_B,
	ROOT_C,
	NEXT,
	DESK,
	DESK_2,
	KEYS
};

enum verdict {
	SAME,    /* all end at the newsroom's head */
	STOPPED, /* those who saw the thief's side first see a contradiction */
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

static uint64_t seed;

static size_t
below(size_t n)
{
	/* Knuth's MMIX. */
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static struct buf *
new_file(struct story *s, bool is_charter)
{
	check(s->n < FILES_MAX);
	s->is_charter[s->n] = is_charter;
	return &s->file[s->n++];
}

/* |c| signed by the keys in |who|, a bit each; as the next version if it is taken. */
static void
sign_charter(struct story *s, struct charter *c, unsigned who, bool taken)
{
	struct buf body = {0}, *file = new_file(s, true);

	c->version = s->charter.version + 1;
	if (s->charter.version > 0)
		c->previous = s->charter.hash;
	check(charter_encode(&body, c) == 0);
	for (int i = 0; i < KEYS; i++) {
		struct buf more = {0};
		struct bytes so_far = buf_bytes(file);

		if ((who >> i & 1) == 0)
			continue;
		if (file->n == 0)
			so_far.p = NULL;
		check(charter_sign(&more, buf_bytes(&body), so_far,
			  &s->key[i]) == 0);
		buf_done(file);
		*file = more;
	}
	hash(&c->hash, HASH_CHARTER, buf_bytes(&body));
	if (s->charter.version == 0)
		s->feed = c->hash;
	if (taken)
		s->charter = *c;
	buf_done(&body);
}

/*
 * A header no. |number| by |k| and the keys in |who|, a bit each, behind the newsroom's;
 * |salt| makes another.
 */
static void
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

/* The newsroom's next issue, by |k| and |who|, with salt 0; or a thief's, with another. */
static void
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

static void
issue(struct story *s, uint64_t number, int k, uint64_t salt)
{
	approved(s, number, k, 0, salt);
}

static void
issues(struct story *s, uint64_t first, uint64_t last, int k)
{
	for (uint64_t i = first; i <= last; i++)
		issue(s, i, k, 0);
}

static void
add_key(struct charter *c, const struct key_secret *k, uint64_t from)
{
	c->key[c->n_key++] = (struct charter_key){k->pub, from, UINT64_MAX};
}

/* Keys' numbers ascend, so roots and signers are in order by themselves. */
static void
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

/* The next charter as the newsroom has it: DESK ends, DESK_2 begins. */
static struct charter
ended(const struct story *s, uint64_t from)
{
	struct charter c = s->charter;

	c.key[0].to = from - 1;
	add_key(&c, &s->key[DESK_2], from);
	return c;
}

static void
announce_next(const struct story *s, struct charter *c)
{
	uint8_t k40[KEY_LEN];

	memcpy(k40, s->key[NEXT].pub.id, KEY_ID_LEN);
	memcpy(k40 + KEY_ID_LEN, s->key[NEXT].pub.pk, 32);
	hash(&c->next_root[0], HASH_ROOT, bytes_of(k40, sizeof(k40)));
	c->n_next_root = 1;
}

#define A  (1u << ROOT_A)
#define B  (1u << ROOT_B)
#define C  (1u << ROOT_C)
#define N  (1u << NEXT)
#define D  (1u << DESK)
#define D2 (1u << DESK_2)

/* --- the cases --- */

static void
thief_signs_ahead(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 4, DESK, 9);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 5, DESK_2);
}

static void
thief_rewrites_what_is_out(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 3, DESK, 9);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 4, DESK_2);
}

static void
thief_goes_on_after_it(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 4, DESK_2);
	issue(s, 5, DESK, 9);
}

/* The revoked key still signs the numbers that it may: against what is known. */
static void
thief_dates_it_back(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
}

/* |c| fixes the newsroom's issues 1 to |last|. */
static void
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

/* The same where the charter that ends the key pins what it signed. */
static void
thief_dates_back_what_is_pinned(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	pin(s, &c, 3);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
}

/* The thief makes a whole past of his own; the pin comes when it is out. */
static void
pinned_after_a_rewritten_past(struct story *s)
{
	struct buf ours = {0}, theirs = {0};
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
	sign_header(s, &theirs, 2, DESK, 0, 9);
	ours = s->header[1];
	s->header[1] = theirs;
	issue(s, 3, DESK, 9);
	s->header[1] = ours;
	buf_done(&theirs);
	c = s->charter;
	pin(s, &c, 4);
	sign_charter(s, &c, A, true);
	issues(s, 5, 5, DESK_2);
}

/* What is pinned no charter lets go of. */
static void
pin_taken_back(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	pin(s, &c, 3);
	sign_charter(s, &c, A, true);
	evil = s->charter;
	evil.pin = 0;
	sign_charter(s, &evil, A, false);
	evil.pin = 3;
	evil.pin_root.b[0] ^= 1;
	sign_charter(s, &evil, A, false);
	issues(s, 4, 4, DESK_2);
}

/* Then all of it dies, and the newsroom signs it again. */
static void
revoked_outright(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 2, DESK, 9);
	c = ended(s, 1);
	sign_charter(s, &c, A, true);
	issues(s, 1, 4, DESK_2);
}

static void
retired_key_is_used(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issue(s, 3, DESK, 9);
	issues(s, 3, 3, DESK_2);
}

static void
new_key_signs_too_early(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issue(s, 3, DESK_2, 9);
	issues(s, 3, 3, DESK);
	issues(s, 4, 4, DESK_2);
}

static void
one_of_three_roots(struct story *s)
{
	struct charter evil;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A, false);
	issues(s, 3, 3, DESK);
}

static void
one_of_three_roots_and_the_desk(struct story *s)
{
	struct charter evil, c;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A, false);
	issue(s, 3, DESK, 9);
	/* The two that are left put the third out, too. */
	c = ended(s, 3);
	c.root[0] = c.root[1];
	c.root[1] = c.root[2];
	c.n_root = 2;
	sign_charter(s, &c, B | C, true);
	issues(s, 3, 4, DESK_2);
}

static void
threshold_lowered_by_one_root(struct story *s)
{
	struct charter evil;

	begin(s, 3, 2);
	issues(s, 1, 1, DESK);
	evil = s->charter;
	evil.threshold = 1;
	sign_charter(s, &evil, A, false);
	issues(s, 2, 2, DESK);
}

static void
desk_signs_a_charter(struct story *s)
{
	struct charter evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, D, false);
	issues(s, 3, 3, DESK);
}

/* With a successor announced, the root alone cannot bring in a root of its own. */
static void
the_root_with_a_successor(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	c = s->charter;
	announce_next(s, &c);
	sign_charter(s, &c, A, true);
	issues(s, 1, 2, DESK);
	evil = s->charter;
	evil.root[0] = s->key[ROOT_B].pub;
	sign_charter(s, &evil, A | B, false);
	c = s->charter;
	c.root[0] = s->key[NEXT].pub;
	c.n_next_root = 0;
	sign_charter(s, &c, A | N, true);
	issues(s, 3, 3, DESK);
}

static void
the_successor_alone(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	c = s->charter;
	announce_next(s, &c);
	sign_charter(s, &c, A, true);
	issues(s, 1, 2, DESK);
	evil = s->charter;
	evil.root[0] = s->key[NEXT].pub;
	sign_charter(s, &evil, N, false);
	/* The newsroom hears of it, and announces nobody. */
	c = s->charter;
	c.n_next_root = 0;
	sign_charter(s, &c, A, true);
	issues(s, 3, 3, DESK);
}

static void
a_root_that_left(struct story *s)
{
	struct charter c, evil;

	begin(s, 3, 2);
	issues(s, 1, 1, DESK);
	c = s->charter;
	c.root[0] = c.root[1];
	c.root[1] = c.root[2];
	c.n_root = 2;
	sign_charter(s, &c, B | C, true);
	issues(s, 2, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A | B, false);
	issues(s, 3, 3, DESK);
}

/* The only root, and no successor: nobody can tell the two apart. */
static void
the_only_root(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = ended(s, 2);
	evil.name = bytes_str("Thief");
	sign_charter(s, &evil, A, false);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 3, DESK_2);
}

static void
stolen_twice(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 1, DESK);
	issue(s, 2, DESK, 9);
	c = ended(s, 2);
	sign_charter(s, &c, A, true);
	issues(s, 2, 3, DESK_2);
	issue(s, 4, DESK_2, 9);
	c = s->charter;
	c.key[1].to = 3;
	/* ROOT_B only signs issues here; its id is the lowest. */
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 4, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	issues(s, 4, 5, ROOT_B);
}

static void
charter_of_another_feed(struct story *s)
{
	struct charter evil;
	struct id feed;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	feed = s->feed;
	evil = s->charter;
	evil.root[0] = s->key[ROOT_B].pub;
	s->charter.version = 0;
	sign_charter(s, &evil, B, false);
	s->charter.version = 1;
	s->feed = feed;
	issues(s, 3, 3, DESK);
}

/* Two editors of two have to sign from issue |from| on. */
static struct charter
two_editors(const struct story *s, uint64_t from)
{
	struct charter c = s->charter;

	if (c.n_key == 1)
		add_key(&c, &s->key[DESK_2], 1);
	c.quorum[c.n_quorum++] = (struct charter_quorum){from, 2};
	return c;
}

/* With one of two keys a thief signs nothing, with whatever other key. */
static void
one_of_two_editors(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	for (uint64_t i = 1; i <= 3; i++)
		approved(s, i, DESK, D2, 0);
	issue(s, 4, DESK, 9);
	approved(s, 3, DESK, A, 9);
	approved(s, 4, DESK_2, D, 0);
}

/* The third key with what an editor signed once makes that once more, and no other. */
static void
an_old_approval(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 1, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	for (uint64_t i = 1; i <= 3; i++) {
		approved(s, i, DESK, D2, 0);
		sign_header(s, new_file(s, false), i, ROOT_B, D2, 0);
	}
	/* Dated anew, it is nothing of the editor's. */
	issue(s, 3, ROOT_B, 9);
}

/* An editor signed a draft that was given up: with it one stolen key can fork. */
static void
an_approval_of_what_was_given_up(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	approved(s, 1, DESK, D2, 0);
	approved(s, 2, DESK, D2, 0);
	approved(s, 2, DESK, D2, 9);
	approved(s, 3, DESK, D2, 0);
}

/* .. until the charter ends the key. */
static void
the_same_and_its_charter(struct story *s)
{
	struct charter c;

	an_approval_of_what_was_given_up(s);
	c = s->charter;
	c.key[0].to = 1;
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 2, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	for (uint64_t i = 2; i <= 4; i++)
		approved(s, i, DESK_2, B, 0);
}

static void
both_editors(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	approved(s, 1, DESK, D2, 0);
	approved(s, 2, DESK, D2, 9);
	/* Put out from where the thief began, whatever he signed. */
	c = s->charter;
	c.key[0].to = c.key[1].to = 1;
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 2, UINT64_MAX};
	c.n_key = 3;
	c.quorum[c.n_quorum++] = (struct charter_quorum){2, 1};
	sign_charter(s, &c, A, true);
	issues(s, 2, 3, ROOT_B);
}

/* A second signature asked for where the thief began: his die, as if revoked. */
static void
second_editor_after_a_theft(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	issue(s, 3, DESK, 9);
	issue(s, 2, DESK, 9);
	c = two_editors(s, 2);
	sign_charter(s, &c, A, true);
	for (uint64_t i = 2; i <= 4; i++)
		approved(s, i, DESK_2, D, 0);
}

static const struct {
	const char *name;
	void (*tell)(struct story *s);
	enum verdict verdict;
} cases[] = {
    {"the online key signs ahead", thief_signs_ahead, SAME},
    {"the online key rewrites an issue", thief_rewrites_what_is_out, SAME},
    {"a revoked key goes on", thief_goes_on_after_it, SAME},
    {"a revoked key dates back", thief_dates_it_back, STOPPED},
    {"a revoked key dates back what is pinned", thief_dates_back_what_is_pinned,
	SAME},
    {"pinned after a rewritten past", pinned_after_a_rewritten_past, SAME},
    {"a pin taken back", pin_taken_back, SAME},
    {"revoked outright, all signed again", revoked_outright, SAME},
    {"a retired key is used", retired_key_is_used, SAME},
    {"a new key signs too early", new_key_signs_too_early, SAME},
    {"one of three roots", one_of_three_roots, SAME},
    {"one of three roots and the desk", one_of_three_roots_and_the_desk, SAME},
    {"one root lowers the threshold", threshold_lowered_by_one_root, SAME},
    {"the online key signs a charter", desk_signs_a_charter, SAME},
    {"the root, with a successor", the_root_with_a_successor, SAME},
    {"the successor alone", the_successor_alone, SAME},
    {"a root that left", a_root_that_left, SAME},
    {"the only root", the_only_root, STOPPED},
    {"stolen twice", stolen_twice, SAME},
    {"one of two editors", one_of_two_editors, SAME},
    {"an old approval and a stolen key", an_old_approval, SAME},
    {"an approval of what was given up", an_approval_of_what_was_given_up,
	STOPPED},
    {".. and the charter that ends the key", the_same_and_its_charter, SAME},
    {"both editors", both_editors, SAME},
    {"a second editor after a theft", second_editor_after_a_theft, SAME},
    {"a charter of another feed", charter_of_another_feed, SAME},
};

/* --- observers --- */

static int
give(const struct story *s, struct feed *f, size_t i, bool *ret_led_away)
{
	struct bytes file = buf_bytes(&s->file[i]);
	struct header h = {.number = 0};
	uint64_t floor;
	int err;

	err = s->is_charter[i] ? feed_add_charter(f, file, &floor)
			       : feed_add_header(f, file, &h);
	*ret_led_away = err == QERR_PINNED && h.number == feed_head(f) + 1 &&
			feed_head(f) < feed_charter(f)->pin;
	return err;
}

static void
shuffle(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = below(i), x = order[i - 1];

		order[i - 1] = order[k];
		order[k] = x;
	}
}

/*
 * Give |f| all files in |order|, again and again until nothing changes: true if then
 * something contradicts what it has.  Who finds that he was led away from a pin starts
 * over, and asks another one first.
 */
static bool
observe(const struct story *s, struct feed *f, size_t *order)
{
	bool changed = true, forked = false, led_away;

	for (int round = 0; changed; round++) {
		check(round < 100);
		changed = false;
		for (size_t i = 0; i < s->n; i++) {
			changed |= give(s, f, order[i], &led_away) == 0;
			if (!led_away)
				continue;
			feed_cut(f, 0);
			shuffle(order, s->n);
			changed = true;
			break;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		forked |= give(s, f, order[i], &led_away) == QERR_FORK;
	return forked;
}

static bool
is_at_head(const struct story *s, const struct feed *f)
{
	struct header h;

	check(header_peek(&h, buf_bytes(&s->header[s->head - 1])) == 0);
	return feed_head(f) == s->head && id_eq(feed_head_hash(f), &h.hash) &&
	       feed_charter(f)->version == s->charter.version &&
	       id_eq(&feed_charter(f)->hash, &s->charter.hash);
}

/* 0: as it happened; 1: from the last to the first; then at random. */
static void
order_of(size_t *order, size_t n, size_t which)
{
	for (size_t i = 0; i < n; i++)
		order[i] = which == 1 ? n - 1 - i : i;
	if (which > 1)
		shuffle(order, n);
}

/* Late: the charters first, as every tree and node gives them, then the rest. */
static void
charters_first(const struct story *s, size_t *order)
{
	size_t k = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->n; i++)
			if (s->is_charter[i] == (pass == 0))
				order[k++] = i;
}

static void
run(size_t which)
{
	static struct story s;
	size_t order[FILES_MAX], at_head = 0, said = 0;

	cases[which].tell(&s);
	seed = which + 1;
	for (size_t i = 0; i < ORDERS + 3; i++) {
		struct feed *f = feed_new(&s.feed);
		bool forked;

		check(f != NULL);
		if (i == 2)
			charters_first(&s, order);
		else
			order_of(order, s.n, i);
		forked = observe(&s, f, order);
		if (is_at_head(&s, f))
			at_head++;
		else if (forked)
			said++;
		else
			printf("%s: order %zu ends at %llu, silently\n",
			    cases[which].name, i,
			    (unsigned long long)feed_head(f));
		/* Who was there when it happened is never led away. */
		if (i == 0 && cases[which].verdict == SAME)
			check(at_head == 1);
		feed_free(f);
	}
	printf("%-44s %3zu at the head, %3zu see a contradiction\n",
	    cases[which].name, at_head, said);
	check(at_head + said == ORDERS + 3);
	check(cases[which].verdict == STOPPED ? said > 0 : said == 0);
	for (size_t i = 0; i < s.n; i++)
		buf_done(&s.file[i]);
	for (size_t i = 0; i < ISSUES_MAX; i++)
		buf_done(&s.header[i]);
}

int
main(void)
{
	check(sodium_init() >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run(i);
	return 0;
}
