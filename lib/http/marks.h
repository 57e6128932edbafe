/* Marks: the names that were claimed, in memory apart from the cache. A mark stays until
 * its time is over; nothing that is cached takes its place. */
#ifndef AUTHJS_HTTP_MARKS_H
#define AUTHJS_HTTP_MARKS_H

#include "authjs.h"

/** The marks of one httpd, in memory that all its children share. */
typedef struct authjs_marks_t authjs_marks_t;

#define AUTHJS_MARK_KEY_LEN 32

/** The marks of this httpd: made when it starts, kept when it restarts.
 * @return NULL, or what failed. */
const char *authjs_marks_create(authjs_marks_t **marks, process_rec *process);
/**
 * Mark a key for ttl seconds. The caller holds the mutex of the cache.
 * @param key AUTHJS_MARK_KEY_LEN bytes of a hash
 * @param spare 1: leave a quarter of the room to others
 * @return APR_EEXIST: it is marked; APR_ENOSPC: there is no room for another one.
 */
apr_status_t authjs_marks_take(authjs_marks_t *marks, const unsigned char *key,
                               apr_int64_t now, apr_int64_t ttl, int spare);
/** Until when a key is marked, in seconds since 1970; 0: it is not. The caller holds the
 * mutex. */
apr_int64_t authjs_marks_until(authjs_marks_t *marks, const unsigned char *key,
                               apr_int64_t now);
/** Have the mark of a key, if there is one, end at another time; 0: at once. The caller
 * holds the mutex. */
void authjs_marks_end(authjs_marks_t *marks, const unsigned char *key, apr_int64_t now,
                      apr_int64_t until);

#endif
