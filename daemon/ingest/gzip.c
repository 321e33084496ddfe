#include "daemon/ingest/gzip.h"

#include <string.h>
#include <zlib.h>

#include "proto/base/qerr.h"

#define CHUNK (64 * 1024)

bool
gzip_is(struct bytes data)
{
	return data.n > 2 && memcmp(data.p, "\x1f\x8b\x08", 3) == 0;
}

int
gzip_open(struct buf *dst, struct bytes data)
{
	z_stream z = {0};
	uint8_t chunk[CHUNK];
	int rc;

	/* 16: with gzip's own head and tail. */
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return QERR_NOMEM;
	memcpy(&z.next_in, &data.p, sizeof(z.next_in));
	z.avail_in = (uInt)data.n;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		rc = inflate(&z, Z_NO_FLUSH);
		buf_put(dst, chunk, sizeof(chunk) - z.avail_out);
	} while (rc == Z_OK && buf_err(dst) == 0);
	inflateEnd(&z);
	if (buf_err(dst) != 0)
		return buf_err(dst);
	return rc == Z_STREAM_END  ? 0
	       : rc == Z_MEM_ERROR ? QERR_NOMEM
				   : QERR_TEXT;
}
