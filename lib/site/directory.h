/* What was written for a directory: in httpd.conf or .htaccess. */
#ifndef AUTHJS_SITE_DIRECTORY_H
#define AUTHJS_SITE_DIRECTORY_H

#include "site/provider.h"

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

/* authorized: authjs_bound_t of AuthJSCallback authorized, in the order written.
 * unauthorized_provider goes with unauthorized: they merge as a pair (PAIR). */
#define AUTHJS_DIR_MEMBERS(X)                                                            \
    X(LIST, providers)                                                                   \
    X(FLAG, unauthorized)                                                                \
    X(PAIR, unauthorized_provider)                                                       \
    X(STRING, remote_user)                                                               \
    X(FLAG, pass)                                                                        \
    X(FLAG, pass_access_token)                                                           \
    X(FLAG, bearer)                                                                      \
    X(FLAG, pass_cookies)                                                                \
    X(LIST, authorized)
#define AUTHJS_DIR_TYPE_LIST   apr_array_header_t *
#define AUTHJS_DIR_TYPE_FLAG   int
#define AUTHJS_DIR_TYPE_STRING const char *
#define AUTHJS_DIR_TYPE_PAIR   const char *

typedef struct {
#define X(kind, member) AUTHJS_DIR_TYPE_##kind member;
    AUTHJS_DIR_MEMBERS(X)
#undef X
    /** Set only in the vector made for an <AuthJSProvider> section while it is read. */
    authjs_provider_t *section;
} authjs_dir_config_t;

/** The directory configuration of a request. */
const authjs_dir_config_t *authjs_dir_config(const request_rec *r);

#endif
