#ifndef QUIRE_NODE_LIMITS_H
#define QUIRE_NODE_LIMITS_H

#include <stddef.h>

#include "proto/node/node.h"

/*
 * The constants of a node in one table.  Times are milliseconds, sizes bytes.  PROTOCOL.md
 * §15 and §16 have the rules; their grounds stand in design and research.
 */
#define LINKS_MAX 160 /* a bit of pack.refused each; .. */
#define LINKS_IN_MAX                                                     \
	(LINKS_MAX - NODE_OUT_MAX - NODE_PINNED_MAX - NODE_ERRANDS_MAX - \
	    NODE_FEELERS_MAX)
#define STRANGERS_MAX 24 /* accepted, no HELLO yet */
#define HELLO_TIME    20000
#define DIAL_TIME     10000
#define DIAL_ROUND_TIME \
	30000 /* by a web server or a program, which may have to start */
#define DIAL_ONION_TIME 60000
#define PING_TIME       240000 /* +- a quarter */
#define SILENCE_TIME    900000
#define READER_IDLE     300000
#define EAGER           3     /* links that get a new head at once */
#define SHOW_MIN        20000 /* the others are shown it by a row, .. */
#define SHOW_MAX        40000
#define HOLD_BACK_MIN   500
#define HOLD_BACK_MAX   1500
#define ASKS_MAX        16 /* open at a time on a link, either way */
#define LITTLE_ASKS_MAX 14 /* .. of little packs; a few for others have room */
#define WINDOW_MAX      4  /* .. of other packs */
#define STALL_MIN       2000
#define STALL_MAX       64000
#define STALLS_MAX      3 /* in a row, then the link is of no use */
#define ENDGAME_TIME    4000
#define IN_FLIGHT_MAX   (4 * 1024 * 1024)
#define PARTS_MAX       32 /* packs being fetched */
#define SERVE_BELOW     65536
#define OUT_KEPT        512 /* of a buffer while it is idle */
#define UNREAD_MAX \
	(1024 * 1024) /* waits at the driver; then the link is over */
#define GIVE_HEADERS       16384 /* gather so many bytes of headers in a GIVE */
#define HOLDS_STEP         (512 * 1024)
#define RUNS_KEPT          256 /* of one feed that a link showed */
#define BACKOFF_MIN        60000
#define PINNED_BACKOFF_MIN 15000
#define BACKOFF_MAX        (24 * 3600 * 1000)
#define NEW_FAILURES       16     /* who was never reached is forgotten */
#define FEELER_TIME        600000 /* +- a half */
#define FEELER_WORRIED     60000  /* while something is overdue, or lacking */
#define FEELER_STAY        20000
#define VISIT_TIME         60000 /* after which who came in takes a place */
#define START_TIME         200 /* before the first dials: peers are yet to be told */
#define RECEIPTS_MAX       32 /* of an issue, asked for at a time */
#define FOLLOWS_KEPT       64
#define READER_SOURCES     3 /* a reader talks to so many at once */
#define READER_TRIES       2 /* dials of one source in a sync */
#define ROTTEN_MAX         3 /* times that a pack is bad on our disk */
#define BYE_TIME           5000
#define PARTIAL_MAX        8   /* packs that a link holds in part */
#define PROOFS_MAX         8   /* forks being proved */
#define BRIEF_LEAST        512 /* bytes worth asking for */
#define BRIEF_NO_LIMIT     ((size_t)1 << 40)
#define SEEK_MAX           4 /* links asked at a time who holds what we lack */
#define SEEK_TIME          1000
#define COUNTER_SPAN       ((uint64_t)1 << 52) /* where counters begin */
#define COUNTER_RUN        ((uint64_t)1 << 32) /* as far as one may come */

/* Carrying heads of feeds that are not followed; _EACH in milliseconds. */
#define CARRIED_BYTES       (2 * 1024 * 1024) /* of all */
#define CARRIED_FEED_BYTES  28672 /* charters of one: they fit one GIVE */
#define CARRIED_ALONE_MAX   64    /* that no link but this one has shown */
#define CARRIED_NEWS_EACH   100
#define CARRIED_NEWS_BURST  256 /* a link */
#define CARRIED_CHECK_EACH  50
#define CARRIED_CHECK_BURST 64 /* a link: signatures */
#define CARRIED_FEED_EACH   10000
#define CARRIED_FEED_BURST  60 /* heads of a feed */
#define CARRIED_ASKS        2  /* open on a link for such feeds */
#define SHUNNED_MAX         256
#define SHUNNED_TIME        (24 * 3600 * 1000)

#endif
