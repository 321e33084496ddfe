#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/qerr.h"
#include "tests/unit/host/listing.h"

/* What the user decided: it outlives the index, and what is torn costs only itself. */
static struct index_feed feed;
static char feed_name[64];
static unsigned feeds;

static int
copy_feed(void *arg, const struct index_feed *f)
{
	(void)arg;
	feed = *f;
	snprintf(feed_name, sizeof(feed_name), "%s", f->name);
	feeds++;
	return 0;
}

static unsigned
count_feeds(void)
{
	feeds = 0;
	check(index_feeds(x, copy_feed, NULL) == 0);
	return feeds;
}

static uint64_t
unread(void)
{
	uint64_t n;

	check(index_unread(x, &d.p.feed, &n) == 0);
	return n;
}

static void
reopen(void)
{
	index_close(x);
	check(index_open(&x, s) == 0);
}

static void
follows_are_kept(void)
{
	struct reading_key key;
	struct id none = {{9}};

	begin();
	check(count_feeds() == 1 && feed.synced == 0);
	check(strcmp(feed_name, "As the link has it") == 0);
	desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")});
	check(index_update(x, &d.p.feed) == 0);
	check(index_synced(x, &d.p.feed, 1700000001) == 0);
	check(desk_follow(&d, x, 1) == 0); /* once more: nothing changes */
	reopen();
	check(count_feeds() == 1 && feed.synced == 1700000001);
	check(strcmp(feed_name, "N") == 0 && feed.articles == 1);
	check(index_key(x, &d.p.feed, &key) == 0 && key.b[0] == 1);

	check(index_key(x, &none, &key) == QERR_ABSENT);
	check(index_synced(x, &none, 1) == QERR_ABSENT);
	check(index_update(x, &none) == QERR_ABSENT);
	check(index_unfollow(x, &none) == QERR_ABSENT);
	check(index_follow(x, bytes_str("quire:abc")) < 0);
	check(index_unfollow(x, &d.p.feed) == 0);
	check(count_feeds() == 0 && lists((struct index_query){0}, ""));
	reopen();
	check(count_feeds() == 0 && lists((struct index_query){0}, ""));
	check(desk_follow(&d, x, 1) == 0);
	check(count_feeds() == 1 && feed.synced == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, "A"));
	end();
}

/* A link with another key opens nothing; the right one does, at once. */
static void
another_key_is_another_try(void)
{
	begin();
	desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")});
	check(desk_follow(&d, x, 7) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, ""));
	check(count_feeds() == 1 && feed.head == 1 && feed.articles == 0);
	check(desk_follow(&d, x, 1) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, "A"));
	end();
}

static void
a_list_of_follows_that_is_damaged_is_an_error(void)
{
	static const char *const bad[] = {
	    "nonsense", "quire:abc\n", "\n", "quire:"};

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct index *none;

		scribble(place_path("follows"), bytes_str(bad[i]));
		check(index_open(&none, s) == QERR_ENCODING && none == NULL);
		/* It is the user's: nobody deletes it. */
		check(there(place_path("follows")));
	}
	check(unlink(place_path("follows")) == 0);
	reopen();
	check(count_feeds() == 0);
	end();
}

static void
mark(const char *name)
{
	find(name);
	check(index_mark_read(x, &found) == 0);
}

static void
what_was_read_is_kept(void)
{
	struct buf file = {0};

	begin();
	desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")},
	    {STORY("b", "B", "<p>b</p>")}, {STORY("c", "C", "<p>c</p>")});
	check(index_update(x, &d.p.feed) == 0);
	check(unread() == 3);
	mark("a");
	mark("a");
	check(unread() == 2);
	check(lists((struct index_query){.unread = true}, "B|C"));
	check(unlink(place_path("index.sqlite")) == 0);
	reopen();
	check(unread() == 2);
	find("a");
	check(found.read);

	/* A crash tore the last entry; those before and behind it stand. */
	check(file_read(&file, AT_FDCWD, place_path("read"), 1000) == 0);
	check(file.n == 32 + ARTICLE_ID_LEN);
	buf_put(&file, d.p.feed.b, 20);
	scribble(place_path("read"), buf_bytes(&file));
	reopen();
	check(unread() == 2);
	mark("b");
	check(unread() == 1);
	reopen();
	check(unread() == 1);
	check(lists((struct index_query){.unread = true}, "C"));
	buf_done(&file);
	end();
}

/* What was read of a feed that is followed no longer is forgotten, and nothing else. */
static void
what_is_unfollowed_is_forgotten(void)
{
	struct buf file = {0}, other = {0};

	begin();
	desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")},
	    {STORY("b", "B", "<p>b</p>")});
	check(index_update(x, &d.p.feed) == 0);
	mark("a");
	for (int i = 0; i < 32 + ARTICLE_ID_LEN; i++)
		buf_put_u8(&other, 9);
	check(store_append_file(s, "read", buf_bytes(&other)) == 0);
	mark("b");
	check(index_list_keep(x, &other) == 0);
	check(index_unfollow(x, &d.p.feed) == 0);
	check(file_read(&file, AT_FDCWD, place_path("read"), 1000) == 0);
	check(bytes_eq(buf_bytes(&file), buf_bytes(&other)));
	check(!there(place_path("list")));
	buf_clear(&file);
	check(file_read(&file, AT_FDCWD, place_path("follows"), 9) == 0);
	check(file.n == 0);
	buf_done(&file);
	buf_done(&other);
	end();
}

static void
the_index_is_the_readers_own(void)
{
	struct stat st;

	umask(022);
	begin();
	check(stat(place_path("index.sqlite"), &st) == 0);
	check((st.st_mode & 0777) == 0600);
	end();
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	follows_are_kept();
	another_key_is_another_try();
	a_list_of_follows_that_is_damaged_is_an_error();
	what_was_read_is_kept();
	what_is_unfollowed_is_forgotten();
	the_index_is_the_readers_own();
	place_done();
	return 0;
}
