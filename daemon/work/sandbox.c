#include "daemon/work/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

/* Newer than bookworm's <linux/landlock.h>; the kernel says what it knows. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ                                                          \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | \
	    LANDLOCK_ACCESS_FS_EXECUTE)
#define READ_FILE  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define ABI_1      ((1ULL << 13) - 1)

/* Give up capabilities; root without them is nobody in particular. */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0}};

	for (unsigned long c = 0; c <= CAP_LAST_CAP; c++)
		(void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
	return (int)syscall(SYS_capset, &h, none);
}

static uint64_t
known_accesses(long abi)
{
	uint64_t known = ABI_1;

	if (abi >= 2)
		known |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		known |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return known;
}

static int
add_path(int rules, uint64_t known, const struct sandbox_path *p)
{
	struct landlock_path_beneath_attr rule = {0};
	struct stat st;
	long e;

	rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &st) != 0) {
		close(rule.parent_fd);
		return -1;
	}
	if (p->access == SANDBOX_WRITE)
		rule.allowed_access = known & ~LANDLOCK_ACCESS_FS_EXECUTE;
	else
		rule.allowed_access = READ;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= READ_FILE | WRITE_FILE;
	rule.allowed_access &= known;
	e = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0);
	close(rule.parent_fd);
	return (int)e;
}

static int
confine_files(const struct sandbox_path *path, size_t n)
{
	struct landlock_ruleset_attr attr = {0};
	long abi, e;
	int rules;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1) {
		log_info("this kernel has no Landlock: files are not confined");
		return 0;
	}
	attr.handled_access_fs = known_accesses(abi);
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (add_path(rules, attr.handled_access_fs, &path[i]) != 0) {
			close(rules);
			return -1;
		}
	e = syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
	return (int)e;
}

/* A deny-list: what no part of quired, libevent, SQLite or libc needs. */
static int
confine_calls(bool may_run)
{
	static const int denied[] = {SCMP_SYS(acct), SCMP_SYS(add_key),
	    SCMP_SYS(bpf), SCMP_SYS(chroot), SCMP_SYS(delete_module),
	    SCMP_SYS(finit_module), SCMP_SYS(init_module),
	    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	    SCMP_SYS(io_uring_setup), SCMP_SYS(ioperm), SCMP_SYS(iopl),
	    SCMP_SYS(kcmp), SCMP_SYS(kexec_file_load), SCMP_SYS(kexec_load),
	    SCMP_SYS(keyctl), SCMP_SYS(mknod), SCMP_SYS(mknodat),
	    SCMP_SYS(mount), SCMP_SYS(move_pages), SCMP_SYS(name_to_handle_at),
	    SCMP_SYS(open_by_handle_at), SCMP_SYS(perf_event_open),
	    SCMP_SYS(personality), SCMP_SYS(pivot_root),
	    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	    SCMP_SYS(ptrace), SCMP_SYS(quotactl), SCMP_SYS(reboot),
	    SCMP_SYS(request_key), SCMP_SYS(setdomainname), SCMP_SYS(setns),
	    SCMP_SYS(settimeofday), SCMP_SYS(sethostname), SCMP_SYS(swapoff),
	    SCMP_SYS(swapon), SCMP_SYS(umount2), SCMP_SYS(unshare),
	    SCMP_SYS(userfaultfd), SCMP_SYS(vhangup)};
	static const int programs[] = {SCMP_SYS(execve), SCMP_SYS(execveat)};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int e = ctx == NULL ? -ENOMEM : 0;

	for (size_t i = 0; e == 0 && i < sizeof(denied) / sizeof(denied[0]);
	     i++)
		e = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), denied[i], 0);
	for (size_t i = 0; e == 0 && !may_run && i < 2; i++)
		e = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), programs[i],
		    0);
	if (e == 0)
		e = seccomp_load(ctx);
	seccomp_release(ctx);
	errno = -e;
	return e;
}

static int
enter(const struct sandbox_path *path, size_t n, bool may_run)
{
	if (drop_capabilities() != 0) {
		log_errno("capabilities cannot be given up");
		return QERR_IO;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		log_errno("new privileges cannot be refused");
		return QERR_IO;
	}
	if (confine_files(path, n) != 0) {
		log_errno("Landlock cannot be set up");
		return QERR_IO;
	}
	if (confine_calls(may_run) != 0)
		log_errno("system calls are not confined: no seccomp");
	return 0;
}

int
sandbox_enter(const struct sandbox_path *path, size_t n)
{
	return enter(path, n, false);
}

int
sandbox_enter_program(const struct sandbox_path *path, size_t n)
{
	return enter(path, n, true);
}
