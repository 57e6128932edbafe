/* AuthJSSessionField on the text of the claims: the session is a short list of members,
 * each of which has its JSON text already. Whatever takes more than that is the runner's.
 */
#include "callbacks/runners.h"
#include "core/jsonscan.h"
#include "jose/refresh_claims.h"
#include "session/fast_path.h"

/* Of a session. A longer one takes the tree, where it is said why it is refused. */
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
    int controls; /* a text may have DEL or C1 in it: they are escaped at the end */
} made_t;

/* ---- the session as parts --------------------------------------------------------- */

/* Where the member is linked, or would be. */
static part_t **find_part(part_t *object, const char *name)
{
    part_t **link = &object->first;

    while (*link && strcmp((*link)->name, name)) {
        link = &(*link)->next;
    }
    return link;
}

/* The member of that name, made at the end when there is none; what it was is gone. */
static part_t *set_part(apr_pool_t *pool, part_t *object, const char *name)
{
    part_t **link = find_part(object, name), *next = *link ? (*link)->next : NULL;

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
    part_t *part = set_part(pool, object, name);

    part->is_object = 1;
    return part;
}

static void set_text(apr_pool_t *pool, part_t *object, const char *name, const char *text)
{
    authjs_claim_t *claim = &set_part(pool, object, name)->claim;

    claim->value = text;
    claim->raw = apr_pstrcat(pool, "\"", text, "\"", NULL);
    claim->raw_len = strlen(claim->raw);
}

/* The parts know nothing of what is in an object or an array of the token. */
static int is_scalar(const authjs_claim_t *claim)
{
    return *claim->raw != '{' && *claim->raw != '[';
}

/* What authjs_session_from_claims makes of the claims. 0: that takes a tree. */
static int begin_default(made_t *made)
{
    const authjs_claims_t *claims = &made->session->claims;
    const struct {
        const char *name;
        const authjs_claim_t *claim;
    } members[] = {
        {"name", &claims->name}, {"email", &claims->email}, {"image", &claims->picture}};
    part_t *user = set_object(made->pool, &made->root, "user");
    apr_size_t i;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (members[i].claim->raw) {
            if (!is_scalar(members[i].claim)) {
                return 0;
            }
            made->controls |= *members[i].claim->raw == '"' && !members[i].claim->value;
            set_part(made->pool, user, members[i].name)->claim = *members[i].claim;
        }
    }
    set_text(made->pool, &made->root, "expires", made->session->expires);
    if (made->session->refresh_failed) {
        set_text(made->pool, &made->root, "error", AUTHJS_REFRESH_ERROR);
    }
    return 1;
}

/* ---- one field -------------------------------------------------------------------- */

/* The object that the last name is a member of: made on the way, unless make is 0. */
static part_t *parent_of(made_t *made, const char *const **names, int make)
{
    part_t *object = &made->root, *inner;

    for (; (*names)[1]; ++*names) {
        inner = *find_part(object, **names);
        if (!inner || !inner->is_object) {
            if (!make) {
                return NULL;
            }
            inner = set_object(made->pool, object, **names);
        }
        object = inner;
    }
    return object;
}

static void set_member(made_t *made, const char *const *names,
                       const authjs_claim_t *claim)
{
    part_t *object = parent_of(made, &names, 1);

    made->controls |= *claim->raw == '"' && !claim->value;
    set_part(made->pool, object, names[0])->claim = *claim;
}

static void remove_member(made_t *made, const char *const *names)
{
    part_t *object = parent_of(made, &names, 0), **link;

    if (object) {
        link = find_part(object, names[0]);
        *link = *link ? (*link)->next : NULL;
    }
}

/* A claim that the hot path has not read. */
typedef struct {
    apr_pool_t *pool;
    const char *name;
    authjs_scan_value_t found;
} search_t;

static const char *find_claim(void *baton, const authjs_scan_value_t *name,
                              const authjs_scan_value_t *value)
{
    search_t *search = baton;

    if (authjs_scan_string_is(search->pool, name, search->name)) {
        search->found = *value;
    }
    return NULL;
}

static authjs_claim_t read_claim(const made_t *made, const char *name)
{
    const authjs_claims_t *claims = &made->session->claims;
    const authjs_claim_t *known = authjs_session_claim_read(claims, name);
    search_t search = {made->pool, name, {AUTHJS_SCAN_NULL, NULL, 0, 0, 0, 0}};
    authjs_claim_t claim = {NULL, NULL, 0};
    authjs_scan_value_t object;

    if (known) {
        return *known;
    }
    if (authjs_json_scan(claims->json, claims->json_len, &object, find_claim, &search)) {
        return claim;
    }
    claim.raw = search.found.raw;
    claim.raw_len = search.found.raw_len;
    if (search.found.type == AUTHJS_SCAN_STRING && !search.found.control) {
        claim.value = authjs_scan_string(made->pool, &search.found, NULL);
    }
    return claim;
}

/* @return 0: that takes a tree. */
static int apply_field(made_t *made, const authjs_session_field_t *field)
{
    authjs_claim_t claim = field->fixed;

    if (!field->claim && !claim.raw) {
        remove_member(made, field->names);
        made->changed = 1;
        return 1;
    }
    if (field->claim) {
        claim = read_claim(made, field->claim);
        if (!claim.raw) {
            return 1;
        }
    }
    if (!is_scalar(&claim)) {
        return 0;
    }
    set_member(made, field->names, &claim);
    made->changed = 1;
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
    part_t *part = *find_part(object, name);

    return part ? part->claim.value : NULL;
}

static int show_parts(made_t *made, authjs_session_t *session)
{
    authjs_shown_t *shown = apr_pcalloc(made->pool, sizeof(*shown));
    part_t *user = *find_part(&made->root, "user");
    const char *expires = string_of(&made->root, "expires");

    shown->text = user ? text_of(made->pool, &made->root) : NULL;
    if (!shown->text) {
        return 0;
    }
    if (made->controls) {
        shown->text = authjs_json_line(made->pool, shown->text, NULL);
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

int authjs_fields_show(request_rec *r, const void *data, authjs_session_t *session)
{
    made_t made = {r->pool, session, {NULL, {NULL, NULL, 0}, 1, NULL, NULL}, 0, 0};
    const apr_array_header_t *fields = data;
    int i;

    if (!begin_default(&made)) {
        return 0;
    }
    for (i = 0; i < fields->nelts; i++) {
        if (!apply_field(&made,
                         APR_ARRAY_IDX(fields, i, const authjs_session_field_t *))) {
            return 0;
        }
    }
    return !made.changed || show_parts(&made, session);
}
