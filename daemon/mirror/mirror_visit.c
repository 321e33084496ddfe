#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/mirror/mirrors.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"
#include "proto/object/hash.h"
#include "proto/object/issues.h"
#include "proto/object/merkle.h"

#define SLICE 16 /* pieces that the node is given in one turn of the loop */

static void ask(struct mirrors *m);

/* --- which --- */

/* Without a proxy nobody has .onion names, and to ask for one tells too much. */
static bool
is_reachable(const struct mirrors *m, struct bytes address)
{
	struct bytes host = address_host(address);
	static const char onion[] = ".onion";
	size_t n = sizeof(onion) - 1;

	return address_is_web(address) && address.n <= MIRROR_ADDRESS_MAX &&
	       (m->d->cfg->socks[0] != '\0' || host.n < n ||
		   strncasecmp((const char *)host.p + host.n - n, onion, n) !=
		       0);
}

static void
add(struct mirrors *m, struct bytes address, bool near)
{
	struct mirror_place *p = &m->place[m->n_place];

	while (address.n > 0 && address.p[address.n - 1] == '/')
		address.n--;
	if (m->n_place == MIRROR_PLACES_MAX || !is_reachable(m, address) ||
	    rota_is_left(&m->rest, address, clock_now()))
		return;
	for (size_t i = 0; i < m->n_place; i++)
		if (bytes_eq(address, bytes_str(m->place[i].address)))
			return;
	snprintf(p->address, sizeof(p->address), "%.*s", (int)address.n,
	    (const char *)address.p);
	p->near = near;
	m->n_place++;
}

static void
add_link(struct mirrors *m, const struct id *feed)
{
	const char *from;
	const struct config_follow *c = feeds_config(m->d, feed, &from);
	struct follow *f = calloc(1, sizeof(*f));

	if (c != NULL && f != NULL && follow_parse(f, bytes_str(c->link)) == 0)
		for (size_t i = 0; i < f->n_source; i++)
			add(m, bytes_str(f->source[i]), true);
	if (f != NULL)
		sodium_memzero(f, sizeof(*f));
	free(f);
}

static void
add_charter(struct mirrors *m, const struct id *feed)
{
	const struct feed *f = node_feed(m->d->node, feed);
	const struct charter *c = f == NULL ? NULL : feed_charter(f);

	for (size_t i = 0; c != NULL && i < c->n_mirror; i++)
		add(m, c->mirror[i], false);
}

/* --- what comes --- */

/* The next place; that is all if a good one said what there is and nothing is lacking. */
static void
next_place(struct mirrors *m)
{
	struct node_feed_stat st;
	bool answered = pull_answered(&m->pull, m->d->node);
	bool enough = answered &&
		      node_feed_stat(m->d->node, &m->visited, &st) == 0 &&
		      !st.overdue && !st.lacking;

	m->answered = m->answered || answered;
	m->gave = m->gave || m->pull.gave;
	pull_done(&m->pull);
	m->at = (m->at + 1) % m->n_place;
	if (--m->left == 0 || enough || m->d->full) {
		mirrors_visited(m);
		return;
	}
	pull_init(&m->pull, &m->visited);
	ask(m);
}

static void
go_on(struct mirrors *m, struct bytes file)
{
	pull_came(&m->pull, m->d->node, file);
	ask(m);
}

static void
give(struct mirrors *m, struct bytes file)
{
	static const enum node_object of[] = {
	    [TREE_CHARTER] = OBJECT_CHARTER,
	    [TREE_ISSUE] = OBJECT_HEADER,
	    [TREE_HEAD] = OBJECT_HEADER,
	    [TREE_PROOF] = OBJECT_PROOF,
	    [TREE_CHARTERS] = OBJECT_CHARTERS,
	};
	struct node_event ev = {.type = NODE_FOUND};

	ev.found.kind = of[m->asked.kind];
	ev.found.id = m->visited;
	ev.found.data = file;
	drive_event(m->d->drive, &ev);
}

/* A block came: the header that was asked for, and as many after it as are asked for then.
 * One that it lacks it is not asked for again: it may have them in drops. */
static void
take_headers(struct mirrors *m, struct bytes block)
{
	struct issues is;
	size_t i, max;

	issues_split(&is, block);
	do {
		struct bytes file = {NULL, 0};

		i = issues_place(m->asked.number);
		if (i < is.n) {
			file = is.file[i];
			give(m, file);
		}
		pull_came(&m->pull, m->d->node, file);
	} while (m->pull.step == PULL_HEADERS &&
		 pull_ask(&m->pull, m->d->node, &m->asked, &max) &&
		 issues_place(m->asked.number) == i + 1);
}

/* Some pieces more, between which the loop does what else there is. */
void
mirror_on_slice(evutil_socket_t fd, short what, void *arg)
{
	struct mirrors *m = arg;
	struct node_event ev = {.type = NODE_FOUND};
	struct timeval soon = {0};
	size_t from = m->given * PIECE_SIZE, n = m->pack.n - from;

	(void)fd;
	(void)what;
	if (n > SLICE * PIECE_SIZE)
		n = SLICE * PIECE_SIZE;
	ev.found.kind = OBJECT_PIECE;
	ev.found.id = m->asked.id;
	ev.found.number = m->given;
	ev.found.data = bytes_of(m->pack.p + from, n);
	ev.found.hashes = buf_bytes(&m->hashes);
	drive_event(m->d->drive, &ev);
	m->given += SLICE;
	if (from + n < m->pack.n)
		evtimer_add(m->slice, &soon);
	else
		go_on(m, buf_bytes(&m->pack));
}

static bool
take_pack(struct mirrors *m, struct bytes file)
{
	struct timeval soon = {0};
	struct id h;

	buf_clear(&m->pack);
	buf_clear(&m->hashes);
	buf_put(&m->pack, file.p, file.n);
	for (size_t at = 0; at < file.n; at += PIECE_SIZE) {
		size_t n = file.n - at < PIECE_SIZE ? file.n - at : PIECE_SIZE;

		hash(&h, HASH_PIECE, bytes_of(file.p + at, n));
		buf_put(&m->hashes, h.b, sizeof(h.b));
	}
	m->given = 0;
	if (buf_err(&m->pack) != 0 || buf_err(&m->hashes) != 0)
		return false;
	evtimer_add(m->slice, &soon);
	return true;
}

/* It may be better next time: no word on what it has. */
static bool
is_unwell(const struct fetch_answer *a)
{
	return (a->error != FETCH_OK && a->error != FETCH_TOOBIG) ||
	       a->status >= 500 || a->status == 429 || a->status == 408;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct mirrors *m = arg;

	if (m->d->stopping)
		return;
	if (is_unwell(a)) {
		if (a->retry > 0)
			rota_leave(&m->rest, bytes_str(m->place[m->at].address),
			    a->retry, clock_now());
		log_debug("a mirror: %s", a->error == FETCH_OK
					      ? "its web server is not well"
					      : fetch_error_text(a->error));
		next_place(m);
	} else if (a->error != FETCH_OK || a->status != 200) {
		go_on(m, (struct bytes){NULL, 0});
	} else if (m->asked.kind == TREE_ISSUE) {
		take_headers(m, a->body);
		ask(m);
	} else if (m->asked.kind != TREE_PACK) {
		give(m, a->body);
		go_on(m, a->body);
	} else if (!take_pack(m, a->body)) {
		next_place(m);
	}
}

/* Whether another feed is due. */
static bool
others_wait(const struct mirrors *m)
{
	return rota_waits(m->feed, m->n, &m->visited, clock_now());
}

/* It had its turn. */
static bool
is_over(struct mirrors *m)
{
	if (clock_now() - m->since < ROTA_TURN || !others_wait(m))
		return false;
	m->cut = true;
	m->gave = m->gave || m->pull.gave;
	pull_done(&m->pull);
	mirrors_visited(m);
	return true;
}

static void
ask(struct mirrors *m)
{
	const struct mirror_place *at = &m->place[m->at];
	struct fetch_request rq = {.near = at->near};
	char path[TREE_PATH_MAX];
	struct buf b;
	size_t max;
	int err;

	if (is_over(m))
		return;
	if (!pull_ask(&m->pull, m->d->node, &m->asked, &max)) {
		next_place(m);
		return;
	}
	tree_path(path, &m->asked);
	buf_init(&b, FETCH_ADDRESS_MAX);
	address_escape(&b, bytes_str(at->address));
	buf_printf(&b, "/%s", path);
	rq.address = buf_bytes(&b);
	rq.max = (uint32_t)max;
	rq.seconds = ROTA_SECONDS(max, others_wait(m));
	err = buf_err(&b);
	if (err == 0)
		err = fetcher_ask(m->fetcher, m->d->base, &rq, on_answer, m);
	buf_done(&b);
	if (err != 0)
		next_place(m);
}

bool
mirror_visit(struct mirrors *m, const struct id *feed)
{
	m->n_place = 0;
	add_link(m, feed);
	add_charter(m, feed);
	if (m->n_place == 0)
		return false;
	m->busy = true;
	m->visited = *feed;
	m->answered = m->gave = m->cut = false;
	m->since = clock_now();
	m->left = m->n_place;
	/* Not all that are in need go to the same one first. */
	m->at = (size_t)rng_below(&m->rng, m->n_place);
	pull_init(&m->pull, feed);
	ask(m);
	return true;
}
