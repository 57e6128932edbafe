/* The methods of authjs_sql_methods, a file for each table; see mod_authjs.h. */
#ifndef AUTHJS_SQL_METHODS_H
#define AUTHJS_SQL_METHODS_H

#include "sql/statement.h"

/* users.c */
authjs_adapter_status_e authjs_sql_get_user(void *instance, authjs_call_t *call,
                                            const char *id, struct json_object **user);
authjs_adapter_status_e authjs_sql_get_user_by_email(void *instance, authjs_call_t *call,
                                                     const char *email,
                                                     struct json_object **user);
authjs_adapter_status_e authjs_sql_get_user_by_account(void *instance,
                                                       authjs_call_t *call,
                                                       const char *provider,
                                                       const char *provider_account_id,
                                                       struct json_object **user);
authjs_adapter_status_e authjs_sql_update_user(void *instance, authjs_call_t *call,
                                               struct json_object *user,
                                               struct json_object **updated);
authjs_adapter_status_e authjs_sql_delete_user(void *instance, authjs_call_t *call,
                                               const char *id,
                                               struct json_object **deleted);
authjs_adapter_status_e authjs_sql_create_user(void *instance, authjs_call_t *call,
                                               struct json_object *user,
                                               struct json_object **created);
authjs_adapter_status_e authjs_sql_sign_up(void *instance, authjs_call_t *call,
                                           struct json_object *user,
                                           struct json_object *account,
                                           struct json_object *session,
                                           struct json_object **created);

/* accounts.c */
/** Delete an account whose user is gone (databases without foreign keys): else the person
 * could never sign in again. */
void authjs_sql_delete_orphan(authjs_sql_list_t *list, const authjs_sql_match_t *account);
authjs_adapter_status_e authjs_sql_link_account(void *instance, authjs_call_t *call,
                                                struct json_object *account,
                                                struct json_object **linked);
authjs_adapter_status_e authjs_sql_unlink_account(void *instance, authjs_call_t *call,
                                                  const char *provider,
                                                  const char *provider_account_id,
                                                  struct json_object **unlinked);
authjs_adapter_status_e authjs_sql_unlink_account_but_last(
    void *instance, authjs_call_t *call, const char *user_id, const char *provider,
    const char *provider_account_id, struct json_object **unlinked);
authjs_adapter_status_e authjs_sql_get_account(void *instance, authjs_call_t *call,
                                               const char *provider_account_id,
                                               const char *provider,
                                               struct json_object **account);
authjs_adapter_status_e authjs_sql_update_account(void *instance, authjs_call_t *call,
                                                  struct json_object *account,
                                                  struct json_object **updated);
authjs_adapter_status_e authjs_sql_list_accounts(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **accounts);

/* sessions.c */
authjs_adapter_status_e authjs_sql_create_session(void *instance, authjs_call_t *call,
                                                  struct json_object *session,
                                                  struct json_object **created);
authjs_adapter_status_e authjs_sql_get_session_and_user(void *instance,
                                                        authjs_call_t *call,
                                                        const char *session_token,
                                                        struct json_object **found);
authjs_adapter_status_e authjs_sql_update_session(void *instance, authjs_call_t *call,
                                                  struct json_object *session,
                                                  struct json_object **updated);
authjs_adapter_status_e authjs_sql_delete_session(void *instance, authjs_call_t *call,
                                                  const char *session_token,
                                                  struct json_object **deleted);
authjs_adapter_status_e authjs_sql_list_sessions(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **sessions);

/* verification_tokens.c */
authjs_adapter_status_e
authjs_sql_create_verification_token(void *instance, authjs_call_t *call,
                                     struct json_object *token,
                                     struct json_object **created);
authjs_adapter_status_e authjs_sql_use_verification_token(void *instance,
                                                          authjs_call_t *call,
                                                          const char *identifier,
                                                          const char *token,
                                                          struct json_object **used);
authjs_adapter_status_e authjs_sql_get_verification_token(void *instance,
                                                          authjs_call_t *call,
                                                          const char *identifier,
                                                          const char *token,
                                                          struct json_object **found);

/* authenticators.c */
authjs_adapter_status_e authjs_sql_get_authenticator(void *instance, authjs_call_t *call,
                                                     const char *credential_id,
                                                     struct json_object **authenticator);
authjs_adapter_status_e authjs_sql_create_authenticator(void *instance,
                                                        authjs_call_t *call,
                                                        struct json_object *authenticator,
                                                        struct json_object **created);
authjs_adapter_status_e
authjs_sql_list_authenticators(void *instance, authjs_call_t *call, const char *user_id,
                               struct json_object **authenticators);
authjs_adapter_status_e
authjs_sql_update_authenticator_counter(void *instance, authjs_call_t *call,
                                        const char *credential_id, apr_int64_t counter,
                                        struct json_object **updated);

/* passkeys.c */
authjs_adapter_status_e authjs_sql_list_passkeys(void *instance, authjs_call_t *call,
                                                 const char *user_id,
                                                 struct json_object **passkeys);
authjs_adapter_status_e authjs_sql_describe_passkey(void *instance, authjs_call_t *call,
                                                    const char *credential_id,
                                                    struct json_object *texts,
                                                    struct json_object **described);
/** Delete the authenticator and what describes it, when no account needs it any more.
 * @param present as authjs_sql_present has it
 * @param user_id whose it must be; NULL: anybody's */
void authjs_sql_delete_passkey(authjs_sql_list_t *list, unsigned present,
                               const char *user_id, const char *credential_id);

/* present.c */
/** Which of AUTHJS_AUTHENTICATORS and AUTHJS_PASSKEYS the database has. @param present a
 * bit for each */
authjs_adapter_status_e authjs_sql_present(void *instance, authjs_call_t *call,
                                           unsigned *present);

/* prune.c */
authjs_adapter_status_e authjs_sql_prune(void *instance, authjs_call_t *call,
                                         const char *now, int limit, apr_int64_t *pruned);

#endif
