/* Files that directives name. */
#include "settings/settings.h"

#define FILE_MAX (1024 * 1024)

static const char *read_file(const char **text, apr_size_t *len, apr_pool_t *pool,
                             const char *path)
{
    char *buffer = apr_palloc(pool, FILE_MAX + 1), reason[120];
    apr_file_t *file;
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

    *len = FILE_MAX + 1;
    if (rv == APR_SUCCESS) {
        rv = apr_file_read_full(file, buffer, *len, len);
        apr_file_close(file);
    }
    if (rv == APR_SUCCESS) {
        return apr_pstrcat(pool, path, " is bigger than 1 MB", NULL);
    }
    if (!APR_STATUS_IS_EOF(rv)) {
        return apr_psprintf(pool, "%s cannot be read: %s", path,
                            apr_strerror(rv, reason, sizeof(reason)));
    }
    *text = buffer;
    return NULL;
}

const char *authjs_json_file(struct json_object **object, apr_pool_t *pool,
                             apr_pool_t *ptemp, const char *path)
{
    const char *text = NULL, *why;
    apr_size_t len;

    why = read_file(&text, &len, ptemp, path);
    if (why) {
        return why;
    }
    why = authjs_json_parse_object(object, pool, text, len);
    return why ? apr_psprintf(pool, "%s is not a JSON object: %s", path, why) : NULL;
}
