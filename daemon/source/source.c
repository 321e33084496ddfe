#include "daemon/source/source_inner.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/ingest/address.h"
#include "daemon/source/look.h"
#include "proto/base/qerr.h"

/* |ms| give or take a tenth, so that sources do not all come at once. */
static uint64_t
jitter(struct source *s, uint64_t ms)
{
	return ms - ms / 10 + rng_below(&s->rng, ms / 5 + 1);
}

/* --- the end of a turn --- */

static void
wait_until(struct source *s, struct source_ask *ret)
{
	s->asked = ret->type = SOURCE_WAIT;
	ret->until = s->due;
}

/* It is well: come back as agreed. */
static void
rest(struct source *s, const struct source_event *ev, struct source_ask *ret)
{
	source_forget_turn(s);
	s->errors = 0;
	s->retry = 0;
	s->success = ev->wall;
	s->due = ev->now + jitter(s, s->every);
	wait_until(s, ret);
}

/* It is not: come back later each time, or when it says. */
static void
back_off(struct source *s, const struct source_event *ev, uint64_t retry,
    struct source_ask *ret)
{
	uint64_t wait = s->every;

	source_forget_turn(s);
	for (unsigned i = 0; i < s->errors && wait < SOURCE_BACK_OFF; i++)
		wait *= 2;
	if (wait > SOURCE_BACK_OFF)
		wait = s->every > SOURCE_BACK_OFF ? s->every : SOURCE_BACK_OFF;
	s->errors++;
	wait = jitter(s, wait);
	s->retry = 0;
	if (retry * 1000 > wait) {
		wait = retry * 1000 < SOURCE_BACK_OFF ? retry * 1000
						      : SOURCE_BACK_OFF;
		s->retry = ev->wall + wait / 1000;
	}
	s->due = ev->now + wait;
	wait_until(s, ret);
}

static void
end(struct source *s, struct source_ask *ret)
{
	s->asked = ret->type = SOURCE_END;
}

/* All is published: what was seen need not be sent again. */
static void
ended(struct source *s, const struct source_event *ev, struct source_ask *ret)
{
	uint64_t retry = s->retry > ev->wall ? s->retry - ev->wall : 0;

	if (ev->lost) {
		back_off(s, ev, 0, ret);
		return;
	}
	source_tag(s->etag, bytes_str(s->whole ? s->new_etag : ""));
	source_tag(s->modified, bytes_str(s->whole ? s->new_modified : ""));
	if (s->bad >= SOURCE_BAD_MAX)
		back_off(s, ev, retry, ret);
	else
		rest(s, ev, ret);
}

/* --- entries --- */

static void
fetch(struct source *s, const char *address, bool page, struct source_ask *ret)
{
	bool again = !page && !s->in_more && !s->look_due;

	s->asked = ret->type = SOURCE_FETCH;
	s->asked_page = ret->page = page;
	ret->request = (struct fetch_request){.address = bytes_str(address),
	    .etag = bytes_str(again ? s->etag : ""),
	    .modified = bytes_str(again ? s->modified : ""),
	    .local = address_is_file(bytes_str(address))};
}

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

/* Note that the entry said what it says now. */
static void
done_with(struct source *s, const struct id *name, const struct id *text)
{
	struct known_entry *k = known_add(&s->known, name, s->turn);

	if (k == NULL) {
		s->whole = false;
		return;
	}
	k->text = *text;
	k->tries = 0;
}

/* As done_with(), but it is news until its pictures were tried often enough. */
static void
done_partly(struct source *s, const struct ingest_entry *e)
{
	uint64_t tries = 1;

	if (was_taken_partly(s, e))
		tries += known_find(&s->known, &e->name)->tries;
	done_with(s, &e->name, &e->text);
	if (tries >= SOURCE_TRIES_MAX ||
	    known_find(&s->known, &e->name) == NULL)
		return;
	known_find(&s->known, &e->name)->tries = tries;
	s->whole = false;
}

static bool
is_news(struct source *s, const struct ingest_entry *e)
{
	struct known_entry *k = known_find(&s->known, &e->name);

	if (k == NULL)
		return true;
	k->turn = s->turn;
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

/* Files lead to files and the web to the web. */
static bool
may_lead_to(const struct source *s, const char *link)
{
	return address_is_file(bytes_str(s->address))
		   ? address_is_file(bytes_str(link)) ||
			 address_is_web(bytes_str(link))
		   : address_is_web(bytes_str(link));
}

static bool next_list(struct source *s, struct source_ask *ret);

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

		if (e->whole || e->link == NULL || !may_lead_to(s, e->link) ||
		    k == NULL || !look_is_due(k, s->wall))
			continue;
		s->looks++;
		s->pages++;
		fetch(s, e->link, true, ret);
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
	k->page = s->page;
	k->seen = s->wall;
	k->looks = s->looking ? k->looks : 0;
}

/* Go on with the entries; false if there is none to ask for. */
static bool
next_entry(struct source *s, struct source_ask *ret)
{
	if (s->looking)
		return next_look(s, ret) || next_list(s, ret);
	for (; s->at < s->list.n; s->at++) {
		const struct ingest_entry *e = &s->list.entry[s->at];

		if (!is_news(s, e))
			continue;
		if (is_too_old(s) ||
		    (!e->whole &&
			(e->link == NULL || !may_lead_to(s, e->link)))) {
			done_with(s, &e->name, &e->text);
			continue;
		}
		if (e->whole) {
			take(s, false, ret);
			return true;
		}
		if (s->pages == SOURCE_PAGES_MAX || s->bad >= SOURCE_BAD_MAX) {
			s->whole = false;
			continue;
		}
		s->pages++;
		fetch(s, e->link, true, ret);
		return true;
	}
	s->looking = true;
	s->at = 0;
	return next_look(s, ret) || next_list(s, ret);
}

static bool
next_list(struct source *s, struct source_ask *ret)
{
	if (s->in_more)
		s->at_more++;
	if (s->at_more >= s->n_more || s->bad >= SOURCE_BAD_MAX)
		return false;
	s->in_more = true;
	fetch(s, s->more[s->at_more].address, false, ret);
	return true;
}

static void
go_on(struct source *s, struct source_ask *ret)
{
	if (!next_entry(s, ret))
		end(s, ret);
}

/* --- lists --- */

static int
newest_first(const void *a, const void *b)
{
	const struct ingest_entry *x = a, *y = b;

	return (x->changed < y->changed) - (x->changed > y->changed);
}

/* The sitemaps of an index that say something else than when they were read. */
static void
take_index(struct source *s)
{
	for (size_t i = 0; i < s->list.n; i++) {
		const struct ingest_entry *e = &s->list.entry[i];

		if ((e->changed != 0 && !is_news(s, e)) || e->link == NULL ||
		    !may_lead_to(s, e->link))
			continue;
		if (s->n_more == SOURCE_LISTS_MAX) {
			s->whole = false;
			break;
		}
		s->more[s->n_more].name = e->name;
		s->more[s->n_more].text = e->text;
		s->more[s->n_more].address = strdup(e->link);
		if (s->more[s->n_more].address != NULL)
			s->n_more++;
	}
	ingest_list_done(&s->list);
}

static void
unread(struct source *s, const struct source_event *ev, struct source_ask *ret)
{
	s->trouble = SOURCE_UNREAD;
	snprintf(s->why, sizeof(s->why), "%s", ev->why != NULL ? ev->why : "");
	if (!s->in_more) {
		back_off(s, ev, 0, ret);
		return;
	}
	if (!next_list(s, ret))
		end(s, ret);
}

static void
listed(struct source *s, const struct source_event *ev, struct source_ask *ret)
{
	/* An index within an index leads nowhere. */
	if (ev->list == NULL ||
	    (s->in_more && ev->list->kind != INGEST_LIST_SITEMAP)) {
		unread(s, ev, ret);
		return;
	}
	ingest_list_done(&s->list);
	s->list = *ev->list;
	*ev->list = (struct ingest_list){0};
	s->at = 0;
	s->looking = false;
	if (s->list.kind == INGEST_LIST_SITEMAP ||
	    s->list.kind == INGEST_LIST_INDEX)
		qsort(s->list.entry, s->list.n, sizeof(s->list.entry[0]),
		    newest_first);
	if (s->list.kind == INGEST_LIST_INDEX)
		take_index(s);
	else if (s->in_more)
		done_with(s, &s->more[s->at_more].name,
		    &s->more[s->at_more].text);
	go_on(s, ret);
}

/* --- answers --- */

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

/* It may be better next time, and has nothing to do with this one page. */
static bool
is_passing(const struct fetch_answer *a)
{
	if (a->error == FETCH_OK)
		return a->status >= 500 || a->status == 429 || a->status == 408;
	return a->error == FETCH_NAME || a->error == FETCH_CONNECT ||
	       a->error == FETCH_TIME || a->error == FETCH_BROKEN ||
	       a->error == FETCH_PROXY || a->error == FETCH_TLS;
}

bool
source_may_come(const struct fetch_answer *a)
{
	return is_passing(a) || (a->error == FETCH_OK && a->status == 404);
}

static void
note_failure(struct source *s, const struct source_event *ev,
    enum source_trouble trouble)
{
	s->trouble = ev->forbidden && trouble == SOURCE_UNREACHED
			 ? SOURCE_ROBOTS
			 : trouble;
	s->error = ev->answer->error;
	s->status = ev->answer->status;
}

static void
note_page_failure(struct source *s, const struct source_event *ev,
    const char *address)
{
	s->failed++;
	snprintf(s->last, sizeof(s->last), "%s", address);
	note_failure(s, ev, SOURCE_PAGES);
}

static void
page_failed(struct source *s, const struct source_event *ev)
{
	const struct ingest_entry *e = &s->list.entry[s->at];
	struct known_entry *k;

	note_page_failure(s, ev, e->link);
	if (ev->forbidden) {
		done_with(s, &e->name, &e->text);
		return;
	}
	if (is_passing(ev->answer)) {
		s->whole = false;
		s->bad++;
		if (ev->answer->retry > 0)
			s->retry = ev->wall + ev->answer->retry;
		return;
	}
	k = known_add(&s->known, &e->name, s->turn);
	if (k != NULL && ++k->tries >= SOURCE_TRIES_MAX)
		done_with(s, &e->name, &e->text);
	else
		s->whole = false;
}

static void
page_came(struct source *s, const struct source_event *ev,
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
		crypto_generichash(s->page.b, sizeof(s->page.b), a->body.p,
		    a->body.n, NULL, 0);
	}
	if (s->looking && k != NULL)
		other = look_at(k, came ? &s->page : NULL, s->wall);
	if (came && other) {
		take(s, true, ret);
		return;
	}
	if (!came && s->looking)
		s->bad += is_passing(a);
	else if (!came)
		page_failed(s, ev);
	s->at++;
	go_on(s, ret);
}

static void
list_came(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	const struct fetch_answer *a = ev->answer;
	bool good = !ev->forbidden && a->error == FETCH_OK;

	if (good && a->status == 200) {
		if (!s->in_more) {
			source_tag(s->new_etag, a->etag);
			source_tag(s->new_modified, a->modified);
		}
		s->asked = ret->type = SOURCE_LIST;
	} else if (good && a->status == 304 && !s->in_more) {
		if (s->trouble == SOURCE_UNREACHED ||
		    s->trouble == SOURCE_ROBOTS)
			s->trouble = SOURCE_FINE;
		rest(s, ev, ret);
	} else if (s->in_more) {
		s->whole = false;
		note_page_failure(s, ev, s->more[s->at_more].address);
		if (!next_list(s, ret))
			end(s, ret);
	} else {
		note_failure(s, ev, SOURCE_UNREACHED);
		back_off(s, ev, a->retry, ret);
	}
}

/* --- steps --- */

static void
begin(struct source *s, struct source_ask *ret)
{
	s->turn++;
	s->first = s->known.n == 0;
	s->first_left = SOURCE_NEWEST;
	s->whole = true;
	s->look_due = look_is_any_due(&s->known, s->wall);
	fetch(s, s->address, false, ret);
}

/* A list is there: what was wrong with the last one is past. */
static void
clear_trouble(struct source *s)
{
	if (s->in_more)
		return;
	s->trouble = SOURCE_FINE;
	s->failed = 0;
}

void
source_step(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	*ret = (struct source_ask){0};
	s->wall = ev->wall;
	if (ev->type == SOURCE_TIME && s->asked == SOURCE_WAIT &&
	    ev->now >= s->due) {
		begin(s, ret);
	} else if (ev->type == SOURCE_ANSWER && s->asked == SOURCE_FETCH) {
		if (s->asked_page)
			page_came(s, ev, ret);
		else
			list_came(s, ev, ret);
	} else if (ev->type == SOURCE_LISTED && s->asked == SOURCE_LIST) {
		clear_trouble(s);
		listed(s, ev, ret);
	} else if (ev->type == SOURCE_TAKEN && s->asked == SOURCE_TAKE) {
		if (ev->partly)
			done_partly(s, &s->list.entry[s->at]);
		else
			done_with(s, &s->list.entry[s->at].name,
			    &s->list.entry[s->at].text);
		note_page(s, &s->list.entry[s->at]);
		s->at++;
		go_on(s, ret);
	} else if (ev->type == SOURCE_ENDED && s->asked == SOURCE_END) {
		ended(s, ev, ret);
	} else {
		wait_until(s, ret);
	}
}
