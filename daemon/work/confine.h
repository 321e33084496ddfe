#ifndef QUIRE_CONFINE_H
#define QUIRE_CONFINE_H

#include <stddef.h>

/*
 * The walls of a child that parses strangers' documents.  They hold for good,
 * and for its children.
 */

/* No new privileges, and no file can be opened any more (Landlock, where the
 * kernel has it). */
int confine_files(void);

/*
 * No descriptor but |keep| and standard error; CPU time, memory, processes and
 * files limited; of system calls only those that memory, talking over |keep| and
 * exiting take (seccomp): no socket, exec, open or signal to others.  0 or
 * QERR_IO: then the caller must exit.
 */
#define CONFINE_CPU_SECONDS 10
#define CONFINE_MEMORY      (512L * 1024 * 1024)
int confine_calls(int keep);

/* Parts of it, for a child with walls of its own: close all other descriptors, but
 * standard error; set each limit, for good. */
struct confine_limit {
	int what; /* RLIMIT_X */
	unsigned long max;
};
void confine_descriptors(int keep);
int confine_limits(const struct confine_limit *l, size_t n);

#endif
