/* What the commands share. */
#include "ctl.h"

#include "web/url.h"

#include <apr_cstr.h>
#include <apr_file_io.h>
#include <apr_lib.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- what is said --------------------------------------------------------------- */

int authjs_ctl_fail(int code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fputs("authjsctl: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    return code;
}

int authjs_ctl_failed(const authjs_call_t *call, authjs_adapter_status_e status)
{
    const char *why = call->error ? authjs_ctl_text(call->pool, call->error) : NULL;

    if (status == AUTHJS_ADAPTER_UNAVAILABLE) {
        return authjs_ctl_fail(AUTHJS_CTL_AWAY, "the database cannot be reached%s%s",
                               why ? ": " : "", why ? why : "");
    }
    return authjs_ctl_fail(AUTHJS_CTL_FAILED, "%s",
                           why ? why
                           : status == AUTHJS_ADAPTER_CONFLICT
                               ? "there is such a row already"
                               : "the database refused");
}

const char *authjs_ctl_text(apr_pool_t *pool, const char *text)
{
    apr_size_t len = text ? strlen(text) : 0;
    char *clean = apr_palloc(pool, len + 1), *out = clean;
    const char *in = text, *end = text + len;

    while (in < end) {
        apr_size_t control = authjs_control_len(in);
        apr_size_t whole = authjs_utf8_sequence(in, (apr_size_t)(end - in));

        if (control || !whole) {
            *out++ = '?';
            in += control ? control : 1;
            continue;
        }
        memcpy(out, in, whole);
        out += whole;
        in += whole;
    }
    *out = '\0';
    return clean;
}

int authjs_ctl_contains(const char *text, const char *part)
{
    apr_size_t len = strlen(part);

    while (*text && apr_cstr_casecmpn(text, part, len)) {
        text++;
    }
    return *text || !len;
}

/* ---- input ---------------------------------------------------------------------- */

const char *authjs_ctl_read(const char **text, apr_pool_t *pool, const char *path,
                            apr_size_t max)
{
    char *buffer = apr_palloc(pool, max + 2), reason[120];
    apr_size_t len = max + 1;
    apr_file_t *file;
    apr_status_t rv = strcmp(path, "-") ? apr_file_open(&file, path, APR_FOPEN_READ,
                                                        APR_FPROT_OS_DEFAULT, pool)
                                        : apr_file_open_stdin(&file, pool);

    if (rv == APR_SUCCESS) {
        rv = apr_file_read_full(file, buffer, len, &len);
        apr_file_close(file);
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv)) {
        return apr_pstrcat(pool, path,
                           " cannot be read: ", apr_strerror(rv, reason, sizeof(reason)),
                           NULL);
    }
    if (len > max) {
        return apr_pstrcat(pool, path, " is too long", NULL);
    }
    while (len && (buffer[len - 1] == '\n' || buffer[len - 1] == '\r')) {
        len--;
    }
    buffer[len] = '\0';
    if (!len || strlen(buffer) != len) {
        return apr_pstrcat(pool, path, " is empty or binary", NULL);
    }
    *text = buffer;
    return NULL;
}

int authjs_ctl_origin(const authjs_ctl_t *ctl, const char *written, const char **origin)
{
    authjs_url_t url;

    if (authjs_url_parse(&url, ctl->pool, written) ||
        (strcmp(written, url.origin) &&
         strcmp(written, apr_pstrcat(ctl->pool, url.origin, "/", NULL)))) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "--url is an origin, as https://www.example.com: no path, "
                               "and no port that goes without saying");
    }
    *origin = url.origin;
    return AUTHJS_CTL_OK;
}

/* ---- users and sessions --------------------------------------------------------- */

/* An address as it was written, else as sign-in stores it: in lower case. */
static authjs_adapter_status_e find_by_email(authjs_ctl_database_t *database,
                                             const char *email, struct json_object **user)
{
    authjs_call_t *call = &database->call;
    authjs_adapter_status_e status =
        authjs_sql_methods.get_user_by_email(database->sql, call, email, user);
    char *lower = apr_pstrdup(call->pool, email), *c;

    if (status == AUTHJS_ADAPTER_OK && !*user) {
        for (c = lower; *c; c++) {
            *c = (char)apr_tolower(*c);
        }
        status = authjs_sql_methods.get_user_by_email(database->sql, call, lower, user);
    }
    return status;
}

int authjs_ctl_find_user(authjs_ctl_database_t *database, const char *who,
                         struct json_object **user)
{
    authjs_call_t *call = &database->call;
    authjs_adapter_status_e status =
        strchr(who, '@') ? find_by_email(database, who, user)
                         : authjs_sql_methods.get_user(database->sql, call, who, user);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(call, status);
    }
    return *user ? AUTHJS_CTL_OK
                 : authjs_ctl_fail(AUTHJS_CTL_FAILED, "there is no user %s",
                                   authjs_ctl_text(call->pool, who));
}

const char *authjs_ctl_session_hash(apr_pool_t *pool, struct json_object *session)
{
    const char *token = authjs_json_get_string(session, "sessionToken");

    return token ? authjs_sha256_hex(pool, token) : NULL;
}

const char *authjs_ctl_session_id(apr_pool_t *pool, struct json_object *session)
{
    const char *id = authjs_ctl_session_hash(pool, session);

    return id ? apr_pstrmemdup(pool, id, AUTHJS_CTL_SESSION_ID_LEN) : "";
}
