#ifndef QUIRE_CONFINE_H
#define QUIRE_CONFINE_H

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

#endif
