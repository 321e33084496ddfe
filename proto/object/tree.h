#ifndef QUIRE_TREE_H
#define QUIRE_TREE_H

#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * Names in a tree, PROTOCOL.md §9, relative to its top.  The same for a node's
 * disk, a web host, a stick and a bundle.
 */
#define TREE_PATH_MAX 128

enum tree_kind {
	TREE_CHARTER, /* number: version */
	TREE_ISSUES,  /* number: block of headers, proto/object/issues.h */
	TREE_HEAD,
	TREE_PROOF,    /* number */
	TREE_CHARTERS, /* the proof that the charters are forked */
	TREE_PACK,     /* id: root */
	TREE_ISSUE,    /* number; its path is that of its block */
};

struct tree_name {
	enum tree_kind kind;
	struct id id; /* feed, or a pack's root */
	uint64_t number;
};

void tree_path(char dst[TREE_PATH_MAX], const struct tree_name *t);
/* The reverse, strict: QERR_ENCODING if |path| is no name of a tree. */
int tree_parse(struct tree_name *ret, const char *path);

#endif
