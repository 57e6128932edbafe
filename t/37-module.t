# What another module may use: mod_authjs.h and its optional function.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;

my $dir = root() . '/module';
my $source = AuthJSTest::Env::write_file("$dir/mod_session_user.c", <<'EOT');
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"
#include "mod_authjs.h"

static int handler(request_rec *r)
{
    APR_OPTIONAL_FN_TYPE(authjs_session_json) *session_json =
        APR_RETRIEVE_OPTIONAL_FN(authjs_session_json);
    const char *json;

    if (!r->handler || strcmp(r->handler, "session-user")) {
        return DECLINED;
    }
    json = session_json ? session_json(r) : "no mod_authjs";
    ap_set_content_type(r, "application/json");
    ap_rputs(json ? json : "null", r);
    return OK;
}

static void hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(session_user) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks,
                                   AP_MODULE_FLAG_NONE};
EOT
my $include = srcdir() . '/include';
my $apxs = $ENV{APXS} || 'apxs';
my $log = `cd '$dir' && '$apxs' -c -Wc,-Wall -Wc,-Werror -I'$include' mod_session_user.c 2>&1`;
is $?, 0, 'a module compiles against mod_authjs.h' or BAIL_OUT $log;

my $httpd = httpd(conf => <<"EOT");
LoadModule session_user_module $dir/.libs/mod_session_user.so
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthUserFile \@root\@/conf/mime.types
</AuthJSProvider>
<Location "/who">
    SetHandler session-user
</Location>
<Location "/who/protected">
    AuthType AuthJS
    Require valid-user
</Location>
EOT
my $token = mint({ name => 'Jane', email => 'jane@example.com', sub => '7' }, now => time, max_age => 3600);
my @jane = (Cookie => "authjs.session-token=$token");
for my $path ('/who', '/who/protected') {
    my $json = $httpd->site->json($path, @jane);
    my $session = $httpd->site->json('/auth/session', @jane);
    is_deeply $json->{user}, $session->{user}, "$path: the session";
    like $json->{expires}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/, 'and its end';
}
is $httpd->site->get('/who')->content, 'null', 'no session';
is $httpd->site->get('/who', Cookie => "authjs.session-token=x")->content, 'null', 'a bad one';

done_testing;
