#include "client/documents.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/corrected.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/object/edition.h"

static bool
is(struct bytes b, const char *s)
{
	return bytes_eq(b, bytes_str(s));
}

/* What a correction changes. */
static void
say_change(const struct documents *d, const struct ctl_item *it)
{
	struct buf b;

	if (d->a->quiet)
		return;
	buf_init(&b, 0);
	if (ctl_is(it, "change"))
		corrected_words(&b, d->a, it);
	else
		corrected_parts(&b, it);
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
}

static int
on_document(struct documents *d, const struct ctl_item *it)
{
	struct bytes outcome = ctl_text(it, "outcome");
	struct bytes message = ctl_text(it, "message");
	bool refused = is(outcome, "refused");
	FILE *to = refused || message.n > 0 ? stderr : stdout;

	d->fresh += is(outcome, "new");
	d->corrected += is(outcome, "corrected");
	d->same += is(outcome, "unchanged");
	d->refused += refused || is(outcome, "retracted");
	if (d->a->json)
		return daemon_json(NULL, it);
	if (to == stdout && (d->a->quiet || is(outcome, "unchanged")))
		return 0;
	fflush(stdout);
	term_write(to, ctl_text(it, "file"));
	fprintf(to, ": %.*s", (int)outcome.n, (const char *)outcome.p);
	if (message.n > 0) {
		fputs(". ", to);
		term_write(to, message);
	}
	fputc('\n', to);
	if (ctl_text(it, "parts").n > 0)
		say_change(d, it);
	return 0;
}

/* What cannot even be opened costs no more than what quired refuses. */
static int
refused(struct documents *d, const char *path, const struct ctl_error *err)
{
	struct ctl_item it;

	ctl_item_init(&it, "document");
	ctl_add_text(&it, "file", bytes_str(path));
	ctl_add_text(&it, "outcome", bytes_str("refused"));
	ctl_add_text(&it, "message", bytes_str(err->message));
	return on_document(d, &it);
}

int
documents_item(void *arg, const struct ctl_item *it)
{
	struct documents *d = arg;
	char size[SIZE_TEXT_MAX];

	if (ctl_is(it, "document"))
		return on_document(d, it);
	if (ctl_is(it, "draft")) {
		struct bytes hash = ctl_text(it, "hash");

		d->number = ctl_number(it, "number");
		d->time = ctl_number(it, "time");
		d->more = ctl_flag(it, "more");
		d->lacks = ctl_flag(it, "lacks");
		snprintf(d->hash, sizeof(d->hash), "%.*s", (int)hash.n,
		    (const char *)hash.p);
	}
	if (d->a->json)
		return daemon_json(NULL, it);
	if (ctl_is(it, "change"))
		say_change(d, it);
	if (ctl_is(it, "change") || ctl_is(it, "draft"))
		return 0;
	size_text(size, ctl_number(it, "bytes"));
	say(d->a, "issue %llu: %llu article%s, %s",
	    (unsigned long long)ctl_number(it, "number"),
	    (unsigned long long)ctl_number(it, "articles"),
	    ctl_number(it, "articles") == 1 ? "" : "s", size);
	return 0;
}

static int
send_all(struct documents *d, struct app *a, struct ctl *ctl,
    const struct ctl_request *end, struct ctl_error *err)
{
	for (int i = a->at; i < a->argc; i++) {
		const char *path = a->argv[i];
		const char *slash = strrchr(path, '/');
		struct ctl_request rq = {.kind = CTL_DOCUMENT,
		    .text = bytes_str(slash != NULL ? slash + 1 : path)};
		int r =
		    ctl_document(ctl, &rq, path, NULL, documents_item, d, err);

		if (r == QERR_ABSENT)
			r = refused(d, path, err);
		if (r != 0)
			return r;
	}
	return ctl_ask(ctl, end, documents_item, d, err);
}

int
documents_send(struct documents *d, struct app *a,
    const struct ctl_request *begin, const struct ctl_request *end,
    struct ctl_error *err)
{
	struct ctl *ctl;
	int r = ctl_open(&ctl, a->control, err);

	if (r != 0)
		return r;
	d->a = a;
	r = ctl_ask(ctl, begin, NULL, NULL, err);
	if (r == 0)
		r = send_all(d, a, ctl, end, err);
	ctl_close(ctl);
	return r;
}

int
documents_memory(void)
{
	int fd = memfd_create("draft", MFD_CLOEXEC);

	if (fd < 0)
		(void)complain("there is no memory for a draft.");
	return fd;
}

/* The draft's file: |path|, or one that is new. */
static int
name_draft(const struct documents *d, const char *path,
    char ret[DOCUMENTS_NAME_MAX])
{
	struct stat st;

	if (path != NULL) {
		snprintf(ret, DOCUMENTS_NAME_MAX, "%s", path);
		return APP_DONE;
	}
	snprintf(ret, DOCUMENTS_NAME_MAX, "issue-%llu.draft",
	    (unsigned long long)d->number);
	if (lstat(ret, &st) != 0)
		return APP_DONE;
	return complain("%s is there already, and stays as it is. Move it "
			"away, or name another file with --output.",
	    ret);
}

int
documents_keep(const struct documents *d, int fd, const char *path,
    char ret[DOCUMENTS_NAME_MAX])
{
	struct buf b;
	ssize_t n = 1;
	int err;

	if (name_draft(d, path, ret) != APP_DONE)
		return APP_FAILED;
	buf_init(&b, EDITION_MAX);
	if (lseek(fd, 0, SEEK_SET) != 0)
		n = -1;
	while (n > 0) {
		uint8_t *p = buf_grow(&b, 65536);

		if ((n = p == NULL ? -1 : read(fd, p, 65536)) >= 0)
			b.n -= 65536 - (size_t)n;
	}
	err = n < 0 ? QERR_IO : file_write(AT_FDCWD, ret, buf_bytes(&b), 0600);
	buf_wipe(&b);
	return err == 0 ? APP_DONE : complain_of(ret, "written", err);
}
