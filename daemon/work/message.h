#ifndef QUIRE_MESSAGE_H
#define QUIRE_MESSAGE_H

#include <time.h>

#include "proto/base/buf.h"

/*
 * Messages between quired and its confined children, on a stream socket:
 *
 *	u32le length || that many bytes
 *
 * |until| is in seconds of CLOCK_MONOTONIC, 0 for ever.  Both return 0, QERR_AGAIN
 * when the time is up, QERR_ABSENT if the other side is gone, or the buffer's error.
 */
#define MESSAGE_HEAD_LEN 4

int message_send(int fd, const struct buf *b, time_t until);
/* Replace |b| by a message of 1..|max| bytes; QERR_TOOBIG if it is not. */
int message_recv(int fd, struct buf *b, size_t max, time_t until);

#endif
