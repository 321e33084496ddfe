#ifndef QUIRE_BUNDLE_H
#define QUIRE_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/object/tree.h"

/*
 * A bundle is a plain tar (POSIX.1-1988 ustar) of part of a tree.  Writing is
 * deterministic: mode 0644, owner 0, time 0.  Reading goes block by block, takes
 * only regular files with names of a tree, and passes over what else is in it.
 */
#define BUNDLE_BLOCK    512
#define BUNDLE_FILE_MAX (16 * 1024 * 1024)

/* Append a file's header block; its bytes and bundle_pad() follow. */
void bundle_header(struct buf *b, const char *path, uint64_t size);
/* Append zeros up to the next block, given the file's |size|. */
void bundle_pad(struct buf *b, uint64_t size);
/* Append the two zero blocks of the end. */
void bundle_end(struct buf *b);

struct bundle_entry {
	bool end;   /* a zero block: nothing follows */
	bool known; /* a regular file with a tree's name */
	struct tree_name name;
	uint64_t size; /* bytes that follow, padded to blocks */
};

/* Read one 512-byte header block; QERR_ENCODING if its checksum is wrong. */
int bundle_read(struct bundle_entry *ret, const uint8_t block[BUNDLE_BLOCK]);

#endif
