/* A variable more in a .env file, so that what is read is what was meant. */
#include "core/dotenv.h"

#include "core/core.h"

#include <apr_strings.h>

#include <string.h>

static const char *nothing(const void *baton, const char *name)
{
    (void)baton;
    (void)name;
    return NULL;
}

/* A dollar sign begins a reference, in every kind of quotes. */
static const char *without_references(apr_pool_t *pool, const char *value)
{
    char *made = apr_palloc(pool, 2 * strlen(value) + 1), *out = made;

    for (; *value; value++) {
        if (*value == '$') {
            *out++ = '\\';
        }
        *out++ = *value;
    }
    *out = '\0';
    return made;
}

static int is_simple(const char *value)
{
    return !value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_.:/@+=-")];
}

/* Whether all variables but name mean the same in both. */
static int is_same(const authjs_dotenv_t *old, const authjs_dotenv_t *changed,
                   const char *name)
{
    int i, count = 0;

    for (i = 0; i < old->variables->nelts; i++) {
        const authjs_variable_t *before =
            APR_ARRAY_IDX(old->variables, i, const authjs_variable_t *);
        const authjs_variable_t *after =
            apr_hash_get(changed->by_name, before->name, APR_HASH_KEY_STRING);

        if (!strcmp(before->name, name)) {
            continue;
        }
        if (!after || strcmp(before->value, after->value)) {
            return 0;
        }
        count++;
    }
    return changed->variables->nelts == count + 1 &&
           changed->passed_over == old->passed_over;
}

/* Whether the text is the old one with this variable, and nothing else. */
static int reads_back(apr_pool_t *pool, const authjs_dotenv_t *old, const char *text,
                      const char *name, const char *value)
{
    const authjs_variable_t *variable;
    authjs_dotenv_t *changed;

    if (authjs_dotenv_read(&changed, pool, text, strlen(text)) ||
        !is_same(old, changed, name) ||
        authjs_dotenv_expand(changed, pool, nothing, NULL)) {
        return 0;
    }
    variable = apr_hash_get(changed->by_name, name, APR_HASH_KEY_STRING);
    return variable && !strcmp(variable->value, value);
}

/* Quotes that the value has nothing to do with: whoever adds a line by hand does not end
 * them somewhere else. */
static int fits(const char *value, const char *quote)
{
    apr_size_t len = strlen(value);

    return *quote ? !strchr(value, *quote) && len && value[len - 1] != '\\'
                  : is_simple(value);
}

const char *authjs_dotenv_add(const char **changed, apr_pool_t *pool, const char *text,
                              const char *name, const char *value)
{
    static const char *const quotes[] = {"", "'", "\"", "`"};
    apr_size_t len = strlen(text), i;
    const char *line_end = len && text[len - 1] != '\n' ? "\n" : "";
    const char *written = without_references(pool, value), *why;
    authjs_dotenv_t *old;

    if (!authjs_is_line(value, AUTHJS_DOTENV_MAX)) {
        return "it must be one line of text, without control characters";
    }
    why = authjs_dotenv_read(&old, pool, text, len);
    if (why) {
        return why;
    }
    for (i = 0; i < 8; i++) { /* first those that fit, then any that is read back */
        const char *quote = quotes[i % 4];

        *changed = apr_pstrcat(pool, text, line_end, name, "=", quote, written, quote,
                               "\n", NULL);
        if ((i >= 4 || fits(value, quote)) &&
            reads_back(pool, old, *changed, name, value)) {
            return NULL;
        }
    }
    return len + strlen(written) > AUTHJS_DOTENV_MAX - 512
               ? "the file would be longer than 64 KiB"
               : "the format of .env files has no way to write it there";
}
