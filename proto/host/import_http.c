#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "proto/base/qerr.h"
#include "proto/host/curl.h"
#include "proto/host/entropy.h"
#include "proto/host/import_inner.h"
#include "proto/host/nearby.h"
#include "proto/host/pace.h"
#include "proto/object/tree.h"

#define URL_MAX_LEN   2048
#define CONNECT_TIME  30L /* seconds */
#define LOW_SPEED     50L /* bytes a second, for .. */
#define LOW_TIME      60L
#define REDIRECTS_MAX 3L
#define TRIES         3            /* at one object, if the line breaks in it */
#define AHEAD_SIZE    (256 * 1024) /* larger files are not fetched ahead */
/* ms for the way there and back, through Tor if need be, whatever is asked for */
#define WAY_TIME 2000

struct http;

/* One file that is being fetched, or was ahead of its being asked for. */
struct transfer {
	struct http *http;
	CURL *curl;
	char path[TREE_PATH_MAX]; /* ahead: "" if it is free */
	struct buf ahead;
	struct buf *b; /* being filled */
	size_t max;
	size_t lines; /* bytes of header lines */
	bool busy;
	CURLcode rc; /* once it is not */
};

struct http {
	struct import_source src;
	const struct curl_calls *c;
	CURLM *multi;
	struct transfer now, soon[IMPORT_AHEAD];
	char base[URL_MAX_LEN];
	bool near;  /* its host may be in a private network */
	bool alone; /* one file at a time */
	size_t got; /* bytes, of all, since .. */
	when_ms since;
	struct pace pace;
	bool proxy;
};

/* Stop as soon as there is more than could be right. */
static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)size;
	if (n > t->max - t->b->n)
		return 0;
	t->http->got += n;
	buf_put(t->b, p, n);
	return buf_err(t->b) == 0 ? n : 0;
}

/* libcurl may keep all of them, and there is no end to what a host can say. */
static size_t
on_line(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)p;
	(void)size;
	t->lines += n;
	return t->lines <= CURL_LINES_MAX ? n : 0;
}

/* Each second at least; another value than 0 ends it. */
static int
on_while(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http *h = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return pace_left(&h->pace, clock_now() - h->since, h->got) < 0;
}

/* The host of an address, with brackets and port if there are any. */
static struct bytes
host_of(const char *url)
{
	const char *p = strstr(url, "://");

	p = p == NULL ? url : p + 3;
	return bytes_of(p, strcspn(p, "/?#"));
}

static bool
is_host_itself(const struct transfer *t)
{
	struct bytes named = host_of(t->http->base), at;
	char *url = NULL;

	t->http->c->easy_getinfo(t->curl, CURLINFO_EFFECTIVE_URL, &url);
	at = host_of(url != NULL ? url : "");
	return at.n == named.n && strncasecmp((const char *)at.p,
				      (const char *)named.p, at.n) == 0;
}

/* The last word on where a connection goes, whatever the name said before. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	const struct transfer *t = arg;
	const struct http *h = t->http;

	(void)purpose;
	if (!h->proxy && nearby(&a->addr) && !(h->near && is_host_itself(t)))
		return CURL_SOCKET_BAD;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool
is_broken(CURLcode rc)
{
	return rc == CURLE_PARTIAL_FILE || rc == CURLE_RECV_ERROR ||
	       rc == CURLE_OPERATION_TIMEDOUT || rc == CURLE_GOT_NOTHING;
}

static void
begin(struct transfer *t, const char *path, size_t from)
{
	struct http *h = t->http;
	char url[URL_MAX_LEN + TREE_PATH_MAX + 2];

	snprintf(url, sizeof(url), "%s/%s", h->base, path);
	t->lines = 0;
	h->c->easy_setopt(t->curl, CURLOPT_URL, url);
	h->c->easy_setopt(t->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)from);
	t->busy = h->c->multi_add_handle(h->multi, t->curl) == CURLM_OK;
	t->rc = CURLE_OUT_OF_MEMORY; /* unless it begins, and ends otherwise */
}

static void
end(struct transfer *t, CURLcode rc)
{
	struct http *h = t->http;

	t->rc = rc;
	if (t->busy)
		h->c->multi_remove_handle(h->multi, t->curl);
	t->busy = false;
}

/* All go on until |t| is done. */
static CURLcode
await(struct transfer *t)
{
	struct http *h = t->http;
	struct transfer *of;
	CURLMsg *m;
	int n;

	while (t->busy) {
		if (h->c->multi_perform(h->multi, &n) != CURLM_OK)
			end(t, CURLE_OUT_OF_MEMORY);
		while ((m = h->c->multi_info_read(h->multi, &n)) != NULL) {
			CURLcode rc = m->data.result;

			h->c->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
			    (char **)&of);
			end(of, rc);
		}
		if (t->busy)
			h->c->multi_poll(h->multi, NULL, 0, 1000, NULL);
	}
	return t->rc;
}

/* What came of it, for who asked for it without its first |from| bytes. */
static int
verdict(const struct transfer *t, size_t from)
{
	if (t->rc == CURLE_WRITE_ERROR && t->lines <= CURL_LINES_MAX)
		return buf_err(t->b) != 0 ? buf_err(t->b) : QERR_TOOBIG;
	if (t->rc == CURLE_HTTP_RETURNED_ERROR ||
	    (t->rc == CURLE_RANGE_ERROR && from > 0))
		return QERR_ABSENT;
	return t->rc == CURLE_OK ? 0 : QERR_IO;
}

static int
get_now(struct http *h, const char *path, size_t from, size_t max,
    struct buf *b)
{
	struct transfer *t = &h->now;

	t->b = b;
	t->max = max;
	for (int i = 0; i < TRIES; i++) {
		/* Go on where the line broke; what comes is checked whole. */
		begin(t, path, from + b->n);
		await(t);
		if (t->rc == CURLE_RANGE_ERROR && from > 0)
			break;
		if (t->rc == CURLE_RANGE_ERROR)
			buf_clear(b); /* cannot be resumed: again */
		else if (!is_broken(t->rc))
			break;
	}
	return verdict(t, from);
}

static struct transfer *
find(struct http *h, const char *path)
{
	for (size_t i = 0; i < IMPORT_AHEAD; i++)
		if (strcmp(h->soon[i].path, path) == 0)
			return &h->soon[i];
	return NULL;
}

/* True if the host said that it has no such file, and not that it has enough of us. */
static bool
is_absent(const struct transfer *t)
{
	long code = 0;

	t->http->c->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
	return code == 404 || code == 410;
}

/* What was asked for ahead: false if it did not come, and may the next time. */
static bool
get_ahead(struct http *h, const char *path, size_t max, struct buf *b,
    int *ret_err)
{
	struct transfer *t = find(h, path);

	if (t == NULL)
		return false;
	await(t);
	*ret_err = t->ahead.n > max ? QERR_TOOBIG : verdict(t, 0);
	if (*ret_err == 0) {
		buf_put(b, t->ahead.p, t->ahead.n);
		*ret_err = buf_err(b);
	}
	buf_done(&t->ahead);
	t->path[0] = '\0';
	if (*ret_err != QERR_IO && (*ret_err != QERR_ABSENT || is_absent(t)))
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

static void
set_up(struct transfer *t, struct http *h, CURL *curl)
{
	t->http = h;
	t->curl = curl;
	if (curl == NULL)
		return;
	h->c->easy_setopt(curl, CURLOPT_WRITEDATA, t);
	h->c->easy_setopt(curl, CURLOPT_HEADERDATA, t);
	h->c->easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t);
	h->c->easy_setopt(curl, CURLOPT_PRIVATE, t);
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
		set_up(t, h, h->c->easy_duphandle(h->now.curl));
	if (t->curl == NULL)
		return;
	snprintf(t->path, sizeof(t->path), "%s", path);
	buf_init(&t->ahead, 0);
	t->b = &t->ahead;
	t->max = size;
	begin(t, path, 0);
}

static void
tear_down(struct transfer *t)
{
	if (t->curl == NULL)
		return;
	end(t, CURLE_OK);
	t->http->c->easy_cleanup(t->curl);
	if (t->path[0] != '\0')
		buf_done(&t->ahead);
}

static void
http_close(struct import_source *src)
{
	struct http *h = (struct http *)src;

	tear_down(&h->now);
	for (size_t i = 0; i < IMPORT_AHEAD; i++)
		tear_down(&h->soon[i]);
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
	h->c->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	h->c->easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
	h->c->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_while);
	h->c->easy_setopt(curl, CURLOPT_XFERINFODATA, h);
	h->c->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	h->c->easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	h->c->easy_setopt(curl, CURLOPT_MAX_RECV_SPEED_LARGE,
	    (curl_off_t)way->rate);
	if (way->proxy != NULL && way->proxy[0] != '\0') {
		h->proxy = true;
		snprintf(socks, sizeof(socks), "socks5h://%s", way->proxy);
		h->c->easy_setopt(curl, CURLOPT_PROXY, socks);
		/* The environment's no_proxy would be a way around. */
		h->c->easy_setopt(curl, CURLOPT_NOPROXY, "");
	}
	set_up(&h->now, h, curl);
	*ret = &h->src;
	return 0;
}
