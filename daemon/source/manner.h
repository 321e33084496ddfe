#ifndef QUIRE_MANNER_H
#define QUIRE_MANNER_H

#include "daemon/source/fetch.h"
#include "proto/base/when.h"

/*
 * How to behave towards web servers, as a calculation: one request at a time, a pause
 * between two to one host as long as the operator says, or its robots.txt if that is
 * longer, none that its robots.txt forbids.  That is fetched before all else and once a day;
 * where there is none, all is allowed.  Files need no manners.
 */
#define MANNER_HOSTS_MAX 256 /* the one not visited for the longest goes */
#define MANNER_ROBOTS    (24 * 3600 * 1000ULL)

struct manner_host {
	struct id origin; /* a hash */
	when_ms last;     /* request */
	uint64_t delay;   /* ms, that its robots.txt asks for */
	struct buf robots;
	when_ms robots_until; /* 0: not known */
};
struct manner {
	struct manner_host host[MANNER_HOSTS_MAX];
	size_t n;
};

enum manner_say {
	MANNER_GO,     /* now: manner_went() follows */
	MANNER_WAIT,   /* until *ret_until */
	MANNER_ASK,    /* for its robots.txt first, when it may be asked */
	MANNER_FORBID, /* never */
};

void manner_done(struct manner *m);

/* May |address| be fetched at |now|, if the pause is |delay| ms at least? */
enum manner_say manner_ask(struct manner *m, struct bytes address,
    uint64_t delay, when_ms now, when_ms *ret_until);
/* A request goes to the host of |address|. */
void manner_went(struct manner *m, struct bytes address, when_ms now);
/* Append the address of the robots.txt for |address|. */
void manner_robots(struct buf *dst, struct bytes address);
/*
 * What came for it.  False if the host is not well (nobody there, 5xx): then nothing
 * is known of it, and the answer counts for |address|, too.
 */
bool manner_learn(struct manner *m, struct bytes address,
    const struct fetch_answer *a, when_ms now);

#endif
