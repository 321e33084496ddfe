#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/app.h"
#include "client/keys.h"
#include "client/signed_once.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"

#define FILE_MAX  (16 * 1024 * 1024)
#define START_MAX (ID_TEXT_LEN + 32)

/* The draft of |h|'s number in |b|, or NULL; "FEED NUMBER " is |start|. */
static const char *
find(struct buf *b, const char *start)
{
	size_t n = strlen(start);

	buf_put_u8(b, '\0');
	if (buf_err(b) != 0)
		return NULL;
	for (char *at = (char *)b->p; *at != '\0';) {
		char *end = at + strcspn(at, "\n");

		if (strncmp(at, start, n) == 0) {
			*end = '\0';
			return at + n;
		}
		at = *end != '\0' ? end + 1 : end;
	}
	return NULL;
}

/* |torn|: the last line has no end, and is not to become part of this one. */
static int
append(const char *path, bool torn, const char *start, const char *draft)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	bool there =
	    fd >= 0 &&
	    dprintf(fd, "%s%s%s\n", torn ? "\n" : "", start, draft) > 0 &&
	    fsync(fd) == 0;

	if (fd >= 0 && close(fd) != 0)
		there = false;
	return there ? 0 : QERR_IO;
}

int
signed_once(const struct app *a, const char *key, const struct header *h,
    bool again)
{
	char path[PATH_MAX + 8], start[START_MAX];
	char feed[ID_TEXT_LEN + 1], draft[ID_TEXT_LEN + 1];
	const char *before;
	int err, exit = APP_DONE;
	struct buf b;
	bool torn;

	keys_place(path, key);
	strcat(path, ".signed");
	id_text(feed, &h->feed);
	id_text(draft, &h->hash);
	snprintf(start, sizeof(start), "%s %llu ", feed,
	    (unsigned long long)h->number);
	buf_init(&b, FILE_MAX);
	err = file_read(&b, AT_FDCWD, path, FILE_MAX - 1);
	torn = b.n > 0 && b.p[b.n - 1] != '\n';
	before = find(&b, start);
	/* What it signed before is not known: then it may be a second draft. */
	if (err != 0 && err != QERR_ABSENT && !again) {
		exit = complain("%s, where it stands what this key has signed, "
				"%s. Mend that; or if this key has signed no "
				"other draft of issue %llu for sure: --again",
		    path, qerr_str(err), (unsigned long long)h->number);
		goto out;
	}
	if (before != NULL && strcmp(before, draft) == 0)
		goto out;
	if (before != NULL && !again)
		exit = complain("this key has signed another draft of issue "
				"%llu, %s. Both together are a fork of the "
				"feed. If that one is given up for sure, and "
				"nobody can find it: --again",
		    (unsigned long long)h->number, before);
	else if (append(path, torn, start, draft) != 0)
		note(a,
		    "It cannot be written down in %s: sign no other draft of "
		    "issue %llu with this key.",
		    path, (unsigned long long)h->number);
out:
	buf_done(&b);
	return exit;
}
