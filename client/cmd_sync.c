#include <event2/util.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "client/app.h"
#include "client/sync.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"
#include "proto/host/rate.h"
#include "proto/object/follow.h"

/* Sources. */

static int
add_pasted(struct sync *s, const char *text)
{
	struct buf b;
	int exit;

	buf_init(&b, 0);
	sources_pasted(&b, text);
	exit = buf_err(&b) != 0 ? complain("out of memory.")
				: sync_source(s, (const char *)b.p);
	buf_wipe(&b);
	return exit;
}

/* Those named now, else those that are kept. */
static int
add_sources(struct sync *s)
{
	struct sources kept;
	int exit = sources_load(&kept, &s->h);

	s->named = s->a->at < s->a->argc;
	for (int i = s->a->at; i < s->a->argc && exit == 0; i++)
		exit = add_pasted(s, s->a->argv[i]);
	for (size_t i = 0; i < kept.n && !s->named && exit == 0; i++)
		exit = sync_source(s, kept.text[i]);
	s->names = s->named && kept.n == 0;
	sources_done(&kept);
	return exit;
}

static int
on_follow(void *arg, const struct id *feed, const char *text)
{
	struct sync *s = arg;
	struct follow *link;
	struct sync_feed *x;

	if (s->n_feed == SYNC_FEEDS_MAX)
		return 0;
	x = realloc(s->feed, (s->n_feed + 1) * sizeof(*x));
	if (x == NULL)
		return QERR_NOMEM;
	s->feed = x;
	x = &s->feed[s->n_feed++];
	*x = (struct sync_feed){.id = *feed};
	row_init(&x->row);
	rest_init(&x->rest);
	if ((link = calloc(1, sizeof(*link))) == NULL)
		return QERR_NOMEM;
	if (follow_parse(link, bytes_str(text)) == 0)
		for (size_t i = 0; i < link->n_source; i++)
			s->link_sources += sync_source(s, link->source[i]) == 0;
	sodium_memzero(link, sizeof(*link));
	free(link);
	return 0;
}

static void
sync_done(struct sync *s)
{
	home_close(&s->h);
	for (size_t i = 0; i < s->n_invite; i++) {
		sodium_memzero(s->invite[i], strlen(s->invite[i]));
		free(s->invite[i]);
	}
	for (size_t i = 0; i < s->n_tree; i++)
		free(s->tree[i]);
	for (size_t i = 0; i < s->n_feed; i++) {
		row_done(&s->feed[i].row);
		rest_done(&s->feed[i].rest);
	}
	free(s->feed);
}

static bool
take_rate(uint64_t *ret, const char *arg)
{
	if (size_parse(ret, arg, strlen(arg)) == 0 && *ret >= RATE_MIN &&
	    *ret <= INT64_MAX)
		return true;
	complain("--limit-rate needs bytes a second, as 50K, and at least %uK, "
		 "not %s.",
	    (unsigned)(RATE_MIN >> 10), arg);
	return false;
}

static bool
take_proxy(const char **ret, const char *arg)
{
	struct sockaddr_storage ss;
	int len = sizeof(ss);

	*ret = arg;
	if (evutil_parse_sockaddr_port(arg, (struct sockaddr *)&ss, &len) ==
		0 &&
	    strrchr(arg, ':') != NULL)
		return true;
	complain("--socks takes an address in numbers and its port, as "
		 "127.0.0.1:9050, not %s.",
	    arg);
	return false;
}

static int
take_options(struct sync *s, int *exit)
{
	struct app *a = s->a;
	unsigned long long v;
	const char *arg;
	int letter;

	while ((letter = app_option(a, &arg, exit)) > 0) {
		if (letter == 'n') {
			if (!app_number("--newest", arg, 1, 1000000000, &v)) {
				*exit = APP_USAGE;
				return APP_STOP;
			}
			s->newest = v;
		} else if (letter == 'H') {
			s->tiers = 1u << TIER_HEADS;
		} else if (letter == 't') {
			s->tiers = 1u << TIER_HEADS | 1u << TIER_TEXT;
		} else if (letter == 's') {
			s->tiers = 1u << TIER_HEADS | 1u << TIER_TEXT |
				   1u << TIER_SMALL;
		} else if (letter == 'r') {
			if (!take_rate(&s->way.rate, arg)) {
				*exit = APP_USAGE;
				return APP_STOP;
			}
		} else if (letter == 'T') {
			if ((*exit = ways_program(&s->ways, arg)) != 0)
				return APP_STOP;
		} else if (!take_proxy(&s->way.proxy, arg)) {
			*exit = APP_USAGE;
			return APP_STOP;
		}
	}
	return letter;
}

static int
ask(struct sync *s)
{
	int exit = sync_trees(s), late;

	if (s->n_invite > s->first_invite)
		exit = sync_nodes(s);
	late = s->interrupted || s->full ? 0 : sync_slow_trees(s);
	return late != 0 ? late : exit;
}

/* What the reader knows, and if nothing of that answers, what the newsrooms named. */
static int
ask_all(struct sync *s)
{
	bool reached = s->named, any = false;
	int exit = ask(s), err;

	for (size_t i = 0; i < s->n_feed; i++)
		reached = reached || s->feed[i].reached;
	if (reached || s->interrupted || s->full)
		return exit;
	if ((err = sync_mirrors(s, &any)) != 0)
		return err;
	if (!any && s->n_invite + s->n_tree > 0)
		return exit;
	if (!any)
		return complain("no source is known. Name one: quire sync "
				"SOURCE, or for each time: quire source add "
				"SOURCE, where SOURCE is an invite, a folder, "
				"a bundle or a web address.");
	note(s->a, "Asking where the newsroom says that it can be found.");
	return ask(s);
}

static const struct cmd_option options[] = {
    {'n', "newest", "N", "only the newest N issues"},
    {'H', "headlines", NULL, "titles and summaries alone, a few kilobytes"},
    {'t', "text-only", NULL, "no pictures"},
    {'s', "small", NULL, "pictures only as small ones, about 8 kB each"},
    {'r', "limit-rate", "RATE",
	"take at most RATE bytes a second, as 50K or 1M"},
    {256, "socks", "ADDRESS:PORT",
	"a SOCKS5 proxy (tor: 127.0.0.1:9050), for all\n"
	"that is fetched"},
    {'T', "transport", "NAME=PROGRAM",
	"the program of a pluggable transport that an\n"
	"invite needs, as obfs4=/usr/bin/obfs4proxy"},
    {0},
};

static int
run(struct app *a)
{
	struct sync s = {.a = a, .tiers = (1u << TIERS) - 1, .plain = true};
	int exit, err;

	log_init("quire", LOG_LEVEL_ERROR); /* no warnings */
	if (take_options(&s, &exit) != 0)
		return exit;
	exit = home_begin(&s.h, a, true);
	if (exit == 0)
		exit = add_sources(&s);
	if (exit == 0 && (err = index_follows(s.h.index, on_follow, &s)) != 0)
		exit = home_complain("the index", err);
	if (exit == 0 && s.n_feed == 0)
		exit = complain("nothing is followed yet. Begin with: quire "
				"follow LINK");
	if (exit == 0) {
		progress_begin(&s.progress, a);
		exit = ask_all(&s);
		if (s.n_invite + s.n_tree > 0 && (!s.unreached || s.bytes > 0))
			exit = sync_tell(&s, exit);
	}
	sync_done(&s);
	return exit;
}

const struct cmd cmd_sync = {
    .name = "sync",
    .args = "[SOURCE...]",
    .what = "fetch what is new",
    .option = options,
    .about =
	"SOURCE is an invite to a node (quire://...), a folder, a bundle (a tar) or the\n"
	"web address of a tree; without one those of \"quire source\" are used, and always\n"
	"those that the follow links name. If none of them answers, those that the\n"
	"newsroom's charter names are. Every source may lie: nothing is kept that the\n"
	"newsroom's key does not vouch for. It can be stopped at any time, and goes on\n"
	"where it was. No daemon is needed.",
    .run = run,
};
