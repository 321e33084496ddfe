#include "proto/base/buf.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decoders accept what encoders write; folding keeps UTF-8 what it is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[512];
	uint8_t bytes[300];
	struct buf b;
	int n = base32_decode(bytes, sizeof(bytes), (const char *)data, size);

	if (n > 0 && size < sizeof(text)) {
		base32_encode(text, bytes, (size_t)n);
		check(bytes_eq(bytes_str(text), bytes_of(data, size)));
	}
	n = base64url_decode(bytes, sizeof(bytes), (const char *)data, size);
	if (n > 0 && size < sizeof(text)) {
		base64url_encode(text, bytes, (size_t)n);
		check(bytes_eq(bytes_str(text), bytes_of(data, size)));
	}
	if (!utf8_valid(bytes_of(data, size)))
		return 0;
	buf_init(&b, 0);
	fold_text(&b, bytes_of(data, size));
	check(buf_err(&b) == 0 && utf8_valid(buf_bytes(&b)));
	buf_done(&b);
	return 0;
}
