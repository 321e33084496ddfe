#include <stdlib.h>

#include "daemon/daemon_inner.h"
#include "proto/base/text.h"

/* What is taken back; where several keys sign, or the key is elsewhere, by a draft. */

static int
retract_draft(struct room *r, struct control_client *c,
    const struct ctl_request *rq, struct publisher_item *item, struct buf *why)
{
	struct publisher_drafted drafted;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = publisher_retract_draft(r->p, rq->text, rq->reason, rq->time, &b,
	    &drafted, item, why);
	if (err == 0)
		err = requests_drafted(c, rq->fd[0], r->p, buf_bytes(&b),
		    &drafted, why);
	buf_wipe(&b);
	return err;
}

/* It is out; of what follows the client asks FEEDS. */
static void
renewal_item(struct control_client *c, const struct room *r)
{
	char feed[ID_TEXT_LEN + 1];
	struct ctl_item it;

	id_text(feed, publisher_feed(r->p));
	ctl_item_init(&it, "renewal");
	ctl_add_text(&it, "feed", bytes_str(feed));
	if (requests_renewal(&it, r))
		control_item(c, &it);
}

void
requests_retract(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct room *r = requests_room(d, c, rq->feed);
	struct publisher_item *item = calloc(1, sizeof(*item));
	struct requests_issues issues = {.c = c};
	struct buf why;
	int err;

	if (r == NULL || item == NULL) {
		free(item);
		return;
	}
	issues.feed = publisher_feed(r->p);
	buf_init(&why, 0);
	room_unwatch(r);
	if (rq->n_fd == 1 && ((rq->flags & CTL_DRAFTING) != 0 ||
				 publisher_signs(r->p) != PUBLISHER_SIGNS))
		err = retract_draft(r, c, rq, item, &why);
	else
		err = publisher_retract(r->p, rq->text, rq->reason, item,
		    requests_issue, &issues, &why);
	room_committed(r);
	if (err == 0) {
		requests_document(c, rq->text, item);
		renewal_item(c, r);
	}
	requests_done(c, err, &why);
	buf_done(&why);
	free(item);
}
