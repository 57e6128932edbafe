/* The style sheet of the built-in pages. */
#include "pages/document.h"
#include "pages/page.h"

#include "web/html.h"

/* clang-format off */
static const char base[] =
    ":root{"
    "color-scheme:light;"
    "--background:#f3f4f7;"
    "--card:#fff;"
    "--text:#15181e;"
    "--muted:#596171;"
    "--line:#dfe3e9;"
    "--control:#fff;"
    "--control-line:#858d9b;"
    "--control-hover:#f4f6f9;"
    "--mark:#e8ebf0;"
    "--accent:#1d5fd1;"
    "--accent-text:#fff;"
    "--error:#96161b;"
    "--error-background:#fdf0f0;"
    "--error-line:#eebfbf;"
    "--shadow:0 1px 2px rgba(20,25,40,.05),0 12px 40px rgba(20,25,40,.09)"
    "}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0;background:var(--background);color:var(--text);"
    "font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\","
    "\"Noto Sans\",Arial,sans-serif}\n"
    ".page{min-height:100vh;min-height:100dvh;display:grid;align-items:center;"
    "justify-items:center;grid-template-columns:minmax(0,1fr);"
    "padding:2rem 1rem;"
    "background:linear-gradient(180deg,color-mix(in srgb,var(--brand-color,"
    "var(--accent)) 9%,transparent),transparent 22rem)}\n"
    ".card{width:100%;max-width:25rem;padding:2.25rem 2rem 2rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:1.125rem;box-shadow:var(--shadow);"
    "overflow-wrap:break-word}\n"
    ".logo{display:block;max-width:9.5rem;max-height:4.5rem;margin:0 auto 1.25rem}\n"
    ".sign{display:grid;place-items:center;width:3rem;height:3rem;"
    "margin:0 auto 1.125rem;border-radius:.875rem;"
    "background:color-mix(in srgb,var(--brand-color,var(--accent)) 13%,var(--card));"
    "color:color-mix(in srgb,var(--brand-color,var(--accent)) 80%,var(--text))}\n"
    ".error .sign{background:var(--error-background);color:var(--error)}\n"
    ".sign svg{display:block;width:1.625rem;height:1.625rem;fill:none;"
    "stroke:currentColor;stroke-width:1.75;"
    "stroke-linecap:round;stroke-linejoin:round}\n"
    "h1{margin:0;font-size:1.5rem;line-height:1.25;font-weight:650;"
    "letter-spacing:-.012em;text-align:center}\n"
    "p{margin:0}\n"
    ".lead{margin-top:.375rem;color:var(--muted);text-align:center}\n"
    "[dir=rtl] h1{letter-spacing:0}\n"
    "strong,.site{unicode-bidi:plaintext}\n"
    ".lead strong{color:var(--text);font-weight:550}\n"
    ".error-box{display:flex;gap:.625rem;margin-top:1.5rem;padding:.75rem .875rem;"
    "border:1px solid var(--error-line);"
    "border-radius:.75rem;background:var(--error-background);color:var(--error);"
    "font-size:.9375rem;line-height:1.45}\n"
    ".error-box svg{flex:none;width:1.25rem;height:1.25rem;margin-top:.0625rem;"
    "fill:none;stroke:currentColor;"
    "stroke-width:2;stroke-linecap:round}\n"
    ".providers{margin-top:1.75rem;display:grid;gap:.75rem}\n"
    "form{margin:0}\n"
    ".button,.submit,input{width:100%;min-height:3rem;border-radius:.75rem;"
    "font:inherit}\n"
    ".button{display:flex;align-items:center;gap:.75rem;padding:.5rem .75rem;"
    "border:1px solid var(--control-line);"
    "background:var(--control);color:inherit;font-weight:550;text-align:start;"
    "cursor:pointer;"
    "transition:background-color .12s,border-color .12s}\n"
    ".button:hover{background:var(--control-hover);border-color:var(--text)}\n"
    ".mark{flex:none;display:grid;place-items:center;width:1.75rem;height:1.75rem;"
    "border-radius:.4375rem;"
    "background:var(--mark);color:var(--text);font-size:.9375rem;font-weight:700;"
    "line-height:1;"
    "box-shadow:inset 0 0 0 1px color-mix(in srgb,var(--text) 16%,transparent)}\n"
    "img.mark{background:none;box-shadow:none;object-fit:contain}\n"
    "svg.mark{padding:.25rem;fill:currentColor}\n"
    ".last{margin-inline-start:auto;padding:.125rem .5rem;border-radius:1rem;"
    "background:color-mix(in srgb,var(--brand-color,var(--accent)) 13%,var(--control));"
    "font-size:.75rem;font-weight:550;white-space:nowrap}\n"
    ".many{align-items:start}\n"
    ".many .card{max-width:46rem}\n"
    ".many .providers{grid-template-columns:repeat(auto-fill,"
    "minmax(min(100%,18rem),1fr))}\n"
    ".many .button span:not(.mark){min-width:0;font-weight:400;color:var(--muted)}\n"
    ".many .button strong{font-weight:600;color:var(--text)}\n"
    ".many .or,.many .fields,.find{grid-column:1/-1}\n"
    ".many .button{height:100%}\n"
    ".many :has(>.button>.last){grid-column:1/-1}\n"
    ".find .hint{min-height:1.45em;margin:.25rem 0 -.5rem;text-align:center}\n"
    "::placeholder{color:var(--muted);opacity:1}\n"
    "[hidden]{display:none!important}\n"
    ".or{display:flex;align-items:center;gap:.875rem;margin:.5rem 0;"
    "color:var(--muted);font-size:.875rem}\n"
    ".or::before,.or::after{content:\"\";flex:1;border-top:1px solid var(--line)}\n"
    ".fields{display:grid;gap:1rem}\n"
    ".fields h2,.fields .error-box{margin:0}\n"
    ".lead+.fields,.error-box+.fields{margin-top:1.5rem}\n"
    ".fields h2{display:flex;align-items:center;gap:.75rem}\n"
    "[aria-invalid]{border-color:var(--error)}\n"
    "label{display:block;margin-bottom:.375rem;font-size:.9375rem;font-weight:550}\n"
    "input{display:block;padding:.5rem .875rem;border:1px solid var(--control-line);"
    "background:var(--control);color:inherit}\n"
    "input:hover{border-color:var(--text)}\n"
    ".submit{display:flex;align-items:center;justify-content:center;"
    "padding:.5rem 1rem;border:1px solid transparent;"
    "background:var(--brand-color,var(--accent));color:var(--button-text-color,"
    "var(--accent-text));"
    "font-weight:600;text-decoration:none;cursor:pointer;margin-top:.25rem;"
    "transition:filter .12s}\n"
    ".submit:hover{filter:brightness(1.08)}\n"
    ".actions{margin-top:1.75rem}\n"
    ".note,.hint{margin-top:1.25rem;font-size:.9375rem;line-height:1.45}\n"
    ".note{padding:.75rem .875rem;border:1px solid var(--line);border-radius:.75rem;"
    "background:var(--control-hover)}\n"
    ".note .site{padding:0}\n"
    ".hint{color:var(--muted);margin-top:.75rem}\n"
    "h2{margin:1.75rem 0 .75rem;font-size:1rem;line-height:1.25;font-weight:600}\n"
    "h2+.providers{margin-top:0}\n"
    ".accounts{margin:0;padding:0;list-style:none;border:1px solid var(--line);"
    "border-radius:.75rem}\n"
    ".accounts li{display:flex;align-items:center;gap:.75rem;padding:.625rem .75rem}\n"
    ".accounts li+li{border-top:1px solid var(--line)}\n"
    ".what{flex:1;min-width:0;line-height:1.35}\n"
    ".what strong,.what span{display:block;font-weight:550}\n"
    ".what span{color:var(--muted);font-size:.875rem;font-weight:400;"
    "overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\n"
    ".quiet{min-height:2.25rem;padding:.25rem .75rem;border:1px solid "
    "var(--control-line);border-radius:.5rem;background:var(--control);color:inherit;"
    "font:inherit;font-size:.875rem;font-weight:550;cursor:pointer}\n"
    ".quiet:hover{background:var(--control-hover);border-color:var(--text)}\n"
    ".after{margin-top:1.25rem;text-align:center;font-size:.9375rem}\n"
    ".after a{color:inherit}\n"
    ".site{color:inherit;text-decoration-color:var(--control-line);"
    "text-underline-offset:.2em;"
    "display:inline-block;padding:.25rem .5rem;border-radius:.375rem}\n"
    ".site:hover{text-decoration-color:currentColor}\n"
    ":focus-visible{outline:3px solid color-mix(in srgb,var(--accent) 65%,"
    "var(--text));outline-offset:2px}\n"
    "@media (max-width:30rem){"
    "body{background:var(--card)}"
    ".page{align-items:start;padding:clamp(1rem,7vh,4rem) .25rem 2rem}"
    ".card{padding:1.25rem;border:0;border-radius:0;box-shadow:none;background:none;"
    "max-width:27rem}"
    "}\n"
    "@media (prefers-reduced-motion:reduce){*{transition:none!important}}\n"
    "@media (forced-colors:active){.mark,.sign,.submit,.last{border:1px solid}}\n";

/* Of pages that may show forms for passkeys. */
static const char passkeys[] =
    ".many .passkey{grid-column:1/-1}\n"
    ".passkey .hint:empty{margin:0}\n"
    ".passkey .failed{color:var(--error)}\n"
    "[aria-disabled],:disabled{opacity:.55;cursor:default}\n"
    "summary{padding:.25rem .5rem;border-radius:.375rem;font-size:.9375rem;"
    "font-weight:550;cursor:pointer}\n"
    "details[open] summary{margin-bottom:.75rem}\n"
    "details .submit{margin-top:.75rem}\n"
    ".hint+.passkey,.accounts+.passkey{margin-top:.75rem}\n"
    ".passkeys li{flex-wrap:wrap}\n"
    ".passkeys .what{flex:1 0 100%}\n"
    ".passkeys .what span{white-space:normal}\n"
    ".passkeys summary{padding:.375rem .75rem;list-style:none;width:fit-content}\n"
    ".passkeys details[open]{flex:1 0 100%}\n"
    ".passkeys details form .quiet{margin-top:.75rem}\n"
    ".passkeys input{min-height:2.5rem}\n";

/* The variables of the dark scheme. */
#define DARK \
    "color-scheme:dark;" \
    "--background:#0d1016;" \
    "--card:#151a22;" \
    "--text:#edf0f5;" \
    "--muted:#a3abb9;" \
    "--line:#2a313d;" \
    "--control:#1a202a;" \
    "--control-line:#6b7484;" \
    "--control-hover:#232a36;" \
    "--mark:#2d3544;" \
    "--accent:#8ab4ff;" \
    "--accent-text:#0a1730;" \
    "--error:#ffb4b0;" \
    "--error-background:#34171a;" \
    "--error-line:#66292d;" \
    "--shadow:0 1px 2px rgba(0,0,0,.3),0 16px 48px rgba(0,0,0,.35)"

static const char always_dark[] = ":root{" DARK "}\n";
static const char auto_dark[] =
    "@media (prefers-color-scheme:dark){:root{" DARK "}}\n";
/* clang-format on */

static int is_white(const char *color)
{
    int rgb[3];

    return authjs_css_rgb(rgb, color) && rgb[0] + rgb[1] + rgb[2] > 3 * 0xf0;
}

/* Of the id: dark enough for white letters, whatever the hue. */
static const char *color_of_id(apr_pool_t *pool, const char *id)
{
    unsigned int hash = 0;

    while (*id) {
        hash = hash * 31 + (unsigned char)*id++;
    }
    return apr_psprintf(pool, "hsl(%u 55%% 30%%)", hash * 137 % 360);
}

/* The colour of a provider's mark: style's brandColor, else bg or, where that is white,
 * text; else one of its own. */
static const char *provider_color(apr_pool_t *pool, const authjs_provider_t *provider)
{
    static const char *const keys[] = {"brandColor", "bg", "text", NULL};
    const char *color;
    int i;

    for (i = 0; provider->style && keys[i]; i++) {
        color = apr_table_get(provider->style, keys[i]);
        if (color && authjs_css_color_valid(color) && (i == 0 || !is_white(color))) {
            return color;
        }
    }
    return color_of_id(pool, provider->id);
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
        text = authjs_css_text_on(brand);
    }
    return apr_pstrcat(pool, brand || text ? ":root{" : "", brand ? "--brand-color:" : "",
                       brand ? brand : "", brand ? ";" : "",
                       text ? "--button-text-color:" : "", text ? text : "",
                       brand || text ? "}\n" : "", NULL);
}

/* What the forms of its providers need, and the colours that tell the site and its
 * providers apart. */
static const char *own_rules(apr_pool_t *pool, const authjs_site_t *site)
{
    apr_array_header_t *rules = apr_array_make(pool, 16, sizeof(const char *));
    int i;

    APR_ARRAY_PUSH(rules, const char *) = theme_rule(pool, site);
    if (authjs_site_has_passkeys(site)) {
        APR_ARRAY_PUSH(rules, const char *) = passkeys;
    }
    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);
        const char *color = provider_color(pool, provider);

        APR_ARRAY_PUSH(rules, const char *) =
            apr_psprintf(pool, ".mark-%d{background:%s;color:%s}\n", i, color,
                         authjs_css_text_on(color));
    }
    return apr_array_pstrcat(pool, rules, '\0');
}

const authjs_look_t *authjs_look(apr_pool_t *pool, const authjs_site_t *site)
{
    authjs_look_t *look = apr_palloc(pool, sizeof(*look));

    look->base = base;
    look->scheme = !strcmp(site->color_scheme, "auto")   ? auto_dark
                   : !strcmp(site->color_scheme, "dark") ? always_dark
                                                         : "";
    look->own = own_rules(pool, site);
    look->hash = authjs_csp_hash(pool, apr_pstrcat(pool, look->base, look->scheme,
                                                   look->own, NULL));
    return look;
}
