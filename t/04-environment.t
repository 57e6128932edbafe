use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;

# What httpd takes from its environment, by Auth.js's names, and what is said about it.
my $secret = secret('auth_secret');
my %github = (AUTH_GITHUB_ID => 'id-of-github', AUTH_GITHUB_SECRET => secret('client_secret'));

# A server that is configured by one line and its environment.
my $httpd;
sub with {
    my ($conf, %env) = @_;
    $httpd->stop if $httpd;
    $httpd = httpd(conf => $conf, env => \%env);
    return $httpd->browser;
}
sub session_token { mint({ sub => '1', email => 'a@a.test', name => 'A' }, secret => $_[0]) }
sub signed_in {
    my ($browser, $token) = @_;
    $browser->set_cookie_value('authjs.session-token', $token);
    return $browser->session ? 1 : 0;
}

# --- secrets ------------------------------------------------------------------------------
my @secrets = map { "$_-of-the-secrets-of-this-test-0123456789" } 0 .. 3;
my $browser = with("AuthJSProvider github\n", %github, AUTH_SECRET => $secrets[0],
    map { ("AUTH_SECRET_$_" => $secrets[$_]) } 1 .. 3);
ok signed_in($browser, session_token($_)), "a token of $_" for @secrets;
ok !signed_in($browser, session_token(secret('auth_secret_2'))), 'but not of another secret';
$browser = $httpd->browser;
my $csrf = $browser->csrf;
my $hash = sub { Digest::SHA::sha256_hex("$csrf" . join ',', @_) };
is +($browser->cookie('authjs.csrf-token') =~ /(?:\||%7C)(\w+)/)[0], $hash->(@secrets[3, 2, 1, 0]),
    'the highest number is the newest';

$browser = with("AuthJSProvider github\n", %github, NEXTAUTH_SECRET => $secrets[1]);
ok signed_in($browser, session_token($secrets[1])), 'NEXTAUTH_SECRET';
$browser = with("AuthJSProvider github\n", %github, AUTH_SECRET => $secrets[0], NEXTAUTH_SECRET => $secrets[1]);
ok !signed_in($browser, session_token($secrets[1])), '... counts less than AUTH_SECRET';
$browser = with("AuthJSSecret $secret\nAuthJSProvider github\n", %github, AUTH_SECRET => $secrets[0]);
ok signed_in($browser, session_token($secret)), 'AuthJSSecret';
ok !signed_in($browser, session_token($secrets[0])), '... counts more than the environment';
$browser = with("AuthJSSecret env:B env:A\nAuthJSProvider github\n", %github, A => $secrets[0], B => $secrets[1]);
ok signed_in($browser, session_token($_)), 'several with AuthJSSecret' for @secrets[0, 1];

# --- exec: at a start, which reads the configuration twice, and at a restart --------------------
my $calls = root() . '/var/04-calls';
my $program = AuthJSTest::Env::write_file(root() . '/var/04-program',
    "#!/bin/sh\necho call >>$calls\necho $secrets[2]\n", 0755);
sub calls { scalar(() = AuthJSTest::Env::read_file($calls) =~ /call/g) }
unlink $calls;
$browser = with("AuthJSSecret exec:$program\nAuthJSProvider github\n", %github);
ok signed_in($browser, session_token($secrets[2])), 'exec:';
is calls(), 1, '... is run once at a start';
$httpd->graceful;
for (1 .. 100) { last if calls() == 2; select undef, undef, undef, 0.1 }
is calls(), 2, '... and once at a restart';
ok signed_in($httpd->browser, session_token($secrets[2])), '... with the same answer';

# --- client id and secret --------------------------------------------------------------------
my $secrets = "AuthJSSecret $secret\n";
sub authorization {
    my ($conf, %env) = @_;
    my $b = with("$secrets$conf", %env);
    my ($id) = sort keys %{ $b->json('/auth/providers') };
    my $r = $b->sign_in($id);
    return location($r) // '';
}
like authorization("AuthJSProvider github\n", %github), qr{^https://github\.com/login/oauth/authorize\?.*\bclient_id=id-of-github\b},
    'AUTH_GITHUB_ID';
like authorization("<AuthJSProvider github>\nAuthJSClientID written\n</AuthJSProvider>\n", %github), qr/client_id=written\b/,
    '... counts less than AuthJSClientID';
like authorization("<AuthJSProvider my-hub-2 github>\n</AuthJSProvider>\n", AUTH_MY_HUB_2_ID => 'mine', AUTH_MY_HUB_2_SECRET => 'x'),
    qr/client_id=mine\b/, 'the id of the provider names the variable';
like authorization("<AuthJSProvider mastodon>\nAuthJSClientID a\n</AuthJSProvider>\n", AUTH_MASTODON_SECRET => 'x',
    AUTH_MASTODON_ISSUER => 'https://social.test/'), qr{^https://social\.test/oauth/authorize\?}, 'AUTH_..._ISSUER';
like authorization("<AuthJSProvider gitlab>\nAuthJSClientID a\nAuthJSClientSecret env:S\nAuthJSOption baseUrl=https://git.test\n"
    . "</AuthJSProvider>\n", S => 'x'), qr{^https://git\.test/oauth/authorize\?.*scope=read_user}, 'AuthJSOption baseUrl';

# --- where the site is ------------------------------------------------------------------------
sub providers { my ($b, $path) = @_; my $r = $b->get($path); return $r->code == 200 ? $b->json($r)->{github}{signinUrl} : $r->code }
my $conf = "UseCanonicalName Off\n${secrets}AuthJSProvider github\n";
is providers(with($conf, %github, AUTH_URL => 'https://www.test'), '/auth/providers'),
    'https://www.test/auth/signin/github', 'AUTH_URL pins the origin';
$browser = with($conf, %github, AUTH_URL => 'https://www.test/api/auth/');
is providers($browser, '/api/auth/providers'), 'https://www.test/api/auth/signin/github', '... and has the base path';
is providers($browser, '/auth/providers'), 404, '... instead of the default';
is providers(with("AuthJSBasePath /in\n$conf", %github, AUTH_URL => 'https://www.test/api/auth'), '/in/providers'),
    'https://www.test/in/signin/github', 'AuthJSBasePath counts more';
like +(configtest("AuthJSBasePath /in\n$conf", env => { %github, AUTH_URL => 'https://www.test/api/auth' }))[1],
    qr{warn.*AuthJSBasePath /in is used, not the path /api/auth of AuthJSURL}, '... and that is remarked upon';
is providers(with("AuthJSURL http://written.test\n$conf", %github, AUTH_URL => 'https://www.test'), '/auth/providers'),
    'http://written.test/auth/signin/github', 'AuthJSURL counts more';
is providers(with($conf, %github, NEXTAUTH_URL => 'https://next.test'), '/auth/providers'),
    'https://next.test/auth/signin/github', 'NEXTAUTH_URL';
is providers(with($conf, %github, NEXTAUTH_URL => 'https://next.test', AUTH_URL => 'https://www.test'), '/auth/providers'),
    'https://www.test/auth/signin/github', '... counts less than AUTH_URL';

$browser = with($conf, %github, AUTH_TRUST_HOST => 'true');
my $r = $browser->get('/auth/providers', 'X-Forwarded-Host' => 'front.test', 'X-Forwarded-Proto' => 'https');
is $browser->json($r)->{github}{signinUrl}, 'https://front.test/auth/signin/github', 'AUTH_TRUST_HOST';
for (qw(false 0 Off)) {
    my ($status, $output) = configtest($conf, env => { %github, AUTH_TRUST_HOST => $_ });
    like $output, qr/there is no origin to rely on/, "AUTH_TRUST_HOST=$_ trusts nobody";
}

$httpd->stop;
like authorization("AuthJSProvider github\n", %github, AUTH_REDIRECT_PROXY_URL => 'https://proxy.test/auth'),
    qr{redirect_uri=https%3A%2F%2Fproxy\.test%2Fauth%2Fcallback%2Fgithub\b.*\bstate=}, 'AUTH_REDIRECT_PROXY_URL';
like authorization("AuthJSRedirectProxyURL https://written.test/auth\nAuthJSProvider github\n", %github,
    AUTH_REDIRECT_PROXY_URL => 'https://proxy.test/auth'), qr{redirect_uri=https%3A%2F%2Fwritten\.test}, '... counts less than the directive';
$httpd->stop;

# --- what cannot be used ---------------------------------------------------------------------------
for ([AUTH_URL => 'www.test', 'is not a URL'], [NEXTAUTH_URL => 'x', 'is not a URL'],
    [AUTH_TRUST_HOST => 'maybe', 'must be On or Off'], [AUTH_REDIRECT_PROXY_URL => 'x', 'is not a URL'])
{
    my ($name, $value, $why) = @$_;
    my ($status, $output) = configtest($conf, env => { %github, $name => $value });
    ok $status, "$name=$value is refused";
    like $output, qr/the environment variable $name $why/, '... by name';
}
my ($status, $output) = configtest($conf, env => { %github, AUTH_URL => 'https://www.test/a//b' });
like $output, qr/the path of AUTH_URL must have no empty segment/, 'a path that cannot be one';
($status, $output) = configtest("AuthJSProvider github\n", env => { %github, AUTH_SECRET => 'short' });
like $output, qr/AuthJSSecret: the secret is shorter than 32 bytes/, 'a short AUTH_SECRET is refused';
unlike $output, qr/short\b(?!er)/, '... and not shown';
is +(configtest("AuthJSProvider github\n", env => { %github, AUTH_SECRET => '' }))[0], 1, 'an empty AUTH_SECRET is none';

# --- nothing shows a secret ---------------------------------------------------------------------------
for my $dump (qw(DUMP_CONFIG DUMP_VHOSTS DUMP_RUN_CFG)) {
    my $tried = AuthJSTest::Httpd->configure(conf => "AuthJSSecret env:MINE\nAuthJSProvider github\n",
        env => { %github, MINE => $secret });
    my ($code, $text) = $tried->test("-D $dump");
    is $code, 0, "-D $dump" or diag $text;
    unlike $text, qr/\Q$secret\E|\Q$github{AUTH_GITHUB_SECRET}\E/, '... shows what was written and no more';
}

done_testing;
