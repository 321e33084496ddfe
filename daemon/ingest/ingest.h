#ifndef QUIRE_INGEST_H
#define QUIRE_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/ingest/imprint.h"
#include "proto/base/buf.h"
#include "proto/object/article.h"

/*
 * From a document (HTML, Markdown, plain text or an entry of a feed) to an article: what it says of
 * itself, its body in our markup, and which pictures it shows.  Runs in a confined
 * child (daemon/work/worker.h), for it parses strangers' bytes; it opens no file.
 *
 * What a document says of itself stands in front matter, lines of "key: value"
 * between two lines of "---" at its very beginning, or without these up to a blank
 * line (daemon/ingest/front.h), and in HTML's <html lang>, <title>, <meta>,
 * <link rel=canonical>.  Front matter wins.
 */
#define INGEST_DOCUMENT_MAX (8 * 1024 * 1024)
/* Of HTML, its scripts and style sheets not counted: of most pages they are half, of
 * some nearly all. */
#define INGEST_HTML_MAX       (3 * 1024 * 1024)
#define INGEST_DEPTH_MAX      512 /* tags inside each other */
#define INGEST_ATTRIBUTES_MAX 256 /* of a tag */
#define INGEST_WARNINGS_MAX   8
#define INGEST_SAID_MAX       8 /* languages */
#define INGEST_TOLD           (-2)

enum ingest_kind {
	INGEST_HTML,
	INGEST_MARKDOWN,
	INGEST_TEXT,
	INGEST_FEED, /* RSS, Atom, JSON Feed: each entry is a document (daemon/ingest/webfeed.h) */
};

struct ingest_source {
	enum ingest_kind kind;
	struct bytes data; /* the document */
	size_t entry;      /* of a feed: which, from 0 */
	struct bytes file; /* its file name: the title, if there is no other */
	/* The languages it may be in if it names none, as words: the only one, or the
	 * only one that is written in its letters; "und", as the last: if nothing else
	 * is sure.  May be empty. */
	struct bytes lang;
	/* The address that it was found at, for what it names relative to it; may
	 * be empty. */
	struct bytes at;
	/* Of an entry: the page it links to, in HTML, and that page's address.  If
	 * it is there, it has the text, and the entry says what the page does not. */
	struct bytes page, page_at;
	/* What the operator says of its site (daemon/extract/rules.h); may be empty. */
	struct bytes rules;
	bool trace; /* tell what is published of it, and what is not */
	/*
	 * The picture that the document calls |src|: a number that stands for
	 * it, or negative if there is none; INGEST_TOLD if somebody warns of that
	 * already.  NULL: there are none.
	 */
	int (*find)(void *arg, struct bytes src);
	void *arg;
};

struct ingest_picture {
	uint32_t number; /* as |find| said */
	char *alt;
};

/* An article to be.  Owns its strings, tidy as PROTOCOL.md §1 wants them. */
struct ingest_doc {
	char
	    *name; /* if the document names itself; else NULL, as those below */
	char *lang;
	bool foreign; /* for sure it is not |lang| (daemon/ingest/tongue.h) */
	/* What it says its language is, the most telling first; and, of a page, what
	 * the entry says that links to it. */
	char *said[INGEST_SAID_MAX];
	size_t n_said;
	char *entry_lang;
	char *title;
	char *author[ARTICLE_AUTHORS_MAX];
	size_t n_author;
	char
	    *house; /* who publishes it: the author, if a page names no other */
	struct imprint imprint; /* .. and how else that may be called */
	char *told; /* the article's text, as a page's data have it */
	char *section;
	char *tag[ARTICLE_TAGS_MAX];
	size_t n_tag;
	bool has_published, has_updated;
	int64_t published, updated;
	char *address;
	char *summary;
	char *note;
	struct ingest_picture picture[ARTICLE_PICTURES_MAX];
	size_t n_picture;
	struct buf body;
	struct buf trace; /* if it was asked for: daemon/ingest/trace.h */
	char *warning[INGEST_WARNINGS_MAX];
	size_t n_warning;
};
void ingest_init(struct ingest_doc *d);
void ingest_done(struct ingest_doc *d);

/* By the end of a file's name: false if it is no document. */
bool ingest_kind_of(enum ingest_kind *ret, struct bytes file);

/*
 * Take |src| in.  0 and |ret| has a language, a title and a body that passes
 * markup_check(); QERR_ABSENT behind the last entry of a feed; else QERR_TOOBIG, QERR_TEXT, QERR_MISSING or QERR_NOMEM and
 * |why| has a sentence that says what is wrong and what to do.  Initialise |ret|
 * first and free it in any case.
 */
int ingest(struct ingest_doc *ret, const struct ingest_source *src,
    struct buf *why);

/*
 * What a feed holds, for who has to know before entries are taken in: in its order,
 * each once.
 */
#define INGEST_ENTRIES_MAX 5000
#define INGEST_LINK_MAX    1024

enum ingest_list_kind {
	INGEST_LIST_FEED, /* entries, to be taken in as INGEST_FEED */
	INGEST_LIST_PAGE, /* no feed, but a page: itself, one entry */
	INGEST_LIST_SITEMAP, /* addresses of pages, to be taken in as INGEST_FEED */
	INGEST_LIST_INDEX, /* addresses of sitemaps */
};
struct ingest_entry {
	size_t number;   /* in the feed */
	struct id name;  /* a hash of what stays the same when it is edited */
	struct id text;  /* a hash of what it says */
	bool whole;      /* its text is all there; else its page has it */
	int64_t changed; /* UNIX seconds, as it says; 0 if it does not */
	char *link;      /* its page, NULL if it has none */
};
struct ingest_list {
	enum ingest_list_kind kind;
	struct ingest_entry *entry;
	size_t n;
};
void ingest_list_done(struct ingest_list *l);

/* List |src|; errors as of ingest().  Free |ret| with ingest_list_done() in any case. */
int ingest_list(struct ingest_list *ret, const struct ingest_source *src,
    struct buf *why);
/* Add one; 0, QERR_FULL or QERR_NOMEM.  A name that is there already is passed over. */
int ingest_list_add(struct ingest_list *l, const struct ingest_entry *e,
    struct bytes link);
/* The same for an entry of a feed, of which |d| has name and address: it is |whole| by
 * itself, or has to be for want of an address; who has no name is named by what it says. */
int ingest_list_enter(struct ingest_list *l, struct ingest_entry *e,
    const struct ingest_doc *d, bool whole);

/* Add a warning for the publisher; those beyond the limit are lost. */
void ingest_warn(struct ingest_doc *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
