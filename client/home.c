#include "client/home.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"
#include "proto/object/follow.h"

static int
complain_of_home(const struct app *a, int err)
{
	if (err == QERR_AGAIN)
		return complain("another quire is changing %s. Wait for it, "
				"then try again.",
		    a->state);
	if (err == QERR_ENCODING && log_held()[0] != '\0')
		return complain("%s.", log_held()); /* one file, and its cure */
	return complain_of(a->state, "used", err);
}

int
home_begin(struct home *h, const struct app *a, bool change)
{
	int err;

	*h = (struct home){0};
	if (a->state[0] == '\0')
		return complain("there is no home to keep in what you follow. "
				"Name a folder with -C DIR.");
	err = store_open(&h->store, a->state, !change);
	if (err == QERR_ABSENT && access(a->state, F_OK) == 0)
		return complain("%s is no folder. Name another with -C DIR.",
		    a->state);
	if (err == QERR_ABSENT && !change)
		return complain("nothing is followed yet: %s is not there. "
				"Begin with: quire follow LINK",
		    a->state);
	if (err == QERR_VERSION)
		return complain("%s was written by a newer quire, and is left "
				"as it is. Use that one, or name another with "
				"-C DIR.",
		    a->state);
	if (err == 0)
		err = index_begin(&h->index, h->store);
	if (err != 0)
		return complain_of_home(a, err);
	h->library = library_new(h->store, h->index);
	return h->library == NULL ? complain("out of memory.") : 0;
}

int
home_ready(struct home *h, const struct app *a)
{
	int err = index_ready(h->index);

	return err != 0 ? complain_of_home(a, err) : 0;
}

int
home_open(struct home *h, const struct app *a, bool change)
{
	int exit = home_begin(h, a, change);

	return exit != 0 ? exit : home_ready(h, a);
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
		return complain_of("the index", "used", err);
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
	static struct follow link; /* large, and used once */
	char id[ID_TEXT_LEN + 1];
	struct search s = {.ref = ref};
	int err;

	if (follow_parse(&link, bytes_str(ref)) == 0) {
		id_text(id, &link.feed);
		s.ref = id;
	}
	if ((err = index_feeds(h->index, look, &s)) != 0)
		return home_complain("the index", err);
	if (s.exact > 1 || (s.exact == 0 && s.begin > 1))
		return complain(
		    "\"%s\" fits several feeds. Give the id of one: "
		    "quire list --feeds",
		    s.ref);
	if (s.exact + s.begin == 0)
		return complain("no feed that is followed is called \"%s\". "
				"See: quire list --feeds",
		    s.ref);
	*ret = s.found;
	return 0;
}

int
home_complain(const char *what, int err)
{
	switch (err) {
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
		return complain_of(what, "used", err);
	}
}
