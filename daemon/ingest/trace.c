#include "daemon/ingest/trace.h"

#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

void
trace_line(struct buf *trace, bool kept, struct bytes text)
{
	struct buf b;

	buf_init(&b, TRACE_MAX);
	buf_put_u8(&b, kept ? '+' : '-');
	scribe_tidy(&b, text);
	buf_put_u8(&b, '\n');
	if (buf_err(&b) == 0 && b.n > 2)
		buf_put(trace, b.p, b.n); /* as a whole, or not at all */
	buf_done(&b);
}

bool
trace_next(struct bytes *trace, bool *ret_kept, struct bytes *ret_text)
{
	const uint8_t *nl =
	    trace->n > 0 ? memchr(trace->p, '\n', trace->n) : NULL;
	size_t n;

	if (nl == NULL || nl == trace->p ||
	    (trace->p[0] != '+' && trace->p[0] != '-'))
		return false;
	n = (size_t)(nl - trace->p);
	*ret_kept = trace->p[0] == '+';
	*ret_text = bytes_of(trace->p + 1, n - 1);
	*trace = bytes_of(nl + 1, trace->n - n - 1);
	return true;
}

bool
trace_check(struct bytes trace)
{
	struct bytes text;
	bool kept;

	if (text_check(trace, true) != 0)
		return false;
	while (trace_next(&trace, &kept, &text))
		;
	return trace.n == 0;
}
