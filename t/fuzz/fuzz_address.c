/* E-mail addresses: what is taken is one plain recipient, and is taken as it is again. */
#include "core/core.h"
#include "web/address.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* What libcurl, a header or a service's JSON could read as more than one address. */
static void check_plain(const char *address)
{
    const char *at = strchr(address, '@');

    check(at && at > address && at[1] && !strchr(at + 1, '@'));
    check(authjs_line(address) == address && !strpbrk(address, " \"<>,;:()[]\\%!"));
    check(*address != '-' && *address != '.' && at[1] != '-' && at[1] != '.');
    check(strlen(address) <= AUTHJS_ADDRESS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const char *input, *address, *again, *ascii;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    input = apr_pstrmemdup(pool, (const char *)data, size);
    if (authjs_address_normalise(&address, pool, input)) {
        check(!address);
    }
    else {
        check_plain(address);
        check(!authjs_address_normalise(&again, pool, address));
        check(!strcmp(address, again));
        check(!authjs_address_ascii(&ascii, pool, address));
        check_plain(ascii);
        for (ascii = strchr(ascii, '@'); *ascii; ascii++) {
            check((unsigned char)*ascii < 0x80);
        }
    }
    if (!authjs_address_ascii(&ascii, pool, input)) {
        check_plain(ascii);
    }
    apr_pool_destroy(pool);
    return 0;
}
