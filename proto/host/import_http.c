#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/curl.h"
#include "proto/host/import_inner.h"

#define URL_MAX_LEN   2048
#define CONNECT_TIME  30L /* seconds */
#define LOW_SPEED     50L /* bytes a second, for .. */
#define LOW_TIME      60L
#define REDIRECTS_MAX 3L
#define TRIES         3 /* at one object, if the line breaks in it */

struct http {
	struct import_source src;
	const struct curl_calls *c;
	CURL *curl;
	char base[URL_MAX_LEN];
	struct buf *b; /* being filled */
	size_t max;
};

/* Stop as soon as there is more than could be right. */
static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	(void)size;
	if (n > h->max - h->b->n)
		return 0;
	buf_put(h->b, p, n);
	return buf_err(h->b) == 0 ? n : 0;
}

static bool
is_broken(CURLcode rc)
{
	return rc == CURLE_PARTIAL_FILE || rc == CURLE_RECV_ERROR ||
	       rc == CURLE_OPERATION_TIMEDOUT || rc == CURLE_GOT_NOTHING;
}

static int
http_get(struct import_source *src, const char *path, size_t max, struct buf *b)
{
	struct http *h = (struct http *)src;
	char url[URL_MAX_LEN + 256];
	CURLcode rc = CURLE_OK;

	snprintf(url, sizeof(url), "%s/%s", h->base, path);
	h->b = b;
	h->max = max;
	h->c->easy_setopt(h->curl, CURLOPT_URL, url);
	for (int i = 0; i < TRIES; i++) {
		/* Go on where the line broke; what comes is checked whole. */
		h->c->easy_setopt(h->curl, CURLOPT_RESUME_FROM_LARGE,
		    (curl_off_t)b->n);
		rc = h->c->easy_perform(h->curl);
		if (rc != CURLE_RANGE_ERROR && !is_broken(rc))
			break;
		if (rc == CURLE_RANGE_ERROR)
			buf_clear(b); /* cannot be resumed: again */
	}
	if (rc == CURLE_WRITE_ERROR)
		return buf_err(b) != 0 ? buf_err(b) : QERR_TOOBIG;
	if (rc == CURLE_HTTP_RETURNED_ERROR)
		return QERR_ABSENT;
	return rc == CURLE_OK ? 0 : QERR_IO;
}

static void
http_close(struct import_source *src)
{
	struct http *h = (struct http *)src;

	h->c->easy_cleanup(h->curl);
	free(h);
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
	h->src = (struct import_source){
	    .get = http_get, .close = http_close, .far = true};
	while (n > 0 && url[n - 1] == '/')
		n--;
	if (n >= sizeof(h->base)) {
		free(h);
		return QERR_TOOBIG;
	}
	memcpy(h->base, url, n);
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
	h->c->easy_setopt(h->curl, CURLOPT_MAX_RECV_SPEED_LARGE,
	    (curl_off_t)way->rate);
	if (way->proxy != NULL && way->proxy[0] != '\0') {
		snprintf(socks, sizeof(socks), "socks5h://%s", way->proxy);
		h->c->easy_setopt(h->curl, CURLOPT_PROXY, socks);
		/* The environment's no_proxy would be a way around. */
		h->c->easy_setopt(h->curl, CURLOPT_NOPROXY, "");
	}
	*ret = &h->src;
	return 0;
}
