/* Who on this machine can read or write a file that has secrets in it. */
#ifndef AUTHJS_CORE_FILE_H
#define AUTHJS_CORE_FILE_H

#include <apr_pools.h>

#define AUTHJS_FILE_READ  1
#define AUTHJS_FILE_WRITE 2

/**
 * Whether others than its owner and its group can read a file, write it, or put another
 * one into its folder: users whom a folder above it lets through.
 * @param which AUTHJS_FILE_READ, AUTHJS_FILE_WRITE or both
 * @return NULL, also for a file that is not there in a folder that is not open; or what
 *         is wrong and what to write.
 */
const char *authjs_file_open_to_others(apr_pool_t *pool, const char *path, int which);

/** Make an empty file that nobody but this process's user can read, unless there is one.
 */
void authjs_file_make(const char *path);

#endif
