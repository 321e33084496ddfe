#include <sys/stat.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/edition.h"

/* What is signed elsewhere: it leaves as a draft, and comes back to be released. */

static void
draft_item(struct control_client *c, const struct id *of,
    const struct publisher_drafted *d)
{
	char feed[ID_TEXT_LEN + 1], hash[ID_TEXT_LEN + 1];
	struct ctl_item it;

	id_text(feed, of);
	id_text(hash, &d->hash);
	ctl_item_init(&it, "draft");
	ctl_add_text(&it, "feed", bytes_str(feed));
	ctl_add_text(&it, "hash", bytes_str(hash));
	ctl_add_number(&it, "number", d->number);
	ctl_add_number(&it, "time", d->time);
	ctl_add_number(&it, "articles", d->articles);
	ctl_add_flag(&it, "more", d->more);
	ctl_add_flag(&it, "lacks", d->lacks);
	control_item(c, &it);
}

int
requests_drafted(struct control_client *c, int fd, const struct publisher *p,
    struct bytes draft, const struct publisher_drafted *d, struct buf *why)
{
	struct stat st;

	/* A pipe would be waited for. */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    file_write_all(fd, draft) != 0) {
		buf_put_str(why, "The draft cannot be written.");
		return QERR_IO;
	}
	draft_item(c, publisher_feed(p), d);
	return 0;
}

/* Of no documents: the next promise, or the volume that is due. */
static int
draft_of_none(struct publisher *p, const struct ctl_request *rq, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	if ((rq->flags & CTL_PROMISE) != 0)
		return publisher_promise_draft(p, rq->time, b, ret, why);
	return publisher_volume_draft(p, rq->time, b, ret, why);
}

void
requests_draft(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct room *r = control_draft(c);
	bool none = r == NULL;
	struct publisher_drafted drafted;
	struct buf b, why;
	int err;

	if (none && (r = requests_room(d, c, rq->feed)) == NULL)
		return;
	buf_init(&b, 0);
	buf_init(&why, 0);
	control_set_draft(c, NULL);
	err = none ? draft_of_none(r->p, rq, &b, &drafted, &why)
		   : publisher_draft(r->p, &b, &drafted, &why);
	if (err == 0)
		err = requests_drafted(c, rq->fd[0], r->p, buf_bytes(&b),
		    &drafted, &why);
	if (!none)
		publisher_cancel(r->p);
	requests_done(c, err, &why);
	buf_wipe(&b);
	buf_done(&why);
}

/* Whose issue it is, it says itself. */
static int
release(struct daemon *d, struct control_client *c, struct bytes file,
    struct buf *why)
{
	struct requests_issues issues = {.c = c};
	struct edition e;
	struct room *r = NULL;
	struct id feed;
	int err = edition_decode(&e, file);

	if (err == 0)
		err = edition_feed(&feed, &e);
	for (size_t i = 0; i < d->n_room && err == 0 && r == NULL; i++)
		if (id_eq(publisher_feed(d->room[i].p), &feed))
			r = &d->room[i];
	if (err != 0)
		buf_printf(why, "It is no issue that can be released: it %s.",
		    qerr_str(err));
	else if (r == NULL)
		buf_put_str(why, "It is an issue of a feed that this quired "
				 "does not publish.");
	if (r == NULL)
		return err != 0 ? err : QERR_ABSENT;
	issues.feed = &feed;
	room_unwatch(r);
	err = publisher_release(r->p, file, requests_issue, &issues, why);
	room_committed(r);
	if (err == 0) /* a promise may be kept by it */
		jobs_add(d->jobs, &r->minute);
	return err;
}

void
requests_release(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct buf b, why;
	int err;

	buf_init(&b, 0);
	buf_init(&why, 0);
	err = requests_read(&b, rq->fd[0], EDITION_MAX);
	if (err == QERR_TOOBIG)
		buf_put_str(&why, "It is too large for an issue.");
	else if (err != 0)
		buf_put_str(&why, "It cannot be read.");
	else
		err = release(d, c, buf_bytes(&b), &why);
	requests_done(c, err, &why);
	buf_wipe(&b);
	buf_done(&why);
}
