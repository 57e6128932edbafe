/* authjs-token encode|decode --salt SALT --secret-env NAME [--max-age S] [--now S]
 *
 * encode: claims (JSON) on stdin, the token on stdout. decode: the reverse; a refused
 * token is exit 1 and the reason on stderr. The environment variable holds the secrets,
 * newest first, one a line. For the tests: not installed. */
#include "core/json.h"
#include "jose/jwt.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <apr_time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CLAIMS (1024 * 1024)

typedef struct {
    const char *action, *salt, *secret_env;
    apr_int64_t max_age, now;
} options_t;

static int fail(const char *why)
{
    fprintf(stderr, "authjs-token: %s\n", why);
    return 1;
}

static const char *read_options(options_t *options, int argc, char **argv)
{
    int i;

    if (argc < 2) {
        return "encode or decode?";
    }
    options->action = argv[1];
    for (i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--salt") == 0) {
            options->salt = argv[i + 1];
        }
        else if (strcmp(argv[i], "--secret-env") == 0) {
            options->secret_env = argv[i + 1];
        }
        else if (strcmp(argv[i], "--max-age") == 0) {
            options->max_age = apr_atoi64(argv[i + 1]);
        }
        else if (strcmp(argv[i], "--now") == 0) {
            options->now = apr_atoi64(argv[i + 1]);
        }
        else {
            return "unknown option";
        }
    }
    return i != argc                              ? "an option has no value"
           : options->salt && options->secret_env ? NULL
                                                  : "--salt and --secret-env are needed";
}

static char *read_all(apr_pool_t *pool, apr_size_t *len)
{
    char *text = apr_palloc(pool, MAX_CLAIMS + 1);

    *len = fread(text, 1, MAX_CLAIMS, stdin);
    while (*len && text[*len - 1] == '\n') {
        --*len;
    }
    text[*len] = '\0';
    return text;
}

static const char *make_keys(authjs_keyring_t **ring, apr_pool_t *pool,
                             const options_t *options)
{
    apr_array_header_t *secrets = apr_array_make(pool, 2, sizeof(const char *));
    char *left = apr_pstrdup(pool, getenv(options->secret_env));
    char *end;

    if (!left) {
        return "the environment variable of --secret-env is not set";
    }
    while ((end = strchr(left, '\n'))) {
        *end = '\0';
        APR_ARRAY_PUSH(secrets, const char *) = left;
        left = end + 1;
    }
    APR_ARRAY_PUSH(secrets, const char *) = left;
    return authjs_keyring_create(ring, pool, secrets, options->salt);
}

static const char *run(apr_pool_t *pool, const options_t *options)
{
    struct json_object *claims = NULL;
    authjs_keyring_t *ring = NULL;
    const char *token = NULL;
    const char *why = make_keys(&ring, pool, options);
    apr_size_t len;
    char *input = read_all(pool, &len);

    if (why) {
        return why;
    }
    if (strcmp(options->action, "decode") == 0) {
        why = authjs_jwt_decode(pool, ring, input, len, options->now, &claims);
        if (!why) {
            puts(json_object_to_json_string_ext(claims, JSON_C_TO_STRING_PLAIN));
        }
        return why;
    }
    if (strcmp(options->action, "encode") != 0) {
        return "encode or decode?";
    }
    why = authjs_json_parse_object(&claims, pool, input, len);
    if (!why) {
        why =
            authjs_jwt_encode(pool, ring, claims, options->max_age, options->now, &token);
    }
    if (!why) {
        puts(token);
    }
    return why;
}

int main(int argc, char **argv)
{
    options_t options = {0};
    apr_pool_t *pool;
    const char *why;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    options.max_age = 30 * 24 * 3600;
    options.now = apr_time_sec(apr_time_now());
    why = read_options(&options, argc, argv);
    if (!why) {
        why = run(pool, &options);
    }
    return why ? fail(why) : 0;
}
