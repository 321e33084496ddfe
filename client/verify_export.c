#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"

/* What was signed, as minisign knows it. */

/* One of |n| signatures; where there are several, each under its key's id. */
static int
export_signature(const char *where, size_t n, const struct key_sig *sig,
    const char *what, const char *comment)
{
	char path[PATH_MAX], untrusted[64];
	char id[KEY_ID_TEXT + 1];
	struct buf b;
	int err;

	key_id_text(id, sig->id);
	if (n == 1)
		snprintf(path, sizeof(path), "%s.minisig", where);
	else
		snprintf(path, sizeof(path), "%s.%s.minisig", where, id);
	snprintf(untrusted, sizeof(untrusted), "signature from a quire %s",
	    what);
	buf_init(&b, 0);
	key_minisig(&b, sig, untrusted, comment);
	err = file_write(AT_FDCWD, path, buf_bytes(&b), 0644);
	buf_done(&b);
	return err;
}

int
verify_export_signed(const struct verify *v, const struct signed_file *f,
    const char *what, const char *comment)
{
	int err = 0;

	for (size_t i = 0; i < f->n_sig && err == 0; i++)
		err = export_signature(v->export, f->n_sig, &f->sig[i], what,
		    comment);
	if (err == 0)
		err = file_write(AT_FDCWD, v->export, f->body, 0644);
	return err == 0 ? APP_DONE : complain_of(v->export, "written", err);
}

int
verify_export(const struct verify *v, const struct header *h, struct bytes file)
{
	char comment[HEADER_COMMENT_MAX];
	struct signed_file f;
	int err;

	if (v->export == NULL)
		return APP_DONE;
	if ((err = signed_decode(&f, file, HEADER_SIGNERS_MAX)) != 0)
		return verify_bad(v, err);
	header_comment(comment, h->number, &h->feed);
	return verify_export_signed(v, &f, "header", comment);
}
