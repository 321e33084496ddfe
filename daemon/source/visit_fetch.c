#include "daemon/source/visit.h"

#include "daemon/ingest/address.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"

#define BUSY_MS 200 /* until the fetcher is asked again */

bool
visit_is_named(const struct sources *all, struct bytes address)
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
	ret->max = picture ? WORKER_PICTURE_MAX : INGEST_DOCUMENT_MAX;
	ret->seconds = FETCH_SECONDS;
	ret->local = address_is_file(source) && address_is_file(ret->address);
	ret->near = visit_is_named(v->all, ret->address);
	return buf_err(&v->address) == 0;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct visit *v = arg;
	struct fetch_request rq;

	/* The pause begins now: it may have waited for a child, or been slow. */
	manner_went(&v->all->manner, buf_bytes(&v->address), clock_now());
	if (!v->for_robots) {
		visit_deliver(v, a, false);
		return;
	}
	v->for_robots = false;
	if (!request_of(v, &rq) ||
	    manner_learn(&v->all->manner, rq.address, a, clock_now()))
		visit_again(v, 0);
	else
		visit_deliver(v, a, false);
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
		    .seconds = FETCH_SECONDS,
		    .near = rq->near};
	}
	r = fetcher_ask(all->fetcher, all->d->base, rq, on_answer, v);
	buf_done(&robots);
	if (r == 0) {
		manner_went(&all->manner, address, clock_now());
	} else if (r == QERR_AGAIN) {
		visit_again(v, BUSY_MS);
	} else {
		v->for_robots = false;
		visit_deliver(v, &none, false);
	}
}

void
visit_fetch(struct visit *v)
{
	static const struct fetch_answer none = {0};
	static const struct fetch_answer no = {.error = FETCH_LONG};
	struct fetch_request rq;
	when_ms now = clock_now(), until = 0;

	if (!request_of(v, &rq)) {
		visit_deliver(v, &no, false);
		return;
	}
	switch (manner_ask(&v->all->manner, rq.address, v->delay, now,
	    &until)) {
	case MANNER_WAIT:
		visit_again(v, until - now);
		return;
	case MANNER_FORBID:
		visit_deliver(v, &none, true);
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
