#include "daemon/ingest/html_tree.h"

#include <stdlib.h>

#include "proto/base/qerr.h"

#define obstack_chunk_alloc malloc
#define obstack_chunk_free  free
#define CHUNK               (64 * 1024)

/* Each piece apart: a sanitizer sees who reads beyond it. */
#ifdef QUIRE_SANITIZED
#define APART true
#else
#define APART false
#endif

static void *
take(void *pieces, size_t n)
{
	return APART ? malloc(n)
		     : obstack_alloc((struct obstack *)pieces, (int)n);
}

static void
leave(void *pieces, void *p)
{
	(void)pieces;
	if (APART)
		free(p);
}

static GumboOptions
options(struct html_tree *t)
{
	GumboOptions o = kGumboDefaultOptions;

	o.allocator = take;
	o.deallocator = leave;
	o.userdata = &t->pieces;
	o.max_errors = 0;
	return o;
}

int
html_tree_init(struct html_tree *t, struct bytes html)
{
	GumboOptions o = options(t);

	obstack_begin(&t->pieces, CHUNK);
	t->out = gumbo_parse_with_options(&o, (const char *)html.p, html.n);
	if (t->out != NULL)
		return 0;
	obstack_free(&t->pieces, NULL);
	return QERR_NOMEM;
}

void
html_tree_done(struct html_tree *t)
{
	GumboOptions o = options(t);

	if (APART)
		gumbo_destroy_output(&o, t->out);
	obstack_free(&t->pieces, NULL);
}
