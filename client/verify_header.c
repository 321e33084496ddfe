#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"

/* A header by itself, and as minisign knows it. */

/* One of a header's signatures; where there are several, each under its key's id. */
static int
export_signature(const char *where, const struct header *h,
    const struct key_sig *sig)
{
	char path[PATH_MAX], comment[HEADER_COMMENT_MAX];
	char id[KEY_ID_TEXT + 1];
	struct buf b;
	int err;

	key_id_text(id, sig->id);
	if (h->m == 1)
		snprintf(path, sizeof(path), "%s.minisig", where);
	else
		snprintf(path, sizeof(path), "%s.%s.minisig", where, id);
	buf_init(&b, 0);
	header_comment(comment, h->number, &h->feed);
	key_minisig(&b, sig, "signature from a quire header", comment);
	err = file_write(AT_FDCWD, path, buf_bytes(&b), 0644);
	buf_done(&b);
	return err;
}

/* A header's body and signatures as minisign knows them. */
int
verify_export(const struct verify *v, const struct header *h, struct bytes file)
{
	struct signed_file f;
	int err = signed_decode(&f, file, HEADER_SIGNERS_MAX);

	if (v->export == NULL)
		return APP_DONE;
	for (size_t i = 0; i < f.n_sig && err == 0; i++)
		err = export_signature(v->export, h, &f.sig[i]);
	if (err == 0)
		err = file_write(AT_FDCWD, v->export, f.body, 0644);
	return err == 0 ? APP_DONE : complain_of(v->export, "written", err);
}

/* The charters that say who may sign stand in its tree, or in places named. */
static int
learn(struct verify *v, struct feed *f)
{
	char top[PATH_MAX];
	int err = verify_learn_known(v, f);

	/* TREE/feed/FEED/issue/NUMBER, or TREE/feed/FEED/head */
	for (int up = 3; up <= 4 && err == 0 && feed_charter(f) == NULL; up++) {
		verify_around(v, up, top, sizeof(top));
		err = verify_learn(f, top);
	}
	return err;
}

int
verify_header(struct verify *v)
{
	struct feed *f = NULL;
	struct header h;
	int err = header_peek(&h, buf_bytes(&v->bytes)), exit;

	if (err == 0)
		err = verify_feed_id(v, &h.feed);
	if (err == 0 && (f = feed_new(&h.feed)) == NULL)
		err = QERR_NOMEM;
	if (err == 0)
		err = learn(v, f);
	if (err == 0 && feed_charter(f) == NULL) {
		feed_free(f);
		return complain(
		    "%s cannot be checked: the charters of its feed "
		    "are not in the tree around it. Name them: "
		    "--charter",
		    v->what);
	}
	if (err == 0)
		err = feed_check_head(f, buf_bytes(&v->bytes), &h);
	if (err == 0) {
		verify_good(v, "header", &h.feed, feed_charter(f), &h, NULL);
		exit = verify_export(v, &h, buf_bytes(&v->bytes));
	} else {
		exit = verify_bad(v, err);
	}
	feed_free(f);
	return exit;
}
