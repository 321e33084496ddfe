#include <stdio.h>

#include "client/date.h"
#include "client/keys.h"
#include "client/term.h"
#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* What is told of what was looked at. */

int
verify_bad(const struct verify *v, int err)
{
	if (qerr_is_fatal(err)) /* which says nothing about what it holds */
		return complain_of(v->what, "read", err);
	if (v->culprit != NULL)
		return complain("%s is NOT checked: the charter %s %s.",
		    v->what, v->culprit, qerr_str(err));
	return complain("%s is NOT good: it %s.", v->what, qerr_str(err));
}

int
verify_feed_id(const struct verify *v, const struct id *feed)
{
	return v->any_feed || id_eq(feed, &v->feed) ? 0 : QERR_FEED;
}

void
verify_count(uint64_t n, const char *one)
{
	printf("%llu %s%s", (unsigned long long)n, one, n == 1 ? "" : "s");
}

void
verify_json(const struct verify *v, struct json *j, const char *kind,
    const struct id *feed, struct bytes newsroom)
{
	char id[ID_TEXT_LEN + 1];

	id_text(id, feed);
	json_open(j, NULL, '{');
	json_str(j, "file", v->what);
	json_bool(j, "good", true);
	json_str(j, "kind", kind);
	json_str(j, "feed", id);
	json_text(j, "newsroom", newsroom);
}

static void
since_json(struct json *j, const struct verify_since *s)
{
	json_open(j, "since", '{');
	json_str(j, "status",
	    s->status == ARTICLE_RETRACTED ? "retracted" : "corrected");
	if (s->day[0] != '\0')
		json_str(j, "day", s->day);
	if (s->note[0] != '\0')
		json_str(j, "note", s->note);
	json_close(j, '}');
}

static void
since_say(const struct verify *v, const struct verify_since *s)
{
	printf("%sSince%s     %s", style(v->a, STYLE_BAD),
	    style(v->a, STYLE_PLAIN),
	    s->status == ARTICLE_RETRACTED ? "taken back" : "corrected");
	if (s->day[0] != '\0')
		printf(" on %s", s->day);
	fputs(" by the newsroom", stdout);
	if (s->note[0] != '\0') {
		fputs(": ", stdout);
		term_write(stdout, bytes_str(s->note));
	}
	putchar('\n');
}

static void
say_json(const struct verify *v, const char *kind, const struct id *feed,
    struct bytes newsroom, const struct header *h, struct bytes title,
    const struct verify_since *since)
{
	char key[KEY_ID_TEXT + 1], time[DATE_MAX];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	json_init(&j, &b);
	verify_json(v, &j, kind, feed, newsroom);
	json_uint(&j, "issue", h->number);
	date_machine(time, (int64_t)h->time);
	json_str(&j, "time", time);
	json_open(&j, "keys", '[');
	for (size_t i = 0; i < h->m; i++) {
		key_id_text(key, h->signer[i]);
		json_str(&j, NULL, key);
	}
	json_close(&j, ']');
	if (title.p != NULL)
		json_text(&j, "title", title);
	if (since->status != ARTICLE_NEW)
		since_json(&j, since);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

void
verify_good(struct verify *v, const char *kind, const struct id *feed,
    const struct charter *c, const struct header *h, const struct article *art)
{
	char id[ID_TEXT_LEN + 1], keys[KEYS_SIGNERS_MAX], time[DATE_MAX];
	struct verify_since since = {.status = ARTICLE_NEW};

	v->n_good++;
	if (art != NULL && (v->a->json || !v->a->quiet))
		verify_since(v, feed, art, &since);
	if (v->a->json) {
		say_json(v, kind, feed, c->name, h,
		    art != NULL ? art->title : (struct bytes){NULL, 0}, &since);
		return;
	}
	if (v->a->quiet)
		return;
	id_text(id, feed);
	keys_signers(keys, h);
	printf("%sGood%s: ", style(v->a, STYLE_GOOD), style(v->a, STYLE_PLAIN));
	if (art != NULL) {
		term_write(stdout, art->title);
		if (art->status != ARTICLE_NEW)
			fputs(art->status == ARTICLE_RETRACTED ? " (taken back)"
							       : " (corrected)",
			    stdout);
	} else {
		fputs(kind, stdout);
	}
	fputs("\nSigned by ", stdout);
	term_write(stdout, c->name);
	date_minute(time, (int64_t)h->time);
	printf(", issue %llu of %s, %s\nFeed      %s\n",
	    (unsigned long long)h->number, time, keys, id);
	if (since.status != ARTICLE_NEW)
		since_say(v, &since);
}
