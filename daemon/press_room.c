#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/daemon_inner.h"
#include "daemon/rules_file.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

#define VOLUME_RETRY_US 200000
#define ALONE_SECONDS   3600 /* an issue without a mirror is told of then */
#define PROMISE_SECONDS (2 * 24 * 3600) /* before it is due, signers are told */

/* Made public: the node announces what is safely in the tree. */
static void
on_published(void *arg, const struct id *feed, struct bytes charter,
    struct bytes header)
{
	struct room *r = arg;
	struct node_event ev = {.type = NODE_PUBLISHED};

	if (r->d->drive == NULL)
		return; /* not yet started: the node restores it */
	ev.published.feed = *feed;
	ev.published.charter = charter;
	ev.published.header = header;
	drive_event(r->d->drive, &ev);
}

static void
say_who_signs(struct room *r, unsigned line)
{
	char key[32];

	snprintf(key, sizeof(key), "signer%zu", (size_t)(r - r->d->room));
	if (publisher_signs(r->p) == PUBLISHER_NO_KEY)
		log_info(
		    "line %u of the settings, publish: its secret.key is "
		    "not here, so its issues are drafted, signed elsewhere "
		    "and released",
		    line);
	if (publisher_signs(r->p) == PUBLISHER_NOT_ALONE)
		log_info(
		    "line %u of the settings, publish: its charter wants "
		    "several signatures, so its issues are drafted, signed "
		    "with quire sign and released",
		    line);
	if (publisher_signs(r->p) == PUBLISHER_MAY_NOT)
		problems_set(&r->d->problems, key,
		    "The charter does not let this machine's key sign: nothing "
		    "is published.",
		    publisher_name(r->p),
		    "Put the key that may sign in the place of its secret.key, "
		    "and start quired anew.");
}

void
room_tell_unsigned(struct room *r, const char *what, const char *from)
{
	char key[64], text[160], hint[96];

	if (publisher_signs(r->p) == PUBLISHER_MAY_NOT)
		return; /* which is told of */
	snprintf(key, sizeof(key), "unsigned%zu%s", (size_t)(r - r->d->room),
	    from);
	snprintf(text, sizeof(text), "%s not published: %s.", what,
	    publisher_signs(r->p) == PUBLISHER_NOT_ALONE
		? "the charter wants several signatures"
		: "the feed's secret.key is not on this machine");
	snprintf(hint, sizeof(hint),
	    "Use quire draft, or leave %s out of the settings.", from);
	problems_set(&r->d->problems, key, text, publisher_name(r->p), hint);
}

/* What is gone only the newsroom itself may have still. */
static void
look_at_hole(struct room *r)
{
	struct problems *all = &r->d->problems;
	struct publisher_hole x;
	char key[32], text[256], hint[256];

	snprintf(key, sizeof(key), "hole%zu", (size_t)(r - r->d->room));
	publisher_hole(r->p, &x);
	if (x.articles == 0) {
		problems_clear(all, key);
		return;
	}
	snprintf(text, sizeof(text),
	    "Of issues %llu to %llu of %s %zu article%s not here.",
	    (unsigned long long)x.first, (unsigned long long)x.last,
	    publisher_name(r->p), x.articles,
	    x.articles == 1 ? " is" : "s are");
	if (!problems_has(all, key))
		log_warn("%s", text);
	snprintf(hint, sizeof(hint),
	    "A key that has ended withdrew them, or the disk lost them. Publish "
	    "them again, unless a mirror still gives them back. If nobody has "
	    "them any more, give them up: quire retract --lost %zu",
	    x.articles);
	problems_set(all, key, text, NULL, hint);
}

static void finish_volume(void *arg);
static void keep_promise(void *arg);
static void cancel(void *arg);

int
rooms_open(struct daemon *d)
{
	struct buf why;
	int err = 0;

	d->room = calloc(d->cfg->n_publish + 1, sizeof(*d->room));
	if (d->room == NULL)
		return QERR_NOMEM;
	buf_init(&why, 0);
	for (size_t i = 0; i < d->cfg->n_publish && err == 0; i++) {
		const struct config_publish *f = &d->cfg->publish[i];
		struct room *r = &d->room[i];
		struct publisher_config cfg = {.folder = f->folder,
		    .store = d->store,
		    .worker = d->worker,
		    .says = (enum publisher_says)f->corrections,
		    .published = on_published,
		    .arg = r};

		r->d = d;
		r->made = (struct job){.fn = finish_volume, .arg = r};
		r->minute = (struct job){.fn = keep_promise, .arg = r};
		r->cancel = (struct job){.fn = cancel, .arg = r};
		r->slow = f->level != 0;
		r->inbox.folder = f->inbox;
		r->inbox.settle = f->settle;
		buf_init(&r->rules, 0);
		buf_clear(&why);
		err = rules_file_read(&r->rules, f, &why);
		cfg.rules = buf_bytes(&r->rules);
		if (err == 0)
			err = publisher_open(&r->p, &cfg, &why);
		if (err == 0)
			say_who_signs(r, f->line);
		if (err == 0)
			look_at_hole(r);
		if (err == 0)
			d->n_room++;
		else
			log_error("line %u of the settings, publish: %.*s",
			    f->line, (int)why.n, (const char *)why.p);
		if (err != 0)
			buf_done(&r->rules);
	}
	buf_done(&why);
	return err;
}

void
rooms_close(struct daemon *d)
{
	for (size_t i = 0; i < d->n_room; i++) {
		inbox_stop(&d->room[i]);
		if (d->room[i].volume != NULL)
			event_free(d->room[i].volume);
		publisher_close(d->room[i].p);
		buf_done(&d->room[i].rules);
	}
	free(d->room);
	d->n_room = 0;
}

static void
on_volume(evutil_socket_t fd, short what, void *arg)
{
	struct room *r = arg;

	(void)fd;
	(void)what;
	r->ended = true;
	jobs_add(r->d->jobs, &r->made);
}

/* What stays in a volume though it was taken back its operator is told. */
static void
look_at_renewal(struct room *r)
{
	struct problems *all = &r->d->problems;
	bool signs = publisher_signs(r->p) == PUBLISHER_SIGNS;
	struct publisher_renewal x;
	char key[32], text[256];
	const char *hint;

	snprintf(key, sizeof(key), "renew%zu", (size_t)(r - r->d->room));
	publisher_renewal(r->p, &x);
	if (x.volumes == 0)
		problems_clear(all, key);
	if (x.volumes == 0 || (!r->failed && signs))
		return;
	hint = !signs
		   ? "It is not signed here. Put the key that signs now in the "
		     "place of secret.key and start quired anew; or make it "
		     "anew as a draft (quire draft --volume), to be signed "
		     "elsewhere."
		   : "It is tried each minute: see the log for what fails.";
	snprintf(text, sizeof(text),
	    "The volume of issues %llu to %llu of %s is lost, or holds what was "
	    "taken back, and cannot be made anew.",
	    (unsigned long long)x.first, (unsigned long long)x.last,
	    publisher_name(r->p));
	if (!signs && !problems_has(all, key))
		log_warn("%s %s", text, hint);
	problems_set(all, key, text, NULL, hint);
}

static void
finish_volume(void *arg)
{
	struct timeval later = {.tv_usec = VOLUME_RETRY_US};
	struct room *r = arg;
	struct buf why;
	int err;

	if (!r->ended)
		return; /* it was stopped since, and another one begun */
	buf_init(&why, 0);
	room_unwatch(r);
	err = publisher_volume_finish(r->p, NULL, NULL, &why);
	if (err == QERR_AGAIN) { /* something is being published just now */
		r->volume = evtimer_new(r->d->base, on_volume, r);
		if (r->volume != NULL)
			evtimer_add(r->volume, &later);
		buf_done(&why);
		return;
	}
	r->failed = err != 0;
	look_at_renewal(r);
	if (err != 0)
		log_warn("a volume was not made: %.*s", (int)why.n,
		    (const char *)why.p);
	else
		log_info("a volume was made");
	buf_done(&why);
	if (err == 0)
		room_committed(r); /* else in a minute */
}

void
room_unwatch(struct room *r)
{
	if (r->volume != NULL)
		event_free(r->volume);
	r->volume = NULL;
	r->ended = false;
}

void
room_committed(struct room *r)
{
	struct publisher_renewal x;
	int fd, started;

	if (r->volume != NULL)
		return;
	started = publisher_volume_start(r->p, &fd);
	r->failed = started < 0;
	look_at_renewal(r);
	look_at_hole(r);
	if (started != 1)
		return;
	publisher_renewal(r->p, &x);
	if (x.all > 0)
		log_info("the volume of issues %llu to %llu is made anew, "
			 "without what was taken back",
		    (unsigned long long)x.first, (unsigned long long)x.last);
	r->volume = event_new(r->d->base, fd, EV_READ, on_volume, r);
	if (r->volume != NULL)
		event_add(r->volume, NULL);
}

/* What only this machine has is gone when it is taken away. */
static void
look_for_mirrors(struct daemon *d, const struct room *r)
{
	struct node_feed_stat st;
	char key[32], text[256];
	uint64_t since = publisher_time(r->p) + ALONE_SECONDS;
	uint64_t now = clock_wall();
	bool recent = now < since && since - now <= ALONE_SECONDS;

	snprintf(key, sizeof(key), "alone%zu", (size_t)(r - d->room));

	if (publisher_head(r->p) == 0 || recent ||
	    node_feed_stat(d->node, publisher_feed(r->p), &st) != 0 ||
	    st.receipts > 0) {
		problems_clear(&d->problems, key);
		return;
	}
	snprintf(text, sizeof(text),
	    "No mirror holds the newest issue of %s in full.",
	    publisher_name(r->p));
	problems_set(&d->problems, key, text, NULL,
	    "Give mirrors an invite: quire invite new; see: quire peers");
}

/*
 * Where quired does not sign alone nobody keeps the promise but those who do: they are told
 * while there is time.  From then on readers take the news for held up.
 */
static void
look_at_promise(struct room *r)
{
	struct daemon *d = r->d;
	uint64_t now = clock_wall(), due = publisher_promised(r->p, now);
	char key[32], text[256], date[32] = "";
	time_t t = (time_t)due;
	struct tm tm;

	snprintf(key, sizeof(key), "promised%zu", (size_t)(r - d->room));
	if (publisher_signs(r->p) == PUBLISHER_SIGNS || due == 0 ||
	    now + PROMISE_SECONDS < due) {
		problems_clear(&d->problems, key);
		r->reminded = false;
		return;
	}
	if (gmtime_r(&t, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", &tm);
	snprintf(text, sizeof(text),
	    "Issue %llu of %s %s promised before %s, and is not signed here.",
	    (unsigned long long)publisher_head(r->p) + 1, publisher_name(r->p),
	    now < due ? "is" : "was", date);
	problems_set(&d->problems, key, text, NULL,
	    "Sign one, with articles (quire draft) or without (quire draft "
	    "--promise), and release it: else readers take the news for held "
	    "up.");
	if (!r->reminded)
		log_warn("issue %llu is promised before %s, and is not signed "
			 "here: quire draft --promise",
		    (unsigned long long)publisher_head(r->p) + 1, date);
	r->reminded = true;
}

static void
keep_promise(void *arg)
{
	struct room *r = arg;
	struct daemon *d = r->d;
	char key[32], text[256];
	struct buf why;

	snprintf(key, sizeof(key), "promise%zu", (size_t)(r - d->room));
	buf_init(&why, 0);
	if (publisher_keep_promise(r->p, clock_wall(), &why) == 0) {
		problems_clear(&d->problems, key);
	} else {
		snprintf(text, sizeof(text), "%.*s", (int)why.n,
		    (const char *)why.p);
		problems_set(&d->problems, key, text, publisher_name(r->p),
		    NULL);
	}
	buf_done(&why);
	look_at_promise(r);
	room_committed(r);
}

static void
cancel(void *arg)
{
	struct room *r = arg;

	publisher_cancel(r->p);
}

void
rooms_minute(struct daemon *d)
{
	for (size_t i = 0; i < d->n_room; i++) {
		look_for_mirrors(d, &d->room[i]);
		jobs_add(d->jobs, &d->room[i].minute);
	}
}

struct room *
rooms_find(struct daemon *d, struct bytes ref)
{
	struct id feed;

	if (ref.p == NULL)
		return d->n_room == 1 ? &d->room[0] : NULL;
	if (feeds_find(d, ref, &feed) != 0)
		return NULL;
	for (size_t i = 0; i < d->n_room; i++)
		if (id_eq(publisher_feed(d->room[i].p), &feed))
			return &d->room[i];
	return NULL;
}
