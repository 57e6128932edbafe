#include "session/session.h"

/* ---- the session as text ---------------------------------------------------------- */

typedef struct {
    const char *name;
    apr_size_t name_len;
    const authjs_claim_t *claim;
} part_t;

/* The claims stand in the token as JSON already: their text is copied as it is. */
const char *authjs_session_text(apr_pool_t *pool, const authjs_session_t *session)
{
    static const char head[] = "{\"user\":{", middle[] = "},\"expires\":\"",
                      tail[] = "\"}";
    const authjs_claims_t *claims = &session->claims;
    const part_t parts[] = {{"\"name\":", 7, &claims->name},
                            {"\"email\":", 8, &claims->email},
                            {"\"image\":", 8, &claims->picture}};
    apr_size_t size = sizeof(head) + sizeof(middle) + sizeof(tail) + AUTHJS_ISO8601_LEN;
    char *text, *out;
    apr_size_t i;

    for (i = 0; i < 3; i++) {
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
    memcpy(out, tail, sizeof(tail));
    return text;
}

/* ---- a claim by its path ---------------------------------------------------------- */

/* What the hot path has read already, or NULL. */
static const authjs_claim_t *claim_read(const authjs_claims_t *claims, const char *path)
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
        if (!strcmp(path, known[i].name)) {
            return known[i].claim;
        }
    }
    return NULL;
}

static struct json_object *claims_tree(request_rec *r, const authjs_session_t *session)
{
    authjs_request_t *request = authjs_request(r, authjs_site(r));

    if (request->parsed != session) {
        request->parsed = session;
        request->tree = NULL;
        authjs_json_parse_own(&request->tree, request->r->pool, session->claims.json,
                              session->claims.json_len);
    }
    return request->tree;
}

static void add_value(apr_array_header_t *values, struct json_object *value)
{
    const char *text = NULL;

    switch (json_object_get_type(value)) {
    case json_type_string:
        text = json_object_get_string(value);
        if (strlen(text) != (apr_size_t)json_object_get_string_len(value)) {
            text = NULL;
        }
        break;
    case json_type_boolean:
    case json_type_int:
    case json_type_double:
        text = authjs_json_text(values->pool, value);
        break;
    case json_type_null:
    case json_type_object:
    case json_type_array:
        break;
    }
    if (text) {
        APR_ARRAY_PUSH(values, const char *) = text;
    }
}

/* Recursion ends with the path and with the depth of the JSON text, which is bounded. */
static void collect(apr_array_header_t *values, struct json_object *value,
                    const char *path)
{
    struct json_object *member;
    const char *dot;
    apr_size_t i;

    if (json_object_is_type(value, json_type_array)) {
        for (i = 0; i < json_object_array_length(value); i++) {
            collect(values, json_object_array_get_idx(value, i), path);
        }
        return;
    }
    if (!path) {
        add_value(values, value);
        return;
    }
    if (!json_object_is_type(value, json_type_object)) {
        return;
    }
    if (json_object_object_get_ex(value, path, &member)) {
        collect(values, member, NULL);
        return;
    }
    dot = ap_strchr_c(path, '.');
    if (dot && json_object_object_get_ex(
                   value, apr_pstrmemdup(values->pool, path, dot - path), &member)) {
        collect(values, member, dot + 1);
    }
}

apr_array_header_t *authjs_session_claim_values(request_rec *r,
                                                const authjs_session_t *session,
                                                const char *path)
{
    apr_array_header_t *values = apr_array_make(r->pool, 4, sizeof(const char *));
    const authjs_claim_t *known = claim_read(&session->claims, path);

    if (session->claims.email_unverified && !strcmp(path, "email")) {
        return values;
    }
    if (known && known->value) {
        APR_ARRAY_PUSH(values, const char *) = known->value;
    }
    else {
        collect(values, claims_tree(r, session), path);
    }
    return values;
}

const char *authjs_session_claim(request_rec *r, const authjs_session_t *session,
                                 const char *path)
{
    apr_array_header_t *values = authjs_session_claim_values(r, session, path);

    return values->nelts ? APR_ARRAY_IDX(values, 0, const char *) : NULL;
}
