#include "providers/provider.h"

static const authjs_provider_type_t *const types[] = {
    &authjs_type_oauth, &authjs_type_oidc, &authjs_type_credentials, NULL};

const authjs_provider_type_t *authjs_provider_type(const char *name)
{
    int i = 0;

    while (types[i] && strcmp(types[i]->name, name)) {
        i++;
    }
    return types[i];
}
