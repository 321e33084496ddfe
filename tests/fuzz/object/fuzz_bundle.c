#include "proto/object/bundle.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A block of a tar is a name of a tree, or passed over. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bundle_entry e;
	char path[TREE_PATH_MAX];
	struct tree_name t;

	if (size < BUNDLE_BLOCK || bundle_read(&e, data) != 0 || e.end ||
	    !e.known)
		return 0;
	tree_path(path, &e.name);
	check(tree_parse(&t, path) == 0 && t.kind == e.name.kind);
	return 0;
}
