#include "daemon/work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/render.h"
#include "daemon/work/confine.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"
#include "tests/lib/picture_more.h"

static int asked;

static int
find(void *arg, struct bytes src)
{
	(void)arg;
	asked++;
	return bytes_eq(src, bytes_str("a.png")) ? 0 : -1;
}

static int
take(struct worker *w, struct ingest_doc *d, const char *html, struct buf *why)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .data = bytes_str(html),
	    .file = bytes_str("x.html"),
	    .lang = bytes_str("en"),
	    .find = find};

	ingest_init(d);
	buf_clear(why);
	return worker_ingest(w, d, &src, why);
}

static void
takes_in(struct worker *w)
{
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	asked = 0;
	check(take(w, &d, "<p>a<img src=a.png><img src=b.png>", &why) == 0);
	check(asked == 2 && d.n_picture == 1);
	check(bytes_eq(buf_bytes(&d.body),
	    bytes_str("<p>a</p><figure><img src=\"0\"></figure>")));
	check(d.n_warning == 1);
	ingest_done(&d);
	check(take(w, &d, "", &why) == QERR_MISSING && why.n > 0);
	ingest_done(&d);
	check(take(w, &d, "<meta charset=koi8-r><p>\xf0", &why) == 0);
	ingest_done(&d);
	buf_done(&why);
}

/* --- pictures --- */

static int
show(struct worker *w, struct picture_set *set, struct bytes picture,
    struct buf *why)
{
	picture_set_init(set);
	buf_clear(why);
	return worker_picture(w, set, picture, why);
}

/* Behind the walls the same comes out as before them. */
static void
is_as_rendered(struct worker *w, struct bytes picture)
{
	struct picture_set here, there;
	struct buf why;

	buf_init(&why, 0);
	picture_set_init(&here);
	check(picture_render(&here, picture, &why) == 0);
	check(show(w, &there, picture, &why) == 0);
	check(there.large.type == here.large.type);
	check(bytes_eq(buf_bytes(&here.large.data),
	    buf_bytes(&there.large.data)));
	check(bytes_eq(buf_bytes(&here.small.data),
	    buf_bytes(&there.small.data)));
	picture_set_done(&here);
	picture_set_done(&there);
	buf_done(&why);
}

static void
takes_pictures(struct worker *w)
{
	struct picture_set set;
	struct canvas c;
	struct buf b, why;

	buf_init(&b, 0);
	buf_init(&why, 0);
	draw_noise(&c, 400, 300);
	make_png(&b, &c);
	is_as_rendered(w, buf_bytes(&b));
	buf_clear(&b);
	make_jpeg_as(&b, &c, 100, JCS_EXT_RGBA, true);
	is_as_rendered(w, buf_bytes(&b));
	buf_clear(&b);
	make_webp(&b, &c, 100);
	is_as_rendered(w, buf_bytes(&b));
	buf_clear(&b);
	make_gif(&b, &c, 1, false);
	is_as_rendered(w, buf_bytes(&b));
	/* Its decoder is loaded there, before the walls are up. */
	buf_clear(&b);
	make_avif(&b, &c, 1);
	decode_avif_load();
	is_as_rendered(w, buf_bytes(&b));
	buf_clear(&b);
	make_webp(&b, &c, 100);

	check(show(w, &set, bytes_str("<svg/>"), &why) == QERR_TYPE);
	check(why.n > 0);
	picture_set_done(&set);
	check(show(w, &set, bytes_of(b.p, b.n - 2), &why) == QERR_TRUNCATED);
	picture_set_done(&set);
	check(show(w, &set, bytes_str(""), &why) == QERR_TRUNCATED);
	check(buf_grow(&b, WORKER_PICTURE_MAX) != NULL);
	check(show(w, &set, buf_bytes(&b), &why) == QERR_TOOBIG);
	canvas_done(&c);
	buf_done(&b);
	buf_done(&why);
}

/* While a document's child waits, and for longer than it may take itself. */
static struct worker *busy;

static int
find_slowly(void *arg, struct bytes src)
{
	struct picture_set set;
	struct buf why;

	(void)arg;
	(void)src;
	buf_init(&why, 0);
	check(show(busy, &set, bytes_str("<svg/>"), &why) == QERR_TYPE);
	asked++;
	sleep(WORKER_SECONDS_MAX / 2 + 1);
	buf_done(&why);
	return asked - 1;
}

static void
waits_for_its_pictures(struct worker *w)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .data = bytes_str("<p>a<img src=a><img src=b>"),
	    .file = bytes_str("x.html"),
	    .lang = bytes_str("en"),
	    .find = find_slowly};
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	ingest_init(&d);
	busy = w;
	asked = 0;
	check(worker_ingest(w, &d, &src, &why) == 0);
	check(asked == 2 && d.n_picture == 2);
	ingest_done(&d);
	buf_done(&why);
}

/* The first child of process |pid|, 0 if it has none. */
static pid_t
child_of(pid_t pid)
{
	char path[64], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	return (pid_t)atoi(text);
}

/* A child that dies costs nothing: another does its document. */
static void
outlives_its_child(struct worker *w)
{
	pid_t keeper = child_of(getpid()), child = child_of(keeper);
	struct ingest_doc d;
	struct buf why;

	if (child == 0)
		return; /* a kernel that does not tell */
	buf_init(&why, 0);
	check(kill(child, SIGKILL) == 0);
	check(take(w, &d, "<p>after", &why) == 0);
	ingest_done(&d);
	check(child_of(keeper) != 0 && child_of(keeper) != child);
	buf_done(&why);
}

static void
goes_on_for_ever(struct worker *w)
{
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	for (int i = 0; i < 1200; i++) {
		check(take(w, &d, "<p>again", &why) == 0);
		ingest_done(&d);
	}
	buf_done(&why);
}

/* --- the walls, from inside --- */

#define wall(cond)                             \
	do {                                   \
		if (!(cond))                   \
			_exit(__LINE__ & 127); \
	} while (0)

static _Noreturn void
knock(int keep)
{
	wall(open("/etc/passwd", O_RDONLY) < 0);
	wall(open("/tmp/quire-was-here", O_WRONLY | O_CREAT, 0600) < 0);
	wall(socket(AF_INET, SOCK_STREAM, 0) < 0);
	wall(socket(AF_UNIX, SOCK_STREAM, 0) < 0);
	wall(execl("/bin/true", "true", (char *)NULL) < 0);
	wall(kill(getppid(), 0) < 0);
	wall(mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	wall(write(1, "x", 1) < 0);
	wall(write(keep, "k", 1) == 1);
	_exit(0);
}

static void
walls_hold(void)
{
	int pair[2], status;
	pid_t pid;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pid = fork();
	if (pid == 0) {
		wall(confine_files() == 0);
		wall(confine_calls(pair[1]) == 0);
		knock(pair[1]);
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fprintf(stderr, "a wall fell, status %#x\n", status);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	struct worker *w;

	walls_hold();
	check(worker_new(&w, NULL, NULL) == 0);
	takes_in(w);
	outlives_its_child(w);
	takes_pictures(w);
	waits_for_its_pictures(w);
	goes_on_for_ever(w);
	worker_free(w);
	return 0;
}
