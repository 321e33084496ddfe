#include "daemon/source/visit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

/* By a hash, as a source may move up or down in the settings. */
void
visit_name_file(struct visit *v, const char *address)
{
	crypto_generichash_state st;
	uint8_t hash[16];

	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	crypto_generichash_update(&st, publisher_feed(v->room->p)->b, 32);
	crypto_generichash_update(&st, (const uint8_t *)address,
	    strlen(address));
	crypto_generichash_final(&st, hash, sizeof(hash));
	snprintf(v->file, sizeof(v->file), "source-");
	hex_encode(v->file + strlen(v->file), hash, sizeof(hash));
}

void
visit_save(struct visit *v)
{
	struct buf b;
	int r;

	buf_init(&b, SOURCE_FILE_MAX);
	source_save(&b, &v->s);
	r = buf_err(&b);
	if (r == 0)
		r = store_put_file(v->all->d->store, v->file, buf_bytes(&b));
	if (r != 0)
		log_warn("what is known of source %u was not kept: %s",
		    v->number, qerr_str(r));
	buf_done(&b);
}

/* Until the next start: whoever looks after the machine should look at its disk. */
static void
tell_damage(struct visit *v, int error)
{
	char key[64];

	snprintf(key, sizeof(key), "source:%u:kept", v->number);
	problems_set(&v->all->d->problems, key,
	    "What was known of a source is damaged: it begins anew.",
	    v->s.address,
	    "See if the disk is well. All that is listed is looked at again, and "
	    "nothing is published twice.");
	log_warn("what was kept of source %u %s: it begins anew", v->number,
	    qerr_str(error));
}

int
visit_load(struct visit *v, const char *address, uint64_t every)
{
	uint8_t seed[32];
	struct buf b;
	int got, r;

	buf_init(&b, 0);
	entropy_bytes(seed, sizeof(seed));
	got = store_get_file(v->all->d->store, v->file, &b, SOURCE_FILE_MAX);
	if (got != 0)
		buf_clear(&b);
	r = source_init(&v->s, address, every, seed, buf_bytes(&b), clock_now(),
	    clock_wall());
	buf_done(&b);
	if (r == QERR_NOMEM)
		return r;
	if (r == 0 && got != QERR_ABSENT)
		r = got;
	if (r != 0)
		tell_damage(v, r);
	return 0;
}

/* Nothing of the turn was published: know what was known before. */
void
visit_forget_turn(struct visit *v)
{
	struct source_told told = v->s.told;
	when_ms due = v->s.due;
	char *address = strdup(v->s.address);
	uint64_t every = v->s.every / 1000;

	if (address == NULL)
		return;
	source_done(&v->s);
	if (visit_load(v, address, every) == 0) {
		v->s.due = due;
		v->s.told = told;
	}
	free(address);
}

/* --- what the operator sees --- */

void
visit_tell(struct visit *v)
{
	char key[64], what[256], hint[256];
	struct problems *p = &v->all->d->problems;
	struct buf a, b;

	snprintf(key, sizeof(key), "source:%u:fetch", v->number);
	buf_init(&a, 0);
	buf_init(&b, 0);
	if (source_tell(&v->s, &a, &b)) {
		snprintf(what, sizeof(what), "%.*s", (int)a.n,
		    (const char *)a.p);
		snprintf(hint, sizeof(hint), "%.*s", (int)b.n,
		    (const char *)b.p);
		snprintf(v->s.told.error, sizeof(v->s.told.error), "%s", what);
		v->s.told.error_at = clock_wall();
		problems_set(p, key, what,
		    v->s.trouble == SOURCE_PAGES ? v->s.last : v->s.address,
		    hint);
	} else {
		problems_clear(p, key);
	}
	buf_done(&a);
	buf_done(&b);
}

void
visit_complain(struct visit *v, const char *message, const char *link)
{
	char key[64], more[64];
	size_t n =
	    v->refused < VISIT_REFUSED_MAX ? v->refused : VISIT_REFUSED_MAX;

	v->refused++;
	snprintf(key, sizeof(key), "source:%u:entry:%zu", v->number, n);
	snprintf(more, sizeof(more), "%zu more of its entries need a look.",
	    v->refused - n);
	problems_set(&v->all->d->problems, key,
	    n < VISIT_REFUSED_MAX ? message : more,
	    n < VISIT_REFUSED_MAX && link[0] != '\0' ? link : v->s.address,
	    "Mend the entry or its page: it is tried again when it changes.");
}

void
visit_refused_none(struct visit *v)
{
	char key[64];

	snprintf(key, sizeof(key), "source:%u:entry:", v->number);
	problems_clear_all(&v->all->d->problems, key);
	v->refused = 0;
}
