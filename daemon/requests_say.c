#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* What requests have in common: whose they are, what they bring, and what is answered. */

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

bool
requests_renewal(struct ctl_item *it, const struct room *r)
{
	struct publisher_renewal x;

	publisher_renewal(r->p, &x);
	if (x.volumes == 0 && !x.looking)
		return false;
	ctl_add_flag(it, "renewing_search", x.looking);
	ctl_add_number(it, "renewing", x.volumes);
	ctl_add_number(it, "renewing_first", x.first);
	ctl_add_number(it, "renewing_last", x.last);
	ctl_add_number(it, "renewed_bytes", x.done);
	ctl_add_number(it, "renewing_bytes", x.all);
	ctl_add_flag(it, "renewing_failed", r->failed);
	return true;
}
