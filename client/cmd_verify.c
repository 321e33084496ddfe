#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/armour.h"
#include "proto/object/capsule.h"
#include "proto/object/follow.h"

static bool
begins(const struct buf *b, const char *s)
{
	size_t n = strlen(s);

	return b->n >= n && memcmp(b->p, s, n) == 0;
}

static int
verify_file(struct verify *v)
{
	const struct buf *b = &v->bytes;
	struct charter c;
	int err = strcmp(v->what, "-") == 0
		      ? file_read_stdin(&v->bytes, CAPSULE_MAX)
		      : file_read(&v->bytes, AT_FDCWD, v->what, CAPSULE_MAX);

	if (err == QERR_TOOBIG)
		return verify_bundle(v); /* which may be of any size */
	if (err != 0)
		return complain_of(v->what, "read", err);
	if (b->n == 0)
		return complain("%s is empty.", v->what);
	if (begins(b, "<!DOCTYPE html>"))
		return verify_page(v);
	if (b->n > 262 && memcmp(b->p + 257, "ustar", 5) == 0)
		return verify_bundle(v);
	if (armour_is(ARMOUR_CHARTER, buf_bytes(b)) ||
	    (b->p[0] == 0x82 && charter_peek(&c, buf_bytes(b)) == 0))
		return verify_charter(v);
	if (b->p[0] == 0x82)
		return verify_header(v);
	if (b->p[0] >> 5 == 5 || armour_is(ARMOUR_CAPSULE, buf_bytes(b)))
		return verify_capsule(v, buf_bytes(b));
	return complain("%s is nothing that can be verified: a capsule, a page "
			"of \"quire unpack\", a tree, a bundle, a header or a "
			"charter.",
	    v->what);
}

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "good only if it is of this feed (its id or link)"},
    {'c', "charter", "PLACE",
	"know the charters there, too: a charter or revocation, a\n"
	"tree, a newsroom's folder; repeat"},
    {'e', "export", "FILE",
	"write the body of a header or charter to FILE and its\n"
	"signature (of several each under its key's id) to\n"
	"FILE.minisig; a revocation has no such form"},
    {0},
};

/* A feed's id, or the follow link that begins with it. */
static bool
feed_of(struct id *ret, const char *arg)
{
	static struct follow link; /* large, and used once */
	bool is = follow_parse(&link, bytes_str(arg)) == 0;

	if (is)
		*ret = link.feed;
	sodium_memzero(&link, sizeof(link));
	return is || id_parse(ret, arg, strlen(arg)) == 0;
}

/* As app_option(); APP_STOP with |*ret_exit| if it is used wrongly. */
static int
read_options(struct verify *v, int *ret_exit)
{
	const char *arg;
	int letter;

	while ((letter = app_option(v->a, &arg, ret_exit)) > 0) {
		if (letter == 'e') {
			v->export = arg;
		} else if (letter == 'c' && v->n_known == VERIFY_KNOWN_MAX) {
			*ret_exit =
			    complain("more than %d places are too many.",
				VERIFY_KNOWN_MAX);
			return APP_STOP;
		} else if (letter == 'c') {
			v->known[v->n_known++] = arg;
		} else if (feed_of(&v->feed, arg)) {
			v->any_feed = false;
		} else {
			*ret_exit = complain_usage(v->a,
			    "--feed takes the follow link, or the 52 characters "
			    "behind \"quire:\" in it.");
			return APP_STOP;
		}
	}
	return letter;
}

static int
run(struct app *a)
{
	struct verify v = {.a = a, .any_feed = true};
	struct stat st;
	int exit;

	if (read_options(&v, &exit) == APP_STOP)
		return exit;
	if (!app_operands(a, 1, v.export != NULL ? 1 : -1))
		return APP_USAGE;
	if ((exit = verify_known_check(&v)) != 0)
		return exit;
	buf_init(&v.bytes, 0);
	exit = APP_DONE;
	for (int i = a->at; i < a->argc; i++) {
		int one;

		v.what = a->argv[i];
		v.culprit = NULL;
		buf_clear(&v.bytes);
		one = stat(v.what, &st) == 0 && S_ISDIR(st.st_mode)
			  ? verify_folder(&v)
			  : verify_file(&v);
		exit = one != APP_DONE ? one : exit;
	}
	buf_done(&v.bytes);
	if (v.n_good > 0 && v.any_feed && !a->json && !a->quiet) {
		fflush(stdout);
		fputs(style(a, STYLE_DIM), stderr);
		note(a,
		    "The name is what its signer says. Compare the feed with "
		    "the one you trust: it begins the follow link.");
		fputs(style(a, STYLE_PLAIN), stderr);
	}
	return exit;
}

const struct cmd cmd_verify = {
    .name = "verify",
    .args = "FILE|FOLDER...",
    .what = "check signatures, trusting nobody",
    .option = options,
    .about =
	"Takes a capsule (also as text, also \"-\"), a page of \"quire unpack\", a tree\n"
	"(a folder), a bundle, a header or a charter. Needs no network, no store and no\n"
	"clock; knows what the file itself brings, and the charters named by --charter:\n"
	"a key that one of these ends is ended. If you follow the feed and know that an\n"
	"article was corrected or taken back since, it says so; it is no less good.\n"
	"Says whose signature it is; whether you trust that feed is yours to know:\n"
	"compare its id with the follow link's, or give it with --feed.",
    .run = run,
};
