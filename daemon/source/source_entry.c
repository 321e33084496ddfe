#include "daemon/source/source_inner.h"

#include <sodium.h>
#include <strings.h>

#include "daemon/ingest/address.h"
#include "daemon/source/look.h"

/* --- what is known of them --- */

/* A page that was tried in vain is known, but not to say what it says now. */
static bool
was_taken_partly(const struct source *s, const struct ingest_entry *e)
{
	const struct known_entry *k = known_find(&s->known, &e->name);

	return k != NULL && k->tries > 0 && id_eq(&k->text, &e->text);
}

static void
take(struct source *s, bool page, struct source_ask *ret)
{
	s->asked = ret->type = SOURCE_TAKE;
	ret->page = page;
	ret->entry = &s->list.entry[s->at];
	ret->kind = s->list.kind;
	ret->again = s->looking || was_taken_partly(s, ret->entry);
}

static uint64_t
list_of(const struct source *s)
{
	return s->in_more ? known_list(&s->more[s->at_more].name) : 0;
}

/* Find or add it, as one that the list has. */
static struct known_entry *
know(struct source *s, const struct id *name)
{
	struct known_entry *k = known_add(&s->known, name, s->turn);

	if (k != NULL)
		k->list = list_of(s);
	return k;
}

void
source_put_off(struct source *s)
{
	s->whole = s->read = false;
}

void
source_done_with(struct source *s, const struct id *name, const struct id *text)
{
	struct known_entry *k = know(s, name);

	if (k == NULL) {
		source_put_off(s);
		return;
	}
	k->text = *text;
	k->tries = 0;
}

/* As source_done_with(), but it is news until its pictures were tried often enough. */
static void
done_partly(struct source *s, const struct ingest_entry *e)
{
	uint64_t tries = 1;

	if (was_taken_partly(s, e))
		tries += known_find(&s->known, &e->name)->tries;
	source_done_with(s, &e->name, &e->text);
	if (tries >= SOURCE_TRIES_MAX ||
	    known_find(&s->known, &e->name) == NULL)
		return;
	known_find(&s->known, &e->name)->tries = tries;
	source_put_off(s);
}

bool
source_is_news(struct source *s, const struct ingest_entry *e)
{
	struct known_entry *k = known_find(&s->known, &e->name);

	if (k == NULL)
		return true;
	k->turn = s->turn;
	k->list = list_of(s);
	return k->tries > 0 || !id_eq(&k->text, &e->text);
}

/* Of a sitemap, which may list all that a site ever had, the newest at first. */
static bool
is_too_old(struct source *s)
{
	if (!s->first || s->list.kind != INGEST_LIST_SITEMAP)
		return false;
	if (s->first_left == 0)
		return true;
	s->first_left--;
	return false;
}

bool
source_may_lead_to(const struct source *s, const char *link)
{
	return address_is_file(bytes_str(s->address))
		   ? address_is_file(bytes_str(link)) ||
			 address_is_web(bytes_str(link))
		   : address_is_web(bytes_str(link));
}

/* A page. */
static void
fetch(struct source *s, const char *address, struct source_ask *ret)
{
	s->pages++;
	s->asked = ret->type = SOURCE_FETCH;
	s->asked_page = ret->page = true;
	ret->request = (struct fetch_request){.address = bytes_str(address),
	    .local = address_is_file(bytes_str(address))};
}

/* --- looking again --- */

/* The next page to look at; false if there is none. */
static bool
next_look(struct source *s, struct source_ask *ret)
{
	for (; s->at < s->list.n && s->looks < SOURCE_LOOKS_MAX &&
	       s->pages < SOURCE_PAGES_MAX && s->bad < SOURCE_BAD_MAX;
	     s->at++) {
		const struct ingest_entry *e = &s->list.entry[s->at];
		const struct known_entry *k = known_find(&s->known, &e->name);

		if (e->whole || e->link == NULL ||
		    !source_may_lead_to(s, e->link) || k == NULL ||
		    !look_is_due(k, s->wall))
			continue;
		s->looks++;
		fetch(s, e->link, ret);
		known_ask(k, &ret->request.etag, &ret->request.modified);
		return true;
	}
	return false;
}

/* The page that an entry was taken with. */
static void
note_page(struct source *s, const struct ingest_entry *e)
{
	struct known_entry *k = known_find(&s->known, &e->name);

	if (e->whole || k == NULL)
		return;
	k->page = s->came.page;
	memcpy(k->tag, s->came.tag, sizeof(k->tag));
	k->seen = s->wall;
	k->looks = s->looking ? k->looks : 0;
}

/* --- one after the other --- */

/* Why it is not taken in now; SOURCE_SKIPS: it is. */
static enum source_skip
skip_of(struct source *s, const struct ingest_entry *e)
{
	if (!source_is_news(s, e))
		return SOURCE_SKIP_SAME;
	if (is_too_old(s))
		return SOURCE_SKIP_OLD;
	if (e->whole)
		return SOURCE_SKIPS;
	if (e->link == NULL || !source_may_lead_to(s, e->link))
		return SOURCE_SKIP_NOWHERE;
	return s->pages == SOURCE_PAGES_MAX || s->bad >= SOURCE_BAD_MAX
		   ? SOURCE_SKIP_LATER
		   : SOURCE_SKIPS;
}

static void
skip(struct source *s, const struct ingest_entry *e, enum source_skip why)
{
	s->told.skipped[why]++;
	if (why == SOURCE_SKIP_LATER)
		source_put_off(s);
	else if (why != SOURCE_SKIP_SAME)
		source_done_with(s, &e->name, &e->text);
}

/* Go on with the entries; false if there is none to ask for. */
static bool
next_entry(struct source *s, struct source_ask *ret)
{
	if (s->looking)
		return next_look(s, ret) || source_next_list(s, ret);
	for (; s->at < s->list.n; s->at++) {
		const struct ingest_entry *e = &s->list.entry[s->at];
		enum source_skip why = skip_of(s, e);

		if (why != SOURCE_SKIPS) {
			skip(s, e, why);
			continue;
		}
		if (e->whole)
			take(s, false, ret);
		else
			fetch(s, e->link, ret);
		return true;
	}
	s->looking = true;
	s->at = 0;
	return next_look(s, ret) || source_next_list(s, ret);
}

void
source_go_on(struct source *s, struct source_ask *ret)
{
	if (!next_entry(s, ret))
		source_end(s, ret);
}

/* --- their pages --- */

static bool
is_html(struct bytes type)
{
	static const char *const html[] = {
	    "text/html", "application/xhtml+xml", "text/plain"};

	for (size_t i = 0; i < 3; i++)
		if (type.n >= strlen(html[i]) &&
		    strncasecmp((const char *)type.p, html[i],
			strlen(html[i])) == 0)
			return true;
	return type.n == 0;
}

static void
page_failed(struct source *s, const struct source_event *ev)
{
	const struct ingest_entry *e = &s->list.entry[s->at];
	struct known_entry *k;

	s->told.skipped[SOURCE_SKIP_PAGE]++;
	source_note_page_failure(s, ev, e->link);
	if (ev->forbidden) {
		source_done_with(s, &e->name, &e->text);
		return;
	}
	if (source_is_passing(ev->answer)) {
		source_put_off(s);
		s->bad++;
		if (ev->answer->retry > 0)
			s->retry = ev->wall + ev->answer->retry;
		return;
	}
	k = know(s, &e->name);
	if (k != NULL && ++k->tries >= SOURCE_TRIES_MAX)
		source_done_with(s, &e->name, &e->text);
	else
		source_put_off(s);
}

void
source_page_came(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	const struct fetch_answer *a = ev->answer;
	const struct ingest_entry *e = &s->list.entry[s->at];
	struct known_entry *k = known_find(&s->known, &e->name);
	bool came = !ev->forbidden && a->error == FETCH_OK &&
		    a->status == 200 && a->body.n > 0 && is_html(a->type);
	bool other = true;

	if (came) {
		s->bad = 0;
		crypto_generichash(s->came.page.b, sizeof(s->came.page.b),
		    a->body.p, a->body.n, NULL, 0);
		known_tag(&s->came, a->etag, a->modified);
	}
	if (s->looking && k != NULL) {
		other = look_at(k, came ? &s->came.page : NULL, s->wall);
		if (came)
			memcpy(k->tag, s->came.tag, sizeof(k->tag));
	}
	if (came && other) {
		take(s, true, ret);
		return;
	}
	if (!came && s->looking)
		s->bad += source_is_passing(a);
	else if (!came)
		page_failed(s, ev);
	s->at++;
	source_go_on(s, ret);
}

void
source_taken(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	const struct ingest_entry *e = &s->list.entry[s->at];

	if (ev->partly)
		done_partly(s, e);
	else
		source_done_with(s, &e->name, &e->text);
	note_page(s, e);
	s->at++;
	source_go_on(s, ret);
}
