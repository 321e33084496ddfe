#include "daemon/source/visit.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

static int
add_one(struct visit *v)
{
	struct publisher_item *item = calloc(1, sizeof(*item));
	struct draft_source src;
	const char *link = v->basket.item[v->poured]->link;
	int r = item == NULL ? QERR_NOMEM : 0;

	basket_source(&v->basket, v->poured++, &src);
	if (r == 0)
		r = publisher_add(v->room->p, &src, item);
	if (r == 0)
		v->s.told.outcome[item->outcome]++;
	if (r == 0 && (item->outcome == PUBLISHER_REFUSED || item->foreign))
		visit_complain(v, item->message, link);
	if (r == 0)
		v->fresh += item->outcome == PUBLISHER_NEW ||
			    item->outcome == PUBLISHER_CORRECTED;
	free(item);
	return r == QERR_ABSENT ? 0 : r;
}

static void
commit(struct visit *v, int r)
{
	struct problems *p = &v->all->d->problems;
	struct buf why;

	buf_init(&why, 0);
	v->open = false;
	if (r == 0)
		r = publisher_commit(v->room->p, NULL, NULL, &why);
	else
		publisher_cancel(v->room->p);
	v->lost = v->lost || r != 0;
	if (r == QERR_KEY) {
		room_tell_unsigned(v->room, "Its sources are", "source");
	} else if (r != 0 && !v->all->d->stopping) {
		problems_set(p, "sources",
		    "What the sources hold could not be published.", NULL,
		    "See the log.");
		log_error("source %u could not be published: %s", v->number,
		    qerr_str(r));
	} else if (r == 0) {
		problems_clear(p, "sources");
		room_committed(v->room);
	}
	buf_done(&why);
	basket_clear(&v->basket);
	v->poured = 0;
}

/* True if there is nothing left in the basket. */
bool
visit_pour(struct visit *v)
{
	int r = 0;

	if (v->basket.n == 0)
		return true;
	if (!v->open) {
		r = publisher_begin(v->room->p, v->room->slow, false);
		if (r == QERR_AGAIN) {
			visit_again(v, VISIT_LATER_MS);
			return false;
		}
		v->open = r == 0;
	}
	if (v->open)
		r = add_one(v);
	if (r == 0 && v->poured < v->basket.n) {
		visit_again(v, 0);
		return false;
	}
	commit(v, r);
	return true;
}
