#include "daemon/invites.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"

#include "tests/lib/check.h"

/* Invites by name: made, kept over a restart, revoked, and never too many. */

static char dir[] = "/tmp/quire-invites.XXXXXX";
static struct store *store;

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

static void
reopen(struct invites *v)
{
	invites_done(v);
	store_close(store);
	check(store_open(&store, dir, false) == 0);
	check(invites_init(v, store) == 0);
}

static const struct invites_entry *
make(struct invites *v, const char *name)
{
	const struct invites_entry *e;

	check(invites_add(v, bytes_str(name), 1700000000, &e) == 0);
	return e;
}

static void
they_last(struct invites *v)
{
	uint8_t a[INVITE_SECRET_LEN], b[INVITE_SECRET_LEN];
	const struct invites_entry *e;

	check(v->n == 0);
	memcpy(a, make(v, "alice")->secret, sizeof(a));
	memcpy(b, make(v, "бобр")->secret, sizeof(b));
	check(memcmp(a, b, sizeof(a)) != 0);
	check(invites_add(v, bytes_str("alice"), 1, &e) == QERR_DUPLICATE);
	check(v->n == 2);
	reopen(v);
	check(v->n == 2 && strcmp(v->entry[0].name, "alice") == 0);
	check(memcmp(v->entry[0].secret, a, sizeof(a)) == 0);
	check(memcmp(v->entry[1].secret, b, sizeof(b)) == 0);
	check(v->entry[1].made == 1700000000);
}

/* Revoking tells the secret, for the node, and what is revoked does not come back. */
static void
they_can_be_revoked(struct invites *v)
{
	uint8_t was[INVITE_SECRET_LEN], got[INVITE_SECRET_LEN];

	memcpy(was, v->entry[0].secret, sizeof(was));
	check(invites_remove(v, bytes_str("carol"), got) == QERR_ABSENT);
	check(invites_remove(v, bytes_str("alice"), got) == 0);
	check(memcmp(was, got, sizeof(was)) == 0);
	check(invites_remove(v, bytes_str("alice"), got) == QERR_ABSENT);
	reopen(v);
	check(v->n == 1 && strcmp(v->entry[0].name, "бобр") == 0);
}

static void
names_are_chosen_and_checked(struct invites *v)
{
	char lone[INVITES_NAME_MAX + 2];
	const struct invites_entry *e;

	check(strcmp(make(v, "")->name, "1") == 0);
	check(strcmp(make(v, "3")->name, "3") == 0);
	check(strcmp(make(v, "")->name, "2") == 0);
	check(strcmp(make(v, "")->name, "4") == 0);
	memset(lone, 'x', sizeof(lone) - 1);
	lone[sizeof(lone) - 1] = '\0';
	check(invites_add(v, bytes_str(lone), 1, &e) == QERR_TEXT);
	check(invites_add(v, bytes_str("a\nb"), 1, &e) == QERR_TEXT);
	check(invites_add(v, bytes_str("\xff"), 1, &e) == QERR_TEXT);
	check(strcmp(make(v, lone + 1)->name, lone + 1) == 0);
}

/* A full list refuses, still loads, and takes one more when one has gone. */
static void
there_are_not_too_many(struct invites *v)
{
	struct store *kept = v->store;
	uint8_t secret[INVITE_SECRET_LEN];
	const struct invites_entry *e;
	char name[INVITES_NAME_MAX + 1];

	while (v->n < INVITES_MAX - 1) {
		struct invites_entry *x = &v->entry[v->n];

		*x = (struct invites_entry){.made = UINT64_MAX};
		snprintf(x->name, sizeof(x->name), "%064zu", v->n);
		v->n++;
	}
	make(v, "the last one");
	check(invites_add(v, bytes_str("more"), 1, &e) == QERR_FULL);
	check(v->store == kept && v->n == INVITES_MAX);
	reopen(v);
	check(v->n == INVITES_MAX);
	snprintf(name, sizeof(name), "%s", v->entry[17].name);
	check(invites_remove(v, bytes_str(name), secret) == 0);
	make(v, "more");
	sodium_memzero(secret, sizeof(secret));
}

static void
only_the_owner_reads_them(void)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/invites", dir);
	check(stat(path, &st) == 0);
	check((st.st_mode & 077) == 0);
}

/* A damaged file is an error, never an empty list: nobody would get in. */
static void
damage_is_not_emptiness(struct invites *v)
{
	static const char *const bad[] = {
	    "", "x", "\x81", "\x81\x83", "\x81\x82\x61\x61\x40", "\x80\x80"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		invites_done(v);
		check(store_put_file(store, "invites", bytes_str(bad[i])) == 0);
		check(invites_init(v, store) < 0);
	}
}

int
main(void)
{
	struct invites v = {0};

	check(sodium_init() >= 0);
	check(mkdtemp(dir) != NULL);
	check(store_open(&store, dir, false) == 0);
	check(invites_init(&v, store) == 0);
	they_last(&v);
	they_can_be_revoked(&v);
	names_are_chosen_and_checked(&v);
	only_the_owner_reads_them();
	there_are_not_too_many(&v);
	damage_is_not_emptiness(&v);
	invites_done(&v);
	store_close(store);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
