#include "daemon/ingest/address.h"
#include "daemon/source/fetch.h"
#include "daemon/source/robots.h"
#include "daemon/source/source.h"
#include "proto/base/qerr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a site, the child that fetches, and a damaged disk could say. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32];
	struct bytes all = bytes_of(data, size),
		     half = bytes_of(data, size / 2);
	struct fetch_request rq;
	struct fetch_answer a;
	struct source s;
	struct buf b;

	if (size > 4096)
		return 0;
	(void)fetch_get_request(&rq, all);
	(void)fetch_get_answer(&a, all);
	(void)robots_allow(all, half);
	(void)robots_delay(all);
	buf_init(&b, 0);
	address_resolve(&b, half, bytes_of(data + size / 2, size - size / 2));
	(void)address_at(all, address_origin(half));
	buf_done(&b);
	if (source_init(&s, "https://a/", 60, seed, all, 1, 1) != QERR_NOMEM)
		source_done(&s);
	return 0;
}
