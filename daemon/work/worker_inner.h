#ifndef QUIRE_WORKER_INNER_H
#define QUIRE_WORKER_INNER_H

#include "daemon/work/worker.h"
#include "proto/host/keeper.h"

/*
 * The inside of the worker: worker.c is the publisher's side, worker_child.c what its
 * children do.  What both say is daemon/work/ingest_wire.h.
 */

/* Fork the two keepers; arguments as of worker_new().  0 or QERR_*: the caller frees what
 * is there. */
int worker_keepers(struct keeper **ret_documents, struct keeper **ret_pictures,
    void (*forget)(void *arg), void *arg);

#endif
