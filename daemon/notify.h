#ifndef QUIRE_NOTIFY_H
#define QUIRE_NOTIFY_H

#include <stdint.h>

/*
 * What a service manager wants to hear, sd_notify(3): datagrams to
 * $NOTIFY_SOCKET.  Without one, nothing happens.
 */
void notify_ready(void);
void notify_reloading(void); /* then notify_ready() again */
void notify_stopping(void);
void notify_alive(void); /* for WatchdogSec= */

/* Seconds after which notify_alive() is due, or 0: no watchdog. */
uint64_t notify_interval(void);

#endif
