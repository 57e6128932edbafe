#include "providers/provider.h"

#include "oauth/oauth.h"

#define CALLBACK_METHODS ((1 << M_GET) | (1 << M_POST))

const authjs_provider_type_t authjs_type_oauth = {
    "oauth", 1, CALLBACK_METHODS, 0, authjs_oauth_signin, authjs_oauth_callback, NULL};

const authjs_provider_type_t authjs_type_oidc = {
    "oidc", 1, CALLBACK_METHODS, 0, authjs_oauth_signin, authjs_oauth_callback, NULL};
