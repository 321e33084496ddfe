#include "proto/host/rest.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "proto/base/qerr.h"
#include "proto/host/drive.h"
#include "proto/object/proof.h"
#include "tests/unit/host/place.h"
#include "tests/unit/host/press.h"

#define ISSUES 3

/* Where a feed rests, and all that keeps it from sleeping. */

static struct press p;
static const struct node_policy all = {.tiers = 15};

static struct node *
reader(void)
{
	struct node_config cfg = {.role = NODE_READER};
	struct node *n = node_new(&cfg, (uint8_t[32]){1});

	check(n != NULL);
	return n;
}

/* At the end of a sync: 0 if it may sleep the next time. */
static int
end(struct store *s, const struct node_policy *policy)
{
	struct node_event ev = {.type = NODE_START};
	struct node *n = reader();
	struct node_update u;
	struct rest r;
	int err;

	rest_init(&r);
	check(drive_restore(n, s, &p.feed, policy, NULL) == 0);
	check(node_step(n, &ev, &u) == 0); /* what is wanted */
	if ((err = rest_take(&r, n, &p.feed, policy)) == 0)
		check(rest_save(s, &p.feed, &r) == 0);
	rest_done(&r);
	node_free(n);
	return err;
}

/* At the beginning of the next. */
static bool
sleeps(struct store *s, const struct node_policy *policy)
{
	struct node *n = reader();
	struct node_feed_stat st;
	int err = rest_restore(n, s, &p.feed, policy);

	check(err == 0 || err == QERR_ABSENT);
	if (err == 0) {
		check(node_feed(n, &p.feed) == NULL);
		check(node_feed_stat(n, &p.feed, &st) == 0);
		check(st.head == p.number && st.charter == p.c.version);
	} else {
		check(node_feed_stat(n, &p.feed, &st) == QERR_ABSENT);
	}
	node_free(n);
	return err == 0;
}

static struct store *
begin(void)
{
	struct store *s = fresh();

	press_new(&p, 7);
	put(s, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	for (int i = 0; i < ISSUES; i++)
		print(&p, s, 0);
	check(!sleeps(s, &all)); /* nobody looked yet */
	check(end(s, &all) == 0 && sleeps(s, &all));
	return s;
}

static void
finish(struct store *s)
{
	store_close(s);
	buf_done(&p.charter);
}

static void
other_wishes(void)
{
	struct node_policy heads = {.tiers = 1},
			   newest = {.tiers = 15, .newest = 1};
	struct store *s = begin();

	check(!sleeps(s, &heads) && !sleeps(s, &newest));
	check(end(s, &newest) == 0);
	check(sleeps(s, &newest) && !sleeps(s, &all));
	finish(s);
}

/* What came by another way than a sync from nodes. */
static void
more_is_here(void)
{
	struct store *s = begin();
	struct buf body = {0}, file = {0}, proof = {0};

	print(&p, s, 0);
	check(!sleeps(s, &all));
	check(end(s, &all) == 0 && sleeps(s, &all));
	/* A file in a charter's place, and another charter. */
	put(s, TREE_CHARTER, &p.feed, 2, buf_bytes(&p.charter));
	check(store_commit(s) == 0 && sleeps(s, &all));
	p.c.version = 2;
	p.c.previous = p.feed;
	p.c.name = bytes_str("M");
	check(charter_encode(&body, &p.c) == 0);
	check(charter_sign(&file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &p.k) == 0);
	put(s, TREE_CHARTER, &p.feed, 2, buf_bytes(&file));
	check(store_commit(s) == 0 && !sleeps(s, &all));
	check(end(s, &all) == 0 && sleeps(s, &all));
	/* Something that was proved against it. */
	proof_encode(&proof, buf_bytes(&p.charter), bytes_str("x"));
	put(s, TREE_PROOF, &p.feed, 2, buf_bytes(&proof));
	check(store_commit(s) == 0);
	check(!sleeps(s, &all));
	buf_done(&body);
	buf_done(&file);
	buf_done(&proof);
	finish(s);
}

/* Time passes, also for a file system that counts in ticks. */
static void
later(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
}

static void
something_is_lost(void)
{
	struct store *s = begin();
	const char *pack = tree_file(TREE_PACK, &p.root[1], 0);
	char other[256];

	snprintf(other, sizeof(other), "%s.away", pack);
	later();
	check(rename(pack, other) == 0);
	check(!sleeps(s, &all) && end(s, &all) == QERR_ABSENT);
	check(rename(other, tree_file(TREE_PACK, &p.root[1], 0)) == 0);
	check(sleeps(s, &all));
	/* The last header dies, or is another. */
	check(store_forget_headers(s, &p.feed, ISSUES) == 0);
	check(!sleeps(s, &all));
	p.number--;
	check(end(s, &all) == 0 && sleeps(s, &all));
	check(unlink(tree_file(TREE_CHARTER, &p.feed, 1)) == 0);
	check(!sleeps(s, &all));
	finish(s);
}

/* Where packs of other feeds came or went, each is looked for, and then no more. */
static void
others_come(void)
{
	struct store *s = begin();
	struct id other = {.b = {7}};
	struct stat before, after;
	char id[ID_TEXT_LEN + 1], name[80];

	id_text(id, &p.feed);
	snprintf(name, sizeof(name), "rest-%s", id);
	for (int i = 0; i < 2; i++) {
		check(stat(place_path(name), &before) == 0);
		later();
		if (i == 0)
			put(s, TREE_PACK, &other, 0, bytes_str("another's"));
		check(store_commit(s) == 0 && sleeps(s, &all));
		check(stat(place_path(name), &after) == 0);
		check((after.st_mtim.tv_nsec != before.st_mtim.tv_nsec) ==
		      (i == 0));
	}
	finish(s);
}

/* What is damaged is not there: each byte of the file counts. */
static void
damage(void)
{
	struct store *s = begin();
	char id[ID_TEXT_LEN + 1], name[80];
	struct buf whole = {0}, bad = {0};
	const char *path;

	id_text(id, &p.feed);
	snprintf(name, sizeof(name), "rest-%s", id);
	path = place_path(name);
	check(file_read(&whole, AT_FDCWD, path, 100000) == 0);
	check(whole.n > 32 * 2 * ISSUES);
	for (size_t i = 0; i < whole.n; i += 5) {
		buf_clear(&bad);
		buf_put(&bad, whole.p, whole.n);
		bad.p[i] ^= 1;
		scribble(path, buf_bytes(&bad));
		check(!sleeps(s, &all));
		scribble(path, bytes_of(whole.p, i));
		check(!sleeps(s, &all));
	}
	scribble(path, buf_bytes(&whole));
	check(sleeps(s, &all));
	buf_done(&whole);
	buf_done(&bad);
	finish(s);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	other_wishes();
	more_is_here();
	something_is_lost();
	others_come();
	damage();
	place_done();
	return 0;
}
