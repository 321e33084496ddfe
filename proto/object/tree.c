#include "proto/object/tree.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/issues.h"

static const char *const folders[] = {
    [TREE_CHARTER] = "/charter/",
    [TREE_ISSUES] = "/issues/",
    [TREE_HEAD] = "/head",
    [TREE_PROOF] = "/proof/",
    [TREE_CHARTERS] = "/proof/charter",
};

static bool
has_number(enum tree_kind kind)
{
	return kind != TREE_HEAD && kind != TREE_CHARTERS;
}

static char *
put(char *at, const char *s)
{
	size_t n = strlen(s);

	memcpy(at, s, n + 1);
	return at + n;
}

static void
put_number(char *at, uint64_t v)
{
	char digits[21];
	size_t n = sizeof(digits) - 1;

	digits[n] = '\0';
	do
		digits[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	put(at, digits + n);
}

void
tree_path(char dst[TREE_PATH_MAX], const struct tree_name *t)
{
	struct tree_name block = *t;
	char id[ID_TEXT_LEN + 1];

	if (t->kind == TREE_ISSUE) {
		block.kind = TREE_ISSUES;
		block.number = issues_block(t->number);
		t = &block;
	}
	id_text(id, &t->id);
	if (t->kind == TREE_PACK) {
		dst = put(dst, "pack/");
		*dst++ = id[0];
		dst = put(dst, "/");
		put(dst, id);
		return;
	}
	dst = put(dst, "feed/");
	dst = put(dst, id);
	dst = put(dst, folders[t->kind]);
	if (has_number(t->kind))
		put_number(dst, t->number);
}

/* pack/A/ROOT, behind the first slash. */
static int
parse_pack(struct tree_name *ret, const char *s)
{
	ret->kind = TREE_PACK;
	if (strlen(s) != 2 + ID_TEXT_LEN || s[1] != '/' || s[0] != s[2])
		return QERR_ENCODING;
	return id_parse(&ret->id, s + 2, ID_TEXT_LEN);
}

/* feed/FEED/…, behind the first slash. */
static int
parse_feed(struct tree_name *ret, const char *s)
{
	if (strlen(s) < ID_TEXT_LEN || id_parse(&ret->id, s, ID_TEXT_LEN) != 0)
		return QERR_ENCODING;
	s += ID_TEXT_LEN;
	for (int k = TREE_CHARTER; k <= TREE_CHARTERS; k++) {
		size_t n = strlen(folders[k]);

		ret->kind = (enum tree_kind)k;
		if (!has_number(ret->kind) && strcmp(s, folders[k]) == 0)
			return 0;
		if (!has_number(ret->kind) || strncmp(s, folders[k], n) != 0)
			continue;
		if (strcmp(s, folders[TREE_CHARTERS]) == 0)
			continue;
		if (dec_parse(&ret->number, s + n, strlen(s + n)) != 0)
			return QERR_ENCODING;
		return ret->number > 0 ? 0 : QERR_ENCODING;
	}
	return QERR_ENCODING;
}

int
tree_parse(struct tree_name *ret, const char *path)
{
	*ret = (struct tree_name){.number = 0};
	if (strncmp(path, "pack/", 5) == 0)
		return parse_pack(ret, path + 5);
	if (strncmp(path, "feed/", 5) == 0)
		return parse_feed(ret, path + 5);
	return QERR_ENCODING;
}
