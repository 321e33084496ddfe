#include "daemon/press/draft.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* A draft in the making, while the child asks for pictures. */
struct making {
	struct draft *draft;
	struct worker *worker;
	const struct draft_source *src;
	/* Those that are left out, by hashes of their names: asked for again, they are
	 * not made and warned of again. */
	struct id left[ARTICLE_PICTURES_MAX];
	size_t n_left;
	size_t bytes;  /* of pictures so far */
	int64_t spent; /* milliseconds on them */
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

static bool
is_left_out(const struct making *m, struct bytes src)
{
	struct id name;

	crypto_generichash(name.b, sizeof(name.b), src.p, src.n, NULL, 0);
	for (size_t i = 0; i < m->n_left; i++)
		if (id_eq(&m->left[i], &name))
			return true;
	return false;
}

/* Say that a picture is not there; its name, if it is fit to be printed. */
static void
leave_out(struct making *m, struct bytes src, const struct buf *why)
{
	struct id *name = &m->left[m->n_left++];

	crypto_generichash(name->b, sizeof(name->b), src.p, src.n, NULL, 0);
	if (src.n > 200 || text_check(src, false) != 0)
		src = bytes_of("", 0);
	ingest_warn(&m->draft->doc, "The picture%s%.*s is left out. %.*s",
	    src.n > 0 ? " " : "", (int)src.n, (const char *)src.p, (int)why->n,
	    why->n > 0 ? (const char *)why->p : "");
}

static void
tell(struct picture *ret, const struct picture_file *f, enum tier tier)
{
	*ret = (struct picture){.tier = tier,
	    .type = f->type,
	    .width = f->width,
	    .height = f->height,
	    .size = (uint32_t)f->data.n,
	    .alt = bytes_of("", 0),
	    .caption = bytes_of("", 0)};
	picture_hash(&ret->hash, buf_bytes(&f->data));
}

/* What is published of a picture's bytes, |in|. */
static int
render(struct making *m, struct draft_picture *p, struct bytes in,
    struct buf *why)
{
	const struct picture_set *s = &p->set;
	bool alone;
	int r = worker_picture(m->worker, &p->set, in, why);

	if (r != 0)
		return r;
	m->bytes += s->large.data.n + s->small.data.n;
	if (m->bytes > DRAFT_PICTURES_MAX) {
		m->bytes -= s->large.data.n + s->small.data.n;
		buf_printf(why, "An article's pictures are %d MiB at most.",
		    DRAFT_PICTURES_MAX >> 20);
		return QERR_TOOBIG;
	}
	alone = s->large.data.n <= PICTURE_ALONE_MAX;
	tell(&p->about, &s->large, alone ? TIER_SMALL : TIER_PICTURES);
	if (s->small.data.n > 0)
		tell(&p->small, &s->small, TIER_SMALL);
	return 0;
}

/* Read a picture and make what is published of it; 0, or |why| not. */
static int
look(struct making *m, struct draft_picture *p, int fd, struct buf *why)
{
	struct buf in;
	int r;

	buf_init(&in, 0);
	r = read_all(&in, fd, WORKER_PICTURE_MAX);
	if (r == QERR_TOOBIG)
		buf_printf(why, "It is larger than %d MiB.",
		    WORKER_PICTURE_MAX >> 20);
	else if (r != 0)
		buf_printf(why, "It %s.", qerr_str(r));
	else
		r = render(m, p, buf_bytes(&in), why);
	buf_done(&in);
	return r;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As look(), within the time that all of them have; true if it is there. */
static bool
look_in_time(struct making *m, struct draft_picture *p, struct bytes src,
    int fd)
{
	int64_t began = milliseconds();
	int r = QERR_TOOBIG;
	struct buf why;

	buf_init(&why, 0);
	if (m->spent > DRAFT_PICTURES_SECONDS * 1000)
		buf_printf(&why, "Those before it took more than %d seconds.",
		    DRAFT_PICTURES_SECONDS);
	else
		r = look(m, p, fd, &why);
	m->spent += milliseconds() - began;
	if (r != 0)
		leave_out(m, src, &why);
	buf_done(&why);
	return r == 0;
}

static int
add(struct making *m, struct bytes src, int fd)
{
	struct draft *d = m->draft;
	struct draft_picture *p = &d->picture[d->n_picture];
	char *copy;

	*p = (struct draft_picture){0};
	picture_set_init(&p->set);
	copy = malloc(src.n + 1);
	if (copy == NULL || !look_in_time(m, p, src, fd)) {
		free(copy);
		picture_set_done(&p->set);
		return copy == NULL ? -1 : INGEST_TOLD;
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
	if (is_left_out(m, src))
		return INGEST_TOLD;
	if (d->n_picture == ARTICLE_PICTURES_MAX ||
	    m->n_left == ARTICLE_PICTURES_MAX || m->src->open == NULL)
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

/* Behind the pictures that the text shows, the small ones that stand for them. */
static void
fill_small(struct draft *draft, size_t i)
{
	size_t number = draft->doc.picture[i].number;
	struct article *a = &draft->article;

	if (draft->picture[number].small.size == 0)
		return;
	for (size_t k = 0; k < i; k++)
		if (draft->doc.picture[k].number == number) {
			a->picture[i].has_small = a->picture[k].has_small;
			a->picture[i].small = a->picture[k].small;
			return;
		}
	if (a->n_picture == ARTICLE_PICTURES_MAX)
		return;
	a->picture[i].has_small = true;
	a->picture[i].small = (uint32_t)a->n_picture;
	a->picture[a->n_picture++] = draft->picture[number].small;
}

static void
fill_pictures(struct draft *draft)
{
	const struct ingest_doc *d = &draft->doc;
	struct article *a = &draft->article;

	for (; a->n_picture < d->n_picture; a->n_picture++) {
		const struct ingest_picture *p = &d->picture[a->n_picture];

		a->picture[a->n_picture] = draft->picture[p->number].about;
		if (p->alt != NULL)
			a->picture[a->n_picture].alt = bytes_str(p->alt);
	}
	for (size_t i = 0; i < d->n_picture; i++)
		fill_small(draft, i);
}

void
draft_fill(struct draft *draft, struct bytes file)
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
	fill_pictures(draft);
	a->length = (uint32_t)d->body.n;
	a->note = text(d->note);
}

struct bytes
draft_picture(const struct draft *d, size_t i)
{
	size_t k = 0;

	if (i < d->doc.n_picture)
		return buf_bytes(&d->picture[d->doc.picture[i].number]
				      .set.large.data);
	/* Somebody has it for a small one, or it would not be there. */
	while (!d->article.picture[k].has_small ||
	       d->article.picture[k].small != i)
		k++;
	return buf_bytes(&d->picture[d->doc.picture[k].number].set.small.data);
}

void
draft_done(struct draft *d)
{
	for (size_t i = 0; i < d->n_picture; i++) {
		void *src;

		picture_set_done(&d->picture[i].set);
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
	struct making m = {.draft = ret, .worker = w, .src = src};
	struct ingest_source in = {.kind = src->kind,
	    .data = src->data,
	    .entry = src->entry,
	    .file = src->file,
	    .lang = src->lang,
	    .at = src->at,
	    .page = src->page,
	    .page_at = src->page_at,
	    .rules = src->rules,
	    .trace = src->trace,
	    .find = find,
	    .arg = &m};
	int r;

	*ret = (struct draft){0};
	ingest_init(&ret->doc);
	r = worker_ingest(w, &ret->doc, &in, why);
	if (r == 0) {
		draft_fill(ret, src->file);
		r = check(ret, why);
	}
	if (r != 0)
		draft_done(ret);
	return r;
}
