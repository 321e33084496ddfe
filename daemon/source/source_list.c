#include "daemon/source/source_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/source/look.h"

static void
fetch(struct source *s, const char *address, struct source_ask *ret)
{
	s->asked = ret->type = SOURCE_FETCH;
	s->asked_page = ret->page = false;
	ret->request = (struct fetch_request){.address = bytes_str(address),
	    .local = address_is_file(bytes_str(address))};
}

/* One that is the same need not come, unless it leads to pages to be looked at. */
void
source_fetch_list(struct source *s, struct source_ask *ret)
{
	fetch(s, s->address, ret);
	if (look_is_any_due(&s->known, 0, s->wall))
		return;
	ret->request.etag = bytes_str(s->etag);
	ret->request.modified = bytes_str(s->modified);
}

static void
fetch_more(struct source *s, struct source_ask *ret)
{
	const struct id *name = &s->more[s->at_more].name;
	const struct known_entry *k = known_find(&s->known, name);

	s->in_more = true;
	s->read = false;
	snprintf(s->more_tag, sizeof(s->more_tag), "%s",
	    k != NULL ? k->tag : "");
	fetch(s, s->more[s->at_more].address, ret);
	if (k != NULL && !look_is_any_due(&s->known, known_list(name), s->wall))
		known_ask(k, &ret->request.etag, &ret->request.modified);
}

/* What is left of a list has it asked for again, whatever the index says of it. */
static void
done_with_more(struct source *s)
{
	const struct id *name = &s->more[s->at_more].name;
	struct known_entry *k;

	if (s->read)
		source_done_with(s, name, &s->more[s->at_more].text);
	if ((k = known_find(&s->known, name)) == NULL)
		return;
	k->tries = s->read ? 0 : 1;
	if (s->read)
		memcpy(k->tag, s->more_tag, sizeof(k->tag));
	else
		k->tag[0] = '\0';
}

bool
source_next_list(struct source *s, struct source_ask *ret)
{
	if (s->in_more) {
		done_with_more(s);
		s->at_more++;
	}
	if (s->at_more >= s->n_more || s->bad >= SOURCE_BAD_MAX)
		return false;
	fetch_more(s, ret);
	return true;
}

static int
newest_first(const void *a, const void *b)
{
	const struct ingest_entry *x = a, *y = b;

	return (x->changed < y->changed) - (x->changed > y->changed);
}

/* By what the index says of it. */
static bool
is_wanted(struct source *s, const struct ingest_entry *e)
{
	bool news = source_is_news(s, e);

	return news || e->changed == 0 ||
	       look_is_any_due(&s->known, known_list(&e->name), s->wall);
}

/* One that does not say of a list when it changed is the same while that is not. */
static void
take_index(struct source *s)
{
	for (size_t i = 0; i < s->list.n; i++) {
		const struct ingest_entry *e = &s->list.entry[i];

		s->whole = s->whole && e->changed != 0;
		if (e->link == NULL || !source_may_lead_to(s, e->link) ||
		    !is_wanted(s, e))
			continue;
		if (s->n_more == SOURCE_LISTS_MAX) {
			source_put_off(s);
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
		source_back_off(s, ev, 0, ret);
		return;
	}
	if (!source_next_list(s, ret))
		source_end(s, ret);
}

void
source_listed(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
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
	s->read = true;
	if (s->list.kind == INGEST_LIST_SITEMAP ||
	    s->list.kind == INGEST_LIST_INDEX)
		qsort(s->list.entry, s->list.n, sizeof(s->list.entry[0]),
		    newest_first);
	if (s->list.kind == INGEST_LIST_INDEX)
		take_index(s);
	source_go_on(s, ret);
}

/* What a list of an index came to, if it did not come. */
static void
more_came_not(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	s->read = !ev->forbidden && ev->answer->error == FETCH_OK &&
		  ev->answer->status == 304;
	if (!s->read) {
		source_put_off(s);
		source_note_page_failure(s, ev, s->more[s->at_more].address);
	}
	if (!source_next_list(s, ret))
		source_end(s, ret);
}

static void
is_the_same(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	if (s->trouble == SOURCE_UNREACHED || s->trouble == SOURCE_ROBOTS)
		s->trouble = SOURCE_FINE;
	source_rest(s, ev, ret);
}

void
source_list_came(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	const struct fetch_answer *a = ev->answer;
	bool good = !ev->forbidden && a->error == FETCH_OK;

	if (good && a->status == 200) {
		if (s->in_more) {
			known_tag(&s->came, a->etag, a->modified);
			memcpy(s->more_tag, s->came.tag, sizeof(s->more_tag));
		} else {
			source_tag(s->new_etag, a->etag);
			source_tag(s->new_modified, a->modified);
		}
		s->asked = ret->type = SOURCE_LIST;
	} else if (s->in_more) {
		more_came_not(s, ev, ret);
	} else if (good && a->status == 304) {
		is_the_same(s, ev, ret);
	} else {
		source_note_failure(s, ev, SOURCE_UNREACHED);
		source_back_off(s, ev, a->retry, ret);
	}
}
