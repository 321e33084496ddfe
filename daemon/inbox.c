#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon_inner.h"
#include "daemon/ingest/webfeed.h"
#include "proto/base/qerr.h"
#include "proto/host/beside.h"
#include "proto/host/entropy.h"
#include "proto/host/file.h"
#include "proto/host/log.h"

#define LOOK_SECONDS 2 /* between two looks at the folder */
#define DEPTH_MAX    8 /* folders inside each other */
#define FILES_MAX    100000
#define LOOK_TURN    32 /* files looked at before the loop goes on */

/* Files are found by a hash of their path. */
static void
path_key(struct id *ret, const char *path)
{
	crypto_generichash(ret->b, sizeof(ret->b), (const uint8_t *)path,
	    strlen(path), NULL, 0);
}

static struct inbox_file *
file_of(struct inbox *in, const char *path)
{
	struct id key;
	void *place; /* from 1 */

	path_key(&key, path);
	place = map_get(in->by_path, &key);
	return place == NULL ? NULL : &in->file[(uintptr_t)place - 1];
}

static struct inbox_file *
file_add(struct inbox *in, const char *path)
{
	struct inbox_file *f;
	struct id key;

	if (in->n == FILES_MAX)
		return NULL;
	if (in->n == in->cap) {
		size_t cap = in->cap == 0 ? 64 : in->cap * 2;

		if ((f = realloc(in->file, cap * sizeof(*f))) == NULL)
			return NULL;
		in->file = f;
		in->cap = cap;
	}
	f = &in->file[in->n];
	*f = (struct inbox_file){.path = strdup(path)};
	path_key(&key, path);
	if (f->path == NULL ||
	    map_put(in->by_path, &key, (void *)(uintptr_t)(in->n + 1)) != 0) {
		free(f->path);
		return NULL;
	}
	in->n++;
	return f;
}

struct inbox_key {
	char text[160];
};

/* What a problem of this newsroom's inbox is known by. */
static struct inbox_key
key_of(const struct room *r, const char *what, const char *path)
{
	struct inbox_key k;

	snprintf(k.text, sizeof(k.text), "inbox%zu%s:%.120s",
	    (size_t)(r - r->d->room), what, path);
	return k;
}

/* Where there are several, it is said whose inbox it is. */
static void
tell(struct room *r, struct inbox_key key, const char *message,
    const char *path, const char *hint)
{
	char text[1024];

	if (r->d->n_room > 1)
		snprintf(text, sizeof(text), "%s: %s", publisher_name(r->p),
		    message);
	else
		snprintf(text, sizeof(text), "%s", message);
	problems_set(&r->d->problems, key.text, text, path, hint);
}

/* What stands in the way while it is there: said anew at each look. */
static void
odd(struct room *r, const char *path, const char *message, const char *hint)
{
	tell(r, key_of(r, "-odd", path), message, path,
	    hint != NULL ? hint
			 : "Move it away, or put a plain file there that "
			   "quired may read.");
}

/* What somebody may take for a document: else all that is none is left alone. */
static bool
is_foreign(const char *path)
{
	static const char *const suffix[] = {".doc", ".docx", ".odt", ".rtf",
	    ".pdf", ".pages", ".epub", ".mht", ".mhtml", ".webarchive"};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		if (dot != NULL && strcasecmp(dot, suffix[i]) == 0)
			return true;
	return false;
}

static void
note(struct room *r, const char *path, const struct stat *st)
{
	struct inbox *in = &r->inbox;
	struct inbox_file *f = file_of(in, path);
	int64_t ctime =
	    (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;

	if (f == NULL && (f = file_add(in, path)) == NULL) {
		odd(r, path, "The inbox holds more files than are looked at.",
		    NULL);
		return;
	}
	if (f->ctime != ctime || f->size != st->st_size)
		f->done = false;
	f->ctime = ctime;
	f->size = st->st_size;
	f->seen = true;
}

/* Note the documents below |path| ("" is the inbox itself). */
static void
scan(struct room *r, int dir, const char *path, int depth)
{
	int at = file_folder_below(dir, path);
	DIR *list = at >= 0 ? fdopendir(at) : NULL;
	enum ingest_kind kind;
	struct dirent *e;
	struct stat st;
	char name[4096];

	if (list == NULL) {
		if (at >= 0)
			close(at);
		odd(r, path, "A folder of the inbox may not be read.", NULL);
		return;
	}
	while ((e = readdir(list)) != NULL) {
		if (++r->inbox.looked % LOOK_TURN == 0)
			jobs_breathe();
		if (e->d_name[0] == '.' ||
		    snprintf(name, sizeof(name), "%s%s%s", path,
			path[0] == '\0' ? "" : "/",
			e->d_name) >= (int)sizeof(name) ||
		    fstatat(dirfd(list), e->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			scan(r, dir, name, depth + 1);
		else if (S_ISREG(st.st_mode) &&
			 ingest_kind_of(&kind, bytes_str(name)))
			note(r, name, &st);
		else if (S_ISREG(st.st_mode) && is_foreign(name))
			odd(r, name, "It is no HTML, Markdown or text.",
			    "Save it as one of these, or move it away.");
		else if (!S_ISREG(st.st_mode) &&
			 (S_ISDIR(st.st_mode) ||
			     ingest_kind_of(&kind, bytes_str(name))))
			odd(r, name,
			    S_ISDIR(st.st_mode)
				? "A folder of the inbox lies too deep."
				: "A link, pipe or device is not published.",
			    NULL);
	}
	closedir(list);
}

/* True if something is to be published, and nothing changed for a while. */
static bool
is_ready(struct inbox *in)
{
	int64_t now = (int64_t)clock_wall() * 1000000000, newest = 0;
	bool any = false;

	for (size_t i = 0; i < in->n; i++) {
		any |= in->file[i].seen && !in->file[i].done;
		if (in->file[i].ctime > newest)
			newest = in->file[i].ctime;
	}
	return any && (newest > now || /* a clock that was wrong */
			  now - newest >= (int64_t)in->settle * 1000000000);
}

static int
open_picture(void *arg, struct bytes src)
{
	return beside_open(*(int *)arg, src);
}

/* The folder that |path| lies in, with its pictures: a link may have taken its place, too. */
static int
folder_of(int dir, const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');

	snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 1 : (int)(slash - path),
	    slash == NULL ? "." : path);
	return file_folder_below(dir, folder);
}

/* |message|: why it is refused, or what is left out; NULL: nothing, or it is gone. */
static void
problem(struct room *r, struct inbox_file *f, const char *message)
{
	struct inbox_key key = key_of(r, "", f->path);

	if (message != NULL)
		tell(r, key, message, f->path,
		    "Mend the document: it is tried again when it changes.");
	else
		problems_clear(&r->d->problems, key.text);
	f->told = message != NULL;
}

/* What lies there no more is no problem. */
static void
forget_gone(struct room *r)
{
	for (size_t i = 0; i < r->inbox.n; i++) {
		struct inbox_file *f = &r->inbox.file[i];

		if (!f->seen && f->told)
			problem(r, f, NULL);
	}
}

static void
look(struct room *r, int dir)
{
	for (size_t i = 0; i < r->inbox.n; i++)
		r->inbox.file[i].seen = false;
	problems_clear_all(&r->d->problems, key_of(r, "-odd", "").text);
	scan(r, dir, "", 0);
	forget_gone(r);
}

/*
 * The next entry of a feed, which is a document; others wait for their turn.  The
 * first that is refused, or is in another language, is the feed's problem.
 */
static int
publish_entry(struct room *r, struct inbox_file *f, struct draft_source *src,
    struct publisher_item *item)
{
	struct inbox *in = &r->inbox;
	char message[sizeof(item->message) + 32];
	int err;

	if (in->entry == 0)
		problem(r, f, NULL);
	src->entry = in->entry++;
	err = publisher_add(r->p, src, item);
	if (err == QERR_ABSENT && in->entry == 1)
		problem(r, f, "It is a feed with no entry in it.");
	if (err == 0 && !f->told &&
	    (item->outcome == PUBLISHER_REFUSED || item->foreign)) {
		snprintf(message, sizeof(message), "%s (entry %zu)",
		    item->message, in->entry);
		problem(r, f, message);
	}
	f->done =
	    err != 0 || item->all_refused || in->entry == WEBFEED_ENTRIES_MAX;
	return err == QERR_ABSENT ? 0 : err;
}

static int
publish_file(struct room *r, int dir, struct inbox_file *f)
{
	struct draft_source src = {
	    .file = bytes_str(f->path), .open = open_picture};
	struct publisher_item *item = calloc(1, sizeof(*item));
	int folder = folder_of(dir, f->path), err;
	struct buf b;

	f->done = true;
	buf_init(&b, 0);
	/* Since it was looked at, a link may have taken its place, as to a secret key. */
	err = item == NULL
		  ? QERR_NOMEM
		  : file_read_below(&b, dir, f->path, INGEST_DOCUMENT_MAX);
	if (err == QERR_TOOBIG || err == QERR_IO || err == QERR_ABSENT) {
		problem(r, f,
		    err == QERR_TOOBIG ? "It is larger than 8 MiB."
		    : err == QERR_IO   ? "It may not be read, or is broken."
				       : NULL);
		err = 0; /* the others are published all the same */
	} else if (err == 0 && ingest_kind_of(&src.kind, src.file)) {
		src.data = buf_bytes(&b);
		src.arg = &folder;
		if (src.kind == INGEST_FEED)
			err = publish_entry(r, f, &src, item);
		else if ((err = publisher_add(r->p, &src, item)) == 0)
			problem(r, f,
			    item->message[0] != '\0' ? item->message : NULL);
	}
	buf_done(&b);
	free(item);
	if (folder >= 0)
		close(folder);
	return err;
}

static void
again(struct room *r, long ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_add(r->inbox.timer, &tv);
}

static void
commit(struct room *r, int err)
{
	struct inbox *in = &r->inbox;
	struct buf why;

	buf_init(&why, 0);
	in->open = false;
	if (err == 0)
		err = publisher_commit(r->p, NULL, NULL, &why);
	else
		publisher_cancel(r->p);
	if (err != 0 && !r->d->stopping) {
		for (size_t i = 0; i < in->n; i++)
			in->file[i].done =
			    false; /* tried again: nothing is lost */
		tell(r, key_of(r, "-all", ""),
		    why.n > 0 ? "The inbox could not be published: the disk "
				"is full or broken."
			      : "The inbox could not be published.",
		    NULL, "See the log.");
		log_error("the inbox could not be published: %s",
		    qerr_str(err));
		again(r, 60000);
	} else if (err == 0) {
		problems_clear(&r->d->problems, key_of(r, "-all", "").text);
		again(r, LOOK_SECONDS * 1000);
		room_committed(r);
	}
	buf_done(&why);
}

/* Begin a batch, if documents are ready: 0, or QERR_*, which is told. */
static int
begin(struct room *r, int dir)
{
	struct inbox *in = &r->inbox;
	int err;

	look(r, dir);
	err = is_ready(in) ? publisher_begin(r->p, r->slow, false) : QERR_AGAIN;
	if (err == QERR_KEY)
		room_tell_unsigned(r, "Its inbox is", "inbox");
	if (err == 0) {
		in->open = true;
		in->next = 0;
		in->entry = 0;
	}
	return err;
}

/* The next one that waits, or the next entry of it. */
static int
publish_next(struct room *r, int dir)
{
	struct inbox *in = &r->inbox;
	bool one = false;
	int err = 0;

	while (in->next < in->n && !one) {
		struct inbox_file *f = &in->file[in->next];

		if (f->seen && !f->done) {
			err = publish_file(r, dir, f);
			one = true;
		}
		if (f->done || !f->seen) {
			in->next++;
			in->entry = 0;
		}
	}
	return err;
}

static void
go_on(void *arg)
{
	struct room *r = arg;
	struct inbox *in = &r->inbox;
	int dir = open(in->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (dir < 0) {
		tell(r, key_of(r, "-folder", ""),
		    "The inbox is no folder, or may not be read.", in->folder,
		    "Make it, or change inbox in the settings; then start quired anew.");
		again(r, LOOK_SECONDS * 1000);
		return;
	}
	problems_clear(&r->d->problems, key_of(r, "-folder", "").text);
	if (!in->open && begin(r, dir) != 0) {
		close(dir);
		again(r, LOOK_SECONDS * 1000);
		return;
	}
	err = publish_next(r, dir);
	close(dir);
	if (in->next == in->n || err != 0)
		commit(r, err);
	else
		again(r, 0);
}

static void
on_time(evutil_socket_t unused, short what, void *arg)
{
	struct room *r = arg;

	(void)unused;
	(void)what;
	jobs_add(r->d->jobs, &r->inbox.job);
}

void
inbox_start(struct room *r)
{
	if (r->inbox.folder == NULL || r->inbox.folder[0] == '\0')
		return;
	r->inbox.timer = evtimer_new(r->d->base, on_time, r);
	r->inbox.job = (struct job){.fn = go_on, .arg = r};
	r->inbox.by_path = map_new(0);
	if (r->inbox.timer != NULL && r->inbox.by_path != NULL)
		again(r, 0);
}

void
inbox_stop(struct room *r)
{
	struct inbox *in = &r->inbox;

	if (in->open)
		publisher_cancel(r->p);
	if (in->timer != NULL)
		event_free(in->timer);
	for (size_t i = 0; i < in->n; i++)
		free(in->file[i].path);
	free(in->file);
	map_free(in->by_path);
	in->by_path = NULL;
	in->timer = NULL;
	in->file = NULL;
	in->n = 0;
}
