#ifndef QUIRE_INGEST_WIRE_H
#define QUIRE_INGEST_WIRE_H

#include "daemon/ingest/ingest.h"
#include "daemon/picture/set.h"

/*
 * What goes between publisher and confined child (daemon/work/worker.h), as CBOR; but
 * a picture is sent to a child as the bytes that it has.  The child has parsed a
 * stranger's bytes and may be the stranger's by now: what it says is decoded as
 * strictly as if it came over a link.
 */
#define INGEST_WIRE_MAX (33 * 1024 * 1024) /* a feed and a page, a picture */

enum ingest_say {
	INGEST_SAY_FIND = 1, /* child: is there this picture?  [1, src] */
	INGEST_SAY_DOC,      /* child: here it is.             [2, document] */
	INGEST_SAY_ERROR, /* child: it cannot be.           [3, error, why] */
	/* child: as it is to be published.  [4, file, [? small file]],
	 * file: [type, width, height, bytes] */
	INGEST_SAY_PICTURES,
	INGEST_SAY_LIST, /* child: this is in it.          [5, kind, entries] */
};

/* |list|: what it holds is asked for, and no document. */
void ingest_put_source(struct buf *b, const struct ingest_source *src,
    bool list);
int ingest_get_source(struct ingest_source *ret, bool *ret_list,
    struct bytes msg);

void ingest_put_list(struct buf *b, const struct ingest_list *l);
/* Copy a list out of |msg|, checking each address: 0 or QERR_*. */
int ingest_get_list(struct ingest_list *ret, struct bytes msg);

void ingest_put_doc(struct buf *b, const struct ingest_doc *d);
/*
 * Copy a document out of |msg|, whose first item was INGEST_SAY_DOC, checking
 * each text, the body's markup, and that pictures are below |n_pictures|.
 */
int ingest_get_doc(struct ingest_doc *ret, struct bytes msg,
    uint32_t n_pictures);

void ingest_put_pictures(struct buf *b, const struct picture_set *s);
/*
 * Copy pictures out of |msg|, and see that they pass picture_set_check().  Initialise
 * |ret| first and free it in any case.
 */
int ingest_get_pictures(struct picture_set *ret, struct bytes msg);

#endif
