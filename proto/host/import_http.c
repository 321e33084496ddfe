#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/import_http_inner.h"

#define CONNECT_TIME  30L /* seconds */
#define LOW_SPEED     50L /* bytes a second, for .. */
#define LOW_TIME      60L
#define REDIRECTS_MAX 3L
#define TRIES         3            /* at one object, if the line breaks in it */
#define AHEAD_SIZE    (256 * 1024) /* larger files are not fetched ahead */
/* ms for the way there and back, through Tor if need be, whatever is asked for */
#define WAY_TIME 2000

static int
get_now(struct http *h, const char *path, size_t from, size_t max,
    struct buf *b)
{
	struct transfer *t = &h->now;

	t->b = b;
	t->max = max;
	for (int i = 0; i < TRIES; i++) {
		/* Go on where the line broke; what comes is checked whole. */
		transfer_begin(t, path, from + b->n);
		transfer_await(t);
		if (t->rc == CURLE_RANGE_ERROR && from > 0)
			break;
		if (t->rc == CURLE_RANGE_ERROR)
			buf_clear(b); /* cannot be resumed: again */
		else if (!transfer_broke(t))
			break;
	}
	return transfer_verdict(t, from);
}

static struct transfer *
find(struct http *h, const char *path)
{
	for (size_t i = 0; i < IMPORT_AHEAD; i++)
		if (strcmp(h->soon[i].path, path) == 0)
			return &h->soon[i];
	return NULL;
}

/* What was asked for ahead: false if it did not come, and may the next time. */
static bool
get_ahead(struct http *h, const char *path, size_t max, struct buf *b,
    int *ret_err)
{
	struct transfer *t = find(h, path);

	if (t == NULL)
		return false;
	transfer_await(t);
	*ret_err = t->ahead.n > max ? QERR_TOOBIG : transfer_verdict(t, 0);
	if (*ret_err == 0) {
		buf_put(b, t->ahead.p, t->ahead.n);
		*ret_err = buf_err(b);
	}
	buf_done(&t->ahead);
	t->path[0] = '\0';
	if (*ret_err != QERR_IO &&
	    (*ret_err != QERR_ABSENT || transfer_is_absent(t)))
		return true;
	h->alone = true; /* that may be to its taste */
	return false;
}

static int
get_from(struct import_source *src, const char *path, size_t from, size_t max,
    struct buf *b)
{
	struct http *h = (struct http *)src;
	int err;

	if (h->src.slow)
		return QERR_IO;
	h->got = 0;
	h->since = clock_now();
	if (from > 0 || !get_ahead(h, path, max, b, &err))
		err = get_now(h, path, from, max, b);
	h->src.slow = pace_spend(&h->pace, clock_now() - h->since, h->got) < 0;
	return err;
}

static int
http_get(struct import_source *src, const char *path, size_t max, struct buf *b)
{
	return get_from(src, path, 0, max, b);
}

/* A line with a long way there and back: little ones come side by side. */
static void
http_soon(struct import_source *src, const char *path, size_t size)
{
	struct http *h = (struct http *)src;
	struct transfer *t = find(h, "");

	if (h->alone || size > AHEAD_SIZE || t == NULL || find(h, path) != NULL)
		return;
	if (t->curl == NULL)
		transfer_init(t, h, h->c->easy_duphandle(h->now.curl));
	if (t->curl == NULL)
		return;
	snprintf(t->path, sizeof(t->path), "%s", path);
	buf_init(&t->ahead, 0);
	t->b = &t->ahead;
	t->max = size;
	transfer_begin(t, path, 0);
}

static void
http_close(struct import_source *src)
{
	struct http *h = (struct http *)src;

	transfer_done(&h->now);
	for (size_t i = 0; i < IMPORT_AHEAD; i++)
		transfer_done(&h->soon[i]);
	if (h->multi != NULL)
		h->c->multi_cleanup(h->multi);
	free(h);
}

/* Who may take no more than so much a second is not slow for it. */
static void
set_pace(struct http *h, const struct import_way *way)
{
	uint64_t rate = way->others ? IMPORT_QUICK : IMPORT_SLOW;
	unsigned long seconds =
	    way->others ? IMPORT_PATIENCE : IMPORT_PATIENCE_MAX;

	if (way->rate > 0 && rate > way->rate / 2)
		rate = way->rate / 2;
	pace_init(&h->pace, seconds * 1000, rate, WAY_TIME);
}

int
import_http(struct import_source **ret, const char *url,
    const struct import_way *way)
{
	struct http *h = calloc(1, sizeof(*h));
	CURL *curl = NULL;
	char socks[300];
	size_t n = strlen(url);

	*ret = NULL;
	if (h == NULL)
		return QERR_NOMEM;
	h->src = (struct import_source){.get = http_get,
	    .get_from = get_from,
	    .soon = http_soon,
	    .close = http_close,
	    .far = true};
	while (n > 0 && url[n - 1] == '/')
		n--;
	if (n >= sizeof(h->base)) {
		free(h);
		return QERR_TOOBIG;
	}
	memcpy(h->base, url, n);
	h->near = way->near;
	set_pace(h, way);
	h->alone = way->rate > 0; /* which would be that of each */
	if ((h->c = curl_load()) == NULL ||
	    (h->multi = h->c->multi_init()) == NULL ||
	    (curl = h->c->easy_init()) == NULL) {
		http_close(&h->src);
		return QERR_IO;
	}
	/* As plain as can be: nothing that tells one reader from another. */
	h->c->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* A redirection may not take TLS away. */
	h->c->easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    strncmp(url, "https:", 6) == 0 ? "https" : "http,https");
	curl_trust(h->c, curl);
	h->c->easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	h->c->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	h->c->easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	h->c->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIME);
	h->c->easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED);
	h->c->easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, LOW_TIME);
	h->c->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	h->c->easy_setopt(curl, CURLOPT_PIPEWAIT, 1L);
	h->c->easy_setopt(curl, CURLOPT_MAX_RECV_SPEED_LARGE,
	    (curl_off_t)way->rate);
	if (way->proxy != NULL && way->proxy[0] != '\0') {
		h->proxy = true;
		snprintf(socks, sizeof(socks), "socks5h://%s", way->proxy);
		h->c->easy_setopt(curl, CURLOPT_PROXY, socks);
		/* The environment's no_proxy would be a way around. */
		h->c->easy_setopt(curl, CURLOPT_NOPROXY, "");
	}
	transfer_init(&h->now, h, curl);
	*ret = &h->src;
	return 0;
}
