#include "proto/host/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_LEN 512

static const char *log_program = "quire";
static enum log_level log_max = LOG_LEVEL_WARN;
static bool log_journal;
static bool log_holding;
static char log_last[LINE_MAX_LEN];

void
log_init(const char *program, enum log_level max)
{
	log_program = program;
	log_max = max;
	log_journal = getenv("JOURNAL_STREAM") != NULL;
}

void
log_raise(void)
{
	if (log_max < LOG_LEVEL_DEBUG)
		log_max++;
}

void
log_hold(bool hold)
{
	log_holding = hold;
	log_last[0] = '\0';
}

const char *
log_held(void)
{
	return log_last;
}

/* One write a line, so that lines of several processes do not mix. */
__attribute__((format(printf, 2, 0))) static void
log_line(enum log_level level, const char *fmt, va_list ap, const char *why)
{
	static const int syslog_level[] = {3, 4, 6, 7};
	char line[LINE_MAX_LEN];
	int n;

	if (level > log_max)
		return;
	if (log_holding && level == LOG_LEVEL_ERROR) {
		if (why != NULL)
			snprintf(log_last, sizeof(log_last), "%s", why);
		else
			vsnprintf(log_last, sizeof(log_last), fmt, ap);
		return;
	}
	n = log_journal
		? snprintf(line, sizeof(line), "<%d>", syslog_level[level])
		: snprintf(line, sizeof(line), "%s: ", log_program);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	if (why != NULL && n < LINE_MAX_LEN)
		n += snprintf(line + n, sizeof(line) - (size_t)n, ": %s", why);
	if (n > LINE_MAX_LEN - 2)
		n = LINE_MAX_LEN - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* there is nobody to tell */
}

#define LOG_FUNCTION(name, level)               \
	void name(const char *fmt, ...)         \
	{                                       \
		va_list ap;                     \
                                                \
		va_start(ap, fmt);              \
		log_line(level, fmt, ap, NULL); \
		va_end(ap);                     \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void
log_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, fmt, ap, why);
	va_end(ap);
}
