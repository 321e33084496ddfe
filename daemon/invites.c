#include "daemon/invites.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

/* "invites" is [[name, secret, made], ...] */
#define FILE_NAME "invites"
#define FILE_MAX  (INVITES_MAX * (INVITES_NAME_MAX + 64))

static int
decode(struct invites *v, struct bytes file)
{
	struct reader r;
	size_t n;

	reader_init(&r, file.p, file.n);
	n = cbor_array(&r, INVITES_MAX);
	for (size_t i = 0; i < n && r.err == 0; i++) {
		struct invites_entry *e = &v->entry[v->n++];
		struct bytes name;

		if (cbor_array(&r, 3) != 3)
			reader_fail(&r, QERR_TYPE);
		name = cbor_text_in(&r, 1, INVITES_NAME_MAX);
		if (name.n > 0)
			memcpy(e->name, name.p, name.n);
		cbor_bytes_exact(&r, e->secret, sizeof(e->secret));
		e->made = cbor_uint(&r);
	}
	return reader_end(&r);
}

static int
save(struct invites *v)
{
	struct buf b;
	int e;

	buf_init(&b, FILE_MAX);
	cbor_put_array(&b, v->n);
	for (size_t i = 0; i < v->n; i++) {
		const struct invites_entry *x = &v->entry[i];

		cbor_put_array(&b, 3);
		cbor_put_text(&b, x->name, strlen(x->name));
		cbor_put_bytes(&b, x->secret, sizeof(x->secret));
		cbor_put_uint(&b, x->made);
	}
	e = buf_err(&b);
	if (e == 0)
		e = store_put_file(v->store, FILE_NAME, buf_bytes(&b));
	buf_wipe(&b);
	return e;
}

int
invites_init(struct invites *v, struct store *s)
{
	struct buf b;
	int e;

	v->store = s;
	v->n = 0;
	v->entry = calloc(INVITES_MAX, sizeof(*v->entry));
	if (v->entry == NULL)
		return QERR_NOMEM;
	buf_init(&b, FILE_MAX);
	e = store_get_file(s, FILE_NAME, &b, FILE_MAX);
	if (e == 0)
		e = decode(v, buf_bytes(&b));
	else if (e == QERR_ABSENT)
		e = 0;
	buf_wipe(&b);
	return e;
}

void
invites_done(struct invites *v)
{
	if (v->entry != NULL)
		sodium_memzero(v->entry, INVITES_MAX * sizeof(*v->entry));
	free(v->entry);
	v->entry = NULL;
	v->n = 0;
}

static struct invites_entry *
find(struct invites *v, struct bytes name)
{
	for (size_t i = 0; i < v->n; i++)
		if (bytes_eq(name, bytes_str(v->entry[i].name)))
			return &v->entry[i];
	return NULL;
}

/* The smallest number that is no name yet. */
static void
number_it(struct invites *v, char dst[INVITES_NAME_MAX + 1])
{
	size_t i = 1;

	do
		snprintf(dst, INVITES_NAME_MAX + 1, "%zu", i++);
	while (find(v, bytes_str(dst)) != NULL);
}

int
invites_add(struct invites *v, struct bytes name, uint64_t now,
    const struct invites_entry **ret)
{
	struct invites_entry *x;
	int e;

	if (name.n > INVITES_NAME_MAX || text_check(name, false) != 0)
		return QERR_TEXT;
	if (v->n == INVITES_MAX)
		return QERR_FULL;
	if (name.n > 0 && find(v, name) != NULL)
		return QERR_DUPLICATE;
	x = &v->entry[v->n];
	memset(x, 0, sizeof(*x));
	if (name.n > 0)
		memcpy(x->name, name.p, name.n);
	else
		number_it(v, x->name);
	entropy_bytes(x->secret, sizeof(x->secret));
	x->made = now;
	v->n++;
	e = save(v);
	if (e != 0)
		sodium_memzero(&v->entry[--v->n], sizeof(*x));
	*ret = x;
	return e;
}

int
invites_remove(struct invites *v, struct bytes name,
    uint8_t ret_secret[INVITE_SECRET_LEN])
{
	struct invites_entry gone, *x = find(v, name);
	size_t at;
	int e;

	if (x == NULL)
		return QERR_ABSENT;
	at = (size_t)(x - v->entry);
	gone = *x;
	memmove(x, x + 1, (v->n - at - 1) * sizeof(*x));
	v->n--;
	e = save(v);
	if (e == 0) {
		memcpy(ret_secret, gone.secret, INVITE_SECRET_LEN);
		sodium_memzero(&v->entry[v->n], sizeof(*x));
	} else {
		/* Not revoked, as far as the disk knows: keep it. */
		memmove(x + 1, x, (v->n - at) * sizeof(*x));
		*x = gone;
		v->n++;
	}
	sodium_memzero(&gone, sizeof(gone));
	return e;
}
