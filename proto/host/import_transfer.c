#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/import_http_inner.h"
#include "proto/host/nearby.h"

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

void
transfer_init(struct transfer *t, struct http *h, CURL *curl)
{
	t->http = h;
	t->curl = curl;
	if (curl == NULL)
		return;
	h->c->easy_setopt(curl, CURLOPT_PRIVATE, t);
	h->c->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	h->c->easy_setopt(curl, CURLOPT_WRITEDATA, t);
	h->c->easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
	h->c->easy_setopt(curl, CURLOPT_HEADERDATA, t);
	h->c->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_while);
	h->c->easy_setopt(curl, CURLOPT_XFERINFODATA, h);
	h->c->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	h->c->easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	h->c->easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t);
}

void
transfer_begin(struct transfer *t, const char *path, size_t from)
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

void
transfer_await(struct transfer *t)
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
}

int
transfer_verdict(const struct transfer *t, size_t from)
{
	if (t->rc == CURLE_WRITE_ERROR && t->lines <= CURL_LINES_MAX)
		return buf_err(t->b) != 0 ? buf_err(t->b) : QERR_TOOBIG;
	if (t->rc == CURLE_HTTP_RETURNED_ERROR ||
	    (t->rc == CURLE_RANGE_ERROR && from > 0))
		return QERR_ABSENT;
	return t->rc == CURLE_OK ? 0 : QERR_IO;
}

bool
transfer_broke(const struct transfer *t)
{
	CURLcode rc = t->rc;

	return rc == CURLE_PARTIAL_FILE || rc == CURLE_RECV_ERROR ||
	       rc == CURLE_OPERATION_TIMEDOUT || rc == CURLE_GOT_NOTHING;
}

bool
transfer_is_absent(const struct transfer *t)
{
	long code = 0;

	t->http->c->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
	return code == 404 || code == 410;
}

void
transfer_done(struct transfer *t)
{
	if (t->curl == NULL)
		return;
	end(t, CURLE_OK);
	t->http->c->easy_cleanup(t->curl);
	if (t->path[0] != '\0')
		buf_done(&t->ahead);
}
