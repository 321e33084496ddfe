#include "daemon/mirror/mirrors.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

#define SECOND     ((when_ms)1000)
#define LOOK_TIME  (60 * SECOND)
#define FIRST_LOOK (5 * SECOND)
/* Peers have so long; who knows none has nobody to wait for. */
#define WAIT_TIME  (60 * SECOND)
#define AGAIN_TIME (3600 * SECOND)
#define VAIN_TIME  (600 * SECOND)
#define VAIN_MAX   (24 * 3600 * SECOND)

/* From two thirds of |ms| to four thirds. */
static uint64_t
about(struct mirrors *m, uint64_t ms)
{
	return rng_between(&m->rng, ms - ms / 3, ms + ms / 3);
}

static void
look_in(struct mirrors *m, uint64_t ms)
{
	struct timeval tv = {.tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	evtimer_add(m->timer, &tv);
}

/* |feed| is not whole, or not new, and no peer will mend that. */
static bool
lacks(const struct mirrors *m, const struct id *feed)
{
	struct node_feed_stat st;

	return node_feed_stat(m->d->node, feed, &st) == 0 && !st.own &&
	       !m->d->full && (st.overdue || st.lacking || st.sources == 0);
}

static struct mirrored *
find(struct mirrors *m, const struct id *feed)
{
	struct mirrored *more;

	for (size_t i = 0; i < m->n; i++)
		if (id_eq(&m->feed[i].feed, feed))
			return &m->feed[i];
	more = realloc(m->feed, (m->n + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	m->feed = more;
	m->feed[m->n] = (struct mirrored){.feed = *feed};
	return &m->feed[m->n++];
}

static void
see(struct mirrors *m, const struct config *c)
{
	for (size_t i = 0; i < c->n_follow; i++) {
		struct mirrored *f = find(m, &c->follow[i].feed);

		if (f != NULL)
			f->seen = true;
	}
}

/* Those that are followed now, and no others. */
static void
look_around(struct mirrors *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		m->feed[i].seen = false;
	see(m, m->d->cfg);
	see(m, &m->d->extra);
	for (size_t i = 0; i < m->n; i++)
		if (m->feed[i].seen)
			m->feed[n++] = m->feed[i];
	m->n = n;
}

static bool
is_alone(const struct mirrors *m)
{
	struct node_stat st;

	node_stat(m->d->node, &st);
	return st.contacts + st.links_in == 0;
}

static void
judge(struct mirrors *m, struct mirrored *f, when_ms now)
{
	if (!lacks(m, &f->feed)) {
		f->due = 0;
		f->vain = 0;
	} else if (f->due == 0) {
		f->due = is_alone(m) ? now : now + about(m, WAIT_TIME);
	}
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct mirrors *m = arg;
	struct mirrored *f;
	when_ms now = clock_now();

	(void)fd;
	(void)what;
	look_around(m);
	for (size_t i = 0; i < m->n; i++)
		judge(m, &m->feed[i], now);
	while (!m->busy && (f = rota_next(m->feed, m->n, now)) != NULL)
		if (!mirror_visit(m, &f->feed))
			f->due = 0; /* it may have some later */
	look_in(m, about(m, LOOK_TIME));
}

void
mirrors_visited(struct mirrors *m)
{
	struct mirrored *f = find(m, &m->visited);
	uint64_t wait = VAIN_TIME;

	m->busy = false;
	fetcher_rest(m->fetcher);
	log_info("mirrors of a feed were asked: %s",
	    m->cut        ? "others wait for theirs"
	    : m->gave     ? "they gave what was lacking"
	    : m->answered ? "they have nothing new"
			  : "none has it");
	if (f == NULL)
		return;
	if (m->cut) {
		f->due = clock_now() + about(m, LOOK_TIME);
		look_in(m, SECOND);
		return;
	}
	for (unsigned i = 0; i < f->vain && wait < VAIN_MAX; i++)
		wait *= 2;
	f->vain = m->answered ? 0 : f->vain + 1;
	wait = m->answered ? AGAIN_TIME : wait < VAIN_MAX ? wait : VAIN_MAX;
	f->due = clock_now() + about(m, wait);
	look_in(m, SECOND); /* another feed's may be due */
}

/* Its life. */

static void
forget_settings(void *arg)
{
	config_done(arg);
}

int
mirrors_fork(struct daemon *d)
{
	struct mirrors *m;
	char *proxy;
	struct fetcher_config cfg = {.name = "quired-mirrors",
	    .mirror = true,
	    .forget = forget_settings,
	    .arg = d->cfg};
	int err = QERR_NOMEM;

	if (!d->cfg->mirrors)
		return 0;
	m = d->mirrors = calloc(1, sizeof(*m));
	proxy = strdup(d->cfg->socks);
	cfg.proxy = proxy;
	if (m != NULL && proxy != NULL)
		err = fetcher_new(&m->fetcher, &cfg);
	free(proxy);
	return err;
}

int
mirrors_start(struct daemon *d)
{
	struct mirrors *m = d->mirrors;
	uint8_t seed[32];

	if (m == NULL)
		return 0;
	m->d = d;
	entropy_bytes(seed, sizeof(seed));
	rng_init(&m->rng, seed);
	m->timer = evtimer_new(d->base, on_time, m);
	m->slice = evtimer_new(d->base, mirror_on_slice, m);
	if (m->timer == NULL || m->slice == NULL)
		return QERR_NOMEM;
	look_in(m, about(m, FIRST_LOOK));
	return 0;
}

void
mirrors_stop(struct daemon *d)
{
	struct mirrors *m = d->mirrors;

	if (m == NULL)
		return;
	if (m->timer != NULL)
		event_free(m->timer);
	if (m->slice != NULL)
		event_free(m->slice);
	fetcher_free(m->fetcher);
	pull_done(&m->pull);
	buf_done(&m->pack);
	buf_done(&m->hashes);
	rng_done(&m->rng);
	free(m->feed);
	free(m);
	d->mirrors = NULL;
}
