#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/press/binder_inner.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/object/volume.h"

/* --- in the child --- */

struct stack {
	struct volume_source *source;
	struct shelf_view *view;
	size_t n;
	struct tombs tomb;
};

/* What the volume is made of: of one that is made anew just that, if it is here. */
int
binder_cover(struct publisher *p, size_t **ret, size_t *ret_n)
{
	if (!p->anew || p->shelf.pack[p->renew[0]].lost)
		return shelf_cover(&p->shelf, p->first, p->last, ret, ret_n);
	*ret = malloc(sizeof(**ret));
	if (*ret == NULL)
		return QERR_NOMEM;
	(*ret)[0] = p->renew[0];
	*ret_n = 1;
	return 0;
}

static int
open_sources(struct publisher *p, struct stack *k)
{
	size_t *pack, n;
	int r = binder_cover(p, &pack, &n);

	if (r != 0)
		return r;
	k->source = calloc(n + 1, sizeof(*k->source));
	k->view = calloc(n + 1, sizeof(*k->view));
	if (k->source == NULL || k->view == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct shelf_view *v = &k->view[i];
		const struct pack_entry *e = &p->shelf.pack[pack[i]].e;

		shelf_view_init(v);
		r = shelf_look(&p->shelf, v, pack[i], true);
		k->source[i] = (struct volume_source){.first = e->first,
		    .last = e->last,
		    .heads = buf_bytes(&v->heads),
		    .head = &v->head,
		    .bodies = buf_bytes(&v->bodies),
		    .body = v->has_text ? &v->body : NULL};
		if (r == 0)
			r = press_tombs(p, &k->source[i], &k->tomb);
	}
	k->n = n;
	free(pack);
	return r;
}

static int
bind_tier(struct publisher *p, enum tier t, const struct volume *order,
    const struct stack *k, struct records *heads, struct buf *heads_raw, int fd)
{
	struct pack_entry e = {
	    .tier = t, .first = p->first, .last = p->last, .only = p->anew};
	struct records at = {NULL, 0};
	struct buf raw, sealed;
	int r;

	buf_init(&raw, PACK_SIZE_MAX);
	buf_init(&sealed, 0);
	r = volume_raw(&raw, t, order, k->source, k->tomb.head);
	if (r != 0 || raw.n == 0)
		goto out;
	r = t == TIER_HEADS
		? records_of_heads(heads, buf_bytes(&raw), order->n)
		: records_of_tier(&at, t, buf_bytes(heads_raw), heads);
	if (r != 0)
		goto out;
	e.count = (uint32_t)order->n;
	records_root(&e.contents, buf_bytes(&raw),
	    t == TIER_HEADS ? heads : &at);
	r = pack_seal(&sealed, &e, &p->feed, &p->key, buf_bytes(&raw),
	    bytes_of(NULL, 0), ISSUE_VOLUME, &p->watch->done);
	if (r == 0)
		r = file_write_all(fd, bytes_of(&e, sizeof(e)));
	if (r == 0)
		r = file_write_all(fd, buf_bytes(&sealed));
	if (t == TIER_HEADS) {
		*heads_raw = raw;
		buf_init(&raw, 0);
	}
out:
	records_done(&at);
	buf_done(&raw);
	buf_done(&sealed);
	return r;
}

static int
bind(struct publisher *p, int fd)
{
	struct stack k = {.n = 0};
	struct records heads = {NULL, 0};
	struct volume order;
	struct buf raw;
	int r = open_sources(p, &k);

	buf_init(&raw, 0);
	if (r == 0)
		r = volume_order(&order, k.source, k.n, k.tomb.head, k.tomb.n);
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT && r == 0; t++)
		r = bind_tier(p, t, &order, &k, &heads, &raw, fd);
	return r; /* the child ends here, with all its memory */
}

/* --- before and after it --- */

void
binder_close(struct publisher *p)
{
	if (p->result >= 0)
		close(p->result);
	if (p->ended >= 0)
		close(p->ended);
	if (p->watch != NULL)
		munmap(p->watch, sizeof(*p->watch));
	p->watch = NULL;
	p->result = p->ended = -1;
	p->child = 0;
}

void
press_stop_volume(struct publisher *p)
{
	if (p->child > 0) {
		kill(p->child, SIGKILL);
		while (waitpid(p->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	binder_close(p);
}

/* Memory that the child shares with us. */
static int
share(struct publisher *p)
{
	struct press_watch *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t *pack, n;
	int r;

	if (w == MAP_FAILED)
		return QERR_IO;
	p->watch = w;
	p->result = memfd_create("volume", MFD_CLOEXEC);
	if (p->result < 0)
		return QERR_IO;
	if ((r = binder_cover(p, &pack, &n)) != 0)
		return r;
	for (size_t i = 0; i < n; i++)
		w->all += p->shelf.pack[pack[i]].e.raw +
			  binder_text_raw(&p->shelf, pack[i]);
	free(pack);
	return 0;
}

int
binder_start(struct publisher *p)
{
	pid_t parent = getpid();
	int end[2];

	if (share(p) != 0 || pipe(end) != 0) {
		log_errno("no memory for a volume");
		binder_close(p);
		return QERR_IO;
	}
	p->child = fork();
	if (p->child == 0) {
		jobs_forked();
		key_secret_done(&p->secret);
		close(end[0]);
		/* It holds what the parent held, such as the store's lock. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
		    getppid() != parent)
			_exit(1);
		if (nice(10) == -1)
			(void)errno;
		_exit(bind(p, p->result) == 0 ? 0 : 1);
	}
	close(end[1]);
	p->ended = end[0];
	if (p->child < 0) {
		log_errno("no child to make a volume");
		binder_close(p);
		return QERR_IO;
	}
	return 1;
}

int
binder_reap(struct publisher *p)
{
	int status;

	while (waitpid(p->child, &status, 0) < 0)
		if (errno != EINTR)
			return QERR_IO;
	p->child = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : QERR_IO;
}

int
binder_read(struct publisher *p, off_t *at, struct pack_entry *e, struct buf *b)
{
	uint8_t *dst;
	int r = QERR_IO;

	if (pread(p->result, e, sizeof(*e), *at) != (ssize_t)sizeof(*e))
		return QERR_ABSENT;
	*at += (off_t)sizeof(*e);
	dst = buf_grow(b, e->size);
	if (dst != NULL &&
	    pread(p->result, dst, e->size, *at) == (ssize_t)e->size)
		r = pack_check(e, buf_bytes(b));
	*at += (off_t)e->size;
	return r;
}
