#include "proto/base/buf.h"
#include "proto/object/markup.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What passes the check can be walked over to its end, and has a text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct markup_token t;
	struct buf b;
	size_t at = 0, last = 0;

	if (markup_check(bytes_of(data, size), 3, &at) != 0) {
		check(at <= size);
		return 0;
	}
	at = 0;
	while (markup_next(bytes_of(data, size), &at, &t)) {
		check(at > last && at <= size);
		last = at;
	}
	check(at == size);
	buf_init(&b, 0);
	markup_text(&b, bytes_of(data, size));
	check(buf_err(&b) == 0);
	buf_done(&b);
	return 0;
}
