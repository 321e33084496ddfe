#include "daemon/ingest/ingest.h"
#include "daemon/work/ingest_wire.h"
#include "proto/base/qerr.h"
#include "proto/object/markup.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
find(void *arg, struct bytes src)
{
	(void)arg;
	return src.n % 3 == 0 ? 1 : -1;
}

static void
crosses_the_wire(const struct ingest_doc *d)
{
	struct ingest_doc back;
	struct buf b;

	buf_init(&b, INGEST_WIRE_MAX);
	ingest_put_doc(&b, d);
	if (buf_err(&b) == 0) {
		ingest_init(&back);
		check(ingest_get_doc(&back, buf_bytes(&b), 2) == 0);
		ingest_done(&back);
	}
	buf_done(&b);
}

/* Whatever is taken in is an article; what is not, is said with a reason.  The first
 * byte says what kind of document the rest is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ingest_source src = {
	    .file = bytes_str("a.html"), .lang = bytes_str("en"), .find = find};
	struct ingest_doc d;
	struct buf why;
	int err;

	if (size == 0)
		return 0;
	src.kind = data[0] == 'm'   ? INGEST_MARKDOWN
		   : data[0] == 't' ? INGEST_TEXT
		   : data[0] == 'f' ? INGEST_FEED
				    : INGEST_HTML;
	src.data = bytes_of(data + 1, size - 1);
	buf_init(&why, 0);
	ingest_init(&d);
	err = ingest(&d, &src, &why);
	if (err == 0) {
		check(d.title != NULL && d.lang != NULL);
		check(markup_check(buf_bytes(&d.body), d.n_picture, NULL) == 0);
		crosses_the_wire(&d);
	} else {
		check(why.n > 0 || err == QERR_NOMEM || err == QERR_ABSENT);
	}
	ingest_done(&d);
	buf_done(&why);
	return 0;
}
