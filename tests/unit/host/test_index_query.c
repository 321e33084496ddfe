#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "tests/unit/host/listing.h"

/* Listing, searching, and finding one article by what people type. */

static void
titles_are_searched(void)
{
	begin();
	desk_issue(&d, s,
	    {STORY("a", "Water returns", "<p>The dam held.</p>"),
		.published = 10},
	    {STORY("b", "Вода вернулась", "<p>Да.</p>"), .lang = "ru",
		.published = 20},
	    {STORY("c", "WATER, again", "<p>No.</p>"), .lang = "en-GB",
		.published = 30});
	desk_issue(&d, s,
	    {STORY("d", "100% of_water", "<p>x</p>"), .lang = "enm"});
	check(lists((struct index_query){0}, ""));
	check(index_update(x, &d.p.feed) == 0);
	check(lists((struct index_query){0},
	    "100% of_water|WATER, again|Вода вернулась|Water returns"));
	check(lists((struct index_query){.search = "wAtEr"},
	    "100% of_water|WATER, again|Water returns"));
	check(lists((struct index_query){.search = "ВОДА"}, "Вода вернулась"));
	check(lists((struct index_query){.search = "dam"}, ""));
	/* No character stands for others. */
	check(lists((struct index_query){.search = "0%"}, "100% of_water"));
	check(lists((struct index_query){.search = "%"}, "100% of_water"));
	check(lists((struct index_query){.search = "f_w"}, "100% of_water"));
	check(lists((struct index_query){.search = "r_r"}, ""));
	check(lists((struct index_query){.search = "' OR 1 --"}, ""));
	check(lists((struct index_query){.lang = "en"},
	    "WATER, again|Water returns"));
	check(lists((struct index_query){.lang = "ru", .search = "water"}, ""));
	check(lists((struct index_query){.limit = 2, .offset = 1},
	    "WATER, again|Вода вернулась"));
	check(lists((struct index_query){.offset = 4}, ""));
	check(lists((struct index_query){.by_pack = true, .limit = 2},
	    "Water returns|Вода вернулась"));
	end();
}

static int
add_to_list(void *arg, const struct index_article *a)
{
	index_list_add(arg, a);
	return 0;
}

static void
articles_are_found(void)
{
	struct index_query all = {0};
	struct buf list = {0};
	char hex[2 * ARTICLE_ID_LEN + 1];
	struct desk other;

	begin();
	desk_issue(&d, s, {STORY("https://example.org/a", "A", "<p>a</p>")},
	    {STORY("1234567", "B", "<p>b</p>")},
	    {STORY("same", "C", "<p>c</p>")});
	check(index_update(x, &d.p.feed) == 0);
	check(finds("1", "") == QERR_ABSENT); /* no list yet */
	check(index_articles(x, &all, add_to_list, &list) == 0);
	check(finds("1", "") == QERR_ABSENT); /* not kept yet */
	check(index_list_keep(x, &list) == 0);
	buf_done(&list);
	check(finds("1", "A") == 0 && finds("3", "C") == 0);
	check(finds("0", "") == QERR_ABSENT && finds("4", "") == QERR_ABSENT);
	check(finds("same", "C") == 0 && finds("none", "") == QERR_ABSENT);
	check(finds("", "") == QERR_ABSENT && finds("%", "") == QERR_ABSENT);
	check(finds("https://example.org/a", "A") == 0);
	find("same");
	hex_encode(hex, found.id.b, sizeof(found.id.b));
	check(finds(hex, "C") == 0);
	hex[7] = '\0';
	check(strspn(hex, "0123456789") == 7 || finds(hex, "C") == 0);
	hex[4] = '\0'; /* too little */
	check(strspn(hex, "0123456789") == 4 || finds(hex, "") == QERR_ABSENT);

	/* Of two feeds with one name neither is taken. */
	desk_new(&other, s, 2);
	desk_issue(&other, s, {STORY("same", "C of another", "<p>c</p>")});
	check(desk_follow(&other, x, 2) == 0);
	check(index_update(x, &other.p.feed) == 0);
	check(finds("same", "") == QERR_DUPLICATE);
	check(lists((struct index_query){.feed = &other.p.feed},
	    "C of another"));
	/* The list is as it was printed, whatever came since. */
	check(finds("1", "A") == 0);
	check(index_unfollow(x, &d.p.feed) == 0);
	check(finds("1", "") == QERR_ABSENT);
	check(finds("same", "C of another") == 0);
	desk_done(&other);
	end();
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	titles_are_searched();
	articles_are_found();
	place_done();
	return 0;
}
