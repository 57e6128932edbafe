/* Errors are values: NULL is success, anything else says what Auth.js calls it. */
#ifndef AUTHJS_CORE_ERROR_H
#define AUTHJS_CORE_ERROR_H

#include <apr_pools.h>

/** Which page shows an error (Auth.js: AuthError.kind). */
typedef enum {
    AUTHJS_KIND_ERROR,   /**< pages.error */
    AUTHJS_KIND_SIGN_IN, /**< pages.signIn */
    AUTHJS_KIND_VERIFY   /**< pages.verifyRequest, where the code of a mail is typed */
} authjs_error_kind_e;

/** How loudly an error is logged. Kept apart from httpd's APLOG_* levels: the pure half
 * knows no httpd. */
typedef enum {
    AUTHJS_LOG_ERROR, /**< the operator must act */
    AUTHJS_LOG_WARN,  /**< a misconfiguration, or an attack worth counting */
    AUTHJS_LOG_INFO   /**< a visitor's mistake */
} authjs_error_level_e;

/*
 * The one table of errors: Auth.js's name, the page that shows it, the code the visitor
 * sees in ?error= (Auth.js sends the names of its client-safe list as they are and
 * everything else as Configuration), and the log level.
 */
#define AUTHJS_ERRORS(X)                                                                 \
    X(AccessDenied, ERROR, "AccessDenied", INFO)                                         \
    X(AccountNotLinked, SIGN_IN, "AccountNotLinked", INFO)                               \
    X(AdapterError, ERROR, "Configuration", ERROR)                                       \
    X(AuthError, ERROR, "Configuration", ERROR)                                          \
    X(CallbackRouteError, ERROR, "Configuration", ERROR)                                 \
    X(CredentialsSignin, SIGN_IN, "CredentialsSignin", INFO)                             \
    X(EmailCode, VERIFY, "EmailCode", INFO)                                              \
    X(EmailLimit, SIGN_IN, "EmailLimit", WARN)                                           \
    X(EmailSignInError, SIGN_IN, "EmailSignin", WARN)                                    \
    X(EventError, ERROR, "Configuration", ERROR)                                         \
    X(InvalidCallbackUrl, ERROR, "Configuration", WARN)                                  \
    X(InvalidCheck, ERROR, "Configuration", WARN)                                        \
    X(InvalidProvider, ERROR, "Configuration", INFO)                                     \
    X(JWTSessionError, ERROR, "Configuration", INFO)                                     \
    X(MissingCSRF, SIGN_IN, "MissingCSRF", INFO)                                         \
    X(OAuthAccountNotLinked, SIGN_IN, "OAuthAccountNotLinked", INFO)                     \
    X(OAuthCallbackError, SIGN_IN, "OAuthCallbackError", INFO)                           \
    X(OAuthProfileParseError, ERROR, "Configuration", WARN)                              \
    X(ReauthRequired, SIGN_IN, "ReauthRequired", INFO)                                   \
    X(SessionTokenError, ERROR, "Configuration", ERROR)                                  \
    X(SignOutError, ERROR, "Configuration", ERROR)                                       \
    X(UnknownAction, ERROR, "Configuration", INFO)                                       \
    X(UntrustedHost, ERROR, "Configuration", ERROR)                                      \
    X(Verification, ERROR, "Verification", INFO)                                         \
    X(WebAuthnVerificationError, SIGN_IN, "WebAuthnVerificationError", INFO)

typedef enum {
#define X(name, kind, code, level) AUTHJS_ERR_##name,
    AUTHJS_ERRORS(X)
#undef X
        AUTHJS_ERR__COUNT
} authjs_error_e;

/** One error that happened. Lives in the pool it was made from. */
typedef struct authjs_error_t {
    authjs_error_e type;
    const char *name; /**< Auth.js's name of the type */
    authjs_error_kind_e kind;
    authjs_error_level_e level;
    const char *client_code; /**< ?error= */
    const char *code;        /**< CredentialsSignin: ?code=, else NULL */
    const char *detail;      /**< for the log: no secrets, no raw input */
} authjs_error_t;

/**
 * Make an error.
 * @param fmt printf format of the detail, for the log only. Client bytes must have been
 *            escaped by the caller; secrets have no place in it.
 * @return never NULL; allocated from pool.
 */
const authjs_error_t *authjs_error(apr_pool_t *pool, authjs_error_e type, const char *fmt,
                                   ...) __attribute__((format(printf, 3, 4)));

#endif
