#ifndef QUIRE_WEBFEED_H
#define QUIRE_WEBFEED_H

#include "daemon/ingest/ingest.h"

/*
 * Take entry number |src->entry| of a feed in: RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom
 * 0.3 and 1.0, or a WordPress export, of which what is published counts.  The entry
 * is named by its guid or id, else by its link, so that an edit is a correction.
 * Its text is what the feed holds, or its page if that is given: nothing is fetched.
 * A sitemap's entries have nothing but their pages.
 *
 * QERR_ABSENT behind the last entry; QERR_TEXT if it is no feed, or declares
 * entities, which no feed needs and bombs are made of; else as ingest().  The feed
 * is parsed once for all entries that are asked for one after the other.
 */
#define WEBFEED_ENTRIES_MAX INGEST_ENTRIES_MAX

int webfeed_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why);

/* As ingest_list(), of a feed, a sitemap or an index of sitemaps. */
int webfeed_list(struct ingest_list *ret, const struct ingest_source *src,
    struct bytes text, struct buf *why);

/* Whether |text| is a whole article, as far as one can see; in elements that are made
 * for summaries it has to be longer, and "…" ends the beginning of one. */
bool webfeed_is_whole(struct bytes text, bool is_summary);
/* The title of an entry without one: how its text |html| begins. */
void webfeed_title(struct ingest_doc *d, struct bytes html);

/* The encoding that an XML document names, or none. */
struct bytes webfeed_declared(struct bytes xml);

/* libxml2 prepares itself: before files and calls are taken away. */
void webfeed_ready(void);

#endif
