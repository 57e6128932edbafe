#include "session/session.h"

#include "core/jsonpath.h"
#include "session/refresh.h"
#include "session/slot.h"

/* ---- the session as text ---------------------------------------------------------- */

typedef struct {
    const char *name;
    apr_size_t name_len;
    const authjs_claim_t *claim;
} part_t;

/* Whether the JSON text of a claim is one line is not known of all of them. */
static int is_rough(const authjs_claim_t *claim)
{
    return claim->raw && !claim->value && *claim->raw != 'n';
}

/* The claims stand in the token as JSON already: their text is copied as it is. */
const char *authjs_session_text(apr_pool_t *pool, const authjs_session_t *session)
{
    static const char head[] = "{\"user\":{", middle[] = "},\"expires\":\"",
                      end[] = "\"}",
                      failed[] = "\",\"error\":\"" AUTHJS_REFRESH_ERROR "\"}";
    const char *tail = session->refresh_failed ? failed : end;
    const authjs_claims_t *claims = &session->claims;
    const part_t parts[] = {{"\"name\":", 7, &claims->name},
                            {"\"email\":", 8, &claims->email},
                            {"\"image\":", 8, &claims->picture}};
    apr_size_t size = sizeof(head) + sizeof(middle) + sizeof(failed) + AUTHJS_ISO8601_LEN;
    char *text, *out;
    int rough = 0;
    apr_size_t i;

    if (session->shown) {
        return session->shown->text
                   ? session->shown->text
                   : authjs_json_line(
                         pool, authjs_json_text(pool, session->shown->object), NULL);
    }
    for (i = 0; i < 3; i++) {
        rough |= is_rough(parts[i].claim);
        size += parts[i].name_len + parts[i].claim->raw_len + 1;
    }
    text = apr_palloc(pool, size);
    out = (char *)memcpy(text, head, sizeof(head) - 1) + sizeof(head) - 1;
    for (i = 0; i < 3; i++) {
        const authjs_claim_t *claim = parts[i].claim;

        if (claim->raw) {
            if (out[-1] != '{') {
                *out++ = ',';
            }
            out =
                (char *)memcpy(out, parts[i].name, parts[i].name_len) + parts[i].name_len;
            out = (char *)memcpy(out, claim->raw, claim->raw_len) + claim->raw_len;
        }
    }
    out = (char *)memcpy(out, middle, sizeof(middle) - 1) + sizeof(middle) - 1;
    out = (char *)memcpy(out, session->expires, AUTHJS_ISO8601_LEN) + AUTHJS_ISO8601_LEN;
    memcpy(out, tail, strlen(tail) + 1);
    return rough ? authjs_json_line(pool, text, NULL) : text;
}

struct json_object *authjs_session_object(request_rec *r, const authjs_session_t *session)
{
    authjs_request_t *request = authjs_request(r);
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);
    const char *text;

    if (session->shown && session->shown->object) {
        return session->shown->object;
    }
    if (slot->shown_of != session) {
        slot->shown_of = session;
        slot->shown = NULL;
        text = authjs_session_text(request->r->pool, session);
        authjs_json_parse_own(&slot->shown, request->r->pool, text, strlen(text));
    }
    return slot->shown;
}

/* ---- a claim by its path ---------------------------------------------------------- */

const authjs_claim_t *authjs_session_claim_read(const authjs_claims_t *claims,
                                                const char *name)
{
    const struct {
        const char *name;
        const authjs_claim_t *claim;
    } known[] = {{"email", &claims->email},
                 {"sub", &claims->sub},
                 {"name", &claims->name},
                 {"provider", &claims->provider},
                 {"picture", &claims->picture}};
    apr_size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(name, known[i].name)) {
            return known[i].claim;
        }
    }
    return NULL;
}

static struct json_object *claims_tree(request_rec *r, const authjs_session_t *session)
{
    authjs_request_t *request = authjs_request(r);
    authjs_session_slot_t *slot = AUTHJS_SLOT(session, request);

    if (slot->parsed != session) {
        slot->parsed = session;
        slot->tree = NULL;
        authjs_json_parse_own(&slot->tree, request->r->pool, session->claims.json,
                              session->claims.json_len);
    }
    return slot->tree;
}

/* The claims of what was proved, which count only as the session has them, whatever
 * stands in the token. @return 0: it is another path. */
static int proof_values(apr_array_header_t *values, apr_pool_t *pool,
                        const authjs_session_t *session, const char *path)
{
    const authjs_proof_t *proof = &session->proof;
    const char *text;

    if (!strcmp(path, "factor")) {
        text = authjs_factors_text(proof->factors);
    }
    else if (!strcmp(path, "auth_time")) {
        text = proof->auth_time ? apr_off_t_toa(pool, proof->auth_time) : NULL;
    }
    else {
        return 0;
    }
    if (text) {
        APR_ARRAY_PUSH(values, const char *) = text;
    }
    return 1;
}

apr_array_header_t *authjs_session_claim_values(request_rec *r,
                                                const authjs_session_t *session,
                                                const char *path)
{
    apr_array_header_t *values = apr_array_make(r->pool, 4, sizeof(const char *));
    const authjs_claim_t *known = authjs_session_claim_read(&session->claims, path);
    const char *token;

    if ((session->claims.email_unverified && !strcmp(path, "email")) ||
        proof_values(values, r->pool, session, path)) {
        return values;
    }
    if (authjs_refresh_claims_reserve(path)) {
        token =
            strcmp(path, "access_token") ? NULL : authjs_refresh_access_token(r, session);
        if (token) {
            APR_ARRAY_PUSH(values, const char *) = token;
        }
        return values;
    }
    if (known && known->value) {
        APR_ARRAY_PUSH(values, const char *) = known->value;
    }
    else {
        authjs_json_texts(values, claims_tree(r, session), path);
    }
    return values;
}

const char *authjs_session_claim(request_rec *r, const authjs_session_t *session,
                                 const char *path)
{
    apr_array_header_t *values = authjs_session_claim_values(r, session, path);

    return values->nelts ? APR_ARRAY_IDX(values, 0, const char *) : NULL;
}

/* ---- for the log ------------------------------------------------------------------ */

#define NAMES_SHOWN 32
#define NAME_SHOWN  64
#define PATH_SHOWN  128

static const char *names_of(apr_pool_t *pool, struct json_object *claims)
{
    apr_array_header_t *names = apr_array_make(pool, 8, sizeof(const char *));

    if (!claims) {
        return "none";
    }
    json_object_object_foreach(claims, name, value)
    {
        (void)value;
        if (names->nelts == NAMES_SHOWN) {
            APR_ARRAY_PUSH(names, const char *) = "...";
            break;
        }
        APR_ARRAY_PUSH(names, const char *) = authjs_printable(pool, name, NAME_SHOWN);
    }
    return apr_array_pstrcat(pool, names, ' ');
}

const char *authjs_session_without_claim(request_rec *r, const authjs_session_t *session,
                                         const char *path)
{
    struct json_object *claims = claims_tree(r, session), *found;

    if (session->claims.email_unverified && !strcmp(path, "email")) {
        return "the session's e-mail address is one that nobody vouches for, and so counts "
               "as none; see emailVerified in docs/providers.md";
    }
    return apr_psprintf(
        r->pool,
        "the session has no %s%s; it has: %s; see "
        "docs/protect.md#claims",
        authjs_json_at(claims, path, &found) ? "value in claim " : "claim ",
        authjs_printable(r->pool, path, PATH_SHOWN), names_of(r->pool, claims));
}
