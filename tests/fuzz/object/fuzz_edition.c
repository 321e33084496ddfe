#include <stdlib.h>

#include "proto/object/edition.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes has one encoding; what opens has heads to show. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edition_verdict *v = calloc(1, sizeof(*v));
	struct bytes file = bytes_of(data, size);
	struct edition e;
	struct buf b;

	check(v != NULL);
	if (edition_decode(&e, file) == 0) {
		buf_init(&b, EDITION_MAX);
		check(edition_encode(&b, &e) == 0);
		check(bytes_eq(buf_bytes(&b), file));
		buf_done(&b);
		if (edition_open(v, &e) == 0)
			check(v->n_part > 0 && v->part[0].head.n > 0);
	}
	edition_verdict_done(v);
	free(v);
	return 0;
}
