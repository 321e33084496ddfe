#include "client/approval.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"

#define FILE_MAX 4096

int
approval_read(struct header *h, const struct charter *c, const char *path)
{
	char want[HEADER_COMMENT_MAX], trusted[KEY_COMMENT_MAX];
	struct key_sig sig;
	bool prehashed;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = file_read(&b, AT_FDCWD, path, FILE_MAX);
	if (err != 0) {
		buf_done(&b);
		return complain_of(path, "read", err);
	}
	header_approval_comment(want, h->number, &h->feed);
	err = key_minisig_parse(&sig, trusted, &prehashed, buf_bytes(&b));
	buf_done(&b);
	if (err != 0)
		return complain("%s is no approval: it %s. An approval is what "
				"quire sign leaves where more keys have to "
				"sign.",
		    path, qerr_str(err));
	if (!prehashed || strcmp(trusted, want) != 0)
		return complain("%s approves something else.", path);
	if ((err = header_check_approval(h, &sig, c)) != 0)
		return complain("%s does not count for this draft: %s.", path,
		    err == QERR_BADSIG ? "it approves another one"
		    : err == QERR_KEY  ? "the charter does not name its key"
				       : qerr_str(err));
	if (header_approve(h, &sig) != 0)
		return complain("%s is by a key that has approved already.",
		    path);
	return APP_DONE;
}

int
approval_write(const char *path, const struct header *h,
    const struct charter *c, const struct key_secret *k)
{
	struct header with = *h;
	char comment[HEADER_COMMENT_MAX];
	struct key_sig sig;
	struct buf b;
	int err;

	buf_init(&b, 0);
	header_approval_comment(comment, h->number, &h->feed);
	err = header_approved(&b, h);
	if (err == 0) {
		key_sign(&sig, k, buf_bytes(&b), comment);
		err = header_check_approval(h, &sig, c);
	}
	if (err == 0)
		err = header_approve(&with, &sig);
	if (err == QERR_DUPLICATE) {
		buf_done(&b);
		return complain("this key has approved it already: another one "
				"has to sign.");
	}
	if (err != 0) {
		buf_done(&b);
		return complain("this key may not sign issue %llu: %s.",
		    (unsigned long long)h->number,
		    err == QERR_REVOKED
			? "the feed's charter has revoked it"
			: "the feed's charter does not name it");
	}
	buf_clear(&b);
	key_minisig(&b, &sig, "signature of a quire draft", comment);
	err = file_write(AT_FDCWD, path, buf_bytes(&b), 0644);
	buf_done(&b);
	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}
