#ifndef QUIRE_TEST_POINTS_H
#define QUIRE_TEST_POINTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/lib/check.h"

/*
 * The calls with which this program writes, counted.  At one of them it is killed, or
 * loses power (and then the last of what no sync made sure of is undone), or finds from
 * there on, or just once, that the disk is full.  For one program, of one source file.
 */
enum befalls {
	NOTHING,
	KILLED,
	DARK,
	FULL,
	FULL_ONCE
};

#define CHANGES_MAX 2048
#define CHANGE_SIZE 65536 /* larger files are not kept: none of ours is */

static struct {
	enum befalls what;
	_Atomic long n;
	long at;
	unsigned dice;
	size_t n_change;
	struct {
		char name[200];
		bool there, folder, joined; /* with the one before */
		size_t size;
		uint8_t *data;
	} change[CHANGES_MAX];
} points;

/* From now on; |at|: the call that it befalls, from 1. */
static inline void
points_begin(enum befalls what, long at, unsigned dice)
{
	points.what = what;
	points.at = at;
	points.n = 0;
	points.dice = dice;
}

static void
points_path(char ret[200], int dir, const char *path)
{
	char link[64], at[128];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, at, sizeof(at) - 1);
	check(n > 0);
	at[n] = '\0';
	snprintf(ret, 200, "%s%s%s", at, path[0] == '\0' ? "" : "/", path);
}

/* What |path| is before it changes. */
static void
points_change(int dir, const char *path)
{
	size_t i = points.n_change;
	struct stat st;
	int fd;

	if (points.what != DARK)
		return;
	check(i < CHANGES_MAX);
	points.n_change++;
	points_path(points.change[i].name, dir, path);
	fd = (int)syscall(SYS_openat, AT_FDCWD, points.change[i].name,
	    O_RDONLY | O_CLOEXEC, 0);
	points.change[i].there = fd >= 0;
	if (fd < 0)
		return;
	check(fstat(fd, &st) == 0);
	points.change[i].folder = S_ISDIR(st.st_mode);
	points.change[i].data = malloc(CHANGE_SIZE);
	check(points.change[i].data != NULL);
	if (!points.change[i].folder)
		points.change[i].size =
		    (size_t)read(fd, points.change[i].data, CHANGE_SIZE);
	close(fd);
}

/* What a sync of |fd| makes sure of: names in a folder, or a file; -1: of all. */
static void
points_synced(int fd)
{
	size_t kept = 0, len;
	char at[200];

	if (fd >= 0)
		points_path(at, fd, "");
	len = fd >= 0 ? strlen(at) : 0;
	for (size_t i = 0; i < points.n_change && fd >= 0; i++) {
		const char *name = points.change[i].name;
		bool sure = strcmp(name, at) == 0 ||
			    (strncmp(name, at, len) == 0 && name[len] == '/' &&
				strchr(name + len + 1, '/') == NULL);

		if (!sure)
			points.change[kept++] = points.change[i];
	}
	points.n_change = kept;
}

static void
points_undo(void)
{
	size_t left = points.dice % (points.n_change + 1);

	while (left < points.n_change && points.change[left].joined)
		left++;
	for (size_t i = points.n_change; i-- > left;) {
		const char *name = points.change[i].name;
		int fd;

		syscall(SYS_unlinkat, AT_FDCWD, name, 0);
		if (points.change[i].there && points.change[i].folder)
			syscall(SYS_mkdirat, AT_FDCWD, name, 0755);
		if (!points.change[i].there || points.change[i].folder)
			continue;
		fd = (int)syscall(SYS_openat, AT_FDCWD, name,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		check(fd >= 0);
		check(syscall(SYS_write, fd, points.change[i].data,
			  points.change[i].size) >= 0);
		close(fd);
	}
}

/* True if the call is to fail. */
static bool
point(void)
{
	long k = ++points.n;

	if (points.what == NOTHING)
		return false;
	errno = ENOSPC;
	if (points.what == FULL || points.what == FULL_ONCE)
		return k == points.at || (k > points.at && points.what == FULL);
	if (k != points.at)
		return false;
	if (points.what == DARK)
		points_undo();
	_exit(9);
}

int
renameat(int a, const char *from, int b, const char *to)
{
	if (point())
		return -1;
	points_change(a, from);
	points_change(b, to);
	if (points.what == DARK)
		points.change[points.n_change - 1].joined = true;
	return (int)syscall(SYS_renameat2, a, from, b, to, 0);
}

/* Which needs no room. */
int
unlinkat(int dir, const char *path, int flags)
{
	(void)point();
	points_change(dir, path);
	return (int)syscall(SYS_unlinkat, dir, path, flags);
}

int
ftruncate(int fd, off_t size)
{
	(void)point();
	points_change(fd, "");
	return (int)syscall(SYS_ftruncate, fd, size);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	return point() ? -1 : (int)syscall(SYS_mkdirat, dir, path, mode);
}

/* Nothing is synced in truth: that would only take time. */
int
fsync(int fd)
{
	if (point())
		return -1;
	points_synced(fd);
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return point() ? -1 : 0;
}

int
syncfs(int fd)
{
	(void)fd;
	if (point())
		return -1;
	points_synced(-1);
	return 0;
}

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list more;

	va_start(more, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(more, mode_t);
	va_end(more);
	if ((flags & O_CREAT) != 0 && point())
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return fd > 2 && point() ? -1 : (ssize_t)syscall(SYS_write, fd, p, n);
}

#endif
