#include <stdio.h>

#include "daemon/ingest/address.h"
#include "daemon/source/visit.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"

/* What is wrong with an answer that is no page, as two sentences. */
static void
tell(struct fetched *f, char what[FETCHED_TEXT_MAX],
    const struct fetch_answer *a)
{
	if (a->error != FETCH_OK) {
		snprintf(what, FETCHED_TEXT_MAX, "It is not reached: %s.",
		    fetch_error_text(a->error));
		f->hint = fetch_error_hint(a->error);
	} else {
		snprintf(what, FETCHED_TEXT_MAX,
		    "It is not there: the web server answers %u.", a->status);
		f->hint = "See if the address is right and open to everybody.";
	}
	f->wrong = what;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct sources *all = arg;
	struct fetched f = {
	    .address = a->address, .type = a->type, .body = a->body};
	char what[FETCHED_TEXT_MAX];
	bool rests = true;

	if (a->error != FETCH_OK || a->status != 200)
		tell(&f, what, a);
	all->fetched(all->fetched_arg, &f);
	for (size_t i = 0; i < all->n; i++)
		rests = rests && all->visit[i].doing == DOING_REST;
	if (rests)
		fetcher_rest(all->fetcher);
}

int
sources_fetch(struct daemon *d, struct bytes address, fetched_fn fn, void *arg)
{
	struct sources *all = d->sources;
	struct fetch_request rq = {
	    .max = INGEST_DOCUMENT_MAX, .seconds = FETCH_SECONDS};
	struct buf b;
	int r;

	if (all == NULL)
		return QERR_ABSENT;
	buf_init(&b, FETCH_ADDRESS_MAX);
	address_escape(&b, address);
	rq.address = buf_bytes(&b);
	rq.near = visit_is_named(all, rq.address);
	all->fetched = fn;
	all->fetched_arg = arg;
	r = buf_err(&b);
	if (r == 0)
		r = fetcher_ask(all->fetcher, d->base, &rq, on_answer, all);
	if (r == 0)
		manner_went(&all->manner, rq.address, clock_now());
	buf_done(&b);
	return r;
}
