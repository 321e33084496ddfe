#ifndef QUIRE_CURL_H
#define QUIRE_CURL_H

#include <curl/curl.h>

/*
 * libcurl brings thirty libraries with it, whose loading takes longer than a
 * whole sync with nothing new; only who names a web host pays for them.
 */
struct curl_calls {
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_perform)(CURL *);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	void (*easy_cleanup)(CURL *);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
};

/* Load it, once; NULL, and it is logged, if it is not there. */
const struct curl_calls *curl_load(void);

#endif
