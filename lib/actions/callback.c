#include "actions/action.h"

#include "providers/provider.h"

const authjs_error_t *authjs_action_callback(authjs_exchange_t *x)
{
    const authjs_provider_type_t *type = x->provider ? x->provider->type : NULL;
    const authjs_error_t *error;

    if (!type) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                            "callback without a provider");
    }
    if (!(type->callback_methods & (1 << x->action->method))) {
        return authjs_error(x->pool, AUTHJS_ERR_InvalidProvider,
                            "a %s provider takes no %s callback", type->name,
                            x->r->method);
    }
    if (type->callback_csrf && (error = authjs_csrf_require(x))) {
        return error;
    }
    return type->callback(x);
}
