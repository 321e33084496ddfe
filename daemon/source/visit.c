#include "daemon/source/visit.h"

#include <stdio.h>

#include "proto/host/entropy.h"
#include "proto/host/log.h"

#define ACTIVE_MAX 4 /* turns under way at once: each holds what it fetched */

void
visit_again(struct visit *v, uint64_t ms)
{
	struct timeval tv = {
	    .tv_sec = (time_t)(ms / 1000), .tv_usec = (int)(ms % 1000) * 1000};

	event_add(v->timer, &tv);
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

	visit_tell(v);
	if (v->lost)
		visit_forget_turn(v);
	else
		visit_save(v);
	basket_done(&v->basket);
	basket_init(&v->basket);
	buf_done(&v->page);
	if (v->fresh > 0)
		log_info("source %u: %zu new or corrected", v->number,
		    v->fresh);
	v->fresh = 0;
	v->lost = false;
	v->doing = DOING_REST;
	if (active(v->all) == 0)
		fetcher_rest(v->all->fetcher);
	visit_again(v, v->s.due > now ? v->s.due - now : 0);
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
	visit_again(v, 0);
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

/* --- what comes --- */

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

void
visit_deliver(struct visit *v, const struct fetch_answer *a, bool forbidden)
{
	struct source_event ev = {
	    .type = SOURCE_ANSWER, .answer = a, .forbidden = forbidden};
	bool good = !forbidden && a->error == FETCH_OK && a->status == 200;

	if (v->doing == DOING_PICTURES) {
		basket_picture(&v->basket, good ? a->body : bytes_of(NULL, 0),
		    !good && !forbidden && source_may_come(a));
		visit_again(v, 0);
		return;
	}
	if (good)
		keep(v, a);
	step(v, &ev);
}

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
	if (!v->s.in_more)
		visit_refused_none(v);
	step(v, &ev);
	ingest_list_done(&l);
	buf_done(&why);
}

static void
taken(struct visit *v, bool partly)
{
	struct source_event ev = {.type = SOURCE_TAKEN, .partly = partly};

	step(v, &ev);
}

static void
take(struct visit *v)
{
	struct bytes none = {NULL, 0};
	struct basket_item *it = basket_add(&v->basket, v->ask.entry,
	    v->ask.page ? buf_bytes(&v->page) : none,
	    v->ask.page ? bytes_str(v->page_at) : none);

	if (it == NULL) {
		v->lost = true;
		taken(v, false);
		return;
	}
	basket_look(&v->basket, v->all->d->worker, buf_bytes(&v->room->rules));
	v->doing = DOING_PICTURES;
	visit_again(v, 0);
}

/* A second time it comes with all its pictures: it must not lose those it had. */
static void
pictures(struct visit *v)
{
	bool partly = basket_is_partly(&v->basket);

	if (basket_wants(&v->basket) != NULL) {
		visit_fetch(v);
		return;
	}
	if (partly && v->ask.again)
		basket_drop(&v->basket);
	taken(v, partly);
}

/* What needs the worker or the publisher. */
void
visit_on_job(void *arg)
{
	struct visit *v = arg;
	struct source_event ev = {.type = SOURCE_ENDED};

	if (v->doing == DOING_LIST) {
		list(v);
	} else if (v->doing == DOING_TAKE) {
		take(v);
	} else if (visit_pour(v)) {
		ev.lost = v->lost;
		if (v->ask.type == SOURCE_END)
			step(v, &ev);
		else
			turn_to(v);
	}
}

void
visit_on_time(evutil_socket_t fd, short what, void *arg)
{
	struct visit *v = arg;
	struct source_event ev = {.type = SOURCE_TIME};

	(void)fd;
	(void)what;
	switch (v->doing) {
	case DOING_REST:
		if (clock_now() < v->s.due || active(v->all) >= ACTIVE_MAX)
			visit_again(v, VISIT_LATER_MS);
		else
			step(v, &ev);
		break;
	case DOING_FETCH:
		visit_fetch(v);
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
