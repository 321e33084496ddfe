/*
 * Loaded before a program (LD_PRELOAD): once the file POINTS_ARM is there, what the
 * program itself writes is counted, call by call, and at the one of number POINTS_AT it is
 * killed, or finds from then on that the disk is full (POINTS_FULL).  What names it made or
 * took away and no folder was synced for since, the folder POINTS_UNDO has: a power cut may
 * take that back.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Theirs are replaced, and have their prototypes elsewhere. */
#define REAL(ret, name, ...)                         \
	static ret (*real)(__VA_ARGS__);             \
	void *found;                                 \
	if (real == NULL) {                          \
		found = dlsym(RTLD_NEXT, name);      \
		memcpy(&real, &found, sizeof(real)); \
	}

static pid_t self;
static long at;
static bool full;
static const char *arm, *undo;
static _Atomic long n;

/* Names that a power cut may undo, oldest first; what stood there is kept as |kept|. */
#define CHANGES_MAX 512
static struct change {
	char name[PATH_MAX];
	long kept; /* 0: nothing stood there */
} change[CHANGES_MAX];
static size_t n_change;
static long serial;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void
begin(void)
{
	const char *s = getenv("POINTS_AT");

	self = getpid(); /* a child counts nothing */
	at = s != NULL ? strtol(s, NULL, 10) : 0;
	full = getenv("POINTS_FULL") != NULL;
	arm = getenv("POINTS_ARM");
	undo = getenv("POINTS_UNDO");
}

/* --- what a power cut may undo --- */

/* "KEPT NAME" a line; not by what is counted here. */
static void
write_changes(void)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/changes", undo);
	if ((f = fopen(path, "we")) == NULL)
		abort();
	for (size_t i = 0; i < n_change; i++)
		fprintf(f, "%ld %s\n", change[i].kept, change[i].name);
	fclose(f);
}

/* Where |fd| is, or |path| from there. */
static void
whole(char ret[PATH_MAX], int fd, const char *path)
{
	char link[64];
	ssize_t len = 0;

	ret[0] = '\0';
	if (path[0] != '/') {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(fd == AT_FDCWD ? "/proc/self/cwd" : link, ret,
		    PATH_MAX - 1);
		len = len < 0 ? 0 : len;
	}
	snprintf(ret + len, PATH_MAX - (size_t)len, "%s%s",
	    path[0] == '/' || path[0] == '\0' ? "" : "/", path);
}

/* |path| is about to change. */
static void
changes(int dir, const char *path)
{
	REAL(int, "linkat", int, const char *, int, const char *, int)
	char kept[PATH_MAX];
	struct change *c;

	if (undo == NULL || arm == NULL || getpid() != self ||
	    access(arm, F_OK) != 0 || n_change == CHANGES_MAX)
		return;
	pthread_mutex_lock(&lock);
	c = &change[n_change++];
	whole(c->name, dir, path);
	c->kept = ++serial;
	snprintf(kept, sizeof(kept), "%s/%ld", undo, c->kept);
	if (real(dir, path, AT_FDCWD, kept, 0) != 0)
		c->kept = 0;
	write_changes();
	pthread_mutex_unlock(&lock);
}

/* All of |folder|, or of all, is on the disk. */
static void
synced(const char *folder)
{
	size_t kept = 0;

	if (undo == NULL)
		return;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_change && folder != NULL; i++) {
		size_t len =
		    (size_t)(strrchr(change[i].name, '/') - change[i].name);

		if (strlen(folder) != len ||
		    memcmp(folder, change[i].name, len) != 0)
			change[kept++] = change[i];
	}
	n_change = kept;
	write_changes();
	pthread_mutex_unlock(&lock);
}

/* True if the call is to fail. */
static bool
point(void)
{
	long k;

	if (at == 0 || arm == NULL || getpid() != self ||
	    access(arm, F_OK) != 0)
		return false;
	k = ++n;
	if (k == at && !full) {
		kill(self, SIGKILL);
		pause();
	}
	errno = ENOSPC;
	return full && k >= at;
}

int
renameat(int a, const char *from, int b, const char *to)
{
	REAL(int, "renameat", int, const char *, int, const char *)

	if (point())
		return -1;
	changes(b, to);
	return real(a, from, b, to);
}

int
rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *)

	if (point())
		return -1;
	changes(AT_FDCWD, to);
	return real(from, to);
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	REAL(int, "linkat", int, const char *, int, const char *, int)

	return point() ? -1 : real(a, from, b, to, flags);
}

/* Which needs no room. */
int
unlinkat(int dir, const char *path, int flags)
{
	REAL(int, "unlinkat", int, const char *, int)

	(void)point();
	changes(dir, path);
	return real(dir, path, flags);
}

/* Nor does this, and a sync of the file follows. */
int
ftruncate(int fd, off_t size)
{
	REAL(int, "ftruncate", int, off_t)

	(void)point();
	return real(fd, size);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	REAL(int, "mkdirat", int, const char *, mode_t)
	struct stat st;

	return fstatat(dir, path, &st, 0) != 0 && point()
		   ? -1
		   : real(dir, path, mode);
}

int
fsync(int fd)
{
	REAL(int, "fsync", int)
	char folder[PATH_MAX];
	int r = point() ? -1 : real(fd);

	whole(folder, fd, "");
	if (r == 0)
		synced(folder);
	return r;
}

int
fdatasync(int fd)
{
	REAL(int, "fdatasync", int)

	return point() ? -1 : real(fd);
}

int
syncfs(int fd)
{
	REAL(int, "syncfs", int)
	int r = point() ? -1 : real(fd);

	if (r == 0)
		synced(NULL);
	return r;
}

static mode_t
mode_of(int flags, va_list more)
{
	return (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
}

int
openat(int dir, const char *path, int flags, ...)
{
	REAL(int, "openat", int, const char *, int, ...)
	mode_t mode;
	va_list more;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	if ((flags & O_CREAT) != 0) {
		if (point())
			return -1;
		if (faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			changes(dir, path);
	}
	return real(dir, path, flags, mode);
}

ssize_t
write(int fd, const void *p, size_t len)
{
	REAL(ssize_t, "write", int, const void *, size_t)
	struct stat st;
	bool file = fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

	return file && point() ? -1 : real(fd, p, len);
}
