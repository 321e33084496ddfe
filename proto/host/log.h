#ifndef QUIRE_LOG_H
#define QUIRE_LOG_H

#include <stdbool.h>

/*
 * Lines for the operator on standard error; under systemd with a "<N>" level
 * prefix.  A log is evidence in a censored country: no address, reader, title
 * or secret at any level; links are numbers; a peer's text never goes in.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* |program| begins each line when standard error is not the journal. */
void log_init(const char *program, enum log_level max);
void log_raise(void); /* one level more, as for -v */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As log_error(), followed by ": " and the words for errno. */
void log_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * While held, errors are kept back, for a program that says all that went wrong in
 * one line of its own.  log_held() is the last: of log_errno() only the words for
 * errno; "" if there was none.
 */
void log_hold(bool hold);
const char *log_held(void);

#endif
