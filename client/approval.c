#include "client/approval.h"

#include <fcntl.h>
#include <string.h>

#include "client/app.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"

#define FILE_MAX 4096

int
approval_read(struct key_sig *ret, const struct header *h,
    const struct charter *c, const char *path)
{
	char want[HEADER_COMMENT_MAX], trusted[KEY_COMMENT_MAX];
	bool prehashed;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = file_read(&b, AT_FDCWD, path, FILE_MAX);
	if (err != 0) {
		buf_done(&b);
		return complain_of(path, "read", err);
	}
	header_comment(want, h->number, &h->feed);
	err = key_minisig_parse(ret, trusted, &prehashed, buf_bytes(&b));
	buf_done(&b);
	if (err != 0)
		return complain("%s is no approval: it %s. An approval is what "
				"quire sign leaves where more keys have to "
				"sign.",
		    path, qerr_str(err));
	if (!prehashed || strcmp(trusted, want) != 0)
		return complain("%s approves something else.", path);
	if ((err = header_check_sig(h, ret, c)) != 0)
		return complain("%s does not count for this draft: %s.", path,
		    err == QERR_BADSIG ? "it approves another one"
		    : err == QERR_KEY  ? "the charter does not name its key"
				       : qerr_str(err));
	return APP_DONE;
}

int
approval_write(const char *path, const struct header *h,
    const struct key_sig *sig)
{
	char comment[HEADER_COMMENT_MAX];
	struct buf b;
	int err;

	buf_init(&b, 0);
	header_comment(comment, h->number, &h->feed);
	key_minisig(&b, sig, "signature of a quire draft", comment);
	err = file_write(AT_FDCWD, path, buf_bytes(&b), 0644);
	buf_done(&b);
	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}
