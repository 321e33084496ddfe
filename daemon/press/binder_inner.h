#ifndef QUIRE_BINDER_INNER_H
#define QUIRE_BINDER_INNER_H

#include "daemon/press/press.h"

/*
 * Volumes: of each thousand articles one, for newcomers.  Issues lean on each other, so
 * that a volume has a ninth less than they; and each mirror fetches all of it once more.
 * Smaller ones saved a twentieth, and made mirrors fetch everything three times.  A volume
 * that holds what was taken back comes before all others; and none holds that when it is
 * made.
 *
 *   binder.c        a volume from its start to its header, here or in a draft
 *   binder_due.c    whether one is due, and over which issues
 *   binder_child.c  the forked child that makes it
 */

/* Is a volume due?  Then it is p->first..last.  None is while one is being made, or a
 * batch is open. */
bool binder_is_due(struct publisher *p);
/* Bytes of the texts, unpacked, that belong to the |heads| on the shelf. */
size_t binder_text_raw(const struct shelf *s, size_t heads);

/* What p->first..last is made of, as shelf_cover(): of a volume that is made anew just that,
 * if it is here. */
int binder_cover(struct publisher *p, size_t **ret, size_t *ret_n);
/*
 * Start the child that makes p->first..last: 1, and p->ended closes with it; or QERR_IO,
 * logged.  It leaves struct pack_entry and sealed bytes of both tiers in p->result.
 */
int binder_start(struct publisher *p);
/* Wait for it to end: 0 if it did its work, else QERR_IO. */
int binder_reap(struct publisher *p);
/* Take the pack at |*at| out of what it left: |e|, and its bytes into the empty |b|.
 * QERR_ABSENT at its end. */
int binder_read(struct publisher *p, off_t *at, struct pack_entry *e,
    struct buf *b);
/* Give back what was shared with it. */
void binder_close(struct publisher *p);

#endif
