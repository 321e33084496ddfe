#include "daemon/extract/pick.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rules are rules or a mistake with its line, and pick what they may; behind a line
 * of "---" is the page. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char fence[] = "\n---\n";
	const uint8_t *cut = memmem(data, size, fence, strlen(fence));
	size_t n = cut != NULL ? (size_t)(cut - data) : size;
	size_t rest = cut != NULL ? size - n - strlen(fence) : 0;
	GumboOutput *tree;
	struct rules *r;
	struct pick p;
	struct buf why;
	int err;

	if (size > 16384)
		return 0;
	buf_init(&why, 0);
	err = rules_parse(&r, bytes_of(data, n), &why);
	check(err == 0 || (err == QERR_TEXT && why.n > 0 && r == NULL));
	if (err == 0) {
		tree = gumbo_parse_with_options(&kGumboDefaultOptions,
		    cut != NULL ? (const char *)cut + strlen(fence) : "", rest);
		check(pick_find(&p, r, bytes_str("a.org"), tree->root) == 0);
		for (size_t i = 0; i < p.n_drop; i++)
			check(pick_drops(&p, p.drop[i]));
		pick_done(&p);
		gumbo_destroy_output(&kGumboDefaultOptions, tree);
		for (size_t i = 0; i < r->n; i++)
			(void)rule_matches(r->rule[i].pattern,
			    bytes_of(data, n));
	}
	rules_free(r);
	buf_done(&why);
	return 0;
}
