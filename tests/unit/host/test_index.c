#include "proto/host/index.h"

#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/qerr.h"
#include "proto/host/store_row.h"
#include "tests/unit/host/listing.h"

/* What an index takes in of a tree, and what it lets go. */

static int
copy_feed(void *arg, const struct index_feed *f)
{
	*(struct index_feed *)arg = *f;
	((struct index_feed *)arg)->name = NULL;
	return strcmp(f->name, "N") == 0 ? 0 : 9;
}

/* Update, and see if that was news. */
static bool
news(uint64_t fresh, uint64_t corrected, uint64_t retracted)
{
	struct index_news n;
	struct row none;

	row_init(&none);
	check(index_update_from(x, &d.p.feed, &none, &n) == 0);
	return n.fresh == fresh && n.corrected == corrected &&
	       n.retracted == retracted;
}

static void
corrections_replace(void)
{
	begin();
	desk_issue(&d, s, {STORY("a", "Ten dead", "<p>Ten.</p>")},
	    {STORY("b", "Another", "<p>b</p>")});
	check(news(2, 0, 0));
	find("a");
	check(found.status == ARTICLE_NEW && found.number == 1);
	desk_issue(&d, s,
	    {STORY("a", "Two dead", "<p>Two.</p>"), .revision = 3,
		.note = "Not ten"});
	desk_issue(&d, s,
	    {STORY("a", "Five dead", "<p>Five.</p>"), .revision = 2});
	desk_issue(&d, s, {STORY("c", "Third", "<p>c</p>")});
	desk_issue(&d, s, {STORY("c", "The third", "<p>c</p>"), .revision = 2});
	check(news(1, 1, 0));
	check(news(0, 0, 0));
	check(lists((struct index_query){.search = "dead"}, "Two dead"));
	check(lists((struct index_query){.search = "another"}, "Another"));
	find("a");
	check(found.status == ARTICLE_CORRECTED && found.revision == 3);
	check(found.number == 2 && found.pack_number == 2 && found.has_text);
	check(strcmp(found_note, "Not ten") == 0);
	end();
}

/* A date that is yet to come keeps nothing on top of the list. */
static void
dates_end_with_the_issue(void)
{
	begin();
	desk_issue(&d, s,
	    {STORY("a", "A year ahead", "<p>a</p>"), .published = 1731536000},
	    {STORY("b", "East of here", "<p>b</p>"), .published = 1700040000});
	desk_issue(&d, s, {STORY("c", "Third", "<p>c</p>")});
	check(news(3, 0, 0));
	check(lists((struct index_query){0},
	    "East of here|Third|A year ahead"));
	find("a");
	check(!found.has_date && found.date == 1700000001);
	find("b");
	check(found.has_date && found.date == 1700040000);
	end();
}

/* A retraction, and the packs that held the text made anew without it. */
static void
retractions_leave_a_title(void)
{
	const struct story tomb = {
	    "a", "Water", .revision = 2, .retracted = true, .note = "Not so"};
	const struct story rest[] = {tomb, {STORY("b", "Bread", "<p>b</p>")}};
	const struct batch b[] = {
	    {.story = rest, .n = 2, .number = 1, .only = true},
	    {.story = &tomb, .n = 1}};
	struct tree_name old = {.kind = TREE_PACK};
	struct index_feed f;

	begin();
	desk_issue(&d, s, {STORY("a", "Water", "<p>a</p>")},
	    {STORY("b", "Bread", "<p>b</p>")});
	old.id = d.last.pack[TIER_TEXT].root;
	check(news(2, 0, 0));
	find("b");
	check(found.pack_number == 1 && found.has_text);
	desk_print(&d, s, b, 2);
	check(store_forget(s, &old) == 0);
	check(news(0, 0, 1));
	check(lists((struct index_query){0}, "Water|Bread"));
	find("a");
	check(found.status == ARTICLE_RETRACTED && found.size == 0);
	check(strcmp(found_note, "Not so") == 0);
	find("b");
	check(found.pack_number == 2 && found.has_text && found.number == 1);
	check(index_feeds(x, copy_feed, &f) == 0);
	check(f.articles == 2 && f.head == 2 && f.charter == 1);
	end();
}

/* A text that leaned on what was taken back is made anew: its heads stay, and are
 * announced once more. */
static void
a_text_made_anew_is_found(void)
{
	const struct story second = {STORY("b", "What its text repeats",
	    "<p>What its text repeats</p>")};
	const struct batch leans = {
	    .story = &second, .n = 1, .text_leans = true};
	const struct batch anew = {
	    .story = &second, .n = 1, .number = 2, .text_only = true};
	struct tree_name old = {.kind = TREE_PACK};
	struct id heads;

	for (int synced = 0; synced < 2; synced++) {
		begin();
		desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")});
		desk_print(&d, s, &leans, 1);
		heads = d.last.pack[TIER_HEADS].root;
		old.id = d.last.pack[TIER_TEXT].root;
		if (synced)
			check(news(2, 0, 0));
		desk_print(&d, s, &anew, 1);
		check(id_eq(&d.last.pack[TIER_HEADS].root, &heads));
		check(!id_eq(&d.last.pack[TIER_TEXT].root, &old.id));
		check(store_forget(s, &old) == 0);
		check(news(synced ? 0 : 2, 0, 0));
		find("b");
		check(found.pack_number == 3 && found.has_text);
		check(found.number == 2);
		end();
	}
}

/* Who has a volume may have the heads of its issues without their texts: whatever comes
 * first, and last, a text that is here is found. */
static void
a_text_is_found_where_it_is(void)
{
	const struct story both[] = {
	    {STORY("a", "A", "<p>a</p>")}, {STORY("b", "B", "<p>b</p>")}};
	const struct batch volume = {
	    .story = both, .n = 2, .number = 1, .last = 2};
	struct tree_name text = {.kind = TREE_PACK};
	struct buf sealed = {0};

	for (int late = 0; late < 3; late++) {
		begin();
		for (size_t i = 0; i < 2; i++) {
			desk_print(&d, s,
			    &(struct batch){.story = &both[i], .n = 1}, 1);
			text.id = d.last.pack[TIER_TEXT].root;
			check(store_forget(s, &text) == 0);
		}
		if (late > 0)
			check(news(2, 0, 0));
		desk_print(&d, s, &volume, 1);
		text.id = d.last.pack[TIER_TEXT].root;
		buf_clear(&sealed);
		check(store_get(s, &text, &sealed) == 0);
		if (late > 1) {
			check(store_forget(s, &text) == 0 && news(0, 0, 0));
			find("a");
			check(!found.has_text);
			put(s, TREE_PACK, &text.id, 0, buf_bytes(&sealed));
			check(store_commit(s) == 0);
		}
		check(news(late > 0 ? 0 : 2, 0, 0) && news(0, 0, 0));
		find("a");
		check(found.has_text && found.pack_number == 3);
		find("b");
		check(found.has_text && found.pack_number == 3);
		check(lists((struct index_query){0}, "A|B"));
		end();
	}
	buf_done(&sealed);
}

/* Issues that a revoked key signed are gone from the tree, and from the list. */
static void
what_the_tree_lost_is_not_listed(void)
{
	struct tree_name t = {.kind = TREE_PACK};

	begin();
	desk_issue(&d, s, {STORY("a", "Ours", "<p>a</p>")});
	desk_issue(&d, s, {STORY("a", "Theirs", "<p>lie</p>"), .revision = 2},
	    {STORY("b", "A lie", "<p>lie</p>")});
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, "Theirs|A lie"));
	for (size_t i = 0; i < d.last.n_pack; i++) {
		t.id = d.last.pack[i].root;
		check(store_forget(s, &t) == 0);
	}
	check(store_forget_headers(s, &d.p.feed, 2) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, "Ours"));
	end();
}

/* Heads that need another pack are listed once that is here. */
static void
packs_may_come_in_any_order(void)
{
	const struct story second = {STORY("b", "B", "<p>b</p>")};
	const struct batch lean = {.story = &second, .n = 1, .lean = true};
	struct tree_name base = {.kind = TREE_PACK};
	struct buf file = {0}, bad = {0};

	begin();
	desk_issue(&d, s, {STORY("a", "A", "<p>a</p>")});
	base.id = d.last.pack[TIER_HEADS].root;
	desk_print(&d, s, &lean, 1);
	check(d.last.pack[TIER_HEADS].base == 1);
	check(store_get(s, &base, &file) == 0);
	check(store_forget(s, &base) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, ""));

	/* Damaged on the disk, it is not there. */
	buf_put(&bad, file.p, file.n);
	bad.p[bad.n / 2] ^= 1;
	put(s, TREE_PACK, &base.id, 0, buf_bytes(&bad));
	check(store_commit(s) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, ""));
	put(s, TREE_PACK, &base.id, 0, bytes_of(file.p, file.n - 1));
	check(store_commit(s) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, ""));

	put(s, TREE_PACK, &base.id, 0, buf_bytes(&file));
	check(store_commit(s) == 0);
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0}, "B|A"));
	buf_done(&file);
	buf_done(&bad);
	end();
}

/* What somebody reads is nobody else's, also where an older quire made the file. */
static void
it_is_nobody_elses(void)
{
	const char *path;
	struct stat st;

	begin();
	index_close(x);
	path = place_path("index.sqlite");
	check(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	check(chmod(path, 0644) == 0);
	check(index_open(&x, s) == 0);
	check(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	end();
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	it_is_nobody_elses();
	corrections_replace();
	dates_end_with_the_issue();
	retractions_leave_a_title();
	a_text_made_anew_is_found();
	a_text_is_found_where_it_is();
	what_the_tree_lost_is_not_listed();
	packs_may_come_in_any_order();
	place_done();
	return 0;
}
