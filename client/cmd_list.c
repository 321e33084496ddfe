#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/date.h"
#include "client/home.h"
#include "client/json.h"
#include "client/script.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

struct list {
	const struct app *a;
	struct index *index;
	uint64_t place;
	size_t width;
};

static void
article_json(const struct index_article *x, uint64_t place)
{
	char id[HEX_LEN(ARTICLE_ID_LEN) + 1], feed[ID_TEXT_LEN + 1];
	static const char *const status[] = {"new", "corrected", "retracted"};
	char date[DATE_MAX];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	hex_encode(id, x->id.b, ARTICLE_ID_LEN);
	id_text(feed, &x->feed);
	date_machine(date, x->date);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_uint(&j, "place", place);
	json_str(&j, "id", id);
	json_str(&j, "feed", feed);
	json_uint(&j, "issue", x->number);
	json_uint(&j, "revision", x->revision);
	json_str(&j, "status", status[x->status]);
	json_str(&j, "lang", x->lang);
	json_str(&j, "title", x->title);
	json_str(&j, "name", x->name);
	json_str(&j, "authors", x->authors);
	json_str(&j, "date", date);
	json_uint(&j, "bytes", x->size);
	json_bool(&j, "read", x->read);
	json_bool(&j, "here", x->has_text);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

static int
on_article(void *arg, const struct index_article *x)
{
	struct list *l = arg;
	const char *mark = x->status == ARTICLE_RETRACTED   ? "retracted: "
			   : x->status == ARTICLE_CORRECTED ? "corrected: "
							    : "";
	char day[DATE_MAX];
	struct buf b;
	size_t used;

	l->place++;
	if (l->a->json) {
		article_json(x, l->place);
		return 0;
	}
	date_day(day, x->date);
	buf_init(&b, 0);
	used = 24 + strlen(mark);
	printf("%5" PRIu64 " %s%c%s ", l->place, style(l->a, STYLE_BOLD),
	    x->read ? ' ' : '*', style(l->a, STYLE_PLAIN));
	printf("%s%s%s  %s%s%s", style(l->a, STYLE_DIM), day,
	    style(l->a, STYLE_PLAIN), style(l->a, STYLE_BAD), mark,
	    style(l->a, STYLE_PLAIN));
	term_cut(&b, bytes_str(x->title),
	    l->width > used + 20 ? l->width - used : 20);
	say_bytes(buf_bytes(&b));
	if (!x->has_text)
		fputs(" (not here yet)", stdout);
	putchar('\n');
	buf_done(&b);
	return 0;
}

static int
on_feed(void *arg, const struct index_feed *f)
{
	struct list *l = arg;
	char id[ID_TEXT_LEN + 1], when[DATE_MAX];
	uint64_t unread;
	struct json j;
	struct buf b;
	int err = index_unread(l->index, &f->feed, &unread);

	if (err != 0)
		return err;
	id_text(id, &f->feed);
	date_minute(when, f->synced);
	if (!l->a->json) {
		printf("%s%s%s\n  %" PRIu64 " article%s, %" PRIu64
		       " unread, issue %" PRIu64 ", %s%s\n  %s\n",
		    style(l->a, STYLE_BOLD),
		    f->name[0] != '\0' ? f->name : "(no name yet)",
		    style(l->a, STYLE_PLAIN), f->articles,
		    f->articles == 1 ? "" : "s", unread, f->head,
		    f->synced == 0 ? "never synced" : "synced ",
		    f->synced == 0 ? "" : when, id);
		return 0;
	}
	buf_init(&b, 0);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_str(&j, "feed", id);
	json_str(&j, "name", f->name);
	json_uint(&j, "issue", f->head);
	json_uint(&j, "charter", f->charter);
	json_uint(&j, "articles", f->articles);
	json_uint(&j, "unread", unread);
	json_int(&j, "synced", f->synced);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
	return 0;
}

enum {
	O_FEEDS = 256,
	O_OFFSET,
};

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "only of this feed"},
    {'l', "lang", "LANG", "only in this language"},
    {'u', "unread", NULL, "only what was not read yet"},
    {'s', "search", "WORDS", "only with these words in the title"},
    {'n', "limit", "N", "at most N (0: all; without --json 40)"},
    {O_OFFSET, "offset", "N", "from the Nth on"},
    {O_FEEDS, "feeds", NULL, "the feeds themselves"},
    {0},
};

static int
run(struct app *a)
{
	struct index_query q = {.limit = a->json ? 0 : 40, .remember = true};
	struct list l = {.a = a, .width = term_width()};
	struct home h = {0};
	struct id feed;
	const char *arg, *feed_ref = NULL;
	unsigned long long v;
	bool feeds = false, limited = false;
	int letter, exit, err;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		switch (letter) {
		case 'f':
			feed_ref = arg;
			break;
		case 'l':
			q.lang = arg;
			break;
		case 'u':
			q.unread = true;
			break;
		case 's':
			q.search = arg;
			break;
		case 'n':
		case O_OFFSET:
			if (!app_number(letter == 'n' ? "--limit" : "--offset",
				arg, 0, 1000000000, &v))
				return APP_USAGE;
			*(letter == 'n' ? &q.limit : &q.offset) = (size_t)v;
			limited = limited || letter == 'n';
			break;
		default:
			feeds = true;
			break;
		}
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 0, 0))
		return APP_USAGE;
	if (a->json && !limited)
		q.limit = 0;
	exit = home_open(&h, a, false);
	if (exit == 0 && feed_ref != NULL) {
		exit = home_feed(&h, feed_ref, &feed);
		q.feed = &feed;
	}
	if (exit == 0) {
		l.index = h.index;
		l.place = 0;
		err = feeds ? index_feeds(h.index, on_feed, &l)
			    : index_articles(h.index, &q, on_article, &l);
		if (err != 0)
			exit = home_complain("the index", err);
		else if (!feeds && l.place == 0 && !a->json)
			note(a, "Nothing%s. Try: quire sync",
			    q.search != NULL || q.lang != NULL || q.unread ||
				    q.feed != NULL
				? " that fits"
				: " here yet");
		else if (!feeds && l.place == q.limit && !limited && !a->json)
			note(a,
			    "The newest %zu; all: quire list --limit 0. "
			    "Read one: quire read NUMBER",
			    q.limit);
	}
	home_close(&h);
	return exit;
}

const struct cmd cmd_list = {
    .name = "list",
    .what = "what there is to read, newest first",
    .option = options,
    .about =
	"Prints numbers by which \"read\" and \"export\" know the articles until the\n"
	"next list; a star marks those not read yet.",
    .run = run,
};
