#ifndef QUIRE_KEYS_H
#define QUIRE_KEYS_H

#include <limits.h>

#include "proto/object/header.h"
#include "proto/object/key.h"

/*
 * Keys as people name them on the command line.  Each returns 0, or an exit status
 * after complaining.
 */

/* The text RW…, a public key file, or a feed's folder. */
int keys_public(const char *arg, struct key *ret);
/* Where the secret key is that |arg| names: a file, or the folder that holds it. */
void keys_place(char dst[PATH_MAX], const char *arg);
/* A secret key file or the folder that holds secret.key; asks for its passphrase. */
int keys_secret(const char *arg, struct key_secret *ret);

/* Ask for a new passphrase, twice. */
#define KEYS_PASS_MAX 256
int keys_new_pass(const char *what, char pass[KEYS_PASS_MAX]);
/* Make a key. */
void keys_make(struct key_secret *ret);
/* Its secret key file, locked if |pass| is not NULL; 0 or an error. */
int keys_file(struct buf *b, const struct key_secret *k, const char *pass);

/* "key ID", or "keys ID, ID" of all who signed |h|. */
#define KEYS_SIGNERS_MAX 160
void keys_signers(char dst[KEYS_SIGNERS_MAX], const struct header *h);

/* What a person compares: the text of |k|. */
#define KEYS_TEXT 57

#endif
