#include "proto/object/issues.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

uint64_t
issues_block(uint64_t number)
{
	return (number - 1) / ISSUES_BLOCK + 1;
}

size_t
issues_place(uint64_t number)
{
	return (size_t)((number - 1) % ISSUES_BLOCK);
}

void
issues_split(struct issues *ret, struct bytes block)
{
	struct reader r;

	ret->n = 0;
	if (block.n == 0)
		return;
	reader_init(&r, block.p, block.n);
	while (ret->n < ISSUES_BLOCK && r.p < r.end) {
		struct reader peek = r;
		struct bytes file;

		if (cbor_array(&peek, 2) != 2) /* a signed file: §3 */
			break;
		file = cbor_skip(&r);
		if (r.err != 0 || file.n > HEADER_FILE_MAX)
			break;
		ret->file[ret->n++] = file;
	}
}

size_t
issues_size(const struct issues *s, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += s->file[i].n;
	return size;
}

int
issues_rest(const struct issues *s, struct bytes block)
{
	size_t size = issues_size(s, s->n);
	struct header h;
	int err;

	if (size == block.n)
		return 0;
	err = header_peek(&h, bytes_of(block.p + size, block.n - size));
	if (err == QERR_TRUNCATED || (err != 0 && s->n == 0))
		return err;
	return QERR_TRAILING;
}
