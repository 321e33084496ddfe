#include "proto/host/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

static char temporary[PATH_MAX];

static bool
holds(int dir, const char *path, const char *text)
{
	struct buf b;
	bool same;

	buf_init(&b, 0);
	same = file_read(&b, dir, path, 100) == 0 &&
	       bytes_eq(buf_bytes(&b), bytes_str(text));
	buf_done(&b);
	return same;
}

/* Who writes into a folder that others may write into, as /tmp, follows no link of theirs. */
static void
what_lies_there_is_not_written_into(int dir)
{
	struct stat st;

	snprintf(temporary, sizeof(temporary), "out.tmp%ld", (long)getpid());
	check(file_write(dir, "victim", bytes_str("mine"), 0600) == 0);
	check(symlinkat("victim", dir, temporary) == 0);
	check(file_write(dir, "out", bytes_str("new"), 0600) == 0);
	check(holds(dir, "victim", "mine") && holds(dir, "out", "new"));
	check(fstatat(dir, temporary, &st, AT_SYMLINK_NOFOLLOW) != 0);
	check(fstatat(dir, "out", &st, AT_SYMLINK_NOFOLLOW) == 0);
	check(S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0600);
}

/* A folder in its way is neither removed nor filled, and the older file stays. */
static void
what_cannot_be_made_costs_nothing(int dir)
{
	check(file_write(dir, "out", bytes_str("old"), 0600) == 0);
	check(mkdirat(dir, temporary, 0700) == 0);
	check(file_write(dir, "out", bytes_str("new"), 0600) == QERR_IO);
	check(holds(dir, "out", "old"));
	check(unlinkat(dir, temporary, AT_REMOVEDIR) == 0);
	check(file_write(dir, "none/out", bytes_str("x"), 0600) == QERR_ABSENT);
}

static bool
is_folder(int dir, const char *path)
{
	int fd = file_folder_below(dir, path);

	return fd >= 0 && close(fd) == 0;
}

/* .. and who reads where others may write reads nothing that lies elsewhere. */
static void
what_lies_elsewhere_is_not_read(int dir)
{
	static const char *const no[] = {"in/link", "link/secret",
	    "in/../secret", "../secret", "in", "in/none", "pipe"};
	static const char *const made[] = {
	    "secret", "out.d/secret", "in/plain", "in/link", "link", "pipe"};
	struct buf b;

	check(mkdirat(dir, "in", 0700) == 0 &&
	      mkdirat(dir, "out.d", 0700) == 0);
	check(file_write(dir, "secret", bytes_str("key"), 0600) == 0);
	check(file_write(dir, "out.d/secret", bytes_str("key"), 0600) == 0);
	check(file_write(dir, "in/plain", bytes_str("text"), 0600) == 0);
	check(symlinkat("../secret", dir, "in/link") == 0);
	check(symlinkat("out.d", dir, "link") == 0);
	check(mkfifoat(dir, "pipe", 0600) == 0);
	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		check(file_read_below(&b, dir, no[i], 9) == QERR_ABSENT);
	check(b.n == 0);
	check(file_read_below(&b, dir, "in/plain", 9) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_str("text")));
	check(file_read_below(&b, dir, "in/plain", 3) == QERR_TOOBIG);
	buf_done(&b);
	check(is_folder(dir, "in") && is_folder(dir, "") &&
	      is_folder(dir, "."));
	check(!is_folder(dir, "link") && !is_folder(dir, "link/.") &&
	      !is_folder(dir, "..") && !is_folder(dir, "in/plain"));
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		check(unlinkat(dir, made[i], 0) == 0);
	check(unlinkat(dir, "in", AT_REMOVEDIR) == 0);
	check(unlinkat(dir, "out.d", AT_REMOVEDIR) == 0);
}

int
main(void)
{
	char where[] = "/tmp/quire-test-file.XXXXXX";
	int dir;

	check(mkdtemp(where) != NULL);
	dir = open(where, O_RDONLY | O_DIRECTORY);
	check(dir >= 0);
	what_lies_there_is_not_written_into(dir);
	what_cannot_be_made_costs_nothing(dir);
	what_lies_elsewhere_is_not_read(dir);
	check(unlinkat(dir, "out", 0) == 0 && unlinkat(dir, "victim", 0) == 0);
	check(rmdir(where) == 0);
	close(dir);
	return 0;
}
