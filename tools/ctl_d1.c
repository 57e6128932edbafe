/* authjsctl's way to Cloudflare D1. */
#include "ctl_d1.h"

#include "adapters/d1.h"
#include "http/transfer.h"

#include <apr_time.h>

#include <stdlib.h>

#define TOKEN_MAX (16 * 1024)
#define DEADLINE  apr_time_from_sec(60)

/* The connection of an authjs_d1_t. */
typedef struct {
    CURL *curl;
    apr_pool_t *pool; /* of the call */
    apr_time_t deadline;
} link_t;

static const authjs_http_limits_t limits = {5000, 30000, 60000, 16 * 1024 * 1024,
                                            NULL, NULL,  NULL};

static const char *send_request(void *baton, const authjs_client_request_t *request,
                                authjs_client_response_t **response)
{
    link_t *link = baton;

    curl_easy_reset(link->curl);
    return authjs_transfer(link->curl, link->pool, &limits, link->deadline, request,
                           response);
}

static authjs_adapter_status_e run_statements(const authjs_sql_t *sql,
                                              authjs_call_t *call,
                                              authjs_statement_t *statements, int count,
                                              int lock)
{
    link_t *link = sql->connection;
    authjs_d1_link_t d1_link = {apr_time_now() + DEADLINE, send_request, link};

    (void)lock;
    link->pool = call->pool;
    link->deadline = d1_link.deadline;
    return authjs_d1_run((const authjs_d1_t *)sql, call, statements, count, &d1_link);
}

static apr_status_t close_link(void *data)
{
    link_t *link = data;

    curl_easy_cleanup(link->curl);
    curl_global_cleanup();
    return APR_SUCCESS;
}

/* httpd has resolved it, or authjs_ctl_d1_words. */
static const char *secret_as_written(const char **secret, apr_pool_t *pool,
                                     const char *written)
{
    (void)pool;
    *secret = written;
    return NULL;
}

const char *authjs_ctl_d1_open(authjs_sql_t **sql, apr_pool_t *pool,
                               const apr_array_header_t *words)
{
    link_t *link = apr_pcalloc(pool, sizeof(*link));
    authjs_d1_t *d1;
    const char *why = authjs_d1_open(&d1, pool, words->nelts,
                                     (const char *const *)words->elts, secret_as_written);

    if (why) {
        return why;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        !(link->curl = curl_easy_init())) {
        return "libcurl cannot be started";
    }
    apr_pool_cleanup_register(pool, link, close_link, apr_pool_cleanup_null);
    d1->sql.run = run_statements;
    d1->sql.connection = link;
    *sql = &d1->sql;
    return NULL;
}

authjs_adapter_status_e authjs_ctl_d1_migrate(const authjs_sql_t *sql,
                                              authjs_call_t *call)
{
    apr_array_header_t *texts =
        authjs_sql_migration(call->pool, sql->dialect, sql->schema);
    authjs_statement_t *statements =
        apr_pcalloc(call->pool, sizeof(*statements) * (apr_size_t)texts->nelts);
    int i;

    for (i = 0; i < texts->nelts; i++) {
        statements[i].text = APR_ARRAY_IDX(texts, i, const char *);
    }
    return sql->run(sql, call, statements, texts->nelts, 0);
}

static void add_word(apr_array_header_t *words, const authjs_ctl_t *ctl, const char *name,
                     authjs_ctl_option_e which)
{
    if (ctl->value[which]) {
        APR_ARRAY_PUSH(words, const char *) =
            apr_pstrcat(words->pool, name, "=", ctl->value[which], NULL);
    }
}

const char *authjs_ctl_d1_words(const authjs_ctl_t *ctl, apr_array_header_t **made)
{
    apr_array_header_t *words = apr_array_make(ctl->pool, 5, sizeof(const char *));
    const char *path = ctl->value[AUTHJS_OPT_D1_TOKEN_FILE], *why;
    const char *token = path ? NULL : getenv("CLOUDFLARE_API_TOKEN");

    if (path && (why = authjs_ctl_read(&token, ctl->pool, path, TOKEN_MAX))) {
        return why;
    }
    if (!token || !*token) {
        return "d1 needs its API token: --d1-token-file FILE, or CLOUDFLARE_API_TOKEN in "
               "the environment";
    }
    if (!ctl->value[AUTHJS_OPT_D1_ACCOUNT] || !ctl->value[AUTHJS_OPT_D1_DATABASE]) {
        return "d1 needs --d1-account ID and --d1-database ID";
    }
    add_word(words, ctl, "account", AUTHJS_OPT_D1_ACCOUNT);
    add_word(words, ctl, "database", AUTHJS_OPT_D1_DATABASE);
    add_word(words, ctl, "schema", AUTHJS_OPT_SCHEMA);
    add_word(words, ctl, "api", AUTHJS_OPT_D1_URL);
    APR_ARRAY_PUSH(words, const char *) = apr_pstrcat(ctl->pool, "token=", token, NULL);
    *made = words;
    return NULL;
}
