#include <stdio.h>

#include "proto/base/qerr.h"
#include "proto/object/charter_inner.h"

/*
 * A charter as a file, and who signed it.  A full charter is signed as any other file; a
 * revocation in short form, so that it stays one where several roots have to sign.
 */

void
charter_comment(char dst[CHARTER_COMMENT_MAX], uint64_t version)
{
	snprintf(dst, CHARTER_COMMENT_MAX, "quire charter %llu",
	    (unsigned long long)version);
}

int
charter_file_read(struct charter_file *f, struct charter *ret,
    struct bytes file)
{
	struct reader r;
	int err;

	*f = (struct charter_file){0};
	if (file.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	f->full.body = f->revokes.body = signed_body(&r, file);
	if (r.err != 0)
		return r.err;
	if ((err = charter_decode_body(ret, f->full.body)) != 0)
		return err;
	if (ret->is_revocation)
		signed_short_sigs(&f->revokes, &r);
	else
		signed_sigs(&f->full, &r, SIGNED_SIGS_MAX);
	return reader_end(&r);
}

/* Signing. */

static int
add_signature(struct signed_file *f, const struct charter *c,
    const struct key_secret *k)
{
	char comment[CHARTER_COMMENT_MAX];
	size_t i = 0;

	while (i < f->n_sig && memcmp(f->sig[i].id, k->pub.id, KEY_ID_LEN) < 0)
		i++;
	if (i < f->n_sig && memcmp(f->sig[i].id, k->pub.id, KEY_ID_LEN) == 0)
		return QERR_DUPLICATE;
	if (f->n_sig == SIGNED_SIGS_MAX)
		return QERR_FULL;
	memmove(&f->sig[i + 1], &f->sig[i], (f->n_sig - i) * sizeof(f->sig[0]));
	f->n_sig++;
	charter_comment(comment, c->version);
	key_sign(&f->sig[i], k, f->body, comment);
	return 0;
}

static int
add_place(struct signed_short *f, const struct charter *c,
    const struct charter *before, const struct key_secret *k)
{
	size_t i = 0;

	if (before == NULL || !id_eq(&c->previous, &before->hash))
		return QERR_CHAIN;
	while (i < before->n_root && !key_eq(&before->root[i], &k->pub))
		i++;
	if (i == before->n_root)
		return QERR_KEY;
	if ((f->places >> i & 1) != 0)
		return QERR_DUPLICATE;
	f->places |= (uint8_t)(1u << i);
	key_sign_body(f->sig[i], k, f->body);
	return 0;
}

int
charter_sign(struct buf *b, struct bytes body, struct bytes file,
    const struct charter *before, const struct key_secret *k)
{
	struct charter_file f = {.full.body = body, .revokes.body = body};
	struct charter c;
	int err = file.p != NULL ? charter_file_read(&f, &c, file)
				 : charter_decode_body(&c, body);

	if (err == 0)
		err = c.is_revocation ? add_place(&f.revokes, &c, before, k)
				      : add_signature(&f.full, &c, k);
	if (err != 0)
		return err;
	if (c.is_revocation)
		signed_short_encode(b, &f.revokes);
	else
		signed_encode(b, &f.full);
	return buf_err(b);
}

/* Checking. */

const struct key *
charter_root(const struct charter *c, const uint8_t id[KEY_ID_LEN])
{
	for (size_t i = 0; i < c->n_root; i++)
		if (memcmp(c->root[i].id, id, KEY_ID_LEN) == 0)
			return &c->root[i];
	return NULL;
}

/*
 * Check one signature against whichever of the two charters' roots has its id,
 * and count for both.
 */
static int
count_signature(const struct key_sig *s, struct bytes body, const char *comment,
    const struct charter *c, const struct charter *prev, unsigned *own,
    unsigned *old)
{
	const struct key *now = charter_root(c, s->id);
	const struct key *before =
	    prev == NULL ? NULL : charter_root(prev, s->id);
	const struct key *k = now != NULL ? now : before;
	int err;

	if (k == NULL)
		return QERR_KEY;
	/* One id for two keys would let one signature stand for both. */
	if (now != NULL && before != NULL && !key_eq(now, before))
		return QERR_KEY;
	if ((err = key_verify(k, s, body, comment)) != 0)
		return err;
	*own += now != NULL;
	*old += before != NULL;
	return 0;
}

static int
check_full(const struct signed_file *f, const struct charter *c,
    const struct charter *prev)
{
	char comment[CHARTER_COMMENT_MAX];
	unsigned own = 0, old = 0;
	int err = 0;

	charter_comment(comment, c->version);
	for (size_t i = 0; i < f->n_sig && err == 0; i++)
		err = count_signature(&f->sig[i], f->body, comment, c, prev,
		    &own, &old);
	if (err == 0 &&
	    (own < c->threshold || (prev != NULL && old < prev->threshold)))
		err = QERR_BADSIG;
	return err;
}

/* The roots of |c|, which is filled in, are those of the charter before it. */
static int
check_places(const struct signed_short *f, const struct charter *c)
{
	unsigned n = 0;
	int err = 0;

	for (size_t i = 0; i < SIGNED_PLACES_MAX && err == 0; i++) {
		if ((f->places >> i & 1) == 0)
			continue;
		err = i < c->n_root
			  ? key_verify_body(&c->root[i], f->sig[i], f->body)
			  : QERR_KEY;
		n++;
	}
	return err == 0 && n < c->threshold ? QERR_BADSIG : err;
}

int
charter_file_check(const struct charter_file *f, const struct charter *c,
    const struct charter *prev)
{
	return c->is_revocation ? check_places(&f->revokes, c)
				: check_full(&f->full, c, prev);
}
