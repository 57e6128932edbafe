/* authjs-dotenv <TEXTS: what the module reads in .env files, with the environment of this
 * process. stdin has their texts, each ended by a NUL byte; each is answered by a line: a
 * JSON object, or a string that says why it is refused. authjs-dotenv add NAME: stdin has
 * texts and values by turns; the answer is the text with the variable NAME of that value,
 * ended by a NUL byte, or nothing before that. For the tests: not installed. */
#include "core/dotenv.h"
#include "core/json.h"

#include <apr_general.h>
#include <apr_strings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXTS (16 * 1024 * 1024)

static const char *from_environment(const void *baton, const char *name)
{
    (void)baton;
    return getenv(name);
}

static struct json_object *describe(apr_pool_t *pool, const char *text)
{
    struct json_object *answer = authjs_json_object(pool);
    authjs_dotenv_t *dotenv;
    const char *why = authjs_dotenv_read(&dotenv, pool, text, strlen(text));
    int i;

    if (!why) {
        why = authjs_dotenv_expand(dotenv, pool, from_environment, NULL);
    }
    if (why) {
        return authjs_json_own(pool, json_object_new_string(why));
    }
    for (i = 0; i < dotenv->variables->nelts; i++) {
        const authjs_variable_t *variable =
            APR_ARRAY_IDX(dotenv->variables, i, const authjs_variable_t *);

        authjs_json_set_string(answer, variable->name, variable->value);
    }
    return answer;
}

static void add(apr_pool_t *pool, const char *name, const char *text, const char *value)
{
    const char *changed;

    if (!authjs_dotenv_add(&changed, pool, text, name, value)) {
        fputs(changed, stdout);
    }
    putchar('\0');
}

int main(int argc, char **argv)
{
    char *texts = malloc(MAX_TEXTS + 1), *at;
    size_t len = texts ? fread(texts, 1, MAX_TEXTS, stdin) : 0;
    apr_pool_t *pool;

    if (!texts || len == MAX_TEXTS) {
        return 1;
    }
    texts[len] = '\0';
    apr_initialize();
    for (at = texts; at < texts + len; at += strlen(at) + 1) {
        apr_pool_create(&pool, NULL);
        if (argc > 2 && !strcmp(argv[1], "add")) {
            const char *text = at;

            at += strlen(at) + 1;
            add(pool, argv[2], text, at < texts + len ? at : "");
        }
        else {
            printf("%s\n", authjs_json_text(pool, describe(pool, at)));
        }
        apr_pool_destroy(pool);
    }
    apr_terminate();
    free(texts);
    return 0;
}
