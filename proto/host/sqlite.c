#include "proto/host/sqlite.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/host/log.h"

SQLITE_EXTENSION_INIT1

/*
 * Its own names are looked for in it first, not in all that is loaded already: that halves
 * what loading costs.  The address sanitizer forbids it.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define OWN_FIRST 0
#else
#define OWN_FIRST RTLD_DEEPBIND
#endif

/* The calls that are needed to come by all others. */
struct first_calls {
	int (*auto_extension)(void (*entry)(void));
	int (*open)(const char *path, sqlite3 **ret, int flags,
	    const char *vfs);
	int (*close)(sqlite3 *db);
};

/* Called with every database that is opened. */
static int
take_calls(sqlite3 *db, char **ret_why, const sqlite3_api_routines *calls)
{
	(void)db;
	(void)ret_why;
	sqlite3_api = calls;
	return SQLITE_OK;
}

static bool
find_calls(struct first_calls *c, void *lib)
{
	/* POSIX has the cast of a function's address be made so. */
	const struct {
		const char *name;
		void **at;
	} calls[] = {{"sqlite3_auto_extension", (void **)&c->auto_extension},
	    {"sqlite3_open_v2", (void **)&c->open},
	    {"sqlite3_close", (void **)&c->close}};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((*calls[i].at = dlsym(lib, calls[i].name)) == NULL)
			return false;
	return c->auto_extension((void (*)(void))take_calls) == SQLITE_OK;
}

static const struct first_calls *
load(void)
{
	static struct first_calls c;
	static bool loaded;
	void *lib;

	if (loaded)
		return &c;
	if ((lib = dlopen("libsqlite3.so.0",
		 RTLD_NOW | RTLD_LOCAL | OWN_FIRST)) == NULL) {
		log_error("the index needs SQLite: %s", dlerror());
		return NULL;
	}
	loaded = find_calls(&c, lib);
	if (!loaded)
		dlclose(lib);
	return loaded ? &c : NULL;
}

int
sqlite_open(sqlite3 **ret, const char *path)
{
	const struct first_calls *c = load();
	int rc;

	*ret = NULL;
	if (c == NULL)
		return SQLITE_ERROR;
	rc = c->open(path, ret,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	    NULL);
	if (rc == SQLITE_OK && sqlite3_api == NULL)
		rc = SQLITE_ERROR; /* built without extensions */
	if (rc != SQLITE_OK) {
		c->close(*ret);
		*ret = NULL;
	}
	return rc;
}
