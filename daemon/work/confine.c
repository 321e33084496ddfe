#include "daemon/work/confine.h"

#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/base/qerr.h"

/* All that Landlock's first version knows: 13 accesses. */
#define ALL_FILE_ACCESSES ((1ULL << 13) - 1)

int
confine_files(void)
{
	struct landlock_ruleset_attr none = {
	    .handled_access_fs = ALL_FILE_ACCESSES};
	long fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return QERR_IO;
	fd = syscall(SYS_landlock_create_ruleset, &none, sizeof(none), 0);
	if (fd < 0)
		return 0; /* an older kernel: the other walls stand */
	if (syscall(SYS_landlock_restrict_self, (int)fd, 0) != 0) {
		close((int)fd);
		return QERR_IO;
	}
	close((int)fd);
	return 0;
}

int
confine_limits(const struct confine_limit *l, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		/* A second of CPU time between the signal and the end. */
		struct rlimit x = {
		    l[i].max, l[i].max + (l[i].what == RLIMIT_CPU ? 1 : 0)};

#ifdef QUIRE_SANITIZED /* its shadow memory is larger than any limit */
		if (l[i].what == RLIMIT_AS)
			continue;
#endif
		r |= setrlimit((__rlimit_resource_t)l[i].what, &x);
	}
	return r;
}

static int
set_limits(void)
{
	static const struct confine_limit limits[] = {
	    {RLIMIT_CPU, CONFINE_CPU_SECONDS}, {RLIMIT_CORE, 0},
	    {RLIMIT_FSIZE, 0}, {RLIMIT_NPROC, 0}, {RLIMIT_NOFILE, 4},
	    {RLIMIT_AS, CONFINE_MEMORY}};

	return confine_limits(limits, sizeof(limits) / sizeof(limits[0]));
}

/* Memory may be had, but not to run code from. */
static int
allow_memory(scmp_filter_ctx f)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int r = 0;

	for (size_t i = 0; i < 2; i++)
		r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return r;
}

static int
filter_calls(void)
{
	static const int calls[] = {SCMP_SYS(read), SCMP_SYS(write),
	    SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(recvfrom),
	    SCMP_SYS(sendto), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close),
	    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	    SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom),
	    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
	    SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(exit),
	    SCMP_SYS(exit_group)};
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(1 /* EPERM */));
	int r = 0;

	if (f == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	r |= allow_memory(f);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

void
confine_descriptors(int keep)
{
	close(0);
	close(1);
	if (keep > 3)
		syscall(SYS_close_range, 3U, (unsigned)keep - 1, 0);
	syscall(SYS_close_range, (unsigned)keep + 1, ~0U, 0);
}

int
confine_calls(int keep)
{
	confine_descriptors(keep);
	if (set_limits() != 0)
		return QERR_IO;
	return filter_calls() == 0 ? 0 : QERR_IO;
}
