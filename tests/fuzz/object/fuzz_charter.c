#include "proto/object/charter_inner.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written of what was read, is what was read. */
static void
read_body(struct bytes body)
{
	struct charter c;
	struct buf b;

	if (charter_decode_body(&c, body) != 0)
		return;
	buf_init(&b, 0);
	check(charter_encode(&b, &c) == 0);
	check(bytes_eq(buf_bytes(&b), body));
	buf_done(&b);
}

static void
read_file(struct bytes file)
{
	struct charter_file f;
	struct charter c;
	struct buf b;

	if (charter_file_read(&f, &c, file) != 0)
		return;
	buf_init(&b, 0);
	if (c.is_revocation)
		signed_short_encode(&b, &f.revokes);
	else
		signed_encode(&b, &f.full);
	check(bytes_eq(buf_bytes(&b), file));
	buf_done(&b);
}

/* A revocation behind whatever it says that it follows, where all that it ends is there. */
static void
open_revocation(struct bytes file)
{
	struct charter before = {.n_root = 3, .threshold = 2}, c, opened;

	if (charter_peek(&c, file) != 0 || !c.is_revocation)
		return;
	before.version = c.version - 1;
	before.hash = c.previous;
	for (; before.n_key < c.n_end; before.n_key++) {
		struct charter_key *k = &before.key[before.n_key];

		memcpy(k->key.id, c.end[before.n_key].id, KEY_ID_LEN);
		k->from = 1;
		k->to = UINT64_MAX;
	}
	(void)charter_open(&opened, file, &before);
	check(charter_take(&opened, file, &before) == 0);
	check(opened.n_root == 3 && opened.version == c.version);
	check(id_eq(&opened.hash, &c.hash));
}

/* A charter's body or file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charter c;

	(void)charter_open(&c, bytes_of(data, size), NULL);
	read_body(bytes_of(data, size));
	read_file(bytes_of(data, size));
	open_revocation(bytes_of(data, size));
	return 0;
}
