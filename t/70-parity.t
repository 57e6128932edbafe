# The same requests to Auth.js on Node and to httpd: t/peers/parity.mjs compares the answers
# and prints the TAP; this starts what it needs.
use lib 't/lib';
use AuthJSTest;

my ($op, $github) = ('http://127.0.0.1:' . peer_port('op'), 'http://127.0.0.1:' . peer_port('github'));
my $bases = 'http://parity.test/auth,https://parity.test/auth';
peer('op', env => { OP_PORT => peer_port('op'), OP_KEYS => root(), OP_ORIGINS => $bases });
peer('github', env => { GH_PORT => peer_port('github'), GH_ORIGINS => $bases });

my $password = htdocs('parity/.htpasswd', 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
my $site = <<"EOT";
    AuthJSSecret \@secret:auth_secret\@
    <AuthJSProvider op oidc>
        AuthJSName "OP op"
        AuthJSIssuer $op
        AuthJSClientID basic
        AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
        AuthJSChecks pkce state nonce
    </AuthJSProvider>
    <AuthJSProvider github oauth>
        AuthJSName GitHub
        AuthJSClientID gh
        AuthJSClientSecret gh-secret
        AuthJSAuthorization $github/login/oauth/authorize "scope=read:user user:email"
        AuthJSToken $github/login/oauth/access_token
        AuthJSUserinfo $github/user
        AuthJSProfile id=string(/id) "name=/name ?? /login" email=/email image=/avatar_url
        AuthJSChecks pkce
    </AuthJSProvider>
    <AuthJSProvider credentials>
        AuthJSAuthnProvider file
        AuthUserFile "$password"
    </AuthJSProvider>
EOT
my %site = (plain => 'AuthJSURL http://parity.test', secure => 'AuthJSURL https://parity.test',
    pages => "AuthJSURL http://parity.test\n    AuthJSPage signIn /login\n"
        . "    AuthJSPage signOut /bye\n    AuthJSPage error /oops\n    AuthJSPage verifyRequest /check");
my %port = map { $_ => AuthJSTest::Env::free_port() } keys %site;
httpd(conf => join '', "AuthJSCache shmcb\nLimitRequestFieldSize 32768\n",
    map { "Listen 127.0.0.1:$port{$_}\n<VirtualHost *:$port{$_}>\n    $site{$_}\n$site</VirtualHost>\n" }
        sort keys %site);

$ENV{AUTHJS_SECRET} = secret('auth_secret');
$ENV{PARITY_DOCS}   = srcdir() . '/docs/differences.md';
$ENV{PARITY_OP}     = $op;
$ENV{PARITY_GITHUB} = $github;
$ENV{"PARITY_\U$_"} = $port{$_} for keys %port;
expect_error(qr/AuthJS: CallbackRouteError: (?:provider (?:op|github): the answer|the token request: status 400)/,
    'answers of providers that the suite falsifies');
my $peers = srcdir() . '/t/peers';
my $status = system "$peers/node", "$peers/parity.mjs";
exit($status ? 1 : 0);
