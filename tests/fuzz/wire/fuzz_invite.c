#include "proto/wire/invite.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as an invite is written again as it was. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct invite v;
	struct buf b;

	if (invite_parse(&v, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&b, 0);
	invite_text(&b, &v);
	check(buf_err(&b) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(data, size)));
	buf_done(&b);
	return 0;
}
