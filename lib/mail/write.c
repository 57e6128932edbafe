/* A mail for whoever asks for it. */
#include "mail/mail.h"

void authjs_mail_write(authjs_mail_message_t *message, authjs_exchange_t *x,
                       const authjs_mail_link_t *link)
{
    const authjs_site_t *site = x->site;
    authjs_mail_look_t look = {0};
    int negotiated;

    look.mail = x->provider->mail;
    look.language = authjs_request_language(x->r, site, &negotiated);
    look.site_name = site->name;
    look.brand_color = site->brand_color;
    look.button_text = site->button_text;
    look.light = site->color_scheme && !strcmp(site->color_scheme, "light");
    authjs_mail_compose(message, x->pool, &look, link, x->now);
}
