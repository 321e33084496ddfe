#include "proto/object/issues.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is found in a block lies in it, without gaps; found again it is the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct issues is, again;
	size_t at = 0;

	issues_split(&is, bytes_of(data, size));
	check(is.n <= ISSUES_BLOCK);
	for (size_t i = 0; i < is.n; i++) {
		check(is.file[i].p == data + at && is.file[i].n > 0);
		check(is.file[i].n <= HEADER_FILE_MAX);
		at += is.file[i].n;
	}
	check(at <= size && issues_size(&is, is.n) == at);
	issues_split(&again, bytes_of(data, at));
	check(again.n == is.n);
	return 0;
}
