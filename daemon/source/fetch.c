#include "daemon/source/fetch.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

#define REQUEST_FIELDS 7
#define ANSWER_FIELDS  8
#define RETRY_MAX      (400ULL * 24 * 3600)

static const struct {
	const char *text, *hint;
} words[FETCH_ERRORS] = {
    [FETCH_OK] = {"", ""},
    [FETCH_NAME] = {"its host's name is not known",
	"Look for a typing error in its address, and at this machine's DNS."},
    [FETCH_CONNECT] = {"its host does not answer",
	"It is tried again later; see if the site is up."},
    [FETCH_TLS] = {"its certificate is not good",
	"Renew it on the web server, or mend this machine's clock."},
    [FETCH_TIME] = {"its host is too slow",
	"It is tried again later; see if the site is well."},
    [FETCH_TOOBIG] = {"it is larger than is taken",
	"8 MiB are taken: let a feed list fewer entries, and a page hold less."},
    [FETCH_REDIRECTS] = {"it is sent on more than five times",
	"Name the address in the settings that the site really uses."},
    [FETCH_SCHEME] = {"it is sent on to where nothing is fetched, as from "
		      "https to http",
	"Name the address in the settings that the site really uses."},
    [FETCH_PRIVATE] = {"it is in a private network, and no source of the "
		       "settings is there",
	"If that host is yours, name it in a source line."},
    [FETCH_BROKEN] = {"its answer ends early or makes no sense",
	"It is tried again later; see the web server's log."},
    [FETCH_PROXY] = {"the SOCKS proxy does not reach it",
	"See if what socks names in the settings is up."},
    [FETCH_FILE] = {"the file is not there or may not be read",
	"Put it there, readable for quired."},
    [FETCH_LONG] = {"its address is too long", "Give it a shorter one."},
    [FETCH_LIBRARY] = {"libcurl is not installed",
	"Install libcurl.so.4 (Debian: libcurl4)."},
    [FETCH_CHILD] = {"what fetches died of it",
	"Please report this address as a bug."},
};

const char *
fetch_error_text(enum fetch_error e)
{
	return words[e].text;
}

const char *
fetch_error_hint(enum fetch_error e)
{
	return words[e].hint;
}

static void
put_text(struct buf *b, struct bytes s)
{
	cbor_put_text(b, s.p, s.n);
}

/* Visible ASCII, as header lines are made of. */
static struct bytes
get_tag(struct reader *r, size_t max)
{
	struct bytes s = cbor_text_in(r, 0, max);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			reader_fail(r, QERR_TEXT);
	return s;
}

static struct bytes
get_address(struct reader *r, size_t min)
{
	struct bytes s = cbor_text_in(r, min, FETCH_ADDRESS_MAX);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f)
			reader_fail(r, QERR_TEXT);
	return s;
}

void
fetch_put_request(struct buf *b, const struct fetch_request *rq)
{
	cbor_put_array(b, REQUEST_FIELDS);
	put_text(b, rq->address);
	put_text(b, rq->etag);
	put_text(b, rq->modified);
	cbor_put_uint(b, rq->max);
	cbor_put_uint(b, rq->seconds);
	cbor_put_bool(b, rq->local);
	cbor_put_bool(b, rq->near);
}

int
fetch_get_request(struct fetch_request *ret, struct bytes msg)
{
	struct reader r;

	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, REQUEST_FIELDS) != REQUEST_FIELDS)
		reader_fail(&r, QERR_MISSING);
	ret->address = get_address(&r, 1);
	ret->etag = get_tag(&r, FETCH_TAG_MAX);
	ret->modified = get_tag(&r, FETCH_TAG_MAX);
	ret->max = (uint32_t)cbor_uint_in(&r, 1, FETCH_BODY_MAX);
	ret->seconds = (uint32_t)cbor_uint_in(&r, 1, FETCH_SECONDS_MAX);
	ret->local = cbor_bool(&r);
	ret->near = cbor_bool(&r);
	return reader_end(&r);
}

void
fetch_put_answer(struct buf *b, const struct fetch_answer *a)
{
	cbor_put_array(b, ANSWER_FIELDS);
	cbor_put_uint(b, (uint64_t)a->error);
	cbor_put_uint(b, a->status);
	put_text(b, a->address);
	put_text(b, a->etag);
	put_text(b, a->modified);
	put_text(b, a->type);
	cbor_put_uint(b, a->retry < RETRY_MAX ? a->retry : RETRY_MAX);
	cbor_put_bytes(b, a->body.p, a->body.n);
}

int
fetch_get_answer(struct fetch_answer *ret, struct bytes msg)
{
	struct reader r;
	uint64_t error;

	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, ANSWER_FIELDS) != ANSWER_FIELDS)
		reader_fail(&r, QERR_MISSING);
	/* That it died is not for itself to say. */
	error = cbor_uint_in(&r, 0, FETCH_CHILD - 1);
	ret->error = (enum fetch_error)error;
	ret->status = (unsigned)cbor_uint_in(&r, 0, 999);
	ret->address = get_address(&r, 0);
	ret->etag = get_tag(&r, FETCH_TAG_MAX);
	ret->modified = get_tag(&r, FETCH_TAG_MAX);
	ret->type = get_tag(&r, FETCH_TAG_MAX);
	ret->retry = cbor_uint_in(&r, 0, RETRY_MAX);
	ret->body = cbor_bytes_in(&r, 0, FETCH_BODY_MAX);
	if (r.err == 0 && ret->error == FETCH_OK && ret->status < 100)
		reader_fail(&r, QERR_RANGE);
	return reader_end(&r);
}
