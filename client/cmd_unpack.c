#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app.h"
#include "client/contents.h"
#include "client/home.h"
#include "client/newsrooms.h"
#include "client/page.h"
#include "client/progress.h"
#include "client/sweep.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/capsule.h"

#define BARE_TITLE_MAX 40 /* columns */

struct unpack {
	const struct app *a;
	struct home *h;
	int dir;
	struct newsrooms newsrooms;
	struct contents contents;
	struct map *kept; /* by sweep_key() */
	uint64_t all, done, missing;
	uint64_t bare;        /* articles without pictures of theirs */
	char bare_title[160]; /* the first of them */
	const char *where;    /* the folder, for messages */
	bool said;            /* what went wrong was */
	struct progress progress;
	char title[160];
	struct buf b, capsule;
};

static int
refuse(struct unpack *u, const char *path, const char *why)
{
	progress_end(&u->progress);
	complain("%s/%s cannot be written: %s.", u->where, path, why);
	u->said = true;
	return QERR_IO;
}

static const char *
reason(void)
{
	return errno == ENOSPC || errno == EDQUOT
		   ? "the disk is full. Free some space, then try again"
		   : strerror(errno);
}

/*
 * Plain files: pages can be made again, so nothing is synced.  The folder may be
 * on somebody's stick: links and pipes that lie there are not followed.
 */
static int
write_file(struct unpack *u, const char *path, struct bytes data)
{
	int fd = openat(u->dir, path,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		O_NOCTTY,
	    0644);
	struct stat st;
	int err = 0;

	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return refuse(u, path, reason());
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = refuse(u, path,
		    "it is a link or a pipe. Name a folder that is new or "
		    "empty");
	else if (file_write_all(fd, data) != 0)
		err = refuse(u, path, reason());
	if (fd >= 0 && close(fd) != 0 && err == 0)
		err = refuse(u, path, reason());
	return err;
}

static int
make_folder(struct unpack *u, const char *name)
{
	struct stat st;

	if (mkdirat(u->dir, name, 0755) != 0 && errno != EEXIST)
		return refuse(u, name, reason());
	if (fstatat(u->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISDIR(st.st_mode))
		return refuse(u, name,
		    "it is no folder. Name a folder that is new or empty");
	return 0;
}

/* A file of ours that is as it should be: sweep() leaves it. */
static int
keep(struct unpack *u, enum sweep_kind kind, const char *name)
{
	struct id key;

	return sweep_key(&key, kind, name) ? map_put(u->kept, &key, u) : 0;
}

static bool
is_there(const struct unpack *u, const char *path, const struct picture *p)
{
	struct stat st;

	/* Named by its hash; one that was cut short has another size. */
	return fstatat(u->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && st.st_size == (off_t)p->size;
}

/* Sets |have| for those that are there then. */
static int
write_pictures(struct unpack *u, const struct index_article *x,
    const struct article *a, bool have[ARTICLE_PICTURES_MAX])
{
	int err = 0;

	for (size_t i = 0; i < a->n_picture && err == 0; i++) {
		char path[PAGE_PICTURE_MAX + 16], name[PAGE_PICTURE_MAX];

		page_picture(name, &a->picture[i]);
		snprintf(path, sizeof(path), "pictures/%s", name);
		if (!is_there(u, path, &a->picture[i])) {
			buf_clear(&u->b);
			err = library_picture(u->h->library, x, &a->picture[i],
			    &u->b);
			if (err == 0)
				err = write_file(u, path, buf_bytes(&u->b));
		}
		have[i] = err == 0;
		if (err == 0)
			err = keep(u, SWEEP_PICTURE, name);
		if (err == QERR_ABSENT)
			err = 0; /* its words stand in its place */
	}
	return err;
}

/* True if a page shows the description of a picture in its place. */
static bool
lacks_picture(const struct article *a, const bool have[ARTICLE_PICTURES_MAX])
{
	for (size_t i = 0; i < a->n_picture; i++)
		if (!have[i] &&
		    !(a->picture[i].has_small && have[a->picture[i].small]))
			return true;
	return false;
}

static void
count_bare(struct unpack *u, const struct index_article *x)
{
	struct buf b;

	if (u->bare++ > 0)
		return;
	buf_init(&b, sizeof(u->bare_title) - 1);
	term_cut(&b, bytes_str(x->title), BARE_TITLE_MAX);
	snprintf(u->bare_title, sizeof(u->bare_title), "%.*s", (int)b.n,
	    b.n > 0 ? (const char *)b.p : "");
	buf_done(&b);
}

static int
list_article(struct unpack *u, const struct index_article *x, const char *name,
    const struct article *a)
{
	struct buf summary;
	int err;

	buf_init(&summary, 0);
	buf_put(&summary, a->summary.p, a->summary.n);
	buf_put_u8(&summary, 0);
	err = buf_err(&summary);
	if (err == 0)
		err = contents_add(&u->contents,
		    &(struct contents_entry){.name = name,
			.title = x->title,
			.lang = x->lang,
			.summary = (const char *)summary.p,
			.newsroom =
			    u->newsrooms.n > 1
				? newsrooms_name(&u->newsrooms, &x->feed)
				: NULL,
			.date = x->date,
			.number = x->number,
			.status = x->status});
	buf_done(&summary);
	return err;
}

/*
 * The page is made from the capsule that goes with it, so what is written is what
 * `quire verify` will find.
 */
static int
write_article(struct unpack *u, const struct index_article *x, const char *name)
{
	struct capsule_verdict *v = calloc(1, sizeof(*v));
	struct page p = {.name = name};
	char path[64];
	int err;

	buf_clear(&u->capsule);
	err = v == NULL ? QERR_NOMEM
			: library_capsule(u->h->library, x, false, &u->capsule);
	if (err == 0)
		err = capsule_open(v, buf_bytes(&u->capsule), NULL, 0);
	if (err == 0)
		err = write_pictures(u, x, &v->article, p.have);
	if (err == 0) {
		p.feed = &v->feed;
		p.charter = &v->charter;
		p.header = &v->header;
		p.article = &v->article;
		p.body = buf_bytes(&v->body);
		buf_clear(&u->b);
		err = page_article(&u->b, &p);
	}
	snprintf(path, sizeof(path), "a/%s.html", name);
	if (err == 0)
		err = write_file(u, path, buf_bytes(&u->b));
	snprintf(path, sizeof(path), "a/%s.quire", name);
	if (err == 0)
		err = write_file(u, path, buf_bytes(&u->capsule));
	if (err == 0)
		err = keep(u, SWEEP_PAGE, path + strlen("a/"));
	if (err == 0)
		err = list_article(u, x, name, &v->article);
	if (err == 0 && lacks_picture(&v->article, p.have))
		count_bare(u, x);
	if (v != NULL)
		capsule_verdict_done(v);
	free(v);
	return err;
}

static int
on_article(void *arg, const struct index_article *x)
{
	struct unpack *u = arg;
	char name[PAGE_NAME_LEN + 1], words[64];
	int err;

	hex_encode(name, x->id.b, ARTICLE_ID_LEN);
	err = write_article(u, x, name);
	u->done++;
	snprintf(words, sizeof(words), "%llu of %llu pages",
	    (unsigned long long)u->done, (unsigned long long)u->all);
	progress_say(&u->progress, words);
	if (err == QERR_ABSENT || err == QERR_BASE) {
		u->missing++;
		return 0;
	}
	return err;
}

static int
write_contents(void *arg, const char *file, struct bytes page)
{
	struct unpack *u = arg;
	int err = write_file(u, file, page);

	return err != 0 ? err : keep(u, SWEEP_CONTENTS, file);
}

/* What an earlier unpack left of articles and pictures that are no longer. */
static void
sweep_all(struct unpack *u)
{
	sweep(u->dir, ".", SWEEP_CONTENTS, u->kept);
	sweep(u->dir, "a", SWEEP_PAGE, u->kept);
	sweep(u->dir, "pictures", SWEEP_PICTURE, u->kept);
}

static int
on_feed(void *arg, const struct index_feed *f)
{
	struct unpack *u = arg;

	u->all += f->articles;
	if (u->title[0] == '\0')
		snprintf(u->title, sizeof(u->title), "%s", f->name);
	else
		snprintf(u->title, sizeof(u->title), "Articles");
	return 0;
}

static int
open_dir(struct unpack *u, const char *dir)
{
	int err = file_mkdirs(AT_FDCWD, dir, 0755);

	if (err == QERR_NOSPACE)
		return complain_of(dir, "made", err);
	u->where = dir;
	u->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (err != 0 || u->dir < 0)
		return complain("%s cannot be made or opened. Name another "
				"folder.",
		    dir);
	if (make_folder(u, "a") != 0 || make_folder(u, "pictures") != 0)
		return APP_FAILED;
	return APP_DONE;
}

static int
write_all(struct unpack *u, const struct id *feed)
{
	struct index_query q = {.feed = feed, .by_pack = true};
	int err = index_feeds(u->h->index, on_feed, u);

	if (err == 0)
		err = index_articles(u->h->index, &q, on_article, u);
	progress_end(&u->progress);
	u->contents.title = u->title;
	if (err == 0)
		err = contents_write(&u->contents, write_contents, u);
	if (err == 0 && feed == NULL)
		sweep_all(u);
	return err;
}

static void
say_what(const struct unpack *u)
{
	if (u->a->json)
		printf("{\"pages\":%zu,\"missing\":%llu,"
		       "\"without_pictures\":%llu}\n",
		    u->contents.n, (unsigned long long)u->missing,
		    (unsigned long long)u->bare);
	else
		say(u->a, "%zu page%s. Open %s/index.html in any browser.",
		    u->contents.n, u->contents.n == 1 ? "" : "s", u->where);
	if (u->bare > 0)
		note(u->a,
		    "Pictures of %llu of them are not here, as of “%s”; what "
		    "they show is said in their place. They come with: quire "
		    "sync",
		    (unsigned long long)u->bare, u->bare_title);
	if (u->missing > 0)
		note(u->a,
		    "Not here yet: %llu of the articles. Try: quire sync",
		    (unsigned long long)u->missing);
}

static int
unpack(struct unpack *u, const char *dir, const struct id *feed)
{
	int err, exit = open_dir(u, dir);

	if (exit != APP_DONE)
		return exit;
	err = write_all(u, feed);
	if (u->said)
		return APP_FAILED;
	if (err != 0)
		return home_complain("what was synced", err);
	if (u->contents.n == 0 && u->missing == 0)
		return complain(
		    "there is nothing to unpack yet. Try: quire sync");
	say_what(u);
	return APP_DONE;
}

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "only of this feed"},
    {0},
};

static int
run(struct app *a)
{
	struct home h = {0};
	struct unpack u = {.a = a, .h = &h, .dir = -1};
	const char *arg, *feed_ref = NULL;
	struct id feed;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0)
		feed_ref = arg;
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	buf_init(&u.b, 0);
	buf_init(&u.capsule, 0);
	exit = home_open(&h, a, false);
	if (exit == 0 && feed_ref != NULL)
		exit = home_feed(&h, feed_ref, &feed);
	if (exit == 0)
		exit = newsrooms_load(&u.newsrooms, &h);
	contents_init(&u.contents, "");
	if ((u.kept = map_new(0)) == NULL && exit == 0)
		exit = complain("out of memory.");
	if (exit == 0) {
		progress_begin(&u.progress, a);
		exit =
		    unpack(&u, a->argv[a->at], feed_ref != NULL ? &feed : NULL);
	}
	contents_done(&u.contents);
	newsrooms_done(&u.newsrooms);
	map_free(u.kept);
	buf_done(&u.b);
	buf_done(&u.capsule);
	if (u.dir >= 0)
		close(u.dir);
	home_close(&h);
	return exit;
}

const struct cmd cmd_unpack = {
    .name = "unpack",
    .args = "DIR",
    .what = "write everything as plain pages",
    .option = options,
    .about =
	"DIR/index.html lists them; each article is a page with its pictures and a\n"
	"capsule (.quire), its proof. The pages have no script and nothing remote:\n"
	"opening them tells nobody. They can be copied, printed and searched.",
    .run = run,
};
