#include <stdio.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/hash.h"
#include "proto/object/header.h"
#include "proto/object/history.h"
#include "proto/object/signed.h"

void
header_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed)
{
	char id[ID_TEXT_LEN + 1];

	id_text(id, feed);
	snprintf(dst, HEADER_COMMENT_MAX, "quire issue %llu %s",
	    (unsigned long long)number, id);
}

/* Signing. */

int
header_sig(struct key_sig *ret, const struct header *h,
    const struct key_secret *k)
{
	char comment[HEADER_COMMENT_MAX];
	struct buf body;
	int err;

	buf_init(&body, HEADER_FILE_MAX);
	err = header_encode(&body, h);
	header_comment(comment, h->number, &h->feed);
	if (err == 0)
		key_sign(ret, k, buf_bytes(&body), comment);
	buf_done(&body);
	return err;
}

/* |sig| in the order of a file; QERR_DUPLICATE if two are by one key. */
static int
sort(struct signed_file *f, const struct key_sig *sig, size_t n)
{
	for (; f->n_sig < n; f->n_sig++) {
		const struct key_sig *s = &sig[f->n_sig];
		size_t i = f->n_sig;

		for (; i > 0; i--) {
			int order = memcmp(f->sig[i - 1].id, s->id, KEY_ID_LEN);

			if (order == 0)
				return QERR_DUPLICATE;
			if (order < 0)
				break;
			f->sig[i] = f->sig[i - 1];
		}
		f->sig[i] = *s;
	}
	return 0;
}

static void
set_signers(struct header *h, const struct signed_file *f)
{
	for (size_t i = 0; i < f->n_sig; i++)
		memcpy(h->signer[i], f->sig[i].id, KEY_ID_LEN);
}

int
header_file(struct buf *b, struct header *h, const struct key_sig *sig,
    size_t n)
{
	struct signed_file f = {.n_sig = 0};
	size_t start = b->n;
	struct buf body;
	int err;

	if (n != (h->m > 1 ? h->m : 1))
		return QERR_QUORUM;
	buf_init(&body, HEADER_FILE_MAX);
	if ((err = sort(&f, sig, n)) != 0 ||
	    (err = header_encode(&body, h)) != 0)
		goto out;
	f.body = buf_bytes(&body);
	signed_encode(b, &f);
	err = buf_err(b);
	if (err == 0 && b->n - start > HEADER_FILE_MAX) {
		b->n = start;
		err = QERR_TOOBIG;
	}
	hash(&h->hash, HASH_HEADER, f.body);
	set_signers(h, &f);
out:
	buf_done(&body);
	return err;
}

int
header_sign(struct buf *b, struct header *h, const struct key_secret *k)
{
	struct key_sig sig;
	int err = header_sig(&sig, h, k);

	return err != 0 ? err : header_file(b, h, &sig, 1);
}

/* Opening. */

static int
decode_file(struct header *ret, struct signed_file *f, struct bytes file,
    int (*decode)(struct header *, struct bytes))
{
	int err;

	if (file.n > HEADER_FILE_MAX)
		return QERR_TOOBIG;
	if ((err = signed_decode(f, file, HEADER_SIGNERS_MAX)) != 0 ||
	    (err = decode(ret, f->body)) != 0)
		return err;
	if (f->n_sig != ret->m)
		return QERR_MISSING;
	set_signers(ret, f);
	return 0;
}

int
header_peek(struct header *ret, struct bytes file)
{
	struct signed_file f;

	return decode_file(ret, &f, file, header_decode_body);
}

int
header_read(struct header *ret, struct bytes file)
{
	struct signed_file f;

	return decode_file(ret, &f, file, header_read_body);
}

static int
check_sig(const struct header *h, struct bytes body, const struct key_sig *s,
    const struct charter *c)
{
	char comment[HEADER_COMMENT_MAX];
	const struct key *k;
	int err = charter_signer(c, s->id, h->number, &k);

	header_comment(comment, h->number, &h->feed);
	return err != 0 ? err : key_verify(k, s, body, comment);
}

int
header_check_sig(const struct header *h, const struct key_sig *s,
    const struct charter *c)
{
	struct buf body;
	int err;

	buf_init(&body, HEADER_FILE_MAX);
	err = header_encode(&body, h);
	if (err == 0)
		err = check_sig(h, buf_bytes(&body), s, c);
	buf_done(&body);
	return err;
}

int
header_open(struct header *ret, struct bytes file, const struct charter *c)
{
	struct signed_file f;
	int err;

	if ((err = decode_file(ret, &f, file, header_decode_body)) != 0 ||
	    (err = charter_signers(c, ret->signer[0], ret->m, ret->number)) !=
		0)
		return err;
	for (size_t i = 0; i < f.n_sig; i++)
		if ((err = check_sig(ret, f.body, &f.sig[i], c)) != 0)
			return err;
	return charter_check_history(c, ret->number, &ret->history);
}

int
header_leaf(struct id *ret, struct bytes file)
{
	struct signed_file f;
	int err = signed_decode(&f, file, HEADER_SIGNERS_MAX);

	if (err == 0)
		history_leaf(ret, f.body);
	return err;
}
