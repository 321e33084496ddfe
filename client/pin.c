#include "client/pin.h"

#include "client/app.h"
#include "proto/base/qerr.h"
#include "proto/host/import.h"
#include "proto/object/feed.h"
#include "proto/object/issues.h"

struct search {
	struct import_source *src;
	const struct charter *old;
	struct feed
	    *found; /* the feed that |old| belongs to, without headers */
	struct buf b;
};

/* The tree's feed |id| up to charter |s->old|, if it is a charter of that feed. */
static int
look(void *arg, const struct id *id)
{
	struct search *s = arg;
	struct tree_name t = {.kind = TREE_CHARTER, .id = *id};
	struct feed *f;
	uint64_t floor;
	int err = 0;

	if (s->found != NULL)
		return 0;
	if ((f = feed_new(id)) == NULL)
		return QERR_NOMEM;
	for (t.number = 1; t.number <= s->old->version && err == 0; t.number++)
		if ((err = import_get(s->src, &t, CHARTER_FILE_MAX, &s->b)) ==
		    0)
			err = feed_add_charter(f, buf_bytes(&s->b), &floor);
	if (err == 0 && id_eq(&feed_charter(f)->hash, &s->old->hash))
		s->found = f;
	else
		feed_free(f);
	return qerr_is_fatal(err) ? err : 0;
}

/* Those of a block that live, each by its own signature; QERR_REVOKED: one does not, and
 * nothing that follows it. */
static int
take_block(struct search *s, const struct charter *next,
    const struct issues *is)
{
	struct header h;
	int err = 0;

	for (size_t i = 0; i < is->n && err == 0; i++) {
		err = header_peek(&h, is->file[i]);
		if (err == 0 && charter_signers(next, h.signer[0], h.m,
				    feed_head(s->found) + 1) != 0)
			return QERR_REVOKED;
		if (err == 0)
			err = feed_add_header(s->found, is->file[i], &h);
	}
	return err;
}

/* The issues that are there and live. */
static int
take_issues(struct search *s, const struct charter *next)
{
	struct tree_name t = {
	    .kind = TREE_ISSUES, .id = *feed_id(s->found), .number = 1};
	struct issues is = {.n = ISSUES_BLOCK};
	int err = 0;

	for (; is.n == ISSUES_BLOCK && err == 0; t.number++) {
		err = import_get(s->src, &t, ISSUES_MAX, &s->b);
		if (err == 0) {
			issues_split(&is, buf_bytes(&s->b));
			err = take_block(s, next, &is);
		}
	}
	if (err == 0 || err == QERR_ABSENT || err == QERR_REVOKED)
		return APP_DONE;
	return complain("issue %llu of the tree cannot be pinned: it %s.",
	    (unsigned long long)feed_head(s->found) + 1, qerr_str(err));
}

static int
pin_found(struct search *s, struct charter *next, const char *where)
{
	int exit;

	if (s->found == NULL)
		return complain("%s does not hold this feed with the charter "
				"in force. Name a tree that does, such as "
				"quired's own.",
		    where);
	if ((exit = take_issues(s, next)) != APP_DONE)
		return exit;
	if (feed_head(s->found) == 0)
		return complain("%s holds no issue of this feed that "
				"stands.",
		    where);
	if (feed_head(s->found) < s->old->pin)
		return complain("%s holds %llu issues, and %llu are pinned "
				"already.",
		    where, (unsigned long long)feed_head(s->found),
		    (unsigned long long)s->old->pin);
	next->pin = feed_head(s->found);
	history_root(feed_history(s->found), &next->pin_root);
	return APP_DONE;
}

int
pin_history(struct charter *next, const struct charter *old, const char *where)
{
	struct search s = {.old = old};
	int exit, err = import_open(&s.src, where, NULL);

	buf_init(&s.b, 0);
	if (err == 0)
		err = import_feeds(s.src, look, &s);
	if (s.src != NULL && err == QERR_ABSENT)
		err = 0; /* no tree at all holds no feed */
	exit = err != 0 ? complain_of(where, "read", err)
			: pin_found(&s, next, where);
	feed_free(s.found);
	import_close(s.src);
	buf_done(&s.b);
	return exit;
}
