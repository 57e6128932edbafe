/* What was written for a directory, in httpd.conf or .htaccess, as requests read it:
 * where nothing was written, what is usual. */
#ifndef AUTHJS_SITE_DIRECTORY_H
#define AUTHJS_SITE_DIRECTORY_H

#include "authjs.h"

typedef enum {
    AUTHJS_UNAUTHORIZED_AUTO,
    AUTHJS_UNAUTHORIZED_SIGNIN,
    AUTHJS_UNAUTHORIZED_PROVIDER,
    AUTHJS_UNAUTHORIZED_401,
    AUTHJS_UNAUTHORIZED_403,
    AUTHJS_UNAUTHORIZED_PASS
} authjs_unauthorized_e;

#define AUTHJS_PASS_ENV     1
#define AUTHJS_PASS_HEADERS 2

/*
 * Every member of the directory configuration: X(kind, member, usual). The kind is one of
 * those of the server configuration (config/config.h), or
 *   PAIR    const char *       goes with unauthorized: they merge as a pair
 * authorized: authjs_bound_t of AuthJSCallback authorized, in the order written.
 */
#define AUTHJS_DIR_MEMBERS(X)                                                            \
    X(LIST, providers, NULL)                                                             \
    X(FLAG, unauthorized, AUTHJS_UNAUTHORIZED_AUTO)                                      \
    X(PAIR, unauthorized_provider, NULL)                                                 \
    X(STRING, remote_user, NULL)                                                         \
    X(FLAG, pass, AUTHJS_PASS_ENV)                                                       \
    X(FLAG, pass_access_token, 0)                                                        \
    X(FLAG, bearer, 0)                                                                   \
    X(FLAG, pass_cookies, 0)                                                             \
    X(FLAG, preserve_post, 0)                                                            \
    X(LIST, authorized, NULL)                                                            \
    X(STRING, language, NULL)
#define AUTHJS_DIR_TYPE_LIST   apr_array_header_t *
#define AUTHJS_DIR_TYPE_FLAG   int
#define AUTHJS_DIR_TYPE_STRING const char *
#define AUTHJS_DIR_TYPE_PAIR   const char *

/** For each member authjs_dir_<member>(r): what counts for a request. */
#define X(kind, member, usual)                                                           \
    AUTHJS_DIR_TYPE_##kind authjs_dir_##member(const request_rec *r);
AUTHJS_DIR_MEMBERS(X)
#undef X

#endif
