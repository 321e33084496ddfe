#include "daemon/source/basket.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/ingest/address.h"
#include "proto/host/file.h"

void
basket_init(struct basket *b)
{
	*b = (struct basket){0};
	buf_init(&b->list, INGEST_DOCUMENT_MAX);
}

static void
item_free(struct basket_item *it)
{
	for (size_t k = 0; k < it->n_picture; k++) {
		free(it->picture[k].address);
		buf_done(&it->picture[k].data);
	}
	buf_done(&it->page);
	free(it);
}

void
basket_clear(struct basket *b)
{
	for (size_t i = 0; i < b->n; i++)
		item_free(b->item[i]);
	b->n = b->bytes = 0;
}

void
basket_drop(struct basket *b)
{
	struct basket_item *it = b->item[--b->n];

	b->bytes -= it->page.n + it->bytes;
	item_free(it);
}

bool
basket_is_partly(const struct basket *b)
{
	return b->n > 0 && b->item[b->n - 1]->partly;
}

void
basket_done(struct basket *b)
{
	basket_clear(b);
	buf_done(&b->list);
}

bool
basket_is_full(const struct basket *b)
{
	return b->n == BASKET_ITEMS_MAX || b->bytes >= BASKET_FULL;
}

struct basket_item *
basket_add(struct basket *b, const struct ingest_entry *e, struct bytes page,
    struct bytes page_at)
{
	struct basket_item *it = calloc(1, sizeof(*it));

	if (it == NULL)
		return NULL;
	it->entry = e->number;
	snprintf(it->link, sizeof(it->link), "%s",
	    e->link != NULL ? e->link : "");
	buf_init(&it->page, INGEST_DOCUMENT_MAX);
	buf_put(&it->page, page.p, page.n);
	snprintf(it->page_at, sizeof(it->page_at), "%.*s", (int)page_at.n,
	    (const char *)page_at.p);
	if (buf_err(&it->page) != 0) {
		buf_done(&it->page);
		free(it);
		return NULL;
	}
	b->bytes += it->page.n;
	b->item[b->n++] = it;
	return it;
}

/* --- pictures --- */

static struct basket_picture *
picture_of(struct basket_item *it, struct bytes address)
{
	for (size_t i = 0; i < it->n_picture; i++)
		if (bytes_eq(bytes_str(it->picture[i].address), address))
			return &it->picture[i];
	return NULL;
}

/* Note what it asks for; for now there is nothing. */
static int
note(void *arg, struct bytes src)
{
	struct basket_item *it = arg;
	struct basket_picture *p = &it->picture[it->n_picture];

	if ((!address_is_web(src) && !address_is_file(src)) ||
	    src.n > FETCH_ADDRESS_MAX || picture_of(it, src) != NULL ||
	    it->n_picture == BASKET_PICTURES_MAX)
		return -1;
	buf_init(&p->data, WORKER_PICTURE_MAX);
	p->address = strndup((const char *)src.p, src.n);
	it->n_picture += p->address != NULL;
	return -1;
}

/* A regular file, as a draft reads it. */
static int
open_picture(void *arg, struct bytes src)
{
	struct basket_picture *p = picture_of(arg, src);
	int fd;

	if (p == NULL || p->data.n == 0)
		return -1;
	fd = memfd_create("picture", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (file_write_all(fd, buf_bytes(&p->data)) != 0 ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void
basket_look(struct basket *b, struct worker *w, struct bytes rules)
{
	struct ingest_source src;
	struct draft_source d;
	struct ingest_doc doc;
	struct buf why;

	basket_source(b, b->n - 1, &d);
	src = (struct ingest_source){.kind = d.kind,
	    .data = d.data,
	    .entry = d.entry,
	    .file = d.file,
	    .lang = d.lang,
	    .at = d.at,
	    .page = d.page,
	    .page_at = d.page_at,
	    .rules = rules,
	    .find = note,
	    .arg = b->item[b->n - 1]};
	buf_init(&why, 0);
	ingest_init(&doc);
	(void)worker_ingest(w, &doc, &src, &why);
	ingest_done(&doc);
	buf_done(&why);
}

const char *
basket_wants(const struct basket *b)
{
	const struct basket_item *it = b->n > 0 ? b->item[b->n - 1] : NULL;

	if (it == NULL || it->n_fetched == it->n_picture ||
	    it->bytes >= BASKET_ORIGINALS_MAX)
		return NULL;
	return it->picture[it->n_fetched].address;
}

void
basket_picture(struct basket *b, struct bytes data, bool later)
{
	struct basket_item *it = b->item[b->n - 1];
	struct basket_picture *p = &it->picture[it->n_fetched++];

	buf_put(&p->data, data.p, data.n);
	if (buf_err(&p->data) != 0)
		buf_done(&p->data);
	it->partly = it->partly || later;
	it->bytes += p->data.n;
	b->bytes += p->data.n;
}

void
basket_source(struct basket *b, size_t i, struct draft_source *ret)
{
	struct basket_item *it = b->item[i];

	*ret = (struct draft_source){
	    .kind = b->kind == INGEST_LIST_PAGE ? INGEST_HTML : INGEST_FEED,
	    .data = buf_bytes(&b->list),
	    .entry = it->entry,
	    .file = bytes_str(b->list_at),
	    .at = bytes_str(b->list_at),
	    .page = buf_bytes(&it->page),
	    .page_at = bytes_str(it->page_at),
	    .open = open_picture,
	    .arg = it};
}
