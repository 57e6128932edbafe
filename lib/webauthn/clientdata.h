/* Client data (section 5.8.1): what the browser says it was asked for, and by whom. */
#ifndef AUTHJS_WEBAUTHN_CLIENTDATA_H
#define AUTHJS_WEBAUTHN_CLIENTDATA_H

#include "webauthn/webauthn.h"

/**
 * Hold client data against what is expected. Members that are not known are passed over
 * (section 5.8.1.2 has them come).
 * @param type "webauthn.create" or "webauthn.get"
 * @return NULL, or a constant sentence: what was refused.
 */
const char *authjs_clientdata_check(apr_pool_t *pool, const unsigned char *json,
                                    apr_size_t len, const char *type,
                                    const authjs_webauthn_expected_t *expected);

#endif
