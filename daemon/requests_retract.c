#include <stdlib.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/*
 * What is taken back, or given up; where several keys sign, or the key is elsewhere, by a
 * draft.
 */

/* How many articles the newsroom wants to do without, or an error: what another node has
 * here and now is not lost. */
static int
how_many(struct daemon *d, const struct room *r, const struct ctl_request *rq,
    uint64_t *ret, struct buf *why)
{
	struct node_feed_stat st;

	if (dec_parse(ret, (const char *)rq->text.p, rq->text.n) != 0) {
		buf_put_str(why, "With --lost goes how many articles are given "
				 "up, as quire status tells.");
		return QERR_RANGE;
	}
	if (node_feed_stat(d->node, publisher_feed(r->p), &st) != 0 ||
	    st.packs_offered == 0)
		return 0;
	buf_printf(why,
	    "Nodes here have %zu packs of it, which are fetched: see quire "
	    "status.",
	    st.packs_offered);
	return QERR_AGAIN;
}

static int
retract(struct daemon *d, struct room *r, const struct ctl_request *rq,
    struct publisher_item *item, struct requests_issues *issues,
    struct buf *why)
{
	uint64_t n;
	int err;

	if ((rq->flags & CTL_LOST) == 0)
		return publisher_retract(r->p, rq->text, rq->reason, item,
		    requests_issue, issues, why);
	err = how_many(d, r, rq, &n, why);
	return err != 0 ? err
			: publisher_forgo(r->p, (size_t)n, rq->reason, item,
			      requests_issue, issues, why);
}

static int
retract_draft(struct daemon *d, struct room *r, struct control_client *c,
    const struct ctl_request *rq, struct publisher_item *item, struct buf *why)
{
	struct publisher_drafted drafted;
	struct buf b;
	uint64_t n;
	int err;

	buf_init(&b, 0);
	if ((rq->flags & CTL_LOST) == 0)
		err = publisher_retract_draft(r->p, rq->text, rq->reason,
		    rq->time, &b, &drafted, item, why);
	else if ((err = how_many(d, r, rq, &n, why)) == 0)
		err = publisher_forgo_draft(r->p, (size_t)n, rq->reason,
		    rq->time, &b, &drafted, item, why);
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
		err = retract_draft(d, r, c, rq, item, &why);
	else
		err = retract(d, r, rq, item, &issues, &why);
	room_committed(r);
	if (err == 0) {
		requests_document(c,
		    (rq->flags & CTL_LOST) != 0 ? bytes_str(item->title)
						: rq->text,
		    item);
		renewal_item(c, r);
	}
	requests_done(c, err, &why);
	buf_done(&why);
	free(item);
}
