/* authjs-catalogue [SCHEMA] <TEXTS: what the module says of files of definitions; with
 * SCHEMA: what that file alone says of their structure. stdin has their texts, each ended
 * by a NUL byte; each is answered by a line: null, or a string that says what is wrong.
 * For the tests: not installed. */
#include "catalogue/catalogue.h"
#include "core/jsonschema.h"

#include <apr_general.h>

#include <stdio.h>
#include <stdlib.h>

#define MAX_TEXTS (64 * 1024 * 1024)

/* @return NUL-terminated; NULL when there is more than there is room for */
static char *read_all(FILE *from, size_t *len)
{
    char *text = malloc(MAX_TEXTS + 1);

    *len = text ? fread(text, 1, MAX_TEXTS, from) : MAX_TEXTS;
    if (*len == MAX_TEXTS) {
        free(text);
        return NULL;
    }
    text[*len] = '\0';
    return text;
}

static const char *judge(apr_pool_t *pool, struct json_object *schema, const char *text)
{
    struct json_object *file;
    const char *why = authjs_json_parse_file(&file, pool, text, strlen(text));

    if (why) {
        return why;
    }
    return schema ? authjs_json_schema_hold(pool, schema, file, NULL)
                  : authjs_catalogue_check(pool, file);
}

static void answer(apr_pool_t *pool, const char *why)
{
    struct json_object *said = why ? json_object_new_string(why) : NULL;

    printf("%s\n", authjs_json_text(pool, authjs_json_own(pool, said)));
}

int main(int argc, char **argv)
{
    struct json_object *schema = NULL;
    apr_pool_t *global, *pool;
    char *texts, *at, *rules = NULL;
    size_t len, rules_len;
    FILE *file;

    apr_initialize();
    apr_pool_create(&global, NULL);
    if (argc > 1) {
        file = fopen(argv[1], "r");
        rules = file ? read_all(file, &rules_len) : NULL;
        if (!rules || authjs_json_parse_object(&schema, global, rules, rules_len)) {
            return 1;
        }
        fclose(file);
    }
    texts = read_all(stdin, &len);
    if (!texts) {
        return 1;
    }
    for (at = texts; at < texts + len; at += strlen(at) + 1) {
        apr_pool_create(&pool, global);
        answer(pool, judge(pool, schema, at));
        apr_pool_destroy(pool);
    }
    apr_pool_destroy(global);
    apr_terminate();
    free(texts);
    free(rules);
    return 0;
}
