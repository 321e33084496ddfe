#include "client/sources.h"

#include <string.h>

#include "proto/host/log.h"
#include "tests/unit/host/place.h"

static void
lists_are_kept(void)
{
	struct home h = {.store = fresh()};
	struct sources s;

	check(sources_load(&s, &h) == 0 && s.n == 0);
	check(sources_add(&s, "https://a.example/tree") == 0);
	check(sources_add(&s, place_dir) == 0);
	check(sources_add(&s, "https://a.example/tree") == 0 && s.n == 2);
	check(sources_save(&s, &h) == 0);
	sources_done(&s);
	check(sources_load(&s, &h) == 0 && s.n == 2);
	check(strcmp(s.text[0], "https://a.example/tree") == 0);
	check(strcmp(s.text[1], place_dir) == 0);
	sources_remove(&s, 0);
	check(s.n == 1 && strcmp(s.text[0], place_dir) == 0);
	sources_done(&s);
	store_close(h.store);
}

/* A path must mean the same wherever quire is called from. */
static void
paths_are_made_whole(void)
{
	struct store *store = fresh();
	struct sources s = {.n = 0};

	check(chdir(place_dir) == 0);
	check(sources_add(&s, ".") == 0);
	check(strcmp(s.text[0], place_dir) == 0);
	check(sources_add(&s, "file:///") == 0);
	check(strcmp(s.text[1], "/") == 0);
	check(sources_add(&s, "nowhere") == APP_FAILED && s.n == 2);
	sources_done(&s);
	store_close(store);
}

static void
lists_have_a_limit(void)
{
	struct sources s = {.n = 0};
	char text[64];

	for (int i = 0; i < SOURCES_MAX; i++) {
		snprintf(text, sizeof(text), "https://%d.example/", i);
		check(sources_add(&s, text) == 0);
	}
	check(sources_add(&s, "https://more.example/") == APP_FAILED);
	check(s.n == SOURCES_MAX);
	check(sources_add(&s, "https://7.example/") == 0); /* is there */
	sources_done(&s);
}

static void
what_is_no_source_is_refused(void)
{
	struct sources s = {.n = 0};
	char text[SOURCES_TEXT_MAX + 32] = "https://";

	memset(text + strlen(text), 'a', SOURCES_TEXT_MAX);
	check(sources_add(&s, text) == APP_FAILED);
	check(sources_add(&s, "https://a.example/\nhttps://b/") == APP_FAILED);
	check(sources_add(&s, "quire://a.example:1/?t=raw#x") == APP_FAILED);
	check(sources_add(&s, "quire:aaaa?k=b") == APP_FAILED);
	check(s.n == 0);
}

int
main(void)
{
	place_init();
	lists_are_kept();
	paths_are_made_whole();
	lists_have_a_limit();
	what_is_no_source_is_refused();
	place_done();
	return 0;
}
