/*
 * Loaded before a program (LD_PRELOAD): once the file POINTS_ARM is there, what the
 * program itself writes is counted, call by call, and at the one of number POINTS_AT it is
 * killed, or finds from then on that the disk is full (POINTS_FULL).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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
static const char *arm;
static _Atomic long n;

__attribute__((constructor)) static void
begin(void)
{
	const char *s = getenv("POINTS_AT");

	self = getpid(); /* a child counts nothing */
	at = s != NULL ? strtol(s, NULL, 10) : 0;
	full = getenv("POINTS_FULL") != NULL;
	arm = getenv("POINTS_ARM");
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

	return point() ? -1 : real(a, from, b, to);
}

int
rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *)

	return point() ? -1 : real(from, to);
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
	return real(dir, path, flags);
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

	return point() ? -1 : real(fd);
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

	return point() ? -1 : real(fd);
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
	return (flags & O_CREAT) != 0 && point() ? -1
						 : real(dir, path, flags, mode);
}

ssize_t
write(int fd, const void *p, size_t len)
{
	REAL(ssize_t, "write", int, const void *, size_t)
	struct stat st;
	bool file = fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

	return file && point() ? -1 : real(fd, p, len);
}
