#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"

/* TRY of an address: it is fetched first, by the child that fetches for sources. */
#define AGAIN_MS  200 /* until that is asked again .. */
#define AGAIN_MAX 300 /* .. a minute long */

/* An address that is being fetched for |c|, which waits for it. */
struct errand {
	struct daemon *d;
	struct control_client *c;
	struct event *again;
	unsigned tries;
	struct buf asked, at, body;
	enum ingest_kind kind;
	bool ready;
	char wrong[FETCHED_TEXT_MAX]; /* it did not come */
	const char *hint;
};

static void
errand_free(struct errand *e)
{
	if (e == NULL)
		return;
	if (e->again != NULL)
		event_free(e->again);
	buf_done(&e->asked);
	buf_done(&e->at);
	buf_done(&e->body);
	free(e);
}

static bool
says(struct bytes type, const char *word)
{
	return memmem(type.p, type.n, word, strlen(word)) != NULL;
}

static enum ingest_kind
kind_of(struct bytes type)
{
	if (type.n == 0 || says(type, "html"))
		return INGEST_HTML;
	if (says(type, "xml") || says(type, "json"))
		return INGEST_FEED;
	return says(type, "text/plain") ? INGEST_TEXT : INGEST_HTML;
}

static void
end(struct errand *e, const char *wrong, const char *hint)
{
	snprintf(e->wrong, sizeof(e->wrong), "%s", wrong);
	e->hint = hint;
	e->ready = true;
	control_later(e->c, e->d->jobs);
}

static void
on_fetched(void *arg, const struct fetched *f)
{
	struct errand *e = arg;

	if (f->wrong != NULL) {
		end(e, f->wrong, f->hint);
		return;
	}
	e->kind = kind_of(f->type);
	buf_put(&e->at, f->address.p, f->address.n);
	buf_put(&e->body, f->body.p, f->body.n);
	if (buf_err(&e->at) != 0 || buf_err(&e->body) != 0)
		end(e, "It does not fit into memory.", "");
	else
		end(e, "", "");
}

/* Sources are fetched by the same child, one after the other. */
static void
ask(evutil_socket_t unused, short what, void *arg)
{
	static const struct timeval later = {.tv_usec = AGAIN_MS * 1000};
	struct errand *e = arg;
	int err = sources_fetch(e->d, buf_bytes(&e->asked), on_fetched, e);

	(void)unused;
	(void)what;
	if (err == QERR_AGAIN && e->tries++ < AGAIN_MAX)
		event_add(e->again, &later);
	else if (err == QERR_AGAIN)
		end(e, "Sources are being fetched all the time.",
		    "Try again later.");
	else if (err == QERR_ABSENT)
		end(e, "This quired publishes no feed, so it fetches nothing.",
		    "Save the page, and try the file.");
	else if (err == QERR_TOOBIG)
		end(e, "The address is too long.", "");
	else if (err != 0)
		end(e, "The child that fetches cannot be started.",
		    "See the log.");
}

void
requests_address_fetch(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct errand *e;

	if (d->errand != NULL) {
		control_fail(c, 1, "Try again in a moment.",
		    "Another address is being tried.");
		return;
	}
	e = calloc(1, sizeof(*e));
	if (e != NULL)
		e->again = evtimer_new(d->base, ask, e);
	if (e == NULL || e->again == NULL) {
		errand_free(e);
		control_fail(c, 1, "", "Memory is short.");
		return;
	}
	e->d = d;
	e->c = c;
	buf_init(&e->asked, 0);
	buf_init(&e->at, 0);
	buf_init(&e->body, 0);
	buf_put(&e->asked, rq->address.p, rq->address.n);
	d->errand = e;
	control_wait(c);
	ask(-1, 0, e);
}

void
requests_address_try(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct errand *e = d->errand;
	struct bytes at = buf_bytes(&e->at);
	struct draft_source src = {
	    .kind = e->kind, .data = buf_bytes(&e->body), .file = at, .at = at};

	if (e->wrong[0] != '\0')
		control_fail(c, 1, e->hint, "%s", e->wrong);
	else
		requests_try_source(d, c, rq, &src);
	d->errand = NULL;
	errand_free(e);
}

void
requests_address_stop(struct daemon *d)
{
	errand_free(d->errand);
	d->errand = NULL;
}
