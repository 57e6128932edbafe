/**
 * @file mod_authjs.h
 * @brief What other httpd modules may use of mod_authjs.
 */
#ifndef MOD_AUTHJS_H
#define MOD_AUTHJS_H

#include "httpd.h"
#include "apr_optional.h"
#include "apr_hooks.h"
#include "apr_optional_hooks.h"
#include "ap_provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The session of a request as JSON text, as GET /auth/session would answer it.
 * @return text in r->pool, or NULL when the visitor has no session (or AuthJS is not
 *         configured for this virtual host).
 */
APR_DECLARE_OPTIONAL_FN(const char *, authjs_session_json, (request_rec * r));

/* ---- adapters -----------------------------------------------------------------------
 */

/**
 * An adapter keeps users, accounts, sessions and verification tokens (Auth.js: Adapter).
 * A module registers one in register_hooks under the name that AuthJSAdapter takes:
 *
 *     ap_register_provider(pool, AUTHJS_ADAPTER_GROUP, "name", AUTHJS_ADAPTER_VERSION,
 *                          &adapter);
 *
 * Things are JSON (json-c's struct json_object) with Auth.js's member names. Times
 * (emailVerified, expires of sessions and tokens) are ISO 8601 text in UTC with
 * milliseconds: "2026-11-22T01:46:16.660Z". Ids are strings, expires_at and counter whole
 * numbers, credentialBackedUp a boolean. A member that is absent or null is NULL in the
 * database; what comes back may leave null members out.
 */
#define AUTHJS_ADAPTER_GROUP   "authjs-adapter"
#define AUTHJS_ADAPTER_VERSION "0"

struct json_object; /* <json-c/json.h> */

/** How a call ended. */
typedef enum {
    AUTHJS_ADAPTER_OK,          /**< also when nothing was found: the result is NULL */
    AUTHJS_ADAPTER_CONFLICT,    /**< a row with the same unique value is there already */
    AUTHJS_ADAPTER_UNAVAILABLE, /**< the database cannot be reached; try again later */
    AUTHJS_ADAPTER_FAILED       /**< anything else; nothing was changed */
} authjs_adapter_status_e;

/** What every call is given. Results live in pool. */
typedef struct {
    request_rec *r; /**< the request it is for; NULL outside of one (pruning) */
    server_rec *s;  /**< never NULL inside httpd */
    apr_pool_t *pool;
    const char *error; /**< out, when the call did not end OK: one sentence for the log;
                            no secrets, no unescaped bytes of others */
} authjs_call_t;

/**
 * The functions of an adapter: Auth.js's nineteen, and below them what sign-in, pages and
 * authjsctl want besides. All are called by many threads at once; none may keep what it
 * was given. instance is what create made.
 *
 * Every result (last parameter) is set to NULL when there is none; the caller does not
 * release it: it belongs to call->pool.
 */
typedef struct authjs_adapter_t {
    /**
     * AuthJSAdapter name words...: read the words, in the parent, for configtest too.
     * @param instance what the other functions get, in pconf
     * @return NULL, or what to write instead (for the administrator).
     */
    const char *(*create)(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                          server_rec *s, int argc, const char *const *argv);
    /** Names the database: sites with the same secret and the same identity share cached
     * sessions. May be NULL: the words of AuthJSAdapter do. In pconf. */
    const char *(*identity)(const void *instance);
    /** In each child, before its first request. May be NULL. */
    apr_status_t (*child_init)(void *instance, apr_pool_t *pchild, server_rec *s);

    /* Auth.js's methods. */

    /** user's id may be ignored; that of *created counts. */
    authjs_adapter_status_e (*create_user)(void *instance, authjs_call_t *call,
                                           struct json_object *user,
                                           struct json_object **created);
    authjs_adapter_status_e (*get_user)(void *instance, authjs_call_t *call,
                                        const char *id, struct json_object **user);
    authjs_adapter_status_e (*get_user_by_email)(void *instance, authjs_call_t *call,
                                                 const char *email,
                                                 struct json_object **user);
    authjs_adapter_status_e (*get_user_by_account)(void *instance, authjs_call_t *call,
                                                   const char *provider,
                                                   const char *provider_account_id,
                                                   struct json_object **user);
    /** user: id and what changes; members that are not there stay as they are.
     * FAILED when there is no such user. */
    authjs_adapter_status_e (*update_user)(void *instance, authjs_call_t *call,
                                           struct json_object *user,
                                           struct json_object **updated);
    /** With its accounts, sessions, authenticators and what describes these. */
    authjs_adapter_status_e (*delete_user)(void *instance, authjs_call_t *call,
                                           const char *id, struct json_object **deleted);
    authjs_adapter_status_e (*link_account)(void *instance, authjs_call_t *call,
                                            struct json_object *account,
                                            struct json_object **linked);
    /** With the authenticator of an account of type webauthn, and what describes it. */
    authjs_adapter_status_e (*unlink_account)(void *instance, authjs_call_t *call,
                                              const char *provider,
                                              const char *provider_account_id,
                                              struct json_object **unlinked);
    authjs_adapter_status_e (*create_session)(void *instance, authjs_call_t *call,
                                              struct json_object *session,
                                              struct json_object **created);
    /** *found is {"session":{...},"user":{...}}; does not look at expires. */
    authjs_adapter_status_e (*get_session_and_user)(void *instance, authjs_call_t *call,
                                                    const char *session_token,
                                                    struct json_object **found);
    /** session: sessionToken and what changes. *updated NULL: there is none. */
    authjs_adapter_status_e (*update_session)(void *instance, authjs_call_t *call,
                                              struct json_object *session,
                                              struct json_object **updated);
    /** *deleted: the session that was, for the signOut event. */
    authjs_adapter_status_e (*delete_session)(void *instance, authjs_call_t *call,
                                              const char *session_token,
                                              struct json_object **deleted);
    /** {identifier, token (already hashed), expires} */
    authjs_adapter_status_e (*create_verification_token)(void *instance,
                                                         authjs_call_t *call,
                                                         struct json_object *token,
                                                         struct json_object **created);
    /** Returned and deleted in one step: of many callers one gets it, the others NULL. */
    authjs_adapter_status_e (*use_verification_token)(void *instance, authjs_call_t *call,
                                                      const char *identifier,
                                                      const char *token,
                                                      struct json_object **used);
    authjs_adapter_status_e (*get_account)(void *instance, authjs_call_t *call,
                                           const char *provider_account_id,
                                           const char *provider,
                                           struct json_object **account);
    authjs_adapter_status_e (*get_authenticator)(void *instance, authjs_call_t *call,
                                                 const char *credential_id,
                                                 struct json_object **authenticator);
    /** CONFLICT when the credentialID is there already. */
    authjs_adapter_status_e (*create_authenticator)(void *instance, authjs_call_t *call,
                                                    struct json_object *authenticator,
                                                    struct json_object **created);
    /** *authenticators: an array, empty when there are none. */
    authjs_adapter_status_e (*list_authenticators_by_user_id)(
        void *instance, authjs_call_t *call, const char *user_id,
        struct json_object **authenticators);
    /** Only if the stored counter is less, or both are 0: of two sign-ins with one
     * counter at the same moment, one writes it. *updated NULL: it is not less (the
     * authenticator was cloned, or another was faster). FAILED when there is no such
     * authenticator. */
    authjs_adapter_status_e (*update_authenticator_counter)(void *instance,
                                                            authjs_call_t *call,
                                                            const char *credential_id,
                                                            apr_int64_t counter,
                                                            struct json_object **updated);

    /* Beyond Auth.js. Each may be NULL. */

    /**
     * The first sign-in of someone as one step, all or nothing: create user, link account
     * (NULL: none, a magic link), create session (NULL: none, JWT). userId of account and
     * session is filled in. CONFLICT when the account, or a user with the same e-mail, is
     * there already, also when the tables have no unique index. Where it is NULL, the
     * three calls are made one after the other.
     */
    authjs_adapter_status_e (*sign_up)(void *instance, authjs_call_t *call,
                                       struct json_object *user,
                                       struct json_object *account,
                                       struct json_object *session,
                                       struct json_object **created);
    /** account: provider, providerAccountId and the tokens that are new (a later
     * sign-in); members that are not there stay. *updated NULL: there is none. */
    authjs_adapter_status_e (*update_account)(void *instance, authjs_call_t *call,
                                              struct json_object *account,
                                              struct json_object **updated);
    /** *accounts: an array; NULL here: no account page, no unlinking. */
    authjs_adapter_status_e (*list_accounts)(void *instance, authjs_call_t *call,
                                             const char *user_id,
                                             struct json_object **accounts);
    /** As unlink_account, in one transaction, but never the user's last way in. A way in
     * is an account; one of type webauthn only with its authenticator. Of two that remove
     * the last two at the same moment, one is refused. *unlinked NULL: refused, or not
     * there.
     */
    authjs_adapter_status_e (*unlink_account_but_last)(
        void *instance, authjs_call_t *call, const char *user_id, const char *provider,
        const char *provider_account_id, struct json_object **unlinked);
    /** *sessions: an array; NULL here: a change of a user is seen when the cached
     * sessions expire. */
    authjs_adapter_status_e (*list_sessions)(void *instance, authjs_call_t *call,
                                             const char *user_id,
                                             struct json_object **sessions);
    /** Delete sessions and verification tokens that expired before now (ISO 8601), at
     * most limit of each. *pruned: how many rows. */
    authjs_adapter_status_e (*prune)(void *instance, authjs_call_t *call, const char *now,
                                     int limit, apr_int64_t *pruned);
    /** *passkeys: an array, the oldest first, of {credentialID, providerAccountId,
     * credentialDeviceType, credentialBackedUp, transports, provider (absent: no account
     * has it, so that it lets nobody in), name, created, lastUsed}, each of which but the
     * first two may be absent. NULL here: the account page shows no passkeys. */
    authjs_adapter_status_e (*list_passkeys)(void *instance, authjs_call_t *call,
                                             const char *user_id,
                                             struct json_object **passkeys);
    /** What Auth.js's authenticators have no room for: texts is {name (at most 64
     * characters), created, lastUsed}, of which those that are not there stay as they
     * are. *described NULL: there is no such authenticator, or no room for texts
     * (call->error says so, though the call ends OK). */
    authjs_adapter_status_e (*describe_passkey)(void *instance, authjs_call_t *call,
                                                const char *credential_id,
                                                struct json_object *texts,
                                                struct json_object **described);
    /** Returned, and left where it is. NULL here: that an invitation was used is told
     * only to who has made a passkey for it. */
    authjs_adapter_status_e (*get_verification_token)(void *instance, authjs_call_t *call,
                                                      const char *identifier,
                                                      const char *token,
                                                      struct json_object **found);
} authjs_adapter_t;

/**
 * The adapter of the virtual host of a request, as sign-in itself uses it: with the cache
 * in front, so that what is written through it is seen at the next request.
 * @param instance *instance is what its functions take
 * @return NULL where there is no AuthJSAdapter.
 */
APR_DECLARE_OPTIONAL_FN(const authjs_adapter_t *, authjs_adapter,
                        (request_rec * r, void **instance));

/* ---- callbacks and events ------------------------------------------------------------
 */

/**
 * One call of a callback or an event. Names are Auth.js's: "signIn", "redirect", "jwt",
 * "session", "authorized", "normalizeIdentifier", "generateVerificationToken",
 * "authorize" (of a credentials provider); events are "events.signIn", "events.signOut",
 * "events.createUser", "events.updateUser", "events.linkAccount", "events.session" and,
 * beyond Auth.js, "events.signInFailed".
 */
typedef enum {
    AUTHJS_ANSWER_UNDEFINED, /**< no answer, JavaScript's undefined */
    AUTHJS_ANSWER_VALUE,     /**< value; NULL is JSON null */
    AUTHJS_ANSWER_ERROR,     /**< it failed ("threw"): error says why */
    AUTHJS_ANSWER_DECLINED   /**< as if it had not been asked */
} authjs_answer_e;

typedef struct {
    request_rec *r;
    apr_pool_t *pool;           /**< answers live here */
    const char *name;           /**< as above */
    struct json_object *params; /**< what Auth.js's function is given, with its names */
    int cacheable; /**< 1 on a protected request: the same question may be answered as it
                        was within AuthJSCacheTTL. Never while somebody signs in */

    authjs_answer_e answer;    /**< out; UNDEFINED to begin with */
    struct json_object *value; /**< out: any JSON; owned by pool */
    const char *error;         /**< out: for the log; no secrets */
    const char *code;          /**< out: authorize only: CredentialsSignin's code */
} authjs_callback_t;

/**
 * Something that AuthJSCallback, AuthJSEvent or AuthJSAuthorize can name: what stands
 * before the first ':' or '=' of the word is the name it is registered under ("lua",
 * "https", "expr").
 *
 *     ap_register_provider(pool, AUTHJS_RUNNER_GROUP, "lua", AUTHJS_RUNNER_VERSION,
 *                          &runner);
 */
#define AUTHJS_RUNNER_GROUP   "authjs-runner"
#define AUTHJS_RUNNER_VERSION "0"

typedef struct authjs_runner_t {
    /**
     * In the parent, for configtest too (and, for authorized, while .htaccess is read:
     * then pconf is the request's pool and htaccess is 1).
     * @param name the callback or event it is for
     * @param words the whole words of the directive after the callback's name
     * @return NULL, or what to write instead.
     */
    const char *(*create)(void **instance, apr_pool_t *pconf, apr_pool_t *ptemp,
                          server_rec *s, const char *name, int argc,
                          const char *const *words, int htaccess);
    /** In each child, before its first request. May be NULL. */
    apr_status_t (*child_init)(void *instance, apr_pool_t *pchild, server_rec *s);
    /** Run it. Bounded in time and memory. params must not be changed. */
    void (*run)(void *instance, authjs_callback_t *call);
} authjs_runner_t;

/**
 * A C module's way: optional hooks, so that the order of LoadModule does not matter.
 *
 *     APR_OPTIONAL_HOOK(authjs, authjs_callback, fn, NULL, NULL, APR_HOOK_MIDDLE);
 *     APR_OPTIONAL_HOOK(authjs, authjs_event, fn, NULL, NULL, APR_HOOK_MIDDLE);
 *
 * authjs_callback: DECLINED for what it is not interested in; OK when it has answered:
 * the first one that does ends it. Any other status counts as AUTHJS_ANSWER_ERROR. It is
 * asked after the runners of the configuration. authjs_event: OK or DECLINED; all are
 * told. Both get a copy of params of their own, which they may change. What a hook makes
 * for value it hands to call->pool: apr_pool_cleanup_register with json_object_put.
 * value is made anew, or a part of params: one that other requests hold too is counted by
 * several threads at once, which json-c does not stand.
 */
#define AUTHJS_DECLARE(type) type
APR_DECLARE_EXTERNAL_HOOK(authjs, AUTHJS, int, authjs_callback,
                          (authjs_callback_t * call))
APR_DECLARE_EXTERNAL_HOOK(authjs, AUTHJS, int, authjs_event, (authjs_callback_t * call))

#ifdef __cplusplus
}
#endif

#endif
