#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/date.h"
#include "client/home.h"
#include "client/json.h"
#include "client/listing.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define LIMIT 40

struct feeds {
	const struct app *a;
	struct index *index;
};

static int
on_article(void *arg, const struct index_article *x)
{
	listing_add(arg, x, bytes_of(NULL, 0));
	return 0;
}

static int
on_feed(void *arg, const struct index_feed *f)
{
	struct feeds *l = arg;
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
list_feeds(struct app *a, struct home *h)
{
	struct feeds l = {.a = a, .index = h->index};
	int err = index_feeds(h->index, on_feed, &l);

	return err != 0 ? home_complain("the index", err) : APP_DONE;
}

static int
list_articles(struct app *a, struct home *h, const struct index_query *q,
    bool limited)
{
	struct listing l;
	int err, exit = listing_begin(&l, a, h);

	if (exit == 0) {
		err = index_articles(h->index, q, on_article, &l);
		exit = err != 0 ? home_complain("the index", err)
				: listing_end(&l);
	}
	if (exit == 0 && l.n == 0 && !a->json)
		note(a, "Nothing%s",
		    q->search != NULL
			? " with these words in its title. In the texts: "
			  "quire search WORDS"
		    : l.newsrooms.n == 0
			? " is followed yet. Begin with: quire follow LINK"
		    : q->lang != NULL || q->unread || q->feed != NULL ||
			    q->offset > 0
			? " that fits. Try: quire sync"
			: " here yet. Try: quire sync");
	else if (exit == 0 && l.n == q->limit && !limited && !a->json)
		note(a,
		    "The newest %zu; all: quire list --limit 0. "
		    "Read one: quire read NUMBER",
		    q->limit);
	listing_done(&l);
	return exit;
}

struct list {
	struct index_query q;
	const char *feed; /* as the user names it, or NULL */
	bool feeds;       /* those are to be listed */
	bool limited;     /* by the user */
};

/* As app_option(); APP_STOP with |*ret_exit| if it is used wrongly. */
static int
read_options(struct app *a, struct list *l, int *ret_exit)
{
	unsigned long long v;
	const char *arg;
	int letter;

	while ((letter = app_option(a, &arg, ret_exit)) > 0) {
		switch (letter) {
		case 'f':
			l->feed = arg;
			break;
		case 'l':
			l->q.lang = arg;
			break;
		case 'u':
			l->q.unread = true;
			break;
		case 's':
			l->q.search = arg;
			break;
		case 'n':
		case O_OFFSET:
			*ret_exit = APP_USAGE;
			if (!app_number(letter == 'n' ? "--limit" : "--offset",
				arg, 0, 1000000000, &v))
				return APP_STOP;
			*(letter == 'n' ? &l->q.limit : &l->q.offset) =
			    (size_t)v;
			l->limited = l->limited || letter == 'n';
			break;
		default:
			l->feeds = true;
			break;
		}
	}
	return letter;
}

static int
run(struct app *a)
{
	struct list l = {.q.limit = a->json ? 0 : LIMIT};
	struct home h = {0};
	struct id feed;
	int exit;

	if (read_options(a, &l, &exit) == APP_STOP)
		return exit;
	if (!app_operands(a, 0, 0))
		return APP_USAGE;
	if (a->json && !l.limited)
		l.q.limit = 0;
	exit = home_open(&h, a, false);
	if (exit == 0 && l.feed != NULL) {
		exit = home_feed(&h, l.feed, &feed);
		l.q.feed = &feed;
	}
	if (exit == 0)
		exit = l.feeds ? list_feeds(a, &h)
			       : list_articles(a, &h, &l.q, l.limited);
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
