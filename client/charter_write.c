#include <fcntl.h>

#include "client/charter_verb.h"
#include "proto/host/file.h"
#include "proto/object/armour.h"

/* A charter that was made: who may sign it, where it goes, and what is next. */

bool
charter_is_root(const struct charter *c, const struct key *k)
{
	for (size_t i = 0; i < c->n_root; i++)
		if (key_eq(&c->root[i], k))
			return true;
	return false;
}

int
charter_write(const char *path, struct bytes data)
{
	int err = file_write(AT_FDCWD, path, data, 0644);

	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}

/* To be pasted into a chat, or shown as a QR code. */
static void
print_text(struct bytes file)
{
	struct buf text;

	buf_init(&text, 0);
	armour_put(&text, ARMOUR_CHARTER, file);
	say_bytes(buf_bytes(&text));
	buf_done(&text);
}

/* What fits where little does; longer is no fault. */
#define REVOCATION_SHORT 256

void
charter_say_next(const struct charter_verb *v, const struct charter *old,
    struct bytes file, const char *path)
{
	struct charter c;

	if (old == NULL || charter_open(&c, file, old) != 0) {
		note(v->a,
		    "More roots are to sign it: quire charter sign %s "
		    "KEY --previous CHARTER",
		    path);
		return;
	}
	note(v->a, "It counts. Put it in force: quire charter accept FOLDER %s",
	    path);
	if (!c.is_revocation)
		return;
	print_text(file);
	note(v->a,
	    "It counts wherever it comes, in %zu bytes%s: hand it on, as the "
	    "file or as this text. Readers take it in with: quire sync FILE",
	    file.n,
	    file.n > REVOCATION_SHORT
		? " (more than a small QR code or a text message may hold)"
		: "");
}
