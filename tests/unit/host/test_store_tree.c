#include <sodium.h>
#include <string.h>

#include "proto/host/store.h"
#include "proto/object/header.h"
#include "tests/unit/host/place.h"
#include "tests/unit/host/press.h"

/* A store as a tree: walking over it, and forgetting what belongs together. */

static int
count_feed(void *arg, const struct id *feed)
{
	unsigned *n = arg;

	check(feed->b[0] == 1 || feed->b[0] == 2);
	(*n)++;
	return *n == 100 ? 7 : 0;
}

/* The ends that |fn| gives for feed 1, and that the bytes end with the last. */
static size_t
rows_of(struct store *s,
    int (*fn)(struct store *, const struct id *, struct buf *, struct buf *))
{
	struct id feed = {{1}};
	struct buf b = {0}, ends = {0};
	size_t n;

	check(fn(s, &feed, &b, &ends) == 0);
	n = ends.n / 4;
	check(b.n == (n == 0 ? 0 : load_le32(ends.p + 4 * (n - 1))));
	buf_done(&b);
	buf_done(&ends);
	return n;
}

static void
names_that_are_not_ours_are_ignored(void)
{
	static const char *const name[] = {"feed/README", "feed/.hidden",
	    "feed/1", "feed/%s.bak", "feed/%sa", "feed/%s/issues/04",
	    "feed/%s/issues/1.tmp1", "feed/%s/proof/", "feed/%s/proof/x",
	    "feed/%s/proof/03", "feed/%s/proof/-1", "pack/note", "pack/zz0",
	    "pack/1", "part/README"};
	struct id one = {{1}};
	struct store *s = fresh();
	char text[ID_TEXT_LEN + 1], path[200];
	unsigned n = 0;

	id_text(text, &one);
	for (uint64_t i = 1; i <= 3; i++)
		put_text(s, TREE_ISSUE, 1, i, "header");
	put_text(s, TREE_PROOF, 1, 2, "proof");
	put_text(s, TREE_CHARTER, 2, 1, "charter");
	check(store_commit(s) == 0);
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		const char *mark = strstr(name[i], "%s");
		size_t head =
		    mark == NULL ? strlen(name[i]) : (size_t)(mark - name[i]);

		snprintf(path, sizeof(path), "%.*s%s%s", (int)head, name[i],
		    mark == NULL ? "" : text, mark == NULL ? "" : mark + 2);
		if (path[strlen(path) - 1] != '/')
			scribble(place_path(path), bytes_str("stray"));
	}
	/* Neither is a folder a proof, nor what is too large for one. */
	check(mkdir(tree_file(TREE_PROOF, &one, 7), 0700) == 0);
	check(truncate(tree_file(TREE_PROOF, &one, 2), 5) == 0);
	s = open_again(s);
	check(store_feeds(s, count_feed, &n) == 0 && n == 2);
	n = 99;
	check(store_feeds(s, count_feed, &n) == 7);
	check(rows_of(s, store_headers) == 3);
	check(rows_of(s, store_proofs) == 1);
	check(!has(s, TREE_PACK, 0, 0));
	store_close(s);
}

static void
rows_stop_at_a_gap(void)
{
	static uint8_t large[CHARTER_FILE_MAX + 1];
	struct id one = {{1}};
	struct store *s = fresh();

	check(rows_of(s, store_headers) == 0);
	check(rows_of(s, store_proofs) == 0);
	for (uint64_t i = 1; i <= 6; i++) {
		put_text(s, TREE_ISSUE, 1, i, "header");
		put_text(s, TREE_CHARTER, 1, i, "charter");
	}
	check(store_commit(s) == 0);
	check(rows_of(s, store_charters) == 6);
	/* One that cannot be a charter is a gap: it will be fetched again. */
	scribble(tree_file(TREE_CHARTER, &one, 5),
	    bytes_of(large, sizeof(large)));
	check(rows_of(s, store_charters) == 4);
	check(unlink(tree_file(TREE_CHARTER, &one, 3)) == 0);
	check(rows_of(s, store_charters) == 2);
	check(rows_of(s, store_headers) == 6);
	for (uint64_t i = 1; i <= STORE_PROOFS_MAX + 1; i++)
		put_text(s, TREE_PROOF, 1, i, "proof");
	check(store_commit(s) == 0);
	check(rows_of(s, store_proofs) == STORE_PROOFS_MAX);
	store_close(s);
}

/* The head is the newest header that is there, whatever happens to those behind. */
static void
heads_follow_headers(void)
{
	struct id one = {{1}};
	struct store *s = fresh();

	put_text(s, TREE_ISSUE, 1, 1, "first");
	put_text(s, TREE_ISSUE, 1, 2, "second");
	put_text(s, TREE_ISSUE, 2, 1, "other");
	check(head_is(s, 1, NULL) && store_commit(s) == 0);
	check(head_is(s, 1, "second") && head_is(s, 2, "other"));
	put_text(s, TREE_ISSUE, 1, 3, "third");
	put_text(s, TREE_ISSUE, 1, 4, "fourth");
	check(store_forget_headers(s, &one, 4) == 0);
	check(store_commit(s) == 0);
	check(has(s, TREE_ISSUE, 1, 3) && !has(s, TREE_ISSUE, 1, 4));
	check(head_is(s, 1, "third"));
	check(store_forget_headers(s, &one, 2) == 0);
	check(has(s, TREE_ISSUE, 1, 1) && !has(s, TREE_ISSUE, 1, 2));
	check(head_is(s, 1, "first"));
	check(store_forget_headers(s, &one, 1) == 0);
	check(!has(s, TREE_ISSUE, 1, 1) && head_is(s, 1, NULL));
	check(head_is(s, 2, "other") && has(s, TREE_ISSUE, 2, 1));
	s = open_again(s);
	check(head_is(s, 1, NULL) && rows_of(s, store_headers) == 0);
	store_close(s);
}

static void
a_feed_is_forgotten_as_a_whole(void)
{
	struct press p, q;
	struct store *s = fresh();
	struct id gone[2];

	press_new(&p, 1);
	press_new(&q, 2);
	put(s, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	put(s, TREE_CHARTER, &q.feed, 1, buf_bytes(&q.charter));
	print(&p, s, 0);
	memcpy(gone, p.root, sizeof(gone));
	print(&p, s, 0);
	print(&q, s, 0);
	put(s, TREE_PROOF, &p.feed, 1, bytes_str("proof"));
	check(store_commit(s) == 0);
	check(store_used(s) == 3 * (LARGE + SMALL));
	/* What still waits goes, too. */
	put(s, TREE_CHARTER, &p.feed, 2, bytes_str("charter"));
	put(s, TREE_PROOF, &p.feed, 3, bytes_str("proof"));
	put(s, TREE_ISSUE, &p.feed, 3, bytes_str("header"));
	check(store_forget_feed(s, &p.feed) == 0);
	check(store_commit(s) == 0);
	for (int i = 0; i < 2; i++) {
		check(!there(tree_file(TREE_PACK, &gone[i], 0)));
		check(!there(tree_file(TREE_PACK, &p.root[i], 0)));
		check(there(tree_file(TREE_PACK, &q.root[i], 0)));
	}
	check(!there(tree_file(TREE_HEAD, &p.feed, 0)));
	check(!there(tree_file(TREE_CHARTER, &p.feed, 1)));
	check(!there(tree_file(TREE_CHARTER, &p.feed, 2)));
	check(!there(tree_file(TREE_PROOF, &p.feed, 1)));
	check(!there(tree_file(TREE_PROOF, &p.feed, 3)));
	check(there(tree_file(TREE_HEAD, &q.feed, 0)));
	check(there(tree_file(TREE_CHARTER, &q.feed, 1)));
	check(store_used(s) == LARGE + SMALL);
	check(store_forget_feed(s, &p.feed) == 0);
	store_close(s);
	buf_done(&p.charter);
	buf_done(&q.charter);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	names_that_are_not_ours_are_ignored();
	rows_stop_at_a_gap();
	heads_follow_headers();
	a_feed_is_forgotten_as_a_whole();
	place_done();
	return 0;
}
