#include "daemon/source/browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/charset.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/curl.h"
#include "proto/host/nearby.h"

#define CONNECT_SECONDS 30L
#define LOW_SPEED       100L /* bytes a second, for .. */
#define LOW_SECONDS     30L

struct browse {
	const struct curl_calls *c;
	CURL *curl;
	bool proxy, mirror;
	char address[FETCH_ADDRESS_MAX + 1]; /* where we are by now */
	char etag[FETCH_TAG_MAX + 1];
	char modified[FETCH_TAG_MAX + 1];
	char type[FETCH_TAG_MAX + 1];
	struct buf body;
	size_t lines; /* bytes of header lines */
	bool toobig, refused_near;
	bool near; /* a private network is fine */
};

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct browse *w = arg;

	(void)size;
	buf_put(&w->body, p, n);
	w->toobig = buf_err(&w->body) == QERR_TOOBIG;
	return buf_err(&w->body) == 0 ? n : 0;
}

/* Keep the value of a header line of this name, if it is plain and fits. */
static void
keep_header(char dst[FETCH_TAG_MAX + 1], const char *name, struct bytes line)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp((const char *)line.p, name, n) != 0)
		return;
	line = bytes_of(line.p + n, line.n - n);
	while (line.n > 0 && line.p[0] == ' ')
		line = bytes_of(line.p + 1, line.n - 1);
	while (line.n > 0 && line.p[line.n - 1] <= ' ')
		line.n--;
	dst[0] = '\0';
	if (line.n > FETCH_TAG_MAX)
		return;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '~')
			return;
	memcpy(dst, line.p, line.n);
	dst[line.n] = '\0';
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct browse *w = arg;
	struct bytes line = bytes_of(p, n);

	(void)size;
	/* libcurl may keep all of them. */
	if ((w->lines += n) > CURL_LINES_MAX)
		return 0;
	keep_header(w->etag, "ETag:", line);
	keep_header(w->modified, "Last-Modified:", line);
	keep_header(w->type, "Content-Type:", line);
	return n;
}

/* The last word on where a connection goes, whatever the name said before. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct browse *w = arg;

	(void)purpose;
	if (!w->proxy && !w->near && nearby(&a->addr)) {
		w->refused_near = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void
set_up(struct browse *w, const char *proxy)
{
	const struct curl_calls *c = w->c;
	char socks[300];

	if (!w->mirror) {
		c->easy_setopt(w->curl, CURLOPT_USERAGENT,
		    "quire/" QUIRE_VERSION " (+feed reader)");
		c->easy_setopt(w->curl, CURLOPT_ACCEPT_ENCODING,
		    "gzip, deflate");
	}
	c->easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	c->easy_setopt(w->curl, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED);
	c->easy_setopt(w->curl, CURLOPT_LOW_SPEED_TIME, LOW_SECONDS);
	c->easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, on_body);
	c->easy_setopt(w->curl, CURLOPT_WRITEDATA, w);
	c->easy_setopt(w->curl, CURLOPT_HEADERFUNCTION, on_header);
	c->easy_setopt(w->curl, CURLOPT_HEADERDATA, w);
	c->easy_setopt(w->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	c->easy_setopt(w->curl, CURLOPT_OPENSOCKETDATA, w);
	curl_trust(c, w->curl);
	/* Of the environment no proxy is taken, which would be a way around. */
	snprintf(socks, sizeof(socks), "%s%s",
	    proxy[0] != '\0' ? "socks5h://" : "", proxy);
	c->easy_setopt(w->curl, CURLOPT_PROXY, socks);
	c->easy_setopt(w->curl, CURLOPT_NOPROXY, "");
}

struct browse *
browse_new(const char *proxy, bool mirror)
{
	struct browse *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->c = curl_load();
	w->curl = w->c != NULL ? w->c->easy_init() : NULL;
	if (w->curl == NULL) {
		free(w);
		return NULL;
	}
	w->proxy = proxy[0] != '\0';
	w->mirror = mirror;
	set_up(w, proxy);
	return w;
}

void
browse_free(struct browse *w)
{
	if (w == NULL)
		return;
	w->c->easy_cleanup(w->curl);
	buf_done(&w->body);
	free(w);
}

/* --- one hop --- */

static enum fetch_error
error_of(const struct browse *w, CURLcode rc)
{
	if (w->toobig)
		return FETCH_TOOBIG;
	if (w->refused_near)
		return FETCH_PRIVATE;
	switch ((int)rc) { /* of a hundred */
	case CURLE_OK:
		return FETCH_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
		return FETCH_NAME;
	case CURLE_COULDNT_CONNECT:
		return w->proxy ? FETCH_PROXY : FETCH_CONNECT;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return FETCH_PROXY;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return FETCH_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return FETCH_TIME;
	case CURLE_FILESIZE_EXCEEDED:
		return FETCH_TOOBIG;
	case CURLE_URL_MALFORMAT:
		return FETCH_SCHEME;
	case CURLE_FILE_COULDNT_READ_FILE:
		return FETCH_FILE;
	default:
		return FETCH_BROKEN;
	}
}

static struct curl_slist *
add_line(const struct browse *w, struct curl_slist *list, const char *name,
    struct bytes value)
{
	char line[FETCH_TAG_MAX + 64];
	struct curl_slist *more;

	if (value.n == 0)
		return list;
	snprintf(line, sizeof(line), "%s: %.*s", name, (int)value.n,
	    (const char *)value.p);
	more = w->c->slist_append(list, line);
	return more != NULL ? more : list;
}

static void
clear(struct browse *w, size_t max)
{
	buf_done(&w->body);
	buf_init(&w->body, max);
	w->etag[0] = w->modified[0] = w->type[0] = '\0';
	w->toobig = w->refused_near = false;
	w->lines = 0;
}

static CURLcode
hop(struct browse *w, const struct fetch_request *rq, time_t left)
{
	struct curl_slist *lines = NULL;
	CURLcode rc;

	clear(w, rq->max);
	lines = add_line(w, lines, "If-None-Match", rq->etag);
	lines = add_line(w, lines, "If-Modified-Since", rq->modified);
	w->c->easy_setopt(w->curl, CURLOPT_HTTPHEADER, lines);
	w->c->easy_setopt(w->curl, CURLOPT_PROTOCOLS_STR,
	    rq->local ? "file" : "http,https");
	w->c->easy_setopt(w->curl, CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)rq->max);
	w->c->easy_setopt(w->curl, CURLOPT_TIMEOUT, (long)left);
	w->c->easy_setopt(w->curl, CURLOPT_URL, w->address);
	rc = w->c->easy_perform(w->curl);
	w->c->easy_setopt(w->curl, CURLOPT_HTTPHEADER, NULL);
	w->c->slist_free_all(lines);
	return rc;
}

/* --- all of them --- */

static time_t
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* True if the answer sends us on, and to where. */
static bool
is_sent_on(struct browse *w, unsigned status, char **ret_to)
{
	*ret_to = NULL;
	if (status < 300 || status > 399 || status == 304)
		return false;
	w->c->easy_getinfo(w->curl, CURLINFO_REDIRECT_URL, ret_to);
	return *ret_to != NULL;
}

static unsigned
status_of(struct browse *w)
{
	long status = 0;

	if (address_is_file(bytes_str(w->address)))
		return 200;
	w->c->easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
	return status >= 100 && status <= 999 ? (unsigned)status : 0;
}

/* Whether it may be fetched, with |*tls| once there was some. */
static bool
is_allowed(const struct browse *w, const struct fetch_request *rq, bool *tls)
{
	struct bytes a = bytes_str(w->address);
	bool web = address_is_web(a);

	if (rq->local || !web)
		return rq->local && address_is_file(a);
	/* It may be the newsroom's own site that a mirror sends us on to. */
	if (w->mirror && !bytes_eq(address_host(a), address_host(rq->address)))
		return false;
	if (strncasecmp(w->address, "https:", 6) == 0)
		*tls = true;
	else if (*tls)
		return false;
	return true;
}

/* Follow by ourselves: libcurl knows no way to forbid only the step down. */
static enum fetch_error
follow(struct browse *w, const struct fetch_request *rq, unsigned *ret_status)
{
	struct bytes origin = address_origin(rq->address);
	time_t until = seconds() + (time_t)rq->seconds;
	bool tls = false;

	for (int i = 0; i <= FETCH_REDIRECTS_MAX; i++) {
		time_t left = until - seconds();
		enum fetch_error e;
		char *to;

		if (left <= 0)
			return FETCH_TIME;
		if (!is_allowed(w, rq, &tls))
			return FETCH_SCHEME;
		w->near = rq->near && address_at(bytes_str(w->address), origin);
		e = error_of(w, hop(w, rq, left));
		if (e != FETCH_OK)
			return e;
		*ret_status = status_of(w);
		if (*ret_status == 0)
			return FETCH_BROKEN;
		if (!is_sent_on(w, *ret_status, &to))
			return FETCH_OK;
		if (strlen(to) > FETCH_ADDRESS_MAX)
			return FETCH_BROKEN;
		snprintf(w->address, sizeof(w->address), "%s", to);
	}
	return FETCH_REDIRECTS;
}

/* Make UTF-8 of what the server says is in another charset, before which a document's
 * own word does not count (HTML §13.2.3.2); as it is if that is not true. */
static void
to_utf8(struct browse *w)
{
	struct bytes charset = charset_declared(bytes_str(w->type));
	struct buf text, why;
	size_t lost;

	if (charset.n == 0 || utf8_valid(buf_bytes(&w->body)))
		return;
	buf_init(&text, w->body.max);
	buf_init(&why, 0);
	if (charset_decode(&text, buf_bytes(&w->body), charset, &lost, &why) ==
	    0) {
		buf_done(&w->body);
		w->body = text;
	} else {
		buf_done(&text);
	}
	buf_done(&why);
}

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

void
browse_fetch(struct browse *w, struct fetch_answer *ret,
    const struct fetch_request *rq)
{
	curl_off_t retry = 0;

	*ret = (struct fetch_answer){0};
	clear(w, rq->max);
	snprintf(w->address, sizeof(w->address), "%.*s", (int)rq->address.n,
	    (const char *)rq->address.p);
	ret->error = follow(w, rq, &ret->status);
	if (ret->error != FETCH_OK)
		return;
	w->c->easy_getinfo(w->curl, CURLINFO_RETRY_AFTER, &retry);
	ret->retry = retry > 0 ? (uint64_t)retry : 0;
	ret->address =
	    is_plain(w->address) ? bytes_str(w->address) : rq->address;
	ret->etag = bytes_str(w->etag);
	ret->modified = bytes_str(w->modified);
	ret->type = bytes_str(w->type);
	if (!w->mirror)
		to_utf8(w);
	ret->body = buf_bytes(&w->body);
}
