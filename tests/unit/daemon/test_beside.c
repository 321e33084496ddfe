#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/beside.h"

#include "tests/lib/check.h"

/* The candidates in |text|, each followed by '|'. */
static bool
finds(const char *text, const char *expected)
{
	char found[512] = "";
	struct bytes name;
	size_t at = 0;

	while (beside_next(bytes_str(text), &at, &name)) {
		strncat(found, (const char *)name.p, name.n);
		strcat(found, "|");
	}
	if (strcmp(found, expected) != 0)
		fprintf(stderr, "%s\n-> %s\n", text, found);
	return strcmp(found, expected) == 0;
}

static void
names_are_found(void)
{
	check(finds("<img src=\"a.jpg\"><img src='b/c.PNG'>",
	    "a.jpg|b/c.PNG|"));
	check(finds("<img src=a.webp>", "a.webp|"));
	check(finds("![x](a.jpeg) ![y](<my b.gif>)", "a.jpeg|my b.gif|b.gif|"));
	check(finds("picture: a.avif\n", "picture: a.avif|a.avif|"));
	check(finds("srcset=\"a.jpg 1x,b.jpg 2x\"",
	    "a.jpg|a.jpg 1x,b.jpg|b.jpg|"));
	check(finds("a.jpg", "a.jpg|"));
	check(finds("(a.HEIC) (b.svg) (c.tif) (d.tiff)",
	    "a.HEIC|b.svg|c.tif|d.tiff|"));
	check(finds("./a%20b.jpg", "./a%20b.jpg|"));
	check(finds("", "") && finds(".", "") && finds("a.jpgx a.jp", ""));
}

static void
names_elsewhere_are_not(void)
{
	check(finds("<img src=\"https://x.org/a.jpg\">", ""));
	check(finds("(/etc/a.png) (//x/a.png)", ""));
	check(finds("(../a.png) (b/../../a.png) (..)", ""));
	check(finds("(a/..b.png)", "a/..b.png|"));
}

static void
make(int dir, const char *name)
{
	int fd = openat(dir, name, O_CREAT | O_WRONLY, 0600);

	check(fd >= 0);
	close(fd);
}

static bool
opens(int dir, const char *name)
{
	int fd = beside_open(dir, bytes_str(name));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
only_files_below_are_opened(void)
{
	char top[] = "/tmp/quire-beside.XXXXXX";
	char command[64];
	int dir, in;

	check(mkdtemp(top) != NULL);
	dir = open(top, O_RDONLY | O_DIRECTORY);
	check(mkdirat(dir, "in", 0700) == 0);
	check(mkfifoat(dir, "in/pipe.jpg", 0600) == 0);
	make(dir, "out.jpg");
	make(dir, "in/a b.jpg");
	make(dir, "in/c%20d.jpg");
	check(symlinkat("../out.jpg", dir, "in/link.jpg") == 0);
	check(symlinkat("a b.jpg", dir, "in/fine.jpg") == 0);
	check(symlinkat("in", dir, "side") == 0);
	in = openat(dir, "in", O_RDONLY | O_DIRECTORY);

	check(opens(in, "a b.jpg") && opens(in, "a%20b.jpg"));
	check(opens(in, "c%20d.jpg") && opens(in, "./c%20d.jpg"));
	check(opens(dir, "in/a b.jpg") && opens(dir, "in//a b.jpg"));
	check(!opens(dir, "in/../out.jpg") && !opens(dir, "in%2f..%2fout.jpg"));
	check(!opens(dir, "out.jpg/") && !opens(dir, "out.jpg/a b.jpg"));
	check(!opens(in, "fine.jpg") && !opens(dir, "side/a b.jpg"));
	check(!opens(in, "link.jpg") && !opens(in, "../out.jpg"));
	check(!opens(in, "%2e%2e/out.jpg"));
	check(!opens(in, "pipe.jpg") && !opens(in, "absent.jpg"));
	check(!opens(in, ".") && !opens(in, "") && !opens(in, "/etc/passwd"));

	close(in);
	close(dir);
	snprintf(command, sizeof(command), "rm -r %s", top);
	check(system(command) == 0);
}

int
main(void)
{
	names_are_found();
	names_elsewhere_are_not();
	only_files_below_are_opened();
	return 0;
}
