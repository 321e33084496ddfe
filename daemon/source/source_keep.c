#include "daemon/source/source_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

#define SAVED_VERSION 4
#define SAVED_FIELDS  8
#define TOLD_FIELDS   (4 + SOURCE_SKIPS + PUBLISHER_OUTCOMES)

void
source_tag(char dst[FETCH_TAG_MAX + 1], struct bytes tag)
{
	snprintf(dst, FETCH_TAG_MAX + 1, "%.*s", (int)tag.n,
	    (const char *)tag.p);
}

static void
put_told(struct buf *b, const struct source_told *t)
{
	cbor_put_array(b, TOLD_FIELDS);
	cbor_put_uint(b, t->looked);
	cbor_put_uint(b, t->listed);
	for (size_t i = 0; i < SOURCE_SKIPS; i++)
		cbor_put_uint(b, t->skipped[i]);
	for (size_t i = 0; i < PUBLISHER_OUTCOMES; i++)
		cbor_put_uint(b, t->outcome[i]);
	cbor_put_uint(b, t->error_at);
	/* Bytes, as it may have been cut within a letter. */
	cbor_put_bytes(b, t->error, strlen(t->error));
}

static void
get_told(struct reader *r, struct source_told *t)
{
	struct bytes error;

	if (cbor_array(r, TOLD_FIELDS) != TOLD_FIELDS)
		reader_fail(r, QERR_MISSING);
	t->looked = cbor_uint(r);
	t->listed = cbor_uint(r);
	for (size_t i = 0; i < SOURCE_SKIPS; i++)
		t->skipped[i] = (size_t)cbor_uint(r);
	for (size_t i = 0; i < PUBLISHER_OUTCOMES; i++)
		t->outcome[i] = (size_t)cbor_uint(r);
	t->error_at = cbor_uint(r);
	error = cbor_bytes_in(r, 0, sizeof(t->error) - 1);
	snprintf(t->error, sizeof(t->error), "%.*s", (int)error.n,
	    (const char *)error.p);
}

void
source_save(struct buf *b, const struct source *s)
{
	cbor_put_array(b, SAVED_FIELDS);
	cbor_put_uint(b, SAVED_VERSION);
	cbor_put_text(b, s->etag, strlen(s->etag));
	cbor_put_text(b, s->modified, strlen(s->modified));
	cbor_put_uint(b, s->success);
	cbor_put_uint(b, s->retry);
	cbor_put_uint(b, s->turn);
	put_told(b, &s->told);
	known_encode(b, &s->known);
}

static int
load(struct source *s, struct bytes saved)
{
	struct reader r;

	reader_init(&r, saved.p, saved.n);
	if (cbor_array(&r, SAVED_FIELDS) != SAVED_FIELDS ||
	    cbor_uint(&r) != SAVED_VERSION)
		reader_fail(&r, QERR_VERSION);
	source_tag(s->etag, cbor_text_in(&r, 0, FETCH_TAG_MAX));
	source_tag(s->modified, cbor_text_in(&r, 0, FETCH_TAG_MAX));
	s->success = cbor_uint(&r);
	s->retry = cbor_uint(&r);
	s->turn = cbor_uint(&r);
	get_told(&r, &s->told);
	known_decode(&s->known, &r);
	return reader_end(&r);
}

static int
begin_anew(struct source *s)
{
	known_done(&s->known);
	s->etag[0] = s->modified[0] = '\0';
	s->success = s->retry = s->turn = 0;
	s->told = (struct source_told){0};
	return known_init(&s->known);
}

int
source_init(struct source *ret, const char *address, uint64_t every,
    const uint8_t seed[32], struct bytes saved, when_ms now, uint64_t wall)
{
	int r = 0;

	*ret = (struct source){
	    .address = strdup(address), .every = every * 1000, .due = now};
	rng_init(&ret->rng, seed);
	if (ret->address == NULL || begin_anew(ret) != 0) {
		source_done(ret);
		return QERR_NOMEM;
	}
	if (saved.n > 0 && (r = load(ret, saved)) != 0 &&
	    begin_anew(ret) != 0) {
		source_done(ret);
		return QERR_NOMEM;
	}
	if (ret->retry > wall && ret->retry - wall <= SOURCE_BACK_OFF / 1000)
		ret->due = now + (ret->retry - wall) * 1000;
	return r;
}

void
source_forget_turn(struct source *s)
{
	ingest_list_done(&s->list);
	for (size_t i = 0; i < s->n_more; i++)
		free(s->more[i].address);
	s->n_more = s->at_more = s->at = s->pages = s->bad = s->looks = 0;
	s->in_more = s->looking = false;
}

void
source_done(struct source *s)
{
	source_forget_turn(s);
	known_done(&s->known);
	rng_done(&s->rng);
	free(s->address);
	*s = (struct source){0};
}
