#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/home.h"
#include "client/listing.h"
#include "client/passage.h"
#include "client/progress.h"
#include "client/terms.h"
#include "proto/base/fold.h"
#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/markup.h"

#define WORDS_MAX 16 /* of the command line */
#define LIMIT     40

/*
 * Texts lie together in packs, in another order than they are listed in.  So all of
 * them are read first, pack by pack, and then those that fit are listed.
 */
struct search {
	struct app *a;
	struct home h;
	struct terms terms;
	struct index_query query;
	size_t limit;
	struct map *found; /* passages, by feed and article */
	struct buf text, fold;
	uint64_t absent, done;
	struct progress progress;
	struct listing list;
};

static void
key_of(struct id *key, const struct index_article *x)
{
	/* The article's id is made of the feed's. */
	memset(key, 0, sizeof(*key));
	memcpy(key->b, x->id.b, ARTICLE_ID_LEN);
}

/* What a person sees of an article, and where its own words begin. */
static size_t
gather(struct search *s, const struct index_article *x)
{
	struct library_article r;
	size_t begin;
	int err = library_read(s->h.library, x, &r);

	buf_clear(&s->text);
	buf_printf(&s->text, "%s\n%s\n", x->title, x->authors);
	begin = s->text.n;
	s->absent += err != 0;
	if (err == 0) {
		buf_put(&s->text, r.article.summary.p, r.article.summary.n);
		if (r.article.summary.n > 0)
			buf_put_u8(&s->text, '\n');
		markup_text(&s->text, r.body);
	}
	return begin;
}

/* Every term is somewhere in it. */
static bool
fits(const struct search *s)
{
	for (size_t i = 0; i < s->terms.n; i++)
		if (passage_find(buf_bytes(&s->fold),
			buf_bytes(&s->terms.term[i])) == SIZE_MAX)
			return false;
	return true;
}

static int
remember(struct search *s, const struct index_article *x, size_t begin)
{
	struct bytes text = bytes_of(s->text.p + begin, s->text.n - begin);
	struct buf *passage = calloc(1, sizeof(*passage));
	size_t at = SIZE_MAX;
	struct id key;
	int err;

	if (passage == NULL)
		return QERR_NOMEM;
	buf_clear(&s->fold);
	fold_text(&s->fold, text);
	for (size_t i = 0; i < s->terms.n && at == SIZE_MAX; i++)
		at = passage_find(buf_bytes(&s->fold),
		    buf_bytes(&s->terms.term[i]));
	if (at != SIZE_MAX)
		passage_cut(passage, text, buf_bytes(&s->fold), at);
	key_of(&key, x);
	err = buf_err(passage) != 0 ? QERR_NOMEM
				    : map_put(s->found, &key, passage);
	if (err != 0) {
		buf_done(passage);
		free(passage);
	}
	return err;
}

static int
on_text(void *arg, const struct index_article *x)
{
	struct search *s = arg;
	size_t begin = gather(s, x);
	char words[64];

	snprintf(words, sizeof(words), "%llu texts searched",
	    (unsigned long long)++s->done);
	progress_say(&s->progress, words);
	buf_clear(&s->fold);
	fold_text(&s->fold, buf_bytes(&s->text));
	if (buf_err(&s->text) != 0 || buf_err(&s->fold) != 0)
		return QERR_NOMEM;
	return fits(s) ? remember(s, x, begin) : 0;
}

static int
on_entry(void *arg, const struct index_article *x)
{
	struct search *s = arg;
	const struct buf *passage;
	struct id key;

	key_of(&key, x);
	passage = map_get(s->found, &key);
	if (passage != NULL && s->list.n < s->limit)
		listing_add(&s->list, x, buf_bytes(passage));
	return 0;
}

static void
tell(const struct search *s)
{
	size_t all = map_count(s->found);

	if (all == 0)
		note(s->a, "Nothing with %s.",
		    s->terms.n == 1 ? "these words" : "all of these words");
	else if (all > s->list.n)
		note(s->a, "The newest %zu of %zu; all: --limit 0.", s->list.n,
		    all);
	if (s->absent > 0)
		note(s->a,
		    "Of %llu article%s the text is not here yet: only title "
		    "and author were searched. Try: quire sync",
		    (unsigned long long)s->absent, s->absent == 1 ? "" : "s");
}

static int
search(struct search *s)
{
	int err, exit = listing_begin(&s->list, s->a, &s->h);

	if (exit != 0)
		return exit;
	progress_begin(&s->progress, s->a);
	s->query.by_pack = true;
	err = index_articles(s->h.index, &s->query, on_text, s);
	progress_end(&s->progress);
	s->query.by_pack = false;
	if (err == 0)
		err = index_articles(s->h.index, &s->query, on_entry, s);
	if (err != 0)
		return home_complain("the index", err);
	if ((exit = listing_end(&s->list)) == APP_DONE && !s->a->json)
		tell(s);
	return exit;
}

static int
take_terms(struct search *s)
{
	struct app *a = s->a;
	int err = 0;

	if (!app_operands(a, 1, WORDS_MAX))
		return APP_USAGE;
	for (int i = a->at; i < a->argc && err == 0; i++)
		err = terms_add(&s->terms, a->argv[i]);
	if (err == QERR_MISSING)
		return complain_usage(a, "a word is empty.");
	if (err == QERR_TEXT)
		return complain_usage(a, "a word is not UTF-8.");
	if (err == QERR_FULL)
		return complain_usage(a, "these are more than %d words.",
		    TERMS_MAX);
	return err == 0 ? APP_DONE : complain("out of memory.");
}

static void
search_done(struct search *s)
{
	const struct id *key;
	struct buf *passage;
	size_t at = 0;

	while ((passage = map_next(s->found, &at, &key)) != NULL) {
		buf_done(passage);
		free(passage);
	}
	map_free(s->found);
	listing_done(&s->list);
	terms_done(&s->terms);
	buf_done(&s->text);
	buf_done(&s->fold);
	home_close(&s->h);
}

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "only of this feed"},
    {'l', "lang", "LANG", "only in this language"},
    {'u', "unread", NULL, "only what was not read yet"},
    {'n', "limit", "N", "at most N (0: all; without --json 40)"},
    {0},
};

static int
run(struct app *a)
{
	struct search s = {.a = a, .limit = a->json ? SIZE_MAX : LIMIT};
	const char *arg, *feed_ref = NULL;
	unsigned long long v;
	struct id feed;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'f') {
			feed_ref = arg;
		} else if (letter == 'l') {
			s.query.lang = arg;
		} else if (letter == 'u') {
			s.query.unread = true;
		} else {
			if (!app_number("--limit", arg, 0, 1000000000, &v))
				return APP_USAGE;
			s.limit = v == 0 ? SIZE_MAX : (size_t)v;
		}
	}
	if (letter == APP_STOP)
		return exit;
	if ((s.found = map_new(0)) == NULL)
		return complain("out of memory.");
	if ((exit = take_terms(&s)) == 0)
		exit = home_open(&s.h, a, false);
	if (exit == 0 && feed_ref != NULL) {
		exit = home_feed(&s.h, feed_ref, &feed);
		s.query.feed = &feed;
	}
	if (exit == 0)
		exit = search(&s);
	search_done(&s);
	return exit;
}

const struct cmd cmd_search = {
    .name = "search",
    .args = "WORD...",
    .what = "find articles by what stands in them",
    .option = options,
    .about =
	"Lists articles that hold all the words, in the title, among the authors or in\n"
	"the text, whatever their case; several words in quotes are searched as one, and\n"
	"which kind of quotes or apostrophes a text has makes no difference.\n"
	"Nothing is asked of anybody: what is here is searched, and no list of the words\n"
	"that occur in it lies on the disk.",
    .run = run,
};
