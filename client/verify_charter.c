#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/charter_held.h"
#include "client/term.h"
#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/import.h"
#include "proto/object/armour.h"

/* Charters, and where those before them are. */

#define TEXT_MAX (2 * CHARTER_FILE_MAX)

void
verify_around(const struct verify *v, int up, char *dst, size_t size)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", v->what);
	snprintf(dst, size, "%.4000s", dirname(copy));
	for (int i = 1; i < up; i++)
		strncat(dst, "/..", size - strlen(dst) - 1);
}

/* One charter's file. */
static int
learn_lone(struct feed *f, const char *path)
{
	uint64_t floor;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = file_read(&b, AT_FDCWD, path, TEXT_MAX);
	if (err == 0)
		err = armour_strip(&b, ARMOUR_CHARTER, CHARTER_FILE_MAX);
	if (err == 0)
		err = feed_add_charter(f, buf_bytes(&b), &floor);
	buf_done(&b);
	return err;
}

/* The same; what is none, or of another feed, is passed over. */
static int
learn_file(struct feed *f, const char *path)
{
	int err = learn_lone(f, path);

	return err == QERR_FORK || qerr_is_fatal(err) ? err : 0;
}

/* The same for one that somebody named, who means it. */
static int
learn_named(struct feed *f, const char *path)
{
	int err = learn_lone(f, path);

	return err == QERR_CHAIN || err == QERR_FEED || err == QERR_DUPLICATE
		   ? 0
		   : err;
}

/* A newsroom keeps those before the newest as charter.N. */
static int
learn_newsroom(struct feed *f, const char *folder)
{
	char path[PATH_MAX + 32];
	struct stat st;
	int err = 0;

	for (uint64_t k = 1; err == 0; k++) {
		snprintf(path, sizeof(path), "%s/charter.%llu", folder,
		    (unsigned long long)k);
		if (stat(path, &st) != 0)
			break;
		err = learn_file(f, path);
	}
	snprintf(path, sizeof(path), "%s/charter", folder);
	return err != 0 ? err : learn_file(f, path);
}

static int
learn_tree(struct feed *f, const char *place)
{
	struct tree_name n = {
	    .kind = TREE_CHARTER, .id = *feed_id(f), .number = 1};
	struct import_source *src;
	uint64_t floor;
	struct buf b;
	int err;

	if (import_open(&src, place, NULL) != 0)
		return 0;
	buf_init(&b, 0);
	for (; (err = import_get(src, &n, CHARTER_FILE_MAX, &b)) == 0;
	     n.number++) {
		err = feed_add_charter(f, buf_bytes(&b), &floor);
		if (err != 0 && err != QERR_DUPLICATE)
			break;
	}
	buf_done(&b);
	import_close(src);
	return err == QERR_FORK || qerr_is_fatal(err) ? err : 0;
}

int
verify_known_check(const struct verify *v)
{
	for (size_t i = 0; i < v->n_known; i++) {
		struct import_source *src = NULL;
		struct charter c;
		int err;

		if (charter_held_is(v->known[i], &c))
			continue;
		err = import_open(&src, v->known[i], NULL);
		import_close(src);
		if (err == 0)
			continue;
		if (err == QERR_ABSENT || qerr_is_fatal(err))
			return complain_of(v->known[i], "read", err);
		return complain("%s is no charter, no tree and no newsroom's "
				"folder.",
		    v->known[i]);
	}
	return 0;
}

int
verify_learn(struct feed *f, const char *place)
{
	struct charter c;
	int err;

	if (charter_held_is(place, &c))
		return learn_named(f, place);
	err = learn_tree(f, place);
	return err != 0 ? err : learn_newsroom(f, place);
}

/* Charters that say nothing of |f|: a revocation, too, that follows one which is missing. */
static void
note_unused(const struct verify *v, const struct feed *f)
{
	struct charter c, ours;

	for (size_t i = 0; i < v->n_known; i++) {
		if (!charter_held_is(v->known[i], &c) ||
		    (charter_peek(&ours, feed_charter_file(f, c.version)) ==
			    0 &&
			id_eq(&ours.hash, &c.hash)))
			continue;
		note(v->a,
		    "The charter %s was not used: it is another feed's, or "
		    "one before it is missing.",
		    v->known[i]);
	}
}

int
verify_learn_known(struct verify *v, struct feed *f)
{
	uint64_t before;
	int err = 0;

	/* In whatever order they are named. */
	do {
		before = feed_charter(f) != NULL ? feed_charter(f)->version : 0;
		for (size_t i = 0; i < v->n_known && err == 0; i++) {
			err = verify_learn(f, v->known[i]);
			if (err != 0 && err != QERR_FORK)
				v->culprit = v->known[i];
		}
	} while (err == 0 && feed_charter(f) != NULL &&
		 feed_charter(f)->version > before);
	if (err == 0 && !v->a->quiet)
		note_unused(v, f);
	return err;
}

/* The feed that a charter is of, as its file does not say. */

struct search {
	struct verify *v;
	struct charter c;
	struct feed *found;
	int err;
};

/* Is it of feed |id|, of which the places around know more? */
static int
look(void *arg, const struct id *id)
{
	struct search *s = arg;
	char top[PATH_MAX];
	struct feed *f;

	if (s->found != NULL || s->err != 0)
		return 0;
	if ((f = feed_new(id)) == NULL)
		return QERR_NOMEM;
	for (int up = 1; up <= 4 && s->err == 0; up += 3) {
		verify_around(s->v, up, top, sizeof(top));
		s->err = verify_learn(f, top);
	}
	if (s->err == 0)
		s->err = verify_learn_known(s->v, f);
	if (s->err == 0 && feed_is_of(f, &s->c))
		s->found = f;
	else
		feed_free(f);
	return 0;
}

/* A first charter names a feed, and a tree those that it holds. */
static void
look_at(struct search *s, const char *place)
{
	char path[PATH_MAX + 32];
	struct import_source *src;
	struct charter first;
	struct stat st;
	struct buf b;

	for (int k = 0; k < 3 && s->found == NULL; k++) {
		snprintf(path, sizeof(path), "%s%s", place,
		    k == 0   ? ""
		    : k == 1 ? "/charter.1"
			     : "/charter");
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		buf_init(&b, 0);
		if (file_read(&b, AT_FDCWD, path, TEXT_MAX) == 0 &&
		    armour_strip(&b, ARMOUR_CHARTER, CHARTER_FILE_MAX) == 0 &&
		    charter_peek(&first, buf_bytes(&b)) == 0 &&
		    first.version == 1)
			(void)look(s, &first.hash);
		buf_done(&b);
	}
	if (s->found == NULL && import_open(&src, place, NULL) == 0) {
		(void)import_feeds(src, look, s);
		import_close(src);
	}
}

static void
find_feed(struct search *s)
{
	char top[PATH_MAX];

	if (s->c.version == 1)
		(void)look(s, &s->c.hash);
	if (!s->v->any_feed)
		(void)look(s, &s->v->feed);
	for (size_t i = 0; i < s->v->n_known; i++)
		look_at(s, s->v->known[i]);
	/* Beside it in a newsroom's folder, or in a tree: feed/FEED/charter/N. */
	for (int up = 1; up <= 4 && s->found == NULL; up += 3) {
		verify_around(s->v, up, top, sizeof(top));
		look_at(s, top);
	}
}

/* The verdict. */

static void
say_json(const struct verify *v, const struct id *feed, const struct charter *c)
{
	char key[KEY_ID_TEXT + 1];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	json_init(&j, &b);
	verify_json(v, &j, c->is_revocation ? "revocation" : "charter", feed,
	    c->name);
	json_uint(&j, "version", c->version);
	json_open(&j, "ends", '[');
	for (size_t i = 0; i < c->n_end; i++) {
		key_id_text(key, c->end[i].id);
		json_open(&j, NULL, '{');
		json_str(&j, "key", key);
		json_uint(&j, "from", c->end[i].from);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

static void
say_good(const struct verify *v, const struct id *feed, const struct charter *c)
{
	char id[ID_TEXT_LEN + 1], key[KEY_ID_TEXT + 1];

	if (v->a->json)
		say_json(v, feed, c);
	if (v->a->json || v->a->quiet)
		return;
	id_text(id, feed);
	printf("%sGood%s: charter %llu of ", style(v->a, STYLE_GOOD),
	    style(v->a, STYLE_PLAIN), (unsigned long long)c->version);
	term_write(stdout, c->name);
	putchar('\n');
	for (size_t i = 0; i < c->n_end; i++) {
		key_id_text(key, c->end[i].id);
		printf("Revokes   key %s, from issue %llu on\n", key,
		    (unsigned long long)c->end[i].from);
	}
	printf("Feed      %s\n", id);
}

/* |c| as minisign knows it; a revocation carries less than minisign asks for. */
static int
export_charter(const struct verify *v, const struct charter *c)
{
	char comment[CHARTER_COMMENT_MAX];
	struct signed_file f;
	int err;

	if (v->export == NULL)
		return APP_DONE;
	if (c->is_revocation)
		return complain("%s has no form that minisign knows: so that "
				"it is short, a revocation leaves out the "
				"signatures of trusted comments. Nothing was "
				"exported.",
		    v->what);
	err = signed_decode(&f, buf_bytes(&v->bytes), SIGNED_SIGS_MAX);
	if (err != 0)
		return verify_bad(v, err);
	charter_comment(comment, c->version);
	return verify_export_signed(v, &f, "charter", comment);
}

/* |f| has those before |s->c|, at least; perhaps it, too. */
static int
judge(struct verify *v, const struct search *s)
{
	uint64_t floor;
	struct charter c;
	int err = verify_feed_id(v, feed_id(s->found));

	if (err == 0)
		err = feed_add_charter(s->found, buf_bytes(&v->bytes), &floor);
	if (err != 0 && err != QERR_DUPLICATE)
		return verify_bad(v, err);
	/* A revocation does not say whose it is. */
	c = s->c;
	if (c.is_revocation)
		c.name = feed_charter(s->found)->name;
	say_good(v, feed_id(s->found), &c);
	return export_charter(v, &c);
}

int
verify_charter(struct verify *v)
{
	struct search s = {.v = v};
	int err = armour_strip(&v->bytes, ARMOUR_CHARTER, CHARTER_FILE_MAX),
	    exit;

	if (err == 0)
		err = charter_peek(&s.c, buf_bytes(&v->bytes));
	if (err != 0)
		return verify_bad(v, err);
	find_feed(&s);
	if (s.err != 0)
		exit = verify_bad(v, s.err);
	else if (s.found == NULL)
		exit = complain("%s cannot be checked: the charters before it "
				"are not here. Name a place that has them: "
				"--charter",
		    v->what);
	else
		exit = judge(v, &s);
	feed_free(s.found);
	return exit;
}
