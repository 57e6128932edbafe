#include "session/proof.h"

#include "core/core.h"
#include "jose/jwt.h"

#include <apr_strings.h>
#include <string.h>

/* In the token of a row, which is in the database and in a cookie, each is a letter. */
#define PASSKEY  'p'
#define MFA      'm'
#define TIME_MAX 12 /* digits */

static const char *const texts[] = {NULL, "passkey", "mfa", "passkey mfa"};

const char *authjs_factors_text(int factors)
{
    return texts[factors & (AUTHJS_FACTOR_PASSKEY | AUTHJS_FACTOR_MFA)];
}

int authjs_factors_read(const char *text)
{
    int factors = text ? AUTHJS_FACTOR_PASSKEY | AUTHJS_FACTOR_MFA : 0;

    while (factors && strcmp(texts[factors], text)) {
        factors--;
    }
    return factors;
}

const char *authjs_proof_part(apr_pool_t *pool, const authjs_proof_t *proof)
{
    return apr_psprintf(pool, "~%s%s%" APR_INT64_T_FMT,
                        proof->factors & AUTHJS_FACTOR_PASSKEY ? "p" : "",
                        proof->factors & AUTHJS_FACTOR_MFA ? "m" : "", proof->auth_time);
}

int authjs_proof_read(authjs_proof_t *proof, const char *part, apr_size_t len)
{
    const char *at = part, *end = part + len;

    proof->factors = 0;
    proof->auth_time = 0;
    if (at == end || *at++ != '~') {
        return 0;
    }
    if (at < end && *at == PASSKEY) {
        proof->factors |= AUTHJS_FACTOR_PASSKEY;
        at++;
    }
    if (at < end && *at == MFA) {
        proof->factors |= AUTHJS_FACTOR_MFA;
        at++;
    }
    if (at == end || end - at > TIME_MAX || *at == '0') {
        return 0;
    }
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        proof->auth_time = proof->auth_time * 10 + (*at - '0');
    }
    return at == end;
}

int authjs_proof_is_fresh(const authjs_proof_t *proof, apr_int64_t age, apr_int64_t now)
{
    return proof->auth_time > 0 && proof->auth_time <= now + AUTHJS_JWT_TOLERANCE &&
           now - proof->auth_time < age;
}
