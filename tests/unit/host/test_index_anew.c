#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "proto/base/qerr.h"
#include "tests/unit/host/listing.h"

/* An index can always be made anew, and then says what it said before. */

/* Everything that the index says of everything in it. */
static int
dump_article(void *arg, const struct index_article *a)
{
	char id[2 * ARTICLE_ID_LEN + 1];

	hex_encode(id, a->id.b, sizeof(a->id.b));
	buf_printf(arg,
	    "%02x %s %llu.%llu %d %s %s %s %s %s %d@%lld %llu %d%d "
	    "%llu/%u/%u/%u\n",
	    a->feed.b[0], id, (unsigned long long)a->number,
	    (unsigned long long)a->revision, (int)a->status, a->lang, a->title,
	    a->name, a->authors, a->note, a->has_date, (long long)a->date,
	    (unsigned long long)a->size, a->read, a->has_text,
	    (unsigned long long)a->pack_number, a->heads, a->text, a->record);
	return 0;
}

static int
dump_feed(void *arg, const struct index_feed *f)
{
	buf_printf(arg, "%s %llu %llu %llu %lld\n", f->name,
	    (unsigned long long)f->head, (unsigned long long)f->charter,
	    (unsigned long long)f->articles, (long long)f->synced);
	return 0;
}

static void
dump(struct buf *b)
{
	struct index_query all = {0};

	buf_clear(b);
	check(index_feeds(x, dump_feed, b) == 0);
	check(index_articles(x, &all, dump_article, b) == 0);
	check(buf_err(b) == 0);
}

static void
reopen(void)
{
	index_close(x);
	check(index_open(&x, s) == 0);
}

/* Issues of all kinds, taken in as they come; |want| is what is listed then. */
static void
fill_all(struct buf *want)
{
	const struct story tomb = {.name = "b",
	    .title = "B",
	    .revision = 2,
	    .retracted = true,
	    .note = "Not so"};
	const struct story rest[] = {
	    {STORY("a", "A", "<p>a</p>"), .author = "R. Porter",
		.published = 99},
	    tomb};
	const struct batch b[] = {
	    {.story = rest, .n = 2, .number = 1, .only = true},
	    {.story = &tomb, .n = 1}};

	begin();
	desk_issue(&d, s,
	    {STORY("a", "A", "<p>a</p>"), .author = "R. Porter",
		.published = 99},
	    {STORY("b", "B", "<p>b</p>")});
	check(index_update(x, &d.p.feed) == 0);
	desk_print(&d, s, NULL, 0); /* a promise kept: nothing in it */
	desk_issue(&d, s, {STORY("c", "C", "<p>c</p>"), .picture = "png"},
	    {STORY("d", "D", "<p>d</p>"), .lang = "fa"});
	check(index_update(x, &d.p.feed) == 0);
	desk_issue(&d, s, {STORY("c", "C2", "<p>cc</p>"), .revision = 2});
	desk_print(&d, s, b, 2);
	check(index_update(x, &d.p.feed) == 0);
	check(index_synced(x, &d.p.feed, 1700000007) == 0);
	find("d");
	check(index_mark_read(x, &found) == 0);
	dump(want);
	check(lists((struct index_query){0}, "C2|D|B|A"));
}

static bool
says(const struct buf *want)
{
	struct buf now = {0};
	bool same;

	dump(&now);
	same = bytes_eq(buf_bytes(&now), buf_bytes(want));
	if (!same)
		fprintf(stderr, "%.*s", (int)now.n, (const char *)now.p);
	buf_done(&now);
	return same;
}

/* The database as a file that somebody else meddles with. */
static void
sql(const char *statement)
{
	sqlite3 *db;

	check(sqlite3_open(place_path("index.sqlite"), &db) == SQLITE_OK);
	check(sqlite3_exec(db, statement, NULL, NULL, NULL) == SQLITE_OK);
	check(sqlite3_close(db) == SQLITE_OK);
}

static void
an_index_made_anew_says_the_same(void)
{
	static const char *const older[] = {"PRAGMA user_version=0",
	    "PRAGMA user_version=1", "PRAGMA user_version=999",
	    "DROP TABLE article; PRAGMA user_version=1"};
	struct buf want = {0};

	fill_all(&want);
	reopen();
	check(says(&want));
	check(unlink(place_path("index.sqlite")) == 0);
	reopen();
	check(says(&want));
	for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
		sql("UPDATE article SET title='old'");
		sql(older[i]);
		reopen();
		check(says(&want));
	}
	sql("UPDATE article SET title='changed'"); /* of this version: kept */
	reopen();
	check(lists((struct index_query){.limit = 1}, "changed"));
	buf_done(&want);
	end();
}

/* Damage at the front is seen at once; further in, when it is read. */
static void
a_damaged_index_is_made_anew(void)
{
	struct buf want = {0}, file = {0};
	struct index_query all = {0};
	const char *path;
	uint64_t n;
	size_t at;

	fill_all(&want);
	path = place_path("index.sqlite");
	check(file_read(&file, AT_FDCWD, path, 1 << 20) == 0);
	check(file.n > 3 * 4096);
	for (at = 0; at <= 4096; at += 512) { /* cut, also to nothing */
		index_close(x);
		scribble(path, bytes_of(file.p, at));
		check(index_open(&x, s) == 0);
		check(says(&want));
	}
	index_close(x);
	scribble(path, bytes_str("This is a list of groceries, no database."));
	check(index_open(&x, s) == 0 && says(&want));

	for (int i = 0; i < 3; i++) {
		index_close(x);
		memset(file.p + 4096, 0x5a, file.n - 4096);
		scribble(path, buf_bytes(&file));
		check(index_open(&x, s) == 0);
		if (i == 0)
			check(index_articles(x, &all, dump_article, &file) ==
			      QERR_IO);
		else if (i == 1)
			check(index_unread(x, &d.p.feed, &n) == QERR_IO);
		else
			check(index_feeds(x, dump_feed, &file) == QERR_IO);
		reopen();
		check(says(&want));
	}
	/* What cannot be replaced is an error, and stays. */
	index_close(x);
	check(unlink(path) == 0 && mkdir(path, 0700) == 0);
	check(index_open(&x, s) < 0 && x == NULL && there(path));
	check(rmdir(path) == 0 && index_open(&x, s) == 0 && says(&want));
	buf_done(&want);
	buf_done(&file);
	end();
}

/* One that another process is writing is not damaged. */
static void
an_index_in_use_is_left_alone(void)
{
	struct buf want = {0};
	struct index *second;
	struct stat before, after;
	sqlite3 *db;

	fill_all(&want);
	check(stat(place_path("index.sqlite"), &before) == 0);
	check(sqlite3_open(place_path("index.sqlite"), &db) == SQLITE_OK);
	check(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == 0);
	check(index_open(&second, s) == QERR_AGAIN && second == NULL);
	check(stat(place_path("index.sqlite"), &after) == 0);
	check(before.st_ino == after.st_ino);
	check(sqlite3_close(db) == SQLITE_OK);
	check(index_open(&second, s) == 0 && says(&want));
	index_close(second);
	buf_done(&want);
	end();
}

#define MANY 100

/* An issue of many articles. */
static void
large_issue(const char *prefix)
{
	static char name[MANY][16];
	struct story story[MANY];
	const struct batch b = {.story = story, .n = MANY};

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name[i], sizeof(name[i]), "%s%u", prefix, i);
		story[i] = (struct story){
		    STORY(name[i], name[i], "<p>Words of it.</p>")};
	}
	desk_print(&d, s, &b, 1);
}

static bool
is_sound(void)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	bool sound;

	check(sqlite3_open(place_path("index.sqlite"), &db) == SQLITE_OK);
	check(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL) ==
	      SQLITE_OK);
	sound = sqlite3_step(q) == SQLITE_ROW &&
		strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
	sqlite3_finalize(q);
	sqlite3_close(db);
	return sound;
}

/* Killed once the database has grown by |pages|; false if it did not come to that. */
static bool
is_killed(rlim_t pages)
{
	struct stat st;
	int status;
	pid_t pid;

	check(stat(place_path("index.sqlite"), &st) == 0);
	if ((pid = fork()) == 0) {
		rlim_t max = (rlim_t)st.st_size + 4096 * pages;
		struct rlimit size = {max, max}, none = {0, 0};
		struct index *own;

		signal(SIGXFSZ, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		setrlimit(RLIMIT_FSIZE, &size);
		if (index_open(&own, s) == 0)
			index_update(own, &d.p.feed);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status);
}

/* Whatever was written of a transaction when it was killed: no half of it is believed. */
static void
who_is_killed_leaves_a_sound_one(void)
{
	rlim_t pages = 0;

	begin();
	large_issue("a");
	check(index_update(x, &d.p.feed) == 0);
	index_close(x);
	large_issue("b");
	while (is_killed(pages)) {
		check(is_sound());
		pages += 2;
	}
	check(pages > 3);
	check(is_sound());
	check(index_open(&x, s) == 0);
	end();
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	an_index_made_anew_says_the_same();
	a_damaged_index_is_made_anew();
	an_index_in_use_is_left_alone();
	who_is_killed_leaves_a_sound_one();
	place_done();
	return 0;
}
