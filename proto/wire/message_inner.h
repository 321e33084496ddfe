#ifndef QUIRE_MESSAGE_INNER_H
#define QUIRE_MESSAGE_INNER_H

#include "proto/wire/message.h"

/*
 * The inside of messages:
 *
 *   message.c        written and read
 *   message_check.c  what each kind may say; both directions go through it, so that what
 *                    is accepted can be written again
 *   message_link.c   what is called otherwise on each link
 */
#define MSG_VERSION 1

/* 0, or what is wrong with |m|. */
int msg_check(const struct msg *m);
/* Bytes of the name in |m|: a tag, or a root. */
size_t msg_name_len(const struct msg_ask *m);

#endif
