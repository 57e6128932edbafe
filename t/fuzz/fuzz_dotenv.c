/* .env files: whatever is read has names, and values that are UTF-8 and bounded; reading
 * it ends. The first byte says which names the process has. */
#include "core/core.h"
#include "core/dotenv.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static const char *look_up(const void *baton, const char *name)
{
    return !strcmp(name, "A") ? baton : NULL;
}

static void check_all(const authjs_dotenv_t *dotenv, int lines)
{
    int i;

    check((int)apr_hash_count(dotenv->by_name) == dotenv->variables->nelts);
    check(dotenv->passed_over <= lines && dotenv->odd_quote <= lines);
    for (i = 0; i < dotenv->variables->nelts; i++) {
        const authjs_variable_t *variable =
            APR_ARRAY_IDX(dotenv->variables, i, const authjs_variable_t *);
        apr_size_t len = strlen(variable->value);

        check(*variable->name && !strpbrk(variable->name, " =\n$'\"`"));
        check(apr_hash_get(dotenv->by_name, variable->name, APR_HASH_KEY_STRING) ==
              variable);
        check(len <= AUTHJS_DOTENV_MAX && authjs_utf8_valid(variable->value, len));
        check(variable->line >= 1 && variable->line <= lines);
    }
}

static const char *nothing(const void *baton, const char *name)
{
    (void)baton;
    (void)name;
    return NULL;
}

/* What stands behind the first line end is added to what stands before it. */
static void check_added(apr_pool_t *pool, const char *data, size_t size)
{
    const char *text = apr_pstrmemdup(pool, data, size), *changed;
    const char *value = strchr(text, '\n');
    authjs_variable_t *variable;
    authjs_dotenv_t *dotenv;

    if (!value) {
        return;
    }
    text = apr_pstrmemdup(pool, text, (apr_size_t)(value - text));
    if (!authjs_dotenv_add(&changed, pool, text, "ADDED", value + 1)) {
        check(!authjs_dotenv_read(&dotenv, pool, changed, strlen(changed)));
        check(!authjs_dotenv_expand(dotenv, pool, nothing, NULL));
        variable = apr_hash_get(dotenv->by_name, "ADDED", APR_HASH_KEY_STRING);
        check(variable && !strcmp(variable->value, value + 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const process[] = {NULL, "", "a$$b$&c$`d$'e", "${B:-x}\\$"};
    static apr_pool_t *global;
    authjs_dotenv_t *dotenv;
    apr_pool_t *pool;
    int lines = 1;
    size_t i;

    if (!size) {
        return 0;
    }
    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    for (i = 0; i < size; i++) {
        lines += data[i] == '\n' || data[i] == '\r';
    }
    if (!authjs_dotenv_read(&dotenv, pool, (const char *)data, size)) {
        check_all(dotenv, lines);
        check_added(pool, (const char *)data, size);
        if (!authjs_dotenv_expand(dotenv, pool, look_up, process[data[0] % 4])) {
            check_all(dotenv, lines);
        }
    }
    apr_pool_destroy(pool);
    return 0;
}
