/* authjs-address <TEXTS: what the module makes of e-mail addresses. stdin has the texts,
 * each ended by a NUL byte; each is answered by a line of JSON: {"address", "ascii"}, or
 * a string that says why it is refused. For the tests: not installed. */
#include "core/json.h"
#include "web/address.h"

#include <apr_general.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXTS (16 * 1024 * 1024)

static struct json_object *describe(apr_pool_t *pool, const char *text)
{
    struct json_object *answer = authjs_json_object(pool);
    const char *address, *ascii;
    const char *why = authjs_address_normalise(&address, pool, text);

    if (!why) {
        why = authjs_address_ascii(&ascii, pool, address);
    }
    if (why) {
        return authjs_json_own(pool, json_object_new_string(why));
    }
    authjs_json_set_string(answer, "address", address);
    authjs_json_set_string(answer, "ascii", ascii);
    return answer;
}

int main(void)
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
        printf("%s\n", authjs_json_text(pool, describe(pool, at)));
        apr_pool_destroy(pool);
    }
    apr_terminate();
    free(texts);
    return 0;
}
