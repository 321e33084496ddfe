#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/host/log.h"

/* Two charters of |version| are signed. */
static void
tell_charters(struct daemon *d, uint64_t version)
{
	log_warn("the charters of a feed contradict each other at version "
		 "%llu: none from there on counts",
	    (unsigned long long)version);
	problems_set(&d->problems, "charters",
	    "The charters of a feed that is followed contradict each other: its root "
	    "keys are stolen or misused.",
	    NULL,
	    "Ask its newsroom: only an announced successor of its root, or a new "
	    "feed, ends this.");
}

/* Two issues |number| are. */
static void
tell_fork(struct daemon *d, uint64_t number)
{
	log_warn("a feed contradicts itself at issue %llu: nothing more of it "
		 "is taken in",
	    (unsigned long long)number);
	problems_set(&d->problems, "fork",
	    "A feed that is followed contradicts itself: two issues of one number "
	    "are signed.",
	    NULL, "Ask its newsroom; only a new charter of it ends this.");
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
		break;
	case FACT_PACK:
		log_debug("a pack is whole");
		break;
	case FACT_WITHDRAWN:
		log_info("a pack is withdrawn: it is not kept");
		break;
	case FACT_FORK:
		if (t->number == 0)
			tell_charters(d, t->value);
		else
			tell_fork(d, t->number);
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
