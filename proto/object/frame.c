#include "proto/object/frame.h"

#include <zstd.h>

#include "proto/base/qerr.h"

#define SLOW_LEVEL     19
#define LONG_DISTANCE  (1024 * 1024) /* a base of more than that */
#define STEP           (64 * 1024)   /* between two looks of who watches */
#define WINDOW_LOG_MIN 10
#define WINDOW_LOG_MAX 24

/* RFC 8878 §3.1.1. */
#define FRAME_MAGIC      0xfd2fb528
#define FRAME_SINGLE     0x20
#define FRAME_DICTIONARY 0x03
#define FRAME_RESERVED   0x18

static int
window_log(size_t reach)
{
	int log = WINDOW_LOG_MIN;

	while (log < WINDOW_LOG_MAX && ((size_t)1 << log) < reach)
		log++;
	return log;
}

static size_t
deflate_watched(ZSTD_CCtx *z, ZSTD_outBuffer out, struct bytes raw,
    _Atomic size_t *done)
{
	ZSTD_inBuffer in = {raw.p, 0, 0};
	size_t left = 0;

	ZSTD_CCtx_setPledgedSrcSize(z, raw.n);
	do {
		size_t from = in.pos, rest = raw.n - from;

		in.size = from + (rest < STEP ? rest : STEP);
		left = ZSTD_compressStream2(z, &out, &in,
		    in.size == raw.n ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return left;
		*done += in.pos - from;
	} while (in.pos < raw.n || left > 0);
	return out.pos;
}

int
frame_deflate(struct buf *b, struct bytes raw, struct bytes base, int level,
    _Atomic size_t *done)
{
	size_t bound = ZSTD_compressBound(raw.n), n, from = b->n;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	int r = QERR_NOMEM;
	uint8_t *dst;

	if (z == NULL)
		return QERR_NOMEM;
	if ((dst = buf_grow(b, bound)) == NULL)
		goto out;
	ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(z, ZSTD_c_dictIDFlag, 0);
	if (level < SLOW_LEVEL) { /* 6 MiB of tables, and half a percent more */
		ZSTD_CCtx_setParameter(z, ZSTD_c_chainLog, 20);
		ZSTD_CCtx_setParameter(z, ZSTD_c_hashLog, 19);
	}
	if (base.n > 0) {
		/* The window must reach back over all of the base. */
		ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog,
		    window_log(base.n + raw.n));
		if (base.n > LONG_DISTANCE)
			ZSTD_CCtx_setParameter(z,
			    ZSTD_c_enableLongDistanceMatching, 1);
		if (ZSTD_isError(ZSTD_CCtx_refPrefix(z, base.p, base.n)))
			goto out;
	}
	n = done == NULL ? ZSTD_compress2(z, dst, bound, raw.p, raw.n)
			 : deflate_watched(z, (ZSTD_outBuffer){dst, bound, 0},
			       raw, done);
	if (ZSTD_isError(n))
		goto out;
	b->n = from + n;
	r = 0;
out:
	ZSTD_freeCCtx(z);
	return r;
}

/*
 * What the frame says of itself: of this format and no older one that the
 * library knows, no dictionary, no window that a streaming reader could not
 * hold, the signed size, and alone.
 */
static int
check_frame(struct bytes z, size_t raw)
{
	size_t len;

	if (z.n < 6 || load_le32(z.p) != FRAME_MAGIC)
		return QERR_INFLATE;
	if ((z.p[4] & (FRAME_DICTIONARY | FRAME_RESERVED)) != 0)
		return QERR_INFLATE;
	if ((z.p[4] & FRAME_SINGLE) == 0 && z.p[5] > (WINDOW_LOG_MAX - 10) << 3)
		return QERR_INFLATE;
	if (ZSTD_getFrameContentSize(z.p, z.n) != raw)
		return QERR_INFLATE;
	len = ZSTD_findFrameCompressedSize(z.p, z.n);
	if (ZSTD_isError(len))
		return QERR_INFLATE;

	return len == z.n ? 0 : QERR_TRAILING;
}

int
frame_inflate(struct buf *raw, struct bytes z, size_t size, struct bytes base)
{
	ZSTD_DCtx *d = NULL;
	size_t n = 0;
	uint8_t *dst;
	int r;

	r = check_frame(z, size);
	if (r != 0)
		return r;
	dst = buf_grow(raw, size);
	d = ZSTD_createDCtx();
	if (dst == NULL || d == NULL) {
		r = QERR_NOMEM;
		goto out;
	}
	if (base.n > 0)
		n = ZSTD_DCtx_refPrefix(d, base.p, base.n);
	if (!ZSTD_isError(n))
		n = ZSTD_decompressDCtx(d, dst, size, z.p, z.n);
	r = n == size ? 0 : QERR_INFLATE;
out:
	ZSTD_freeDCtx(d);
	return r;
}
