#include "daemon/work/ingest_wire.h"
#include "proto/object/markup.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
get_pictures(struct bytes msg)
{
	struct picture_set s;

	picture_set_init(&s);
	if (ingest_get_pictures(&s, msg) == 0) {
		check(s.large.data.n > 0 && s.large.data.n <= PICTURE_KEPT_MAX);
		check(s.small.data.n <= PICTURE_SMALL_MAX);
		check(picture_set_check(&s) == 0);
	}
	picture_set_done(&s);
}

/* The confined child may have been taken over: what it says is an article, or
 * clean pictures, or nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ingest_source src;
	struct ingest_list l;
	struct ingest_doc d;
	bool list;

	(void)ingest_get_source(&src, &list, bytes_of(data, size));
	if (ingest_get_list(&l, bytes_of(data, size)) == 0)
		check(l.n <= INGEST_ENTRIES_MAX);
	ingest_list_done(&l);
	ingest_init(&d);
	if (ingest_get_doc(&d, bytes_of(data, size), 2) == 0) {
		check(d.title != NULL && d.lang != NULL);
		check(markup_check(buf_bytes(&d.body), d.n_picture, NULL) == 0);
	}
	ingest_done(&d);
	get_pictures(bytes_of(data, size));
	return 0;
}
