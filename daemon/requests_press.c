#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon_inner.h"
#include "daemon/ingest/webfeed.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

struct room *
requests_room(struct daemon *d, struct control_client *c, struct bytes feed)
{
	struct room *r = rooms_find(d, feed);

	if (r != NULL)
		return r;
	if (d->n_room == 0)
		control_fail(c, 1,
		    "Make one: quire key new FOLDER; then \"publish FOLDER\" in quired.conf.",
		    "This quired publishes no feed.");
	else if (feed.p == NULL)
		control_fail(c, 2, "Say which: --feed NAME",
		    "This quired publishes several feeds.");
	else
		control_fail(c, 1, "See: quire status",
		    "This quired publishes no feed that is called that.");
	return NULL;
}

void
requests_done(struct control_client *c, int err, struct buf *why)
{
	if (err != 0 && why->n == 0)
		buf_printf(why, "It %s.", qerr_str(err));
	if (err != 0)
		control_fail(c, 1, "", "%.*s", (int)why->n,
		    (const char *)why->p);
	else
		control_done(c);
}

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

int
requests_picture(void *arg, struct bytes src)
{
	const struct ctl_request *rq = arg;

	for (size_t i = 0; i < rq->n_picture; i++)
		if (bytes_eq(rq->picture[i], src))
			return dup(rq->fd[i + 1]);
	return -1;
}

int
requests_read(struct buf *b, int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return QERR_IO; /* a pipe would be waited for */
	for (;;) {
		uint8_t *p = buf_grow(b, 65536);
		ssize_t n;

		if (p == NULL)
			return buf_err(b);
		n = read(fd, p, 65536);
		b->n -= 65536 - (n > 0 ? (size_t)n : 0);
		if (n < 0)
			return QERR_IO;
		if (n == 0)
			return 0;
		if (b->n > max)
			return QERR_TOOBIG;
	}
}

void
requests_change(struct control_client *c, const struct change *x)
{
	for (size_t i = 0; i < x->n_quote; i++) {
		struct ctl_item it;

		ctl_item_init(&it, "change");
		if (x->quote[i].before[0] != '\0')
			ctl_add_text(&it, "before",
			    bytes_str(x->quote[i].before));
		if (x->quote[i].after[0] != '\0')
			ctl_add_text(&it, "after",
			    bytes_str(x->quote[i].after));
		control_item(c, &it);
	}
}

void
requests_document(struct control_client *c, struct bytes file,
    const struct publisher_item *x)
{
	struct ctl_item it;

	ctl_item_init(&it, "document");
	ctl_add_text(&it, "file", file);
	ctl_add_text(&it, "outcome",
	    bytes_str(publisher_outcome_name(x->outcome)));
	if (x->title[0] != '\0')
		ctl_add_text(&it, "title", bytes_str(x->title));
	if (x->lang[0] != '\0')
		ctl_add_text(&it, "lang", bytes_str(x->lang));
	ctl_add_number(&it, "revision", x->revision);
	ctl_add_number(&it, "pictures", x->pictures);
	if (x->message[0] != '\0')
		ctl_add_text(&it, "message", bytes_str(x->message));
	if (x->outcome == PUBLISHER_CORRECTED && x->change.parts[0] != '\0') {
		ctl_add_text(&it, "parts", bytes_str(x->change.parts));
		ctl_add_number(&it, "removed", x->change.removed);
		ctl_add_number(&it, "added", x->change.added);
		ctl_add_flag(&it, "more", x->change.more);
	}
	control_item(c, &it);
	requests_change(c, &x->change);
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

void
requests_issue(void *arg, const struct publisher_issue *i)
{
	const struct requests_issues *a = arg;
	char id[ID_TEXT_LEN + 1];
	struct ctl_item it;

	id_text(id, a->feed);
	ctl_item_init(&it, "issue");
	ctl_add_text(&it, "feed", bytes_str(id));
	ctl_add_number(&it, "number", i->number);
	ctl_add_number(&it, "articles", i->articles);
	ctl_add_number(&it, "bytes", i->bytes);
	control_item(a->c, &it);
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
