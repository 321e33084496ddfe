#include "proto/host/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "proto/host/log.h"

static bool
find_calls(struct curl_calls *c, void *lib)
{
	/* POSIX has the cast of a function's address be made so. */
	const struct {
		const char *name;
		void **at;
	} calls[] = {{"curl_global_init", (void **)&c->global_init},
	    {"curl_easy_init", (void **)&c->easy_init},
	    {"curl_easy_setopt", (void **)&c->easy_setopt},
	    {"curl_easy_perform", (void **)&c->easy_perform},
	    {"curl_easy_getinfo", (void **)&c->easy_getinfo},
	    {"curl_easy_send", (void **)&c->easy_send},
	    {"curl_easy_recv", (void **)&c->easy_recv},
	    {"curl_easy_cleanup", (void **)&c->easy_cleanup},
	    {"curl_easy_duphandle", (void **)&c->easy_duphandle},
	    {"curl_multi_init", (void **)&c->multi_init},
	    {"curl_multi_add_handle", (void **)&c->multi_add_handle},
	    {"curl_multi_remove_handle", (void **)&c->multi_remove_handle},
	    {"curl_multi_perform", (void **)&c->multi_perform},
	    {"curl_multi_poll", (void **)&c->multi_poll},
	    {"curl_multi_info_read", (void **)&c->multi_info_read},
	    {"curl_multi_cleanup", (void **)&c->multi_cleanup},
	    {"curl_slist_append", (void **)&c->slist_append},
	    {"curl_slist_free_all", (void **)&c->slist_free_all}};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((*calls[i].at = dlsym(lib, calls[i].name)) == NULL)
			return false;
	return c->global_init(CURL_GLOBAL_DEFAULT) == 0;
}

const struct curl_calls *
curl_load(void)
{
	static struct curl_calls c;
	static bool loaded;
	void *lib;

	if (loaded)
		return &c;
	if ((lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL)) == NULL) {
		log_error("web hosts need libcurl: %s", dlerror());
		return NULL;
	}
	loaded = find_calls(&c, lib);
	if (!loaded)
		dlclose(lib);
	return loaded ? &c : NULL;
}

const char *
curl_certificates(void)
{
	const char *file = getenv("SSL_CERT_FILE");

	return file != NULL && file[0] != '\0' ? file : NULL;
}

void
curl_trust(const struct curl_calls *c, CURL *curl)
{
	if (curl_certificates() != NULL)
		c->easy_setopt(curl, CURLOPT_CAINFO, curl_certificates());
}
