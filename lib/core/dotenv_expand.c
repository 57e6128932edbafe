/* $NAME in the values of a .env file, as the dotenv-expand in @next/env has it: from the
 * right to the left, and again in what has been put in. */
#include "core/dotenv.h"

#include <apr_strings.h>

#include <string.h>

/* Of a whole file: more is a circle, or meant to keep us busy. */
#define STEPS_MAX 1000

typedef struct {
    const authjs_dotenv_t *dotenv;
    authjs_dotenv_lookup_t *lookup;
    const void *baton;
    int steps;
} expansion_t;

/* A reference: text from its '$' to its end, name and default in it. */
typedef struct {
    const char *text, *name, *otherwise;
    apr_size_t len;
} reference_t;

/* The last '$' without a backslash in front, or NULL. */
static const char *last_dollar(const char *text)
{
    const char *at = text + strlen(text);

    while (at-- > text) {
        if (*at == '$' && (at == text || at[-1] != '\\')) {
            return at;
        }
    }
    return NULL;
}

/* Both braces may be there or not, each for itself. */
static int read_reference(reference_t *found, apr_pool_t *pool, const char *dollar)
{
    static const char names[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const char *name = dollar + 1 + (dollar[1] == '{'), *at = name + strspn(name, names);

    if (at == name) {
        return 0;
    }
    found->name = apr_pstrmemdup(pool, name, at - name);
    found->otherwise = NULL;
    if (at[0] == ':' && at[1] == '-') {
        apr_size_t len = strcspn(at + 2, "}\\");

        found->otherwise = apr_pstrmemdup(pool, at + 2, len);
        at += 2 + len;
    }
    found->len = at + (*at == '}') - dollar;
    found->text = apr_pstrmemdup(pool, dollar, found->len);
    return 1;
}

static const char *meaning(const expansion_t *expansion, const reference_t *reference)
{
    const char *value = expansion->lookup(expansion->baton, reference->name);
    const authjs_variable_t *variable;

    if (value && *value) {
        return value;
    }
    if (reference->otherwise && *reference->otherwise) {
        return reference->otherwise;
    }
    variable =
        apr_hash_get(expansion->dotenv->by_name, reference->name, APR_HASH_KEY_STRING);
    return variable ? variable->value : "";
}

/* What is put in speaks JavaScript's language of replacements: $$, $&, $` and $'. At most
 * one byte more than a value may have, so that the caller sees it. */
static apr_size_t put_in(char *out, const char *value, const char *before,
                         apr_size_t before_len, const reference_t *reference)
{
    const char *after = before + before_len + reference->len, *piece;
    apr_size_t len = 0, piece_len;

    for (; *value; value++) {
        piece = value;
        piece_len = 1;
        if (*value == '$' && value[1] && strchr("$&`'", value[1])) {
            value++;
            piece = *value == '$'   ? value
                    : *value == '&' ? reference->text
                    : *value == '`' ? before
                                    : after;
            piece_len = *value == '$'   ? 1
                        : *value == '&' ? reference->len
                        : *value == '`' ? before_len
                                        : strlen(after);
        }
        if (len + piece_len > AUTHJS_DOTENV_MAX) {
            return AUTHJS_DOTENV_MAX + 1;
        }
        memcpy(out + len, piece, piece_len);
        len += piece_len;
    }
    return len;
}

/* The first place with the text of the reference: as String.replace has it. */
static const char *replace(apr_pool_t *pool, const char *text,
                           const reference_t *reference, const char *value)
{
    apr_size_t before_len = strstr(text, reference->text) - text, len;
    apr_size_t after_len = strlen(text) - before_len - reference->len;
    char *made = apr_palloc(pool, before_len + AUTHJS_DOTENV_MAX + after_len + 1);

    len = put_in(made + before_len, value, text, before_len, reference);
    if (before_len + len + after_len > AUTHJS_DOTENV_MAX) {
        return NULL;
    }
    memcpy(made, text, before_len);
    memcpy(made + before_len + len, text + before_len + reference->len, after_len + 1);
    return made;
}

/* Each text is made of the one before: two pools take turns. */
static const char *expand(expansion_t *expansion, apr_pool_t *pools[2], const char **text)
{
    const char *dollar = last_dollar(*text);
    reference_t reference;
    int turn = 0;

    while (dollar) {
        apr_pool_clear(pools[turn]);
        if (!read_reference(&reference, pools[turn], dollar)) {
            return NULL;
        }
        if (++expansion->steps > STEPS_MAX) {
            return "its references lead in a circle, or there are too many";
        }
        *text = replace(pools[turn], *text, &reference, meaning(expansion, &reference));
        if (!*text) {
            return "its value would be longer than 64 KiB";
        }
        dollar = last_dollar(*text);
        turn = !turn;
    }
    return NULL;
}

static const char *without_escapes(apr_pool_t *pool, const char *text)
{
    char *made = apr_pstrdup(pool, text), *out = made;

    for (; *text; text++) {
        text += text[0] == '\\' && text[1] == '$';
        *out++ = *text;
    }
    *out = '\0';
    return made;
}

const char *authjs_dotenv_expand(authjs_dotenv_t *dotenv, apr_pool_t *pool,
                                 authjs_dotenv_lookup_t *lookup, const void *baton)
{
    expansion_t expansion = {dotenv, lookup, baton, 0};
    const char *why = NULL;
    apr_pool_t *pools[2];
    int i;

    apr_pool_create(&pools[0], pool);
    apr_pool_create(&pools[1], pool);
    for (i = 0; !why && i < dotenv->variables->nelts; i++) {
        authjs_variable_t *variable =
            APR_ARRAY_IDX(dotenv->variables, i, authjs_variable_t *);
        const char *value = lookup(baton, variable->name);

        if (value) {
            variable->value = apr_pstrdup(pool, value);
            continue;
        }
        value = variable->value;
        why = expand(&expansion, pools, &value);
        if (why) {
            why = apr_psprintf(pool, "line %d: %s", variable->line, why);
        }
        else {
            variable->value = without_escapes(pool, value);
        }
    }
    apr_pool_destroy(pools[0]);
    apr_pool_destroy(pools[1]);
    return why;
}
