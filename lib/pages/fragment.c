/* The fragment of an address (#/report/1234), which no server is ever told. */
#include "pages/document.h"

#include "web/url.h"

#define LONGEST APR_STRINGIFY(AUTHJS_URL_MAX_LEN)

/* A browser takes the fragment of the page that was asked for along to the sign-in page.
 * From there it goes on in callbackUrl, unless that has one: spelled as
 * authjs_url_decide() would have it, never to another origin, whom it was not meant for,
 * and not where the URL would become longer than AUTHJS_URL_MAX_LEN: that would lose all
 * of it. Links to a page that sets callbackUrl take it there as their own. */
static const char script[] =
    "(() => {\n"
    "const fragment = location.hash.slice(1)\n"
    "    .replace(/%(?![\\dA-Fa-f]{2})|[^!$%&-;=?-Z_a-z~[\\]]/g, encodeURIComponent);\n"
    "if (!fragment) return;\n"
    "for (const field of document.querySelectorAll('input[name=callbackUrl]')) {\n"
    "    const url = field.value + '#' + fragment;\n"
    "    if (`${field.value}/`.startsWith(`${location.origin}/`) && "
    "!field.value.includes('#')\n"
    "        && url.length <= " LONGEST ") field.value = url;\n"
    "}\n"
    "for (const link of document.querySelectorAll('a[href*=\"callbackUrl=\"]')) {\n"
    "    if (link.origin === location.origin && !link.hash) link.hash = fragment;\n"
    "}\n"
    "})();\n";

void authjs_document_keep_fragment(authjs_document_t *document)
{
    authjs_document_add_script(document, script);
}
