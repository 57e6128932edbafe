/* authjsctl's way to Cloudflare D1. */
#ifndef AUTHJS_TOOLS_CTL_D1_H
#define AUTHJS_TOOLS_CTL_D1_H

#include "ctl.h"

/** @param words those behind "AuthJSAdapter d1", the token itself behind token=
 * @return NULL, or what to write (never the token). */
const char *authjs_ctl_d1_open(authjs_sql_t **sql, apr_pool_t *pool,
                               const apr_array_header_t *words);

/** The same words of the options --d1-... and the environment. NULL, or what to do. */
const char *authjs_ctl_d1_words(const authjs_ctl_t *ctl, apr_array_header_t **words);

/** Create what is missing of the tables, all or nothing. */
authjs_adapter_status_e authjs_ctl_d1_migrate(const authjs_sql_t *sql,
                                              authjs_call_t *call);

#endif
