#include "session/plain.h"

#include "core/jsonscan.h"
#include "session/refresh.h"

/* What a session may be long; the tree says why it is refused. */
#define TEXT_MAX (64 * 1024)

/* A member of the session: an object, or a value as its text. */
typedef struct part_t part_t;
struct part_t {
    const char *name;
    authjs_claim_t claim;
    int is_object;
    part_t *first; /* of an object's members */
    part_t *next;
};

typedef struct {
    apr_pool_t *pool;
    const authjs_session_t *session;
    part_t root;
    int changed;
    int rough; /* a text is no line: nor is the JSON with it, perhaps */
} plain_t;

/* ---- the session as parts --------------------------------------------------------- */

/* Where the member is linked, or would be. */
static part_t **find(part_t *object, const char *name)
{
    part_t **link = &object->first;

    while (*link && strcmp((*link)->name, name)) {
        link = &(*link)->next;
    }
    return link;
}

/* The member of that name, made at the end when there is none; what it was is gone. */
static part_t *set(apr_pool_t *pool, part_t *object, const char *name)
{
    part_t **link = find(object, name), *next = *link ? (*link)->next : NULL;

    if (!*link) {
        *link = apr_palloc(pool, sizeof(**link));
    }
    memset(*link, 0, sizeof(**link));
    (*link)->name = name;
    (*link)->next = next;
    return *link;
}

static part_t *set_object(apr_pool_t *pool, part_t *object, const char *name)
{
    part_t *part = set(pool, object, name);

    part->is_object = 1;
    return part;
}

static void set_text(apr_pool_t *pool, part_t *object, const char *name, const char *text)
{
    authjs_claim_t *claim = &set(pool, object, name)->claim;

    claim->value = text;
    claim->raw = apr_pstrcat(pool, "\"", text, "\"", NULL);
    claim->raw_len = strlen(claim->raw);
}

/* The parts know nothing of what is in an object or an array of the token. */
static int is_scalar(const authjs_claim_t *claim)
{
    return *claim->raw != '{' && *claim->raw != '[';
}

/* As authjs_session_default. 0: with parts that cannot be. */
static int begin(plain_t *plain)
{
    const authjs_claims_t *claims = &plain->session->claims;
    const struct {
        const char *name;
        const authjs_claim_t *claim;
    } members[] = {
        {"name", &claims->name}, {"email", &claims->email}, {"image", &claims->picture}};
    part_t *user = set_object(plain->pool, &plain->root, "user");
    apr_size_t i;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (members[i].claim->raw) {
            if (!is_scalar(members[i].claim)) {
                return 0;
            }
            plain->rough |= *members[i].claim->raw == '"' && !members[i].claim->value;
            set(plain->pool, user, members[i].name)->claim = *members[i].claim;
        }
    }
    set_text(plain->pool, &plain->root, "expires", plain->session->expires);
    if (plain->session->refresh_failed) {
        set_text(plain->pool, &plain->root, "error", AUTHJS_REFRESH_ERROR);
    }
    return 1;
}

/* ---- one line --------------------------------------------------------------------- */

/* The object that the last name is a member of: made on the way, unless make is 0. */
static part_t *parent_of(plain_t *plain, const char *const **names, int make)
{
    part_t *object = &plain->root, *inner;

    for (; (*names)[1]; ++*names) {
        inner = *find(object, **names);
        if (!inner || !inner->is_object) {
            if (!make) {
                return NULL;
            }
            inner = set_object(plain->pool, object, **names);
        }
        object = inner;
    }
    return object;
}

static void put(plain_t *plain, const char *const *names, const authjs_claim_t *claim)
{
    part_t *object = parent_of(plain, &names, 1);

    plain->rough |= *claim->raw == '"' && !claim->value;
    set(plain->pool, object, names[0])->claim = *claim;
}

static void take_away(plain_t *plain, const char *const *names)
{
    part_t *object = parent_of(plain, &names, 0), **link;

    if (object) {
        link = find(object, names[0]);
        *link = *link ? (*link)->next : NULL;
    }
}

/* A claim that the hot path has not read. */
typedef struct {
    apr_pool_t *pool;
    const char *name;
    authjs_scan_value_t found;
} search_t;

static const char *look(void *baton, const authjs_scan_value_t *name,
                        const authjs_scan_value_t *value)
{
    search_t *search = baton;

    if (authjs_scan_string_is(search->pool, name, search->name)) {
        search->found = *value;
    }
    return NULL;
}

static authjs_claim_t read_claim(const plain_t *plain, const char *name)
{
    const authjs_claims_t *claims = &plain->session->claims;
    const authjs_claim_t *known = authjs_session_claim_read(claims, name);
    search_t search = {plain->pool, name, {AUTHJS_SCAN_NULL, NULL, 0, 0, 0, 0}};
    authjs_claim_t claim = {NULL, NULL, 0};
    authjs_scan_value_t object;

    if (known) {
        return *known;
    }
    if (authjs_json_scan(claims->json, claims->json_len, &object, look, &search)) {
        return claim;
    }
    claim.raw = search.found.raw;
    claim.raw_len = search.found.raw_len;
    if (search.found.type == AUTHJS_SCAN_STRING && !search.found.control) {
        claim.value = authjs_scan_string(plain->pool, &search.found, NULL);
    }
    return claim;
}

/* @return 0: this one cannot be done here. */
static int apply(plain_t *plain, const authjs_plain_line_t *line)
{
    authjs_claim_t claim = line->fixed;

    if (!line->claim && !claim.raw) {
        take_away(plain, line->names);
        plain->changed = 1;
        return 1;
    }
    if (line->claim) {
        claim = read_claim(plain, line->claim);
        if (!claim.raw) {
            return 1;
        }
    }
    if (!is_scalar(&claim)) {
        return 0;
    }
    put(plain, line->names, &claim);
    plain->changed = 1;
    return 1;
}

/* ---- the session as text ---------------------------------------------------------- */

static apr_size_t size_of(const part_t *object)
{
    apr_size_t size = 2;
    const part_t *part;

    for (part = object->first; part; part = part->next) {
        size += strlen(part->name) + sizeof("\"\":,") - 1 +
                (part->is_object ? size_of(part) : part->claim.raw_len);
    }
    return size;
}

static char *append(char *out, const char *text, apr_size_t len)
{
    return (char *)memcpy(out, text, len) + len;
}

/* Names are those of a configuration: they have nothing that JSON escapes. */
static char *write_object(char *out, const part_t *object)
{
    const part_t *part;

    *out++ = '{';
    for (part = object->first; part; part = part->next) {
        *out++ = '"';
        out = append(out, part->name, strlen(part->name));
        out = append(out, "\":", 2);
        out = part->is_object ? write_object(out, part)
                              : append(out, part->claim.raw, part->claim.raw_len);
        if (part->next) {
            *out++ = ',';
        }
    }
    *out++ = '}';
    return out;
}

/* @return NULL: too long. */
static const char *text_of(apr_pool_t *pool, const part_t *root)
{
    apr_size_t size = size_of(root);
    char *text = size > TEXT_MAX ? NULL : apr_palloc(pool, size + 1);

    if (text) {
        *write_object(text, root) = '\0';
    }
    return text;
}

/* As a string that is one line, or NULL. */
static const char *string_of(part_t *object, const char *name)
{
    part_t *part = *find(object, name);

    return part ? part->claim.value : NULL;
}

static int show(plain_t *plain, authjs_session_t *session)
{
    authjs_shown_t *shown = apr_pcalloc(plain->pool, sizeof(*shown));
    part_t *user = *find(&plain->root, "user");
    const char *expires = string_of(&plain->root, "expires");

    shown->text = user ? text_of(plain->pool, &plain->root) : NULL;
    if (!shown->text) {
        return 0;
    }
    if (plain->rough) {
        shown->text = authjs_json_line(plain->pool, shown->text, NULL);
    }
    shown->id = string_of(user, "id");
    shown->id = shown->id ? shown->id : session->claims.sub.value;
    shown->name = string_of(user, "name");
    shown->email = string_of(user, "email");
    shown->image = string_of(user, "image");
    shown->expires = expires ? expires : session->expires;
    session->shown = shown;
    return 1;
}

int authjs_plain_show(request_rec *r, void *data, authjs_session_t *session)
{
    plain_t plain = {r->pool, session, {NULL, {NULL, NULL, 0}, 1, NULL, NULL}, 0, 0};
    const apr_array_header_t *lines = data;
    int i;

    if (!begin(&plain)) {
        return 0;
    }
    for (i = 0; i < lines->nelts; i++) {
        if (!apply(&plain, APR_ARRAY_IDX(lines, i, const authjs_plain_line_t *))) {
            return 0;
        }
    }
    return !plain.changed || show(&plain, session);
}
