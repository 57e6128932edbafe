/* What a sign-in has proved besides who somebody is, and when: as a session carries it.
 */
#ifndef AUTHJS_SESSION_PROOF_H
#define AUTHJS_SESSION_PROOF_H

#include <apr_pools.h>

/** What a sign-in proved, as bits. */
typedef enum {
    AUTHJS_FACTOR_PASSKEY = 1, /**< a passkey was used */
    AUTHJS_FACTOR_MFA = 2 /**< more than one factor: a passkey with user verification, or
                               the provider says so (acr, amr) */
} authjs_factor_e;

typedef struct {
    int factors;           /**< authjs_factor_e */
    apr_int64_t auth_time; /**< seconds; 0: not known */
} authjs_proof_t;

/** Factors as the claim factor has them: "passkey", "mfa", "passkey mfa"; NULL: none. */
const char *authjs_factors_text(int factors);
/** The factors of such a text, exactly so written; 0: of any other, and of NULL. */
int authjs_factors_read(const char *text);

/** As a part of a sessionToken: ~1790000000, ~p1790000000, ~pm1790000000. In pool. */
const char *authjs_proof_part(apr_pool_t *pool, const authjs_proof_t *proof);
/** Read a part, exactly so written. @return 0: it is none, and *proof says nothing. */
int authjs_proof_read(authjs_proof_t *proof, const char *part, apr_size_t len);

/** Whether a proof is younger than age seconds. One from the future is not, but for what
 * clocks may differ by; one without a time never is. */
int authjs_proof_is_fresh(const authjs_proof_t *proof, apr_int64_t age, apr_int64_t now);

#endif
