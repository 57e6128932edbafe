#include "signin/link.h"

#include "adapters/adapter.h"
#include "signin/events.h"
#include "site/provider_type.h"

/* Another sign-in at the same moment may change what a decision rests on. When the
 * database reports that as a conflict, the decision is made anew. */
#define MAX_DECISIONS 3

/* Whose account it is: all that the decision needs, and its result. */
typedef struct {
    authjs_exchange_t *x;
    authjs_call_t *call;
    const authjs_store_t *store;
    const authjs_visitor_t *visitor;
    struct json_object *profile; /* of the user */
    struct json_object *account; /* with all members of the token response */
    const char *email;           /* of the profile; NULL: none, or not verified */
    int conflict;                /* another sign-in wrote the same rows before */
    authjs_linked_t *linked;
} decision_t;

/* What Auth.js stores of a token response (defaultAccount of its providers). */
static const char *const token_members[] = {"access_token",  "id_token", "refresh_token",
                                            "expires_at",    "scope",    "token_type",
                                            "session_state", NULL};

static const authjs_error_t *failed(decision_t *in, authjs_adapter_status_e status,
                                    const char *method)
{
    if (status == AUTHJS_ADAPTER_OK) {
        return NULL;
    }
    in->conflict = status == AUTHJS_ADAPTER_CONFLICT;
    return authjs_adapter_error(in->call, status, method);
}

static const authjs_error_t *refuse_link(decision_t *in, const char *why)
{
    return authjs_error(in->x->pool, in->x->provider->type->not_linked, "provider %s: %s",
                        in->x->provider->id, why);
}

/* ---- what is written ------------------------------------------------------------- */

/* What identifies the account, and its tokens. *tokens: how many there are. */
static struct json_object *account_tokens(const decision_t *in, int *tokens)
{
    struct json_object *account = authjs_json_object(in->x->pool);
    int i;

    authjs_json_copy_member(account, in->account, "provider");
    authjs_json_copy_member(account, in->account, "providerAccountId");
    for (i = 0; token_members[i]; i++) {
        authjs_json_copy_member(account, in->account, token_members[i]);
    }
    *tokens = json_object_object_length(account) - 2;
    return account;
}

/* The event linkAccount, with the members that Auth.js gives it. */
static void announce_link(const decision_t *in, struct json_object *user)
{
    struct json_object *account = authjs_json_object(in->x->pool);
    int i;

    for (i = 0; token_members[i]; i++) {
        authjs_json_copy_member(account, in->account, token_members[i]);
    }
    authjs_json_copy_member(account, in->account, "providerAccountId");
    authjs_json_copy_member(account, in->account, "provider");
    authjs_json_copy_member(account, in->account, "type");
    authjs_event_link_account(in->x, user, account, in->profile);
}

static struct json_object *new_account(const decision_t *in)
{
    int tokens;
    struct json_object *account = account_tokens(in, &tokens);

    authjs_json_copy_member(account, in->account, "type");
    return account;
}

/* All members of the profile go to the adapter, as in Auth.js. */
static struct json_object *new_user(const decision_t *in, const char *id)
{
    struct json_object *user = authjs_json_object(in->x->pool);

    json_object_object_foreach(in->profile, name, value)
    {
        authjs_json_set(user, name, value);
    }
    json_object_object_del(user, "email_verified");
    authjs_json_set_string(user, "id", id);
    authjs_json_set_string(user, "email", in->email);
    authjs_json_set_string(user, "emailVerified", NULL);
    return user;
}

/* ---- what follows from a decision ------------------------------------------------ */

/* In the comments below, rows are those of the table in docs/accounts.md, "Whose account
 * is it". */

/* Rows 1 and 3: the owner of the account signs in. The new tokens replace those that are
 * stored (Auth.js keeps the first ones). */
static const authjs_error_t *sign_in_owner(decision_t *in, struct json_object *owner)
{
    struct json_object *account, *updated;
    int tokens;

    in->linked->user = owner;
    account = account_tokens(in, &tokens);
    if (!tokens || !authjs_store_can(in->store, AUTHJS_METHOD_update_account)) {
        return NULL;
    }
    if (!authjs_json_get(account, "expires_at")) {
        /* The time at which the old tokens expire does not hold for the new ones. */
        authjs_json_set(account, "expires_at", NULL);
    }
    return failed(in, authjs_store_update_account(in->store, in->call, account, &updated),
                  "updateAccount");
}

/* Rows 4 and 5: a user who exists gets one more account. */
static const authjs_error_t *link_account_to(decision_t *in, struct json_object *user)
{
    struct json_object *account = new_account(in), *linked;
    const authjs_error_t *error;

    authjs_json_set_string(account, "userId", authjs_json_get_string(user, "id"));
    error = failed(in, authjs_store_link_account(in->store, in->call, account, &linked),
                   "linkAccount");
    if (!error) {
        in->linked->user = user;
        announce_link(in, user);
    }
    return error;
}

/* Row 4: whoever adds a way in must have come by another one just now: an open browser is
 * not enough. */
static const authjs_error_t *link_to_visitor(decision_t *in)
{
    const authjs_exchange_t *x = in->x;

    return authjs_session_is_fresh(in->visitor->session, x->site, x->now)
               ? link_account_to(in, in->visitor->user)
               : authjs_error(x->pool, AUTHJS_ERR_ReauthRequired,
                              "the visitor's sign-in is too old to link an account");
}

/* Row 7: a new user, with this account. */
static const authjs_error_t *sign_up(decision_t *in)
{
    const authjs_session_strategy_t *strategy = in->x->site->strategy;
    const char *id = authjs_random_uuid(in->x->pool);
    struct json_object *session = NULL, *created;
    const authjs_error_t *error =
        id ? NULL : authjs_error(in->x->pool, AUTHJS_ERR_AuthError, "no randomness");

    if (!error && strategy->row) {
        error = strategy->row(in->x, &session);
    }
    if (!error) {
        error = failed(in,
                       authjs_store_sign_up(in->store, in->call, new_user(in, id),
                                            new_account(in), session, &created),
                       "signUp");
    }
    if (error) {
        return error;
    }
    in->linked->user = created;
    in->linked->stored = session;
    in->linked->is_new = 1;
    authjs_event_create_user(in->x, created);
    announce_link(in, created);
    return NULL;
}

/* ---- the decision ---------------------------------------------------------------- */

static int is_same_user(struct json_object *one, struct json_object *other)
{
    const char *id = authjs_json_get_string(one, "id");
    const char *other_id = authjs_json_get_string(other, "id");

    return id && other_id && !strcmp(id, other_id);
}

static const authjs_error_t *find_owner(decision_t *in, struct json_object **owner)
{
    return failed(in,
                  authjs_store_get_user_by_account(
                      in->store, in->call, in->x->provider->id,
                      authjs_json_get_string(in->account, "providerAccountId"), owner),
                  "getUserByAccount");
}

/* Rows 5 and 6: a user has the e-mail address. The owner of the account is looked up once
 * more: another first sign-in of the same person may have created both the user and the
 * account after the first look. */
static const authjs_error_t *decide_by_email(decision_t *in, struct json_object *user)
{
    struct json_object *owner;
    const authjs_error_t *error = find_owner(in, &owner);

    if (error) {
        return error;
    }
    if (owner) {
        return sign_in_owner(in, owner);
    }
    if (in->x->provider->allow_dangerous_email_account_linking) {
        return link_account_to(in, user);
    }
    return refuse_link(in, "another user has the e-mail address of this new account");
}

/* Rows 5 to 7: the account is new, and the visitor is not signed in. */
static const authjs_error_t *decide_without_visitor(decision_t *in)
{
    struct json_object *user = NULL;
    const authjs_error_t *error = NULL;

    if (in->email) {
        error =
            failed(in,
                   authjs_store_get_user_by_email(in->store, in->call, in->email, &user),
                   "getUserByEmail");
    }
    if (error) {
        return error;
    }
    return user ? decide_by_email(in, user) : sign_up(in);
}

/* Whether the visitor is still who made a passkey: a session, or its user, may have ended
 * meanwhile, and who adds one is nobody who signs up. */
static int is_still_there(const decision_t *in)
{
    struct json_object *current = in->visitor->user;
    const char *id = current ? authjs_json_get_string(current, "id") : NULL;
    const char *made_for = in->x->made_for;

    return made_for ? id && !strcmp(id, made_for) : !current;
}

static const authjs_error_t *decide_owner(decision_t *in)
{
    struct json_object *current = in->visitor->user, *owner;
    const authjs_error_t *error = find_owner(in, &owner);

    if (error) {
        return error;
    }
    if (in->x->authenticator && !is_still_there(in)) {
        return refuse_link(in, "the passkey was made for another visitor than this one");
    }
    if (owner && in->x->account_rule == AUTHJS_ACCOUNT_NEW) {
        return refuse_link(in, "the account is somebody's already");
    }
    if (!owner && in->x->account_rule == AUTHJS_ACCOUNT_KNOWN) {
        return refuse_link(in, "the account has just been removed");
    }
    if (owner && current && !is_same_user(owner, current)) {
        return refuse_link(in, "the account is linked to another user than the visitor");
    }
    if (owner) {
        return sign_in_owner(in, owner);
    }
    return current ? link_to_visitor(in) : decide_without_visitor(in);
}

/* The address in lower case. NULL when it is not verified: it may be another person's, so
 * that no user is looked up by it, and it is not stored. (A profile of an OAuth provider
 * has only a verified address; the answer of a callback authorize may have
 * email_verified.) */
static const char *verified_email(apr_pool_t *pool, struct json_object *profile)
{
    const char *email = authjs_json_get_string(profile, "email");
    struct json_object *verified;
    char *lower;

    if (!email || !*email ||
        (json_object_object_get_ex(profile, "email_verified", &verified) &&
         !authjs_json_is_affirmative(verified))) {
        return NULL;
    }
    lower = apr_pstrdup(pool, email);
    ap_str_tolower(lower);
    return lower;
}

void authjs_user_complete(struct json_object *user)
{
    static const char *const members[] = {"name", "email", "image", NULL};
    int i;

    for (i = 0; members[i]; i++) {
        if (!authjs_json_get(user, members[i])) {
            authjs_json_set(user, members[i], NULL);
        }
    }
}

const authjs_error_t *authjs_link(authjs_exchange_t *x, const authjs_visitor_t *visitor,
                                  struct json_object *profile,
                                  struct json_object *account, authjs_linked_t *linked)
{
    decision_t in = {x,
                     authjs_call(x->r),
                     x->site->store,
                     visitor,
                     profile,
                     account,
                     verified_email(x->pool, profile),
                     0,
                     linked};
    const authjs_error_t *error;
    int decisions = 0;

    do {
        memset(linked, 0, sizeof(*linked));
        in.conflict = 0;
        error = decide_owner(&in);
    } while (error && in.conflict && ++decisions < MAX_DECISIONS);
    if (!error && !authjs_json_get_string(linked->user, "id")) {
        error = authjs_error(x->pool, AUTHJS_ERR_AdapterError, "the user has no id");
    }
    if (!error) {
        authjs_user_complete(linked->user);
    }
    return error;
}
