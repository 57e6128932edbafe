/* authjsctl invite: links that are good for one account. A link is never shown again: the
 * database has a hash of it. */
#include "ctl.h"

#include "jose/invitation.h"

#include <stdio.h>
#include <string.h>

#define PAGE      500
#define DAY       ((apr_int64_t)86400)
#define VALID     (3 * DAY)
#define VALID_MAX (366 * DAY)

/* ---- for which site ---------------------------------------------------------------- */

/* The provider that --provider names, or the only one. */
static int choose_provider(const authjs_ctl_t *ctl, struct json_object *ids,
                           const char **provider)
{
    const char *wanted = ctl->value[AUTHJS_OPT_PROVIDER];
    const apr_array_header_t *all = authjs_ctl_strings(ctl->pool, ids);
    int i;

    for (i = 0; i < all->nelts; i++) {
        *provider = APR_ARRAY_IDX(all, i, const char *);
        if (wanted ? !strcmp(wanted, *provider) : all->nelts == 1) {
            return AUTHJS_CTL_OK;
        }
    }
    return authjs_ctl_fail(AUTHJS_CTL_USAGE, "which one? --provider is one of %s",
                           apr_array_pstrcat(ctl->pool, all, ' '));
}

/* Where browsers find the endpoints: a link is good nowhere else. */
static int find_base_url(const authjs_ctl_t *ctl, struct json_object *site,
                         const char **base_url)
{
    const char *pinned = authjs_json_get_string(site, "pinned");
    const char *written = ctl->value[AUTHJS_OPT_URL];

    if (!pinned && !written) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "the site has no AuthJSURL; write its address as "
                               "browsers know it: --url https://www.example.com");
    }
    if (written) {
        int code = authjs_ctl_origin(ctl, written, &written);

        if (code) {
            return code;
        }
        if (pinned && strcmp(pinned, written)) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                                   "--url is another address than AuthJSURL: %s", pinned);
        }
        pinned = written;
    }
    *base_url =
        apr_pstrcat(ctl->pool, pinned, authjs_json_get_string(site, "path"), NULL);
    return AUTHJS_CTL_OK;
}

/* The database is that of the same site. */
static void stay_with(authjs_ctl_t *ctl, struct json_object *site)
{
    apr_int64_t port = 0;

    authjs_json_get_int64(site, "port", &port);
    ctl->value[AUTHJS_OPT_SITE] =
        apr_psprintf(ctl->pool, "%s:%" APR_INT64_T_FMT,
                     authjs_json_get_string(site, "name"), port);
}

static int find_site(authjs_ctl_t *ctl, authjs_invitation_t *invitation,
                     authjs_keyring_t **keys)
{
    static const char *const members[] = {"inviting", "secrets", "pinned", "path", NULL};
    apr_array_header_t *secrets;
    struct json_object *site;
    const char *why;
    int code = authjs_ctl_site(ctl, members, &site);

    if (!code) {
        code = choose_provider(ctl, authjs_json_get_array(site, "inviting"),
                               &invitation->provider);
    }
    if (!code) {
        code = find_base_url(ctl, site, &invitation->base_url);
    }
    if (code) {
        return code;
    }
    secrets = authjs_ctl_strings(ctl->pool, authjs_json_get_array(site, "secrets"));
    why = secrets->nelts
              ? authjs_keyring_create(keys, ctl->pool, secrets, AUTHJS_INVITATION_SALT)
              : "there is no secret";
    stay_with(ctl, site);
    return why ? authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why) : AUTHJS_CTL_OK;
}

/* ---- make -------------------------------------------------------------------------- */

static int read_valid(const authjs_ctl_t *ctl, apr_int64_t *seconds)
{
    static const char units[] = "smhdw";
    static const apr_int64_t each[] = {1, 60, 3600, DAY, 7 * DAY};
    const char *text = ctl->value[AUTHJS_OPT_VALID];
    apr_size_t len = text ? strspn(text, "0123456789") : 0;
    const char *unit = text && text[len] ? strchr(units, text[len]) : NULL;

    *seconds = VALID;
    if (!text) {
        return AUTHJS_CTL_OK;
    }
    /* So many digits are no overflow. */
    if (len && len < 10 && unit && !text[len + 1]) {
        *seconds = apr_atoi64(text) * each[unit - units];
        if (*seconds > 0 && *seconds <= VALID_MAX) {
            return AUTHJS_CTL_OK;
        }
    }
    return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                           "--valid is digits and a unit, a year at most: 90s, 15m, 12h, "
                           "3d, 2w");
}

static int keep(authjs_ctl_database_t *database, const authjs_invitation_t *invitation,
                apr_int64_t expires)
{
    apr_pool_t *pool = database->call.pool;
    struct json_object *row = authjs_json_object(pool), *created;
    char end[AUTHJS_ISO8601_LEN + 1];
    authjs_adapter_status_e status;

    authjs_iso8601(end, expires);
    authjs_json_set_string(row, "identifier", invitation->identifier);
    authjs_json_set_string(row, "token", invitation->hash);
    authjs_json_set_string(row, "expires", end);
    status = authjs_sql_methods.create_verification_token(database->sql, &database->call,
                                                          row, &created);
    return status == AUTHJS_ADAPTER_OK ? AUTHJS_CTL_OK
                                       : authjs_ctl_failed(&database->call, status);
}

static int invite(authjs_ctl_t *ctl)
{
    const char *name = ctl->value[AUTHJS_OPT_NAME], *why;
    authjs_invitation_t invitation = {.name = name ? name : ""};
    authjs_ctl_database_t database;
    authjs_keyring_t *keys;
    apr_int64_t valid;
    int code = read_valid(ctl, &valid);

    if (!code) {
        code = find_site(ctl, &invitation, &keys);
    }
    if (code) {
        return code;
    }
    why = authjs_invitation_make(&invitation, ctl->pool, keys, ctl->now + valid);
    if (why) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why);
    }
    code = authjs_ctl_database(ctl, &database);
    if (!code) {
        code = keep(&database, &invitation, ctl->now + valid);
    }
    if (!code) {
        printf("%s/signin?invitation=%s\n", invitation.base_url, invitation.token);
    }
    return code;
}

/* ---- list and revoke --------------------------------------------------------------- */

/* A row as it is shown, with its hash; NULL: it is none of ours, or past its end. */
static struct json_object *describe(const authjs_ctl_t *ctl, struct json_object *row)
{
    static const char prefix[] = AUTHJS_INVITATION_PREFIX;
    const char *text = authjs_json_get_string(row, "identifier");
    const char *expires = authjs_json_get_string(row, "expires");
    struct json_object *shown;
    apr_int64_t end;
    apr_size_t len;

    if (!text || strncmp(text, prefix, sizeof(prefix) - 1) || !expires ||
        !authjs_iso8601_read(&end, expires) || end <= ctl->now * 1000) {
        return NULL;
    }
    text += sizeof(prefix) - 1;
    len = strspn(text, "0123456789abcdef");
    if (len != AUTHJS_INVITATION_ID_LEN || (text[len] && text[len] != ' ')) {
        return NULL;
    }
    shown = authjs_json_object(ctl->pool);
    authjs_json_set_string(shown, "invitation", apr_pstrmemdup(ctl->pool, text, len));
    authjs_json_set_string(shown, "expires", apr_pstrdup(ctl->pool, expires));
    authjs_json_set_string(shown, "name",
                           text[len] ? apr_pstrdup(ctl->pool, text + len + 1) : NULL);
    return shown;
}

/* All that are open: each row is handed to take, until that returns an exit code. */
static int each_row(const authjs_ctl_t *ctl, authjs_ctl_database_t *database,
                    int (*take)(const authjs_ctl_t *ctl, authjs_ctl_database_t *database,
                                struct json_object *row, struct json_object *shown,
                                void *baton),
                    void *baton)
{
    authjs_call_t *call = &database->call;
    struct json_object *page, *shown;
    const char *after = NULL;
    size_t count, i;
    int code = AUTHJS_CTL_OK;

    apr_pool_create(&call->pool, ctl->pool);
    do {
        authjs_adapter_status_e status = authjs_sql_browse_verification_tokens(
            database->sql, call, AUTHJS_INVITATION_PREFIX "%", after, PAGE, &page);

        if (status != AUTHJS_ADAPTER_OK) {
            return authjs_ctl_failed(call, status);
        }
        count = json_object_array_length(page);
        for (i = 0; !code && i < count; i++) {
            struct json_object *row = json_object_array_get_idx(page, i);

            after = authjs_json_get_string(row, "identifier");
            shown = describe(ctl, row);
            code = shown ? take(ctl, database, row, shown, baton) : AUTHJS_CTL_OK;
        }
        after = apr_pstrdup(ctl->pool, after);
        apr_pool_clear(call->pool);
    } while (!code && count == PAGE);
    return code;
}

static int list_one(const authjs_ctl_t *ctl, authjs_ctl_database_t *database,
                    struct json_object *row, struct json_object *shown, void *baton)
{
    const char *name = authjs_json_get_string(shown, "name");

    (void)row;
    json_object_array_add(baton, json_object_get(shown));
    if (!ctl->value[AUTHJS_OPT_JSON]) {
        printf("%s  %s%s%s\n", authjs_json_get_string(shown, "invitation"),
               authjs_json_get_string(shown, "expires"), name ? "  " : "",
               authjs_ctl_text(database->call.pool, name));
    }
    return AUTHJS_CTL_OK;
}

static int list(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    struct json_object *all = authjs_json_own(ctl->pool, json_object_new_array());
    int code = each_row(ctl, database, list_one, all);

    if (!code && ctl->value[AUTHJS_OPT_JSON]) {
        puts(authjs_json_text(ctl->pool, all));
    }
    return code;
}

static int revoke_one(const authjs_ctl_t *ctl, authjs_ctl_database_t *database,
                      struct json_object *row, struct json_object *shown, void *baton)
{
    struct json_object *used;
    authjs_adapter_status_e status;

    if (strcmp(ctl->args[1], authjs_json_get_string(shown, "invitation"))) {
        return AUTHJS_CTL_OK;
    }
    status = authjs_sql_methods.use_verification_token(
        database->sql, &database->call, authjs_json_get_string(row, "identifier"),
        authjs_json_get_string(row, "token"), &used);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(&database->call, status);
    }
    *(int *)baton += used != NULL;
    return AUTHJS_CTL_OK;
}

static int withdraw(const authjs_ctl_t *ctl, authjs_ctl_database_t *database)
{
    int revoked = 0, code = each_row(ctl, database, revoke_one, &revoked);

    if (code) {
        return code;
    }
    if (!revoked) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "there is no such invitation: it was "
                                                  "used, has expired, or never was");
    }
    puts("revoked 1 invitation");
    return AUTHJS_CTL_OK;
}

/* Of what makes an invitation nothing means anything to the others. */
static int is_bare(const authjs_ctl_t *ctl)
{
    return !ctl->value[AUTHJS_OPT_NAME] && !ctl->value[AUTHJS_OPT_VALID] &&
           !ctl->value[AUTHJS_OPT_URL] && !ctl->value[AUTHJS_OPT_PROVIDER];
}

int authjs_ctl_invite(authjs_ctl_t *ctl)
{
    const char *what = ctl->nargs ? ctl->args[0] : "";
    int lists = !strcmp(what, "list") && ctl->nargs == 1 && is_bare(ctl);
    int revokes = !strcmp(what, "revoke") && ctl->nargs == 2 && is_bare(ctl) &&
                  !ctl->value[AUTHJS_OPT_JSON];
    authjs_ctl_database_t database;
    int code;

    if (!*what && !ctl->value[AUTHJS_OPT_JSON]) {
        return invite(ctl);
    }
    if (!lists && !revokes) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "invite, invite list or invite revoke INVITATION; see "
                               "authjsctl invite --help");
    }
    code = authjs_ctl_database(ctl, &database);
    return code ? code : lists ? list(ctl, &database) : withdraw(ctl, &database);
}
