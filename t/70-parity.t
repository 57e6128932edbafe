# The same requests to Auth.js on Node and to httpd: t/peers/parity.mjs compares the answers
# and prints the TAP; this starts what it needs.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;

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
my $mail = mail_server(smtp_plain => 'plain');
my $sending = AuthJSTest::Env::free_port();
my $sender = <<"EOT";
Listen 127.0.0.1:$sending
<VirtualHost *:$sending>
    AuthJSURL http://parity.test
    AuthJSSecret \@secret:auth_secret\@
    AuthJSAdapter memory \@root\@/var/memory.json
    AuthJSSessionStrategy jwt
    <AuthJSProvider nodemailer email>
        AuthJSName Mail
        AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
        AuthJSMailFrom www\@example.test
        AuthJSMailLimit address=off client=off
    </AuthJSProvider>
</VirtualHost>
EOT
httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\nAuthJSCache shmcb\nLimitRequestFieldSize 32768\n", $sender,
    map { "Listen 127.0.0.1:$port{$_}\n<VirtualHost *:$port{$_}>\n    $site{$_}\n$site</VirtualHost>\n" }
        sort keys %site);

$ENV{AUTHJS_SECRET} = secret('auth_secret');
$ENV{PARITY_DOCS}   = srcdir() . '/docs/differences.md';
$ENV{PARITY_SENDING} = $sending;
$ENV{PARITY_SMTP}   = 'smtp://localhost:' . peer_port('smtp_plain');
$ENV{PARITY_MAIL}   = $mail->url('');
$ENV{PARITY_OP}     = $op;
$ENV{PARITY_GITHUB} = $github;
$ENV{"PARITY_\U$_"} = $port{$_} for keys %port;
expect_error(qr/AuthJS: CallbackRouteError: (?:provider (?:op|github): the answer|the token request: status 400)/,
    'answers of providers that the suite falsifies');
my $peers = srcdir() . '/t/peers';
my $status = system "$peers/node", "$peers/parity.mjs";
exit($status ? 1 : 0);
