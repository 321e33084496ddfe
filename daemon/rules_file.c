#include "daemon/rules_file.h"

#include <fcntl.h>

#include "daemon/extract/rules.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"

int
rules_file_read(struct buf *dst, const struct config_publish *f,
    struct buf *why)
{
	struct rules *rules = NULL;
	struct buf wrong;
	int r;

	if (f->rules[0] == '\0')
		return 0;
	buf_init(&wrong, 0);
	r = file_read(dst, AT_FDCWD, f->rules, RULES_FILE_MAX);
	if (r != 0)
		buf_printf(why, "The rules in %s cannot be used: the file %s.",
		    f->rules, qerr_str(r));
	else if ((r = rules_parse(&rules, buf_bytes(dst), &wrong)) != 0)
		buf_printf(why, "The rules in %s, %.*s", f->rules, (int)wrong.n,
		    wrong.n > 0 ? (const char *)wrong.p : "");
	rules_free(rules);
	buf_done(&wrong);
	return r;
}
