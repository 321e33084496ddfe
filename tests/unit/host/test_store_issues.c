#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "proto/base/qerr.h"
#include "proto/host/store.h"
#include "proto/object/issues.h"
#include "tests/unit/host/place.h"

/* Headers in their blocks: what is put, read, forgotten, and comes from a version before. */

static const char *
name_of(uint64_t i)
{
	static char text[32];

	snprintf(text, sizeof(text), "header %llu", (unsigned long long)i);
	return text;
}

static void
put_some(struct store *s, uint8_t feed, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to; i++)
		put_text(s, TREE_ISSUE, feed, i, name_of(i));
}

/* Issues 1 to |n| are there as they were put, whoever asks, and nothing else. */
static void
are_there(struct store *s, uint8_t feed, uint64_t n)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = {{feed}}};
	struct buf b = {0}, ends = {0};
	size_t at = 0;

	for (t.number = 1; t.number <= n; t.number++)
		check(holds(s, &t, name_of(t.number)));
	check(!store_has(s, &t));
	check(store_headers(s, &t.id, &b, &ends) == 0 && ends.n == 4 * n);
	for (uint64_t i = 1; i <= n; i++) {
		size_t end = load_le32(ends.p + 4 * (i - 1));

		check(bytes_eq(bytes_of(b.p + at, end - at),
		    saying(TREE_ISSUE, name_of(i))));
		at = end;
	}
	check(at == b.n);
	buf_done(&b);
	buf_done(&ends);
	check(head_is(s, feed, n == 0 ? NULL : name_of(n)));
}

static void
one_file_a_block(void)
{
	struct id one = {{1}};
	struct store *s = fresh();
	struct tree_name t = {.kind = TREE_ISSUES, .id = one};
	struct buf b = {0};

	put_some(s, 1, 1, 200);
	check(!has(s, TREE_ISSUE, 1, 1));
	check(store_commit(s) == 0);
	are_there(s, 1, 200);
	for (t.number = 1; t.number <= 4; t.number++) {
		struct issues is;

		buf_clear(&b);
		check(store_get(s, &t, &b) == 0);
		issues_split(&is, buf_bytes(&b));
		check(is.n == (t.number < 4 ? 64 : 8));
		check(issues_size(&is, is.n) == b.n);
	}
	check(!store_has(s, &t));
	/* One by one, over the end of a block, and some at once. */
	for (uint64_t i = 201; i <= 260; i++) {
		put_some(s, 1, i, i);
		check(store_commit(s) == 0 && has(s, TREE_ISSUE, 1, i));
	}
	put_some(s, 1, 261, 300);
	put_some(s, 2, 1, 3);
	check(store_commit(s) == 0);
	are_there(s, 1, 300);
	are_there(s, 2, 3);
	/* The same once more, as who takes in a feed again does. */
	put_some(s, 1, 60, 70);
	check(store_commit(s) == 0);
	check(head_is(s, 1, name_of(70)));
	put_some(s, 1, 300, 300);
	check(store_commit(s) == 0);
	s = open_again(s);
	are_there(s, 1, 300);
	store_close(s);
	buf_done(&b);
}

static void
is_refused(struct store *s, uint8_t feed, uint64_t number)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = {{feed}}, .number = number};

	check(store_put(s, &t, saying(TREE_ISSUE, name_of(number)), true) ==
	      QERR_IO);
}

/* Behind one that is not there nobody would find it: it is not said to be stored. */
static void
no_gaps(void)
{
	struct store *s = fresh();

	put_some(s, 1, 1, 3);
	check(store_commit(s) == 0);
	is_refused(s, 1, 5);
	put_some(s, 2, 1, 1);
	check(store_commit(s) == 0 && store_lost(s) == 0);
	are_there(s, 1, 3);
	are_there(s, 2, 1);
	put_some(s, 1, 4, 5);
	check(store_commit(s) == 0);
	are_there(s, 1, 5);
	store_close(s);
}

/* Nor if the gap is a block's end. */
static void
no_gaps_between_blocks(void)
{
	struct store *s = fresh();

	put_some(s, 1, 1, 60);
	check(store_commit(s) == 0);
	is_refused(s, 1, 65);
	are_there(s, 1, 60);
	put_some(s, 1, 61, 200);
	check(store_commit(s) == 0);
	are_there(s, 1, 200);
	store_close(s);
}

/* A crash, or an error, in the middle of a commit: what a header needs is there before it. */
static void
headers_come_last(void)
{
	struct id one = {{1}};
	struct store *s = fresh();
	const char *path;

	put_text(s, TREE_CHARTER, 1, 1, "first");
	check(store_commit(s) == 0);
	put_some(s, 1, 1, 1);
	put_text(s, TREE_CHARTER, 1, 2, "second");
	put_some(s, 1, 2, 2);
	path = tree_file(TREE_CHARTER, &one, 2);
	check(mkdir(path, 0700) == 0);
	check(store_commit(s) < 0);
	are_there(s, 1, 0);
	check(rmdir(path) == 0);
	store_close(s);
}

static void
what_is_forgotten(uint64_t n, uint64_t from)
{
	struct id one = {{1}};
	struct store *s = fresh();

	put_some(s, 1, 1, n);
	put_some(s, 2, 1, 70);
	check(store_commit(s) == 0);
	are_there(s, 1, n);
	check(store_forget_headers(s, &one, from) == 0);
	are_there(s, 1, from - 1);
	are_there(s, 2, 70);
	s = open_again(s);
	are_there(s, 1, from - 1);
	put_some(s, 1, from, n);
	check(store_commit(s) == 0);
	are_there(s, 1, n);
	store_close(s);
}

/* One header alone does not go: its file has others. */
static void
none_is_forgotten_alone(enum tree_kind kind)
{
	struct tree_name t = {.kind = kind, .id = {{1}}, .number = 1};
	struct store *s = fresh();
	int status;
	pid_t pid;

	put_some(s, 1, 1, 3);
	check(store_commit(s) == 0);
	if ((pid = fork()) == 0) {
		(void)freopen("/dev/null", "w", stderr);
		_exit(store_forget(s, &t) != 0);
	}
	check(waitpid(pid, &status, 0) == pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	are_there(s, 1, 3);
	store_close(s);
}

/* What waits for its commit is forgotten as well, and what it follows is kept. */
static void
what_waits_is_forgotten(uint64_t there, uint64_t from)
{
	struct id one = {{1}};
	struct store *s = fresh();

	put_some(s, 1, 1, there);
	check(store_commit(s) == 0);
	put_some(s, 1, there + 1, 150);
	put_some(s, 2, 1, 1);
	check(store_forget_headers(s, &one, from) == 0);
	check(store_commit(s) == 0);
	are_there(s, 1, from - 1);
	are_there(s, 2, 1);
	check(store_forget_feed(s, &one) == 0);
	are_there(s, 1, 0);
	are_there(s, 2, 1);
	store_close(s);
}

/* A block that somebody damaged ends where it does, and is made whole again. */
static void
damage(void)
{
	struct id one = {{1}};
	struct store *s = fresh();
	const char *path;
	struct buf b = {0};

	put_some(s, 1, 1, 130);
	check(store_commit(s) == 0);
	path = tree_file(TREE_ISSUES, &one, 2);
	check(file_read(&b, AT_FDCWD, path, ISSUES_MAX) == 0);
	for (size_t n = 0; n < b.n; n += 97) {
		struct buf all = {0}, ends = {0};

		scribble(path, bytes_of(b.p, n));
		s = open_again(s);
		check(store_headers(s, &one, &all, &ends) == 0);
		check(ends.n / 4 >= 64 && ends.n / 4 < 128);
		check(has(s, TREE_ISSUE, 1, ends.n / 4));
		check(!has(s, TREE_ISSUE, 1, ends.n / 4 + 1));
		buf_done(&all);
		buf_done(&ends);
	}
	put_some(s, 1, 65, 130);
	check(store_commit(s) == 0);
	are_there(s, 1, 130);
	store_close(s);
	buf_done(&b);
}

/*
 * While the store is open: nothing is put behind what cannot be read, other feeds go on,
 * and so does this one once it can be.
 */
enum spoilt {
	CUT,
	GARBLED,
	GONE,
	IS_FOLDER
};

static void
spoilt_meanwhile(enum spoilt how, uint64_t n, uint64_t block)
{
	struct id one = {{1}};
	struct store *s = fresh();
	struct buf was = {0}, now = {0};
	const char *path;

	put_some(s, 1, 1, n);
	check(store_commit(s) == 0);
	path = tree_file(TREE_ISSUES, &one, block);
	check(file_read(&was, AT_FDCWD, path, ISSUES_MAX) == 0);
	buf_put(&now, was.p, was.n);
	check(unlink(path) == 0);
	if (how == CUT)
		scribble(path, bytes_of(was.p, was.n - 1));
	now.p[0] ^= 0xff;
	if (how == GARBLED)
		scribble(path, buf_bytes(&now));
	if (how == IS_FOLDER)
		check(mkdir(path, 0700) == 0);
	put_some(s, 2, 1, 1);
	is_refused(s, 1, n + 1);
	is_refused(s, 1, n + 2);
	put_some(s, 2, 2, 2);
	check(store_commit(s) == 0 && store_lost(s) == 0);
	are_there(s, 2, 2);
	check(remove(path) == 0 || how == GONE);
	scribble(path, buf_bytes(&was));
	put_some(s, 1, n + 1, n + 2);
	put_some(s, 2, 3, 3);
	check(store_commit(s) == 0);
	are_there(s, 1, n + 2);
	are_there(s, 2, 3);
	store_close(s);
	buf_done(&was);
	buf_done(&now);
}

/* What a thread commits is there for what is put meanwhile. */
static void
put_behind_what_is_under_way(void)
{
	struct store *s = fresh();
	uint64_t n = 0;
	int fd;

	for (unsigned i = 0; i < 100; i++) {
		put_some(s, 1, n + 1, n + 3);
		n += 3;
		check(store_commit_begin(s, &fd) == 0);
		put_some(s, 1, n + 1, n + 1);
		n++;
		store_commit_wait(s);
		check(store_commit_ended(s));
	}
	check(store_commit(s) == 0 && store_lost(s) == 0);
	are_there(s, 1, n);
	store_close(s);
}

/* Version 1: a file for each header.  It becomes ours, also if that was begun before. */
static void
from_version_1(bool begun)
{
	struct id one = {{1}};
	char id[ID_TEXT_LEN + 1], folder[96], name[128];
	struct store *s = fresh(), *reader;

	id_text(id, &one);
	snprintf(folder, sizeof(folder), "feed/%s/issue", id);
	if (begun) {
		put_some(s, 1, 1, 130);
		check(store_commit(s) == 0);
	} else {
		snprintf(name, sizeof(name), "feed/%s", id);
		check(mkdir(place_path(name), 0755) == 0);
	}
	store_close(s);
	check(mkdir(place_path(folder), 0755) == 0);
	for (uint64_t i = 1; i <= 130; i++) {
		snprintf(name, sizeof(name), "%s/%llu", folder,
		    (unsigned long long)i);
		scribble(place_path(name), saying(TREE_ISSUE, name_of(i)));
	}
	snprintf(name, sizeof(name), "feed/%s/head", id);
	scribble(place_path(name), saying(TREE_ISSUE, name_of(130)));
	for (unsigned i = 0; i < 32; i++) {
		struct id root = {{(uint8_t)(i * 8), (uint8_t)i}};

		id_text(id, &root);
		snprintf(name, sizeof(name), "pack/%.2s", id);
		check(mkdir(place_path(name), 0755) == 0);
		snprintf(name, sizeof(name), "pack/%.2s/%s", id, id);
		scribble(place_path(name), bytes_str("pack"));
	}
	scribble(place_path("version"), bytes_str("1\n"));
	check(store_open(&reader, place_dir, true) == 0);
	are_there(reader, 1, 130);
	store_close(reader);
	check(!there(place_path(folder)) && !there(place_path("pack/aa")));
	s = open_again(NULL);
	are_there(s, 1, 130);
	for (unsigned i = 0; i < 320; i++) {
		struct tree_name t = {.kind = TREE_PACK,
		    .id = {{(uint8_t)(i * 8), (uint8_t)(i % 32)}}};

		check(holds(s, &t, "pack") && store_has(s, &t));
		t.id.b[1] ^= 64;
		check(!store_has(s, &t));
	}
	check(store_open(&reader, place_dir, true) == 0);
	store_close(reader);
	store_close(s);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	one_file_a_block();
	no_gaps();
	no_gaps_between_blocks();
	headers_come_last();
	for (uint64_t from = 1; from <= 150; from += from % 64 < 3 ? 1 : 21)
		what_is_forgotten(150, from);
	what_is_forgotten(128, 65);
	none_is_forgotten_alone(TREE_ISSUE);
	none_is_forgotten_alone(TREE_ISSUES);
	what_is_forgotten(128, 128);
	for (uint64_t from = 1; from <= 150; from += 37) {
		what_waits_is_forgotten(70, from);
		what_waits_is_forgotten(64, from);
	}
	what_waits_is_forgotten(0, 65);
	damage();
	for (enum spoilt how = CUT; how <= IS_FOLDER; how++) {
		spoilt_meanwhile(how, 70, 2);
		spoilt_meanwhile(how, 3, 1);
		spoilt_meanwhile(how, 128, 2);
	}
	put_behind_what_is_under_way();
	from_version_1(false);
	from_version_1(true);
	place_done();
	return 0;
}
