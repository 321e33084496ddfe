#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/address.h"
#include "daemon/config.h"
#include "daemon/daemon_inner.h"
#include "daemon/source/basket.h"
#include "daemon/source/fetcher.h"
#include "daemon/source/manner.h"
#include "daemon/source/robots.h"
#include "daemon/source/source.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

#define ACTIVE_MAX 4   /* turns under way at once: each holds what it fetched */
#define BUSY_MS    200 /* until the fetcher is asked again */
#define LATER_MS   1000 /* until a publisher is */

enum doing {
	DOING_REST,
	DOING_FETCH, /* what its source asks for */
	DOING_LIST,
	DOING_TAKE,
	DOING_PICTURES, /* of the entry that is being taken */
	DOING_POUR,     /* the basket, into a batch */
};

/* One source on its way; number |number| of the settings, from 1. */
struct visit {
	struct sources *all;
	struct room *room;
	unsigned number;
	char file[64];
	struct source s;
	struct source_ask ask;
	enum doing doing;
	struct event *timer;
	struct job job; /* to list, take or pour */
	bool for_robots;
	struct buf address; /* that is asked for, as it is sent */
	struct basket basket;
	struct buf page;
	char page_at[FETCH_ADDRESS_MAX + 1];
	size_t poured;
	bool open; /* a batch is */
	bool lost, refused;
	size_t fresh; /* articles of this turn that are new or corrected */
};

/* All of them, and what they share. */
struct sources {
	struct daemon *d;
	struct fetcher *fetcher;
	struct manner manner;
	struct visit *visit;
	size_t n;
};

static void on_time(evutil_socket_t fd, short what, void *arg);

static void
again(struct visit *v, uint64_t ms)
{
	struct timeval tv = {
	    .tv_sec = (time_t)(ms / 1000), .tv_usec = (int)(ms % 1000) * 1000};

	event_add(v->timer, &tv);
}

/* --- what is kept --- */

static void
save(struct visit *v)
{
	struct buf b;
	int r;

	buf_init(&b, SOURCE_FILE_MAX);
	source_save(&b, &v->s);
	r = buf_err(&b);
	if (r == 0)
		r = store_put_file(v->all->d->store, v->file, buf_bytes(&b));
	if (r != 0)
		log_warn("what is known of source %u was not kept: %s",
		    v->number, qerr_str(r));
	buf_done(&b);
}

static int
load(struct visit *v, const char *address, uint64_t every)
{
	uint8_t seed[32];
	struct buf b;
	int r;

	buf_init(&b, 0);
	entropy_bytes(seed, sizeof(seed));
	r = store_get_file(v->all->d->store, v->file, &b, SOURCE_FILE_MAX);
	if (r != 0 && r != QERR_ABSENT)
		buf_clear(&b);
	r = source_init(&v->s, address, every, seed, buf_bytes(&b), clock_now(),
	    clock_wall());
	if (r != 0 && r != QERR_NOMEM) {
		log_warn("what was kept of source %u %s: it begins anew",
		    v->number, qerr_str(r));
		r = 0;
	}
	buf_done(&b);
	return r;
}

/* Nothing of the turn was published: know what was known before. */
static void
forget_turn(struct visit *v)
{
	when_ms due = v->s.due;
	char *address = strdup(v->s.address);
	uint64_t every = v->s.every / 1000;

	if (address == NULL)
		return;
	source_done(&v->s);
	if (load(v, address, every) == 0)
		v->s.due = due;
	free(address);
}

/* --- what the operator sees --- */

static void
tell(struct visit *v)
{
	char key[64], what[256], hint[256];
	struct problems *p = &v->all->d->problems;
	struct buf a, b;

	snprintf(key, sizeof(key), "source:%u:fetch", v->number);
	buf_init(&a, 0);
	buf_init(&b, 0);
	if (source_tell(&v->s, &a, &b)) {
		snprintf(what, sizeof(what), "%.*s", (int)a.n,
		    (const char *)a.p);
		snprintf(hint, sizeof(hint), "%.*s", (int)b.n,
		    (const char *)b.p);
		problems_set(p, key, what, v->s.address, hint);
	} else {
		problems_clear(p, key);
	}
	buf_done(&a);
	buf_done(&b);
}

static void
refuse(struct visit *v, const char *message)
{
	char key[64];

	snprintf(key, sizeof(key), "source:%u:entry", v->number);
	if (message == NULL)
		problems_clear(&v->all->d->problems, key);
	else if (!v->refused)
		problems_set(&v->all->d->problems, key, message, v->s.address,
		    "Mend the entry or its page: it is tried again when it "
		    "changes.");
	v->refused = message != NULL;
}

void
sources_tell(struct daemon *d, struct control_client *c)
{
	when_ms now = clock_now();

	for (size_t i = 0; d->sources != NULL && i < d->sources->n; i++) {
		const struct visit *v = &d->sources->visit[i];
		char feed[ID_TEXT_LEN + 1];
		struct ctl_item it;

		id_text(feed, publisher_feed(v->room->p));
		ctl_item_init(&it, "source");
		ctl_add_text(&it, "feed", bytes_str(feed));
		ctl_add_number(&it, "number", v->number);
		ctl_add_number(&it, "entries", v->s.known.n);
		ctl_add_number(&it, "success", v->s.success);
		ctl_add_flag(&it, "active", v->doing != DOING_REST);
		ctl_add_number(&it, "next",
		    v->s.due > now ? (v->s.due - now) / 1000 : 0);
		ctl_add_flag(&it, "trouble", v->s.trouble != SOURCE_FINE);
		control_item(c, &it);
	}
}

/* --- steps --- */

static size_t
active(const struct sources *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += all->visit[i].doing != DOING_REST;
	return n;
}

static void
end_turn(struct visit *v)
{
	uint64_t now = clock_now();

	if (v->lost)
		forget_turn(v);
	else
		save(v);
	basket_done(&v->basket);
	basket_init(&v->basket);
	buf_done(&v->page);
	tell(v);
	if (v->fresh > 0)
		log_info("source %u: %zu articles are new or corrected",
		    v->number, v->fresh);
	v->fresh = 0;
	v->lost = false;
	v->doing = DOING_REST;
	if (active(v->all) == 0)
		fetcher_rest(v->all->fetcher);
	again(v, v->s.due > now ? v->s.due - now : 0);
}

/* Do what was asked; the basket goes before the list that it is of. */
static void
turn_to(struct visit *v)
{
	static const enum doing doing[] = {[SOURCE_WAIT] = DOING_REST,
	    [SOURCE_FETCH] = DOING_FETCH,
	    [SOURCE_LIST] = DOING_LIST,
	    [SOURCE_TAKE] = DOING_TAKE,
	    [SOURCE_END] = DOING_POUR};
	bool list = v->ask.type == SOURCE_FETCH && !v->ask.page;

	if (v->ask.type == SOURCE_WAIT) {
		end_turn(v);
		return;
	}
	v->doing = doing[v->ask.type];
	if (v->basket.n > 0 && (basket_is_full(&v->basket) || list))
		v->doing = DOING_POUR;
	again(v, 0);
}

static void
step(struct visit *v, struct source_event *ev)
{
	if (v->all->d->stopping)
		return; /* what failed now failed of that */
	ev->now = clock_now();
	ev->wall = clock_wall();
	source_step(&v->s, ev, &v->ask);
	turn_to(v);
}

/* --- fetching --- */

/* The operator named its host, for this source or another. */
static bool
is_named(const struct sources *all, struct bytes address)
{
	for (size_t i = 0; i < all->n; i++)
		if (address_at(address,
			address_origin(bytes_str(all->visit[i].s.address))))
			return true;
	return false;
}

/* What is to be fetched: a list or page, or a picture of the newest item.  False if
 * its address is too long to be asked for. */
static bool
request_of(struct visit *v, struct fetch_request *ret)
{
	struct bytes source = bytes_str(v->s.address);
	bool picture = v->doing == DOING_PICTURES;

	if (picture)
		*ret = (struct fetch_request){
		    .address = bytes_str(basket_wants(&v->basket))};
	else
		*ret = v->ask.request;
	buf_done(&v->address);
	buf_init(&v->address, FETCH_ADDRESS_MAX);
	address_escape(&v->address, ret->address);
	ret->address = buf_bytes(&v->address);
	ret->max = picture ? PICTURE_MAX : INGEST_DOCUMENT_MAX;
	ret->local = address_is_file(source) && address_is_file(ret->address);
	ret->near = is_named(v->all, ret->address);
	return buf_err(&v->address) == 0;
}

static void
keep(struct visit *v, const struct fetch_answer *a)
{
	struct buf *to = v->ask.page ? &v->page : &v->basket.list;
	char *at = v->ask.page ? v->page_at : v->basket.list_at;

	buf_done(to);
	buf_init(to, INGEST_DOCUMENT_MAX);
	buf_put(to, a->body.p, a->body.n);
	snprintf(at, FETCH_ADDRESS_MAX + 1, "%.*s", (int)a->address.n,
	    (const char *)a->address.p);
}

static void
deliver(struct visit *v, const struct fetch_answer *a, bool forbidden)
{
	struct source_event ev = {
	    .type = SOURCE_ANSWER, .answer = a, .forbidden = forbidden};
	bool good = !forbidden && a->error == FETCH_OK && a->status == 200;

	if (v->doing == DOING_PICTURES) {
		basket_picture(&v->basket, good ? a->body : bytes_of(NULL, 0));
		again(v, 0);
		return;
	}
	if (good)
		keep(v, a);
	step(v, &ev);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct visit *v = arg;
	struct fetch_request rq;

	if (!v->for_robots) {
		deliver(v, a, false);
		return;
	}
	v->for_robots = false;
	if (!request_of(v, &rq) ||
	    manner_learn(&v->all->manner, rq.address, a, clock_now()))
		again(v, 0);
	else
		deliver(v, a, false);
}

static void
ask_for(struct visit *v, struct fetch_request *rq)
{
	static const struct fetch_answer none = {.error = FETCH_CHILD};
	struct sources *all = v->all;
	struct bytes address = rq->address;
	struct buf robots;
	int r;

	buf_init(&robots, 0);
	if (v->for_robots) {
		manner_robots(&robots, address);
		*rq = (struct fetch_request){.address = buf_bytes(&robots),
		    .max = INGEST_DOCUMENT_MAX,
		    .near = rq->near};
	}
	r = fetcher_ask(all->fetcher, all->d->base, rq, on_answer, v);
	buf_done(&robots);
	if (r == 0) {
		manner_went(&all->manner, address, clock_now());
	} else if (r == QERR_AGAIN) {
		again(v, BUSY_MS);
	} else {
		v->for_robots = false;
		deliver(v, &none, false);
	}
}

static void
fetch(struct visit *v)
{
	static const struct fetch_answer none = {0};
	static const struct fetch_answer no = {.error = FETCH_LONG};
	struct fetch_request rq;
	when_ms now = clock_now(), until = 0;

	if (!request_of(v, &rq)) {
		deliver(v, &no, false);
		return;
	}
	switch (manner_ask(&v->all->manner, rq.address, now, &until)) {
	case MANNER_WAIT:
		again(v, until - now);
		return;
	case MANNER_FORBID:
		deliver(v, &none, true);
		return;
	case MANNER_ASK:
		v->for_robots = true;
		break;
	case MANNER_GO:
		v->for_robots = false;
		break;
	}
	ask_for(v, &rq);
}

/* --- reading --- */

static void
list(struct visit *v)
{
	struct ingest_source src = {.kind = INGEST_FEED,
	    .data = buf_bytes(&v->basket.list),
	    .at = bytes_str(v->basket.list_at)};
	struct source_event ev = {.type = SOURCE_LISTED};
	struct ingest_list l;
	struct buf why;

	buf_init(&why, 0);
	if (worker_list(v->all->d->worker, &l, &src, &why) == 0)
		ev.list = &l;
	buf_put_u8(&why, 0);
	ev.why = buf_err(&why) == 0 ? (const char *)why.p : "";
	v->basket.kind = l.kind;
	refuse(v, NULL);
	step(v, &ev);
	ingest_list_done(&l);
	buf_done(&why);
}

static void
taken(struct visit *v)
{
	struct source_event ev = {.type = SOURCE_TAKEN};

	step(v, &ev);
}

static void
take(struct visit *v)
{
	struct bytes none = {NULL, 0};
	struct basket_item *it = basket_add(&v->basket, v->ask.entry->number,
	    v->ask.page ? buf_bytes(&v->page) : none,
	    v->ask.page ? bytes_str(v->page_at) : none);

	if (it == NULL) {
		v->lost = true;
		taken(v);
		return;
	}
	basket_look(&v->basket, v->all->d->worker);
	v->doing = DOING_PICTURES;
	again(v, 0);
}

static void
pictures(struct visit *v)
{
	if (basket_wants(&v->basket) != NULL)
		fetch(v);
	else
		taken(v);
}

/* --- publishing --- */

static int
add_one(struct visit *v)
{
	struct publisher_item *item = calloc(1, sizeof(*item));
	struct draft_source src;
	int r = item == NULL ? QERR_NOMEM : 0;

	basket_source(&v->basket, v->poured++, &src);
	if (r == 0)
		r = publisher_add(v->room->p, &src, item);
	if (r == 0 && item->outcome == PUBLISHER_REFUSED)
		refuse(v, item->message);
	else if (r == 0)
		v->fresh += item->outcome == PUBLISHER_NEW ||
			    item->outcome == PUBLISHER_CORRECTED;
	free(item);
	return r == QERR_ABSENT ? 0 : r;
}

static void
commit(struct visit *v, int r)
{
	struct problems *p = &v->all->d->problems;
	struct buf why;

	buf_init(&why, 0);
	v->open = false;
	if (r == 0)
		r = publisher_commit(v->room->p, NULL, NULL, &why);
	else
		publisher_cancel(v->room->p);
	v->lost = v->lost || r != 0;
	if (r != 0 && !v->all->d->stopping) {
		problems_set(p, "sources",
		    "What the sources hold could not be published.", NULL,
		    "See the log.");
		log_error("source %u could not be published: %s", v->number,
		    qerr_str(r));
	} else if (r == 0) {
		problems_clear(p, "sources");
		room_committed(v->room);
	}
	buf_done(&why);
	basket_clear(&v->basket);
	v->poured = 0;
}

/* True if there is nothing left in the basket. */
static bool
pour(struct visit *v)
{
	int r = 0;

	if (v->basket.n == 0)
		return true;
	if (!v->open) {
		r = publisher_begin(v->room->p, v->room->slow, false);
		if (r == QERR_AGAIN) {
			again(v, LATER_MS);
			return false;
		}
		v->open = r == 0;
	}
	if (v->open)
		r = add_one(v);
	if (r == 0 && v->poured < v->basket.n) {
		again(v, 0);
		return false;
	}
	commit(v, r);
	return true;
}

/* What needs the worker or the publisher. */
static void
on_job(void *arg)
{
	struct visit *v = arg;
	struct source_event ev = {.type = SOURCE_ENDED};

	if (v->doing == DOING_LIST) {
		list(v);
	} else if (v->doing == DOING_TAKE) {
		take(v);
	} else if (pour(v)) {
		ev.lost = v->lost;
		if (v->ask.type == SOURCE_END)
			step(v, &ev);
		else
			turn_to(v);
	}
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct visit *v = arg;
	struct source_event ev = {.type = SOURCE_TIME};

	(void)fd;
	(void)what;
	switch (v->doing) {
	case DOING_REST:
		if (clock_now() < v->s.due || active(v->all) >= ACTIVE_MAX)
			again(v, LATER_MS);
		else
			step(v, &ev);
		break;
	case DOING_FETCH:
		fetch(v);
		break;
	case DOING_PICTURES:
		pictures(v);
		break;
	case DOING_LIST:
	case DOING_TAKE:
	case DOING_POUR:
		jobs_add(v->all->d->jobs, &v->job);
		break;
	}
}

/* --- its life --- */

/* The folders of file: addresses, and the root's files by themselves. */
static size_t
local_folders(const struct config *cfg, char **ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < cfg->n_publish; i++)
		for (size_t k = 0; k < cfg->publish[i].source.n; k++) {
			const char *a = cfg->publish[i].source.text[k];
			char *slash;

			if (!address_is_file(bytes_str(a)) || n == max ||
			    (ret[n] = strdup(a + strlen("file://"))) == NULL)
				continue;
			slash = strrchr(ret[n], '/');
			if (slash != ret[n])
				*slash = '\0';
			n++;
		}
	return n;
}

static void
forget_settings(void *arg)
{
	config_done(arg);
}

int
sources_fork(struct daemon *d)
{
	char *local[CONFIG_LIST_MAX * CONFIG_PUBLISH_MAX];
	char *proxy = strdup(d->cfg->socks);
	struct fetcher_config cfg = {.proxy = proxy,
	    .local = local,
	    .forget = forget_settings,
	    .arg = d->cfg};
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < d->cfg->n_publish; i++)
		n += d->cfg->publish[i].source.n;
	cfg.n_local = local_folders(d->cfg, local, CONFIG_LIST_MAX);
	if (n > 0) {
		d->sources = calloc(1, sizeof(*d->sources));
		r = d->sources == NULL || proxy == NULL
			? QERR_NOMEM
			: fetcher_new(&d->sources->fetcher, &cfg);
	}
	for (size_t i = 0; i < cfg.n_local; i++)
		free(local[i]);
	free(proxy);
	return r;
}

/* By a hash, as a source may move up or down in the settings. */
static void
name_file(struct visit *v, const char *address)
{
	crypto_generichash_state st;
	uint8_t hash[16];

	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	crypto_generichash_update(&st, publisher_feed(v->room->p)->b, 32);
	crypto_generichash_update(&st, (const uint8_t *)address,
	    strlen(address));
	crypto_generichash_final(&st, hash, sizeof(hash));
	snprintf(v->file, sizeof(v->file), "source-");
	hex_encode(v->file + strlen(v->file), hash, sizeof(hash));
}

static int
add(struct sources *all, struct room *room, const char *address, uint64_t every)
{
	struct visit *v = &all->visit[all->n];

	*v = (struct visit){
	    .all = all, .room = room, .number = (unsigned)all->n + 1};
	v->job = (struct job){.fn = on_job, .arg = v};
	basket_init(&v->basket);
	name_file(v, address);
	v->timer = evtimer_new(all->d->base, on_time, v);
	if (v->timer == NULL || load(v, address, every) != 0)
		return QERR_NOMEM;
	all->n++;
	again(v, 0);
	return 0;
}

int
sources_start(struct daemon *d)
{
	struct sources *all = d->sources;
	size_t n = 0;
	int r = 0;

	if (all == NULL)
		return 0;
	all->d = d;
	for (size_t i = 0; i < d->n_room; i++)
		n += d->cfg->publish[i].source.n;
	all->visit = calloc(n, sizeof(*all->visit));
	if (all->visit == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < d->n_room; i++) {
		const struct config_publish *p = &d->cfg->publish[i];

		for (size_t k = 0; k < p->source.n && r == 0; k++)
			r = add(all, &d->room[i], p->source.text[k], p->every);
	}
	return r;
}

void
sources_stop(struct daemon *d)
{
	struct sources *all = d->sources;

	if (all == NULL)
		return;
	for (size_t i = 0; i < all->n; i++) {
		struct visit *v = &all->visit[i];

		if (v->open)
			publisher_cancel(v->room->p);
		event_free(v->timer);
		source_done(&v->s);
		basket_done(&v->basket);
		buf_done(&v->page);
		buf_done(&v->address);
	}
	fetcher_free(all->fetcher);
	manner_done(&all->manner);
	free(all->visit);
	free(all);
	d->sources = NULL;
}
