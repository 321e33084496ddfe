#include "proto/base/qerr.h"
#include "proto/wire/upgrade.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A request or an answer; a whole one has no beginning that is one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[] = "the sample nonce";
	struct bytes in = bytes_of(data, size);
	struct buf out;
	int asked, got;

	buf_init(&out, 0);
	asked = upgrade_answer(&out, in, "/a/secret");
	check(asked <= 0 && (out.n > 0) == (asked == 0));
	if (asked == 0)
		check(upgrade_answer(&out, bytes_of(data, size - 1),
			  "/a/secret") == QERR_AGAIN);
	got = upgrade_check(in, key);
	check(got < 0 || (got > 0 && (size_t)got <= size));
	if (got > 0)
		check(upgrade_check(bytes_of(data, (size_t)got - 1), key) ==
		      QERR_AGAIN);
	buf_done(&out);
	return 0;
}
