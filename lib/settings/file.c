/* Files that directives name. */
#include "settings/settings.h"

#define FILE_MAX (1024 * 1024)

static const char *read_file(const char **text, apr_size_t *len, apr_pool_t *pool,
                             const char *path)
{
    char *buffer = apr_palloc(pool, FILE_MAX + 1), reason[120];
    apr_file_t *file;
    apr_finfo_t info;
    apr_status_t rv = apr_stat(&info, path, APR_FINFO_TYPE, pool);

    /* no pipe that would keep httpd waiting */
    if (rv == APR_SUCCESS && info.filetype != APR_REG) {
        return apr_pstrcat(pool, path, " is no regular file", NULL);
    }
    rv = apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

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
    why = authjs_json_parse_file(object, pool, text, len);
    return why ? apr_psprintf(pool, "%s is not a JSON object: %s", path, why) : NULL;
}

/* The first character that no text has, or its end. */
static const char *odd_character(const char *text)
{
    while (*text == '\t' || *text == '\r' || *text == '\n' ||
           (*text && !authjs_control_len(text))) {
        text++;
    }
    return text;
}

const char *authjs_text_file(const char **text, apr_pool_t *pool, apr_pool_t *ptemp,
                             const char *path, apr_size_t max)
{
    const char *read = NULL, *why;
    apr_size_t len;

    why = read_file(&read, &len, ptemp, path);
    if (why) {
        return why;
    }
    if (len == 0 || len > max) {
        return apr_psprintf(pool, "%s must have 1 to %" APR_SIZE_T_FMT " bytes", path,
                            max);
    }
    *text = apr_pstrmemdup(pool, read, len);
    return authjs_utf8_valid(*text, len) && odd_character(*text) == *text + len
               ? NULL
               : apr_pstrcat(pool, path,
                             " is no text: it must be UTF-8, without control characters",
                             NULL);
}
