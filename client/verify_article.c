#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/page.h"
#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/object/armour.h"
#include "proto/object/capsule.h"

/* Capsules, and pages made from them. */

/* A capsule, and the charters that are known from elsewhere, which it borrows from. */
struct opened {
	struct capsule_verdict c;
	struct feed *f;
};

static void
opened_free(struct opened *o)
{
	if (o == NULL)
		return;
	capsule_verdict_done(&o->c);
	feed_free(o->f);
	free(o);
}

/* With the charters that are known of its feed: it was opened without before. */
static int
open_known(struct verify *v, struct opened *o, struct bytes file)
{
	struct bytes newer[FEED_CHARTERS_MAX];
	size_t n = 0;
	int err;

	if ((o->f = feed_new(&o->c.feed)) == NULL)
		return QERR_NOMEM;
	if ((err = capsule_charters(o->f, file)) != 0 ||
	    (err = verify_learn_known(v, o->f)) != 0)
		return err;
	for (uint64_t k = 1; k <= feed_charter(o->f)->version; k++)
		newer[n++] = feed_charter_file(o->f, k);
	capsule_verdict_done(&o->c);
	o->c = (struct capsule_verdict){.n_picture = 0};
	return capsule_open(&o->c, file, newer, n);
}

static int
open_capsule(struct verify *v, struct opened *o, struct bytes file)
{
	int err = o == NULL ? QERR_NOMEM : capsule_open(&o->c, file, NULL, 0);

	if (err == 0 && v->n_known > 0)
		err = open_known(v, o, file);
	return err != 0 ? err : verify_feed_id(v, &o->c.feed);
}

/* The signature is all that an old capsule can show of what was pinned since. */
static void
say_unproven(const struct verify *v, const struct capsule_verdict *c)
{
	if (c->unproven && !v->a->quiet)
		note(v->a,
		    "The feed has fixed its issues up to %llu since, and this "
		    "capsule does not show that issue %llu is one of them. Ask "
		    "for a new one.",
		    (unsigned long long)c->charter.pin,
		    (unsigned long long)c->header.number);
}

int
verify_capsule(struct verify *v, struct bytes file)
{
	struct opened *o = calloc(1, sizeof(*o));
	struct capsule_verdict *c = o != NULL ? &o->c : NULL;
	struct buf plain;
	int err = 0, exit;

	buf_init(&plain, CAPSULE_MAX);
	if (armour_is(ARMOUR_CAPSULE, file)) {
		err = armour_get(&plain, ARMOUR_CAPSULE, file, CAPSULE_MAX);
		file = buf_bytes(&plain);
	}
	if (err == 0)
		err = open_capsule(v, o, file);
	if (err == 0) {
		verify_good(v, "capsule", &c->feed, &c->charter, &c->header,
		    &c->article);
		say_unproven(v, c);
		exit = verify_export(v, &c->header, c->header_file);
	} else {
		exit = verify_bad(v, err);
	}
	opened_free(o);
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
	if (!same && page_is_foreign(buf_bytes(&v->bytes)))
		return complain(
		    "%s cannot be compared: another version of quire "
		    "made it. The proof beside it is good; quire "
		    "unpack makes the page anew.",
		    v->what);
	if (!same)
		return complain("%s is NOT good: the page is not the signed "
				"article that its capsule holds.",
		    v->what);
	for (size_t i = 0; i < c->article.n_picture; i++) {
		char file[PAGE_PICTURE_MAX];

		page_picture(file, &c->article.picture[i]);
		if (!picture_ok(folder, &c->article.picture[i]))
			return complain("%s is NOT good: its picture %zu, "
					"pictures/%s, was changed.",
			    v->what, i + 1, file);
	}
	verify_good(v, "page", &c->feed, &c->charter, &c->header, &c->article);
	say_unproven(v, c);
	return verify_export(v, &c->header, c->header_file);
}

int
verify_page(struct verify *v)
{
	struct opened *o = calloc(1, sizeof(*o));
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
	err = file_read(&b, AT_FDCWD, path, CAPSULE_MAX);
	if (err == QERR_ABSENT) {
		exit = complain("%s cannot be checked: %s, its proof, is not "
				"beside it.",
		    v->what, path);
	} else if (err != 0) {
		exit = complain_of(path, "read", err);
	} else {
		err = open_capsule(v, o, buf_bytes(&b));
		snprintf(copy, sizeof(copy), "%s", v->what);
		exit = err != 0 ? verify_bad(v, err)
				: compare_page(v, &o->c, dirname(copy), base);
	}
	opened_free(o);
	buf_done(&b);
	return exit;
}
