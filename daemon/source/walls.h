#ifndef QUIRE_WALLS_H
#define QUIRE_WALLS_H

#include <stddef.h>

/*
 * The walls of the child that fetches.  It needs the network, and of the disk just
 * what TLS and DNS read, so it may open these and the |n| folders (or files) of
 * |local| sources, to read; no other descriptor than |keep| and standard error is
 * left to it; CPU time, memory and files are limited; of system calls it has those of
 * a client with threads: it cannot run, fork, signal or change anything.
 * 0 or QERR_IO: then the caller must exit.
 */
#define WALLS_CPU_SECONDS 120 /* of one that fetches */
#define WALLS_MEMORY      (512L * 1024 * 1024)

int walls_enter(int keep, char *const *local, size_t n);
/* The same for a child that carries a link, for as long as that lasts. */
int walls_carry(int keep);
/* For one that becomes |program|, which the operator named: it may run what stands in
 * the folders of programs, and write below |state|. */
int walls_program(const char *program, const char *state);

#endif
