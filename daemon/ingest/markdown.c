#include "daemon/ingest/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <stdlib.h>

#include "daemon/ingest/html.h"
#include "proto/base/qerr.h"

/* Without UNSAFE what is HTML is left out. */
#define OPTIONS (CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)

static char *
to_html(struct bytes text)
{
	cmark_parser *parser;
	cmark_node *root;
	char *html;

	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new(OPTIONS);
	cmark_parser_attach_syntax_extension(parser,
	    cmark_find_syntax_extension("table"));
	cmark_parser_feed(parser, (const char *)text.p, text.n);
	root = cmark_parser_finish(parser);
	html = cmark_render_html(root, OPTIONS,
	    cmark_parser_get_syntax_extensions(parser));
	cmark_node_free(root);
	cmark_parser_free(parser);
	return html;
}

int
markdown_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	char *html = to_html(text);
	int r;

	if (html == NULL)
		return QERR_NOMEM;
	r = html_ingest(d, src, bytes_str(html), why);
	free(html);
	return r;
}
