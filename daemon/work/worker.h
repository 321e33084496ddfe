#ifndef QUIRE_WORKER_H
#define QUIRE_WORKER_H

#include "daemon/ingest/ingest.h"
#include "daemon/picture/set.h"

/*
 * Takes documents and pictures in in confined children:
 *
 *	publisher --documents--> child: parses, may be taken over by one
 *	   |   \---a picture---> child: decodes, may be taken over by it
 *	   \---"a new one"---> a keeper of each: forks children, knows nothing
 *
 * The keepers are forked before any key is read, and forget the settings, so no child
 * holds a secret.  A child
 * serves many documents; one that dies or takes too long is replaced, and costs
 * the one document that a fresh child could not do either.  Each picture has a child
 * of its own, for it takes much of what a child may use; a document's child waits
 * meanwhile.
 */
#define WORKER_PICTURE_MAX  (32 * 1024 * 1024) /* bytes, as cameras write them */
#define WORKER_SECONDS_MAX  15  /* for one document or picture, by the clock */
#define WORKER_PICTURES_MAX 256 /* questions a document may ask */

struct worker;

/*
 * Fork the keepers: before threads, secrets and sandbox.  |forget| (may be NULL) is
 * called in them, to wipe what is known already.  0 or QERR_IO.
 */
int worker_new(struct worker **ret, void (*forget)(void *arg), void *arg);
void worker_free(struct worker *w);

/* From now on there are no children: who waits for one waits no more, and all that is
 * asked fails with QERR_IO.  From the loop, while a job is away. */
void worker_end(struct worker *w);

/* As ingest(), whose contract it has; src->find is called in this process. */
int worker_ingest(struct worker *w, struct ingest_doc *ret,
    const struct ingest_source *src, struct buf *why);

/* The same for ingest_list(). */
int worker_list(struct worker *w, struct ingest_list *ret,
    const struct ingest_source *src, struct buf *why);

/*
 * As picture_render(), whose contract it has, in a child; what comes back passes
 * picture_set_check().  QERR_IO if there is no child.  src->find may call it.
 */
int worker_picture(struct worker *w, struct picture_set *ret,
    struct bytes picture, struct buf *why);

#endif
