#ifndef QUIRE_INVITES_H
#define QUIRE_INVITES_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"
#include "proto/host/store.h"
#include "proto/wire/veil.h"

/*
 * The secrets that let people and peers in, one a person, each under a name of
 * the operator's choice, so that one can be revoked.  Kept in the store's file
 * "invites"; never logged.
 */
#define INVITES_MAX      VEIL_SECRETS_MAX
#define INVITES_NAME_MAX 64

struct invites_entry {
	char name[INVITES_NAME_MAX + 1];
	uint8_t secret[INVITE_SECRET_LEN];
	uint64_t made; /* UNIX seconds */
};
struct invites {
	struct store *store;
	struct invites_entry *entry;
	size_t n;
};

/* Load what |s| has; an absent file is an empty list. */
int invites_init(struct invites *v, struct store *s);
void invites_done(struct invites *v); /* wipes */

/*
 * Make one named |name| (absent: a number is its name) and save; the entry is
 * valid until the next change.  QERR_DUPLICATE, QERR_FULL, or QERR_TEXT for a
 * name that is none.
 */
int invites_add(struct invites *v, struct bytes name, uint64_t now,
    const struct invites_entry **ret);
/* Revoke and save, and copy the secret out; QERR_ABSENT. */
int invites_remove(struct invites *v, struct bytes name,
    uint8_t ret_secret[INVITE_SECRET_LEN]);

#endif
