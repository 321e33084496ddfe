#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/*
 * Loaded before quired (LD_PRELOAD), it says at the end how long the longest turns of its
 * loop were, from one epoll_wait(2) to the next, and how much of that went into syncing:
 *
 *	turn MS cpu MS sync MS syncs N
 *
 * Wall time, of the main thread alone.  QUIRE_TURNS names the file.
 */
#define LONGEST 10

struct turn {
	double ms, cpu, sync;
	unsigned syncs;
};
static struct turn longest[LONGEST], now;
static unsigned long turns, over_20;
static double began, began_cpu;
static pid_t loop; /* the process whose loop it is */

static double
clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
is_longer(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	return (x->ms < y->ms) - (x->ms > y->ms);
}

static void
end_turn(void)
{
	if (began <= 0)
		return;
	now.ms = clock_ms(CLOCK_MONOTONIC) - began;
	now.cpu = clock_ms(CLOCK_THREAD_CPUTIME_ID) - began_cpu;
	turns++;
	over_20 += now.ms > 20;
	if (now.ms > longest[LONGEST - 1].ms) {
		longest[LONGEST - 1] = now;
		qsort(longest, LONGEST, sizeof(longest[0]), is_longer);
	}
}

int
epoll_wait(int fd, struct epoll_event *ev, int max, int timeout)
{
	static int (*real)(int, struct epoll_event *, int, int);
	int n;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
	if (gettid() != getpid() || (loop != 0 && loop != getpid()))
		return real(fd, ev, max, timeout);
	loop = getpid();
	end_turn();
	n = real(fd, ev, max, timeout);
	now = (struct turn){0};
	began = clock_ms(CLOCK_MONOTONIC);
	began_cpu = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	return n;
}

static int
timed(const char *name, int fd)
{
	double from = clock_ms(CLOCK_MONOTONIC);
	int (*real)(int);
	int r;

	*(void **)&real = dlsym(RTLD_NEXT, name);
	r = real(fd);
	if (gettid() == getpid() && loop == getpid()) {
		now.sync += clock_ms(CLOCK_MONOTONIC) - from;
		now.syncs++;
	}
	return r;
}

int
fsync(int fd)
{
	return timed("fsync", fd);
}

int
fdatasync(int fd)
{
	return timed("fdatasync", fd);
}

int
syncfs(int fd)
{
	return timed("syncfs", fd);
}

static FILE *out;

__attribute__((constructor)) static void
open_out(void)
{
	const char *name = getenv("QUIRE_TURNS");

	/* Before quired may open no more files. */
	if (name != NULL)
		out = fopen(name, "we");
}

__attribute__((destructor)) static void
say(void)
{
	if (out == NULL || loop != getpid())
		return;
	fprintf(out, "%lu turns, %lu over 20 ms\n", turns, over_20);
	for (size_t i = 0; i < LONGEST; i++)
		fprintf(out, "turn %.1f cpu %.1f sync %.1f syncs %u\n",
		    longest[i].ms, longest[i].cpu, longest[i].sync,
		    longest[i].syncs);
	fflush(out);
}
