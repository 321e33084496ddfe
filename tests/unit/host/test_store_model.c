#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "proto/base/qerr.h"
#include "proto/base/rng.h"
#include "proto/host/store.h"
#include "proto/object/issues.h"
#include "tests/unit/host/place.h"
#include "tests/unit/host/points.h"

/*
 * Headers in a store against a model of them, at random: put, committed, by the thread as
 * well, forgotten; and each time something befalls it at one of its calls.  What was
 * acknowledged is there, nothing is there behind a gap, and the head is never one that is
 * not there.
 */
#define FEEDS   3
#define LONGEST 200

static struct rng dice;
static struct feed_model {
	uint64_t n, head; /* that are there; 0: none */
	unsigned age[LONGEST + 1];
} model[FEEDS];
static unsigned age;

static unsigned
roll(unsigned sides)
{
	return (unsigned)rng_below(&dice, sides);
}

static const char *
text_of(unsigned feed, uint64_t i)
{
	static char text[200];
	int n = snprintf(text, sizeof(text), "header %llu of %u, %u",
	    (unsigned long long)i, feed, model[feed].age[i]);

	memset(text + n, '.', i % 90);
	text[n + (int)(i % 90)] = '\0';
	return text;
}

/* What is done in one go. */
struct plan {
	struct {
		unsigned feed;
		uint64_t from, to;
	} put[4];
	size_t n, late;  /* put; from this one on while the thread commits */
	uint64_t forget; /* 0: not */
	unsigned of;
	uint64_t end[FEEDS]; /* what is there then */
};

static void
make_plan(struct plan *p)
{
	*p = (struct plan){.n = roll(5), .of = roll(FEEDS)};
	p->late = roll(3) == 0 ? roll((unsigned)p->n + 1) : p->n;
	age++;
	for (unsigned f = 0; f < FEEDS; f++)
		p->end[f] = model[f].n;
	for (size_t i = 0; i < p->n; i++) {
		unsigned f = roll(FEEDS);
		uint64_t n = p->end[f] + 1 + roll(roll(3) == 0 ? 70 : 4);

		if (roll(3) == 0) /* a block is full then */
			n = (n + ISSUES_BLOCK - 1) / ISSUES_BLOCK *
			    ISSUES_BLOCK;
		p->put[i].feed = f;
		p->put[i].from = p->end[f] + 1;
		p->put[i].to = n < LONGEST ? n : LONGEST;
		for (uint64_t k = p->put[i].from; k <= p->put[i].to; k++)
			model[f].age[k] = age;
		p->end[f] = p->put[i].to;
	}
	if (roll(3) != 0 && p->end[p->of] < LONGEST - 70)
		return;
	p->forget = 1 + roll((unsigned)p->end[p->of] + 1);
	p->end[p->of] = p->forget - 1;
}

static int
put(struct store *s, const struct plan *p, size_t from, size_t to)
{
	int err = 0;

	for (size_t i = from; i < to; i++)
		for (uint64_t k = p->put[i].from; k <= p->put[i].to && err == 0;
		     k++) {
			struct tree_name t = {.kind = TREE_ISSUE,
			    .id = {{(uint8_t)p->put[i].feed}},
			    .number = k};

			err = store_put(s, &t,
			    saying(TREE_ISSUE, text_of(p->put[i].feed, k)),
			    true);
		}
	return err;
}

/* True if all of it is acknowledged. */
static bool
follow(struct store *s, const struct plan *p)
{
	struct id id = {{(uint8_t)p->of}};
	uint64_t lost = store_lost(s);
	int fd, err = put(s, p, 0, p->late);

	if (err == 0 && p->late < p->n) {
		(void)store_commit_begin(s, &fd);
		err = put(s, p, p->late, p->n);
	}
	if (err == 0 && p->forget > 0)
		err = store_forget_headers(s, &id, p->forget);
	if (store_commit(s) != 0 || store_lost(s) != lost)
		return false;
	return err == 0;
}

static bool
says(struct store *s, unsigned f, enum tree_kind kind, uint64_t i)
{
	struct tree_name t = {.kind = kind, .id = {{(uint8_t)f}}, .number = i};

	return holds(s, &t, text_of(f, i));
}

/* What is there of feed |f|: whole, without gaps, and its head is in it. */
static void
look(struct store *s, unsigned f, uint64_t *ret_n, uint64_t *ret_head)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = {{(uint8_t)f}}};
	struct buf b = {0}, ends = {0};
	uint64_t n = 0;

	while (n < LONGEST && says(s, f, TREE_ISSUE, n + 1))
		n++;
	for (uint64_t i = n + 1; i <= LONGEST + 64; i++)
		check(!has(s, TREE_ISSUE, (uint8_t)f, i));
	check(store_headers(s, &t.id, &b, &ends) == 0 && ends.n == 4 * n);
	buf_done(&b);
	buf_done(&ends);
	*ret_n = n;
	*ret_head = 0;
	for (uint64_t i = 1; i <= n && *ret_head == 0; i++)
		if (says(s, f, TREE_HEAD, i))
			*ret_head = i;
	check(*ret_head != 0 || !store_has(s, &t));
}

static void
compare(struct store *s, const struct plan *p, bool done)
{
	for (unsigned f = 0; f < FEEDS; f++) {
		struct feed_model *m = &model[f];
		uint64_t n, head, low = m->n, high = m->n;

		look(s, f, &n, &head);
		for (size_t i = 0; i < p->n; i++)
			if (p->put[i].feed == f)
				high = p->put[i].to;
		if (p->end[f] < low)
			low = p->end[f];
		check(n >= low && n <= high);
		check(!done || n == p->end[f]);
		check(!done || head == n || head == m->head);
		check(head == 0 || head == m->head || head >= low);
		m->n = n;
		m->head = head;
	}
}

static struct store *
be_killed(struct store *s, const struct plan *p, enum befalls what, long at)
{
	unsigned undo = roll(1000);
	int status;
	pid_t child;

	store_close(s);
	if ((child = fork()) == 0) {
		s = open_again(NULL);
		points_begin(what, at, undo);
		_exit(follow(s, p) ? 0 : 1);
	}
	check(waitpid(child, &status, 0) == child && WIFEXITED(status));
	check(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9);
	s = open_again(NULL);
	compare(s, p, WEXITSTATUS(status) == 0);
	return s;
}

/* .. and the move from version 1, which goes on where it was broken off. */
#define OLD(feed) ((feed) == 0 ? 5u : 2u)

static void
make_old(void)
{
	char id[ID_TEXT_LEN + 1], name[192];

	store_close(fresh());
	for (unsigned f = 0; f < FEEDS; f++) {
		struct id feed = {{(uint8_t)f}}, root = {{(uint8_t)f, 1}};

		id_text(id, &feed);
		snprintf(name, sizeof(name), "feed/%s", id);
		check(mkdir(place_path(name), 0755) == 0);
		snprintf(name, sizeof(name), "feed/%s/issue", id);
		check(mkdir(place_path(name), 0755) == 0);
		for (uint64_t i = 1; i <= OLD(f); i++) {
			snprintf(name, sizeof(name), "feed/%s/issue/%llu", id,
			    (unsigned long long)i);
			scribble(place_path(name),
			    saying(TREE_ISSUE, text_of(f, i)));
		}
		scribble(tree_file(TREE_HEAD, &feed, 0),
		    saying(TREE_ISSUE, text_of(f, OLD(f))));
		id_text(id, &root);
		snprintf(name, sizeof(name), "pack/%.2s", id);
		if (!there(place_path(name)))
			check(mkdir(place_path(name), 0755) == 0);
		snprintf(name, sizeof(name), "pack/%.2s/%s", id, id);
		scribble(place_path(name), bytes_str("pack"));
	}
	scribble(place_path("version"), bytes_str("1\n"));
}

/* True if it went through; all is there then, and after the next start in any case. */
static bool
move(enum befalls what, long at)
{
	struct store *s = NULL;
	unsigned undo = roll(1000);
	uint64_t n, head;
	int status;
	pid_t child;

	make_old();
	if ((child = fork()) == 0) {
		points_begin(what, at, undo);
		_exit(store_open(&s, place_dir, false) == 0 && points.n < at
			  ? 0
			  : 1);
	}
	check(waitpid(child, &status, 0) == child && WIFEXITED(status));
	s = open_again(NULL);
	for (unsigned f = 0; f < FEEDS; f++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = {{(uint8_t)f, 1}}};

		look(s, f, &n, &head);
		check(n == OLD(f) && head == n && holds(s, &t, "pack"));
	}
	store_close(s);
	return WEXITSTATUS(status) == 0;
}

static void
moves(void)
{
	static const enum befalls any[] = {KILLED, DARK, FULL, FULL_ONCE};

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		for (long at = 1; !move(any[i], at);)
			at += 1 + (long)roll(9);
}

static struct store *
step(struct store *s)
{
	static const enum befalls any[] = {
	    NOTHING, KILLED, DARK, FULL, FULL_ONCE};
	enum befalls what = any[roll(5)];
	struct plan p;
	bool done;
	long at;

	make_plan(&p);
	at = 1 + (long)roll(roll(2) == 0 ? 8 : 40);
	if (what == KILLED || what == DARK)
		return be_killed(s, &p, what, at);
	points_begin(what, at, 0);
	done = follow(s, &p);
	points_begin(NOTHING, 0, 0);
	check(done || what != NOTHING);
	compare(s, &p, done);
	return roll(4) == 0 ? open_again(s) : s;
}

int
main(int argc, char **argv)
{
	uint8_t seed[32] = {0};
	unsigned steps = argc > 1 ? (unsigned)atoi(argv[1]) : 300;
	struct store *s;

	check(sodium_init() >= 0);
	seed[0] = argc > 2 ? (uint8_t)atoi(argv[2]) : 1;
	rng_init(&dice, seed);
	place_init();
	moves();
	s = fresh();
	for (unsigned i = 0; i < steps; i++)
		s = step(s);
	store_close(s);
	place_done();
	return 0;
}
