#include "daemon/source/source_inner.h"

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
void
source_rest(struct source *s, const struct source_event *ev,
    struct source_ask *ret)
{
	source_forget_turn(s);
	s->errors = 0;
	s->retry = 0;
	s->success = ev->wall;
	s->due = ev->now + jitter(s, s->every);
	wait_until(s, ret);
}

/* It is not: come back later each time, or when it says. */
void
source_back_off(struct source *s, const struct source_event *ev, uint64_t retry,
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

void
source_end(struct source *s, struct source_ask *ret)
{
	s->asked = ret->type = SOURCE_END;
}

/* All is published: what was seen need not be sent again. */
static void
ended(struct source *s, const struct source_event *ev, struct source_ask *ret)
{
	uint64_t retry = s->retry > ev->wall ? s->retry - ev->wall : 0;

	if (ev->lost) {
		source_back_off(s, ev, 0, ret);
		return;
	}
	source_tag(s->etag, bytes_str(s->whole ? s->new_etag : ""));
	source_tag(s->modified, bytes_str(s->whole ? s->new_modified : ""));
	if (s->bad >= SOURCE_BAD_MAX)
		source_back_off(s, ev, retry, ret);
	else
		source_rest(s, ev, ret);
}

/* --- steps --- */

static void
begin(struct source *s, struct source_ask *ret)
{
	s->turn++;
	s->told.looked = s->wall;
	s->first = s->known.n == 0;
	s->first_left = SOURCE_NEWEST;
	s->whole = true;
	source_fetch_list(s, ret);
}

/* A list is there: what was wrong with the last one is past. */
static void
clear_trouble(struct source *s)
{
	if (s->in_more)
		return;
	s->trouble = SOURCE_FINE;
	s->failed = 0;
	s->told.listed = s->wall;
	memset(s->told.skipped, 0, sizeof(s->told.skipped));
	memset(s->told.outcome, 0, sizeof(s->told.outcome));
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
			source_page_came(s, ev, ret);
		else
			source_list_came(s, ev, ret);
	} else if (ev->type == SOURCE_LISTED && s->asked == SOURCE_LIST) {
		clear_trouble(s);
		source_listed(s, ev, ret);
	} else if (ev->type == SOURCE_TAKEN && s->asked == SOURCE_TAKE) {
		source_taken(s, ev, ret);
	} else if (ev->type == SOURCE_ENDED && s->asked == SOURCE_END) {
		ended(s, ev, ret);
	} else {
		wait_until(s, ret);
	}
}
