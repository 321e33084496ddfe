#include <stdio.h>
#include <stdlib.h>

#include "daemon/daemon_inner.h"
#include "daemon/ingest/webfeed.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

static const char *const not_signed[] = {
    [PUBLISHER_SIGNS] = "",
    [PUBLISHER_NO_KEY] = "The feed's secret.key is not on this machine.",
    [PUBLISHER_MAY_NOT] =
	"The charter does not let this machine's secret.key sign.",
    [PUBLISHER_NOT_ALONE] = "The charter wants several signatures on an issue.",
};

static void
do_publish(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct room *r = requests_room(d, c, rq->feed);
	int err;

	if (r == NULL)
		return;
	if (control_draft(c) != NULL) {
		control_fail(c, 2, "", "One publishing at a time.");
		return;
	}
	if ((rq->flags & CTL_DRAFTING) != 0)
		err = publisher_begin_draft(r->p, (rq->flags & CTL_SLOW) != 0,
		    rq->time);
	else
		err = publisher_begin(r->p,
		    (rq->flags & CTL_SLOW) != 0 || r->slow,
		    (rq->flags & CTL_DRY_RUN) != 0);
	if (err == QERR_KEY) {
		control_fail(c, 1,
		    "Make a draft, sign it where the key is, release it: quire draft --help",
		    "%s", not_signed[publisher_signs(r->p)]);
		return;
	}
	if (err != 0) {
		control_fail(c, 1, "Try again in a moment.",
		    err == QERR_AGAIN ? "Something else is being published now."
				      : "Publishing cannot begin: %s.",
		    qerr_str(err));
		return;
	}
	control_set_draft(c, r);
	control_next(c);
}

/* Of a feed each entry is a document of its own; it is called by its number. */
static int
add_entries(struct control_client *c, struct room *r, struct draft_source *src,
    struct publisher_item *item)
{
	char name[CTL_NAME_MAX + 32];
	int err = 0;

	for (; err == 0 && src->entry < WEBFEED_ENTRIES_MAX; src->entry++) {
		err = publisher_add(r->p, src, item);
		snprintf(name, sizeof(name), "%.*s, entry %zu",
		    (int)src->file.n, (const char *)src->file.p,
		    src->entry + 1);
		if (err == 0)
			requests_document(c,
			    item->all_refused ? src->file : bytes_str(name),
			    item);
		if (err == 0 && item->all_refused)
			return 0;
	}
	if (err != QERR_ABSENT)
		return err;
	if (src->entry ==
	    1) { /* the loop has counted the one that is not there */
		item->outcome = PUBLISHER_REFUSED;
		snprintf(item->message, sizeof(item->message),
		    "It is a feed with no entry in it.");
		requests_document(c, src->file, item);
	}
	return 0;
}

/* What became of it is |item|, or told already; an error ends the batch. */
static int
take_document(struct control_client *c, struct room *r,
    const struct ctl_request *rq, struct publisher_item *item)
{
	struct ctl_request copy = *rq;
	struct draft_source src = {
	    .file = rq->text, .open = requests_picture, .arg = &copy};
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = requests_read(&b, rq->fd[0], INGEST_DOCUMENT_MAX);
	src.data = buf_bytes(&b);
	item->outcome = PUBLISHER_REFUSED;
	if (err == QERR_TOOBIG || err == QERR_IO) {
		snprintf(item->message, sizeof(item->message),
		    err == QERR_IO ? "It cannot be read."
				   : "It is larger than 8 MiB.");
		err = 0;
	} else if (err == 0 && !ingest_kind_of(&src.kind, rq->text)) {
		snprintf(item->message, sizeof(item->message),
		    "It is no document by its name: .html, .md, .txt, .xml, "
		    ".rss, .atom and .json are.");
	} else if (err == 0) {
		err = src.kind == INGEST_FEED ? add_entries(c, r, &src, item)
					      : publisher_add(r->p, &src, item);
	}
	if (err == 0 && src.kind != INGEST_FEED)
		requests_document(c, rq->text, item);
	buf_done(&b);
	return err;
}

static void
do_document(struct control_client *c, const struct ctl_request *rq)
{
	struct room *r = control_draft(c);
	struct publisher_item *item = calloc(1, sizeof(*item));
	int err;

	if (r == NULL || rq->n_fd == 0 || item == NULL) {
		control_fail(c, 1, "", "No publishing has begun.");
		free(item);
		return;
	}
	err = take_document(c, r, rq, item);
	if (err != 0) {
		control_set_draft(c, NULL);
		publisher_cancel(r->p);
		control_fail(c, 1,
		    err == QERR_NOSPACE ? "Nothing of this run was published. "
					  "Free space, and try again."
					: "Nothing of this run was published.",
		    "Publishing failed: %s.", qerr_str(err));
	} else {
		control_next(c);
	}
	free(item);
}

static void
do_commit(struct control_client *c)
{
	struct room *r = control_draft(c);
	struct requests_issues a = {.c = c};
	struct buf why;
	int err;

	if (r == NULL) {
		control_fail(c, 1, "", "No publishing has begun.");
		return;
	}
	a.feed = publisher_feed(r->p);
	buf_init(&why, 0);
	control_set_draft(c, NULL);
	err = publisher_commit(r->p, requests_issue, &a, &why);
	if (err != 0)
		control_fail(c, 1, "Nothing of this run was published.", "%.*s",
		    (int)why.n, (const char *)why.p);
	else
		control_done(c);
	buf_done(&why);
	if (err == 0)
		room_committed(r);
}

/* A document of it may be on its way: the job after that. */
void
requests_closed(void *arg, void *draft)
{
	struct daemon *d = arg;
	struct room *r = draft;

	if (d->jobs != NULL)
		jobs_add(d->jobs, &r->cancel);
}

void
requests_press(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	if (rq->kind == CTL_TRY) {
		requests_try(d, c, rq);
		return;
	}
	if (!control_is_later(c)) {
		control_later(c, d->jobs);
		return;
	}
	switch ((int)rq->kind) { /* those of publishing */
	case CTL_PUBLISH:
		do_publish(d, c, rq);
		break;
	case CTL_DOCUMENT:
		do_document(c, rq);
		break;
	case CTL_COMMIT:
		do_commit(c);
		break;
	case CTL_DRAFT:
		requests_draft(d, c, rq);
		break;
	case CTL_RELEASE:
		requests_release(d, c, rq);
		break;
	default:
		requests_retract(d, c, rq);
	}
}
