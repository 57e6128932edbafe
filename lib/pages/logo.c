#include "pages/logo.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <apr_xml.h>
#include <string.h>

#define MAX_DEPTH    16
#define MAX_ELEMENTS 1000

typedef struct {
    apr_pool_t *pool;
    apr_array_header_t *parts; /* const char * */
    int elements, coloured;
} drawing_t;

static const char *const shapes[] = {"g",       "path",     "circle", "ellipse", "line",
                                     "polygon", "polyline", "rect",   NULL};
static const char *const silent[] = {"title", "desc", "metadata", NULL};
static const char *const attributes[] = {"clip-rule",
                                         "cx",
                                         "cy",
                                         "d",
                                         "fill",
                                         "fill-opacity",
                                         "fill-rule",
                                         "height",
                                         "opacity",
                                         "points",
                                         "r",
                                         "rx",
                                         "ry",
                                         "stroke",
                                         "stroke-dasharray",
                                         "stroke-linecap",
                                         "stroke-linejoin",
                                         "stroke-miterlimit",
                                         "stroke-opacity",
                                         "stroke-width",
                                         "transform",
                                         "width",
                                         "x",
                                         "x1",
                                         "x2",
                                         "y",
                                         "y1",
                                         "y2",
                                         NULL};
static const char *const undrawn[] = {"class", "focusable", "id", "role",
                                      "space", "version",   NULL};

static int is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name)) {
        names++;
    }
    return *names != NULL;
}

/* Numbers, colours, names: nothing in which an address, markup or a style could stand. */
static int is_plain(const char *value)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "#.,+-()% \t\r\n";
    const char *c = value;

    while (*c && strncasecmp(c, "url", 3)) {
        c++;
    }
    return !*c && !value[strspn(value, plain)];
}

static int is_colour(const apr_xml_attr *attr)
{
    return (!strcmp(attr->name, "fill") || !strcmp(attr->name, "stroke")) &&
           strcmp(attr->value, "none") && strcasecmp(attr->value, "currentColor");
}

static void add(drawing_t *drawing, const char *a, const char *b, const char *c,
                const char *d)
{
    APR_ARRAY_PUSH(drawing->parts, const char *) =
        apr_pstrcat(drawing->pool, a, b, c, d, NULL);
}

static const char *add_attribute(drawing_t *drawing, const apr_xml_attr *attr)
{
    if ((attr->ns != APR_XML_NS_NONE && strcmp(attr->name, "href")) ||
        is_one_of(undrawn, attr->name) || !strncmp(attr->name, "data-", 5) ||
        !strncmp(attr->name, "aria-", 5)) {
        return NULL;
    }
    if (!is_one_of(attributes, attr->name) || !is_plain(attr->value)) {
        return apr_psprintf(drawing->pool,
                            "the attribute %.40s is not for a drawing of shapes",
                            attr->name);
    }
    drawing->coloured |= is_colour(attr);
    add(drawing, " ", attr->name, apr_pstrcat(drawing->pool, "=\"", attr->value, NULL),
        "\"");
    return NULL;
}

static const char *add_children(drawing_t *drawing, const apr_xml_elem *parent,
                                int depth);

static const char *add_shape(drawing_t *drawing, const apr_xml_elem *elem, int depth)
{
    const apr_xml_attr *attr;
    const char *why = NULL;

    if (is_one_of(silent, elem->name)) {
        return NULL;
    }
    if (!is_one_of(shapes, elem->name)) {
        return apr_psprintf(drawing->pool, "the element %.40s is no shape", elem->name);
    }
    if (++drawing->elements > MAX_ELEMENTS || depth > MAX_DEPTH) {
        return "has too many elements";
    }
    add(drawing, "<", elem->name, "", "");
    for (attr = elem->attr; attr && !why; attr = attr->next) {
        why = add_attribute(drawing, attr);
    }
    add(drawing, ">", "", "", "");
    if (!why) {
        why = add_children(drawing, elem, depth);
    }
    add(drawing, "</", elem->name, ">", "");
    return why;
}

static const char *add_children(drawing_t *drawing, const apr_xml_elem *parent, int depth)
{
    const apr_xml_elem *child;
    const char *why = NULL;

    for (child = parent->first_child; child && !why; child = child->next) {
        why = add_shape(drawing, child, depth + 1);
    }
    return why;
}

/* The drawing as a whole: where it stands, and what its shapes inherit. */
static const char *add_root(drawing_t *drawing, const apr_xml_elem *root)
{
    const char *width = NULL, *height = NULL, *box = NULL, *why = NULL;
    const apr_xml_attr *attr;

    for (attr = root->attr; attr && !why; attr = attr->next) {
        if (!strcmp(attr->name, "viewBox")) {
            box = attr->value;
        }
        else if (!strcmp(attr->name, "width")) {
            width = attr->value;
        }
        else if (!strcmp(attr->name, "height")) {
            height = attr->value;
        }
        else {
            why = add_attribute(drawing, attr);
        }
    }
    if (!box && width && height) {
        box = apr_psprintf(drawing->pool, "0 0 %s %s", width, height);
    }
    if (!why && (!box || !is_plain(box))) {
        why = "has no viewBox of four numbers";
    }
    if (!why) {
        add(drawing, " viewBox=\"", box, "\">", "");
    }
    return why;
}

static apr_xml_doc *read_document(apr_pool_t *pool, const char *text, apr_size_t len)
{
    apr_xml_parser *parser = apr_xml_parser_create(pool);
    apr_xml_doc *document;

    if (!parser) {
        return NULL;
    }
    if (apr_xml_parser_feed(parser, text, len)) {
        (void)apr_xml_parser_done(parser, NULL);
        return NULL;
    }
    return apr_xml_parser_done(parser, &document) ? NULL : document;
}

const char *authjs_logo_parse(const char **drawing, int *coloured, apr_pool_t *pool,
                              const char *text, apr_size_t len)
{
    drawing_t made = {pool, apr_array_make(pool, 16, sizeof(const char *)), 0, 0};
    apr_xml_doc *document;
    const char *why;

    if (len > AUTHJS_LOGO_MAX) {
        return "is larger than 64 KB";
    }
    document = read_document(pool, text, len);
    if (!document || !document->root || strcmp(document->root->name, "svg")) {
        return "is no SVG";
    }
    why = add_root(&made, document->root);
    if (!why) {
        why = add_children(&made, document->root, 0);
    }
    if (!why) {
        add(&made, "</svg>", "", "", "");
        *drawing = apr_array_pstrcat(pool, made.parts, '\0');
        *coloured = made.coloured;
    }
    return why;
}
