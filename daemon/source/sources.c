#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/ingest/address.h"
#include "daemon/source/visit.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

/* The folders of file: addresses, and the root's files by themselves. */
static size_t
local_folders(const struct config *cfg, char **ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < cfg->n_publish; i++)
		for (size_t k = 0; k < cfg->publish[i].source.n; k++) {
			const char *a = cfg->publish[i].source.text[k];
			char *slash;

			if (!address_is_file(bytes_str(a)) || n == max ||
			    (ret[n] = strdup(a + strlen("file://"))) == NULL)
				continue;
			slash = strrchr(ret[n], '/');
			if (slash != ret[n])
				*slash = '\0';
			n++;
		}
	return n;
}

static void
forget_settings(void *arg)
{
	config_done(arg);
}

int
sources_fork(struct daemon *d)
{
	char *local[CONFIG_LIST_MAX * CONFIG_PUBLISH_MAX];
	char *proxy = strdup(d->cfg->socks);
	struct fetcher_config cfg = {.name = "quired-fetch",
	    .proxy = proxy,
	    .local = local,
	    .forget = forget_settings,
	    .arg = d->cfg};
	int r = 0;

	cfg.n_local = local_folders(d->cfg, local, CONFIG_LIST_MAX);
	if (d->cfg->n_publish > 0) {
		d->sources = calloc(1, sizeof(*d->sources));
		r = d->sources == NULL || proxy == NULL
			? QERR_NOMEM
			: fetcher_new(&d->sources->fetcher, &cfg);
	}
	for (size_t i = 0; i < cfg.n_local; i++)
		free(local[i]);
	free(proxy);
	return r;
}

static int
add(struct sources *all, struct room *room, const char *address,
    const struct config_publish *p)
{
	struct visit *v = &all->visit[all->n];

	*v = (struct visit){.all = all,
	    .room = room,
	    .number = (unsigned)all->n + 1,
	    .delay = p->delay * 1000};
	v->job = (struct job){.fn = visit_on_job, .arg = v};
	basket_init(&v->basket);
	visit_name_file(v, address);
	v->timer = evtimer_new(all->d->base, visit_on_time, v);
	if (v->timer == NULL || visit_load(v, address, p->every) != 0)
		return QERR_NOMEM;
	all->n++;
	visit_again(v, 0);
	return 0;
}

int
sources_start(struct daemon *d)
{
	struct sources *all = d->sources;
	size_t n = 0;
	int r = 0;

	if (all == NULL)
		return 0;
	all->d = d;
	for (size_t i = 0; i < d->n_room; i++)
		n += d->cfg->publish[i].source.n;
	all->visit = calloc(n + 1, sizeof(*all->visit));
	if (all->visit == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < d->n_room; i++) {
		const struct config_publish *p = &d->cfg->publish[i];

		for (size_t k = 0; k < p->source.n && r == 0; k++)
			r = add(all, &d->room[i], p->source.text[k], p);
	}
	return r;
}

void
sources_stop(struct daemon *d)
{
	struct sources *all = d->sources;

	if (all == NULL)
		return;
	for (size_t i = 0; i < all->n; i++) {
		struct visit *v = &all->visit[i];

		if (v->open)
			publisher_cancel(v->room->p);
		event_free(v->timer);
		source_done(&v->s);
		basket_done(&v->basket);
		buf_done(&v->page);
		buf_done(&v->address);
	}
	fetcher_free(all->fetcher);
	manner_done(&all->manner);
	free(all->visit);
	free(all);
	d->sources = NULL;
}

static void
tell_counts(const struct visit *v, struct ctl_item *it)
{
	const size_t *skipped = v->s.told.skipped, *n = v->s.told.outcome;

	ctl_add_number(it, "new", n[PUBLISHER_NEW]);
	ctl_add_number(it, "corrected", n[PUBLISHER_CORRECTED]);
	ctl_add_number(it, "same",
	    skipped[SOURCE_SKIP_SAME] + n[PUBLISHER_UNCHANGED]);
	ctl_add_number(it, "old", skipped[SOURCE_SKIP_OLD]);
	ctl_add_number(it, "nowhere", skipped[SOURCE_SKIP_NOWHERE]);
	ctl_add_number(it, "page", skipped[SOURCE_SKIP_PAGE]);
	ctl_add_number(it, "later", skipped[SOURCE_SKIP_LATER]);
	ctl_add_number(it, "retracted", n[PUBLISHER_RETRACTED]);
	ctl_add_number(it, "refused", n[PUBLISHER_REFUSED]);
}

static void
tell(const struct visit *v, struct control_client *c)
{
	when_ms now = clock_now();
	char feed[ID_TEXT_LEN + 1];
	struct ctl_item it;

	id_text(feed, publisher_feed(v->room->p));
	ctl_item_init(&it, "source");
	ctl_add_text(&it, "feed", bytes_str(feed));
	ctl_add_number(&it, "number", v->number);
	ctl_add_text(&it, "address", bytes_str(v->s.address));
	ctl_add_number(&it, "entries", v->s.known.n);
	ctl_add_number(&it, "looked", v->s.told.looked);
	ctl_add_number(&it, "listed", v->s.told.listed);
	ctl_add_number(&it, "success", v->s.success);
	ctl_add_flag(&it, "active", v->doing != DOING_REST);
	ctl_add_number(&it, "next",
	    v->s.due > now ? (v->s.due - now) / 1000 : 0);
	ctl_add_flag(&it, "trouble", v->s.trouble != SOURCE_FINE);
	tell_counts(v, &it);
	ctl_add_number(&it, "error_at", v->s.told.error_at);
	ctl_add_text(&it, "error", bytes_str(v->s.told.error));
	control_item(c, &it);
}

void
sources_tell(struct daemon *d, struct control_client *c)
{
	for (size_t i = 0; d->sources != NULL && i < d->sources->n; i++)
		tell(&d->sources->visit[i], c);
}
