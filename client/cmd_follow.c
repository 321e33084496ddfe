#include <sodium.h>
#include <string.h>

#include "client/app.h"
#include "client/home.h"
#include "client/json.h"
#include "client/pasted.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/follow.h"

#define LINK_MAX (FOLLOW_TEXT_MAX + 2)

/* The link in |b|, or the one that stands in it; 0, or what is wrong with the likeliest. */
static int
find_link(struct buf *b, struct follow *f)
{
	int err = follow_parse(f, buf_bytes(b)), first = err;
	struct buf one;

	buf_init(&one, 0);
	for (int on = 0; on < 2 && err != 0; on++) {
		buf_clear(&one);
		pasted(&one, buf_bytes(b), on != 0);
		if (one.n == 0)
			continue;
		err = follow_parse(f, buf_bytes(&one));
		first = first == QERR_TYPE ? err : first;
	}
	if (one.n > 0) {
		buf_clear(b);
		buf_put(b, one.p, one.n);
	}
	buf_wipe(&one);
	return err == 0 ? 0 : first;
}

/* The link as given, or "-": from standard input, so that no shell keeps it. */
static int
take_link(struct app *a, struct buf *b, struct follow *f)
{
	const char *text = a->argv[a->at];
	int err;

	if (strcmp(text, "-") == 0) {
		if (file_read_stdin(b, LINK_MAX) != 0)
			return complain("standard input holds no follow link.");
	} else {
		buf_put_str(b, text);
	}
	err = find_link(b, f);
	if (err != 0 && b->n >= 8 && memcmp(b->p, "quire://", 8) == 0)
		return complain("that is an invite, to a node: use it with "
				"\"quire sync\". A follow link comes from the "
				"newsroom.");
	if (err == QERR_TYPE)
		return complain("that is no follow link: one begins with "
				"quire: and comes from the newsroom.");
	if (err != 0)
		return complain(
		    "that is no follow link: it %s. Copy it whole, from "
		    "quire: on.",
		    qerr_str(err));
	return 0;
}

static int
run_follow(struct app *a)
{
	static struct follow f; /* large, and used once */
	struct home h = {0};
	const char *arg;
	struct buf b;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	buf_init(&b, 0);
	exit = take_link(a, &b, &f);
	if (exit == 0)
		exit = home_open(&h, a, true);
	if (exit == 0) {
		int err = index_follow(h.index, buf_bytes(&b));

		if (err != 0)
			exit = home_complain("the list of feeds", err);
	}
	if (exit == 0 && a->json) {
		char id[ID_TEXT_LEN + 1];
		struct json j;
		struct buf out;

		buf_init(&out, 0);
		id_text(id, &f.feed);
		json_init(&j, &out);
		json_open(&j, NULL, '{');
		json_str(&j, "feed", id);
		json_str(&j, "name", f.name);
		json_close(&j, '}');
		json_flush(&j);
		buf_done(&out);
	} else if (exit == 0) {
		say(a, "Following %s.%s", f.name[0] != '\0' ? f.name : "it",
		    f.n_source > 0 ? " Now: quire sync"
				   : " Now: quire sync SOURCE");
	}
	home_close(&h);
	buf_wipe(&b);
	sodium_memzero(&f, sizeof(f));
	return exit;
}

const struct cmd cmd_follow = {
    .name = "follow",
    .args = "LINK",
    .what = "follow a feed by its link",
    .about =
	"LINK begins with quire: and comes from the newsroom or a friend. \"-\" reads\n"
	"it from standard input, so that it does not stay in the shell's history.\n"
	"Words and marks around it and ends of lines in it, as chats and mails have them,\n"
	"are passed over. Nothing is fetched: that is what \"quire sync\" does, when you\n"
	"say so.",
    .run = run_follow,
};

static int
run_unfollow(struct app *a)
{
	struct home h;
	struct id feed;
	const char *arg;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	exit = home_open(&h, a, true);
	if (exit == 0)
		exit = home_feed(&h, a->argv[a->at], &feed);
	if (exit == 0) {
		int err = store_forget_feed(h.store, &feed);

		if (err != 0)
			exit = home_complain("what was kept of it", err);
		else if ((err = index_unfollow(h.index, &feed)) != 0)
			exit = home_complain("the list of feeds", err);
		else
			say(a, "No longer followed, and deleted.");
	}
	home_close(&h);
	return exit;
}

const struct cmd cmd_unfollow = {
    .name = "unfollow",
    .args = "FEED",
    .what = "follow a feed no longer, and delete it",
    .about =
	"FEED is its name, its id or its link. Everything kept of it is deleted from\n"
	"this machine (but what a disk forgets can be found by who looks hard).",
    .run = run_unfollow,
};
