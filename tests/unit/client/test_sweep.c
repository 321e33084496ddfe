#include "client/sweep.h"

#include "tests/unit/host/place.h"

#define PAGE    "0123456789abcdef0123456789abcdef"
#define PICTURE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static bool
ours(enum sweep_kind kind, const char *name)
{
	struct id key;

	return sweep_key(&key, kind, name);
}

static void
only_our_names_are_ours(void)
{
	check(ours(SWEEP_PAGE, PAGE ".html") &&
	      ours(SWEEP_PAGE, PAGE ".quire"));
	check(!ours(SWEEP_PAGE, PAGE ".txt") && !ours(SWEEP_PAGE, PAGE));
	check(!ours(SWEEP_PAGE, PAGE "0.html"));
	check(!ours(SWEEP_PAGE, "notes.html") && !ours(SWEEP_PAGE, ""));
	check(ours(SWEEP_PICTURE, PICTURE ".jpg"));
	check(!ours(SWEEP_PICTURE, PICTURE) && !ours(SWEEP_PICTURE, "a.jpg"));
	check(!ours(SWEEP_PICTURE, "x" PICTURE ".jpg"));
	check(ours(SWEEP_CONTENTS, "index.html"));
	check(ours(SWEEP_CONTENTS, "index-fa-12.html"));
	check(ours(SWEEP_CONTENTS, "INDEX-EN.HTML"));
	check(!ours(SWEEP_CONTENTS, "index.txt") &&
	      !ours(SWEEP_CONTENTS, "my-index.html"));
}

/* On a stick an earlier list of another case is the very file. */
static void
case_means_nothing(void)
{
	struct id a, b;

	check(sweep_key(&a, SWEEP_CONTENTS, "index-en.html"));
	check(sweep_key(&b, SWEEP_CONTENTS, "index-EN.html"));
	check(id_eq(&a, &b));
}

static void
what_is_kept_and_what_is_not_ours_stays(void)
{
	static const char *const name[] = {PAGE ".html",
	    "f123456789abcdef0123456789abcdef.html", "notes.html"};
	struct map *keep = map_new(0);
	char path[128];
	struct id key;
	struct store *s = fresh(); /* a folder of its own */
	int dir = open(place_dir, O_RDONLY | O_DIRECTORY);

	check(keep != NULL && dir >= 0);
	for (size_t i = 0; i < 3; i++)
		check(file_write(dir, name[i], bytes_str("x"), 0644) == 0);
	check(sweep_key(&key, SWEEP_PAGE, name[0]));
	check(map_put(keep, &key, keep) == 0);
	check(sweep(dir, ".", SWEEP_PAGE, keep) == 1);
	check(sweep(dir, "nowhere", SWEEP_PAGE, keep) == 0);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", place_dir, name[i]);
		check((access(path, F_OK) == 0) == (i != 1));
	}
	map_free(keep);
	close(dir);
	store_close(s);
}

int
main(void)
{
	place_init();
	only_our_names_are_ours();
	case_means_nothing();
	what_is_kept_and_what_is_not_ours_stays();
	place_done();
	return 0;
}
