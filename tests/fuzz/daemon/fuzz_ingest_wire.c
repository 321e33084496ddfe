#include "daemon/ingest_wire.h"
#include "proto/object/markup.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The confined child may have been taken over: what it says is an article or
 * nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ingest_source src;
	struct ingest_list l;
	bool list;
	struct ingest_doc d;

	(void)ingest_get_source(&src, &list, bytes_of(data, size));
	(void)ingest_get_list(&l, bytes_of(data, size));
	ingest_list_done(&l);
	ingest_init(&d);
	if (ingest_get_doc(&d, bytes_of(data, size), 2) == 0) {
		check(d.title != NULL && d.lang != NULL);
		check(markup_check(buf_bytes(&d.body), d.n_picture, NULL) == 0);
	}
	ingest_done(&d);
	return 0;
}
