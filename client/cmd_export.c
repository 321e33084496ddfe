#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app.h"
#include "client/home.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/import.h"
#include "proto/object/armour.h"
#include "proto/object/capsule.h"

enum {
	O_CAPSULE = 256,
	O_BUNDLE,
};

struct options {
	const char *capsule, *feed;
	bool bundle, armour, bare;
	unsigned tiers;
};

struct out {
	struct home *h;
	const struct options *o;
	const char *path;
};

/*
 * What is to be written over or beside: only a plain file is replaced, never a
 * device or a pipe that lies there.
 */
static int
check_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return complain("%s is no file. Name another; \"-\" is "
				"standard output.",
		    path);
	return 0;
}

static int
write_out(const char *path, struct bytes data)
{
	int err;

	if (strcmp(path, "-") == 0) {
		say_bytes(data);
		return APP_DONE;
	}
	if (check_path(path) != 0)
		return APP_FAILED;
	err = file_write(AT_FDCWD, path, data, 0644);
	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}

static int
on_article(void *arg, const struct index_article *x)
{
	struct out *out = arg;
	struct buf b, text;
	int err, exit;

	buf_init(&b, CAPSULE_MAX);
	buf_init(&text, 0);
	err = library_capsule(out->h->library, x, !out->o->bare, &b);
	if (err == 0 && out->o->armour)
		armour_put(&text, ARMOUR_CAPSULE, buf_bytes(&b));
	exit = err != 0 ? home_complain("this article", err)
			: write_out(out->path,
			      buf_bytes(out->o->armour ? &text : &b));
	buf_done(&b);
	buf_done(&text);
	return exit;
}

/* Beside the file first, so that an older one is there until this is whole. */
static int
write_bundle_file(struct home *h, const struct id *feed, unsigned tiers,
    const char *path)
{
	char tmp[PATH_MAX];
	int fd = file_beside(tmp, AT_FDCWD, path, 0644), err;

	if (fd < 0)
		return complain_of(path, "written", fd);
	err = export_bundle(h->store, feed, tiers, fd);
	if (err == 0 && fsync(fd) != 0)
		err = errno == ENOSPC ? QERR_NOSPACE : QERR_IO;
	if (close(fd) != 0 && err == 0)
		err = QERR_IO;
	if (err != 0)
		unlink(tmp);
	else
		err = file_replace(tmp, AT_FDCWD, path);
	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}

struct synced {
	const struct id *feed; /* NULL: any */
	bool any;
};

static int
look_synced(void *arg, const struct index_feed *f)
{
	struct synced *s = arg;

	if (f->charter > 0 && (s->feed == NULL || id_eq(s->feed, &f->feed)))
		s->any = true;
	return 0;
}

static int
write_bundle(struct home *h, const struct options *o, const char *path)
{
	struct id feed;
	const struct id *only = NULL;
	struct synced s = {.feed = NULL};
	int err;

	if (o->feed != NULL) {
		if (home_feed(h, o->feed, &feed) != 0)
			return APP_FAILED;
		only = s.feed = &feed;
	}
	if ((err = index_feeds(h->index, look_synced, &s)) != 0)
		return home_complain("the index", err);
	if (!s.any)
		return complain("there is nothing to hand on yet. Try: quire "
				"sync");
	if (strcmp(path, "-") == 0) {
		err = export_bundle(h->store, only, o->tiers, STDOUT_FILENO);
		return err == 0
			   ? APP_DONE
			   : complain_of("standard output", "written", err);
	}
	if (check_path(path) != 0)
		return APP_FAILED;
	return write_bundle_file(h, only, o->tiers, path);
}

static const struct cmd_option options[] = {
    {O_CAPSULE, "capsule", "ARTICLE", "one article with its proof"},
    {O_BUNDLE, "bundle", NULL, "everything kept, as a tar: for a stick"},
    {'f', "feed", "FEED", "of a bundle: only this feed"},
    {'t', "text-only", NULL, "without pictures"},
    {'a', "armour", NULL, "a capsule as lines of text, for a chat"},
    {0},
};

static int
run(struct app *a)
{
	struct options o = {.tiers = (1u << TIERS) - 1};
	struct home h = {0};
	struct out out = {.h = &h, .o = &o};
	const char *arg;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		switch (letter) {
		case O_CAPSULE:
			o.capsule = arg;
			break;
		case O_BUNDLE:
			o.bundle = true;
			break;
		case 'f':
			o.feed = arg;
			break;
		case 't':
			o.bare = true;
			o.tiers = 1u << TIER_HEADS | 1u << TIER_TEXT;
			break;
		default:
			o.armour = true;
			break;
		}
	}
	if (letter == APP_STOP)
		return exit;
	if ((o.capsule != NULL) == o.bundle)
		return complain_usage(a, "it is either --capsule ARTICLE or "
					 "--bundle.");
	if (o.bundle ? o.armour : o.feed != NULL)
		return complain_usage(a, o.bundle
					     ? "--armour goes with --capsule."
					     : "--feed goes with --bundle.");
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	if (strcmp(a->argv[a->at], "-") == 0 && !o.armour && isatty(1))
		return complain("that is no text, for a terminal. Name a "
				"file%s.",
		    o.bundle ? "" : ", or say --armour");
	out.path = a->argv[a->at];
	exit = home_open(&h, a, false);
	if (exit == 0)
		exit = o.bundle ? write_bundle(&h, &o, out.path)
				: home_find(&h, o.capsule, on_article, &out);
	home_close(&h);
	return exit;
}

const struct cmd cmd_export = {
    .name = "export",
    .args = "FILE",
    .what = "hand articles on: one as a capsule, all as a bundle",
    .option = options,
    .about =
	"A capsule is one article with its proof, for mail or a chat; its receiver\n"
	"checks it with \"quire verify\", offline. A bundle is a tar for a stick: its\n"
	"receiver, who must have the follow link, says \"quire sync FILE\". FILE \"-\"\n"
	"is standard output.",
    .run = run,
};
