#include "daemon/ingest/html.h"
#include "daemon/ingest/html_node.h"
#include "daemon/ingest/html_tree.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/qerr.h"

void
html_plain(struct buf *dst, struct bytes html)
{
	struct html_shape shape = html_shape(html);
	struct html_tree tree;
	struct buf raw;

	if (html.n == 0 || html.n > INGEST_HTML_MAX ||
	    shape.depth > INGEST_DEPTH_MAX ||
	    shape.attributes > INGEST_ATTRIBUTES_MAX)
		return;
	if (html_tree_init(&tree, html) != 0) {
		buf_fail(dst, QERR_NOMEM);
		return;
	}
	buf_init(&raw, 0);
	html_text(&raw, tree.out->root);
	scribe_tidy(dst, buf_bytes(&raw));
	buf_fail(dst, buf_err(&raw));
	buf_done(&raw);
	html_tree_done(&tree);
}
