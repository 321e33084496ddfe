#include "client/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "client/date.h"
#include "proto/host/entropy.h"

#define EVERY 100 /* milliseconds */

void
progress_begin(struct progress *p, const struct app *a)
{
	*p = (struct progress){
	    .enabled = isatty(STDERR_FILENO) && !a->quiet && !a->json,
	    .began = clock_now(),
	};
}

static bool
due(struct progress *p)
{
	uint64_t now = clock_now();

	if (!p->enabled || (p->shown && now - p->last < EVERY))
		return false;
	p->last = now;
	p->shown = true;
	return true;
}

void
progress_say(struct progress *p, const char *words)
{
	if (due(p))
		fprintf(stderr, "\r\033[K%s", words);
}

void
progress_bytes(struct progress *p, uint64_t got, uint64_t all)
{
	char have[SIZE_TEXT_MAX], total[SIZE_TEXT_MAX], rate[SIZE_TEXT_MAX];
	uint64_t ms, left;

	if (!due(p))
		return;
	ms = p->last - p->began + 1;
	size_text(have, got);
	size_text(total, all);
	size_text(rate, got * 1000 / ms);
	left = got == 0 ? 0 : (all - got) * ms / got / 1000;
	fprintf(stderr, "\r\033[K%3u %%  %s of %s, %s/s",
	    all == 0 ? 0 : (unsigned)(got * 100 / all), have, total, rate);
	if (got > 0 && all > got)
		fprintf(stderr, ", %llu:%02llu left",
		    (unsigned long long)left / 60,
		    (unsigned long long)left % 60);
}

void
progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
