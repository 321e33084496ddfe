#include "client/home.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/follow.h"

int
home_open(struct home *h, const struct app *a, bool change)
{
	int err;

	*h = (struct home){0};
	err = store_open(&h->store, a->state, !change);
	if (err == QERR_ABSENT && !change)
		return complain("nothing is followed yet: %s is not there. "
				"Begin with: quire follow LINK",
		    a->state);
	if (err != 0 && err != QERR_AGAIN)
		return complain("%s cannot be used: it %s. Name another with "
				"-C DIR.",
		    a->state, qerr_str(err));
	if (err == 0)
		err = index_open(&h->index, h->store);
	if (err == QERR_AGAIN)
		return complain("another quire is changing %s. Wait for it, "
				"then try again.",
		    a->state);
	if (err != 0)
		return complain("the index in %s cannot be used: it %s.",
		    a->state, qerr_str(err));
	h->library = library_new(h->store, h->index);
	return h->library == NULL ? complain("out of memory.") : 0;
}

void
home_close(struct home *h)
{
	library_free(h->library);
	index_close(h->index);
	store_close(h->store);
}

int
home_find(struct home *h, const char *ref,
    int (*fn)(void *, const struct index_article *), void *arg)
{
	int err = index_find(h->index, ref, fn, arg);

	if (err == QERR_ABSENT)
		return complain("there is no article \"%s\". See: quire list",
		    ref);
	if (err == QERR_DUPLICATE)
		return complain("\"%s\" fits several articles. Give more of "
				"it, or a number of: quire list",
		    ref);
	if (err < 0)
		return complain("the index cannot be used: it %s.",
		    qerr_str(err));
	return err;
}

struct search {
	const char *ref;
	struct id found;
	size_t exact, begin;
};

static int
look(void *arg, const struct index_feed *f)
{
	struct search *s = arg;
	char id[ID_TEXT_LEN + 1];
	size_t n = strlen(s->ref);

	id_text(id, &f->feed);
	if (strcmp(id, s->ref) == 0 || strcmp(f->name, s->ref) == 0) {
		s->found = f->feed;
		s->exact++;
	} else if (s->exact == 0 && n > 0 &&
		   (strncmp(id, s->ref, n) == 0 ||
		       strncmp(f->name, s->ref, n) == 0)) {
		s->found = f->feed;
		s->begin++;
	}
	return 0;
}

int
home_feed(struct home *h, const char *ref, struct id *ret)
{
	struct search s = {.ref = ref};
	static struct follow link; /* large, and used once */
	int err;

	if (follow_parse(&link, bytes_str(ref)) == 0) {
		*ret = link.feed;
		return 0;
	}
	if ((err = index_feeds(h->index, look, &s)) != 0)
		return home_complain("the index", err);
	if (s.exact > 1 || (s.exact == 0 && s.begin > 1))
		return complain(
		    "\"%s\" fits several feeds. Give the id of one: "
		    "quire list --feeds",
		    ref);
	if (s.exact + s.begin == 0)
		return complain("no feed is called \"%s\". See: quire list "
				"--feeds",
		    ref);
	*ret = s.found;
	return 0;
}

int
home_complain(const char *what, int err)
{
	switch (err) {
	case QERR_NOSPACE:
		return complain("%s: no space is left on the disk. Free some, "
				"then try again: nothing is lost.",
		    what);
	case QERR_ABSENT:
		return complain("%s is not here yet. Try: quire sync", what);
	case QERR_BASE:
		return complain("%s needs an older part of the feed that is "
				"not here. Try: quire sync",
		    what);
	case QERR_AEAD:
		return complain("%s cannot be opened with the reading key of "
				"the follow link. Ask the newsroom for its "
				"present link.",
		    what);
	default:
		return complain("%s %s.", what, qerr_str(err));
	}
}
