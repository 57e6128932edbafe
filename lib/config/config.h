/* What the administrator wrote for a server or virtual host, and the directives that read
 * it: structs generated from one list each. */
#ifndef AUTHJS_CONFIG_CONFIG_H
#define AUTHJS_CONFIG_CONFIG_H

#include "site/directory_written.h"
#include "site/site.h"

/*
 * Every member of the server configuration: X(kind, member). The kind decides the C type,
 * the unset value (never a legal value) and the merge:
 *   STRING  const char *       NULL        add, else base
 *   FLAG    int                AUTHJS_UNSET add if set, else base
 *   SECONDS apr_int64_t        AUTHJS_UNSET add if set, else base
 *   LIST    apr_array_header_t* NULL       add, else base (a list replaces a list)
 *   TABLE   apr_table_t *      NULL        keys of add laid over those of base
 *   PROVIDERS the same, of authjs_provider_t *: base's, then add's; one of the same id
 *             takes its place
 *   CALLBACKS the same, of authjs_written_callback_t: add's, and base's of other names
 */
#define AUTHJS_SERVER_MEMBERS(X)                                                         \
    X(LIST, env_files)                                                                   \
    X(LIST, secrets)                                                                     \
    X(PROVIDERS, providers)                                                              \
    X(LIST, provider_files)                                                              \
    X(STRING, base_path)                                                                 \
    X(STRING, url)                                                                       \
    X(FLAG, trust_host)                                                                  \
    X(STRING, redirect_proxy_url)                                                        \
    X(LIST, redirect_allow)                                                              \
    X(LIST, adapter)                                                                     \
    X(STRING, session_strategy)                                                          \
    X(SECONDS, session_max_age)                                                          \
    X(SECONDS, session_update_age)                                                       \
    X(SECONDS, reauth)                                                                   \
    X(STRING, session_realm)                                                             \
    X(FLAG, foreign_sessions)                                                            \
    X(FLAG, refresh)                                                                     \
    X(SECONDS, refresh_grace)                                                            \
    X(CALLBACKS, callbacks)                                                              \
    X(CALLBACKS, events)                                                                 \
    X(FLAG, event_detail)                                                                \
    X(FLAG, log_user)                                                                    \
    X(TABLE, cookies)                                                                    \
    X(FLAG, use_secure_cookies)                                                          \
    X(TABLE, pages)                                                                      \
    X(TABLE, theme)                                                                      \
    X(LIST, text_files)                                                                  \
    X(STRING, logos)                                                                     \
    X(STRING, cache)                                                                     \
    X(SECONDS, cache_ttl)                                                                \
    X(TABLE, http)                                                                       \
    X(FLAG, signin_page)                                                                 \
    X(FLAG, last_used)                                                                   \
    X(FLAG, skip_csrf_check)                                                             \
    X(FLAG, preserve_post)

#define AUTHJS_TYPE_STRING    const char *
#define AUTHJS_TYPE_FLAG      int
#define AUTHJS_TYPE_SECONDS   apr_int64_t
#define AUTHJS_TYPE_LIST      apr_array_header_t *
#define AUTHJS_TYPE_TABLE     apr_table_t *
#define AUTHJS_TYPE_PROVIDERS apr_array_header_t *
#define AUTHJS_TYPE_CALLBACKS apr_array_header_t *

typedef struct {
    /** First: built by check_config for a virtual host that uses AuthJS. */
    authjs_host_t host;
#define X(kind, member) AUTHJS_TYPE_##kind member;
    AUTHJS_SERVER_MEMBERS(X)
#undef X
} authjs_server_config_t;

/** What was written for a server or virtual host. */
authjs_server_config_t *authjs_server_config(const server_rec *s);

/* The configuration functions of the module record. */
void *authjs_config_create_server(apr_pool_t *pool, server_rec *s);
void *authjs_config_merge_server(apr_pool_t *pool, void *base, void *add);
void *authjs_config_create_dir(apr_pool_t *pool, char *path);
void *authjs_config_merge_dir(apr_pool_t *pool, void *base, void *add);

/** The directive table for the module record. */
extern const command_rec authjs_directives[];

#endif
