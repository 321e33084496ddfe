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

#define URL_MAX_LEN   2048
#define CONNECT_TIME  30L /* seconds */
#define LOW_SPEED     50L /* bytes a second, for .. */
#define LOW_TIME      60L
#define REDIRECTS_MAX 3L
#define TRIES         3 /* at one object, if the line breaks in it */
/* ms for the way there and back, through Tor if need be, whatever is asked for */
#define WAY_TIME 2000

struct http {
	struct import_source src;
	const struct curl_calls *c;
	CURL *curl;
	char base[URL_MAX_LEN];
	bool near;       /* its host may be in a private network */
	struct buf *b;   /* being filled */
	size_t max, got; /* bytes since .. */
	size_t lines;    /* bytes of header lines */
	when_ms since;
	struct pace pace;
	bool proxy;
};

/* Stop as soon as there is more than could be right. */
static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	(void)size;
	if (n > h->max - h->b->n)
		return 0;
	h->got += n;
	buf_put(h->b, p, n);
	return buf_err(h->b) == 0 ? n : 0;
}

/* libcurl may keep all of them, and there is no end to what a host can say. */
static size_t
on_line(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	(void)p;
	(void)size;
	h->lines += n;
	return h->lines <= CURL_LINES_MAX ? n : 0;
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
is_host_itself(const struct http *h)
{
	struct bytes named = host_of(h->base), at;
	char *url = NULL;

	h->c->easy_getinfo(h->curl, CURLINFO_EFFECTIVE_URL, &url);
	at = host_of(url != NULL ? url : "");
	return at.n == named.n && strncasecmp((const char *)at.p,
				      (const char *)named.p, at.n) == 0;
}

/* The last word on where a connection goes, whatever the name said before. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	const struct http *h = arg;

	(void)purpose;
	if (!h->proxy && nearby(&a->addr) && !(h->near && is_host_itself(h)))
		return CURL_SOCKET_BAD;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool
is_broken(CURLcode rc)
{
	return rc == CURLE_PARTIAL_FILE || rc == CURLE_RECV_ERROR ||
	       rc == CURLE_OPERATION_TIMEDOUT || rc == CURLE_GOT_NOTHING;
}

static int
get_from(struct import_source *src, const char *path, size_t from, size_t max,
    struct buf *b)
{
	struct http *h = (struct http *)src;
	char url[URL_MAX_LEN + 256];
	CURLcode rc = CURLE_OK;

	snprintf(url, sizeof(url), "%s/%s", h->base, path);
	if (h->src.slow)
		return QERR_IO;
	h->b = b;
	h->max = max;
	h->got = 0;
	h->since = clock_now();
	h->c->easy_setopt(h->curl, CURLOPT_URL, url);
	for (int i = 0; i < TRIES; i++) {
		/* Go on where the line broke; what comes is checked whole. */
		h->c->easy_setopt(h->curl, CURLOPT_RESUME_FROM_LARGE,
		    (curl_off_t)(from + b->n));
		h->lines = 0;
		rc = h->c->easy_perform(h->curl);
		if (rc != CURLE_RANGE_ERROR && !is_broken(rc))
			break;
		if (rc == CURLE_RANGE_ERROR && from > 0)
			break;
		if (rc == CURLE_RANGE_ERROR)
			buf_clear(b); /* cannot be resumed: again */
	}
	h->src.slow = pace_spend(&h->pace, clock_now() - h->since, h->got) < 0;
	if (rc == CURLE_WRITE_ERROR && h->lines <= CURL_LINES_MAX)
		return buf_err(b) != 0 ? buf_err(b) : QERR_TOOBIG;
	if (rc == CURLE_HTTP_RETURNED_ERROR ||
	    (rc == CURLE_RANGE_ERROR && from > 0))
		return QERR_ABSENT;
	return rc == CURLE_OK ? 0 : QERR_IO;
}

static int
http_get(struct import_source *src, const char *path, size_t max, struct buf *b)
{
	return get_from(src, path, 0, max, b);
}

static void
http_close(struct import_source *src)
{
	struct http *h = (struct http *)src;

	h->c->easy_cleanup(h->curl);
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
	char socks[300];
	size_t n = strlen(url);

	*ret = NULL;
	if (h == NULL)
		return QERR_NOMEM;
	h->src = (struct import_source){.get = http_get,
	    .get_from = get_from,
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
	if ((h->c = curl_load()) == NULL ||
	    (h->curl = h->c->easy_init()) == NULL) {
		free(h);
		return QERR_IO;
	}
	/* As plain as can be: nothing that tells one reader from another. */
	h->c->easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* A redirection may not take TLS away. */
	h->c->easy_setopt(h->curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    strncmp(url, "https:", 6) == 0 ? "https" : "http,https");
	curl_trust(h->c, h->curl);
	h->c->easy_setopt(h->curl, CURLOPT_FAILONERROR, 1L);
	h->c->easy_setopt(h->curl, CURLOPT_FOLLOWLOCATION, 1L);
	h->c->easy_setopt(h->curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	h->c->easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIME);
	h->c->easy_setopt(h->curl, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED);
	h->c->easy_setopt(h->curl, CURLOPT_LOW_SPEED_TIME, LOW_TIME);
	h->c->easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	h->c->easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	h->c->easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	h->c->easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, on_line);
	h->c->easy_setopt(h->curl, CURLOPT_HEADERDATA, h);
	h->c->easy_setopt(h->curl, CURLOPT_XFERINFOFUNCTION, on_while);
	h->c->easy_setopt(h->curl, CURLOPT_XFERINFODATA, h);
	h->c->easy_setopt(h->curl, CURLOPT_NOPROGRESS, 0L);
	h->c->easy_setopt(h->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	h->c->easy_setopt(h->curl, CURLOPT_OPENSOCKETDATA, h);
	h->c->easy_setopt(h->curl, CURLOPT_MAX_RECV_SPEED_LARGE,
	    (curl_off_t)way->rate);
	if (way->proxy != NULL && way->proxy[0] != '\0') {
		h->proxy = true;
		snprintf(socks, sizeof(socks), "socks5h://%s", way->proxy);
		h->c->easy_setopt(h->curl, CURLOPT_PROXY, socks);
		/* The environment's no_proxy would be a way around. */
		h->c->easy_setopt(h->curl, CURLOPT_NOPROXY, "");
	}
	*ret = &h->src;
	return 0;
}
