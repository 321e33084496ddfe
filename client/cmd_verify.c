#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app.h"
#include "client/date.h"
#include "client/json.h"
#include "client/keys.h"
#include "client/page.h"
#include "client/progress.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/import.h"
#include "proto/host/shelf.h"
#include "proto/object/capsule.h"
#include "proto/object/feed.h"

#define BATCH 128

struct verify {
	struct app *a;
	const char *what; /* the file or folder, for messages */
	bool any_feed;
	struct id feed; /* the one trusted, unless any_feed */
	const char *export;
	struct buf bytes;
};

/* Text of a stranger, safe on a terminal. */
static void
put(struct bytes text)
{
	struct buf b;

	buf_init(&b, 0);
	term_cut(&b, text, TERM_WIDTH_MAX);
	say_bytes(buf_bytes(&b));
	buf_done(&b);
}

static int
bad(const struct verify *v, int err)
{
	if (qerr_is_fatal(err)) /* which says nothing about what it holds */
		return complain_of(v->what, "read", err);
	return complain("%s is NOT good: it %s.", v->what, qerr_str(err));
}

static int
check_feed(const struct verify *v, const struct id *feed)
{
	return v->any_feed || id_eq(feed, &v->feed) ? 0 : QERR_FEED;
}

/* One of a header's signatures; where there are several, each under its key's id. */
static int
export_signature(const char *where, const struct header *h,
    const struct key_sig *sig)
{
	char path[PATH_MAX], comment[HEADER_COMMENT_MAX];
	char id[HEX_LEN(KEY_ID_LEN) + 1];
	struct buf b;
	int err;

	hex_encode(id, sig->id, KEY_ID_LEN);
	if (h->m == 1)
		snprintf(path, sizeof(path), "%s.minisig", where);
	else
		snprintf(path, sizeof(path), "%s.%s.minisig", where, id);
	buf_init(&b, 0);
	header_comment(comment, h->number, &h->feed);
	key_minisig(&b, sig, "signature from a quire header", comment);
	err = file_write(AT_FDCWD, path, buf_bytes(&b), 0644);
	buf_done(&b);
	return err;
}

/* A header's body and signatures as minisign knows them. */
static int
export_header(const struct verify *v, const struct header *h, struct bytes file)
{
	struct signed_file f;
	int err = signed_decode(&f, file, HEADER_SIGNERS_MAX);

	if (v->export == NULL)
		return APP_DONE;
	for (size_t i = 0; i < f.n_sig && err == 0; i++)
		err = export_signature(v->export, h, &f.sig[i]);
	if (err == 0)
		err = file_write(AT_FDCWD, v->export, f.body, 0644);
	return err == 0 ? APP_DONE : complain_of(v->export, "written", err);
}

/* The verdict. */

static void
say_json(const struct verify *v, const char *kind, const struct id *feed,
    struct bytes newsroom, const struct header *h, struct bytes title)
{
	char id[ID_TEXT_LEN + 1], key[HEX_LEN(KEY_ID_LEN) + 1];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	id_text(id, feed);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_str(&j, "file", v->what);
	json_bool(&j, "good", true);
	json_str(&j, "kind", kind);
	json_str(&j, "feed", id);
	json_text(&j, "newsroom", newsroom);
	json_uint(&j, "issue", h->number);
	json_open(&j, "keys", '[');
	for (size_t i = 0; i < h->m; i++) {
		hex_encode(key, h->signer[i], KEY_ID_LEN);
		json_str(&j, NULL, key);
	}
	json_close(&j, ']');
	if (title.p != NULL)
		json_text(&j, "title", title);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

static void
say_good(const struct verify *v, const char *kind, const struct id *feed,
    const struct charter *c, const struct header *h, const struct article *art)
{
	char id[ID_TEXT_LEN + 1], keys[KEYS_SIGNERS_MAX];

	if (v->a->json) {
		say_json(v, kind, feed, c->name, h,
		    art != NULL ? art->title : (struct bytes){NULL, 0});
		return;
	}
	if (v->a->quiet)
		return;
	id_text(id, feed);
	keys_signers(keys, h);
	printf("%sGood%s: ", style(v->a, STYLE_GOOD), style(v->a, STYLE_PLAIN));
	if (art != NULL) {
		put(art->title);
		if (art->status != ARTICLE_NEW)
			fputs(art->status == ARTICLE_RETRACTED ? " (taken back)"
							       : " (corrected)",
			    stdout);
	} else {
		fputs(kind, stdout);
	}
	fputs("\nSigned by ", stdout);
	put(c->name);
	printf(", issue %llu, %s\nFeed      %s\n",
	    (unsigned long long)h->number, keys, id);
	if (v->any_feed)
		note(v->a,
		    "%sThe name is what its signer says. Compare the feed "
		    "with the one you trust: it begins the follow link.%s",
		    style(v->a, STYLE_DIM), style(v->a, STYLE_PLAIN));
}

/* Capsules, and pages made from them. */

static int
verify_capsule(struct verify *v, struct bytes file)
{
	struct capsule_verdict *c = calloc(1, sizeof(*c));
	struct buf plain;
	int err, exit;

	buf_init(&plain, CAPSULE_MAX);
	err = c == NULL ? QERR_NOMEM : 0;
	if (err == 0 && capsule_is_armoured(file)) {
		err = capsule_unarmour(&plain, file);
		file = buf_bytes(&plain);
	}
	if (err == 0)
		err = capsule_open(c, file, NULL, 0);
	if (err == 0)
		err = check_feed(v, &c->feed);
	if (err == 0) {
		say_good(v, "capsule", &c->feed, &c->charter, &c->header,
		    &c->article);
		exit = export_header(v, &c->header, c->header_file);
	} else {
		exit = bad(v, err);
	}
	if (c != NULL)
		capsule_verdict_done(c);
	free(c);
	buf_done(&plain);
	return exit;
}

static bool
picture_ok(const char *folder, const struct picture *p)
{
	char path[PATH_MAX], name[PAGE_PICTURE_MAX];
	struct buf b;
	struct id h;
	bool ok = true;

	page_picture(name, p);
	snprintf(path, sizeof(path), "%s/../pictures/%s", folder, name);
	buf_init(&b, 0);
	if (file_read(&b, AT_FDCWD, path, PICTURE_MAX) == 0) {
		picture_hash(&h, buf_bytes(&b));
		ok = b.n == p->size && id_eq(&h, &p->hash);
	}
	buf_done(&b);
	return ok;
}

/* Which pictures were there when a page was made: those it names. */
static void
pictures_named(bool have[ARTICLE_PICTURES_MAX], const struct article *a,
    struct bytes page)
{
	char name[PAGE_PICTURE_MAX];

	for (size_t i = 0; i < a->n_picture; i++) {
		page_picture(name, &a->picture[i]);
		have[i] = memmem(page.p, page.n, name, strlen(name)) != NULL;
	}
}

static int
compare_page(struct verify *v, const struct capsule_verdict *c,
    const char *folder, const char *name)
{
	struct page p = {.feed = &c->feed,
	    .charter = &c->charter,
	    .header = &c->header,
	    .article = &c->article,
	    .body = buf_bytes(&c->body),
	    .name = name};
	struct buf b;
	bool same;

	buf_init(&b, 0);
	pictures_named(p.have, p.article, buf_bytes(&v->bytes));
	same = page_article(&b, &p) == 0 &&
	       bytes_eq(buf_bytes(&b), buf_bytes(&v->bytes));
	buf_done(&b);
	if (!same)
		return complain("%s is NOT good: the page is not the signed "
				"article that its capsule holds.",
		    v->what);
	for (size_t i = 0; i < c->article.n_picture; i++)
		if (!picture_ok(folder, &c->article.picture[i]))
			return complain("%s is NOT good: picture %zu was "
					"changed.",
			    v->what, i + 1);
	say_good(v, "page", &c->feed, &c->charter, &c->header, &c->article);
	return APP_DONE;
}

static int
verify_page(struct verify *v)
{
	struct capsule_verdict *c = calloc(1, sizeof(*c));
	char path[PATH_MAX], copy[PATH_MAX], name[PATH_MAX], *base, *dot;
	struct buf b;
	int err, exit;

	snprintf(copy, sizeof(copy), "%s", v->what);
	snprintf(name, sizeof(name), "%s", v->what);
	base = basename(name);
	if ((dot = strrchr(base, '.')) != NULL)
		*dot = '\0';
	snprintf(path, sizeof(path), "%.2000s/%.255s.quire", dirname(copy),
	    base);
	buf_init(&b, 0);
	err =
	    c == NULL ? QERR_NOMEM : file_read(&b, AT_FDCWD, path, CAPSULE_MAX);
	if (err == QERR_ABSENT) {
		exit = complain("%s cannot be checked: %s, its proof, is not "
				"beside it.",
		    v->what, path);
	} else if (err != 0) {
		exit = complain_of(path, "read", err);
	} else {
		err = capsule_open(c, buf_bytes(&b), NULL, 0);
		if (err == 0)
			err = check_feed(v, &c->feed);
		snprintf(copy, sizeof(copy), "%s", v->what);
		exit = err != 0 ? bad(v, err)
				: compare_page(v, c, dirname(copy), base);
	}
	if (c != NULL)
		capsule_verdict_done(c);
	free(c);
	buf_done(&b);
	return exit;
}

/* Trees: folders and bundles. */

struct tree {
	struct verify *v;
	struct import_source *src;
	size_t feeds, bad;
};

struct walk {
	struct feed *feed;
	struct shelf shelf;
	struct header head;
	uint64_t packs, absent;
	char at[TREE_PATH_MAX];
};

static int
walk_charters(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {
	    .kind = TREE_CHARTER, .id = *feed_id(w->feed), .number = 1};
	uint64_t floor;
	int err;

	for (; (err = import_get(t->src, &n, CHARTER_FILE_MAX, b)) == 0;
	     n.number++) {
		tree_path(w->at, &n);
		if ((err = feed_add_charter(w->feed, buf_bytes(b), &floor)) !=
		    0)
			return err;
	}
	tree_path(w->at, &n);
	return err == QERR_ABSENT && n.number > 1 ? 0 : err;
}

/* What one signature covers together; if it does not hold, |w->at| is the first. */
static int
add_headers(struct walk *w, const struct bytes *file, size_t n)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = *feed_id(w->feed)};
	struct header h;
	int err = feed_add_headers(w->feed, file, n);

	if (err == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		t.number = feed_head(w->feed) + 1;
		tree_path(w->at, &t);
		if ((err = feed_add_header(w->feed, file[i], &h)) != 0)
			return err;
	}
	return 0;
}

static int
walk_headers(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {
	    .kind = TREE_ISSUE, .id = *feed_id(w->feed), .number = 1};
	struct buf all;
	struct bytes file[BATCH];
	size_t end[BATCH], count = 0, at = 0;
	int err;
	bool more = true;

	buf_init(&all, 0);
	for (err = 0; err == 0 && more; n.number++) {
		tree_path(w->at, &n);
		err = import_get(t->src, &n, HEADER_FILE_MAX, b);
		more = err == 0;
		if (err == QERR_ABSENT)
			err = 0;
		if (more) {
			buf_put(&all, b->p, b->n);
			end[count++] = all.n;
		}
		if (err != 0 || (more && count < BATCH) || count == 0)
			continue;
		at = 0;
		for (size_t i = 0; i < count; i++) {
			file[i] = bytes_of(all.p + at, end[i] - at);
			at = end[i];
		}
		err = add_headers(w, file, count);
		for (size_t i = 0; i < count && err == 0; i++)
			if ((err = header_peek(&w->head, file[i])) == 0)
				err = shelf_add(&w->shelf, &w->head);
		buf_clear(&all);
		count = 0;
	}
	buf_done(&all);
	return err;
}

/* The head is the last of the issues; if it is further on, some are missing. */
static int
walk_head(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {.kind = TREE_HEAD, .id = *feed_id(w->feed)};
	struct header h;
	int err;

	tree_path(w->at, &n);
	err = import_get(t->src, &n, HEADER_FILE_MAX, b);
	if (err == 0)
		err = feed_check_head(w->feed, buf_bytes(b), &h);
	if (err == 0) {
		n.kind = TREE_ISSUE;
		n.number = feed_head(w->feed) + 1;
		tree_path(w->at, &n);
		return QERR_ABSENT;
	}
	return err == QERR_ABSENT || err == QERR_DUPLICATE ||
		       err == QERR_ROLLBACK
		   ? 0
		   : err;
}

static int
walk_packs(struct tree *t, struct walk *w, struct buf *b)
{
	for (size_t i = 0; i < w->shelf.n; i++) {
		const struct shelf_pack *p = &w->shelf.pack[i];
		struct tree_name n = {.kind = TREE_PACK, .id = p->e.root};
		int err;

		if (p->dead)
			continue;
		tree_path(w->at, &n);
		err = import_get(t->src, &n, PACK_SIZE_MAX, b);
		if (err == QERR_ABSENT) {
			w->absent++;
			continue;
		}
		if (err == 0)
			err = pack_check(&p->e, buf_bytes(b));
		if (err != 0)
			return err;
		w->packs++;
	}
	return 0;
}

static void
say_tree(struct tree *t, const struct walk *w)
{
	char id[ID_TEXT_LEN + 1];
	const struct charter *c = feed_charter(w->feed);

	if (t->v->a->json) {
		say_json(t->v, "tree", feed_id(w->feed), c->name, &w->head,
		    (struct bytes){NULL, 0});
		return;
	}
	if (t->v->a->quiet)
		return;
	id_text(id, feed_id(w->feed));
	printf("%sGood%s: ", style(t->v->a, STYLE_GOOD),
	    style(t->v->a, STYLE_PLAIN));
	put(c->name);
	printf(", %llu issues, %llu packs", (unsigned long long)w->head.number,
	    (unsigned long long)w->packs);
	if (w->absent > 0)
		printf(" (%llu are not here)", (unsigned long long)w->absent);
	printf("\nFeed  %s\n", id);
}

static int
verify_feed(void *arg, const struct id *feed)
{
	struct tree *t = arg;
	struct walk w = {.feed = feed_new(feed)};
	static const struct reading_key none;
	char path[PATH_MAX];
	struct buf b;
	int err;

	if (!t->v->any_feed && !id_eq(feed, &t->v->feed))
		return 0;
	t->feeds++;
	buf_init(&b, 0);
	shelf_init(&w.shelf, NULL, feed, &none);
	err = w.feed == NULL ? QERR_NOMEM : walk_charters(t, &w, &b);
	if (err == 0)
		err = walk_headers(t, &w, &b);
	if (err == 0)
		err = walk_head(t, &w, &b);
	if (err == 0)
		err = walk_packs(t, &w, &b);
	if (err == 0) {
		say_tree(t, &w);
	} else {
		t->bad++;
		snprintf(path, sizeof(path), "%s/%s", t->v->what, w.at);
		if (qerr_is_fatal(err))
			complain_of(path, "read", err);
		else
			complain("%s is NOT good: it %s.", path, qerr_str(err));
	}
	shelf_done(&w.shelf);
	feed_free(w.feed);
	buf_done(&b);
	return 0;
}

static int
verify_tree(struct verify *v,
    int (*open)(struct import_source **, const char *))
{
	struct tree t = {.v = v};
	int err = open(&t.src, v->what);

	if (err == 0)
		err = import_feeds(t.src, verify_feed, &t);
	import_close(t.src);
	if (err == QERR_IO)
		return complain_of(v->what, "read", err);
	if (err != 0 || (t.feeds == 0 && v->any_feed))
		return complain(
		    "%s holds no feed: it is no tree and no bundle.", v->what);
	if (t.feeds == 0)
		return complain("%s does not hold that feed.", v->what);
	return t.bad > 0 ? APP_FAILED : APP_DONE;
}

/* A header by itself: the charters that say who may sign it stand in its tree. */
static int
verify_header(struct verify *v)
{
	struct tree_name n = {.kind = TREE_CHARTER, .number = 1};
	char copy[PATH_MAX], path[PATH_MAX];
	struct import_source *src = NULL;
	struct header h;
	struct feed *f = NULL;
	struct buf b;
	uint64_t floor;
	int err = header_peek(&h, buf_bytes(&v->bytes)), exit;

	buf_init(&b, 0);
	if (err == 0)
		err = check_feed(v, &h.feed);
	if (err == 0 && (f = feed_new(&h.feed)) == NULL)
		err = QERR_NOMEM;
	/* TREE/feed/FEED/issue/NUMBER, or TREE/feed/FEED/head */
	for (int up = 3; up <= 4 && err == 0 && feed_charter(f) == NULL; up++) {
		snprintf(copy, sizeof(copy), "%s", v->what);
		snprintf(path, sizeof(path), "%.4000s/%s", dirname(copy),
		    up == 3 ? "../.." : "../../..");
		if (import_folder(&src, path) != 0)
			continue;
		n.id = h.feed;
		for (n.number = 1;
		     err == 0 && import_get(src, &n, CHARTER_FILE_MAX, &b) == 0;
		     n.number++)
			err = feed_add_charter(f, buf_bytes(&b), &floor);
		import_close(src);
	}
	if (err == 0 && feed_charter(f) == NULL) {
		exit =
		    complain("%s cannot be checked: the charters of its feed "
			     "are not in the tree around it.",
			v->what);
	} else {
		if (err == 0)
			err = header_open(&h, buf_bytes(&v->bytes),
			    feed_charter(f));
		exit = err != 0 ? bad(v, err) : APP_DONE;
		if (err == 0) {
			say_good(v, "header", &h.feed, feed_charter(f), &h,
			    NULL);
			exit = export_header(v, &h, buf_bytes(&v->bytes));
		}
	}
	feed_free(f);
	buf_done(&b);
	return exit;
}

static bool
begins(const struct buf *b, const char *s)
{
	size_t n = strlen(s);

	return b->n >= n && memcmp(b->p, s, n) == 0;
}

/* A bundle is read here and there, which a pipe does not let us. */
static int
verify_bundle(struct verify *v)
{
	struct stat st;

	if (strcmp(v->what, "-") == 0 ||
	    (stat(v->what, &st) == 0 && !S_ISREG(st.st_mode)))
		return complain("%s is no file: save it as one, then verify "
				"that.",
		    v->what);
	return verify_tree(v, import_tar);
}

static int
verify_file(struct verify *v)
{
	const struct buf *b = &v->bytes;
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
	if (b->p[0] == 0x82)
		return verify_header(v);
	if (b->p[0] >> 5 == 5 || capsule_is_armoured(buf_bytes(b)))
		return verify_capsule(v, buf_bytes(b));
	return complain("%s is nothing that can be verified: a capsule, a page "
			"of \"quire unpack\", a tree, a bundle or a header.",
	    v->what);
}

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "good only if it is of this feed (its id)"},
    {'e', "export", "FILE",
	"write the signed header's body to FILE and its signature\n"
	"(of several each under its key's id) to FILE.minisig"},
    {0},
};

static int
run(struct app *a)
{
	struct verify v = {.a = a, .any_feed = true};
	const char *arg;
	int letter, exit = APP_DONE;
	struct stat st;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'e') {
			v.export = arg;
			continue;
		}
		v.any_feed = false;
		if (id_parse(&v.feed, arg, strlen(arg)) != 0)
			return complain_usage(a,
			    "--feed takes the 52 characters "
			    "behind \"quire:\" in the follow "
			    "link.");
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, -1))
		return APP_USAGE;
	buf_init(&v.bytes, 0);
	exit = APP_DONE;
	for (int i = a->at; i < a->argc; i++) {
		int one;

		v.what = a->argv[i];
		buf_clear(&v.bytes);
		one = stat(v.what, &st) == 0 && S_ISDIR(st.st_mode)
			  ? verify_tree(&v, import_folder)
			  : verify_file(&v);
		exit = one != APP_DONE ? one : exit;
	}
	buf_done(&v.bytes);
	return exit;
}

const struct cmd cmd_verify = {
    .name = "verify",
    .args = "FILE|FOLDER...",
    .what = "check signatures, trusting nobody",
    .option = options,
    .about =
	"Takes a capsule (also as text, also \"-\"), a page of \"quire unpack\", a tree\n"
	"(a folder), a bundle or a header. Needs no network, no store and no clock.\n"
	"Says whose signature it is; whether you trust that feed is yours to know:\n"
	"compare its id with the follow link's, or give it with --feed.",
    .run = run,
};
