/* Whose an address is, as far as it tells. */
#include "core/core.h"

#include <apr_strings.h>

#include <arpa/inet.h>
#include <string.h>

#define IPV6_PREFIX 8 /* bytes */

const char *authjs_network(apr_pool_t *pool, const char *ip)
{
    char text[INET6_ADDRSTRLEN];
    const char *bare = ip ? apr_pstrmemdup(pool, ip, strcspn(ip, "%")) : "";
    struct in6_addr address;

    if (inet_pton(AF_INET6, bare, &address) != 1) {
        return bare;
    }
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof(text));
        return apr_pstrdup(pool, text);
    }
    memset(address.s6_addr + IPV6_PREFIX, 0, sizeof(address) - IPV6_PREFIX);
    inet_ntop(AF_INET6, &address, text, sizeof(text));
    return apr_pstrcat(pool, text, "/64", NULL);
}
