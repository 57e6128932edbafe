#include "pages/document.h"

#include "web/html.h"

#include "apr_lib.h"

static int hex_digit(char c)
{
    return apr_isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* "#rgb" or "#rrggbb" as three bytes. Other notations are legal, but nobody here knows
 * how light they are. */
static int hex_color(int rgb[3], const char *color)
{
    apr_size_t len = strlen(color);
    int width = len == 7 ? 2 : 1;
    int i;

    if (*color != '#' || (len != 4 && len != 7) ||
        strspn(color + 1, "0123456789abcdefABCDEF") != len - 1) {
        return 0;
    }
    for (i = 0; i < 3; i++) {
        const char *digits = color + 1 + i * width;

        rgb[i] = 16 * hex_digit(digits[0]) + hex_digit(digits[width - 1]);
    }
    return 1;
}

/* An sRGB channel as light: WCAG's curve, to the third digit. */
static double linear(int channel)
{
    double c = channel / 255.0;

    return c * (c * (c * 0.3053 + 0.6822) + 0.0125);
}

/* White on a colour where that has WCAG's contrast of 4.5 : 1, else black, which then has
 * more. */
static const char *text_on(const char *color)
{
    int rgb[3];
    double light;

    if (!hex_color(rgb, color)) {
        return "#fff";
    }
    light = 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
    return 1.05 / (light + 0.05) < 4.5 ? "#000" : "#fff";
}

/* The colour of a provider's mark: style's brandColor, else bg; NULL when it is none. */
static const char *provider_color(const authjs_provider_t *provider)
{
    const char *color = NULL;

    if (provider->style) {
        color = apr_table_get(provider->style, "brandColor");
        if (!color || !*color) {
            color = apr_table_get(provider->style, "bg");
        }
    }
    return color && authjs_css_color_valid(color) ? color : NULL;
}

static const char *theme_rule(apr_pool_t *pool, const authjs_site_t *site)
{
    const char *brand = site->brand_color && authjs_css_color_valid(site->brand_color)
                            ? site->brand_color
                            : NULL;
    const char *text = site->button_text && authjs_css_color_valid(site->button_text)
                           ? site->button_text
                           : NULL;

    if (!text && brand) {
        text = text_on(brand);
    }
    return apr_pstrcat(pool, brand || text ? ":root{" : "", brand ? "--brand-color:" : "",
                       brand ? brand : "", brand ? ";" : "",
                       text ? "--button-text-color:" : "", text ? text : "",
                       brand || text ? "}\n" : "", NULL);
}

static const char *dark_rule(const authjs_site_t *site)
{
    if (!site->color_scheme || !strcmp(site->color_scheme, "auto")) {
        return "@media (prefers-color-scheme:dark){:root{";
    }
    return strcmp(site->color_scheme, "dark") ? NULL : ":root{";
}

const char *authjs_style(apr_pool_t *pool, const authjs_site_t *site)
{
    apr_array_header_t *parts = apr_array_make(pool, 16, sizeof(const char *));
    const char *dark = dark_rule(site);
    int i;

    APR_ARRAY_PUSH(parts, const char *) = authjs_style_base;
    if (dark) {
        APR_ARRAY_PUSH(parts, const char *) = dark;
        APR_ARRAY_PUSH(parts, const char *) = authjs_style_dark;
        APR_ARRAY_PUSH(parts, const char *) = *dark == '@' ? "}}\n" : "}\n";
    }
    APR_ARRAY_PUSH(parts, const char *) = theme_rule(pool, site);
    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);
        const char *color = provider_color(provider);

        if (color) {
            APR_ARRAY_PUSH(parts, const char *) =
                apr_psprintf(pool, ".mark-%d{background:%s;color:%s}\n", i, color,
                             text_on(color));
        }
    }
    return apr_array_pstrcat(pool, parts, '\0');
}
