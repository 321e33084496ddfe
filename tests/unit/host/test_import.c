#include "proto/host/import.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/held.h"
#include "proto/host/import_inner.h"
#include "proto/object/bundle.h"
#include "proto/object/issues.h"
#include "tests/lib/check.h"
#include "tests/unit/host/press.h"

#define ISSUES 5
#define ALL    15u

static char top[] = "/tmp/quire-import-XXXXXX";
static unsigned dirs;

static const struct import_config everything = {.tiers = ALL, .volumes = true};

static void
new_dir(char dst[64])
{
	snprintf(dst, 64, "%s/%u", top, dirs++);
}

/* A tree in a new folder with |n| issues; those from |fork| on are others. */
static void
make_tree(char dir[64], struct press *p, unsigned n, unsigned fork)
{
	struct store *s;

	new_dir(dir);
	press_new(p, 1);
	check(store_open(&s, dir, false) == 0);
	put(s, TREE_CHARTER, &p->feed, 1, buf_bytes(&p->charter));
	for (unsigned i = 1; i <= n; i++)
		print(p, s, i >= fork ? 99 : 0);
	store_close(s);
	buf_done(&p->charter);
}

static struct store *
open_store(char dir[64])
{
	struct store *s;

	new_dir(dir);
	check(store_open(&s, dir, false) == 0);
	return s;
}

static void
path_in(char dst[256], const char *dir, enum tree_kind kind,
    const struct id *id, uint64_t number)
{
	struct tree_name t = {.kind = kind, .id = *id, .number = number};
	char path[TREE_PATH_MAX];

	tree_path(path, &t);
	snprintf(dst, 256, "%s/%s", dir, path);
}

static void
bundle_of(struct buf *b, struct store *s, char path[64])
{
	int fd;

	new_dir(path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && export_bundle(s, NULL, ALL, fd) == 0);
	close(fd);
	buf_clear(b);
	check(file_read(b, AT_FDCWD, path, SIZE_MAX) == 0);
}

/* True if the stores hold the same. */
static bool
same(struct store *s, const char *dir)
{
	struct buf a = {0}, b = {0};
	struct store *o;
	char path[64];
	bool is;

	check(store_open(&o, dir, true) == 0);
	bundle_of(&a, o, path);
	store_close(o);
	bundle_of(&b, s, path);
	is = a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
	buf_done(&a);
	buf_done(&b);
	return is;
}

static int
take(struct store *s, const struct id *feed, const char *where,
    struct import_result *r)
{
	struct import_source *src;
	int err;

	check(import_open(&src, where, NULL) == 0);
	err = import_feed(s, feed, src, &everything, r);
	import_close(src);
	return err;
}

static uint64_t
head_of(struct store *s, const struct id *feed)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = *feed};
	struct header h;
	struct buf b = {0};

	if (store_get(s, &t, &b) != 0)
		return 0;
	check(header_peek(&h, buf_bytes(&b)) == 0);
	buf_done(&b);
	return h.number;
}

static void
folder_comes_whole(void)
{
	struct import_result r;
	char from[64], to[64];
	struct press p;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(r.charters == 1 && r.headers == ISSUES && r.packs == 2 * ISSUES);
	check(r.bytes == ISSUES * (LARGE + SMALL));
	check(r.missing == 0 && r.fault == 0 && !r.forked && !r.rollback);
	check(same(s, from));
	/* Nothing comes twice. */
	check(take(s, &p.feed, from, &r) == 0);
	check(r.charters == 0 && r.headers == 0 && r.packs == 0);
	check(r.fault == 0);
	store_close(s);
}

static void
only_what_is_wanted_comes(void)
{
	struct import_config cfg = {.tiers = 1u << TIER_HEADS, .newest = 2};
	struct import_source *src;
	struct import_result r;
	char from[64], to[64];
	struct press p;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	s = open_store(to);
	check(import_folder(&src, from) == 0);
	check(import_feed(s, &p.feed, src, &cfg, &r) == 0);
	check(r.headers == ISSUES && r.packs == 2 && r.bytes == 2 * LARGE);
	import_close(src);
	store_close(s);
}

static void
bundle_with_junk_comes_whole(void)
{
	struct buf b = {0}, junk = {0};
	struct import_result r;
	char from[64], to[64], path[64];
	struct press p;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	check(store_open(&s, from, true) == 0);
	bundle_of(&b, s, path);
	store_close(s);
	bundle_header(&junk, "autorun.inf", 700);
	for (int i = 0; i < 700; i++)
		buf_put_u8(&junk, 'x');
	bundle_pad(&junk, 700);
	bundle_header(&junk, "feed/../../etc/passwd", 3);
	buf_put_str(&junk, "abc");
	bundle_pad(&junk, 3);
	buf_put(&junk, b.p, b.n);
	check(file_write(AT_FDCWD, path, buf_bytes(&junk), 0600) == 0);
	s = open_store(to);
	check(take(s, &p.feed, path, &r) == 0);
	check(r.fault == 0 && r.packs == 2 * ISSUES && same(s, from));
	store_close(s);
	/* Cut short: what is in front of the cut. */
	b.n = b.n * 2 / 3;
	check(file_write(AT_FDCWD, path, buf_bytes(&b), 0600) == 0);
	s = open_store(to);
	check(take(s, &p.feed, path, &r) == 0);
	check(r.headers == ISSUES && r.packs > 0 && r.missing > 0);
	check(!same(s, from));
	check(take(s, &p.feed, from, &r) == 0 && same(s, from));
	store_close(s);
	buf_done(&b);
	buf_done(&junk);
}

/* Its feed goes on while a bundle is written, into a pipe that is full: it is one of before. */
static void
bundle_of_a_moment(void)
{
	struct import_result r;
	char from[64], to[64], path[64];
	uint8_t some[8192];
	struct buf b = {0};
	struct press p;
	struct store *s, *reader;
	ssize_t n = 0;
	int end[2];
	pid_t pid;

	make_tree(from, &p, 60, 99);
	check(store_open(&s, from, false) == 0 && pipe(end) == 0);
	check(fcntl(end[1], F_SETPIPE_SZ, 4096) == 4096);
	if ((pid = fork()) == 0) {
		check(store_open(&reader, from, true) == 0);
		check(export_bundle(reader, NULL, 0, end[1]) == 0);
		store_close(reader);
		_exit(0);
	}
	close(end[1]);
	while (b.n < 6 * 1024 && (n = read(end[0], some, 512)) > 0)
		buf_put(&b, some, (size_t)n); /* the block is being written */
	print(&p, s, 0);
	while ((n = read(end[0], some, sizeof(some))) > 0)
		buf_put(&b, some, (size_t)n);
	check(n == 0 && waitpid(pid, NULL, 0) == pid);
	close(end[0]);
	store_close(s);
	new_dir(path);
	check(file_write(AT_FDCWD, path, buf_bytes(&b), 0600) == 0);
	s = open_store(to);
	check(take(s, &p.feed, path, &r) == 0);
	check(r.headers == 60 && r.fault == 0 && head_of(s, &p.feed) == 60);
	store_close(s);
	buf_done(&b);
}

/* The bytes of the first |n| headers in the block at |path|. */
static off_t
size_of(const char *path, size_t n)
{
	struct issues is;
	struct buf b = {0};
	size_t size;

	check(file_read(&b, AT_FDCWD, path, ISSUES_MAX) == 0);
	issues_split(&is, buf_bytes(&b));
	check(n <= is.n);
	size = issues_size(&is, n);
	buf_done(&b);
	return (off_t)size;
}

static void
block_cut_short_ends_it(off_t more)
{
	struct import_result r;
	char from[64], whole[64], to[64], path[256];
	struct press p;
	struct store *s;

	make_tree(whole, &p, ISSUES, 99);
	make_tree(from, &p, ISSUES, 99);
	path_in(path, from, TREE_ISSUES, &p.feed, 1);
	check(truncate(path, size_of(path, 2) + more) == 0);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(r.headers == 2 && r.packs == 4 && head_of(s, &p.feed) == 2);
	check(r.fault == QERR_TRUNCATED);
	check(strstr(path, r.fault_at) != NULL && r.fault_at[0] != '\0');
	/* Another source goes on from there. */
	check(take(s, &p.feed, whole, &r) == 0);
	check(r.headers == ISSUES - 2 && r.fault == 0 && same(s, whole));
	store_close(s);
}

static void
flip(const char *path)
{
	int fd = open(path, O_RDWR);
	uint8_t c;

	check(fd >= 0 && pread(fd, &c, 1, 20000) == 1);
	c ^= 1;
	check(pwrite(fd, &c, 1, 20000) == 1);
	close(fd);
}

static void
flipped_pack_stays_out(void)
{
	struct import_result r;
	char from[64], to[64], path[256];
	struct tree_name t = {.kind = TREE_PACK};
	struct press p;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	t.id = p.root[0];
	path_in(path, from, TREE_PACK, &p.root[0], 0);
	flip(path);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(r.packs == 2 * ISSUES - 1 && r.missing == 1);
	check(r.fault == QERR_BADHASH && strstr(path, r.fault_at) != NULL);
	check(!store_has(s, &t));
	flip(path);
	check(take(s, &p.feed, from, &r) == 0 && r.packs == 1);
	check(store_has(s, &t) && same(s, from));
	store_close(s);
}

static void
older_head_changes_nothing(void)
{
	struct import_result r;
	char from[64], old[64], to[64];
	struct press p;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	make_tree(old, &p, ISSUES - 2, 99);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(take(s, &p.feed, old, &r) == 0);
	check(r.rollback && !r.forked && r.headers == 0 && r.packs == 0);
	check(head_of(s, &p.feed) == ISSUES && same(s, from));
	store_close(s);
}

static void
proof_is_kept(struct store *s, const struct id *feed)
{
	struct buf b, ends;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	check(store_proofs(s, feed, &b, &ends) == 0 && ends.n == 4);
	buf_done(&b);
	buf_done(&ends);
}

/* Who takes from a tree that has the proof, or from a bundle of it, has it too. */
static void
proof_spreads(const struct id *feed, const char *proved, const char *from)
{
	struct import_result r;
	char to[64], tar[] = "/tmp/quire-proof.XXXXXX";
	struct store *s = open_store(to);
	int fd = mkstemp(tar);

	check(fd >= 0);
	check(take(s, feed, from, &r) == 0 && !r.forked);
	check(take(s, feed, proved, &r) == 0 && r.forked);
	proof_is_kept(s, feed);
	check(export_bundle(s, feed, 15, fd) == 0);
	store_close(s);
	s = open_store(to);
	check(take(s, feed, tar, &r) == 0 && r.forked && r.headers == 0);
	proof_is_kept(s, feed);
	store_close(s);
	close(fd);
	unlink(tar);
}

/* The publisher signed two issues of one number: ours stays. */
static void
fork_changes_nothing(void)
{
	struct import_result r;
	char from[64], other[64], to[64];
	struct press p;
	struct store *s;

	for (unsigned more = 0; more < 2; more++) {
		make_tree(from, &p, ISSUES, 99);
		make_tree(other, &p, ISSUES + more, ISSUES);
		s = open_store(to);
		check(take(s, &p.feed, from, &r) == 0);
		check(take(s, &p.feed, other, &r) == 0);
		check(r.forked && r.fault == QERR_FORK && r.headers == 0);
		check(r.packs == 0 && head_of(s, &p.feed) == ISSUES);
		proof_is_kept(s, &p.feed);
		/* It stays forked, whoever is asked. */
		check(take(s, &p.feed, from, &r) == 0 && r.forked);
		store_close(s);
		proof_spreads(&p.feed, to, from);
	}
}

static int
count_feed(void *arg, const struct id *feed)
{
	(void)feed;
	++*(unsigned *)arg;
	return 0;
}

/* The block of all issues in the tree |dir|, and its files. */
static void
read_issues(struct issues *ret, struct buf *b, const char *dir,
    const struct id *feed)
{
	char path[256];

	path_in(path, dir, TREE_ISSUES, feed, 1);
	check(file_read(b, AT_FDCWD, path, ISSUES_MAX) == 0);
	issues_split(ret, buf_bytes(b));
	check(ret->n == ISSUES);
}

static void
write_file(const char *dir, enum tree_kind kind, const struct id *feed,
    struct bytes file)
{
	char path[256];

	path_in(path, dir, kind, feed, 1);
	check(file_write(AT_FDCWD, path, file, 0600) == 0);
}

/* Whether it contradicts itself; proved: there are two of one number. */
enum found {
	SOUND,
	NAMED,
	PROVED
};

/*
 * A block of a tree that is made by hand: 1, 2, .. are the headers of one history, a, b, ..
 * those of another, which are others from the third on.  |n| are taken of it into an empty
 * store, or one that has |has|.
 */
static void
block_of(const char *names, char head, unsigned has, unsigned n,
    enum found found)
{
	struct issues is[2];
	struct buf b[2] = {0}, block = {0};
	struct import_result r;
	char one[64], other[64], own[64], to[64];
	struct bytes file = {0};
	struct press p;
	struct store *s;

	make_tree(one, &p, ISSUES, 99);
	make_tree(other, &p, ISSUES, 3);
	read_issues(&is[0], &b[0], one, &p.feed);
	read_issues(&is[1], &b[1], other, &p.feed);
	for (const char *c = names; *c != '\0'; c++) {
		file = *c >= 'a' ? is[1].file[*c - 'a'] : is[0].file[*c - '1'];
		buf_put(&block, file.p, file.n);
	}
	write_file(one, TREE_ISSUES, &p.feed, buf_bytes(&block));
	file = head >= 'a' ? is[1].file[head - 'a'] : is[0].file[head - '1'];
	write_file(one, TREE_HEAD, &p.feed, file);
	make_tree(own, &p, has, 99);
	s = open_store(to);
	if (has > 0)
		check(take(s, &p.feed, own, &r) == 0 && r.fault == 0);
	check(take(s, &p.feed, one, &r) == 0);
	check(head_of(s, &p.feed) == n && r.forked == (found != SOUND));
	if (found == PROVED)
		proof_is_kept(s, &p.feed);
	store_close(s);
	for (int i = 0; i < 2; i++)
		buf_done(&b[i]);
	buf_done(&block);
}

static void
blocks_that_contradict_themselves(void)
{
	block_of("12345", '5', 0, 5, SOUND);
	block_of("12cde", 'e', 0, 5, SOUND);
	/* Twice the same, or in no order. */
	block_of("122345", '5', 0, 2, SOUND);
	block_of("1234512345", '5', 0, 5, SOUND);
	block_of("1231", '5', 0, 3, SOUND);
	block_of("2345", '5', 0, 0, SOUND);
	block_of("13245", '5', 0, 1, SOUND);
	/* Two of one number. */
	block_of("123cde", 'e', 0, 3, PROVED);
	block_of("123c45", '5', 0, 3, PROVED);
	block_of("12345e", '5', 0, 5, SOUND); /* behind the head nobody looks */
	block_of("123de", 'e', 0, 3, NAMED);
	/* The head is another than that in the block. */
	block_of("12345", 'e', 0, 5, PROVED);
	block_of("12345", 'd', 0, 4, PROVED);
	block_of("12cde", '5', 0, 5, PROVED);
	/* What comes does not follow what is here. */
	block_of("12cde", 'e', 4, 4, PROVED);
	block_of("1234e", 'e', 4, 4, NAMED);
	block_of("12cd5", '5', 4, 5, SOUND);
	block_of("12345", 'e', 4, 5, PROVED);
}

/* Two blocks of one number: as who unpacks it with tar would have it, the last counts. */
static void
bundle_has_files_twice(void)
{
	struct buf b = {0}, both = {0};
	struct import_result r;
	char old[64], from[64], to[64], path[64];
	struct import_source *src;
	struct press p;
	struct store *s;
	unsigned feeds = 0;

	make_tree(old, &p, 2, 99);
	make_tree(from, &p, ISSUES, 99);
	for (int i = 0; i < 2; i++) {
		check(store_open(&s, i == 0 ? old : from, true) == 0);
		bundle_of(&b, s, path);
		store_close(s);
		b.n -= i == 0 ? 2 * BUNDLE_BLOCK : 0; /* without its end */
		buf_put(&both, b.p, b.n);
	}
	check(file_write(AT_FDCWD, path, buf_bytes(&both), 0600) == 0);
	s = open_store(to);
	check(take(s, &p.feed, path, &r) == 0);
	check(r.fault == 0 && r.packs == 2 * ISSUES && same(s, from));
	store_close(s);
	check(import_tar(&src, path) == 0);
	check(import_feeds(src, count_feed, &feeds) == 0 && feeds == 1);
	import_close(src);
	buf_done(&b);
	buf_done(&both);
}

static void
other_feed_stays_out(void)
{
	struct import_result r;
	char from[64], to[64], a[256], b[256];
	struct press p, q;
	struct store *s;

	make_tree(from, &p, 2, 99);
	press_new(&q, 2);
	path_in(a, from, TREE_CHARTER, &p.feed, 1);
	check(file_write(AT_FDCWD, a, buf_bytes(&q.charter), 0600) == 0);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == QERR_ABSENT);
	check(qerr_is_peer_fault(r.fault) && strstr(a, r.fault_at) != NULL);
	check(take(s, &q.feed, from, &r) == QERR_ABSENT && r.fault == 0);
	store_close(s);
	/* A header in the place of another. */
	make_tree(from, &p, 3, 99);
	path_in(a, from, TREE_HEAD, &p.feed, 0);
	path_in(b, from, TREE_ISSUES, &p.feed, 1);
	check(rename(a, b) == 0);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(r.headers == 0 && r.packs == 0 && head_of(s, &p.feed) == 0);
	store_close(s);
	buf_done(&q.charter);
}

/* The next charter of |p|: its key ends, and that of |q| goes on. */
static void
end_key(struct press *p, const struct press *q, struct buf *file)
{
	struct buf body = {0};

	p->c.version = 2;
	p->c.previous = p->feed;
	p->c.key[0].to = 3;
	p->c.key[1] = (struct charter_key){q->k.pub, 3, UINT64_MAX};
	p->c.n_key = 2;
	check(charter_encode(&body, &p->c) == 0);
	check(charter_sign(file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &p->k) == 0);
	buf_done(&body);
}

/* What only a revoked key announced is gone, and all of it. */
static void
revoked_packs_are_deleted(void)
{
	struct press p, q;
	struct import_result r;
	struct buf file = {0};
	char from[64], to[64], alone[80];
	struct store *s;
	uint64_t head;

	make_tree(from, &p, ISSUES, 99);
	press_new(&q, 2);
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(store_used(s) == ISSUES * (LARGE + SMALL));
	end_key(&p, &q, &file);
	snprintf(alone, sizeof(alone), "%s/alone", to);
	check(file_write(AT_FDCWD, alone, buf_bytes(&file), 0600) == 0);
	check(take(s, &p.feed, alone, &r) == 0 && r.charters == 1);
	head = head_of(s, &p.feed);
	check(head > 0 && head < ISSUES);
	check(store_used(s) == head * (LARGE + SMALL));
	store_close(s);
	buf_done(&file);
	buf_done(&q.charter);
}

/* A crash before the headers that a charter revokes were deleted. */
static void
revoked_headers_are_cut(void)
{
	struct press p, q;
	struct buf file = {0};
	char from[64];
	struct held held;
	struct feed *f;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	press_new(&q, 2);
	end_key(&p, &q, &file);
	check(store_open(&s, from, false) == 0);
	put(s, TREE_CHARTER, &p.feed, 2, buf_bytes(&file));
	check(store_commit(s) == 0);
	for (int i = 0; i < 2; i++) {
		check((f = feed_new(&p.feed)) != NULL);
		check(held_load(&held, s, f, false) == 0);
		check(held.n_charter == 2);
		check(held.row.n > 0 && held.row.n < ISSUES);
		check(held.row.n == feed_head(f));
		check(head_of(s, &p.feed) == held.row.n);
		check(store_used(s) == held.row.n * (LARGE + SMALL));
		held_done(&held);
		feed_free(f);
	}
	store_close(s);
	buf_done(&file);
	buf_done(&q.charter);
}

/* |s| learns that the history of |p| is the feed's. */
static void
take_pin(struct store *s, const char *dir, struct press *p)
{
	struct buf file = {0}, body = {0};
	struct import_result r;
	char alone[80];

	p->c.version = 2;
	p->c.previous = p->feed;
	p->c.pin = ISSUES;
	history_root(&p->history, &p->c.pin_root);
	check(charter_encode(&body, &p->c) == 0);
	check(charter_sign(&file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &p->k) == 0);
	snprintf(alone, sizeof(alone), "%s/alone", dir);
	check(file_write(AT_FDCWD, alone, buf_bytes(&file), 0600) == 0);
	check(take(s, &p->feed, alone, &r) == 0 && r.charters == 1);
	buf_done(&file);
	buf_done(&body);
}

/* .. and what only another history than the pinned announced. */
static void
forged_past_is_deleted(void)
{
	struct press p, q;
	struct import_result r;
	char from[64], forged[64], to[64];
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	make_tree(forged, &q, ISSUES - 1, 3); /* too few to tell at once */
	s = open_store(to);
	check(take(s, &p.feed, forged, &r) == 0);
	take_pin(s, to, &p);
	check(take(s, &p.feed, from, &r) == 0 && r.fault == 0);
	check(head_of(s, &p.feed) == ISSUES);
	check(store_used(s) == ISSUES * (LARGE + SMALL));
	store_close(s);
}

/* Who has another one than the pinned takes nothing of ours away. */
static void
forged_past_replaces_nothing(void)
{
	struct press p, q;
	struct import_result r;
	char from[64], part[64], forged[64], to[64];
	uint64_t used;
	struct store *s;

	make_tree(from, &p, ISSUES, 99);
	make_tree(part, &q, ISSUES - 1, 99);
	make_tree(forged, &q, ISSUES, 3);
	s = open_store(to);
	check(take(s, &p.feed, part, &r) == 0);
	used = store_used(s);
	take_pin(s, to, &p);
	check(take(s, &p.feed, forged, &r) == 0 && r.fault == QERR_PINNED);
	check(head_of(s, &p.feed) == ISSUES - 1 && store_used(s) == used);
	check(take(s, &p.feed, from, &r) == 0 && r.fault == 0);
	check(r.headers == 1 && head_of(s, &p.feed) == ISSUES);
	store_close(s);
}

/* Who has one charter for every version would be asked for ever. */
static void
charter_under_other_numbers_is_no_charter(void)
{
	struct import_result r;
	char from[64], to[64], path[256], name[TREE_PATH_MAX];
	struct press p;
	struct store *s;
	struct buf b = {0};

	make_tree(from, &p, ISSUES, 99);
	path_in(path, from, TREE_CHARTER, &p.feed, 1);
	check(file_read(&b, AT_FDCWD, path, SIZE_MAX) == 0);
	for (uint64_t k = 2; k < 9; k++) {
		path_in(path, from, TREE_CHARTER, &p.feed, k);
		check(file_write(AT_FDCWD, path, buf_bytes(&b), 0600) == 0);
	}
	s = open_store(to);
	check(take(s, &p.feed, from, &r) == 0);
	check(r.charters == 1 && r.headers == ISSUES);
	tree_path(name, &(struct tree_name){
			    .kind = TREE_CHARTER, .id = p.feed, .number = 2});
	check(r.fault == QERR_ORDER && strcmp(r.fault_at, name) == 0);
	store_close(s);
	buf_done(&b);
}

/* A web host of few words, which breaks off each large answer once. */

static struct {
	unsigned asks;    /* for blocks of headers, .. */
	size_t bytes;     /* .. and what it gave of them */
	unsigned packs;   /* that it was asked for; .. */
	unsigned refused; /* .. to which of them it says that it has enough */
} * given;

static void
say(int c, const char *head, const uint8_t *p, size_t n)
{
	check(send(c, head, strlen(head), MSG_NOSIGNAL) >= 0);
	send(c, p, n, MSG_NOSIGNAL);
}

static void
answer(int c, const char *dir, bool ranges)
{
	char ask[2048] = "", path[512], head[256], name[300];
	unsigned long from = 0;
	struct buf b = {0};
	const char *range;
	size_t n = 0;
	ssize_t got;

	while (strstr(ask, "\r\n\r\n") == NULL) {
		got = recv(c, ask + n, sizeof(ask) - 1 - n, 0);
		check(got > 0);
		n += (size_t)got;
		ask[n] = '\0';
	}
	check(sscanf(ask, "GET /%299[^ ] ", name) == 1);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (ranges && (range = strstr(ask, "Range: bytes=")) != NULL)
		from = strtoul(range + 13, NULL, 10);
	if (strstr(name, "/issues/") != NULL)
		given->asks++;
	if (strncmp(name, "pack/", 5) == 0 &&
	    ++given->packs == given->refused) {
		say(c, "HTTP/1.0 503 Later\r\nContent-Length: 1\r\n\r\n",
		    (const uint8_t *)"x", 1);
		close(c);
		return;
	}
	if (file_read(&b, AT_FDCWD, path, SIZE_MAX) != 0) {
		static uint8_t page[3 * HEADER_FILE_MAX];

		say(c, "HTTP/1.0 404 No\r\nContent-Length: 6144\r\n\r\n", page,
		    sizeof(page));
	} else if (from > 0) {
		check(from < b.n);
		snprintf(head, sizeof(head),
		    "HTTP/1.0 206 Part\r\nContent-Length: %zu\r\n"
		    "Content-Range: bytes %lu-%zu/%zu\r\n\r\n",
		    b.n - from, from, b.n - 1, b.n);
		say(c, head, b.p + from, b.n - from);
	} else {
		snprintf(head, sizeof(head),
		    "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n", b.n);
		say(c, head, b.p, ranges && b.n == LARGE ? b.n / 2 : b.n);
	}
	if (strstr(name, "/issues/") != NULL)
		given->bytes += b.n - from;
	buf_done(&b);
	close(c);
}

static pid_t
serve(const char *dir, bool ranges, char url[64])
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	check(fd >= 0 && bind(fd, (struct sockaddr *)&in, len) == 0);
	check(listen(fd, 16) == 0);
	check(getsockname(fd, (struct sockaddr *)&in, &len) == 0);
	snprintf(url, 64, "http://127.0.0.1:%u/", ntohs(in.sin_port));
	if ((pid = fork()) != 0) {
		close(fd);
		return pid;
	}
	for (;;)
		answer(accept(fd, NULL, NULL), dir, ranges);
}

static void
web_host_comes_whole(void)
{
	struct import_result r;
	char from[64], to[64], url[64], path[256];
	struct press p;
	struct store *s;
	pid_t pid = 0;

	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	make_tree(from, &p, ISSUES, 99);
	for (int ranges = 0; ranges < 2; ranges++) {
		pid = serve(from, ranges != 0, url);
		s = open_store(to);
		check(take(s, &p.feed, url, &r) == 0);
		check(r.fault == 0 && r.missing == 0);
		check(same(s, from));
		store_close(s);
		if (ranges == 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	}
	/* Something is not there: the rest comes. */
	path_in(path, from, TREE_PACK, &p.root[1], 0);
	check(unlink(path) == 0);
	s = open_store(to);
	check(take(s, &p.feed, url, &r) == 0);
	check(r.fault == 0 && r.missing == 1 && r.packs == 2 * ISSUES - 1);
	store_close(s);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Nobody is there any more. */
	s = open_store(to);
	check(take(s, &p.feed, url, &r) == QERR_IO);
	store_close(s);
}

/* A place that gives of each block one header more whenever it is asked, and much else. */
struct drops {
	struct import_source src;
	struct import_source *of;
	unsigned asks;
};

static int
drops_get(struct import_source *src, const char *path, size_t max,
    struct buf *b)
{
	struct drops *d = (struct drops *)src;
	int err = d->of->get(d->of, path, max, b);
	struct issues is;

	if (err != 0 || strstr(path, "/issues/") == NULL)
		return err;
	issues_split(&is, buf_bytes(b));
	b->n = issues_size(&is, ++d->asks < is.n ? d->asks : is.n);
	while (b->n < max)
		buf_put_u8(b, 0);
	return buf_err(b);
}

static void
drops_are_not_waited_for(void)
{
	struct drops d = {.src = {.get = drops_get}};
	struct import_result r;
	char from[64], to[64];
	struct press p;
	struct store *s;

	make_tree(from, &p, 70, 99);
	s = open_store(to);
	check(import_folder(&d.of, from) == 0);
	check(import_feed(s, &p.feed, &d.src, &everything, &r) == 0);
	check(r.headers == 1 && d.asks == 1 && r.fault == QERR_TRUNCATED);
	/* The next is asked for the rest, and has it. */
	check(import_feed(s, &p.feed, d.of, &everything, &r) == 0);
	check(r.headers == 69 && r.fault == 0 && same(s, from));
	import_close(d.of);
	store_close(s);
}

/* A host that has enough of us at some time gives what it refused when it is asked again. */
static void
web_host_is_busy(void)
{
	struct import_result r;
	char from[64], to[64], url[64];
	struct press p;
	struct store *s;
	pid_t pid;

	make_tree(from, &p, ISSUES, 99);
	pid = serve(from, true, url);
	for (unsigned i = 2; i <= 4; i++) {
		s = open_store(to);
		given->packs = 0;
		given->refused = i;
		check(take(s, &p.feed, url, &r) == 0 && same(s, from));
		check(r.fault == 0 && r.missing == 0);
		store_close(s);
	}
	given->refused = 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Dozens of headers are one file; and who has its beginning is sent the rest. */
static void
web_host_is_asked_for_little(bool ranges)
{
	struct import_result r;
	char from[64], to[64], url[64];
	struct press p;
	struct store *s, *desk;
	pid_t pid;

	make_tree(from, &p, 70, 99);
	pid = serve(from, ranges, url);
	s = open_store(to);
	given->asks = 0;
	check(take(s, &p.feed, url, &r) == 0 && same(s, from));
	check(r.headers == 70 && given->asks == 2);
	check(store_open(&desk, from, false) == 0);
	for (int i = 0; i < 3; i++)
		print(&p, desk, 0);
	store_close(desk);
	given->asks = 0;
	given->bytes = 0;
	check(take(s, &p.feed, url, &r) == 0 && same(s, from));
	check(r.headers == 3 && r.fault == 0);
	check(given->asks == (ranges ? 1 : 2));
	check(!ranges || given->bytes < 3 * 512);
	store_close(s);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int
main(void)
{
	char cmd[128];

	check(sodium_init() >= 0);
	check(mkdtemp(top) != NULL);
	folder_comes_whole();
	only_what_is_wanted_comes();
	bundle_with_junk_comes_whole();
	bundle_of_a_moment();
	block_cut_short_ends_it(50);
	block_cut_short_ends_it(0);
	flipped_pack_stays_out();
	older_head_changes_nothing();
	fork_changes_nothing();
	blocks_that_contradict_themselves();
	bundle_has_files_twice();
	other_feed_stays_out();
	revoked_packs_are_deleted();
	revoked_headers_are_cut();
	forged_past_is_deleted();
	forged_past_replaces_nothing();
	charter_under_other_numbers_is_no_charter();
	given = mmap(NULL, sizeof(*given), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(given != MAP_FAILED);
	web_host_comes_whole();
	drops_are_not_waited_for();
	web_host_is_busy();
	web_host_is_asked_for_little(false);
	web_host_is_asked_for_little(true);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	return system(cmd) == 0 ? 0 : 1;
}
