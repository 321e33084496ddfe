#ifndef QUIRE_FILE_H
#define QUIRE_FILE_H

#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * Files, whole and atomically.  Paths are relative to the directory |dir|, an
 * open descriptor or AT_FDCWD.  Results are 0 or QERR_ABSENT, QERR_TOOBIG,
 * QERR_NOSPACE, QERR_IO (logged here, once, with errno).
 */

/*
 * Append a whole file of at most |max| bytes to |b|.  Below a |dir| only plain files
 * count, so that nobody's pipe can make us wait; a path that the user names (AT_FDCWD)
 * may be anything that ends.  A pipe that nobody writes to is empty.
 */
int file_read(struct buf *b, int dir, const char *path, size_t max);
/*
 * The same of a plain file somewhere below |folder|, where others may write: no link is
 * followed on the way, and "..", too, is QERR_ABSENT.  Its descriptor, or what it holds.
 */
int file_open_below(int folder, const char *path);
/* The same of a folder: "" and "." are |folder| itself.  -1, and errno, if it is none. */
int file_folder_below(int folder, const char *path);
int file_read_below(struct buf *b, int folder, const char *path, size_t max);
/*
 * The temporary file beside |path| that is to replace it, made anew: its descriptor, and
 * its name in |tmp|; or QERR_*.  What lies there under its name, as a link that somebody
 * else laid into /tmp, is neither followed nor written into.
 */
int file_beside(char tmp[PATH_MAX], int dir, const char *path, mode_t mode);
/* Put that one, which is synced, in the place of |path|, for good; or delete it. */
int file_replace(const char *tmp, int dir, const char *path);
/*
 * Replace |path| with |data|: temporary, fsync, rename, fsync of its folder.  Only a
 * plain file is ever replaced: QERR_IO if there is a device, a pipe or a folder.
 */
int file_write(int dir, const char *path, struct bytes data, mode_t mode);
/* Write |data| to the open |fd|: 0, or -1 and errno, which the caller tells of. */
int file_write_all(int fd, struct bytes data);
/*
 * Open the folder |path| for readdir(3) and dirfd(3); closedir(3) it.  NULL and errno, which
 * the caller tells of.
 */
DIR *file_folder(int dir, const char *path);
/* Make a folder and those above it. */
int file_mkdirs(int dir, const char *path, mode_t mode);
/* Standard input as a whole. */
int file_read_stdin(struct buf *b, size_t max);

#endif
