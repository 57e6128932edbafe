/* authjsctl check: what was found, for people or programs. */
#include "ctl_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FINDINGS_MAX 1000
#define TEXT_MAX     1000

static const char *const levels[] = {"ok", "note", "warning", "error", "error"};

void authjs_ctl_found(authjs_ctl_check_t *check, authjs_found_e level, const char *code,
                      const char *site, const char *fmt, ...)
{
    struct json_object *finding = authjs_json_object(check->pool);
    const char *text;
    va_list args;

    va_start(args, fmt);
    text = apr_pvsprintf(check->pool, fmt, args);
    va_end(args);
    check->count[level]++;
    if (json_object_array_length(check->findings) >= FINDINGS_MAX) {
        return;
    }
    text = authjs_ctl_text(check->pool, text);
    authjs_json_set_string(finding, "level", levels[level]);
    authjs_json_set_string(finding, "code", code);
    authjs_json_set_string(finding, "site", authjs_ctl_text(check->pool, site));
    authjs_json_set_string(
        finding, "text",
        strlen(text) > TEXT_MAX ? authjs_printable(check->pool, text, TEXT_MAX) : text);
    json_object_array_add(check->findings, json_object_get(finding));
}

static int errors(const authjs_ctl_check_t *check)
{
    return check->count[AUTHJS_FOUND_ERROR] + check->count[AUTHJS_FOUND_AWAY];
}

static void print_text(const authjs_ctl_check_t *check)
{
    size_t i;

    for (i = 0; i < json_object_array_length(check->findings); i++) {
        struct json_object *finding = json_object_array_get_idx(check->findings, i);
        const char *site = authjs_json_get_string(finding, "site");

        printf("%-7s %s%s%s [%s]\n", authjs_json_get_string(finding, "level"), site,
               *site ? ": " : "", authjs_json_get_string(finding, "text"),
               authjs_json_get_string(finding, "code"));
    }
    printf("errors: %d, warnings: %d, notes: %d\n", errors(check),
           check->count[AUTHJS_FOUND_WARNING], check->count[AUTHJS_FOUND_NOTE]);
}

static void print_json(const authjs_ctl_check_t *check)
{
    struct json_object *all = authjs_json_object(check->pool);

    authjs_json_set(all, "findings", check->findings);
    authjs_json_set_int64(all, "errors", errors(check));
    authjs_json_set_int64(all, "unreachable", check->count[AUTHJS_FOUND_AWAY]);
    authjs_json_set_int64(all, "warnings", check->count[AUTHJS_FOUND_WARNING]);
    authjs_json_set_int64(all, "notes", check->count[AUTHJS_FOUND_NOTE]);
    puts(authjs_json_line(check->pool, authjs_json_text(check->pool, all), NULL));
}

void authjs_ctl_print_found(const authjs_ctl_check_t *check)
{
    if (check->ctl->value[AUTHJS_OPT_JSON]) {
        print_json(check);
    }
    else {
        print_text(check);
    }
}
