#ifndef QUIRE_CURL_H
#define QUIRE_CURL_H

#include <curl/curl.h>

/*
 * libcurl brings thirty libraries with it, whose loading takes longer than a
 * whole sync with nothing new; only who names a web host pays for them.
 */
#define CURL_LINES_MAX 65536 /* bytes of header lines that are listened to */
struct curl_calls {
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_perform)(CURL *);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	CURLcode (*easy_send)(CURL *, const void *, size_t, size_t *);
	CURLcode (*easy_recv)(CURL *, void *, size_t, size_t *);
	void (*easy_cleanup)(CURL *);
	CURL *(*easy_duphandle)(CURL *);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_add_handle)(CURLM *, CURL *);
	CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
	CURLMcode (*multi_perform)(CURLM *, int *);
	CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned, int,
	    int *);
	CURLMsg *(*multi_info_read)(CURLM *, int *);
	CURLMcode (*multi_cleanup)(CURLM *);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
};

/* Load it, once; NULL, and it is logged, if it is not there. */
const struct curl_calls *curl_load(void);

/* The file that the environment's SSL_CERT_FILE names, instead of the machine's
 * certificates; NULL if there is none. */
const char *curl_certificates(void);
/* Let |curl| believe these. */
void curl_trust(const struct curl_calls *c, CURL *curl);

#endif
