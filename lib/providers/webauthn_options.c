/* GET webauthn-options: what a browser hands to its authenticators (Web Authentication
 * Level 2, sections 5.4 and 5.5; as Auth.js asks for it). */
#include "providers/webauthn.h"

#include "adapters/store.h"
#include "http/cache.h"
#include "jose/base64url.h"
#include "signin/signin.h"
#include "web/url.h"

#include "apr_encode.h"

/* How often a client may ask about an address: each costs the database two looks. */
#define ASKS        60
#define ASKS_WINDOW ((apr_int64_t)600)

#define USER_HANDLE_BYTES 32

/* Who is asked about. */
typedef struct {
    authjs_visitor_t visitor;
    const char *address; /* that was sent; NULL: none */
    const char *rp_id;
    authjs_passkey_action_e action;
} asked_t;

static void answer_error(authjs_exchange_t *x, int status, const char *text)
{
    struct json_object *answer = authjs_json_object(x->pool);

    authjs_json_set_string(answer, "error", text);
    authjs_exchange_answer_json(x, status, authjs_json_text(x->pool, answer));
}

static struct json_object *new_array(const authjs_exchange_t *x)
{
    return authjs_json_own(x->pool, json_object_new_array());
}

/* ---- credentials ------------------------------------------------------------------ */

static void add_credential(const authjs_exchange_t *x, struct json_object *list,
                           const void *id, apr_size_t len, const char *transports)
{
    struct json_object *item = authjs_json_object(x->pool), *words = new_array(x);

    authjs_json_set_string(item, "id", authjs_base64url(x->pool, id, len));
    authjs_json_set_string(item, "type", "public-key");
    while (transports && *transports) {
        apr_size_t word = strcspn(transports, ",");

        json_object_array_add(words, json_object_new_string_len(transports, (int)word));
        transports += word + (transports[word] == ',');
    }
    if (json_object_array_length(words)) {
        authjs_json_set(item, "transports", words);
    }
    json_object_array_add(list, json_object_get(item));
}

/* The passkeys that a user has here. */
static const authjs_error_t *add_stored(authjs_exchange_t *x, const char *user_id,
                                        struct json_object *list)
{
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *rows;
    authjs_adapter_status_e status =
        authjs_store_list_authenticators_by_user_id(x->site->store, call, user_id, &rows);
    apr_size_t i, count, len;

    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "listAuthenticatorsByUserId");
    }
    count =
        json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
    for (i = 0; i < count && i < AUTHJS_PASSKEYS_MAX; i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);
        const char *stored = authjs_json_get_string(row, "credentialID");
        const void *id = stored ? apr_pdecode_base64_binary(x->pool, stored,
                                                            APR_ENCODE_STRING, 0, &len)
                                : NULL;

        if (id) {
            add_credential(x, list, id, len, authjs_json_get_string(row, "transports"));
        }
    }
    return NULL;
}

/* 64 bytes that the secret makes of an address. @return 0: OpenSSL failed. */
static int mac_of(unsigned char mac[AUTHJS_MAC_MAX], const authjs_exchange_t *x,
                  const char *address, int number)
{
    return authjs_hmac(mac, "SHA512", x->site->secret_string,
                       apr_psprintf(x->pool, "passkey %d\n%s\n%s\n%s", number,
                                    x->provider->id, x->base_url, address));
}

/* An address that nobody here has a passkey for is answered as one that somebody has:
 * with some made of it, always the same. How many there are, how long and what for says
 * nothing: what decides that is in no id. */
static void add_made_up(const authjs_exchange_t *x, const char *address,
                        struct json_object *list)
{
    static const char *const looks[] = {"internal,hybrid", "hybrid,internal", "usb,nfc",
                                        "internal"};
    static const apr_size_t lengths[] = {16, 20, 32, 64};
    unsigned char look[AUTHJS_MAC_MAX], id[AUTHJS_MAC_MAX];
    int i, count;

    if (!mac_of(look, x, address, 0)) {
        return;
    }
    count = 1 + (look[0] < 64) + (look[0] < 12);
    for (i = 1; i <= count && mac_of(id, x, address, i); i++) {
        add_credential(x, list, id, lengths[look[i] & 3], looks[look[i] >> 2 & 3]);
    }
}

static const authjs_error_t *add_of_address(authjs_exchange_t *x, const char *address,
                                            struct json_object *list)
{
    char *lower = apr_pstrdup(x->pool, address);
    authjs_call_t *call = authjs_call(x->r);
    struct json_object *user;
    authjs_adapter_status_e status;
    const authjs_error_t *error;

    ap_str_tolower(lower);
    status = authjs_store_get_user_by_email(x->site->store, call, lower, &user);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_adapter_error(call, status, "getUserByEmail");
    }
    /* Where there is nobody it is asked all the same, and takes as long. */
    error = add_stored(x, user ? authjs_json_get_string(user, "id") : "", list);
    if (!error && !json_object_array_length(list)) {
        add_made_up(x, lower, list);
    }
    return error;
}

/* Whether a client has asked about too many addresses: the answer is on x then. */
static int is_limited(authjs_exchange_t *x)
{
    authjs_places_t places = {"passkey options", NULL, ASKS, ASKS_WINDOW, 0};
    apr_int64_t until = x->now + ASKS_WINDOW;
    int place;
    apr_status_t rv;

    places.name = apr_pstrcat(x->pool, x->site->secret_string, "\n",
                              authjs_network(x->pool, x->r->useragent_ip), NULL);
    rv = authjs_places_take(x->site->cache, x->pool, &places, &place, &until);
    if (rv == APR_SUCCESS) {
        return 0;
    }
    apr_table_setn(x->r->err_headers_out, "Retry-After",
                   apr_psprintf(x->pool, "%" APR_INT64_T_FMT,
                                until > x->now ? until - x->now : 1));
    answer_error(x, HTTP_TOO_MANY_REQUESTS, "Too many requests");
    return 1;
}

/* ---- the two answers -------------------------------------------------------------- */

static const authjs_error_t *answer(authjs_exchange_t *x, const char *action,
                                    struct json_object *options)
{
    struct json_object *answer = authjs_json_object(x->pool);

    if (!authjs_json_get_string(options, "challenge")) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "a challenge: no randomness");
    }
    authjs_json_set_string(answer, "action", action);
    authjs_json_set(answer, "options", options);
    authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
    return NULL;
}

static const authjs_error_t *authenticate(authjs_exchange_t *x, const asked_t *asked)
{
    const authjs_passkey_t *passkey = x->provider->passkey;
    struct json_object *options = authjs_json_object(x->pool), *list = new_array(x);
    struct json_object *user = asked->visitor.user;
    const authjs_error_t *error = NULL;

    if (user) {
        error = add_stored(x, authjs_json_get_string(user, "id"), list);
    }
    else if (asked->address) {
        if (is_limited(x)) {
            return NULL;
        }
        error = add_of_address(x, asked->address, list);
    }
    if (error) {
        return error;
    }
    authjs_json_set_string(options, "challenge",
                           authjs_passkey_challenge(x, AUTHJS_PASSKEY_AUTHENTICATE,
                                                    NULL));
    if (user || asked->address) {
        authjs_json_set(options, "allowCredentials", list);
    }
    authjs_json_set_int64(options, "timeout", passkey->timeout_ms);
    authjs_json_set_string(options, "userVerification", passkey->user_verification);
    authjs_json_set_string(options, "rpId", asked->rp_id);
    return answer(x, "authenticate", options);
}

static struct json_object *relying_party(const authjs_exchange_t *x, const char *id)
{
    const char *name = x->provider->passkey->rp_name;
    struct json_object *rp = authjs_json_object(x->pool);

    name = name ? name : x->site->name;
    authjs_json_set_string(rp, "name", name ? name : ap_strstr_c(x->origin, "://") + 3);
    authjs_json_set_string(rp, "id", id);
    return rp;
}

/* An id that says nothing of the user: Auth.js takes a new one each time, too. */
static struct json_object *user_entity(const authjs_exchange_t *x, const char *name)
{
    struct json_object *user = authjs_json_object(x->pool);

    authjs_json_set_string(user, "id", authjs_random_hex(x->pool, USER_HANDLE_BYTES));
    authjs_json_set_string(user, "name", name);
    authjs_json_set_string(user, "displayName", name);
    return user;
}

/* EdDSA, ES256, RS256. */
static struct json_object *algorithms(const authjs_exchange_t *x)
{
    static const int known[] = {-8, -7, -257};
    struct json_object *list = new_array(x);
    int i;

    for (i = 0; i < 3; i++) {
        struct json_object *item = authjs_json_object(x->pool);

        authjs_json_set_int64(item, "alg", known[i]);
        authjs_json_set_string(item, "type", "public-key");
        json_object_array_add(list, json_object_get(item));
    }
    return list;
}

/* Who signs up has no address that is proved, and is found by nobody who does not keep a
 * list: a key without one would let them in this once. */
static struct json_object *selection(const authjs_exchange_t *x, int is_new)
{
    const authjs_passkey_t *passkey = x->provider->passkey;
    const char *resident_key = is_new ? "required" : passkey->resident_key;
    struct json_object *selection = authjs_json_object(x->pool);

    authjs_json_set_string(selection, "residentKey", resident_key);
    authjs_json_set_string(selection, "userVerification", passkey->user_verification);
    authjs_json_set_boolean(selection, "requireResidentKey",
                            !strcmp(resident_key, "required"));
    return selection;
}

static const authjs_error_t *register_new(authjs_exchange_t *x, const asked_t *asked)
{
    struct json_object *options = authjs_json_object(x->pool), *list = new_array(x);
    struct json_object *user = asked->visitor.user;
    struct json_object *extensions = authjs_json_object(x->pool);
    const char *id = user ? authjs_json_get_string(user, "id") : NULL;
    const char *name =
        user ? authjs_user_label(user) : authjs_passkey_name(x, asked->address);
    const authjs_error_t *error = id ? add_stored(x, id, list) : NULL;

    if (error) {
        return error;
    }
    authjs_json_set_string(options, "challenge",
                           authjs_passkey_challenge(x, AUTHJS_PASSKEY_REGISTER, id));
    authjs_json_set(options, "rp", relying_party(x, asked->rp_id));
    authjs_json_set(options, "user", user_entity(x, name));
    authjs_json_set(options, "pubKeyCredParams", algorithms(x));
    authjs_json_set_int64(options, "timeout", x->provider->passkey->timeout_ms);
    authjs_json_set_string(
        options, "attestation",
        x->provider->passkey->attestation == AUTHJS_ATTESTATION_NONE ? "none" : "direct");
    authjs_json_set(options, "excludeCredentials", list);
    authjs_json_set(options, "authenticatorSelection", selection(x, !user));
    authjs_json_set_boolean(extensions, "credProps", 1);
    authjs_json_set(options, "extensions", extensions);
    return answer(x, "register", options);
}

/* ---- the decision ----------------------------------------------------------------- */

/* The table of docs/passkeys.md, "What is answered". NULL: it is answered. */
static const char *refused(const authjs_exchange_t *x, asked_t *asked)
{
    int signed_in = asked->visitor.user != NULL;

    if (asked->action == AUTHJS_PASSKEY_NEITHER && !signed_in) {
        asked->action = AUTHJS_PASSKEY_AUTHENTICATE;
    }
    if (asked->action == AUTHJS_PASSKEY_NEITHER) {
        return "Invalid request";
    }
    if (asked->action == AUTHJS_PASSKEY_REGISTER && !signed_in) {
        return authjs_passkey_name(x, asked->address) ? NULL : "Invalid request";
    }
    return NULL;
}

/* Before a person is asked for a finger for nothing.
 * @param why *why: why nobody makes a passkey now; or NULL
 * @return AdapterError. */
static const authjs_error_t *forbidden(authjs_exchange_t *x, const asked_t *asked,
                                       const char **why)
{
    const authjs_error_t *error = NULL;

    *why = NULL;
    if (asked->action != AUTHJS_PASSKEY_REGISTER) {
        return NULL;
    }
    if (!asked->visitor.user) {
        error = authjs_passkey_may_sign_up(x, authjs_exchange_query(x, "invitation"));
    }
    else if (!authjs_session_is_fresh(asked->visitor.session, x->site, x->now)) {
        *why = "ReauthRequired";
    }
    if (error && error->type == AUTHJS_ERR_AccessDenied) {
        *why = error->name;
        error = NULL;
    }
    return error;
}

const authjs_error_t *authjs_webauthn_options(authjs_exchange_t *x)
{
    asked_t asked = {{0}, NULL, NULL, AUTHJS_PASSKEY_NEITHER};
    const char *email = authjs_exchange_query(x, "email");
    const authjs_error_t *error;
    const char *why = NULL;

    if (!authjs_passkey_action(&asked.action, authjs_exchange_query(x, "action"))) {
        why = "Invalid action";
    }
    asked.address = email && *email ? email : NULL;
    if (!why && asked.address && !authjs_passkey_name(x, asked.address)) {
        why = "Invalid request";
    }
    if (!why) {
        error = authjs_passkey_rp_id(x, &asked.rp_id);
        if (!error) {
            error = authjs_visitor(x, &asked.visitor);
        }
        if (error) {
            return error;
        }
        why = refused(x, &asked);
    }
    if (why) {
        answer_error(x, HTTP_BAD_REQUEST, why);
        return NULL;
    }
    error = forbidden(x, &asked, &why);
    if (error) {
        return error;
    }
    if (why) {
        answer_error(x, HTTP_FORBIDDEN, why);
        return NULL;
    }
    return asked.action == AUTHJS_PASSKEY_REGISTER ? register_new(x, &asked)
                                                   : authenticate(x, &asked);
}
