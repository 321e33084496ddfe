#include "daemon/settings.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void
secret_free(char *text)
{
	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
}

void
secret_cut(struct buf *b, const char *text)
{
	static const char https[] = "https://";
	size_t n = strcspn(text, "#");
	const char *key = strstr(text, "k=");

	if (strncmp(text, https, sizeof(https) - 1) == 0) {
		n = sizeof(https) + strcspn(text + sizeof(https) - 1, "/");
		buf_printf(b, "%.*s...", (int)n, text);
		return;
	}

	if (text[n] == '#') {
		buf_put(b, text, n);
		buf_put_str(b, "#...");
	} else if (key != NULL) {
		buf_put(b, text, (size_t)(key - text));
		buf_put_str(b, "k=...");
	} else {
		buf_put_str(b, text);
	}
}
