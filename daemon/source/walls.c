#include "daemon/source/walls.h"

#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/work/confine.h"
#include "daemon/work/sandbox.h"
#include "proto/base/qerr.h"
#include "proto/host/curl.h"

static const char *const needed[] = {"/etc/ssl", "/etc/pki",
    "/etc/ca-certificates", "/etc/crypto-policies", "/etc/resolv.conf",
    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
    "/etc/services", "/etc/localtime", "/etc/ld.so.cache",
    "/run/systemd/resolve", "/run/resolvconf", "/usr/lib", "/usr/lib64", "/lib",
    "/lib64", "/usr/local/share/ca-certificates", "/usr/share/ca-certificates",
    "/usr/share/zoneinfo", "/dev/null", "/dev/urandom"};
#define NEEDED (sizeof(needed) / sizeof(needed[0]))

/* What is |needed|, and other certificates if the environment names them. */
static size_t
put_needed(struct sandbox_path *path)
{
	size_t k = 0;

	for (; k < NEEDED; k++)
		path[k] = (struct sandbox_path){needed[k], SANDBOX_READ};
	if (curl_certificates() != NULL)
		path[k++] =
		    (struct sandbox_path){curl_certificates(), SANDBOX_READ};
	return k;
}

static int
confine_reading(char *const *local, size_t n)
{
	struct sandbox_path
	    path[NEEDED + 1 + CONFIG_PUBLISH_MAX * CONFIG_LIST_MAX];
	size_t k = put_needed(path);

	for (size_t i = 0; i < n && k < sizeof(path) / sizeof(path[0]); i++)
		path[k++] = (struct sandbox_path){local[i], SANDBOX_READ};
	return sandbox_enter(path, k);
}

int
walls_program(const char *program, const char *state)
{
	/* The last is where Go's memory looks before all else. */
	static const char *const more[] = {
	    "/usr/bin", "/bin", "/proc/self", "/sys/kernel/mm"};
	struct sandbox_path path[NEEDED + 1 + 4 + 3];
	size_t k = put_needed(path);

	for (size_t i = 0; i < 4; i++)
		path[k++] = (struct sandbox_path){more[i], SANDBOX_READ};
	path[k++] = (struct sandbox_path){program, SANDBOX_READ};
	path[k++] = (struct sandbox_path){"/dev/null", SANDBOX_WRITE};
	path[k++] = (struct sandbox_path){state, SANDBOX_WRITE};
	return sandbox_enter_program(path, k);
}

static int
set_limits(bool for_long)
{
	static const struct confine_limit limits[] = {{RLIMIT_CORE, 0},
	    {RLIMIT_FSIZE, 0}, {RLIMIT_NOFILE, 64}, {RLIMIT_AS, WALLS_MEMORY},
	    {RLIMIT_CPU, WALLS_CPU_SECONDS}};
	size_t n = sizeof(limits) / sizeof(limits[0]);

	return confine_limits(limits, for_long ? n - 1 : n);
}

/* A thread, which looks a name up, but no process. */
static int
allow_threads(scmp_filter_ctx f)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
		CLONE_THREAD | CLONE_VM));
}

/* What is not here does not exist (ENOSYS): libc then takes an older way. */
static int
filter_calls(void)
{
	static const int calls[] = {SCMP_SYS(read), SCMP_SYS(pread64),
	    SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(open),
	    SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(stat),
	    SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
	    SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(socket),
	    SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
	    SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(getsockname),
	    SCMP_SYS(getpeername), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	    SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	    SCMP_SYS(shutdown), SCMP_SYS(poll), SCMP_SYS(ppoll),
	    SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(brk), SCMP_SYS(mmap),
	    SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap),
	    SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(set_robust_list),
	    SCMP_SYS(rseq), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
	    SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(uname),
	    SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity),
	    SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid),
	    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	    SCMP_SYS(getegid), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	    SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)};
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(38 /* ENOSYS */));
	int r = 0;

	if (f == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		r |= seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	r |= allow_threads(f);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

static int
enter(int keep, char *const *local, size_t n, bool for_long)
{
	confine_descriptors(keep);
	if (confine_reading(local, n) != 0 || set_limits(for_long) != 0)
		return QERR_IO;
	return filter_calls() == 0 ? 0 : QERR_IO;
}

int
walls_enter(int keep, char *const *local, size_t n)
{
	return enter(keep, local, n, false);
}

int
walls_carry(int keep)
{
	return enter(keep, NULL, 0, true);
}
