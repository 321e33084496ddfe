#ifndef QUIRE_QERR_H
#define QUIRE_QERR_H

/*
 * One vocabulary of failure for the whole tree.  A function that can fail
 * returns 0 (or a length) on success and one of these on failure; all are
 * negative, so a length and a failure fit one return value.
 *
 * The band tells the caller what to do, and it is the only thing most callers
 * look at:  the peer lied (drop it), not now (wait), or we are broken (stop).
 */
#define QERR_LIST(X)                                                        \
	/* The other side sent something it may not send. */                \
	X(QERR_TRUNCATED, -101, "ends early")                               \
	X(QERR_TRAILING, -102, "has bytes left over at its end")            \
	X(QERR_RANGE, -103, "has a value outside its allowed range")        \
	X(QERR_BADSIG, -104, "has a signature that does not verify")        \
	X(QERR_BADHASH, -105, "does not match its hash")                    \
	X(QERR_ENCODING, -106, "is not in canonical encoding")              \
	X(QERR_TYPE, -107, "has a field of the wrong type")                 \
	X(QERR_UNKNOWN, -108, "has a field this version does not know")     \
	X(QERR_MISSING, -109, "lacks a required field")                     \
	X(QERR_TEXT, -110, "has text that is not allowed")                  \
	X(QERR_MARKUP, -111, "has markup that is not allowed")              \
	X(QERR_KEY, -112, "is signed by a key that may not sign it")        \
	X(QERR_REVOKED, -113, "is signed by a key revoked for it")          \
	X(QERR_CHAIN, -114, "does not continue what came before it")        \
	X(QERR_FORK, -115, "contradicts what the same publisher signed")    \
	X(QERR_ROLLBACK, -116, "is older than what was seen already")       \
	X(QERR_FEED, -117, "belongs to another feed")                       \
	X(QERR_AEAD, -118, "cannot be opened with this reading key")        \
	X(QERR_INFLATE, -119, "does not inflate to its signed size")        \
	X(QERR_TOOBIG, -120, "is larger than allowed")                      \
	X(QERR_ORDER, -121, "is not in the required order")                 \
	X(QERR_DUPLICATE, -122, "is there twice")                           \
	X(QERR_VERSION, -123, "is of a version this program does not know") \
	X(QERR_PROTOCOL, -124, "may not be said at this point")             \
	X(QERR_PINNED, -125, "is not in the history its charter fixes")     \
	X(QERR_QUORUM, -126, "has fewer signatures than its charter wants") \
	/* Nothing is wrong, but it cannot be done now. */                  \
	X(QERR_AGAIN, -201, "needs more input")                             \
	X(QERR_FULL, -202, "does not fit: a queue, table or quota is full") \
	X(QERR_ABSENT, -203, "is not here")                                 \
	X(QERR_BASE, -204, "needs a base pack that is not here")            \
	X(QERR_CHARTER, -205, "needs a newer charter that is not here")     \
	X(QERR_PASS, -206, "does not open with this passphrase")            \
	/* Our own side failed. */                                          \
	X(QERR_NOMEM, -301, "needs more memory than there is")              \
	X(QERR_IO, -302, "cannot be read or written")                       \
	X(QERR_NOSPACE, -303, "does not fit on the disk")

enum qerr {
	QERR_OK = 0,
#define X(name, code, text) name = code,
	QERR_LIST(X)
#undef X
};

/* True if a peer that makes us return |e| has broken the protocol. */
static inline int
qerr_is_peer_fault(int e)
{
	return e <= -101 && e >= -199;
}

/* True if |e| means that this process cannot go on as it is. */
static inline int
qerr_is_fatal(int e)
{
	return e <= -301;
}

/* The words for |e|, fit to follow "issue 7 "; never NULL. */
const char *qerr_str(int e);

#endif
