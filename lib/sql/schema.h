/* What the tables of an Auth.js database are called and how their values are written:
 * data, read by the one code path that makes statements. */
#ifndef AUTHJS_SQL_SCHEMA_H
#define AUTHJS_SQL_SCHEMA_H

#include "sql/sql.h"

struct authjs_sql_schema_t {
    authjs_dialect_e dialect;
    const char *name; /**< pg, d1, prisma, drizzle, kysely */
};

#endif
