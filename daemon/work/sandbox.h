#ifndef QUIRE_SANDBOX_H
#define QUIRE_SANDBOX_H

#include <stddef.h>

/*
 * What quired gives up once it runs: capabilities and new privileges, files
 * other than those named here (Landlock), and system calls that it has no use
 * for (seccomp).  Everything also holds for its children.
 */
enum sandbox_access {
	SANDBOX_READ,  /* a folder or file, and what is below */
	SANDBOX_WRITE, /* and make, change, remove */
};
struct sandbox_path {
	const char *path; /* one that does not exist is passed over */
	enum sandbox_access access;
};

/*
 * Enter for good.  What the kernel cannot do is said in the log and left out:
 * the service's unit holds the same walls.  QERR_IO if it fails otherwise.
 */
int sandbox_enter(const struct sandbox_path *path, size_t n);
/* The same for a child that becomes another program, which may run what it may read. */
int sandbox_enter_program(const struct sandbox_path *path, size_t n);

#endif
