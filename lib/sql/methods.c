#include "sql/sql.h"

const authjs_adapter_t authjs_sql_methods = {NULL};
