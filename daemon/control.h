#ifndef QUIRE_CONTROL_H
#define QUIRE_CONTROL_H

#include <event2/event.h>

#include "daemon/work/jobs.h"
#include "proto/host/ctl.h"

/*
 * The control socket: the daemon's end of proto/host/ctl.h.  It accepts at most
 * CONTROL_MAX connections (a new one ends the one that has been idle longest),
 * reads a request only when the answer before has gone out, and holds at most
 * CONTROL_OUT_MAX bytes of answers for each.  One whose request is a job waits for it,
 * and meanwhile is never ended.  A client that breaks a rule is told
 * so and closed; it can hurt nobody else.
 */
#define CONTROL_MAX     16
#define CONTROL_OUT_MAX (16 * 1024 * 1024)

struct control;
struct control_client;

struct control_config {
	struct event_base *base;
	const char *path;
	const char *group; /* who may connect; "": the owner's group */
	/*
	 * Do |rq| (which borrows; its files are closed after the call) and answer with
	 * any number of control_item(), then one of the others; or control_later().
	 */
	void (*request)(void *arg, struct control_client *c,
	    const struct ctl_request *rq);
	/* |c| is gone, with what control_set_draft() gave it. */
	void (*closed)(void *arg, void *draft);
	void *arg;
};

/* QERR_DUPLICATE: another daemon answers there.  Failures are logged here. */
int control_new(struct control **ret, const struct control_config *cfg);
/* After jobs_end(). */
void control_free(struct control *c);

/* The answer comes later: whoever says so sees to it that control_later() follows. */
void control_wait(struct control_client *c);
/* Do the request that is being done as a job: |request| is called anew by it. */
void control_later(struct control_client *c, struct jobs *j);
/* True in that job. */
bool control_is_later(const struct control_client *c);

void control_item(struct control_client *c, const struct ctl_item *it);
void control_done(struct control_client *c);
void control_next(struct control_client *c);
/* |code| is quire's exit status; |hint| may be "". */
void control_fail(struct control_client *c, int code, const char *hint,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* What a client is in the middle of: handed to |closed| unless it is NULL. */
void control_set_draft(struct control_client *c, void *draft);
void *control_draft(const struct control_client *c);

#endif
