/* Files that authjsctl changes. The folder is held open: what its name leads to may
 * change meanwhile, the folder does not. */
#include "ctl_file.h"

#include "core/file.h"

#include <apr_file_info.h>
#include <apr_time.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_TRIES 100
#define LOCK_PAUSE apr_time_from_msec(100)

static const char *because(const authjs_ctl_file_t *file, const char *what)
{
    return apr_psprintf(file->pool, "%s %s: %s", file->path, what, strerror(errno));
}

/* ---- look -------------------------------------------------------------------- */

static const char *find(authjs_ctl_file_t *file, const char *path)
{
    char *whole = NULL;
    const char *folder;

    if (apr_filepath_merge(&whole, NULL, path, APR_FILEPATH_NATIVE, file->pool) !=
            APR_SUCCESS ||
        *whole != '/') {
        return apr_pstrcat(file->pool, path, " is no path", NULL);
    }
    file->path = whole;
    file->name = strrchr(whole, '/') + 1;
    if (!*file->name) {
        return apr_pstrcat(file->pool, path, " is a folder", NULL);
    }
    folder = apr_pstrmemdup(file->pool, whole, (apr_size_t)(file->name - whole));
    file->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file->folder < 0
               ? apr_psprintf(file->pool, "the folder %s cannot be opened: %s", folder,
                              strerror(errno))
               : NULL;
}

static const char *read_text(authjs_ctl_file_t *file, int from, apr_size_t max)
{
    char *text = apr_palloc(file->pool, max + 1);
    apr_size_t len = 0;
    ssize_t some = 1;

    while (some > 0 && len <= max) {
        some = read(from, text + len, max + 1 - len);
        if (some < 0) {
            return because(file, "cannot be read");
        }
        len += (apr_size_t)some;
    }
    if (len > max || memchr(text, '\0', len)) {
        return apr_pstrcat(file->pool, file->path,
                           len > max ? " is too long" : " is binary", NULL);
    }
    text[len] = '\0';
    file->text = text;
    return NULL;
}

static const char *read_old(authjs_ctl_file_t *file, apr_size_t max)
{
    int from =
        openat(file->folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const char *why;

    if (from < 0 && errno == ENOENT) {
        file->text = "";
        return NULL;
    }
    if (from < 0 && errno == ELOOP) {
        return apr_pstrcat(file->pool, file->path,
                           " is a link, and is left alone; name the file itself", NULL);
    }
    if (from < 0) {
        return because(file, "cannot be read");
    }
    file->existed = 1;
    why = fstat(from, &file->was) ? because(file, "cannot be looked at")
          : S_ISREG(file->was.st_mode)
              ? read_text(file, from, max)
              : apr_pstrcat(file->pool, file->path, " is no regular file", NULL);
    close(from);
    return why;
}

const char *authjs_ctl_file_open(authjs_ctl_file_t *file, apr_pool_t *pool,
                                 const char *path, apr_size_t max, int which)
{
    const char *why;

    memset(file, 0, sizeof(*file));
    file->pool = pool;
    file->folder = -1;
    why = find(file, path);
    why = why ? why : read_old(file, max);
    return why ? why : authjs_file_open_to_others(pool, file->path, which);
}

const char *authjs_ctl_file_lock(authjs_ctl_file_t *file)
{
    int i;

    for (i = 0; i < LOCK_TRIES; i++) {
        if (!flock(file->folder, LOCK_EX | LOCK_NB)) {
            return NULL;
        }
        apr_sleep(LOCK_PAUSE);
    }
    return apr_pstrcat(file->pool, "another authjsctl is at work on ", file->path, NULL);
}

/* ---- change ------------------------------------------------------------------ */

static int write_all(int to, const char *text)
{
    apr_size_t left = strlen(text);

    while (left) {
        ssize_t some = write(to, text, left);

        if (some < 0 && errno != EINTR) {
            return 0;
        }
        text += some > 0 ? some : 0;
        left -= some > 0 ? (apr_size_t)some : 0;
    }
    return !fsync(to);
}

/* As much of the old one as there was. */
static int take_after(const authjs_ctl_file_t *file, int to, mode_t mode)
{
    if (!file->existed) {
        return !fchmod(to, mode);
    }
    if ((file->was.st_uid != geteuid() || file->was.st_gid != getegid()) &&
        fchown(to, file->was.st_uid, file->was.st_gid)) {
        return 0;
    }
    return !fchmod(to, file->was.st_mode & 07777);
}

/* Of a name that no pattern of Include takes. */
static const char *make_beside(authjs_ctl_file_t *file, const char *text, mode_t mode,
                               const char **made)
{
    const char *random = authjs_random_hex(file->pool, 8), *why;
    int to;

    if (!random) {
        return "there is no randomness";
    }
    *made = apr_pstrcat(file->pool, ".authjsctl-", random, NULL);
    to = openat(file->folder, *made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                0600);
    if (to < 0) {
        return because(file, "cannot be written");
    }
    why = take_after(file, to, mode) && write_all(to, text)
              ? NULL
              : because(file, "cannot be written");
    close(to);
    if (why) {
        unlinkat(file->folder, *made, 0);
    }
    return why;
}

/* A name that is taken meanwhile stays: link() does not write over anything. */
static int put_in_place(const authjs_ctl_file_t *file, const char *made)
{
    if (file->existed || file->written) {
        return renameat(file->folder, made, file->folder, file->name);
    }
    if (linkat(file->folder, made, file->folder, file->name, 0)) {
        return -1;
    }
    return unlinkat(file->folder, made, 0);
}

const char *authjs_ctl_file_write(authjs_ctl_file_t *file, const char *text, mode_t mode)
{
    const char *made, *why = make_beside(file, text, mode, &made);

    if (!why && put_in_place(file, made)) {
        why = because(file, "cannot be written");
        unlinkat(file->folder, made, 0);
    }
    if (!why) {
        file->written = 1;
        fsync(file->folder);
    }
    return why;
}

const char *authjs_ctl_file_restore(authjs_ctl_file_t *file)
{
    if (!file->written) {
        return NULL;
    }
    if (file->existed) {
        return authjs_ctl_file_write(file, file->text, 0600);
    }
    return unlinkat(file->folder, file->name, 0) ? because(file, "cannot be removed")
                                                 : NULL;
}
