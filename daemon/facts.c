#include <stdio.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"

/* What is wrong with a feed, and how people call it. */
struct wrong {
	char key[ID_TEXT_LEN + 16], name[ID_TEXT_LEN + 129];
};

static struct wrong
wrong_with(struct daemon *d, const struct id *feed, const char *what)
{
	char id[ID_TEXT_LEN + 1];
	struct wrong w;

	id_text(id, feed);
	snprintf(w.key, sizeof(w.key), "%s:%s", what, id);
	feeds_name(d, feed, w.name);
	if (w.name[0] == '\0')
		snprintf(w.name, sizeof(w.name), "%s", id);
	return w;
}

/* A charter came that may have ended it. */
static void
look_at_wrong(struct daemon *d, const struct id *feed)
{
	struct node_feed_stat st;

	if (node_feed_stat(d->node, feed, &st) != 0)
		return;
	if (!st.forked)
		problems_clear(&d->problems, wrong_with(d, feed, "fork").key);
	if (st.forked_charter == 0)
		problems_clear(&d->problems,
		    wrong_with(d, feed, "charters").key);
}

/* Two charters of |version| are signed. */
static void
tell_charters(struct daemon *d, const struct id *feed, uint64_t version)
{
	struct wrong w = wrong_with(d, feed, "charters");

	log_warn("the charters of a feed contradict each other at version "
		 "%llu: none from there on counts",
	    (unsigned long long)version);
	problems_set(&d->problems, w.key,
	    "The charters of a feed that is followed contradict each other: its root "
	    "keys are stolen or misused.",
	    w.name,
	    "Ask its newsroom: only an announced successor of its root, or a new "
	    "feed, ends this.");
}

/* Two issues |number| are. */
static void
tell_fork(struct daemon *d, const struct id *feed, uint64_t number)
{
	struct wrong w = wrong_with(d, feed, "fork");

	log_warn("a feed contradicts itself at issue %llu: nothing more of it "
		 "is taken in",
	    (unsigned long long)number);
	problems_set(&d->problems, w.key,
	    "A feed that is followed contradicts itself: two issues of one number "
	    "are signed.",
	    w.name, "Ask its newsroom; only a new charter of it ends this.");
}

static void
tell_full(struct daemon *d, bool full)
{
	d->full = full;
	if (!full) {
		log_info("there is room on the disk again");
		problems_clear(&d->problems, "full");
		return;
	}
	log_warn("the disk is full: nothing more is taken in");
	problems_set(&d->problems, "full",
	    "The disk is full: nothing more is taken in.", NULL,
	    "Free space, or lower quota or reserve.");
}

void
facts_tell(void *arg, const struct node_tell *t)
{
	struct daemon *d = arg;

	switch (t->fact) {
	case FACT_HEAD:
		log_info("a feed has a new issue: %llu",
		    (unsigned long long)t->number);
		break;
	case FACT_CHARTER:
		log_info("a feed has a new charter: version %llu",
		    (unsigned long long)t->number);
		look_at_wrong(d, &t->id);
		break;
	case FACT_PACK:
		log_debug("a pack is whole");
		break;
	case FACT_WITHDRAWN:
		log_info("a pack is withdrawn: it is not kept");
		break;
	case FACT_FORK:
		if (t->number == 0)
			tell_charters(d, &t->id, t->value);
		else
			tell_fork(d, &t->id, t->number);
		break;
	case FACT_ROLLBACK:
		log_info("link %llu showed an issue older than known",
		    (unsigned long long)t->value);
		break;
	case FACT_OVERDUE:
		log_warn("a feed's next issue is overdue");
		break;
	case FACT_RECEIPTS:
		log_info("issue %llu is held whole by %llu peer%s",
		    (unsigned long long)t->number, (unsigned long long)t->value,
		    t->value == 1 ? "" : "s");
		break;
	case FACT_PEER:
		log_info("link %llu %s", (unsigned long long)t->value,
		    t->number != 0 ? "is up" : "is over");
		if (t->number != 0)
			transport_fine(d);
		break;
	case FACT_FAULT:
		log_warn("link %llu broke a rule: its message %s",
		    (unsigned long long)t->value, qerr_str(-(int)t->number));
		break;
	case FACT_ROTTEN:
		log_warn("a pack on the disk is damaged; it is fetched again");
		break;
	case FACT_FULL:
		tell_full(d, t->number != 0);
		break;
	case FACT_INTRODUCED:
		log_info("link %llu introduced another node",
		    (unsigned long long)t->value);
		break;
	case FACT_WITHHELD:
		log_warn("link %llu, of a peer that the settings name, has not "
			 "shown issue %llu of a feed for a minute, nor those "
			 "before it",
		    (unsigned long long)t->value,
		    (unsigned long long)t->number);
		break;
	case FACT_SYNCED:
	case FACT_PROGRESS:
	case FACT_WOKEN:
	case FACT_UNREACHED:
		break; /* a reader's */
	}
}
