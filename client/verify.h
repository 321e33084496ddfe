#ifndef QUIRE_VERIFY_H
#define QUIRE_VERIFY_H

#include "client/app.h"
#include "client/json.h"
#include "client/page.h"
#include "proto/object/article.h"
#include "proto/object/feed.h"

/*
 * The inside of "quire verify", shared by its parts: cmd_verify.c (what a file is),
 * verify_article.c (capsules and pages), verify_since.c (what became of these),
 * verify_header.c, verify_charter.c and verify_tree.c, verify_say.c and verify_export.c (what they
 * tell and write).  Each returns the exit status, after saying what it found.
 */
#define VERIFY_KNOWN_MAX 16

struct verify {
	struct app *a;
	const char *what; /* the file or folder, for messages */
	bool any_feed;
	struct id feed; /* the one trusted, unless any_feed */
	const char *export;
	const char *known[VERIFY_KNOWN_MAX]; /* places with charters */
	size_t n_known;
	const char *culprit; /* of these, one that does not hold; or NULL */
	struct buf bytes;    /* of the file */
	size_t n_good;       /* so far */
};

int verify_bad(const struct verify *v, int err);
/* 0 or QERR_FEED. */
int verify_feed_id(const struct verify *v, const struct id *feed);
void verify_good(struct verify *v, const char *kind, const struct id *feed,
    const struct charter *c, const struct header *h, const struct article *art);
/* What every verdict begins with as JSON: the file, that it is good, |kind| and whose. */
void verify_json(const struct verify *v, struct json *j, const char *kind,
    const struct id *feed, struct bytes newsroom);
/* "1 issue", "3 issues". */
void verify_count(uint64_t n, const char *one);

/* What the home, if it follows the feed, knows of a later revision; ARTICLE_NEW: nothing. */
struct verify_since {
	enum article_status status;
	char day[PAGE_SINCE_MAX]; /* "": not known */
	char note[2049];
};
void verify_since(const struct verify *v, const struct id *feed,
    const struct article *a, struct verify_since *ret);

int verify_capsule(struct verify *v, struct bytes file);
int verify_page(struct verify *v);
int verify_header(struct verify *v);
/*
 * Write the body and the signatures of |file|, which is |h|, as minisign knows them, if
 * that was asked for; verify_export_signed() those of another |what|, which was.
 */
int verify_export(const struct verify *v, const struct header *h,
    struct bytes file);
int verify_export_signed(const struct verify *v, const struct signed_file *f,
    const char *what, const char *comment);
int verify_charter(struct verify *v);
int verify_folder(struct verify *v);
int verify_bundle(struct verify *v);

/*
 * Give |f| all its charters that |place| has: a charter's file, a folder or bundle with
 * a tree, or a newsroom's folder.  0, or QERR_* if one of them contradicts what |f| has, or
 * |place| is the file of one that does not hold; what is not there, or of another feed,
 * is passed over.
 */
int verify_learn(struct feed *f, const char *place);
/* The same for all places that the user named; sets v->culprit with an error. */
int verify_learn_known(struct verify *v, struct feed *f);
/* That each of these is there and, if it is a file, some charter's: 0, or an exit status
 * after complaining.  Who names one and mistypes it would trust a key that it ends. */
int verify_known_check(const struct verify *v);
/* The top of the tree that v->what may stand in, |up| folders above it. */
void verify_around(const struct verify *v, int up, char *dst, size_t size);

#endif
