#include "daemon/press/publisher.h"

#include <sodium.h>
#include <stdlib.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"

const char *
publisher_outcome_name(enum publisher_outcome o)
{
	static const char *const names[] = {
	    "new", "corrected", "unchanged", "retracted", "refused"};

	return names[o];
}

const struct id *
publisher_feed(const struct publisher *p)
{
	return &p->feed;
}

struct bytes
publisher_langs(const struct publisher *p)
{
	return bytes_str(p->lang);
}

const char *
publisher_name(const struct publisher *p)
{
	return p->name;
}

uint64_t
publisher_head(const struct publisher *p)
{
	return p->n_pending > 0 ? p->pending[0].number - 1
				: feed_head(p->chain);
}

uint64_t
publisher_time(const struct publisher *p)
{
	return p->last_time;
}

size_t
publisher_articles(const struct publisher *p)
{
	return map_count(p->ledger.map);
}

enum publisher_signs
publisher_signs(const struct publisher *p)
{
	return p->has_secret ? PUBLISHER_SIGNS
	       : p->may_not  ? PUBLISHER_MAY_NOT
	       : charter_quorum(feed_charter(p->chain), press_next(p)) > 1
		   ? PUBLISHER_NOT_ALONE
		   : PUBLISHER_NO_KEY;
}

/*
 * A key that was revoked or has not begun signs nothing, nor does one alone where
 * several have to: then the feed is served, and its issues are signed elsewhere.
 */
bool
press_signs(struct publisher *p)
{
	const struct charter *c = feed_charter(p->chain);
	const struct key *k;

	if (!p->has_secret)
		return false;
	p->may_not =
	    charter_signer(c, p->secret.pub.id, press_next(p), &k) != 0 ||
	    !key_eq(k, &p->secret.pub);
	if (p->may_not || charter_quorum(c, press_next(p)) > 1) {
		key_secret_done(&p->secret);
		p->has_secret = false;
	}
	return p->has_secret;
}

int
publisher_open(struct publisher **ret, const struct publisher_config *cfg,
    struct buf *why)
{
	struct publisher *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return QERR_NOMEM;
	p->store = cfg->store;
	p->worker = cfg->worker;
	p->rules = cfg->rules;
	p->per_issue =
	    cfg->per_issue > 0 ? cfg->per_issue : PUBLISHER_PER_ISSUE;
	p->says = cfg->says;
	p->published = cfg->published;
	p->arg = cfg->arg;
	p->result = p->ended = -1;
	buf_init(&p->header, 0);
	shelf_view_init(&p->view);
	r = issue_init(&p->issue);
	if (r == 0)
		r = press_open_folder(p, cfg->folder, cfg->pass, why);
	if (r != 0) {
		publisher_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void
publisher_close(struct publisher *p)
{
	if (p == NULL)
		return;
	press_stop_volume(p);
	if (p->chain != NULL)
		press_cancel(p);
	shelf_view_done(&p->view);
	shelf_done(&p->shelf);
	ledger_done(&p->ledger);
	issue_done(&p->issue);
	feed_free(p->chain);
	buf_done(&p->header);
	free(p->pending);
	free(p->told);
	free(p->added);
	free(p->renew);
	key_secret_done(&p->secret);
	sodium_memzero(p, sizeof(*p));
	free(p);
}

int
publisher_keep_promise(struct publisher *p, uint64_t now, struct buf *why)
{
	int r = p->open ? 0 : press_settle(p);

	if (r != 0)
		press_failed(p, why, "What was published cannot be read", r);
	if (r != 0 || p->open || !press_signs(p) || feed_head(p->chain) == 0 ||
	    now < PUBLISHER_CLOCK_MIN || now < publisher_promised(p, now))
		return r;
	r = press_header(p, NULL, 0, 0);
	if (r == 0)
		r = press_commit(p, NULL, NULL);
	if (r != 0) {
		press_cancel(p);
		press_failed(p, why, "The promised issue cannot be published",
		    r);
	}
	return r;
}

uint64_t
publisher_promised(const struct publisher *p, uint64_t now)
{
	if (feed_head(p->chain) == 0)
		return 0;
	return p->last_time > now && p->last_time - now > p->last_next
		   ? now
		   : p->last_time + p->last_next;
}
