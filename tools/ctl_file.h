/* Files that authjsctl changes: whole or not at all, and put back when it was wrong. */
#ifndef AUTHJS_TOOLS_CTL_FILE_H
#define AUTHJS_TOOLS_CTL_FILE_H

#include "ctl.h"

#include <sys/stat.h>

typedef struct {
    apr_pool_t *pool;
    const char *path, *name; /**< absolute; its last part */
    int folder;              /**< a descriptor of the folder, or -1 */
    int existed;
    struct stat was;
    const char *text; /**< as it was; "" when it was not there */
    int written;
} authjs_ctl_file_t;

/**
 * Look at a file that is to be changed: no link, a regular file, in a folder that is
 * there.
 * @param which AUTHJS_FILE_READ, AUTHJS_FILE_WRITE: what others must not be able to do
 * @return NULL, or why it is left alone.
 */
const char *authjs_ctl_file_open(authjs_ctl_file_t *file, apr_pool_t *pool,
                                 const char *path, apr_size_t max, int which);
/** Nobody else changes files of its folder this way until the program ends. NULL, or why
 * not. */
const char *authjs_ctl_file_lock(authjs_ctl_file_t *file);
/** Give it another text: a new file with this mode, else in one step, with owner and mode
 * as they were. NULL, or why not. */
const char *authjs_ctl_file_write(authjs_ctl_file_t *file, const char *text, mode_t mode);
/** As it was found. NULL, or why not. */
const char *authjs_ctl_file_restore(authjs_ctl_file_t *file);

#endif
