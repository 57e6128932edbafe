# httpd and an @auth/express application on one PostgreSQL: one sign-in, in Chromium.
# t/peers/shared.mjs prints the TAP, this starts what it needs.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;

my $db = database('pgsql');
$db->execute(AuthJSTest::Env::read_file(srcdir() . '/t/data/tables/pgsql-pg.sql'));
htdocs("shared/$_.html", "<!doctype html><html lang=en><title>$_</title><h1>$_</h1></html>\n")
    for qw(index private/one);

my ($op, $express) = map { peer_port($_) } qw(op express);
my $httpd = httpd(conf => <<"EOT");
DocumentRoot "@{[ root() ]}/htdocs/shared"
@{[ $db->adapter ]}
AuthJSCache none
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider op oidc>
    AuthJSName OP
    AuthJSIssuer http://127.0.0.1:$op
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    AuthJSChecks pkce state nonce
</AuthJSProvider>
<Directory "@{[ root() ]}/htdocs/shared">
    Require all granted
</Directory>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
peer('op', env => { OP_PORT => $op, OP_KEYS => root(),
    OP_ORIGINS => $httpd->url('/auth') . ",http://localhost:$express/auth" });
peer('express', env => { DATABASE_URL => $db->url, AUTH_SECRET => secret('auth_secret'),
    OP => "http://127.0.0.1:$op" });

$ENV{SHARED_HTTPD}   = $httpd->url;
$ENV{SHARED_EXPRESS} = "http://localhost:$express";
my $peers = srcdir() . '/t/peers';
exit(system("$peers/node", "$peers/shared.mjs") ? 1 : 0);
