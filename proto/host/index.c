#include "proto/host/index.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/index_inner.h"
#include "proto/host/log.h"
#include "proto/host/shelf.h"
#include "proto/host/store_row.h"

static const char schema[] =
    "CREATE TABLE feed ("
    " id BLOB PRIMARY KEY, name TEXT, head INT, charter INT,"
    " articles INT);"
    "CREATE TABLE pack (feed BLOB, root BLOB, PRIMARY KEY (feed, root));"
    "CREATE TABLE article ("
    " place INTEGER PRIMARY KEY, feed BLOB, id BLOB, number INT,"
    " revision INT, status INT, lang TEXT, title TEXT, fold TEXT,"
    " name TEXT, address TEXT, authors TEXT, note TEXT, dated INT,"
    " date INT, size INT, pack_number INT, heads INT, text INT,"
    " text_root BLOB, record INT, UNIQUE (feed, id));"
    "CREATE INDEX by_date ON article (date);";

static void
index_path(const struct index *x, char dst[PATH_MAX], const char *suffix)
{
	snprintf(dst, PATH_MAX, "%s/index.sqlite%s", store_dir(x->store),
	    suffix);
}

static void
remove_files(struct index *x)
{
	static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		index_path(x, path, suffix[i]);
		unlink(path);
	}
}

int
index_error(struct index *x, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_warn("the index was damaged: it is made anew next time");
		remove_files(x);
		return QERR_IO;
	case SQLITE_FULL:
		return QERR_NOSPACE;
	case SQLITE_NOMEM:
		return QERR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return QERR_AGAIN;
	default:
		if (x->db != NULL)
			log_error("SQLite: %s", sqlite3_errmsg(x->db));
		return QERR_IO;
	}
}

int
index_prepare(struct index *x, sqlite3_stmt **ret, const char *sql)
{
	return index_error(x, sqlite3_prepare_v2(x->db, sql, -1, ret, NULL));
}

int
index_run(struct index *x, const char *sql)
{
	return index_error(x, sqlite3_exec(x->db, sql, NULL, NULL, NULL));
}

/* 0 if the file is an index of this version; one that is empty is made one. */
static int
open_db(struct index *x, bool *ret_fresh)
{
	char path[PATH_MAX];
	sqlite3_stmt *q = NULL;
	int rc, fd, version = -1;

	index_path(x, path, "");
	/* What it holds is nobody else's, and SQLite would ask the umask. */
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) >= 0) {
		(void)fchmod(fd, 0600); /* an old one was made so */
		close(fd);
	}
	rc = sqlite3_open_v2(path, &x->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	    NULL);
	if (rc != SQLITE_OK)
		return index_error(x, rc);
	sqlite3_busy_timeout(x->db, 5000);
	/* Half of a transaction would look like an index, and nobody make it anew.  What
	 * is deleted is to be gone. */
	rc = sqlite3_exec(x->db,
	    "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL;"
	    "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;",
	    NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(x->db, "PRAGMA user_version", -1, &q,
		    NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW)
		version = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	*ret_fresh = version != INDEX_VERSION;
	if (version == INDEX_VERSION)
		return 0;
	/* What was not filled to its end has tables, and version 0. */
	if (version == 0)
		rc = sqlite3_exec(x->db, schema, NULL, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY)
		return QERR_AGAIN; /* another process fills it */
	return version == 0 && rc == SQLITE_OK ? 0 : QERR_VERSION;
}

static int
rebuild_feed(void *arg, const struct index_feed *f)
{
	int err = index_update(arg, &f->feed);

	return err == QERR_ABSENT ? 0 : err;
}

/* Fill a new one; only then it is of this version, and need not be filled again. */
static int
rebuild(struct index *x)
{
	char pragma[64];
	int err = index_feeds(x, rebuild_feed, x);

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d",
	    INDEX_VERSION);
	return err != 0 ? err : index_run(x, pragma);
}

static void
close_db(struct index *x)
{
	if (x->db != NULL)
		sqlite3_close(x->db);
	x->db = NULL;
}

int
index_begin(struct index **ret, struct store *s)
{
	struct index *x = calloc(1, sizeof(*x));
	int err;

	*ret = NULL;
	if (x == NULL)
		return QERR_NOMEM;
	x->store = s;
	if ((err = index_user_load(x)) != 0) {
		index_close(x);
		return err;
	}
	*ret = x;
	return 0;
}

int
index_ready(struct index *x)
{
	bool fresh = false;
	int err;

	if (x->db != NULL)
		return 0;
	err = open_db(x, &fresh);
	if (err != 0 && err != QERR_AGAIN) {
		/* Old or damaged: nothing in it is needed. */
		close_db(x);
		remove_files(x);
		err = open_db(x, &fresh);
	}
	if (err == 0 && fresh)
		err = rebuild(x);
	if (err != 0)
		close_db(x);
	return err;
}

int
index_open(struct index **ret, struct store *s)
{
	int err = index_begin(ret, s);

	if (err == 0 && (err = index_ready(*ret)) != 0) {
		index_close(*ret);
		*ret = NULL;
	}
	return err;
}

void
index_close(struct index *x)
{
	if (x == NULL)
		return;
	close_db(x);
	index_user_done(x);
	free(x);
}

int
index_finish(struct index *x, sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	sqlite3_reset(q);
	return index_error(x, rc);
}

int
index_drop(struct index *x, const struct id *feed)
{
	static const char *const sql[] = {"DELETE FROM article WHERE feed=?1",
	    "DELETE FROM pack WHERE feed=?1", "DELETE FROM feed WHERE id=?1"};
	int err = 0;

	for (size_t i = 0; i < 3 && err == 0; i++) {
		sqlite3_stmt *q;

		if ((err = index_prepare(x, &q, sql[i])) != 0)
			break;
		sqlite3_bind_blob(q, 1, feed->b, 32, SQLITE_STATIC);
		err = index_finish(x, q);
		sqlite3_finalize(q);
	}
	return err;
}
