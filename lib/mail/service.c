#include "mail/service.h"

#include "mail/fill.h"
#include "web/url.h"

#define BOUNDARY_BYTES 16

/* ---- places ------------------------------------------------------------------------ */

typedef struct {
    struct json_object *values;
    const authjs_mail_link_t *link;
    const authjs_mail_message_t *message;
} places_t;

static int place(void *data, const char *name, const char **value)
{
    const places_t *places = data;
    const struct {
        const char *name, *value;
    } own[] = {
        {"to", places->link->to},        {"subject", places->message->subject},
        {"html", places->message->html}, {"text", places->message->text},
        {"url", places->link->url},      {"host", places->link->host},
        {"token", places->link->token},  {"code", places->link->code},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (!strcmp(own[i].name, name)) {
            *value = own[i].value;
            return 1;
        }
    }
    *value = authjs_json_get_string(places->values, name);
    return json_object_object_get_ex(places->values, name, NULL);
}

/* ---- bodies ------------------------------------------------------------------------ */

static const char *form_body(apr_pool_t *pool, struct json_object *fields)
{
    apr_array_header_t *params = apr_array_make(pool, 8, sizeof(authjs_param_t));

    json_object_object_foreach(fields, name, value)
    {
        authjs_param_t *param = apr_array_push(params);

        param->name = name;
        param->value = json_object_get_string(value);
    }
    return authjs_form_serialize(pool, params);
}

/* RFC 7578. Nobody who writes a value knows the boundary. */
static const char *multipart_body(apr_pool_t *pool, struct json_object *fields,
                                  const char *boundary)
{
    const char *body = "";

    json_object_object_foreach(fields, name, value)
    {
        body = apr_pstrcat(pool, body, "--", boundary,
                           "\r\nContent-Disposition: form-data; name=\"", name,
                           "\"\r\n\r\n", json_object_get_string(value), "\r\n", NULL);
    }
    return apr_pstrcat(pool, body, "--", boundary, "--\r\n", NULL);
}

/* *type is the line of the header. NULL: there is no randomness. */
static const char *body_of(const char **type, apr_pool_t *pool, struct json_object *mail,
                           places_t *places)
{
    struct json_object *fields;
    const char *boundary;

    if ((fields = authjs_json_get_object(mail, "json"))) {
        *type = "Content-Type: application/json";
        return authjs_json_text(pool, authjs_fill_json(pool, fields, place, places));
    }
    if ((fields = authjs_json_get_object(mail, "form"))) {
        *type = "Content-Type: application/x-www-form-urlencoded";
        return form_body(pool, authjs_fill_json(pool, fields, place, places));
    }
    fields = authjs_json_get_object(mail, "multipart");
    boundary = authjs_random_hex(pool, BOUNDARY_BYTES);
    *type =
        apr_pstrcat(pool, "Content-Type: multipart/form-data; boundary=", boundary, NULL);
    return boundary ? multipart_body(pool, authjs_fill_json(pool, fields, place, places),
                                     boundary)
                    : NULL;
}

const char *authjs_service_request(authjs_client_request_t *request, apr_pool_t *pool,
                                   const authjs_mail_t *mail,
                                   const authjs_mail_link_t *link,
                                   const authjs_mail_message_t *message)
{
    places_t places = {authjs_json_get_object(mail->request, "values"), link, message};
    struct json_object *lines = authjs_json_get_array(mail->request, "headers");
    apr_size_t i, count = lines ? json_object_array_length(lines) : 0;
    const char **headers = apr_pcalloc(pool, (count + 2) * sizeof(*headers));
    authjs_client_request_t asked = {.method = "POST", .url = mail->server};

    asked.body = body_of(&headers[0], pool, mail->request, &places);
    for (i = 0; i < count; i++) {
        headers[i + 1] = json_object_get_string(json_object_array_get_idx(lines, i));
    }
    asked.headers = headers;
    asked.allow_http = !strncmp(mail->server, "http:", 5);
    *request = asked;
    return asked.body ? NULL : "there is no randomness";
}

/* ---- answers ----------------------------------------------------------------------- */

static int is_empty(struct json_object *value)
{
    return !value ||
           (json_object_is_type(value, json_type_boolean) &&
            !json_object_get_boolean(value)) ||
           (json_object_is_type(value, json_type_string) &&
            !json_object_get_string_len(value)) ||
           (json_object_is_type(value, json_type_array) &&
            !json_object_array_length(value)) ||
           (json_object_is_type(value, json_type_object) &&
            !json_object_object_length(value));
}

/* What services say under 200 when they do not mean it. */
static int has_error(struct json_object *answer)
{
    struct json_object *success = authjs_json_get(answer, "success");

    return !is_empty(authjs_json_get(answer, "error")) ||
           !is_empty(authjs_json_get(answer, "errors")) ||
           (json_object_is_type(success, json_type_boolean) &&
            !json_object_get_boolean(success));
}

static int is_ok(struct json_object *answer, struct json_object *success)
{
    if (has_error(answer)) {
        return 0;
    }
    if (success) {
        json_object_object_foreach(success, pointer, expected)
        {
            struct json_object *value = NULL;

            if (!json_pointer_get(answer, pointer, &value) &&
                !json_object_equal(value, expected)) {
                return 0;
            }
        }
    }
    return 1;
}

const char *authjs_service_refusal(apr_pool_t *pool, const authjs_mail_t *mail,
                                   const authjs_client_response_t *response)
{
    struct json_object *answer = NULL;

    if (response->status / 100 != 2) {
        return apr_psprintf(pool, "the service answers %ld", response->status);
    }
    if (!authjs_json_parse_object(&answer, pool, response->body, response->body_len) &&
        !is_ok(answer, authjs_json_get_object(mail->request, "success"))) {
        return apr_psprintf(pool, "the service answers %ld, and in it an error",
                            response->status);
    }
    return NULL;
}
