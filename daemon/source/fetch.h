#ifndef QUIRE_FETCH_H
#define QUIRE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"

/*
 * One address fetched: what is asked, what came of it, and both as CBOR, for it is
 * done in a confined child (fetcher.h), which talks to strangers and whose answers
 * are decoded as strictly as theirs.
 */
#define FETCH_ADDRESS_MAX   4096
#define FETCH_TAG_MAX       256 /* of an ETag, a date, a type */
#define FETCH_BODY_MAX      (32 * 1024 * 1024)
#define FETCH_WIRE_MAX      (FETCH_BODY_MAX + 8192)
#define FETCH_SECONDS       120 /* in all, redirections included */
#define FETCH_SECONDS_MAX   7200
#define FETCH_REDIRECTS_MAX 5

struct fetch_request {
	struct bytes address;
	struct bytes etag, modified; /* of what we have; may be empty */
	uint32_t max;                /* bytes of the body, inflated */
	uint32_t seconds;            /* 1..FETCH_SECONDS_MAX */
	bool local;                  /* it may be a file */
	bool
	    near; /* its host may be in a private network: the operator named it */
};

enum fetch_error {
	FETCH_OK,        /* there is an answer, with a status */
	FETCH_NAME,      /* the host's name is not known */
	FETCH_CONNECT,   /* nobody answers there */
	FETCH_TLS,       /* its certificate is not good */
	FETCH_TIME,      /* it took too long */
	FETCH_TOOBIG,    /* there is more than |max| */
	FETCH_REDIRECTS, /* it is sent on in circles */
	FETCH_SCHEME,    /* it is, or is sent on to, what may not be fetched */
	FETCH_PRIVATE,   /* a stranger names a host in a private network */
	FETCH_BROKEN,    /* the answer ends early or makes no sense */
	FETCH_PROXY,     /* the SOCKS proxy does not do it */
	FETCH_FILE,      /* the file is not there or may not be read */
	FETCH_LONG,      /* its address is too long to be asked for */
	FETCH_LIBRARY,   /* libcurl is not installed */
	FETCH_CHILD,     /* our own child failed, twice */
	FETCH_ERRORS
};

struct fetch_answer {
	enum fetch_error error;
	unsigned status;             /* of HTTP; 200 for a file */
	struct bytes address;        /* where it was found in the end */
	struct bytes etag, modified; /* may be empty */
	struct bytes type;           /* Content-Type; may be empty */
	uint64_t retry; /* seconds to wait that it asks for, or 0 */
	struct bytes body;
};

/* What is wrong, as a sentence, and what to do. */
const char *fetch_error_text(enum fetch_error e);
const char *fetch_error_hint(enum fetch_error e);

void fetch_put_request(struct buf *b, const struct fetch_request *rq);
/* Both borrow from |msg|: 0, or QERR_* and the result is not to be used. */
int fetch_get_request(struct fetch_request *ret, struct bytes msg);
void fetch_put_answer(struct buf *b, const struct fetch_answer *a);
int fetch_get_answer(struct fetch_answer *ret, struct bytes msg);

#endif
