/* POST callback of a provider of type webauthn: a ceremony has come back. */
#include "providers/webauthn.h"

#include "adapters/store.h"
#include "jose/base64url.h"
#include "settings/settings.h"
#include "signin/signin.h"
#include "web/url.h"

#include "apr_encode.h"

#define TRANSPORTS_MAX 8
#define TRANSPORT_MAX  16

/* What was sent. */
typedef struct {
    authjs_passkey_action_e action;
    struct json_object *sent; /* PublicKeyCredential as JSON */
    const unsigned char *id;  /* of the credential */
    apr_size_t id_len;
    const char *stored_id; /* the same as rows have it */
    authjs_webauthn_expected_t expected;
} sent_t;

static const authjs_error_t *refuse(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_WebAuthnVerificationError, "provider %s: %s",
                        x->provider->id, why);
}

/* ---- what was sent ---------------------------------------------------------------- */

/* The challenge is read before anything is verified, as it is used up first: what it is
 * compared with is what the browser has signed. */
static const char *challenge_in(apr_pool_t *pool, struct json_object *sent)
{
    struct json_object *response = authjs_json_get_object(sent, "response"), *client_data;
    const char *text = authjs_json_get_string(response, "clientDataJSON");
    unsigned char *bytes;
    apr_size_t len;

    if (!text || !authjs_base64url_decode_dup(pool, text, strlen(text), &bytes, &len) ||
        authjs_json_parse_object(&client_data, pool, (const char *)bytes, len)) {
        return NULL;
    }
    return authjs_json_get_string(client_data, "challenge");
}

static const apr_array_header_t *origins_of(const authjs_exchange_t *x)
{
    apr_array_header_t *origins = apr_array_copy(x->pool, x->provider->passkey->origins);

    APR_ARRAY_PUSH(origins, const char *) = x->origin;
    return origins;
}

static const char *read_sent(authjs_exchange_t *x, sent_t *in)
{
    const char *data = authjs_exchange_field(x, "data"), *why;

    if (!authjs_passkey_action(&in->action, authjs_exchange_field(x, "action")) ||
        in->action == AUTHJS_PASSKEY_NEITHER) {
        return "the action is neither register nor authenticate";
    }
    if (!data || authjs_json_parse_object(&in->sent, x->pool, data, strlen(data))) {
        return "data is not a credential in JSON";
    }
    why = authjs_webauthn_id(x->pool, in->sent, &in->id, &in->id_len);
    if (why) {
        return why;
    }
    in->stored_id = authjs_passkey_base64(x->pool, in->id, in->id_len);
    in->expected.challenge = challenge_in(x->pool, in->sent);
    if (!in->expected.challenge) {
        return "there is no challenge in the client data";
    }
    in->expected.origins = origins_of(x);
    in->expected.user_verification =
        !strcmp(x->provider->passkey->user_verification, "required");
    in->expected.attestation = x->provider->passkey->attestation;
    return NULL;
}

static struct json_object *new_account(const authjs_exchange_t *x, const char *stored_id)
{
    struct json_object *account = authjs_json_object(x->pool);

    authjs_json_set_string(account, "providerAccountId", stored_id);
    authjs_json_set_string(account, "provider", x->provider->id);
    authjs_json_set_string(account, "type", x->provider->type->name);
    return account;
}

static void prove(authjs_exchange_t *x, const authjs_ceremony_t *ceremony)
{
    x->factors |= AUTHJS_FACTOR_PASSKEY;
    if (ceremony->user_verified) {
        x->factors |= AUTHJS_FACTOR_MFA;
    }
}

/* What the account page tells of a passkey. That it cannot be kept is no reason to refuse
 * anybody. */
static void describe(authjs_exchange_t *x, const char *stored_id, const char *what)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *texts, *described;
    char now[AUTHJS_ISO8601_LEN + 1];
    authjs_adapter_status_e status;

    if (!authjs_store_can(x->site->store, AUTHJS_METHOD_describe_passkey)) {
        return;
    }
    texts = authjs_json_object(x->pool);
    authjs_iso8601(now, x->now);
    authjs_json_set_string(texts, what, now);
    status =
        authjs_store_describe_passkey(x->site->store, call, stored_id, texts, &described);
    if (status != AUTHJS_ADAPTER_OK) {
        authjs_log_error(x->r, authjs_adapter_error(call, status, "describePasskey"));
    }
}

/* ---- authenticate ----------------------------------------------------------------- */

static const authjs_error_t *find_stored(authjs_exchange_t *x, const sent_t *in,
                                         struct json_object **row,
                                         authjs_credential_t *stored)
{
    authjs_call_t *call = authjs_call(x->r);
    authjs_adapter_status_e status =
        authjs_store_get_authenticator(x->site->store, call, in->stored_id, row);
    const char *key, *account;
    apr_int64_t counter;

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getAuthenticator");
    }
    /* A database may take one spelling for another. */
    if (!*row ||
        !authjs_equal_str(authjs_json_get_string(*row, "credentialID"), in->stored_id)) {
        return refuse(x, "nobody has this passkey here");
    }
    key = authjs_json_get_string(*row, "credentialPublicKey");
    account = authjs_json_get_string(*row, "providerAccountId");
    stored->public_key = key ? apr_pdecode_base64_binary(x->pool, key, APR_ENCODE_STRING,
                                                         0, &stored->public_key_len)
                             : NULL;
    if (!stored->public_key || !authjs_equal_str(account, in->stored_id) ||
        !authjs_json_get_int64(*row, "counter", &counter) || counter < 0 ||
        counter > APR_UINT32_MAX) {
        return refuse(x, "the row of this passkey is damaged");
    }
    stored->counter = (apr_uint32_t)counter;
    return NULL;
}

/* Of two at the same moment with one counter one comes too late. */
static const authjs_error_t *count(authjs_exchange_t *x, const sent_t *in,
                                   const authjs_ceremony_t *ceremony)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *updated;
    authjs_adapter_status_e status =
        authjs_store_update_authenticator_counter(x->site->store, call, in->stored_id,
                                                  ceremony->credential.counter, &updated);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "updateAuthenticatorCounter");
    }
    return updated ? NULL : refuse(x, "its counter was used at the same moment");
}

/* The user whose passkey it is: by the account of this provider, and by the passkey. */
static const authjs_error_t *find_user(authjs_exchange_t *x, const sent_t *in,
                                       struct json_object *row, struct json_object **user)
{
    authjs_call_t *call = authjs_call(x->r);
    const char *id;
    authjs_adapter_status_e status =
        authjs_store_get_user_by_account(x->site->store, call, x->provider->id,
                                         in->stored_id, user);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getUserByAccount");
    }
    id = *user ? authjs_json_get_string(*user, "id") : NULL;
    return authjs_equal_str(id, authjs_json_get_string(row, "userId"))
               ? NULL
               : refuse(x, "the passkey is of another provider, or of nobody");
}

static const authjs_error_t *authenticate(authjs_exchange_t *x, const sent_t *in)
{
    authjs_ceremony_t ceremony;
    authjs_credential_t stored = {0};
    struct json_object *row, *user;
    const authjs_error_t *error = find_stored(x, in, &row, &stored);
    const char *why;

    if (error) {
        return error;
    }
    stored.id = in->id;
    stored.id_len = in->id_len;
    why = authjs_webauthn_authenticate(&ceremony, x->pool, in->sent, &in->expected,
                                       &stored);
    if (why) {
        return refuse(x, why);
    }
    error = find_user(x, in, row, &user);
    if (!error) {
        error = count(x, in, &ceremony);
    }
    if (error) {
        return error;
    }
    prove(x, &ceremony);
    x->account_rule = AUTHJS_ACCOUNT_KNOWN;
    error = authjs_signin_complete(x, user, new_account(x, in->stored_id), NULL);
    if (!error) {
        describe(x, in->stored_id, "lastUsed");
    }
    return error;
}

/* ---- register --------------------------------------------------------------------- */

static int is_transport(const char *word)
{
    apr_size_t len = strlen(word);

    return len && len <= TRANSPORT_MAX &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz-") == len;
}

/* A hint for later: what is none is left out. */
static const char *transports_of(const authjs_exchange_t *x, struct json_object *sent)
{
    struct json_object *list =
        authjs_json_get_array(authjs_json_get_object(sent, "response"), "transports");
    apr_array_header_t *words =
        apr_array_make(x->pool, TRANSPORTS_MAX, sizeof(const char *));
    apr_size_t i, count = list ? json_object_array_length(list) : 0;

    for (i = 0; i < count && words->nelts < TRANSPORTS_MAX; i++) {
        struct json_object *word = json_object_array_get_idx(list, i);

        if (json_object_is_type(word, json_type_string) &&
            is_transport(json_object_get_string(word))) {
            APR_ARRAY_PUSH(words, const char *) = json_object_get_string(word);
        }
    }
    return apr_array_pstrcat(x->pool, words, ',');
}

static struct json_object *new_authenticator(const authjs_exchange_t *x, const sent_t *in,
                                             const authjs_ceremony_t *ceremony)
{
    const authjs_credential_t *credential = &ceremony->credential;
    struct json_object *row = authjs_json_object(x->pool);

    authjs_json_set_string(row, "providerAccountId", in->stored_id);
    authjs_json_set_int64(row, "counter", credential->counter);
    authjs_json_set_string(row, "credentialID", in->stored_id);
    authjs_json_set_string(row, "credentialPublicKey",
                           authjs_passkey_base64(x->pool, credential->public_key,
                                                 credential->public_key_len));
    authjs_json_set_boolean(row, "credentialBackedUp", ceremony->backed_up);
    authjs_json_set_string(row, "credentialDeviceType",
                           ceremony->backup_eligible ? "multiDevice" : "singleDevice");
    authjs_json_set_string(row, "transports", transports_of(x, in->sent));
    return row;
}

/* Who signs up: named as was typed, which proves nothing, least of all an address. */
static struct json_object *new_user(const authjs_exchange_t *x, const char *name)
{
    struct json_object *user = authjs_json_object(x->pool);

    authjs_json_set_string(user, "id", authjs_random_uuid(x->pool));
    authjs_json_set_string(user, "name", name);
    authjs_json_set_string(user, "email", NULL);
    authjs_json_set_string(user, "image", NULL);
    return user;
}

static const authjs_error_t *check_is_new(authjs_exchange_t *x, const sent_t *in)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *row;
    authjs_adapter_status_e status =
        authjs_store_get_authenticator(x->site->store, call, in->stored_id, &row);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getAuthenticator");
    }
    return row ? refuse(x, "the passkey is registered here already") : NULL;
}

/* The options tell of so many, so that more would be made twice on one device. */
static const authjs_error_t *check_has_room(authjs_exchange_t *x,
                                            struct json_object *user)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *rows;
    authjs_adapter_status_e status = authjs_store_list_authenticators_by_user_id(
        x->site->store, call, authjs_json_get_string(user, "id"), &rows);

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "listAuthenticatorsByUserId");
    }
    return json_object_is_type(rows, json_type_array) &&
                   json_object_array_length(rows) >= AUTHJS_PASSKEYS_MAX
               ? refuse(x, "the user has as many passkeys as one may have")
               : NULL;
}

static const authjs_error_t *register_new(authjs_exchange_t *x, const sent_t *in,
                                          struct json_object *user)
{
    const char *name = authjs_passkey_name(x, authjs_exchange_field(x, "email"));
    authjs_ceremony_t ceremony;
    const authjs_error_t *error;
    const char *why;

    if (!user && !name) {
        return refuse(x, "a new user needs a name");
    }
    why = authjs_webauthn_register(&ceremony, x->pool, in->sent, &in->expected);
    if (why) {
        return refuse(x, why);
    }
    error = check_is_new(x, in);
    if (!error && user) {
        error = check_has_room(x, user);
    }
    if (error) {
        return error;
    }
    prove(x, &ceremony);
    x->account_rule = AUTHJS_ACCOUNT_NEW;
    x->authenticator = new_authenticator(x, in, &ceremony);
    x->made_for = user ? authjs_json_get_string(user, "id") : NULL;
    error = authjs_signin_complete(x, user ? user : new_user(x, name),
                                   new_account(x, in->stored_id), NULL);
    if (!error) {
        describe(x, in->stored_id, "created");
    }
    return error;
}

/* ---- the callback ----------------------------------------------------------------- */

const authjs_error_t *authjs_webauthn_callback(authjs_exchange_t *x)
{
    authjs_visitor_t visitor = {0};
    sent_t in = {0};
    const authjs_error_t *error = authjs_passkey_rp_id(x, &in.expected.rp_id);
    const char *why = error ? NULL : read_sent(x, &in);

    if (why) {
        return refuse(x, why);
    }
    if (!error && in.action == AUTHJS_PASSKEY_REGISTER) {
        error = authjs_visitor(x, &visitor);
    }
    if (!error && in.action == AUTHJS_PASSKEY_REGISTER && !visitor.user) {
        error = authjs_passkey_may_sign_up(x, authjs_exchange_field(x, "invitation"));
    }
    if (error) {
        return error;
    }
    why = authjs_passkey_challenge_use(
        x, in.action, visitor.user ? authjs_json_get_string(visitor.user, "id") : NULL,
        in.expected.challenge);
    if (why) {
        return refuse(x, why);
    }
    return in.action == AUTHJS_PASSKEY_REGISTER ? register_new(x, &in, visitor.user)
                                                : authenticate(x, &in);
}
