#include "proto/object/key.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Key and signature files of minisign, from anybody. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char trusted[KEY_COMMENT_MAX], text[57];
	struct key_secret secret;
	struct key_sig sig;
	struct key k, again;
	bool prehashed;

	(void)key_minisig_parse(&sig, trusted, &prehashed,
	    bytes_of(data, size));
	if (key_secret_parse(&secret, bytes_of(data, size), NULL) == 0)
		key_secret_done(&secret);
	if (key_parse(&k, bytes_of(data, size)) != 0)
		return 0;
	key_text(text, &k);
	check(key_parse(&again, bytes_str(text)) == 0 && key_eq(&k, &again));
	return 0;
}
