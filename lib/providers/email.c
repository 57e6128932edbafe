/* Type email: a link in a mail. */
#include "providers/email.h"

#include "adapters/store.h"
#include "mail/mail.h"
#include "settings/settings.h"

/* Auth.js: a provider's own secret takes the place of the site's in its tokens' hashes.
 */
static const char *find_secret(authjs_provider_t *provider, apr_pool_t *pool)
{
    const char *written =
        provider->options ? apr_table_get(provider->options, "secret") : NULL;
    const char *why =
        written ? authjs_secret_resolve(&provider->mail->secret, pool, written) : NULL;

    return why ? apr_pstrcat(pool, "AuthJSOption secret: ", why, NULL) : NULL;
}

static const char *finish(authjs_provider_t *provider, const authjs_site_t *site,
                          apr_pool_t *pool)
{
    const char *why;

    if (!site->store) {
        return "needs a database, where links are kept until they are used; write "
               "AuthJSAdapter";
    }
    if (!authjs_store_can(site->store, AUTHJS_METHOD_create_verification_token) ||
        !authjs_store_can(site->store, AUTHJS_METHOD_use_verification_token)) {
        return "needs an AuthJSAdapter with createVerificationToken and "
               "useVerificationToken";
    }
    why = authjs_mail_finish(provider, site, pool);
    return why ? why : find_secret(provider, pool);
}

/* An address is proved by whoever has it: nothing that is written about the provider
 * decides who somebody is. */
static void describe(authjs_parts_t *parts, const authjs_provider_t *provider,
                     const authjs_site_t *site)
{
    (void)parts;
    (void)provider;
    (void)site;
}

static const authjs_field_t fields[] = {{"email", AUTHJS_TEXT_emailAddress, "email",
                                         "email", "254", 1},
                                        {NULL, AUTHJS_TEXT__COUNT, NULL, NULL, NULL, 0}};

const authjs_provider_type_t authjs_type_email = {
    .name = "email",
    .title = "Email",
    .directives = AUTHJS_DIRECTIVES_MAIL | AUTHJS_DIRECTIVES_OPTIONS,
    .other_directives = "sends a link by mail; only AuthJSName, AuthJSStyle, "
                        "AuthJSOption and AuthJSMail... mean anything in its section",
    .finish = finish,
    .describe = describe,
    .sends_requests = 1,
    .fields = fields,
    .signin = authjs_email_signin,
    .callback = authjs_email_callback,
    .not_linked = AUTHJS_ERR_OAuthAccountNotLinked,
    .callback_methods = 1 << M_GET | 1 << M_POST,
    .keeps_accounts = 1,
    .makes_users = 1,
    .found_by_address = 1};
