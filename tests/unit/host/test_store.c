#include "proto/host/store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/object/charter.h"
#include "proto/object/issues.h"
#include "proto/object/proof.h"
#include "tests/unit/host/place.h"

static void
nothing_before_a_commit(void)
{
	struct tree_name t = {.kind = TREE_CHARTER, .id = {{1}}, .number = 1};
	struct store *s = fresh();

	check(store_put(s, &t, bytes_str("one"), false) == 0);
	check(!store_has(s, &t));
	s = open_again(s);
	check(store_commit(s) == 0 && !store_has(s, &t));
	check(store_put(s, &t, bytes_str("one"), false) == 0);
	check(store_commit(s) == 0);
	check(holds(s, &t, "one"));
	s = open_again(s);
	check(holds(s, &t, "one"));
	check(store_put(s, &t, bytes_str("two"), false) == 0);
	check(holds(s, &t, "one"));
	check(store_commit(s) == 0 && holds(s, &t, "two"));
	check(store_forget(s, &t) == 0 && !store_has(s, &t));
	check(store_forget(s, &t) == 0);
	store_close(s);
}

static void
one_writes_and_many_read(void)
{
	struct tree_name t = {.kind = TREE_CHARTER, .id = {{1}}, .number = 1};
	struct store *s, *other, *reader;

	snprintf(place_dir, sizeof(place_dir), "%s/none", place_top);
	check(store_open(&reader, place_dir, true) == QERR_ABSENT);
	check(reader == NULL && !there(place_dir));
	s = fresh();
	put_text(s, TREE_CHARTER, 1, 1, "one");
	check(store_commit(s) == 0);
	check(store_open(&other, place_dir, false) == QERR_AGAIN);
	check(other == NULL);
	check(store_open(&reader, place_dir, true) == 0);
	check(store_open(&other, place_dir, true) == 0);
	check(holds(reader, &t, "one") && holds(other, &t, "one"));
	store_close(other);
	check(store_put(reader, &t, bytes_str("two"), false) < 0);
	check(store_commit(reader) < 0 && store_forget(reader, &t) < 0);
	check(store_forget_headers(reader, &t.id, 1) < 0);
	check(store_forget_feed(reader, &t.id) < 0);
	check(holds(s, &t, "one"));
	/* What the writer makes visible is visible to those who were there. */
	put_text(s, TREE_PACK, 9, 0, "pack");
	check(store_commit(s) == 0 && has(reader, TREE_PACK, 9, 0));
	store_close(s);
	check(store_open(&other, place_dir, false) == 0);
	store_close(other);
	store_close(reader);
}

/* What a crash left is gone for the next who writes, and nobody takes it for his. */
static void
half_written_files_are_none(void)
{
	struct store *s = fresh(), *reader;

	store_close(s);
	for (int i = 1; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "tmp/%d", i);
		scribble(place_path(name), bytes_str("half"));
	}
	check(store_open(&reader, place_dir, true) == 0);
	check(there(place_path("tmp/1")));
	store_close(reader);
	s = open_again(NULL);
	check(!there(place_path("tmp/1")) && !there(place_path("tmp/3")));
	put_text(s, TREE_CHARTER, 1, 1, "one");
	put_text(s, TREE_CHARTER, 1, 2, "two");
	check(there(place_path("tmp/1")));
	store_close(s); /* without a commit: it cleans up behind itself */
	check(!there(place_path("tmp/1")) && !there(place_path("tmp/2")));
}

static void
sizes_have_limits(void)
{
	static const struct {
		enum tree_kind kind;
		size_t max;
	} limit[] = {{TREE_CHARTER, CHARTER_FILE_MAX},
	    {TREE_ISSUES, ISSUES_MAX}, {TREE_HEAD, HEADER_FILE_MAX},
	    {TREE_PROOF, PROOF_FILE_MAX}, {TREE_PACK, PACK_SIZE_MAX}};
	struct store *s = fresh();
	struct buf b = {0};
	uint8_t *large = calloc(1, PACK_SIZE_MAX + 1);

	check(large != NULL);
	for (size_t i = 0; i < sizeof(limit) / sizeof(limit[0]); i++) {
		size_t max = limit[i].max;
		struct tree_name t = {.kind = limit[i].kind, .number = 1};

		check(store_put(s, &t, bytes_of(large, max + 1), false) ==
		      QERR_TOOBIG);
		check(store_commit(s) == 0 && !store_has(s, &t));
		check(store_put(s, &t, bytes_of(large, max), false) == 0);
		check(store_commit(s) == 0);
		check(store_get(s, &t, &b) == 0 && b.n == max);
		buf_clear(&b);
		/* Nor is one believed that grew on the disk. */
		scribble(tree_file(t.kind, &t.id, 1), bytes_of(large, max + 1));
		check(store_get(s, &t, &b) == QERR_TOOBIG);
		buf_clear(&b);
	}
	buf_done(&b);
	free(large);
	store_close(s);
}

static void
what_lies_there_is_not_trusted(void)
{
	struct tree_name t = {.kind = TREE_ISSUES, .id = {{2}}, .number = 1};
	struct store *s = fresh();
	struct buf b = {0};
	const char *path;

	put_text(s, TREE_ISSUE, 2, 1, "x");
	check(store_commit(s) == 0);
	path = tree_file(TREE_ISSUE, &t.id, 1);
	/* A pipe, a folder: as if it were not there. */
	check(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	check(store_get(s, &t, &b) == QERR_ABSENT);
	check(unlink(path) == 0 && mkdir(path, 0700) == 0);
	check(store_get(s, &t, &b) == QERR_ABSENT);
	buf_done(&b);
	store_close(s);
}

/* A commit that fails drops what was put, says so, and the next one works. */
static void
a_lost_commit_is_counted(void)
{
	struct store *s = fresh();

	put_text(s, TREE_ISSUE, 1, 1, "first");
	check(store_commit(s) == 0 && store_lost(s) == 0);
	put_text(s, TREE_ISSUE, 1, 2, "second");
	put_text(s, TREE_PACK, 5, 0, "pack");
	check(unlink(place_path("tmp/3")) == 0);
	check(store_commit(s) < 0 && store_lost(s) == 1);
	check(store_commit(s) == 0 && store_lost(s) == 1);
	check(!has(s, TREE_PACK, 5, 0) && head_is(s, 1, "first"));
	put_text(s, TREE_ISSUE, 1, 2, "second");
	check(store_commit(s) == 0 && head_is(s, 1, "second"));
	store_close(s);
}

/* Begin a commit by the thread, and wait for the word that it is over. */
static void
begin(struct store *s)
{
	struct pollfd p = {.events = POLLIN};

	check(store_commit_begin(s, &p.fd) == 0);
	check(poll(&p, 1, -1) == 1);
}

/* What is put while the thread commits is the next commit's; who deletes waits. */
static void
a_thread_commits(void)
{
	struct tree_name t = {.kind = TREE_CHARTER, .id = {{1}}, .number = 1};
	struct store *s = fresh();
	int fd;

	begin(s); /* nothing */
	check(store_commit_ended(s));
	put_text(s, TREE_ISSUE, 1, 1, "first");
	check(store_commit_begin(s, &fd) == 0);
	put_text(s, TREE_ISSUE, 1, 2, "second");
	store_commit_wait(s);
	check(store_commit_ended(s) && store_lost(s) == 0);
	check(head_is(s, 1, "first") && !has(s, TREE_ISSUE, 1, 2));
	check(store_commit_begin(s, &fd) == 0);
	put_text(s, TREE_ISSUE, 1, 3, "third");
	check(store_commit(s) == 0 && head_is(s, 1, "third"));
	put_text(s, TREE_CHARTER, 1, 1, "charter");
	check(store_commit_begin(s, &fd) == 0);
	check(store_forget(s, &t) == 0 && !store_has(s, &t));
	put_text(s, TREE_ISSUE, 1, 4, "fourth");
	check(store_commit_begin(s, &fd) == 0);
	s = open_again(s);
	check(head_is(s, 1, "fourth") && !store_has(s, &t));
	store_close(s);
}

/* What the thread loses is lost alone. */
static void
a_thread_fails(void)
{
	struct store *s = fresh();

	put_text(s, TREE_ISSUE, 1, 1, "first");
	put_text(s, TREE_PACK, 5, 0, "pack");
	check(unlink(place_path("tmp/1")) == 0);
	begin(s);
	put_text(s, TREE_ISSUE, 2, 1, "other");
	check(store_commit_ended(s) && store_lost(s) == 1);
	check(store_lost_why(s) < 0 && head_is(s, 1, NULL));
	check(store_commit(s) == 0 && store_lost(s) == 1);
	check(head_is(s, 1, NULL) && head_is(s, 2, "other"));
	store_close(s);
}

/* However often it is asked: what is put later, and what was deleted. */
static void
packs_are_known(void)
{
	struct tree_name t = {.kind = TREE_PACK, .id = {{7}}};
	struct store *s = fresh();

	put_text(s, TREE_PACK, 7, 0, "pack");
	check(store_commit(s) == 0);
	for (int i = 0; i < 300; i++) {
		check(has(s, TREE_PACK, 7, 0) && !has(s, TREE_PACK, 8, 0));
		check(!has(s, TREE_PACK, 9, 0));
	}
	put_text(s, TREE_PACK, 8, 0, "pack");
	check(store_commit(s) == 0 && has(s, TREE_PACK, 8, 0));
	check(store_forget(s, &t) == 0 && !has(s, TREE_PACK, 7, 0));
	put_text(s, TREE_PACK, 7, 0, "pack");
	put_text(s, TREE_PACK, 9, 0, "pack");
	begin(s);
	check(store_commit_ended(s));
	check(has(s, TREE_PACK, 7, 0) && has(s, TREE_PACK, 9, 0));
	store_close(s);
}

/* A pack that was never seen before, of a folder that is new as well. */
static void
new_folders_are_seen(void)
{
	struct store *s = fresh();

	for (int i = 0; i < 40; i++) {
		check(!has(s, TREE_PACK, (uint8_t)(i * 6), 0));
		put_text(s, TREE_PACK, (uint8_t)(i * 6), 0, "pack");
		check(store_commit(s) == 0);
		check(has(s, TREE_PACK, (uint8_t)(i * 6), 0));
	}
	store_close(s);
}

static void
files_of_the_owner(void)
{
	struct store *s = fresh();
	struct buf b = {0};

	check(store_get_file(s, "keys", &b, 10) == QERR_ABSENT);
	check(store_put_file(s, "keys", bytes_str("0123456789")) == 0);
	check(store_get_file(s, "keys", &b, 9) == QERR_TOOBIG);
	buf_clear(&b);
	s = open_again(s);
	check(store_get_file(s, "keys", &b, 10) == 0 && b.n == 10);
	check(store_put_file(s, "keys", bytes_str("")) == 0);
	buf_clear(&b);
	check(store_get_file(s, "keys", &b, 10) == 0 && b.n == 0);
	buf_done(&b);
	store_close(s);
}

/* What a newer program wrote is not opened, locked or tidied up. */
static void
a_newer_version_is_left_alone(void)
{
	static const char *const text[] = {
	    "3\n", "0\n", "10\n", "2", "", "2\n\n", "one\n"};
	struct store *s = fresh();
	char path[96], left[96];
	struct buf b = {0};

	snprintf(path, sizeof(path), "%s/version", place_dir);
	snprintf(left, sizeof(left), "%s/tmp/left", place_dir);
	check(file_read(&b, AT_FDCWD, path, 9) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_str("2\n")));
	buf_done(&b);
	store_close(s);
	check(file_write(AT_FDCWD, left, bytes_str("x"), 0600) == 0);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		check(file_write(AT_FDCWD, path, bytes_str(text[i]), 0600) ==
		      0);
		check(store_open(&s, place_dir, false) == QERR_VERSION);
		check(s == NULL && there(left));
		check(store_open(&s, place_dir, true) == QERR_VERSION);
	}

	/* One from before there were any is marked. */
	check(remove(path) == 0);
	check(store_open(&s, place_dir, true) == 0 && !there(path));
	store_close(s);
	s = open_again(NULL);
	check(there(path) && !there(left));
	store_close(s);
}

/* From now on the disk has room for files, and none for folders. */
static void
no_room_for_folders(void)
{
	struct sock_filter f[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog p = {.len = sizeof(f) / sizeof(f[0]), .filter = f};

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) == 0);
}

/* .. nor for files. */
static void
no_room_at_all(void)
{
	struct sock_filter f[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 3, 0),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, args[2])),
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog p = {.len = sizeof(f) / sizeof(f[0]), .filter = f};

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) == 0);
}

/* The head of an issue that goes does not outlive it, whatever the disk has room for: its
 * number may be signed again. */
static void
a_head_goes_first(void)
{
	const struct id id = {{6}};
	struct store *s = fresh();
	int status;
	pid_t child;

	put_text(s, TREE_ISSUE, 6, 1, "one");
	put_text(s, TREE_ISSUE, 6, 2, "two");
	check(store_commit(s) == 0);
	if ((child = fork()) == 0) {
		no_room_at_all();
		check(store_forget_headers(s, &id, 2) == QERR_NOSPACE);
		check(head_is(s, 6, NULL) && !has(s, TREE_ISSUE, 6, 2));
		check(has(s, TREE_ISSUE, 6, 1));
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child && status == 0);
	store_close(s);
}

/* A pack is the first in its folder, and that finds no room: nothing is said to be done. */
static void
a_folder_has_no_room(void)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = {{5}}, .number = 1};
	struct store *s = fresh();
	struct buf b;
	int status;
	pid_t child = fork();

	check(child >= 0);
	if (child == 0) {
		no_room_for_folders();
		check(store_put(s, &t, saying(t.kind, "header"), false) == 0);
		check(store_commit(s) == QERR_NOSPACE);
		check(store_lost(s) == 1);
		buf_init(&b, 0);
		check(store_get(s, &t, &b) == QERR_ABSENT);
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child && status == 0);
	store_close(s);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	a_folder_has_no_room();
	a_head_goes_first();
	nothing_before_a_commit();
	one_writes_and_many_read();
	half_written_files_are_none();
	sizes_have_limits();
	what_lies_there_is_not_trusted();
	a_lost_commit_is_counted();
	a_thread_commits();
	a_thread_fails();
	packs_are_known();
	new_folders_are_seen();
	files_of_the_owner();
	a_newer_version_is_left_alone();
	place_done();
	return 0;
}
