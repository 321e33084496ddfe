#include "client/sync.h"

#include <event2/event.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>

#include "proto/base/qerr.h"
#include "proto/host/drive.h"
#include "proto/host/entropy.h"

static void
on_tell(void *arg, const struct node_tell *t)
{
	struct sync *s = arg;
	struct sync_feed *f;

	switch (t->fact) {
	case FACT_SYNCED:
		if ((f = sync_find(s, &t->id)) != NULL && !f->done) {
			f->done = true;
			f->reached = t->value != UINT64_MAX;
			f->lacking = t->value;
			s->waiting--;
		}
		break;
	case FACT_UNREACHED:
		s->unreached = true;
		s->waiting = 0;
		break;
	case FACT_PROGRESS:
		s->bytes = t->value;
		progress_bytes(&s->progress, t->value, t->value + t->number);
		break;
	case FACT_FULL:
		s->full = t->number != 0;
		if (s->full)
			s->waiting = 0;
		break;
	case FACT_FORK:
		if (t->number > 0)
			s->forked = true;
		else
			s->forked_charter = t->value;
		break;
	case FACT_FAULT:
		s->faults++;
		break;
	case FACT_WOKEN:
		if ((f = sync_find(s, &t->id)) != NULL)
			f->asleep = false;
		s->woken = true;
		event_base_loopbreak(s->base);
		break;
	case FACT_HEAD:
	case FACT_CHARTER:
	case FACT_PACK:
	case FACT_WITHDRAWN:
		s->changed = true;
		break;
	case FACT_ROLLBACK:
	case FACT_OVERDUE:
	case FACT_RECEIPTS:
	case FACT_PEER:
	case FACT_ROTTEN:
	case FACT_INTRODUCED:
	case FACT_WITHHELD:
		break;
	}
	if (s->waiting == 0)
		event_base_loopbreak(s->base);
}

static void
on_trouble(void *arg, enum drive_trouble what, const struct invite *to,
    const char *why)
{
	struct sync *s = arg;

	progress_end(&s->progress);
	ways_trouble(&s->ways, what, to, why);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct sync *s = arg;

	(void)fd;
	(void)what;
	s->interrupted = true;
	event_base_loopbreak(s->base);
}

static int
restore_feed(struct sync *s, struct node *n, struct sync_feed *f,
    const struct node_policy *policy, bool wakes)
{
	struct node_feed_stat st;
	int err = (wakes ? drive_wake : drive_restore)(n, s->h.store, &f->id,
	    policy, &f->row);

	f->asleep = false;
	if (err == 0 && node_feed_stat(n, &f->id, &st) == 0) {
		f->packs = st.packs_held;
		if (st.forked)
			s->forked = true; /* proved in an earlier sync */
		if (st.forked_charter > 0)
			s->forked_charter = st.forked_charter;
	}
	return err;
}

/* All of it, unless it may sleep. */
static int
begin_feed(struct sync *s, struct node *n, struct sync_feed *f,
    const struct node_policy *policy)
{
	int err = rest_restore(n, s->h.store, &f->id, policy);

	f->asleep = err == 0;
	return err == QERR_ABSENT ? restore_feed(s, n, f, policy, false) : err;
}

/* Those of which somebody showed more. */
static int
wake(struct sync *s, struct node *n, struct drive *d,
    const struct node_policy *policy)
{
	struct node_event ev = {.type = NODE_DEADLINE};
	int err = 0;

	s->woken = false;
	for (size_t i = 0; i < s->n_feed && err == 0; i++)
		if (!s->feed[i].asleep && node_feed(n, &s->feed[i].id) == NULL)
			err = restore_feed(s, n, &s->feed[i], policy, true);
	return err == 0 ? drive_event(d, &ev) : err;
}

/* The headers that came are kept as well, and are there for the index. */
static void
keep(struct sync *s, struct node *n, struct sync_feed *f,
    const struct node_policy *policy)
{
	struct node_feed_stat st;

	if (f->asleep)
		return;
	if (rest_take(&f->rest, n, &f->id, policy) != 0)
		rest_done(&f->rest);
	if (node_feed_stat(n, &f->id, &st) == 0)
		f->came = f->came || st.packs_held > f->packs;
	if (drive_keep(n, s->h.store, &f->id, &f->row) != 0)
		row_done(&f->row);
}

/* The feeds, then the sources, then: fetch what they lack. */
static int
begin(struct sync *s, struct node *n, struct drive **ret_drive,
    const struct drive_config *cfg, const struct node_policy *policy)
{
	struct node_event ev = {.type = NODE_START};
	int err = 0;

	for (size_t i = 0; i < s->n_feed && err == 0; i++)
		err = begin_feed(s, n, &s->feed[i], policy);
	if (err == 0)
		err = drive_new(ret_drive, cfg);
	if (err == 0)
		err = drive_event(*ret_drive, &ev);
	for (size_t i = s->first_invite; i < s->n_invite && err == 0; i++) {
		ev = (struct node_event){.type = NODE_PEER};
		ev.peer.invite = bytes_str(s->invite[i]);
		err = drive_event(*ret_drive, &ev);
	}
	if (err != 0)
		return err;
	progress_say(&s->progress, "Connecting ...");
	s->waiting = s->n_feed;
	ev = (struct node_event){.type = NODE_SYNC};
	return drive_event(*ret_drive, &ev);
}

/* Until nothing is waited for; feeds that sleep are woken when there is more of them. */
static int
fetch(struct sync *s, struct node *n, struct drive *d,
    const struct node_policy *policy)
{
	int err = 0;

	if (s->waiting > 0)
		event_base_dispatch(s->base);
	while (err == 0 && s->woken && !s->interrupted) {
		err = wake(s, n, d, policy);
		if (err == 0 && s->waiting > 0)
			event_base_dispatch(s->base);
	}
	return err;
}

static int
run_node(struct sync *s, struct node *n)
{
	struct drive_config cfg = {.base = s->base,
	    .node = n,
	    .store = s->h.store,
	    .socks = s->way.proxy,
	    .socks_all = true,
	    .strange = s->strange,
	    .transports = s->ways.transports,
	    .download_rate = s->way.rate,
	    .reserve = 4 << 20,
	    .fd_max = 64,
	    .waits = true,
	    .tell = on_tell,
	    .trouble = on_trouble,
	    .arg = s};
	struct node_policy policy = {.tiers = s->tiers, .newest = s->newest};
	struct event *sig[2] = {
	    evsignal_new(s->base, SIGINT, on_signal, s),
	    evsignal_new(s->base, SIGTERM, on_signal, s),
	};
	struct drive *d = NULL;
	int err = begin(s, n, &d, &cfg, &policy);

	for (size_t i = 0; i < 2; i++)
		if (sig[i] != NULL)
			event_add(sig[i], NULL);
	if (err == 0)
		err = fetch(s, n, d, &policy);
	drive_free(d);
	for (size_t i = 0; i < s->n_feed; i++)
		keep(s, n, &s->feed[i], &policy);
	for (size_t i = 0; i < 2; i++)
		if (sig[i] != NULL)
			event_free(sig[i]);
	return err;
}

/* What came of it, once the links are down. */
static int
outcome(const struct sync *s)
{
	size_t tried = s->n_invite - s->first_invite;
	char who[64];

	if (s->interrupted)
		return complain("stopped. What came is kept; the next sync "
				"goes on from there.");
	if (!s->unreached)
		return 0;
	if (s->ways.n_vain >= tried)
		return APP_FAILED; /* why, was said */
	tried -= s->ways.n_vain;
	if (tried == 1)
		snprintf(who, sizeof(who), "the source could not");
	else
		snprintf(who, sizeof(who), "none of %zu sources could", tried);
	if (s->way.proxy != NULL)
		return complain("%s be reached by way of the proxy. See if "
				"one runs at %s.",
		    who, s->way.proxy);
	return complain("%s be reached. Try again later, or another source.",
	    who);
}

int
sync_nodes(struct sync *s)
{
	struct node_config cfg = {.role = NODE_READER, .wall = clock_wall()};
	struct node *n;
	uint8_t seed[32];
	int exit, err = QERR_NOMEM;

	if (!s->plain &&
	    (exit = ways_open(&s->ways, s->a->state, s->way.proxy)) != 0)
		return exit;
	entropy_bytes(seed, sizeof(seed));
	entropy_bytes(cfg.identity_seed, sizeof(cfg.identity_seed));
	entropy_bytes(cfg.link_private, sizeof(cfg.link_private));
	n = node_new(&cfg, seed);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(&cfg, sizeof(cfg));
	s->base = event_base_new();
	if (n != NULL && s->base != NULL)
		err = run_node(s, n);
	progress_end(&s->progress);
	ways_close(&s->ways);
	if (s->base != NULL)
		event_base_free(s->base);
	node_free(n);
	return err != 0 ? home_complain("syncing", err) : outcome(s);
}
