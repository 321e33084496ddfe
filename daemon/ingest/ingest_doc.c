#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "daemon/ingest/trace.h"
#include "proto/object/markup.h"

/* What a document is read into. */

void
ingest_init(struct ingest_doc *d)
{
	*d = (struct ingest_doc){0};
	imprint_init(&d->imprint);
	buf_init(&d->body, MARKUP_MAX);
	buf_init(&d->trace, TRACE_MAX);
}

static void
free_all(char **list, size_t n)
{
	while (n > 0)
		free(list[--n]);
}

void
ingest_done(struct ingest_doc *d)
{
	free(d->name);
	free(d->lang);
	free_all(d->said, d->n_said);
	free(d->entry_lang);
	free(d->title);
	free_all(d->author, d->n_author);
	free(d->house);
	imprint_done(&d->imprint);
	free(d->told);
	free(d->section);
	free_all(d->tag, d->n_tag);
	free(d->address);
	free(d->summary);
	free(d->note);
	for (size_t i = 0; i < d->n_picture; i++)
		free(d->picture[i].alt);
	free_all(d->warning, d->n_warning);
	buf_done(&d->body);
	buf_done(&d->trace);
	*d = (struct ingest_doc){0};
}

void
ingest_warn(struct ingest_doc *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (d->n_warning == INGEST_WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->warning[d->n_warning] = strdup(text);
	d->n_warning += d->warning[d->n_warning] != NULL;
}
