#include "daemon/draft.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* A draft in the making, while the child asks for pictures. */
struct making {
	struct draft *draft;
	const struct draft_source *src;
	size_t bytes; /* of pictures so far */
};

/* Append at most |max| bytes of |fd|; QERR_TOOBIG if there are more. */
static int
read_all(struct buf *b, int fd, size_t max)
{
	uint8_t chunk[65536];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno != EINTR)
			return QERR_IO;
		if (n > 0)
			buf_put(b, chunk, (size_t)n);
	} while (n != 0 && b->n <= max && buf_err(b) == 0);
	return b->n > max ? QERR_TOOBIG : buf_err(b);
}

/* Read and look at a picture; false, with a warning, if it cannot be shown. */
static bool
look(struct making *m, struct draft_picture *p, int fd)
{
	struct picture *a = &p->about;
	struct ingest_doc *d = &m->draft->doc;
	int r = read_all(&p->data, fd, PICTURE_MAX);

	if (r == QERR_TOOBIG) {
		ingest_warn(d, "A picture is larger than %d MiB and left out.",
		    PICTURE_MAX >> 20);
		return false;
	}
	if (r != 0 || p->data.n == 0 ||
	    picture_look(buf_bytes(&p->data), &a->type, &a->width,
		&a->height) != 0) {
		ingest_warn(d, "A picture is no JPEG, PNG, WebP, GIF or AVIF "
			       "and left out.");
		return false;
	}
	if (m->bytes + p->data.n > DRAFT_PICTURES_MAX) {
		ingest_warn(d, "Its pictures are larger than %d MiB in all; "
			       "some are left out.", DRAFT_PICTURES_MAX >> 20);
		return false;
	}
	m->bytes += p->data.n;
	picture_hash(&a->hash, buf_bytes(&p->data));
	a->size = (uint32_t)p->data.n;
	a->tier = a->size <= DRAFT_SMALL_MAX ? TIER_SMALL : TIER_PICTURES;
	return true;
}

static int
add(struct making *m, struct bytes src, int fd)
{
	struct draft *d = m->draft;
	struct draft_picture *p = &d->picture[d->n_picture];
	char *copy;

	*p = (struct draft_picture){0};
	buf_init(&p->data, 0);
	copy = malloc(src.n + 1);
	if (copy == NULL || !look(m, p, fd)) {
		free(copy);
		buf_done(&p->data);
		return -1;
	}
	memcpy(copy, src.p, src.n);
	p->src = bytes_of(copy, src.n);
	return (int)d->n_picture++;
}

static int
find(void *arg, struct bytes src)
{
	struct making *m = arg;
	struct draft *d = m->draft;
	int fd, r;

	for (size_t i = 0; i < d->n_picture; i++)
		if (bytes_eq(d->picture[i].src, src))
			return (int)i;
	if (d->n_picture == ARTICLE_PICTURES_MAX || m->src->open == NULL)
		return -1;
	fd = m->src->open(m->src->arg, src);
	if (fd < 0)
		return -1;
	r = add(m, src, fd);
	close(fd);
	return r;
}

static struct bytes
text(const char *s)
{
	return s != NULL ? bytes_str(s) : bytes_of(NULL, 0);
}

/* Its lasting name: what it says itself, its address, or its file's name. */
static struct bytes
name_of(const struct ingest_doc *d, struct bytes file)
{
	if (d->name != NULL)
		return bytes_str(d->name);
	if (d->address != NULL && strlen(d->address) <= 512)
		return bytes_str(d->address);
	return file;
}

static void
fill(struct draft *draft, struct bytes file)
{
	const struct ingest_doc *d = &draft->doc;
	struct article *a = &draft->article;

	*a = (struct article){.revision = 1, .status = ARTICLE_NEW};
	a->name = name_of(d, file);
	a->lang = text(d->lang);
	a->title = text(d->title);
	for (; a->n_author < d->n_author; a->n_author++)
		a->author[a->n_author] = text(d->author[a->n_author]);
	a->section = text(d->section);
	for (; a->n_tag < d->n_tag; a->n_tag++)
		a->tag[a->n_tag] = text(d->tag[a->n_tag]);
	a->has_published = d->has_published;
	a->published = d->published;
	a->has_updated = d->has_updated;
	a->updated = d->updated;
	a->address = text(d->address);
	if (bytes_eq(a->address, a->name))
		a->address = bytes_of(NULL, 0);
	a->summary = text(d->summary);
	for (; a->n_picture < d->n_picture; a->n_picture++) {
		const struct ingest_picture *p = &d->picture[a->n_picture];

		a->picture[a->n_picture] = draft->picture[p->number].about;
		a->picture[a->n_picture].alt =
		    p->alt != NULL ? bytes_str(p->alt) : bytes_of("", 0);
		a->picture[a->n_picture].caption = bytes_of("", 0);
	}
	a->length = (uint32_t)d->body.n;
	a->note = text(d->note);
}

struct bytes
draft_picture(const struct draft *d, size_t i)
{
	return buf_bytes(&d->picture[d->doc.picture[i].number].data);
}

void
draft_done(struct draft *d)
{
	for (size_t i = 0; i < d->n_picture; i++) {
		void *src;

		buf_done(&d->picture[i].data);
		memcpy(&src, &d->picture[i].src.p, sizeof(src));
		free(src);
	}
	ingest_done(&d->doc);
	*d = (struct draft){0};
}

/* See that it fits a head, whose limits are what article_decode() says. */
static int
check(struct draft *d, struct buf *why)
{
	struct buf b;
	int r;

	if (d->article.name.n == 0 || d->article.name.n > 512 ||
	    text_check(d->article.name, false) != 0) {
		buf_put_str(why, "Its file's name cannot be an article's name. "
				 "Rename it, or write \"name: …\" on top.");
		return QERR_TEXT;
	}
	buf_init(&b, 0);
	r = article_encode(&b, &d->article);
	if (r == 0 && b.n > ARTICLE_HEAD_MAX)
		r = QERR_TOOBIG;
	buf_done(&b);
	if (r != 0)
		buf_printf(why, "What it says of itself %s.", qerr_str(r));
	return r;
}

int
draft_make(struct draft *ret, struct worker *w, const struct draft_source *src,
    struct buf *why)
{
	struct making m = {ret, src, 0};
	struct ingest_source in = {.kind = src->kind,
	    .data = src->data,
	    .entry = src->entry,
	    .file = src->file,
	    .lang = src->lang,
	    .at = src->at,
	    .page = src->page,
	    .page_at = src->page_at,
	    .find = find,
	    .arg = &m};
	int r;

	*ret = (struct draft){0};
	ingest_init(&ret->doc);
	r = worker_ingest(w, &ret->doc, &in, why);
	if (r == 0) {
		fill(ret, src->file);
		r = check(ret, why);
	}
	if (r != 0)
		draft_done(ret);
	return r;
}
