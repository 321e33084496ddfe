#ifndef QUIRE_DAEMON_CALL_H
#define QUIRE_DAEMON_CALL_H

#include "client/app.h"
#include "proto/host/ctl.h"

/* Asking quired: ctl_call() with a command's ways to speak. */

/* 0, or an exit status after saying what went wrong. */
int daemon_call(const struct app *a, const struct ctl_request *rq,
    ctl_item_fn fn, void *arg);
/* The same with |fn| getting the app, or with lines of JSON if these were asked for. */
int daemon_show(const struct app *a, const struct ctl_request *rq,
    ctl_item_fn fn);
/* Say what went wrong; returns the exit status. */
int daemon_complain(const struct ctl_error *err);
/* An item as a line of JSON. */
int daemon_json(void *arg, const struct ctl_item *it);

#endif
