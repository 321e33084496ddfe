#ifndef QUIRE_DOCUMENTS_H
#define QUIRE_DOCUMENTS_H

#include "client/app.h"
#include "proto/base/text.h"
#include "proto/host/ctl.h"

#define DOCUMENTS_NAME_MAX 4096

/*
 * Handing documents to quired, and saying of each what became of it: a PUBLISH
 * conversation, from its first request to its last.
 */
struct documents {
	const struct app *a;
	size_t fresh, corrected, same, refused;
	uint64_t number, time; /* of a draft, and its name */
	char hash[ID_TEXT_LEN + 1];
	bool more;  /* than fit into this draft */
	bool lacks; /* where all issues are the draft may be another */
};

/* The operands of |a|, between |begin| and |end|.  0, or as ctl_ask(). */
int documents_send(struct documents *d, struct app *a,
    const struct ctl_request *begin, const struct ctl_request *end,
    struct ctl_error *err);
/* An item of such an answer. */
int documents_item(void *documents, const struct ctl_item *it);

/* A file in memory, for a draft to be written into; negative after complaining. */
int documents_memory(void);
/* Keep the draft in |fd| as |path|, or if it is NULL as issue-NUMBER.draft unless that is
 * there: whole, or not at all.  Sets |ret| to its name; an exit status. */
int documents_keep(const struct documents *d, int fd, const char *path,
    char ret[DOCUMENTS_NAME_MAX]);

#endif
