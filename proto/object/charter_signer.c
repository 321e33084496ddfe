#include "proto/base/qerr.h"
#include "proto/object/charter.h"

/* Who may sign an issue. */

int
charter_signer(const struct charter *c, const uint8_t id[KEY_ID_LEN],
    uint64_t number, const struct key **ret_key)
{
	int err = QERR_KEY;

	for (size_t i = 0; i < c->n_key; i++) {
		const struct charter_key *k = &c->key[i];

		if (memcmp(k->key.id, id, KEY_ID_LEN) != 0)
			continue;
		err = QERR_REVOKED;
		if (number >= k->from && number <= k->to) {
			*ret_key = &k->key;
			return 0;
		}
	}
	return err;
}

unsigned
charter_quorum(const struct charter *c, uint64_t number)
{
	unsigned m = 1;

	for (size_t i = 0; i < c->n_quorum && c->quorum[i].from <= number; i++)
		m = c->quorum[i].m;
	return m;
}

int
charter_signers(const struct charter *c, const uint8_t *id, size_t n,
    uint64_t number)
{
	const struct key *k;
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = charter_signer(c, id + i * KEY_ID_LEN, number, &k);
	if (err == 0 && n < charter_quorum(c, number))
		err = QERR_QUORUM;
	return err;
}

int
charter_check_history(const struct charter *c, uint64_t number,
    const struct id *history)
{
	return c->pin > 0 && number == c->pin + 1 &&
		       !id_eq(history, &c->pin_root)
		   ? QERR_PINNED
		   : 0;
}
