#include "config/config.h"

/* What a member is when nothing was written. */
#define UNSET_STRING    NULL
#define UNSET_FLAG      AUTHJS_UNSET
#define UNSET_SECONDS   AUTHJS_UNSET
#define UNSET_LIST      NULL
#define UNSET_TABLE     NULL
#define UNSET_PROVIDERS NULL
#define UNSET_CALLBACKS NULL
#define UNSET_PAIR      NULL

static apr_table_t *merge_tables(apr_pool_t *pool, apr_table_t *base, apr_table_t *add)
{
    apr_table_t *merged;

    if (!base || !add) {
        return add ? add : base;
    }
    merged = apr_table_copy(pool, base);
    apr_table_overlap(merged, add, APR_OVERLAP_TABLES_SET);
    return merged;
}

static apr_array_header_t *merge_providers(apr_pool_t *pool, apr_array_header_t *base,
                                           apr_array_header_t *add)
{
    apr_array_header_t *merged;
    int i, j;

    if (!base || !add) {
        return add ? add : base;
    }
    merged = apr_array_copy(pool, base);
    for (i = 0; i < add->nelts; i++) {
        authjs_provider_t *provider = APR_ARRAY_IDX(add, i, authjs_provider_t *);

        for (j = 0; j < merged->nelts; j++) {
            if (!strcmp(APR_ARRAY_IDX(merged, j, authjs_provider_t *)->id,
                        provider->id)) {
                break;
            }
        }
        if (j == merged->nelts) {
            apr_array_push(merged);
        }
        APR_ARRAY_IDX(merged, j, authjs_provider_t *) = provider;
    }
    return merged;
}

static int is_written(const apr_array_header_t *list, int which)
{
    int i;

    for (i = 0; i < list->nelts; i++) {
        if (APR_ARRAY_IDX(list, i, authjs_written_callback_t).which == which) {
            return 1;
        }
    }
    return 0;
}

/* A virtual host that says something about one callback does not lose the others. */
static apr_array_header_t *merge_callbacks(apr_pool_t *pool, apr_array_header_t *base,
                                           apr_array_header_t *add)
{
    apr_array_header_t *merged;
    int i;

    if (!base || !add) {
        return add ? add : base;
    }
    merged = apr_array_copy(pool, add);
    for (i = 0; i < base->nelts; i++) {
        const authjs_written_callback_t *one =
            &APR_ARRAY_IDX(base, i, authjs_written_callback_t);

        if (!is_written(add, one->which)) {
            APR_ARRAY_PUSH(merged, authjs_written_callback_t) = *one;
        }
    }
    return merged;
}

#define ADD_IF_SET(kind, member)                                                         \
    (add->member != UNSET_##kind ? add->member : base->member)
#define MERGE_STRING(member)    ADD_IF_SET(STRING, member)
#define MERGE_FLAG(member)      ADD_IF_SET(FLAG, member)
#define MERGE_SECONDS(member)   ADD_IF_SET(SECONDS, member)
#define MERGE_LIST(member)      ADD_IF_SET(LIST, member)
#define MERGE_TABLE(member)     merge_tables(pool, base->member, add->member)
#define MERGE_PROVIDERS(member) merge_providers(pool, base->member, add->member)
#define MERGE_CALLBACKS(member) merge_callbacks(pool, base->member, add->member)
/* Goes with unauthorized, whether it is set or not. */
#define MERGE_PAIR(member)                                                               \
    (add->unauthorized != AUTHJS_UNSET ? add->member : base->member)

authjs_server_config_t *authjs_server_config(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &authjs_module);
}

void *authjs_config_create_server(apr_pool_t *pool, server_rec *s)
{
    authjs_server_config_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)s;
#define X(kind, member) conf->member = UNSET_##kind;
    AUTHJS_SERVER_MEMBERS(X)
#undef X
    return conf;
}

void *authjs_config_merge_server(apr_pool_t *pool, void *base_conf, void *add_conf)
{
    const authjs_server_config_t *base = base_conf;
    const authjs_server_config_t *add = add_conf;
    authjs_server_config_t *merged = apr_pcalloc(pool, sizeof(*merged));

#define X(kind, member) merged->member = MERGE_##kind(member);
    AUTHJS_SERVER_MEMBERS(X)
#undef X
    return merged;
}

void *authjs_config_create_dir(apr_pool_t *pool, char *path)
{
    authjs_dir_config_t *conf = apr_pcalloc(pool, sizeof(*conf));

    (void)path;
#define X(kind, member, usual) conf->member = UNSET_##kind;
    AUTHJS_DIR_MEMBERS(X)
#undef X
    return conf;
}

void *authjs_config_merge_dir(apr_pool_t *pool, void *base_conf, void *add_conf)
{
    const authjs_dir_config_t *base = base_conf;
    const authjs_dir_config_t *add = add_conf;
    authjs_dir_config_t *merged = apr_pcalloc(pool, sizeof(*merged));

#define X(kind, member, usual) merged->member = MERGE_##kind(member);
    AUTHJS_DIR_MEMBERS(X)
#undef X
    return merged;
}
