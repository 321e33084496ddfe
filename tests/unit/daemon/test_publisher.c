#include "daemon/press/publisher.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/edition.h"
#include "proto/object/follow.h"
#include "tests/lib/check.h"
#include "tests/lib/picture.h"

/* A newsroom: a folder with keys, a store, and a publisher on both. */
struct room {
	char dir[64], folder[96], state[96];
	struct store *store;
	struct publisher *p;
	size_t per_issue;
	enum publisher_says says;
};

static struct worker *worker;
static struct buf why;

static void
put(int dir, const char *name, struct buf *b)
{
	check(buf_err(b) == 0);
	check(file_write(dir, name, buf_bytes(b), 0600) == 0);
	buf_clear(b);
}

static void
put_keys(int dir, struct key_secret *k, struct buf *b)
{
	static const uint8_t seed[32] = {1}, id[8] = {2}, salt[32] = {3};

	key_secret_new(k, seed, id);
	check(key_secret_file(b, k, NULL, salt) == 0);
	put(dir, "secret.key", b);
	key_file(b, &k->pub);
	put(dir, "public.key", b);
}

static size_t languages = 1; /* of the charters to come */
static bool one_ended;       /* one key of theirs */

static void
put_charter(int dir, const struct key_secret *k, struct follow *f,
    struct buf *b)
{
	struct charter c = {.version = 1,
	    .name = bytes_str("A newsroom"),
	    .lang = {bytes_str("en"), bytes_str("fa")},
	    .n_lang = languages,
	    .root = {k->pub},
	    .n_root = 1,
	    .threshold = 1,
	    .key = {{k->pub, 1, UINT64_MAX}},
	    .n_key = 1};
	struct charter opened;
	struct buf file;
	static const uint8_t seed[32] = {9}, id[8] = {1};
	struct key_secret old;

	if (one_ended) {
		key_secret_new(&old, seed, id);
		c.key[c.n_key++] = c.key[0];
		c.key[0] = (struct charter_key){old.pub, 1, 0};
	}
	buf_init(&file, 0);
	check(charter_encode(b, &c) == 0);
	check(charter_sign(&file, buf_bytes(b), bytes_of(NULL, 0), NULL, k) ==
	      0);
	check(charter_open(&opened, buf_bytes(&file), NULL) == 0);
	f->feed = opened.hash;
	buf_clear(b);
	put(dir, "charter", &file);
	buf_done(&file);
}

static void
make_folder(const char *path)
{
	struct follow *f = calloc(1, sizeof(*f));
	char key[ID_TEXT_LEN + 1];
	struct key_secret k;
	struct buf b;
	int dir;

	check(f != NULL && file_mkdirs(AT_FDCWD, path, 0700) == 0);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	check(dir >= 0);
	buf_init(&b, 0);
	put_keys(dir, &k, &b);
	put_charter(dir, &k, f, &b);
	memset(f->key.b, 7, sizeof(f->key.b));
	follow_text(&b, f);
	put(dir, "link", &b);
	base32_encode(key, f->key.b, sizeof(f->key.b));
	buf_printf(&b, "%s\n", key);
	put(dir, "reading.key", &b);
	buf_done(&b);
	close(dir);
	free(f);
}

static int
enter(struct room *r)
{
	struct publisher_config cfg = {.folder = r->folder,
	    .worker = worker,
	    .per_issue = r->per_issue,
	    .says = r->says};
	int e;

	check(store_open(&r->store, r->state, false) == 0);
	cfg.store = r->store;
	buf_clear(&why);
	e = publisher_open(&r->p, &cfg, &why);
	if (e != 0) {
		store_close(r->store);
		r->p = NULL;
	}
	return e;
}

static void
leave(struct room *r)
{
	publisher_close(r->p);
	store_close(r->store);
	r->p = NULL;
}

static void
reenter(struct room *r)
{
	leave(r);
	check(enter(r) == 0);
}

static void
room_new(struct room *r, size_t per_issue)
{
	*r = (struct room){
	    .dir = "/tmp/quire-test-XXXXXX", .per_issue = per_issue};
	check(mkdtemp(r->dir) != NULL);
	snprintf(r->folder, sizeof(r->folder), "%s/newsroom", r->dir);
	snprintf(r->state, sizeof(r->state), "%s/state", r->dir);
	make_folder(r->folder);
	check(enter(r) == 0);
	check(publisher_head(r->p) == 0);
	check(strcmp(publisher_name(r->p), "A newsroom") == 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void
room_done(struct room *r)
{
	leave(r);
	nftw(r->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- pictures: the name is their length and height --- */

static int
open_picture(void *arg, struct bytes src)
{
	FILE *f = tmpfile();
	long n = strtol((const char *)src.p, NULL, 10);
	struct canvas c;
	struct buf b;
	int fd;

	(void)arg;
	check(f != NULL);
	buf_init(&b, 0);
	if (n > 0) {
		draw_noise(&c, (uint32_t)n, (uint32_t)n);
		make_png(&b, &c);
		canvas_done(&c);
	}
	buf_put_str(&b, "behind the picture");
	fwrite(b.p, 1, b.n, f);
	rewind(f);
	fd = dup(fileno(f));
	fclose(f);
	buf_done(&b);
	return fd;
}

/* --- batches --- */

static enum publisher_outcome
add(struct room *r, const char *file, const char *html,
    struct publisher_item *it)
{
	struct publisher_item own;
	struct draft_source src = {.kind = INGEST_HTML,
	    .data = bytes_str(html),
	    .file = bytes_str(file),
	    .open = open_picture};

	if (it == NULL)
		it = &own;
	check(publisher_add(r->p, &src, it) == 0);
	return it->outcome;
}

static enum publisher_outcome
publish(struct room *r, const char *file, const char *html)
{
	enum publisher_outcome o;

	check(publisher_begin(r->p, false, false) == 0);
	o = add(r, file, html, NULL);
	buf_clear(&why);
	check(publisher_commit(r->p, NULL, NULL, &why) == 0);
	return o;
}

static int
retract(struct room *r, const char *ref)
{
	struct publisher_item it;

	buf_clear(&why);
	return publisher_retract(r->p, bytes_str(ref), bytes_str("an error"),
	    &it, NULL, NULL, &why);
}

static int
forgo(struct room *r, size_t articles)
{
	struct publisher_item it;

	buf_clear(&why);
	return publisher_forgo(r->p, articles, bytes_str("stolen"), &it, NULL,
	    NULL, &why);
}

/* How many live packs hold |word|; dead ones must not even be there. */
static size_t
holds(struct room *r, const char *word)
{
	struct shelf *s = &r->p->shelf;
	struct buf raw;
	size_t n = 0;

	buf_init(&raw, 0);
	for (size_t i = 0; i < s->n; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = s->pack[i].e.root};

		if (s->pack[i].dead) {
			bool again = false;

			for (size_t k = i + 1; k < s->n; k++)
				again = again || id_eq(&s->pack[k].e.root,
						     &s->pack[i].e.root);
			check(again || !store_has(r->store, &t));
			continue;
		}
		check(shelf_open(s, i, &raw) == 0);
		n += memmem(raw.p, raw.n, word, strlen(word)) != NULL;
	}
	buf_done(&raw);
	return n;
}

static void
from_draft_to_retraction(void)
{
	struct publisher_item it;
	struct room r;

	room_new(&r, 0);
	check(publisher_begin(r.p, false, false) == 0);
	check(publisher_begin(r.p, false, false) == QERR_AGAIN);
	check(add(&r, "a.html", "<title>A</title><p>alpha", &it) ==
	      PUBLISHER_NEW);
	check(it.revision == 1 && strcmp(it.title, "A") == 0);
	check(add(&r, "b.html", "<title>B</title><p>beta<img src=20>", &it) ==
	      PUBLISHER_NEW);
	check(it.pictures == 1);
	check(add(&r, "c.html", "<p>", &it) == PUBLISHER_REFUSED);
	check(it.message[0] != '\0');
	check(add(&r, "a.html", "<p>other", &it) == PUBLISHER_REFUSED);
	check(publisher_head(r.p) == 0);
	check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	check(publisher_head(r.p) == 1 && publisher_articles(r.p) == 2);

	reenter(&r);
	check(publisher_head(r.p) == 1 && publisher_articles(r.p) == 2);
	check(publish(&r, "a.html", "<title>A</title><p>alpha") ==
	      PUBLISHER_UNCHANGED);
	check(publisher_head(r.p) == 1);
	check(publish(&r, "a.html", "<title>A</title><p>alphA") ==
	      PUBLISHER_CORRECTED);
	check(publisher_head(r.p) == 2);
	check(publish(&r, "a.html", "<title>A</title><p>alphA") ==
	      PUBLISHER_UNCHANGED);
	check(publish(&r, "a.html", "<title>Ab</title><p>alphA") ==
	      PUBLISHER_CORRECTED);

	check(holds(&r, "alph") == 3);
	check(holds(&r, "beta") == 1);
	check(retract(&r, "nothing") == QERR_ABSENT && why.n > 0);
	check(retract(&r, "a.html") == 0);
	check(holds(&r, "alph") == 0);
	check(holds(&r, "beta") == 1);
	check(retract(&r, "a.html") == QERR_DUPLICATE);
	check(publish(&r, "a.html", "<p>alpha again") == PUBLISHER_RETRACTED);
	reenter(&r);
	check(publish(&r, "a.html", "<p>alpha again") == PUBLISHER_RETRACTED);
	check(publish(&r, "b.html", "<title>B</title><p>beta<img src=20>") ==
	      PUBLISHER_UNCHANGED);

	/* Not while others publish: nothing of theirs is lost. */
	r.p->per_issue = 1;
	check(publisher_begin(r.p, false, false) == 0);
	for (char name[] = "0.html"; name[0] < '3'; name[0]++)
		check(add(&r, name, "<p>gamma", NULL) == PUBLISHER_NEW);
	check(retract(&r, "b.html") == QERR_AGAIN &&
	      forgo(&r, 1) == QERR_AGAIN);
	check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	check(holds(&r, "gamma") == 3 && holds(&r, "beta") == 1);

	/* With its last text a feed still stands. */
	check(retract(&r, "b.html") == 0);
	check(holds(&r, "beta") == 0 && holds(&r, "PNG") == 0);
	reenter(&r);
	check(publish(&r, "d.html", "<p>delta") == PUBLISHER_NEW);
	room_done(&r);
}

/* True if the newest revision of |name| carries |note| (NULL: none). */
static bool
carries(struct room *r, const char *name, const char *note)
{
	struct ledger_entry *e = ledger_find(&r->p->ledger, bytes_str(name));
	struct shelf_view v;
	struct article a;
	bool same;

	shelf_view_init(&v);
	check(e != NULL && shelf_look(&r->p->shelf, &v, e->pack, false) == 0);
	check(article_decode(&a,
		  records_at(&v.head, buf_bytes(&v.heads), e->record)) == 0);
	same =
	    note == NULL ? a.note.p == NULL : bytes_eq(a.note, bytes_str(note));
	shelf_view_done(&v);
	return same;
}

/* A correction says what it changes: to who publishes all of it, to readers what the
 * newsroom has written, else what was added. */
static void
what_corrections_say(void)
{
	static const char *const says[] = {
	    NULL, "−1 +1", "−1 +1: “killed 13 people”"};
	struct publisher_item it;
	struct room r;

	room_new(&r, 0);
	for (int s = PUBLISHER_SAYS_NOTE; s <= PUBLISHER_SAYS_WORDS; s++) {
		r.says = (enum publisher_says)s;
		reenter(&r);
		check(publish(&r, "a.html", "<p>killed 12 people") !=
		      PUBLISHER_REFUSED);
		check(publisher_begin(r.p, false, false) == 0);
		check(add(&r, "a.html", "<p>killed 13 people", &it) ==
		      PUBLISHER_CORRECTED);
		check(strcmp(it.change.parts, "text") == 0);
		check(strcmp(it.change.quote[0].before, "killed 12 people") ==
		      0);
		check(publisher_commit(r.p, NULL, NULL, &why) == 0);
		check(carries(&r, "a.html", says[s]));
		/* Its own note does not make it another document. */
		check(publish(&r, "a.html", "<p>killed 13 people") ==
		      PUBLISHER_UNCHANGED);
		check(carries(&r, "a.html", says[s]));
	}
	check(publish(&r, "a.html",
		  "<meta name=note content=x><p>killed 13 or 14") ==
	      PUBLISHER_CORRECTED);
	check(carries(&r, "a.html", "−1 +2: “killed 13 or 14”"));
	room_done(&r);
}

/* Of one language, the feed's is what documents are in that do not say; of two, no one
 * knows. */
static void
language_of_the_feed(void)
{
	struct publisher_item it;
	struct room r;

	room_new(&r, 0);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>a", &it) == PUBLISHER_NEW);
	check(strcmp(it.lang, "en") == 0);
	room_done(&r);
	languages = 2;
	room_new(&r, 0);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>a", &it) == PUBLISHER_REFUSED);
	check(strstr(it.message, "does not say its language") != NULL);
	check(add(&r, "b.html", "<html lang=fa><p>a", &it) == PUBLISHER_NEW);
	check(strcmp(it.lang, "fa") == 0);
	room_done(&r);
	languages = 1;
}

/* Of a picture a large and a small one come out, and nothing that it says. */
static void
pictures_come_clean(void)
{
	struct publisher_item it;
	struct room r;

	room_new(&r, 0);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>a<img src=200><img src=0><img src=200>",
		  &it) == PUBLISHER_NEW);
	check(it.pictures == 2);
	check(strstr(it.message, "The picture 0 is left out. It is no JPEG") !=
	      NULL);
	check(strstr(it.message, "not here") == NULL);
	/* One warning of each, wherever it is shown. */
	check(add(&r, "c.html", "<p>c<figure><img src=0></figure><img src=0>",
		  &it) == PUBLISHER_NEW);
	check(strcmp(it.message + strcspn(it.message, "."),
		  ". It is no JPEG, PNG, WebP, GIF or AVIF.") == 0);
	check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	check(holds(&r, "WEBP") == 2 && holds(&r, "PNG") == 0);
	check(holds(&r, "behind the picture") == 0);
	check(publish(&r, "b.html", "<p>b<img src=20>") == PUBLISHER_NEW);
	check(holds(&r, "PNG") == 1);
	check(holds(&r, "behind the picture") == 0);
	room_done(&r);
}

static void
nothing_half_done(void)
{
	struct room r;

	room_new(&r, 1);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	check(add(&r, "b.html", "<p>beta", NULL) == PUBLISHER_NEW);
	check(add(&r, "c.html", "<p>gamma", NULL) == PUBLISHER_NEW);
	publisher_cancel(r.p);
	check(publisher_head(r.p) == 0 && publisher_articles(r.p) == 0);

	check(publisher_begin(r.p, false, true) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	check(publisher_head(r.p) == 0);

	/* As after a crash in the middle: the next start sees nothing. */
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	check(add(&r, "b.html", "<p>beta", NULL) == PUBLISHER_NEW);
	reenter(&r);
	check(publisher_head(r.p) == 0);
	check(publish(&r, "a.html", "<p>alpha") == PUBLISHER_NEW);
	room_done(&r);
}

/* Whole packs in the tree, announced or not. */
static size_t n_pack_files;
static int
count_pack(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)f;
	n_pack_files += type == FTW_F && st->st_size > 0;
	return 0;
}

static size_t
pack_files(const struct room *r)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/pack", r->state);
	n_pack_files = 0;
	nftw(path, count_pack, 16, FTW_PHYS);
	return n_pack_files;
}

/* What was cancelled leaves nothing, not even with the next commit. */
static void
a_cancel_leaves_nothing(void)
{
	struct room r;

	room_new(&r, 1);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	check(add(&r, "b.html", "<p>beta", NULL) == PUBLISHER_NEW);
	publisher_cancel(r.p);
	check(store_commit(r.store) == 0);
	check(pack_files(&r) == 0);
	check(publish(&r, "c.html", "<p>gamma") == PUBLISHER_NEW);
	check(pack_files(&r) == 2 && holds(&r, "gamma") > 0);
	room_done(&r);
}

/* A commit of somebody else that fails takes our packs with it: no header may
 * name them, and the next run publishes. */
static void
a_lost_commit_is_noticed(void)
{
	struct tree_name t = {.kind = TREE_PROOF, .number = 1};
	char path[128];
	struct room r;

	room_new(&r, 1);
	check(publish(&r, "o.html", "<p>omega") == PUBLISHER_NEW);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	check(add(&r, "b.html", "<p>beta", NULL) == PUBLISHER_NEW);
	check(store_put(r.store, &t, bytes_str("x"), false) == 0);
	snprintf(path, sizeof(path), "%s/tmp", r.state);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	check(store_commit(r.store) < 0 && store_lost(r.store) == 1);
	check(mkdir(path, 0700) == 0);
	buf_clear(&why);
	check(publisher_commit(r.p, NULL, NULL, &why) < 0);
	check(publisher_head(r.p) == 1 && pack_files(&r) == 2);
	check(publish(&r, "a.html", "<p>alpha") == PUBLISHER_NEW);
	reenter(&r);
	check(publisher_head(r.p) == 2 && holds(&r, "alpha") > 0);
	room_done(&r);
}

/* The same if it is our own: a number signed twice must not stay twice. */
static void
a_failed_commit_is_undone(void)
{
	char path[128];
	struct room r;

	room_new(&r, 1);
	check(publish(&r, "o.html", "<p>omega") == PUBLISHER_NEW);
	check(publisher_begin(r.p, false, false) == 0);
	check(add(&r, "a.html", "<p>alpha", NULL) == PUBLISHER_NEW);
	snprintf(path, sizeof(path), "%s/tmp", r.state);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	buf_clear(&why);
	check(publisher_commit(r.p, NULL, NULL, &why) < 0);
	check(mkdir(path, 0700) == 0);
	check(store_commit(r.store) == 0);
	check(publisher_head(r.p) == 1 && pack_files(&r) == 2);
	check(publish(&r, "b.html", "<p>beta") == PUBLISHER_NEW);
	reenter(&r);
	check(publisher_head(r.p) == 2 && holds(&r, "beta") > 0);
	check(holds(&r, "alpha") == 0);
	room_done(&r);
}

/* --- drafts, signed elsewhere --- */

static void
draft(struct room *r, const char *html, uint64_t time, struct buf *b,
    struct publisher_drafted *ret)
{
	check(publisher_begin_draft(r->p, false, time) == 0);
	check(publisher_begin(r->p, false, true) == QERR_AGAIN);
	check(add(r, "d.html", html, NULL) != PUBLISHER_REFUSED);
	buf_clear(b);
	check(publisher_draft(r->p, b, ret, &why) == 0);
	check(ret->time == time);
}

/* The machine without a network: a draft, a key, and no more. */
static void
sign(struct room *r, const char *key, struct buf *dst, struct bytes file)
{
	struct edition_verdict v = {.header.n_pack = 0};
	struct key_secret k;
	struct key_sig sig;
	struct edition e;
	struct buf b;
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", r->dir, key);
	buf_init(&b, 0);
	check(file_read(&b, AT_FDCWD, path, KEY_TEXT_MAX) == 0);
	check(key_secret_parse(&k, buf_bytes(&b), NULL) == 0);
	check(edition_decode(&e, file) == 0 && edition_open(&v, &e) == 0);
	buf_clear(dst);
	check(header_sig(&sig, &v.header, &k) == 0);
	check(edition_sign(dst, &e, &v, &sig, 1) == 0);
	edition_verdict_done(&v);
	key_secret_done(&k);
	buf_done(&b);
}

static int
release(struct room *r, const struct buf *file)
{
	buf_clear(&why);
	return publisher_release(r->p, buf_bytes(file), NULL, NULL, &why);
}

/* Take an article back by drafts; returns how many it took. */
static int
retract_by_drafts(struct room *r, const char *ref, const char *key)
{
	struct publisher_drafted d = {.more = true}, same;
	struct publisher_item it;
	struct buf file, again;
	int n = 0;

	buf_init(&file, 0);
	buf_init(&again, 0);
	for (; d.more; n++) {
		buf_clear(&file);
		buf_clear(&again);
		buf_clear(&why);
		check(publisher_retract_draft(r->p, bytes_str(ref),
			  bytes_str("an error"), 1700000000, &file, &d, &it,
			  &why) == 0);
		check(publisher_retract_draft(r->p, bytes_str(ref),
			  bytes_str("an error"), 1700000000, &again, &same, &it,
			  &why) == 0);
		check(bytes_eq(buf_bytes(&file), buf_bytes(&again)));
		check(it.outcome == PUBLISHER_RETRACTED && it.title[0] != '\0');
		check(d.number == publisher_head(r->p) + 1);
		check(d.articles == (n == 0));
		sign(r, key, &again, buf_bytes(&file));
		check(release(r, &again) == 0);
		holds(r, ref); /* what is there can be opened */
	}
	check(publisher_retract_draft(r->p, bytes_str(ref), bytes_str(""), 0,
		  &file, &d, &it, &why) == QERR_DUPLICATE);
	buf_done(&file);
	buf_done(&again);
	return n;
}

/*
 * A draft that is made of a pack which a later header has withdrawn: who signs it cannot
 * know, so it ends where the feed is.
 */
static void
what_was_taken_out_does_not_come_back(struct room *r, const char *ref,
    const char *key)
{
	struct shelf_pack *first = NULL;
	struct publisher_drafted d;
	struct publisher_item it;
	struct buf file, issue;

	buf_init(&file, 0);
	buf_init(&issue, 0);
	buf_clear(&why);
	check(publisher_retract_draft(r->p, bytes_str(ref), bytes_str(""), 0,
		  &file, &d, &it, &why) == 0);
	sign(r, key, &issue, buf_bytes(&file));
	first = &r->p->shelf.pack[shelf_issue(&r->p->shelf, 1)];
	first->dead = true;
	check(release(r, &issue) == QERR_CHAIN);
	buf_put_u8(&why, 0);
	check(strstr((const char *)why.p, "what issue 1 announced"));
	first->dead = false;
	check(publisher_head(r->p) == d.number - 1);
	buf_done(&file);
	buf_done(&issue);
}

/* A machine whose reading.key is not the feed's: nobody could open what it drafts, and the
 * publisher itself could not start any more. */
static void
a_draft_of_another_reading_key(void)
{
	struct publisher_drafted d;
	struct buf file, issue;
	struct room r;

	room_new(&r, 1);
	buf_init(&file, 0);
	buf_init(&issue, 0);
	r.p->key.b[0] ^= 1;
	draft(&r, "<title>One</title><p>Words.</p>", 1700000000, &file, &d);
	r.p->key.b[0] ^= 1;
	sign(&r, "newsroom/secret.key", &issue, buf_bytes(&file));
	check(release(&r, &issue) == QERR_AEAD);
	buf_put_u8(&why, 0);
	check(strstr((const char *)why.p, "reading key"));
	check(publisher_head(r.p) == 0);
	reenter(&r);
	draft(&r, "<title>One</title><p>Words.</p>", 1700000000, &file, &d);
	buf_clear(&issue);
	sign(&r, "newsroom/secret.key", &issue, buf_bytes(&file));
	check(release(&r, &issue) == 0 && publisher_head(r.p) == 1);
	buf_done(&file);
	buf_done(&issue);
	room_done(&r);
}

static void
a_draft_is_signed_elsewhere(void)
{
	struct publisher_drafted one, two;
	struct buf a, b, signed_a, signed_b;
	struct room r, other;
	char path[160], away[160];

	room_new(&r, 1);
	snprintf(path, sizeof(path), "%s/secret.key", r.folder);
	snprintf(away, sizeof(away), "%s/offline.key", r.dir);
	leave(&r);
	check(rename(path, away) == 0);
	check(enter(&r) == 0);
	buf_init(&a, 0);
	buf_init(&b, 0);
	buf_init(&signed_a, 0);
	buf_init(&signed_b, 0);

	/* Here nothing can be signed, and a draft leaves nothing behind. */
	check(publisher_begin(r.p, false, false) == QERR_KEY);
	check(publisher_keep_promise(r.p, UINT64_MAX, &why) == 0);
	check(retract(&r, "d.html") == QERR_KEY);
	draft(&r, "<title>A</title><p>alpha", 1700000000, &a, &one);
	check(one.number == 1 && one.articles == 1);
	draft(&r, "<title>A</title><p>alpha", 1700000000, &b, &two);
	check(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
	check(id_eq(&one.hash, &two.hash));
	draft(&r, "<title>A</title><p>alpha", 1700000001, &b, &two);
	check(!id_eq(&one.hash, &two.hash));
	draft(&r, "<title>A</title><p>alphas", 1700000000, &b, &two);
	check(!id_eq(&one.hash, &two.hash));
	check(publisher_head(r.p) == 0 && publisher_articles(r.p) == 0);
	check(pack_files(&r) == 0);

	/* Signed, it is the next issue, once. */
	check(release(&r, &a) == QERR_KEY);
	sign(&r, "offline.key", &signed_a, buf_bytes(&a));
	sign(&r, "offline.key", &signed_b, buf_bytes(&b));
	check(release(&r, &signed_a) == 0);
	check(publisher_head(r.p) == 1 && holds(&r, "alpha") == 1);
	check(release(&r, &signed_a) == QERR_DUPLICATE);
	check(release(&r, &signed_b) == QERR_CHAIN); /* drafted as 1, too */
	reenter(&r);
	check(publisher_head(r.p) == 1 && publisher_articles(r.p) == 1);

	/* What follows is a correction; what is the same is no draft. */
	check(publisher_begin_draft(r.p, false, 0) == 0);
	check(add(&r, "d.html", "<title>A</title><p>alpha", NULL) ==
	      PUBLISHER_UNCHANGED);
	check(publisher_draft(r.p, &b, &two, &why) == QERR_ABSENT);
	draft(&r, "<title>A</title><p>beta", 1700000002, &b, &two);
	check(two.number == 2);
	sign(&r, "offline.key", &signed_b, buf_bytes(&b));
	signed_b.p[signed_b.n - 1] ^= 1;
	check(release(&r, &signed_b) == QERR_BADHASH);
	signed_b.p[signed_b.n - 1] ^= 1;
	check(release(&r, &signed_b) == 0 && holds(&r, "beta") == 1);

	what_was_taken_out_does_not_come_back(&r, "d.html", "offline.key");

	/* So is a retraction, which leaves nothing of any revision. */
	check(retract_by_drafts(&r, "d.html", "offline.key") == 1);
	check(publisher_head(r.p) == 3 && publisher_articles(r.p) == 1);
	check(holds(&r, "alpha") == 0 && holds(&r, "beta") == 0);
	reenter(&r);
	check(holds(&r, "alpha") == 0 && holds(&r, "beta") == 0);

	/* Another machine of the newsroom takes the very same. */
	room_new(&other, 1);
	draft(&other, "<title>A</title><p>alpha", 1700000000, &b, &two);
	check(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
	check(release(&other, &signed_a) == 0);
	check(publisher_head(other.p) == 1 && holds(&other, "alpha") == 1);
	room_done(&other);
	buf_done(&a);
	buf_done(&b);
	buf_done(&signed_a);
	buf_done(&signed_b);
	room_done(&r);
}

/* The roots of all packs of |r|, one behind another. */
static void
roots(struct room *r, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < r->p->shelf.n; i++)
		buf_put(b, r->p->shelf.pack[i].e.root.b, 32);
}

static void
the_same_twice(void)
{
	struct buf a, b;
	struct room r;

	buf_init(&a, 0);
	buf_init(&b, 0);
	for (int i = 0; i < 2; i++) {
		room_new(&r, 0);
		check(publish(&r, "a.html", "<p>alpha<img src=200>") ==
		      PUBLISHER_NEW);
		check(publish(&r, "a.html", "<p>alpha<img src=20>") ==
		      PUBLISHER_CORRECTED);
		check(retract(&r, "a.html") == 0);
		roots(&r, i == 0 ? &a : &b);
		room_done(&r);
	}
	check(a.n == 32 * 10);
	check(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
	buf_done(&a);
	buf_done(&b);
}

static void
names(void)
{
	static const char html[] = "<title>T</title><link rel=canonical "
				   "href='https://x.org/1'>"
				   "<p>the text of ";
	struct publisher_item it;
	char a[128], b[128];
	struct room r;

	snprintf(a, sizeof(a), "%sa", html);
	snprintf(b, sizeof(b), "%sb", html);
	room_new(&r, 0);
	/* Two documents of one address: the second goes by its file's name. */
	for (int i = 0; i < 2; i++) {
		check(publisher_begin(r.p, false, false) == 0);
		check(add(&r, "a.html", a, &it) ==
		      (i == 0 ? PUBLISHER_NEW : PUBLISHER_UNCHANGED));
		check(add(&r, "b.html", b, &it) ==
		      (i == 0 ? PUBLISHER_NEW : PUBLISHER_UNCHANGED));
		check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	}
	check(publish(&r, "moved.html", a) == PUBLISHER_UNCHANGED);
	check(publisher_articles(r.p) == 2);
	check(retract(&r, "b.html") == 0);
	check(holds(&r, "the text of b") == 0);
	room_done(&r);
}

/* Whose words the next ones have, in turns. */
static uint32_t voice = 1;

/* Words that all of them share, and that do not compress by themselves. */
static void
shared_words(char *dst, size_t n, uint32_t v)
{

	for (size_t i = 0; i + 1 < n; i++) {
		v = v * 1664525 + 1013904223;
		dst[i] = (char)('a' + (v >> 24) % 26);
	}
	dst[n - 1] = '\0';
}

static void
add_words(struct room *r, int from, int to)
{
	char words[1500];

	for (int i = from; i < to; i++) {
		char file[32], html[2000];

		shared_words(words, sizeof(words), voice);
		snprintf(file, sizeof(file), "%d.html", i);
		snprintf(html, sizeof(html),
		    "<html lang=%s><title>T%d</title><p>word%d. %s",
		    i % 3 == 0 ? "fa" : "en", i, i, words);
		check(add(r, file, html, NULL) == PUBLISHER_NEW);
	}
}

static void
fill(struct room *r, int from, int to)
{
	check(publisher_begin(r->p, false, false) == 0);
	add_words(r, from, to);
	check(publisher_commit(r->p, NULL, NULL, &why) == 0);
}

static int
make_volume(struct room *r)
{
	int fd, n = publisher_volume_start(r->p, &fd);
	char byte;

	check(n >= 0);
	if (n == 0)
		return 0;
	check(read(fd, &byte, 1) == 0);
	buf_clear(&why);
	check(publisher_volume_finish(r->p, NULL, NULL, &why) == 0);
	return 1;
}

/* The same where it is signed elsewhere. */
static void
draft_volume(struct room *r)
{
	struct publisher_drafted d;
	struct buf file, issue;

	buf_init(&file, 0);
	buf_init(&issue, 0);
	check(publisher_volume_draft(r->p, 1700000000, &file, &d, &why) == 0);
	check(d.number == publisher_head(r->p) + 1 && d.articles == 0);
	sign(r, "newsroom/secret.key", &issue, buf_bytes(&file));
	check(release(r, &issue) == 0);
	buf_clear(&why);
	check(publisher_volume_draft(r->p, 0, &file, &d, &why) == QERR_ABSENT);
	buf_done(&file);
	buf_done(&issue);
}

static size_t
newest_volume(struct room *r)
{
	size_t v = shelf_newest_volume(&r->p->shelf);

	check(v != SHELF_NONE);
	return v;
}

/* What volume |v| has leans on nothing else, and nothing else on it. */
static void
stays_apart(const struct shelf *s, const struct pack_entry *v)
{
	size_t leaning = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct shelf_pack *k = &s->pack[i];
		bool in = k->number >= v->first && k->number <= v->last;

		for (uint64_t n = 1; n < k->number; n++)
			if (pack_base_has(k->e.base, k->number, n)) {
				leaning++;
				check((n >= v->first && n <= v->last) == in);
			}
	}
	check(leaning > 0);
}

static void
volumes(void)
{
	const struct shelf_pack *v;
	struct room r;
	int fd;

	room_new(&r, 100);
	fill(&r, 0, 1000);
	check(make_volume(&r) == 0);
	fill(&r, 1000, 1020);
	check(make_volume(&r) == 1);
	check(make_volume(&r) == 0);
	v = &r.p->shelf.pack[newest_volume(&r)];
	check(v->e.first == 1 && v->e.last == 10 && v->e.count == 1000);
	check(!v->e.only);
	check(publisher_head(r.p) == 12);
	check(holds(&r, "word100.") == 2);
	fill(&r, 1020, 1040);
	stays_apart(&r.p->shelf, &r.p->shelf.pack[newest_volume(&r)].e);
	reenter(&r);
	check(publisher_articles(r.p) == 1040);

	/* Of many at once, too, none leans on one that will be in another. */
	fill(&r, 1040, 2140);
	draft_volume(&r);
	v = &r.p->shelf.pack[newest_volume(&r)];
	check(v->e.first == 11 && v->e.count == 940 && !v->e.only);
	stays_apart(&r.p->shelf, &v->e);
	check(holds(&r, "word100.") == 2 && holds(&r, "word1100.") == 2);
	check(make_volume(&r) == 0);
	fill(&r, 2140, 2160);
	reenter(&r);
	check(publisher_articles(r.p) == 2160);

	/* Out of the issue and the volume; nothing else is lost. */
	check(retract_by_drafts(&r, "1100.html", "newsroom/secret.key") == 1);
	check(holds(&r, "word1100.") == 0);
	check(holds(&r, "word1101.") == 2 && holds(&r, "word2150.") == 1);
	reenter(&r);
	check(publisher_articles(r.p) == 2160);
	check(holds(&r, "word1100.") == 0 && holds(&r, "word1519.") == 2);
	v = &r.p->shelf.pack[newest_volume(&r)];
	check(v->e.only && v->e.first == 11 && v->e.count == 940);

	/* One that is being made when an article goes does not bring it back. */
	fill(&r, 2160, 3000);
	check(publisher_volume_start(r.p, &fd) == 1);
	check(retract(&r, "2200.html") == 0);
	check(publisher_volume_finish(r.p, NULL, NULL, &why) == 0);
	check(make_volume(&r) == 1);
	check(holds(&r, "word2200.") == 0 && holds(&r, "word2201.") == 2);
	room_done(&r);
}

static size_t
renewing(struct room *r)
{
	struct publisher_renewal x;

	publisher_renewal(r->p, &x);
	return x.volumes;
}

/* A retraction does not wait for the volume, which is made anew whatever comes between. */
static void
volumes_anew(void)
{
	struct publisher_renewal x;
	struct publisher_drafted d;
	struct buf none = {0};
	char path[128];
	uint64_t head;
	struct room r;
	int fd;

	room_new(&r, 100);
	fill(&r, 0, 1020);
	check(make_volume(&r) == 1);
	fill(&r, 1020, 2040);
	check(make_volume(&r) == 1);
	check(renewing(&r) == 0);

	head = publisher_head(r.p);
	check(retract(&r, "100.html") == 0);
	check(publisher_head(r.p) == head + 1);
	check(holds(&r, "word100.") == 1 && renewing(&r) == 1);
	check(retract(&r, "100.html") == 0); /* it is out, and said to be */
	check(publisher_head(r.p) == head + 1);

	/* What is taken back meanwhile, of the same volume or another, joins it. */
	check(publisher_volume_start(r.p, &fd) == 1);
	check(publisher_volume_start(r.p, &fd) == 1);
	buf_clear(&why);
	check(publisher_volume_draft(r.p, 0, &none, &d, &why) == QERR_AGAIN);
	publisher_renewal(r.p, &x);
	check(x.all > 0 && x.done <= x.all && x.first == 1 && x.last == 10);
	check(retract(&r, "101.html") == 0 && retract(&r, "1300.html") == 0);
	check(renewing(&r) == 2);

	/* Who may not sign any more knows of them, and makes none. */
	reenter(&r);
	publisher_renewal(r.p, &x);
	check(x.looking);
	key_secret_done(&r.p->secret);
	r.p->has_secret = false;
	check(make_volume(&r) == 0 && renewing(&r) == 2);
	publisher_renewal(r.p, &x);
	check(!x.looking);

	/* Whoever starts anew goes on. */
	reenter(&r);
	check(holds(&r, "word100.") == 1 && holds(&r, "word1300.") == 1);
	fill(&r, 2040, 2050);
	head = publisher_head(r.p);
	check(make_volume(&r) == 1 && renewing(&r) == 1);
	check(make_volume(&r) == 1 && renewing(&r) == 0);
	check(make_volume(&r) == 0);
	check(publisher_head(r.p) == head + 2);
	check(holds(&r, "word100.") == 0 && holds(&r, "word101.") == 0 &&
	      holds(&r, "word1300.") == 0);
	check(holds(&r, "word102.") == 2 && holds(&r, "word1301.") == 2);
	check(retract(&r, "100.html") == QERR_DUPLICATE);
	reenter(&r);
	check(make_volume(&r) == 0 && publisher_articles(r.p) == 2050);

	/* One that failed makes nothing anew; and what comes out as it was is not announced. */
	head = publisher_head(r.p);
	snprintf(path, sizeof(path), "%s/tmp", r.state);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	check(retract(&r, "103.html") < 0);
	check(mkdir(path, 0700) == 0 && renewing(&r) == 0);
	check(make_volume(&r) == 0 && publisher_head(r.p) == head);
	check(press_renew(r.p, newest_volume(&r)) == 0);
	check(make_volume(&r) == 1 && renewing(&r) == 0);
	check(make_volume(&r) == 0 && publisher_head(r.p) == head);
	reenter(&r);
	check(holds(&r, "word103.") == 2);
	room_done(&r);
}

/* What is made anew leans on nothing, and what follows on eight at most. */
static void
chains_stay_short(void)
{
	size_t leaning = 0, longest = 0;
	char name[32];
	struct room r;

	room_new(&r, 5);
	fill(&r, 0, 100);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "%d.html", i * 2);
		check(retract(&r, name) == 0);
		fill(&r, 100 + i, 101 + i);
	}
	for (size_t i = 0; i < r.p->shelf.n; i++) {
		const struct shelf_pack *k = &r.p->shelf.pack[i];
		size_t n = (size_t)__builtin_popcount(k->e.base);

		check(k->number == k->e.first || k->e.base == 0);
		leaning += !k->dead && n > 0;
		longest = n > longest ? n : longest;
	}
	check(leaning > 0 && longest > 1 && longest <= 8);
	room_done(&r);
}

/* Of a thousand articles there is a volume, and one key has ended. */
static void
room_new_bound(struct room *r)
{
	one_ended = true;
	room_new(r, 100);
	one_ended = false;
	fill(r, 0, 1000);
	voice = 2;
	fill(r, 1000, 1001);
	voice = 1;
	check(make_volume(r) == 1);
}

/* Pack |i| is not there when the newsroom opens again; what it was is in |b|. */
static void
lose(struct room *r, size_t i, struct buf *b)
{
	struct tree_name t = {
	    .kind = TREE_PACK, .id = r->p->shelf.pack[i].e.root};

	check(store_get(r->store, &t, b) == 0);
	check(store_forget(r->store, &t) == 0);
	reenter(r);
}

/* As where a key that withdrew has ended since. */
static void
what_is_lost(void)
{
	struct publisher_hole hole;
	struct tree_name t = {.kind = TREE_PACK};
	struct buf pack;
	struct room r;
	uint64_t head;

	buf_init(&pack, 0);
	room_new_bound(&r);
	fill(&r, 1001, 1021);
	fill(&r, 1021, 1041);
	head = publisher_head(r.p);
	check(head == 14);

	/* A volume is made anew of its issues, and says nothing new. */
	lose(&r, newest_volume(&r), &pack);
	publisher_hole(r.p, &hole);
	check(publisher_articles(r.p) == 1041 && hole.articles == 0);
	check(make_volume(&r) == 1 && make_volume(&r) == 0);
	check(publisher_head(r.p) == head && holds(&r, "word100.") == 2);
	reenter(&r);
	check(make_volume(&r) == 0 && holds(&r, "word100.") == 2);

	/* Of an issue that is gone all goes on without, and without what leans on it. */
	buf_clear(&pack);
	t.id = r.p->shelf.pack[shelf_issue(&r.p->shelf, 13)].e.root;
	lose(&r, shelf_issue(&r.p->shelf, 13), &pack);
	publisher_hole(r.p, &hole);
	check(hole.first == 13 && hole.last == 14 && hole.articles == 40);
	check(publisher_articles(r.p) == 1001);
	fill(&r, 1011, 1012);
	check(publisher_articles(r.p) == 1002);
	check(retract(&r, "100.html") == 0 && make_volume(&r) == 1);
	check(retract(&r, "1011.html") == 0);
	fill(&r, 1041, 2060);
	check(make_volume(&r) == 1);
	check(r.p->shelf.pack[newest_volume(&r)].e.first > 14);

	/* It is given back, but for what was taken back since. */
	check(store_put(r.store, &t, buf_bytes(&pack), false) == 0);
	check(store_commit(r.store) == 0);
	check(make_volume(&r) == 0);
	publisher_hole(r.p, &hole);
	check(hole.articles == 0 && publisher_articles(r.p) == 2060);
	check(holds(&r, "word100.") == 0 && holds(&r, "word101.") == 2);
	check(holds(&r, "word1011.") == 0 && holds(&r, "word1012.") == 1 &&
	      holds(&r, "word1031.") == 1);
	room_done(&r);
	buf_done(&pack);
}

/* Nobody has an issue any more, nor the volume that it was in. */
static void
what_is_given_up(void)
{
	struct publisher_hole hole;
	struct tree_name t = {.kind = TREE_PACK};
	const struct shelf_pack *v;
	struct buf pack;
	struct room r;
	size_t n;

	buf_init(&pack, 0);
	room_new_bound(&r);
	fill(&r, 1001, 1021);
	check(forgo(&r, 0) == QERR_ABSENT);
	t.id = r.p->shelf.pack[shelf_issue(&r.p->shelf, 5)].e.root;
	lose(&r, newest_volume(&r), &pack);
	buf_clear(&pack);
	lose(&r, shelf_issue(&r.p->shelf, 5), &pack);
	publisher_hole(r.p, &hole);
	n = hole.articles;
	check(hole.first == 5 && hole.last >= 5 && n > 100 && n < 1000);
	check(publisher_articles(r.p) == 1021 - n && make_volume(&r) == 0);

	/* Who gives it up knows how much that is. */
	check(forgo(&r, n + 1) == QERR_RANGE);
	buf_put_u8(&why, 0);
	check(strstr((const char *)why.p, "and not ") != NULL);
	check(forgo(&r, n) == 0);
	check(forgo(&r, 0) == QERR_ABSENT);
	publisher_hole(r.p, &hole);
	check(hole.articles == 0 && publisher_articles(r.p) == 1022 - n);
	check(make_volume(&r) == 1 && make_volume(&r) == 0);
	v = &r.p->shelf.pack[newest_volume(&r)];
	check(v->e.first == 1 && v->e.only && v->e.count == 1001 - n);
	check(holds(&r, "word500.") == 0 && holds(&r, "word0.") == 2);
	reenter(&r);
	publisher_hole(r.p, &hole);
	check(hole.articles == 0 && publisher_articles(r.p) == 1022 - n);
	check(make_volume(&r) == 0);

	/* It is withdrawn wherever it turns up, and what it said begins anew. */
	check(store_put(r.store, &t, buf_bytes(&pack), true) == 0);
	check(store_commit(r.store) == 0);
	reenter(&r);
	check(!store_has(r.store, &t));
	fill(&r, 400, 420);
	check(publisher_articles(r.p) == 1042 - n &&
	      holds(&r, "word400.") == 1);
	check(ledger_find(&r.p->ledger, bytes_str("400.html"))->revision == 1);
	room_done(&r);
	buf_done(&pack);
}

/* Give up what is lost by a draft, which |issue| becomes, signed. */
static int
forgo_by_draft(struct room *r, struct buf *issue)
{
	struct edition_verdict v = {.header.n_pack = 0};
	struct publisher_drafted d;
	struct publisher_hole hole;
	struct publisher_item it;
	struct edition e;
	struct buf file;
	size_t lost = 0;
	int ret;

	buf_init(&file, 0);
	buf_clear(&why);
	publisher_hole(r->p, &hole);
	ret = publisher_forgo_draft(r->p, hole.articles, bytes_str(""), 0,
	    &file, &d, &it, &why);
	if (ret == 0) {
		check(d.articles == 0 && it.outcome == PUBLISHER_RETRACTED);
		sign(r, "newsroom/secret.key", issue, buf_bytes(&file));
		check(edition_decode(&e, buf_bytes(issue)) == 0);
		check(edition_open(&v, &e) == 0);
		for (size_t i = 0; i < v.n_part; i++) {
			check(v.part[i].lost > 0 && v.part[i].n_gone == 1);
			lost += v.part[i].lost;
		}
		check(d.more ? lost < hole.articles : lost == hole.articles);
		edition_verdict_done(&v);
		ret = d.more;
	}
	buf_done(&file);
	return ret;
}

static void
given_up_by_drafts(void)
{
	struct tree_name t = {.kind = TREE_PACK};
	struct publisher_renewal left;
	struct publisher_hole hole;
	struct buf pack, issue;
	struct room r;
	size_t n;

	buf_init(&pack, 0);
	buf_init(&issue, 0);
	room_new_bound(&r);
	check(forgo_by_draft(&r, &issue) == QERR_ABSENT);
	lose(&r, newest_volume(&r), &pack);
	buf_clear(&pack);
	t.id = r.p->shelf.pack[shelf_issue(&r.p->shelf, 5)].e.root;
	lose(&r, shelf_issue(&r.p->shelf, 5), &pack);
	publisher_hole(r.p, &hole);
	n = hole.articles;

	/* It came back before that was out. */
	check(forgo_by_draft(&r, &issue) == 0);
	check(store_put(r.store, &t, buf_bytes(&pack), false) == 0);
	check(store_commit(r.store) == 0);
	check(release(&r, &issue) == QERR_CHAIN && why.n > 0);
	check(publisher_articles(r.p) == 1001);
	check(forgo_by_draft(&r, &issue) == QERR_ABSENT);

	/* The volume that was lost with it is made anew by a draft, too. */
	buf_clear(&pack);
	lose(&r, shelf_issue(&r.p->shelf, 5), &pack);
	check(forgo_by_draft(&r, &issue) == 0);
	check(release(&r, &issue) == 0);
	publisher_hole(r.p, &hole);
	check(hole.articles == 0 && publisher_articles(r.p) == 1002 - n);
	draft_volume(&r);
	publisher_renewal(r.p, &left);
	check(left.volumes == 0 && holds(&r, "word0.") == 2);
	check(r.p->shelf.pack[newest_volume(&r)].e.count == 1001 - n);

	/* As it was, it is here again without. */
	buf_clear(&pack);
	lose(&r, newest_volume(&r), &pack);
	buf_clear(&pack);
	check(publisher_volume_draft(r.p, 0, &pack,
		  &(struct publisher_drafted){0}, &why) == QERR_ABSENT);
	check(holds(&r, "word0.") == 2);
	publisher_renewal(r.p, &left);
	check(left.volumes == 0);
	room_done(&r);
	buf_done(&pack);
	buf_done(&issue);
}

/* An issue beside which nothing fits is none by itself. */
static void
volumes_full(void)
{
	const struct shelf_pack *v;
	struct room r;

	room_new(&r, 1100);
	fill(&r, 0, 1100);
	fill(&r, 1100, 1110);
	check(make_volume(&r) == 0);
	fill(&r, 1110, 2100);
	fill(&r, 2100, 2101);
	reenter(&r);
	check(make_volume(&r) == 1);
	v = &r.p->shelf.pack[newest_volume(&r)];
	check(v->e.first == 2 && v->e.last == 3 && v->e.count == 1000);
	check(make_volume(&r) == 0);
	check(holds(&r, "word100.") == 1 && holds(&r, "word1200.") == 2);
	room_done(&r);
}

static size_t packs;

static int
count_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)st;
	(void)f;
	packs += type == FTW_F;
	return 0;
}

static size_t
count_packs(const struct room *r)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/pack", r->state);
	packs = 0;
	nftw(path, count_one, 16, FTW_PHYS);
	return packs;
}

/* Packs that were stored when all ended, and no header names, are gone at the next start. */
static void
killed_between(void)
{
	struct room r;
	size_t before;
	int status;
	pid_t pid;

	room_new(&r, 20);
	fill(&r, 0, 10);
	before = count_packs(&r);
	check(before == 2);
	leave(&r);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		check(enter(&r) == 0);
		check(publisher_begin(r.p, false, false) == 0);
		add_words(&r, 10, 60);
		check(store_commit(r.store) == 0); /* as the node does */
		check(count_packs(&r) > before);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid && status == 0);
	check(enter(&r) == 0);
	check(count_packs(&r) == before && publisher_articles(r.p) == 10);

	/* And none that is announced. */
	fill(&r, 10, 60);
	before = count_packs(&r);
	check(before == 8);
	reenter(&r);
	check(count_packs(&r) == before && holds(&r, "word50.") == 1);
	room_done(&r);
}

/* The end of a block is lost, which is no header any more: no number is signed again. */
static void
headers_are_lost(void)
{
	char path[192], id[ID_TEXT_LEN + 1];
	struct buf b = {0};
	struct room r;

	room_new(&r, 1);
	check(publish(&r, "a.html", "<p>alpha") == PUBLISHER_NEW);
	check(publish(&r, "b.html", "<p>beta") == PUBLISHER_NEW);
	id_text(id, publisher_feed(r.p));
	snprintf(path, sizeof(path), "%s/feed/%s/issues/1", r.state, id);
	leave(&r);
	check(file_read(&b, AT_FDCWD, path, SIZE_MAX) == 0);
	for (size_t n = 0; n < b.n; n += b.n / 9) {
		check(truncate(path, (off_t)n) == 0);
		check(enter(&r) == QERR_TRUNCATED);
		check(strstr((char *)why.p, "Import the feed") != NULL);
	}
	check(remove(path) == 0 && enter(&r) == QERR_TRUNCATED);
	check(file_write(AT_FDCWD, path, buf_bytes(&b), 0644) == 0);
	check(enter(&r) == 0 && publisher_head(r.p) == 2);
	leave(&r);
	/* A head that is garbled itself is no word on that. */
	snprintf(path, sizeof(path), "%s/feed/%s/head", r.state, id);
	buf_clear(&b);
	check(file_read(&b, AT_FDCWD, path, SIZE_MAX) == 0);
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 4;
		check(file_write(AT_FDCWD, path, buf_bytes(&b), 0644) == 0);
		check(enter(&r) == 0 && publisher_head(r.p) == 2);
		leave(&r);
		b.p[i] ^= 4;
	}
	check(enter(&r) == 0);
	buf_done(&b);
	room_done(&r);
}

/* The tree as a mirror has it that heard of no more than |n| issues. */
static void
set_back(struct room *r, const struct id *feed, uint64_t n)
{
	struct store *s;

	check(store_open(&s, r->state, false) == 0);
	check(store_forget_headers(s, feed, n + 1) == 0);
	store_close(s);
}

/* Mended from a mirror that is behind: what was signed comes out again, and no other of
 * its number; where more is lacking than is kept, nothing is signed. */
static void
mended_from_behind(void)
{
	char path[192], id[ID_TEXT_LEN + 1];
	struct room r;
	struct id last, feed;

	room_new(&r, 1);
	check(publish(&r, "a.html", "<p>alpha") == PUBLISHER_NEW);
	check(publish(&r, "b.html", "<p>beta") == PUBLISHER_NEW);
	check(publish(&r, "c.html", "<p>gamma") == PUBLISHER_NEW);
	last = *feed_hash(r.p->chain, 3);
	feed = *publisher_feed(r.p);
	leave(&r);
	set_back(&r, &feed, 2);
	check(enter(&r) == 0 && publisher_head(r.p) == 3);
	check(id_eq(feed_hash(r.p->chain, 3), &last));
	leave(&r);
	set_back(&r, &feed, 1);
	check(enter(&r) == QERR_TRUNCATED);
	check(strstr((char *)why.p, "Import the feed") != NULL);
	/* It is that file alone that knows. */
	id_text(id, &feed);
	snprintf(path, sizeof(path), "%s/signed-%s", r.state, id);
	check(remove(path) == 0 && enter(&r) == 0 && publisher_head(r.p) == 1);
	room_done(&r);
}

/* The text pack that counts of the issue |number|. */
static const struct pack_entry *
text_of(struct room *r, uint64_t number)
{
	size_t i = shelf_own(&r->p->shelf, TIER_TEXT, number);

	check(i != SHELF_NONE);
	return &r->p->shelf.pack[i].e;
}

/* How many issues the text of |number| leans on. */
static int
base_of(struct room *r, uint64_t number)
{
	return __builtin_popcount(text_of(r, number)->base);
}

/* Issues lean on all before them from one that stands alone; and never on words that
 * were taken back. */
static void
bases(void)
{
	struct room r;

	room_new(&r, 30);
	check(publish(&r, "short.html", "<p>brief") == PUBLISHER_NEW);
	check(base_of(&r, 1) == 0);
	for (int n = 2; n <= 13; n++)
		fill(&r, 10 * (n - 2), 10 * (n - 1));
	for (int n = 2; n <= 10; n++) /* the first says too little */
		check(base_of(&r, (uint64_t)n) == n - 2);
	for (int n = 11; n <= 13; n++) /* eight are enough */
		check(base_of(&r, (uint64_t)n) == n - 11);
	reenter(&r);
	check(holds(&r, "word0.") == 1 && holds(&r, "word89.") == 1 &&
	      holds(&r, "word119.") == 1);

	/* One article does not pay for opening many. */
	fill(&r, 120, 121);
	check(base_of(&r, 14) == 1);
	fill(&r, 121, 131);
	check(base_of(&r, 15) > 1);

	/* All that leaned on it are made anew: before it, and so not all at once. */
	check(retract_by_drafts(&r, "5.html", "newsroom/secret.key") == 2);
	check(holds(&r, "word5.") == 0 && holds(&r, "word66.") == 1);
	for (uint64_t n = 2; n <= 10; n++)
		check(base_of(&r, n) == 0);
	check(base_of(&r, 12) == 1 && base_of(&r, 13) == 2);
	check(retract_by_drafts(&r, "95.html", "newsroom/secret.key") == 1);
	check(holds(&r, "word95.") == 0 && holds(&r, "word96.") == 1);
	check(base_of(&r, 12) == 0 && base_of(&r, 13) == 0);
	reenter(&r);
	check(publisher_articles(r.p) == 132);
	check(holds(&r, "word119.") == 1);
	room_done(&r);
}

/* Heads that stay what they were while their text is made anew are announced twice, and
 * can be taken back all the same. */
static void
twice_taken_back(void)
{
	const struct shelf_pack *k;
	size_t twins = 0;
	struct room r;

	room_new(&r, 30);
	for (int n = 0; n < 30; n += 10) {
		check(publisher_begin(r.p, false, false) == 0);
		for (int i = n; i < n + 10; i++) {
			char file[32], title[1000], words[1500], html[4000];

			shared_words(title, sizeof(title), (uint32_t)i + 9);
			shared_words(words, sizeof(words), voice);
			snprintf(file, sizeof(file), "%d.html", i);
			snprintf(html, sizeof(html),
			    "<title>%s</title><p>word%d. %s", title, i, words);
			check(add(&r, file, html, NULL) == PUBLISHER_NEW);
		}
		check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	}
	check(base_of(&r, 2) == 1 && base_of(&r, 3) == 2);
	check(retract(&r, "5.html") == 0);
	check(base_of(&r, 2) == 0 && base_of(&r, 3) == 0);
	for (size_t i = 0; i < r.p->shelf.n; i++) {
		k = &r.p->shelf.pack[i];
		twins += !k->dead && k->e.tier == TIER_HEADS && k->e.last == 2;
	}
	check(twins == 2);
	check(retract(&r, "15.html") == 0);
	check(holds(&r, "word15.") == 0 && holds(&r, "word16.") == 1);
	check(retract_by_drafts(&r, "16.html", "newsroom/secret.key") == 1);
	check(holds(&r, "word16.") == 0 && holds(&r, "word17.") == 1);
	reenter(&r);
	check(publisher_articles(r.p) == 30);
	room_done(&r);
}

static void
draft_some(struct room *r, int from, int to, struct buf *b,
    struct publisher_drafted *ret)
{
	check(publisher_begin_draft(r->p, false, 1700000000) == 0);
	add_words(r, from, to);
	buf_clear(b);
	check(publisher_draft(r->p, b, ret, &why) == 0);
}

/* A draft leans on what an issue that is signed here would; the same on two machines. */
static void
bases_of_drafts(void)
{
	struct publisher_drafted d, same;
	struct buf file, again, issue;
	struct tree_name t = {.kind = TREE_PACK};
	struct room r[2];

	buf_init(&file, 0);
	buf_init(&again, 0);
	buf_init(&issue, 0);
	for (int i = 0; i < 2; i++)
		room_new(&r[i], 30);
	for (int n = 0; n < 3; n++) {
		draft_some(&r[0], 10 * n, 10 * (n + 1), &file, &d);
		draft_some(&r[1], 10 * n, 10 * (n + 1), &again, &same);
		check(bytes_eq(buf_bytes(&file), buf_bytes(&again)));
		check(!d.lacks && !same.lacks);
		sign(&r[0], "newsroom/secret.key", &issue, buf_bytes(&file));
		for (int i = 0; i < 2; i++)
			check(release(&r[i], &issue) == 0);
		check(base_of(&r[1], (uint64_t)n + 1) == n);
	}
	reenter(&r[1]);
	check(holds(&r[1], "word1.") == 1 && holds(&r[1], "word25.") == 1);

	/* Who lacks one says so, and releases nothing that leans on it. */
	t.id = text_of(&r[1], 2)->root;
	check(store_forget(r[1].store, &t) == 0);
	reenter(&r[1]);
	draft_some(&r[0], 30, 40, &file, &d);
	draft_some(&r[1], 30, 40, &again, &same);
	check(!d.lacks && same.lacks && !id_eq(&d.hash, &same.hash));
	sign(&r[0], "newsroom/secret.key", &issue, buf_bytes(&file));
	check(release(&r[1], &issue) == QERR_BASE && why.n > 0);
	check(release(&r[0], &issue) == 0 && base_of(&r[0], 4) == 3);
	for (int i = 0; i < 2; i++)
		room_done(&r[i]);
	buf_done(&file);
	buf_done(&again);
	buf_done(&issue);
}

/* The issues of one batch lean on each other before any of them is out. */
static void
bases_of_a_batch(void)
{
	struct room r;

	room_new(&r, 10);
	fill(&r, 0, 10);
	fill(&r, 10, 55);
	for (int n = 1; n <= 6; n++)
		check(base_of(&r, (uint64_t)n) == n - 1);
	reenter(&r);
	check(holds(&r, "word9.") == 1 && holds(&r, "word54.") == 1);

	/* What is open for something else is no base by mistake. */
	check(publisher_begin(r.p, false, false) == 0);
	for (int i = 60; i < 75; i++) {
		char file[32], html[2000], words[1500];

		shared_words(words, sizeof(words), 1);
		snprintf(file, sizeof(file), "%d.html", i);
		snprintf(html, sizeof(html), "<title>T</title><p>word%d. %s", i,
		    words);
		check(add(&r, file, html, NULL) == PUBLISHER_NEW);
		if (i == 70)
			check(add(&r, "3.html", "<title>T3</title><p>word3.",
				  NULL) == PUBLISHER_CORRECTED);
	}
	check(publisher_commit(r.p, NULL, NULL, &why) == 0);
	check(base_of(&r, 7) == 6 && base_of(&r, 8) == 7);
	reenter(&r);
	check(holds(&r, "word60.") == 1 && holds(&r, "word74.") == 1);

	/* Nor is what was given up. */
	check(publisher_begin(r.p, false, false) == 0);
	for (int i = 80; i < 95; i++) {
		char file[32], html[64];

		snprintf(file, sizeof(file), "%d.html", i);
		snprintf(html, sizeof(html), "<title>T</title><p>no%d.", i);
		check(add(&r, file, html, NULL) == PUBLISHER_NEW);
	}
	publisher_cancel(r.p);
	fill(&r, 100, 110);
	fill(&r, 110, 120);
	check(base_of(&r, 9) == 8 && base_of(&r, 10) == 0);
	reenter(&r);
	check(holds(&r, "word100.") == 1 && holds(&r, "word119.") == 1);
	room_done(&r);
}

static void
promises(void)
{
	struct room r;
	uint64_t due;

	room_new(&r, 0);
	check(publisher_keep_promise(r.p, UINT64_MAX, &why) == 0);
	check(publisher_head(r.p) == 0);
	check(publish(&r, "a.html", "<p>alpha") == PUBLISHER_NEW);
	due = r.p->last_time + PUBLISHER_NEXT;
	check(publisher_keep_promise(r.p, due - 1, &why) == 0);
	check(publisher_head(r.p) == 1);
	check(publisher_keep_promise(r.p, due, &why) == 0);
	check(publisher_head(r.p) == 2);
	reenter(&r);
	check(publisher_head(r.p) == 2);

	/* The clock was put back a little; or was in 2100 when an issue was made. */
	due = r.p->last_time;
	check(publisher_keep_promise(r.p, due - PUBLISHER_NEXT, &why) == 0);
	check(publisher_head(r.p) == 2);
	check(publisher_promised(r.p, due) == due + PUBLISHER_NEXT);
	r.p->last_time = 4102444800;
	check(publisher_promised(r.p, due) == due);
	check(publisher_keep_promise(r.p, due, &why) == 0);
	check(publisher_head(r.p) == 3 && r.p->last_time < 4102444800);
	check(publisher_keep_promise(r.p, due, &why) == 0);
	check(publisher_head(r.p) == 3);
	/* Or it is in 1970 now: then it is waited for, and what is new all the same is as
	 * old as the newest. */
	check(publisher_promised(r.p, 5000) == 5000);
	check(publisher_keep_promise(r.p, 5000, &why) == 0);
	check(publisher_head(r.p) == 3);
	check(press_time(r.p, 5000) == r.p->last_time);
	check(press_time(r.p, due) == due);
	room_done(&r);
}

static int
without(struct room *r, const char *name, const char *instead)
{
	char path[128], keep[160];
	int e;

	snprintf(path, sizeof(path), "%s/%s", r->folder, name);
	snprintf(keep, sizeof(keep), "%s.kept", path);
	leave(r);
	check(rename(path, keep) == 0);
	if (instead != NULL)
		check(file_write(AT_FDCWD, path, bytes_str(instead), 0600) ==
		      0);
	e = enter(r);
	check(e != 0 && why.n > 0);
	check(rename(keep, path) == 0);
	check(enter(r) == 0);
	return e;
}

static void
folders_that_are_wrong(void)
{
	struct room r;

	room_new(&r, 0);
	without(&r, "secret.key", "nonsense");
	check(without(&r, "charter", NULL) == QERR_ABSENT);
	without(&r, "charter", "nonsense");
	check(without(&r, "link", NULL) == QERR_ABSENT);
	without(&r, "link", "https://example.org/");
	check(without(&r, "reading.key", "abc") == QERR_ENCODING);
	room_done(&r);
}

/* A feed of three languages has a chain of each. */
static void
bases_of_languages(void)
{
	static const struct {
		uint32_t voice;
		int base;
	} issue[] = {{1, 0}, {2, 0}, {3, 0}, {1, 1}, {3, 1}, {2, 1}, {1, 2},
	    {4, 0}, {3, 2}, {4, 1}, {1, 3}, {2, 2}, {1, 4}, {1, 5}, {1, 6},
	    {1, 7}, {1, 8}, {1, 0}, {2, 3}, {1, 1}};
	struct room r;

	room_new(&r, 25);
	for (int i = 0; i < (int)(sizeof(issue) / sizeof(issue[0])); i++) {
		voice = issue[i].voice;
		fill(&r, 25 * i, 25 * (i + 1));
		check(publisher_head(r.p) == (uint64_t)i + 1);
		check(base_of(&r, (uint64_t)i + 1) == issue[i].base);
	}
	voice = 1;
	reenter(&r);
	check(holds(&r, "word40.") == 1);
	room_done(&r);
}

int
main(void)
{
	check(sodium_init() >= 0);
	check(worker_new(&worker, NULL, NULL) == 0);
	buf_init(&why, 0);
	from_draft_to_retraction();
	what_corrections_say();
	language_of_the_feed();
	pictures_come_clean();
	nothing_half_done();
	a_cancel_leaves_nothing();
	a_lost_commit_is_noticed();
	a_draft_of_another_reading_key();
	a_draft_is_signed_elsewhere();
	a_failed_commit_is_undone();
	the_same_twice();
	names();
	volumes();
	volumes_anew();
	chains_stay_short();
	what_is_lost();
	what_is_given_up();
	given_up_by_drafts();
	volumes_full();
	killed_between();
	headers_are_lost();
	mended_from_behind();
	bases();
	twice_taken_back();
	bases_of_drafts();
	bases_of_a_batch();
	bases_of_languages();
	promises();
	folders_that_are_wrong();
	worker_free(worker);
	buf_done(&why);
	return 0;
}
