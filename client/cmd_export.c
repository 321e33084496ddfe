#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/app.h"
#include "client/home.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/import.h"
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

static int
write_out(const char *path, struct bytes data)
{
	int err;

	if (strcmp(path, "-") == 0) {
		say_bytes(data);
		return APP_DONE;
	}
	err = file_write(AT_FDCWD, path, data, 0644);
	return err == 0 ? APP_DONE : home_complain(path, err);
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
		capsule_armour(&text, buf_bytes(&b));
	exit = err != 0 ? home_complain("this article", err)
			: write_out(out->path,
			      buf_bytes(out->o->armour ? &text : &b));
	buf_done(&b);
	buf_done(&text);
	return exit;
}

static int
write_bundle(struct home *h, const struct options *o, const char *path)
{
	struct id feed;
	int fd, err;

	if (o->feed != NULL && (err = home_feed(h, o->feed, &feed)) != 0)
		return err;
	fd = strcmp(path, "-") == 0
		 ? STDOUT_FILENO
		 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return complain("%s cannot be written: %s.", path,
		    strerror(errno));
	err = export_bundle(h->store, o->feed != NULL ? &feed : NULL, o->tiers,
	    fd);
	if (err == 0 && fd != STDOUT_FILENO && fsync(fd) != 0)
		err = QERR_NOSPACE;
	if (fd != STDOUT_FILENO)
		close(fd);
	return err == 0 ? APP_DONE : home_complain(path, err);
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
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
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
