#include "client/keys.h"

#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/app.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/file.h"

/* |name| in the folder |arg|, or |arg| itself. */
static void
place(char dst[PATH_MAX], const char *arg, const char *name)
{
	struct stat st;

	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(dst, PATH_MAX, "%s/%s", arg, name);
	else
		snprintf(dst, PATH_MAX, "%s", arg);
}

void
keys_place(char dst[PATH_MAX], const char *arg)
{
	place(dst, arg, "secret.key");
}

static bool
is_secret(struct bytes file)
{
	struct key_secret k;
	int err = key_secret_parse(&k, file, NULL);

	key_secret_done(&k);
	return err == 0 || err == QERR_PASS;
}

int
keys_public(const char *arg, struct key *ret)
{
	char path[PATH_MAX];
	int err, exit = APP_DONE;
	struct buf b;

	if (key_parse(ret, bytes_str(arg)) == 0)
		return APP_DONE;
	place(path, arg, "public.key");
	buf_init(&b, 0);
	err = file_read(&b, AT_FDCWD, path, KEY_TEXT_MAX);
	if (err != 0)
		exit = complain_of(path, "read", err);
	else if ((err = key_parse(ret, buf_bytes(&b))) != 0)
		exit = complain("%s is no public key: it %s. Give RW…, or the "
				"file that holds it.",
		    path,
		    is_secret(buf_bytes(&b)) ? "is the secret one"
					     : qerr_str(err));
	buf_wipe(&b);
	return exit;
}

static int
unlock(struct key_secret *ret, const struct buf *b, const char *path)
{
	char pass[KEYS_PASS_MAX];
	int err;

	if (term_secret("Passphrase of the key: ", pass, sizeof(pass)) < 0)
		return complain("%s is locked, and there is no terminal to "
				"type its passphrase on.",
		    path);
	err = key_secret_parse(ret, buf_bytes(b), pass);
	sodium_memzero(pass, sizeof(pass));
	if (err == QERR_PASS)
		return complain("that is not the passphrase of %s.", path);
	return err == 0 ? APP_DONE : complain_of(path, "used", err);
}

int
keys_secret(const char *arg, struct key_secret *ret)
{
	char path[PATH_MAX];
	int err, exit = APP_DONE;
	struct buf b;

	keys_place(path, arg);
	buf_init(&b, 0);
	err = file_read(&b, AT_FDCWD, path, KEY_TEXT_MAX);
	if (err != 0) {
		exit = complain_of(path, "read", err);
	} else {
		err = key_secret_parse(ret, buf_bytes(&b), NULL);
		if (err == QERR_PASS)
			exit = unlock(ret, &b, path);
		else if (err != 0)
			exit = complain("%s is no secret key: it %s.", path,
			    qerr_str(err));
	}
	buf_wipe(&b);
	return exit;
}

int
keys_new_pass(const char *what, char pass[KEYS_PASS_MAX])
{
	char again[KEYS_PASS_MAX], prompt[128];
	bool same;
	int n;

	snprintf(prompt, sizeof(prompt), "Passphrase for %s: ", what);
	n = term_secret(prompt, pass, KEYS_PASS_MAX);
	if (n < 0)
		return complain("a passphrase is typed on a terminal, and "
				"there is none.");
	if (n == 0)
		return complain("an empty passphrase protects nothing. Leave "
				"--pass away if you want none.");
	n = term_secret("The same again: ", again, KEYS_PASS_MAX);
	same = n >= 0 && strcmp(pass, again) == 0;
	sodium_memzero(again, sizeof(again));
	return same ? APP_DONE
		    : complain("the two are not the same. Nothing was made.");
}

void
keys_make(struct key_secret *ret)
{
	uint8_t seed[32], id[KEY_ID_LEN];

	entropy_bytes(seed, sizeof(seed));
	entropy_bytes(id, sizeof(id));
	key_secret_new(ret, seed, id);
	sodium_memzero(seed, sizeof(seed));
}

int
keys_file(struct buf *b, const struct key_secret *k, const char *pass)
{
	uint8_t salt[32];

	entropy_bytes(salt, sizeof(salt));
	return key_secret_file(b, k, pass, salt);
}

void
keys_signers(char dst[KEYS_SIGNERS_MAX], const struct header *h)
{
	char hex[KEY_ID_TEXT + 1];
	size_t at;

	at =
	    (size_t)snprintf(dst, KEYS_SIGNERS_MAX, h->m == 1 ? "key" : "keys");
	for (size_t i = 0; i < h->m; i++) {
		key_id_text(hex, h->signer[i]);
		at += (size_t)snprintf(dst + at, KEYS_SIGNERS_MAX - at, "%s %s",
		    i == 0 ? "" : ",", hex);
	}
}
