#include <limits.h>

#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/object/issues.h"

/* A header by itself, or a block of them. */

/* The charters that say who may sign stand in its tree, or in places named. */
static int
learn(struct verify *v, struct feed *f)
{
	char top[PATH_MAX];
	int err = verify_learn_known(v, f);

	/* TREE/feed/FEED/issues/BLOCK, or TREE/feed/FEED/head */
	for (int up = 3; up <= 4 && err == 0 && feed_charter(f) == NULL; up++) {
		verify_around(v, up, top, sizeof(top));
		err = verify_learn(f, top);
	}
	return err;
}

/* A header, which is that of issue |number|; 0: of any. */
static int
check_one(struct verify *v, struct feed *f, struct bytes file, uint64_t number)
{
	struct header h;
	int err = feed_check_head(f, file, &h);

	if (err == 0 && number > 0 && h.number != number)
		err = QERR_ORDER;
	if (err != 0)
		return verify_bad(v, err);
	verify_good(v, "header", &h.feed, feed_charter(f), &h, NULL);
	return verify_export(v, &h, file);
}

/* The number of the first in a block with the header |file|; 0: that is none. */
static uint64_t
first_of(struct bytes file)
{
	struct header h;

	return header_peek(&h, file) != 0 ? 0
					  : h.number - issues_place(h.number);
}

static int
check_all(struct verify *v, struct feed *f, const struct issues *is)
{
	/* One alone may be a head. */
	uint64_t first = is->n > 1 ? first_of(is->file[0]) : 0;
	int exit = APP_DONE, err;

	if (is->n > 1 && v->export != NULL)
		return complain("%s has %zu headers, and --export takes one, "
				"as of a capsule or the head of a tree.",
		    v->what, is->n);
	for (size_t i = 0; i < is->n && exit == APP_DONE; i++)
		exit = check_one(v, f, is->file[i], first > 0 ? first + i : 0);
	if (exit == APP_DONE &&
	    (err = issues_rest(is, buf_bytes(&v->bytes))) != 0)
		exit = verify_bad(v, err);
	return exit;
}

int
verify_header(struct verify *v)
{
	struct feed *f = NULL;
	struct issues is;
	struct header h;
	int err, exit;

	issues_split(&is, buf_bytes(&v->bytes));
	err = header_peek(&h, is.n > 0 ? is.file[0] : buf_bytes(&v->bytes));

	if (err == 0)
		err = verify_feed_id(v, &h.feed);
	if (err == 0 && (f = feed_new(&h.feed)) == NULL)
		err = QERR_NOMEM;
	if (err == 0)
		err = learn(v, f);
	if (err == 0 && feed_charter(f) == NULL) {
		feed_free(f);
		return complain(
		    "%s cannot be checked: the charters of its feed "
		    "are not in the tree around it. Name them: "
		    "--charter",
		    v->what);
	}
	exit = err == 0 ? check_all(v, f, &is) : verify_bad(v, err);
	feed_free(f);
	return exit;
}
