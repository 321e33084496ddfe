#ifndef QUIRE_SQLITE_H
#define QUIRE_SQLITE_H

#include <sqlite3ext.h>

/*
 * SQLite, loaded when a database is first opened: to load and link it costs as much
 * as the rest of a sync with nothing new, which asks the index nothing.  It gives us
 * its calls as it gives them to an extension, and what <sqlite3.h> declares leads
 * there; before the first database they may not be used.
 */
SQLITE_EXTENSION_INIT3

/*
 * Open or make |path| for reading and writing: SQLITE_OK, or what was wrong, and
 * |*ret| is NULL.
 */
int sqlite_open(sqlite3 **ret, const char *path);

#endif
