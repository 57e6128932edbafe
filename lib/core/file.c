#include "core/file.h"

#include <apr_strings.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t mode_of(const char *path)
{
    struct stat is;

    return stat(path, &is) ? 0 : is.st_mode;
}

/* "/" for what stands in the root. */
static const char *folder_of(apr_pool_t *pool, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ? "/" : apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
}

/* Whether everybody may go through folder and all above it. */
static int lets_through(apr_pool_t *pool, const char *folder)
{
    while (mode_of(folder) & S_IXOTH) {
        if (!folder[1]) {
            return 1;
        }
        folder = folder_of(pool, folder);
    }
    return 0;
}

/* Where links lead, as far as there is something. */
static const char *resolve(apr_pool_t *pool, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy;

    if (!real) {
        return NULL;
    }
    copy = apr_pstrdup(pool, real);
    free(real);
    return copy;
}

const char *authjs_file_open_to_others(apr_pool_t *pool, const char *path, int which)
{
    const char *file = *path == '/' ? resolve(pool, path) : NULL;
    const char *folder =
        *path == '/' ? resolve(pool, folder_of(pool, file ? file : path)) : NULL;
    mode_t mode;

    if (!folder || !lets_through(pool, folder)) {
        return NULL;
    }
    mode = mode_of(folder);
    if ((which & AUTHJS_FILE_WRITE) && (mode & S_IWOTH)) {
        /* With the sticky bit it is everybody's on purpose, as /tmp is: leave it so. */
        return apr_pstrcat(pool, "every user of this machine can put files into ", folder,
                           mode & S_ISVTX
                               ? "; put it into a folder that no other user can write to"
                               : "; write: chmod o-w ",
                           mode & S_ISVTX ? NULL : folder, NULL);
    }
    mode = file ? mode_of(file) : 0;
    if ((which & AUTHJS_FILE_WRITE) && (mode & S_IWOTH)) {
        return apr_pstrcat(pool, "every user of this machine can write ", file,
                           "; write: chmod o-rwx ", file, NULL);
    }
    if ((which & AUTHJS_FILE_READ) && (mode & S_IROTH)) {
        return apr_pstrcat(pool, "every user of this machine can read ", file,
                           "; write: chmod o-rwx ", file, NULL);
    }
    return NULL;
}

void authjs_file_make(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (file >= 0) {
        close(file);
    }
}
