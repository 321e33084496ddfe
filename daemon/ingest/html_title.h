#ifndef QUIRE_HTML_TITLE_H
#define QUIRE_HTML_TITLE_H

#include <gumbo.h>

#include "daemon/ingest/ingest.h"

/*
 * The headline: what the page says its title is, or its <title>, without the names of the
 * paper and its sections ("Headline_Sports_The Paper"), as far as the page shows it so.
 * If it |knows| the title, that stays.
 */
void html_title(struct ingest_doc *d, const GumboNode *root, bool knows);

#endif
