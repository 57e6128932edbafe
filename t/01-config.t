use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use POSIX ();

# apachectl configtest: what is refused, in which words, and what is not.
my $secret = secret('auth_secret');
my $users = 'AuthUserFile ' . AuthJSTest::Env::write_file(root() . '/var/01-users', "bob:x\n");

# A configuration that is right, for one directive more.
my $site = "AuthJSSecret $secret\n<AuthJSProvider credentials>\n$users\n</AuthJSProvider>\n";
sub provider {
    my ($inside, $head) = @_;
    return "AuthJSSecret $secret\n<AuthJSProvider " . ($head // 'own oidc') . ">\n$inside\n"
        . "</AuthJSProvider>\n";
}
my $client = "AuthJSIssuer https://idp.test\nAuthJSClientID www\nAuthJSClientSecret s3cr3t-of-www-0123456789abcdefghij\n";

sub accepts {
    my ($name, $conf, %env) = @_;
    my ($status, $output) = configtest($conf, env => \%env);
    is $status, 0, "accepted: $name" or diag $output;
    return $output;
}

sub refuses {
    my ($name, $conf, $why, %env) = @_;
    my ($status, $output) = configtest($conf, env => \%env);
    isnt $status, 0, "refused: $name";
    like $output, $why, "... and says what to write";
    unlike $output, qr/\Q$secret\E|s3cr3t/, '... and no secret';
    return $output;
}

# One line of the server's configuration, refused with "Directive: why".
sub refuses_line {
    my ($line, $why) = @_;
    my ($directive) = $line =~ /^(\w+)/;
    refuses($line, "$site$line\n", qr/test\.conf:\n?.*^\Q$directive\E:? .*$why/ms);
}
sub accepts_line { accepts($_[0], "$site$_[0]\n") }

# The same inside a provider's section.
sub refuses_inside {
    my ($line, $why) = @_;
    my ($directive) = $line =~ /^(\w+)/;
    refuses($line, provider("$client$line"), qr/\Q$directive\E:? .*$why/s);
}
sub accepts_inside { accepts($_[0], provider("$client$_[0]")) }

accepts('a complete site', $site);
unlike accepts('a complete site', $site), qr/AuthJS/, '... without a word';
accepts('no directive at all', '');
accepts('a secret alone', "AuthJSSecret $secret\n");

# --- secrets ------------------------------------------------------------------------------
refuses('no secret', provider($users, 'credentials') =~ s/AuthJSSecret.*\n//r,
    qr/the main server localhost: there is no secret; write AuthJSSecret file:.*openssl rand/);
refuses('a short secret', $site =~ s/\Q$secret\E/s3cr3t/r,
    qr/AuthJSSecret: the secret is shorter than 32 bytes/);
refuses('a short second secret', $site =~ s/\Q$secret\E/$secret s3cr3t/r,
    qr/shorter than 32 bytes/);
refuses('an empty secret', $site =~ s/\Q$secret\E/""/r, qr/AuthJSSecret: takes one or more/);
refuses('AuthJSSecret without a value', "AuthJSSecret\n", qr/AuthJSSecret: takes one or more/);
refuses('AuthJSSecret twice', "AuthJSSecret $secret\nAuthJSSecret $secret\n",
    qr/AuthJSSecret: stands here twice; write all secrets in one line/);
refuses('env: of nothing', $site =~ s/\Q$secret\E/env:NO_SUCH/r,
    qr/environment variable NO_SUCH is not set where httpd was started/);
accepts('env:', $site =~ s/\Q$secret\E/env:MY_SECRET/r, MY_SECRET => $secret);
refuses('file: of nothing', $site =~ s/\Q$secret\E/file:conf\/no-such/r,
    qr{the file \S+/conf/no-such cannot be read: No such file});

my $dir = root() . '/var/01-config';
sub put {
    my ($name, $text, $mode) = @_;
    return AuthJSTest::Env::write_file("$dir/$name", $text, $mode);
}
my $file = put('secret', "$secret\r\n");
accepts('file:, its line end is not the secret\'s', $site =~ s/\Q$secret\E/file:$file/r);
my $short = put('short', ('x' x 31) . "\n");
refuses('file: with 31 bytes and a line end', $site =~ s/\Q$secret\E/file:$short/r,
    qr/shorter than 32 bytes/);
my $empty = put('empty', "\n");
refuses('file: without a secret', $site =~ s/\Q$secret\E/file:$empty/r, qr/is empty or binary/);
my $binary = put('binary', "abc\0" . 'x' x 40);
refuses('file: with a NUL', $site =~ s/\Q$secret\E/file:$binary/r, qr/is empty or binary/);
my $huge = put('huge', 'x' x 20_000);
refuses('file: of 20 kB', $site =~ s/\Q$secret\E/file:$huge/r, qr/too big for a secret/);

my $calls = "$dir/calls";
my $program = put('program', "#!/bin/sh\necho call >>$calls\nprintf '%s\\n' \"\$1$secret\"\n", 0755);
accepts('exec:', $site =~ s/\Q$secret\E/exec:$program/r);
is scalar(() = AuthJSTest::Env::read_file($calls) =~ /call/g), 1, '... is run once';
accepts('exec: with an argument', $site =~ s/\Q$secret\E/"exec:$program x"/r);
accepts('exec: for several virtual hosts', join '', ($site =~ s/\Q$secret\E/exec:$program/r),
    map "<VirtualHost 127.0.0.1:1$_>\nServerName v$_.test\n</VirtualHost>\n", 1 .. 3);
is scalar(() = AuthJSTest::Env::read_file($calls) =~ /call/g), 3, '... is run once for all';
refuses('exec: of nothing', $site =~ s/\Q$secret\E/exec:$dir\/no-such/r,
    qr/exec:\S+no-such: the program cannot be started/);
my $failing = put('failing', "#!/bin/sh\necho $secret\nexit 3\n", 0755);
refuses('exec: that fails', $site =~ s/\Q$secret\E/exec:$failing/r, qr/the program failed/);
my $silent = put('silent', "#!/bin/sh\nexit 0\n", 0755);
refuses('exec: that says nothing', $site =~ s/\Q$secret\E/exec:$silent/r, qr/wrote nothing/);
my $endless = put('endless', "#!/bin/sh\nexec yes\n", 0755);
refuses('exec: that never stops writing', $site =~ s/\Q$secret\E/exec:$endless/r,
    qr/wrote too much/);
my $sleeper = put('sleeper', "#!/bin/sh\nexec sleep 60\n", 0755);
my $start = time;
refuses('exec: that never answers', $site =~ s/\Q$secret\E/exec:$sleeper/r,
    qr/no answer within 10 seconds/);
cmp_ok time - $start, '<', 20, '... is given up';

# --- the origin -----------------------------------------------------------------------------
my $origin = qr/there is no origin to rely on; write AuthJSURL https:.*UseCanonicalName On.*AuthJSTrustHost On/;
refuses('UseCanonicalName Off', "UseCanonicalName Off\n$site", $origin);
refuses('UseCanonicalName DNS', "UseCanonicalName DNS\n$site", $origin);
accepts('UseCanonicalName Off with AuthJSURL', "UseCanonicalName Off\nAuthJSURL https://a.test\n$site");
accepts('UseCanonicalName Off with AuthJSTrustHost', "UseCanonicalName Off\nAuthJSTrustHost On\n$site");
refuses('AuthJSTrustHost Off', "UseCanonicalName Off\nAuthJSTrustHost Off\n$site", $origin);
my $vhost = "<VirtualHost 127.0.0.1:18799>\nUseCanonicalName Off\n%s</VirtualHost>\n";
my $said = refuses('an unpinned virtual host', $site . sprintf($vhost, "ServerName www.test\n"), $origin);
like $said, qr/AuthJS: the virtual host www\.test:18799 \(\S+test\.conf:5\): /, '... names it';
accepts('a pinned one', $site . sprintf($vhost, "ServerName www.test\nAuthJSURL https://www.test\n"));
accepts('a name, and UseCanonicalName from outside',
    $site . sprintf($vhost, "ServerName www.test\n") =~ s/UseCanonicalName Off\n//r);
refuses('no name of its own', $site . sprintf($vhost, '') =~ s/UseCanonicalName Off\n//r
    =~ s/127\.0\.0\.1:/127.0.0.2:/r, $origin);
like accepts('a main server that only virtual hosts inherit from',
    "UseCanonicalName Off\n$site" . sprintf($vhost, "AuthJSURL https://www.test\n")),
    qr/AuthJS works in the virtual hosts only/, '... is mentioned';

for ('https://', 'www.test', 'ftp://www.test', 'https://u:p@www.test', 'https://www.test:0',
    'https://www.test/?x', 'https://www.test/#x', 'https://www.test/a//b', 'https://www.test/a%20b',
    'https://www test')
{
    refuses_line("AuthJSURL \"$_\"", '.');
}
accepts_line("AuthJSURL $_")
    for qw(https://www.test https://www.test/ https://www.test:8443/api/auth http://[::1]:8080);

# --- paths and URLs -----------------------------------------------------------------------
refuses_line('AuthJSBasePath auth', q(must begin with '/'));
refuses_line('AuthJSBasePath /', 'name something');
refuses_line('AuthJSBasePath /auth/', q(must not end with '/'));
refuses_line('AuthJSBasePath /a//b', 'no empty segment');
refuses_line('AuthJSBasePath /a/../b', 'begins with a dot');
refuses_line('AuthJSBasePath /a%20b', 'only have letters');
refuses_line('AuthJSBasePath "/a b"', 'only have letters');
accepts_line("AuthJSBasePath $_") for qw(/auth /api/auth /a.b_c-d/1);

refuses_line('AuthJSPage signUp /x', 'there is no page signUp; the pages are signIn, signOut, error, verifyRequest, newUser');
refuses_line("AuthJSPage signIn $_", '(begins with one|must have no query)')
    for 'x', 'https://evil.test/', '//evil.test', '/x?y', '/x#y', '/\\evil.test', '"/a b"';
accepts_line("AuthJSPage $_") for 'signIn /login', 'error /a/b.html', 'newUser auto';

refuses_line("AuthJSRedirectAllow $_", '.') for qw(https://a.test/x a.test ftp://a.test https://a.test?x);
accepts_line('AuthJSRedirectAllow https://a.test http://b.test:8080/');
refuses_line('AuthJSRedirectProxyURL proxy.test', '.');
accepts_line('AuthJSRedirectProxyURL https://proxy.test/auth');

# --- words and numbers ---------------------------------------------------------------------
for (qw(30x x -1 1.5d 1d12h 99999999999999999999 9999w), '"30 d"') {
    refuses_line("AuthJSSessionMaxAge $_", 'duration');
}
refuses_line('AuthJSSessionMaxAge 0', 'longer than 0');
refuses_line('AuthJSSessionMaxAge 1500ms', 'whole number of seconds');
accepts_line("AuthJSSessionMaxAge $_") for qw(3600 90s 15m 15min 12h 30d 2w 2000ms);
accepts_line('AuthJSSessionUpdateAge 0');
refuses_line('AuthJSSessionStrategy cookie', 'must be jwt or database');
refuses('a strategy that cannot work', "AuthJSSessionStrategy database\n$site",
    qr/AuthJSSessionStrategy database needs an adapter.*write AuthJSAdapter dbd, or AuthJSSessionStrategy jwt/);
accepts_line('AuthJSSessionStrategy JWT');
refuses_line('AuthJSUseSecureCookies Maybe', 'must be Auto, On or Off');
accepts_line("AuthJSUseSecureCookies $_") for qw(auto On Off);
refuses_line('AuthJSTrustHost Perhaps', 'must be On or Off');
refuses_line('AuthJSCacheTTL 1y', 'a duration is digits and a unit');

# --- AuthJSCookie ----------------------------------------------------------------------------
refuses_line('AuthJSCookie session name=x', 'there is no cookie session; the cookies are sessionToken, callbackUrl');
refuses_line('AuthJSCookie sessionToken title=x', 'has no key title; the keys are name, domain, path');
refuses_line('AuthJSCookie sessionToken x', 'key=value');
refuses_line("AuthJSCookie sessionToken \"name=$_\"", q(name is not a cookie's name)) for 'a b', 'a;b', 'a=b', '', 'ä';
refuses_line("AuthJSCookie sessionToken \"domain=$_\"", 'characters that a cookie cannot have') for 'a;b', '';
refuses_line('AuthJSCookie sessionToken path=x', q(path must begin with '/'));
refuses_line('AuthJSCookie sessionToken sameSite=maybe', 'one of Lax, Strict, None');
refuses_line('AuthJSCookie sessionToken priority=1', 'one of Low, Medium, High');
refuses_line('AuthJSCookie sessionToken secure=maybe', 'secure must be On or Off');
refuses_line('AuthJSCookie sessionToken maxAge=soon', 'maxAge: a duration');
accepts_line('AuthJSCookie sessionToken name=sid domain=a.test path=/app sameSite=strict maxAge=1h httpOnly=On priority=high');
accepts_line('AuthJSCookie csrfToken sameSite=None secure=On partitioned=On');
my $http = "AuthJSURL http://a.test\n$site";
my $https = "AuthJSURL https://a.test\n$site";
sub refuses_cookie { refuses($_[1], "$_[0]AuthJSCookie $_[1]\n", qr/AuthJSCookie \w+: $_[2]/) }
refuses_cookie($http, 'csrfToken name=__Host-x', 'a name that begins with __Host- needs secure=On');
refuses_cookie($https, 'csrfToken domain=a.test', 'a name that begins with __Host- needs .*no domain');
refuses_cookie($https, 'csrfToken path=/x', 'a name that begins with __Host- needs .*path=/');
refuses_cookie($http, 'state name=__Secure-x', 'a name that begins with __Secure- needs secure=On');
refuses_cookie($https, 'state secure=Off', 'a name that begins with __Secure- needs secure=On');
refuses_cookie($http, 'state sameSite=None', 'sameSite=None needs secure=On');
refuses_cookie($http, 'state partitioned=On', 'partitioned=On needs secure=On');
refuses_cookie($http, 'state name=authjs.nonce', 'its name collides with that of nonce');
refuses_cookie($http, 'sessionToken name=authjs.state.0', '.*collides with that of');
accepts('sameSite=None over https', "${https}AuthJSCookie state sameSite=None\n");
accepts('secure=Off for names of your own',
    join '', $https, map "AuthJSCookie $_ name=my.$_ secure=Off\n", qw(sessionToken state));

# --- AuthJSTheme, AuthJSHTTP --------------------------------------------------------------------
refuses_line('AuthJSTheme colour=red', 'has no key colour; the keys are colorScheme');
refuses_line('AuthJSTheme colorScheme=pink', 'one of auto, dark, light');
refuses_line("AuthJSTheme \"brandColor=$_\"", 'not a colour') for 'red;}', 'url(x)', '</style>';
refuses_line("AuthJSTheme \"logo=$_\"", 'logo ') for 'http://a.test/x.png', 'x.png', '//a.test/x', '/a b';
accepts_line('AuthJSTheme colorScheme=Dark logo=/logo.svg brandColor=#0b7285 buttonText=white');
accepts_line('AuthJSTheme logo=https://cdn.test/logo.svg');
refuses_line('AuthJSHTTP retries=3', 'has no key retries; the keys are connect, timeout, proxy, ca, max-body, resolve');
refuses_line("AuthJSHTTP $_", 'must be between')
    for qw(connect=0 connect=11s timeout=16s timeout=50ms max-body=17M max-body=1K max-body=x max-body=1G);
refuses_line('AuthJSHTTP ca=conf/no-such.pem', 'ca: there is no file');
refuses_line('AuthJSHTTP proxy=proxy:3128', 'proxy: ');
refuses_line("AuthJSHTTP resolve=$_", 'resolve must be host:port=address')
    for qw(a.test a.test=127.0.0.1 a.test:443 a.test:443= a.test:443=b.test a.test:0=127.0.0.1 a.test:99999=127.0.0.1
        a.test:443=127.0.0.1:x https://a.test:443=127.0.0.1 :443=127.0.0.1 a.test:443=127.0.1 a.test:443=::1:443 a@b:443=127.0.0.1);
accepts_line("AuthJSHTTP resolve=$_") for qw(a.test:443=127.0.0.1 A.test:443=127.0.0.1:8443 a.test:443=[::1]:8443 [::1]:443=127.0.0.1);
accepts_line('AuthJSHTTP connect=500ms timeout=15s max-body=64k proxy=http://proxy.test:3128 ca=conf/mime.types');

# --- directories: the values ----------------------------------------------------------------------
refuses_line('AuthJSUnauthorized 404', 'must be auto, signin, provider:ID, 401, 403 or pass');
refuses_line('AuthJSUnauthorized provider:', 'must be auto, signin');
refuses_line('AuthJSPass cookie', 'must be env, headers, both or none');
refuses_line('AuthJSRemoteUser "a b"', 'name of a claim');
accepts_line($_) for 'AuthJSUnauthorized 401', 'AuthJSUnauthorized provider:credentials',
    'AuthJSPass Both', 'AuthJSRemoteUser preferred_username', 'AuthJSBearer On', 'AuthJSProviders credentials';
like accepts('an id that only another application knows', "$site<Location /x>\nAuthJSProviders credentials gogle\n</Location>\n"),
    qr/authjs:warn.*AuthJSProviders \(\S+test\.conf:6\) names the provider gogle, which is not switched on here/, '... is warned of';
refuses('provider: of nobody', "$site<Location /x>\n<If \"true\">\nAuthJSUnauthorized provider:gogle\n</If>\n</Location>\n",
    qr/AuthJSUnauthorized \(\S+test\.conf:7\) names the provider gogle/);
refuses('AuthType without any provider', "<Location /x>\nAuthType AuthJS\n</Location>\n",
    qr/AuthType AuthJS \(\S+test\.conf:2\), but there is no provider to sign in with; write AuthJSProvider/);
refuses('AuthType in a virtual host that has none',
    "<VirtualHost *:18798>\n<Location /x>\nAuthType AuthJS\n</Location>\n</VirtualHost>\n"
    . "<VirtualHost *:18799>\nServerName a.test\n$site</VirtualHost>\n", qr/test\.conf:3\), but there is no provider/);

# --- the cache --------------------------------------------------------------------------------------
my $own = provider($client);
accepts('a provider', $own);
refuses('a cache that is not loaded', "AuthJSCache nothing\n$own",
    qr/AuthJSCache: the cache provider nothing is not loaded; write: LoadModule socache_nothing_module/);
refuses('files of a cache that have no name', "AuthJSCache dbm:\n$own",
    qr/AuthJSCache: dbm: names no file; write: AuthJSCache dbm:\/path\/file/);
refuses('two caches', "$own<VirtualHost *:18799>\nServerName a.test\nAuthJSCache shmcb:x(512000)\n</VirtualHost>\n",
    qr/AuthJSCache: there is one cache for all virtual hosts/);
accepts('one cache for all', "AuthJSCache shmcb\n$own<VirtualHost *:18799>\nServerName a.test\n</VirtualHost>\n");

# A server that does not load one of the modules.
sub without {
    my ($module, $conf) = @_;
    my $server = AuthJSTest::Httpd->configure(conf => $conf);
    my $file = $server->root . '/conf/httpd.conf';
    AuthJSTest::Env::write_file($file, AuthJSTest::Env::read_file($file) =~ s/^LoadModule ${module}_module .*//mr);
    return ($server->test)[1];
}
like without('socache_shmcb', $own), qr/AuthJSCache: the cache provider shmcb is not loaded; write: LoadModule socache_shmcb_module modules\/mod_socache_shmcb\.so/,
    'a provider needs a cache';
like without('socache_shmcb', $site), qr/Syntax OK/, '... credentials do not';
like without('authn_file', provider('', 'credentials')), qr/the authn provider file is not loaded; write: LoadModule authn_file_module/,
    'credentials need an authn provider';

# --- switching providers on ---------------------------------------------------------------------------
my %github = (AUTH_GITHUB_ID => 'x', AUTH_GITHUB_SECRET => 's3cr3t-of-github');
my $github = "AuthJSSecret $secret\nAuthJSProvider github\n";
accepts('from the environment', $github, %github);
refuses('no client id', $github, qr/provider github \(\S+test\.conf:2\): has no client id; write AuthJSClientID inside <AuthJSProvider github>, or set AUTH_GITHUB_ID/);
refuses('no client secret', $github, qr/has no client secret; write AuthJSClientSecret inside <AuthJSProvider github>, or set AUTH_GITHUB_SECRET/, AUTH_GITHUB_ID => 'x');
refuses('no issuer', provider($client =~ s/AuthJSIssuer.*\n//r, 'staff-1 keycloak'),
    qr/has no issuer; write AuthJSIssuer inside <AuthJSProvider staff-1 keycloak>, or set AUTH_STAFF_1_ISSUER/);
refuses('oauth without endpoints', provider($client =~ s/AuthJSIssuer.*\n//r, 'own oauth'),
    qr/has neither an issuer nor all endpoints; write AuthJSAuthorizationURL, AuthJSTokenURL and AuthJSUserinfoURL, or AuthJSIssuer/);
refuses('an unknown id', "AuthJSSecret $secret\nAuthJSProvider gogle\n", qr/there is no provider gogle; did you mean google\?/);
refuses('a part of a name', "AuthJSSecret $secret\nAuthJSProvider entra\n", qr/did you mean microsoft-entra-id\?/);
refuses('an unknown id like no other', "AuthJSSecret $secret\nAuthJSProvider zzzzzz\n",
    qr/there is no provider zzzzzz; write <AuthJSProvider zzzzzz oidc> with AuthJSIssuer inside, or <AuthJSProvider zzzzzz oauth>/);
refuses('an unknown template', provider($client, 'own oidcc'), qr/there is no provider oidcc; did you mean oidc\?/);
refuses("a client of type $_", provider($client, "own $_"), qr/asks for a passkey; only AuthJSName, .* mean anything in its section/)
    for qw(webauthn passkey);
refuses("a client of type $_", provider($client, "own $_"), qr/sends a link by mail; only AuthJSName, .* mean anything in its section/)
    for qw(email resend);
refuses("id $_", "AuthJSProvider $_\n", qr/AuthJSProvider: .*(an id is made of|cannot be an id)/)
    for qw(Google a_b a/b undefined), 'ä', 'x' x 65;
refuses('the same id twice', "${github}AuthJSProvider github\n", qr/AuthJSProvider: github is there already, at \S+test\.conf:2/);
refuses('a section without an id', "<AuthJSProvider>\n</AuthJSProvider>\n", qr/<AuthJSProvider> takes an id/);
refuses('a section with three words', "<AuthJSProvider a b c>\n</AuthJSProvider>\n", qr/<AuthJSProvider> takes an id/);
accepts('the same id in a virtual host', $own . "<VirtualHost *:18799>\nServerName a.test\n<AuthJSProvider own oidc>\n$client</AuthJSProvider>\n</VirtualHost>\n");
is scalar(() = refuses('a fault that several virtual hosts inherit', $github . "<VirtualHost *:18799>\nServerName a.test\n</VirtualHost>\n",
    qr/the virtual host a\.test:18799 \(.*\): provider github \(.*\): has no client id/) =~ /provider github/g), 1, '... once';

# --- inside a section ------------------------------------------------------------------------------------
accepts_inside($_) for 'AuthJSName "Our staff"', 'AuthJSScope "openid email"', 'AuthJSAuthorization scope=',
    'AuthJSAuthorization prompt=login acr_values=2', 'AuthJSAuthorization https://idp.test/authorize prompt=login',
    'AuthJSAuthorizationURL https://idp.test/authorize', 'AuthJSTokenURL https://idp.test/token',
    'AuthJSUserinfoURL https://idp.test/me', 'AuthJSJWKSURL https://idp.test/keys',
    'AuthJSToken https://idp.test/token', 'AuthJSUserinfo https://idp.test/me', 'AuthJSJWKS https://idp.test/keys',
    'AuthJSChecks pkce state nonce', 'AuthJSChecks none', 'AuthJSClientAuth client_secret_post',
    'AuthJSIDTokenAlg ES384', 'AuthJSIDTokenAlg HS256', 'AuthJSProfile "name=/given_name ?? /name" roles=/groups',
    'AuthJSStyle bg=#fff text=#000 brandColor=#0b7285 logo=/idp.svg', 'AuthJSOption idToken=false',
    'AuthJSAllowDangerousEmailAccountLinking On', 'AuthJSRedirectProxyURL https://proxy.test/auth';
refuses_inside("AuthJSIssuer $_", 'the URL does not begin with https:// or http://') for 'idp.test', 'ftp://idp.test';
refuses_inside('AuthJSIssuer https://idp.test#x', 'must have no fragment');
accepts_inside("AuthJSIssuer https://idp.test/v2.0\nAuthJSDiscovery https://idp.test/policy/v2.0/.well-known/openid-configuration");
refuses_inside('AuthJSDiscovery /policy', 'the URL does not begin with https:// or http://');
refuses('http discovery of an https issuer', provider("AuthJSIssuer https://idp.test\nAuthJSDiscovery http://idp.test/policy\nAuthJSClientID a\nAuthJSClientSecret b\n", 'own oidc'),
    qr/provider own .*the discovery URL: must be https, because its issuer is/);
refuses('an address of discovery without an issuer', provider("AuthJSDiscovery https://idp.test/policy\nAuthJSClientID a\nAuthJSClientSecret b\n", 'own oidc'),
    qr/has AuthJSDiscovery and no issuer that the document could be compared with; write AuthJSIssuer/);
refuses_inside('AuthJSIssuer https://u:p@idp.test', 'the URL holds a user name');
refuses_inside("$_ /token", 'the URL does not begin with https:// or http://')
    for qw(AuthJSAuthorizationURL AuthJSTokenURL AuthJSUserinfoURL AuthJSJWKSURL AuthJSUserinfo AuthJSJWKS);
refuses_inside("AuthJSToken $_", 'inside, the token endpoint is AuthJSTokenURL') for '/token', 'role', 'role admin', '!role', 'https://idp.test#x';
refuses_inside('AuthJSAuthorizationURL prompt=login', 'the URL does not begin with https:// or http://');
refuses_inside('AuthJSAuthorizationURL https://idp.test/a prompt=login', 'takes one argument, authorization endpoint');
refuses('a token endpoint outside of a provider', "$site$_ https://idp.test/token\n", qr/$_: .*inside (?:of|an) <AuthJSProvider>/)
    for qw(AuthJSToken AuthJSTokenURL);
refuses_inside("AuthJSAuthorization $_=x", "the parameter $_ is set by the module")
    for qw(client_id redirect_uri response_type state nonce code_challenge code_challenge_method);
refuses_inside('AuthJSAuthorization prompt', 'key=value');
refuses_inside('AuthJSChecks csrf', 'takes pkce, state and nonce, or none');
refuses_inside('AuthJSChecks none state', 'none stands alone');
refuses_inside('AuthJSClientAuth basic', 'must be client_secret_basic');
refuses_inside("AuthJSIDTokenAlg $_", 'the algorithm must be RS256') for qw(none RS1 HS1024);
refuses_inside('AuthJSIDTokenAlg HS256' . "\nAuthJSClientAuth none", 'need a client secret');
# RFC 7518 section 3.2: a secret is as long as the hash.
my %bytes = (HS256 => 32, HS384 => 48, HS512 => 64);
my $no_secret = $client =~ s/AuthJSClientSecret.*\n//r;
for my $alg (sort keys %bytes) {
    my $short = 'k' x ($bytes{$alg} - 1);
    accepts("$alg with $bytes{$alg} bytes", provider("${no_secret}AuthJSClientSecret ${short}k\nAuthJSIDTokenAlg $alg\n"));
    refuses("$alg with less", provider("${no_secret}AuthJSClientSecret $short\nAuthJSIDTokenAlg $alg\n"),
        qr/provider \S+ \(.*\): $alg: the client secret must be as long as the hash \(RFC 7518 section 3\.2\), $bytes{$alg} bytes/);
}
accepts('client_secret_jwt', provider("${no_secret}AuthJSClientSecret " . 'k' x 32 . "\nAuthJSClientAuth client_secret_jwt\n"));
refuses('client_secret_jwt with a short secret', provider("${no_secret}AuthJSClientSecret " . 'k' x 31 . "\nAuthJSClientAuth client_secret_jwt\n"),
    qr/AuthJSClientAuth client_secret_jwt signs with HS256: the client secret must be as long/);
my %line = (AUTH_LINE_ID => 'x', AUTH_LINE_SECRET => 'k' x 32);
accepts('an algorithm of the catalogue', "AuthJSSecret $secret\nAuthJSProvider line\n", %line);
refuses('... with a short secret', "AuthJSSecret $secret\nAuthJSProvider line\n",
    qr/provider line .*HS256: the client secret must be as long/, %line, AUTH_LINE_SECRET => 'k' x 31);
refuses_inside('AuthJSProfile name', 'key=value');
refuses_inside('AuthJSProfile name=given_name', 'name: ');
refuses_inside('AuthJSProfile "name=string(/x"', 'name: ');
refuses_inside('AuthJSProfile 1=/x', q(a field's name));
refuses_inside('AuthJSStyle colour=red', 'has no key colour');
refuses_inside('AuthJSStyle bg=url(x)', 'not a colour');
refuses_inside('AuthJSOption idTokn=false', 'has no key idTokn; the keys are idToken, privateKey, keyId, alg');
refuses_inside('AuthJSOption idToken=maybe', 'idToken must be true or false');
refuses_inside('AuthJSOption teamId=x', 'has no key teamId');
refuses('http below an https issuer', provider("${client}AuthJSToken http://idp.test/token"),
    qr/the token URL: must be https, because its issuer is/);
like accepts('an http issuer elsewhere', provider($client =~ s/https/http/r)), qr/\[authjs:warn\].*provider own .*plain http at idp\.test/, '... is warned of';
unlike accepts('an http issuer on this machine', provider($client =~ s{https://idp.test}{http://localhost:9000}r)),
    qr/authjs:/, '... is not';
accepts('a public client', provider(($client =~ s/AuthJSClientSecret.*\n//r) . 'AuthJSClientAuth none'));
refuses('private_key_jwt without a key', provider(($client =~ s/AuthJSClientSecret.*\n//r) . 'AuthJSClientAuth private_key_jwt'),
    qr/private_key_jwt needs a key; write AuthJSOption privateKey=file:/);
my $key = put('key.pem', scalar `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null`);
accepts('private_key_jwt', provider(($client =~ s/AuthJSClientSecret.*\n//r)
    . "AuthJSClientAuth private_key_jwt\nAuthJSOption privateKey=file:$key keyId=1"));
refuses('private_key_jwt with something else', provider(($client =~ s/AuthJSClientSecret.*\n//r)
    . "AuthJSClientAuth private_key_jwt\nAuthJSOption privateKey=file:$file"), qr/AuthJSOption privateKey: /);
my %weak = (
    'RSA of 1024 bits' => ['rsa -pkeyopt rsa_keygen_bits:1024', '', qr/must be RSA of 2048 to 8192 bits/],
    'EC on another curve' => ['EC -pkeyopt ec_paramgen_curve:secp256k1', '', qr/EC P-256, P-384 or P-521/],
    'the curve of another algorithm' => ['EC -pkeyopt ec_paramgen_curve:P-256', ' alg=ES384', qr/the algorithm does not fit/],
    'a kind of another algorithm' => ['EC -pkeyopt ec_paramgen_curve:P-256', ' alg=RS256', qr/the algorithm does not fit/],
    'no algorithm' => ['EC -pkeyopt ec_paramgen_curve:P-256', ' alg=none', qr/alg/],
);
for my $name (sort keys %weak) {
    my ($kind, $option, $why) = @{ $weak{$name} };
    my $weak = put('weak.pem', scalar `openssl genpkey -algorithm $kind 2>/dev/null`);
    refuses("private_key_jwt with $name", provider("${no_secret}AuthJSClientAuth private_key_jwt\nAuthJSOption privateKey=file:$weak$option"), $why);
}
refuses('form_post with PKCE', provider("${client}AuthJSAuthorization response_mode=form_post"),
    qr/response_mode=form_post and AuthJSChecks pkce do not go together/);
accepts('form_post with state', provider("${client}AuthJSAuthorization response_mode=form_post\nAuthJSChecks state"));
{
    my $folder = root() . '/var/01-certificate';
    mkdir $folder;
    system("cd $folder && for k in a b; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\$k -days 2 -keyout \$k.key -out \$k.crt 2>/dev/null; done") == 0 or die "openssl: $?";
    my $with = sub { provider("${no_secret}AuthJSClientAuth $_[0]\nAuthJSOption privateKey=file:$folder/a.key certificate=$_[1]") };
    accepts('a certificate of the key', $with->('private_key_jwt', $_)) for "file:$folder/a.crt", "$folder/a.crt";
    refuses('a certificate of another key', $with->('private_key_jwt', "file:$folder/b.crt"),
        qr/AuthJSOption certificate: it is the certificate of another key than privateKey/);
    refuses("no certificate: $_", $with->('private_key_jwt', $_), qr/AuthJSOption certificate: not a file with a PEM certificate/)
        for "file:$folder/a.key", "file:$folder/none.crt", $folder;
    refuses('a certificate without private_key_jwt', $with->('client_secret_post', "file:$folder/a.crt"),
        qr/AuthJSOption certificate is for AuthJSClientAuth private_key_jwt; write/);
}
refuses('Apple without a secret', provider('AuthJSClientID x', 'apple'), qr/or write AuthJSOption teamId=\.\.\. keyId=\.\.\. privateKey=file:/);
accepts('Apple with a key', provider("AuthJSClientID x\nAuthJSOption teamId=T keyId=K privateKey=file:$key", 'apple'));
refuses('a directive of a site inside', provider("${client}AuthJSBasePath /x"), qr/AuthJSBasePath not allowed in <AuthJSProvider> context/);
refuses('a directive of a directory inside', provider("$client$_"), qr/says nothing about a provider; write it outside of <AuthJSProvider>/)
    for 'AuthJSPass none', 'AuthJSBearer On', 'AuthJSPassCookies On', 'AuthJSUnauthorized 401', 'AuthJSRemoteUser sub', 'AuthJSProviders own';
refuses('a section inside', provider("$client<Location /x>\n</Location>"), qr/<Location> cannot stand inside <AuthJSProvider>/);
refuses('a provider inside', provider("$client<AuthJSProvider x>\n</AuthJSProvider>"), qr/<AuthJSProvider> cannot stand inside/);
refuses("$_ outside", "$_\n", qr/may only stand inside an <AuthJSProvider> section/)
    for 'AuthJSIssuer https://idp.test', 'AuthJSClientID x', 'AuthJSChecks pkce', 'AuthJSOption a=b', 'AuthJSStyle bg=#fff',
    'AuthJSProfile a=/a', 'AuthJSAuthnProvider file', 'AuthJSClientAuth none', 'AuthJSAllowDangerousEmailAccountLinking On';

# --- credentials ---------------------------------------------------------------------------------------------
refuses('nobody to ask', "AuthJSSecret $secret\nAuthJSProvider credentials\n",
    qr/does not say where its users are; write <AuthJSProvider credentials> with AuthJSAuthnProvider file and AuthUserFile inside/);
refuses('another provider without its directive', provider('AuthJSAuthnProvider dbm', 'credentials'), qr/AuthJSAuthnProvider dbm and AuthDBMUserFile inside/);
refuses('an authn module that is not loaded', provider('AuthJSAuthnProvider ldap', 'credentials'),
    qr/AuthJSAuthnProvider: the authn provider ldap is not loaded; write: LoadModule authnz_ldap_module/);
refuses('an authn provider of nobody', provider('AuthJSAuthnProvider flie', 'credentials'), qr/there is no authn provider flie/);
accepts('two authn providers', provider("AuthJSAuthnProvider file dbm\n$users\nAuthDBMUserFile conf/users.dbm", 'credentials'));
accepts('an alias', "<AuthnProviderAlias file staff>\n$users\n</AuthnProviderAlias>\n" . provider('AuthJSAuthnProvider staff', 'credentials'));
accepts('a name of its own', provider("AuthJSName Staff\n$users", 'staff credentials'));
refuses('an issuer', provider("$users\nAuthJSIssuer https://idp.test", 'credentials'), qr/only AuthJSName, AuthJSStyle and these mean anything/);
refuses('AuthJSAuthnProvider elsewhere', provider("${client}AuthJSAuthnProvider file"), qr/AuthJSAuthnProvider and AuthJSAuthorize are for the type credentials/);

# --- AuthJSProviderFile ------------------------------------------------------------------------------------------
sub definitions { put('providers.json', $_[0]) }
my $good = '{"corp":{"name":"Corp","type":"oauth","authorization":{"url":"{base}/authorize","params":{"scope":"a b"}},'
    . '"token":"{base}/token","userinfo":{"url":"{base}/me"},"checks":["state"],"profile":{"id":"/id","name":null},'
    . '"options":{"base":"https://corp.test"},"style":{"bg":"#fff"},"client":{"token_endpoint_auth_method":"client_secret_post"}}}';
my $corp = "AuthJSProviderFile $dir/providers.json\n" . provider("AuthJSClientID a\nAuthJSClientSecret s3cr3t-b\n", 'corp');
definitions($good);
accepts('a definition of your own', $corp);
definitions($good =~ s/^\{/{"\$schema":"providers.schema.json",/r);
accepts('a definition with its schema', $corp);
accepts('its option', $corp =~ s/(AuthJSClientID)/AuthJSOption base=https:\/\/x.test\n$1/r);
refuses('an option that is not', $corp =~ s/(AuthJSClientID)/AuthJSOption bas=x\n$1/r, qr/AuthJSOption has no key bas; the keys are .*base/);
refuses('an id like it', $corp =~ s/<AuthJSProvider corp/<AuthJSProvider corps/r, qr/did you mean corp\?/);
for (['{', 'is not a JSON object: JSON: a member without a name (line 1, column 2)'], ['[]', 'is not a JSON object: JSON: not an object (line 1, column 1)'],
    ["\xef\xbb\xbf{}", 'it begins with a byte order mark; save it as UTF-8 without one'],
    ["{\n \"a\": {\n  \"n\xc3\xa4me\" 1}}", 'a colon is missing (line 3, column 10)'], ['{"a":1}', 'a must be an object'],
    ['{"a":{}}', 'a.type is missing: it must be oauth, oidc or email'], ['{"a":{"type":"saml"}}', 'a.type must be oauth, oidc or email'],
    ['{"a":{"type":"oidc","isuer":"x"}}', 'a has no member isuer; the members are type, name, issuer'],
    ['{"a":{"type":"oidc","issuer":1}}', 'a.issuer must be a string'],
    ['{"a":{"type":"oidc","issuer":"login.test"}}', 'a.issuer: the URL does not begin with https:// or http://; write one such as https://login.example.com/token'],
    ['{"a":{"type":"oidc","checks":["csrf"]}}', 'a.checks.0 must be pkce, state, nonce or none'],
    ['{"a":{"type":"oidc","token":1}}', 'a.token must be a string or an object'],
    ['{"a":{"type":"oidc","token":{"request":"x"}}}', 'a.token has no member request; the members are url, params, headers, form, result'],
    ['{"a":{"type":"oidc","authorization":{"params":{"scope":["a"]}}}}', 'a.authorization.params.scope must be a string'],
    ['{"a":{"type":"oidc","client":{"token_endpoint_auth_method":"x"}}}', 'a.client.token_endpoint_auth_method must be client_secret_basic, client_secret_post, '],
    ['{"a":{"type":"oidc","client":{"id_token_signed_response_alg":"none"}}}', 'a.client.id_token_signed_response_alg must be RS256, '],
    ['{"a":{"type":"oidc","profile":{"id":"sub"}}}', 'a.profile.id: '],
    ['{"a":{"type":"oidc","style":{"bg":"url(x)"}}}', 'a.style.bg: write a colour such as #0b7285'],
    ['{"a":{"type":"oidc","style":{"logo":"x.svg"}}}', 'a.style.logo: logo must be a path on this site or an https URL'],
    ['{"a":{"type":"oidc","stateMax":0}}', 'a.stateMax must be 1 at least'], ['{"a":{"type":"oidc","stateMax":1.5}}', 'a.stateMax must be a whole number'],
    ['{"a":{"type":"oidc","idToken":"no"}}', 'a.idToken must be true or false'],
    ['{"a":{"type":"oidc","name":"x\u0000y"}}', 'a.name has a NUL character in it'], ['{"a":{"type":"oidc","name":"x\ny"}}', 'a.name: write one line of text'],
    ['{"a":{"type":"oidc","token":"{issuer}/{tenent}","options":{"tenant":null}}}',
        'a.token has the place {tenent}, and options no member tenent; write "options": {"tenent": null}'],
    ['{"a":{"type":"oidc","options":{"my-key":"x"}}}', 'a.options.my-key: an option is made of letters and digits'],
    ['{"A b":{"type":"oidc"}}', 'A b: an id is made of a-z, 0-9'], ['{"$schema":1}', '$schema must be a string'],
    ['{"a":{"type":"x"},"b":1,"c":{"type":"oidc","idToken":1}}', 'a.type must be oauth, oidc or email; b must be an object; c.idToken must be true or false'],
    ['{"a":{"type":"oidc"},"a":{"type":"oidc"}}', 'is not a JSON object: JSON: a member is repeated (line 1, column 22)'],
    ['{"a":' . '[' x 33 . ']' x 33 . '}', 'JSON: too deep (line 1, column 37)'], ['{"a":"' . 'x' x 2 ** 20 . '"}', 'is bigger than 1 MB'])
{
    definitions($_->[0]);
    refuses("definitions $_->[0]", $corp, qr/AuthJSProviderFile: \S+providers\.json\S* .*\Q$_->[1]\E/);
}
unlink "$dir/providers.json";
POSIX::mkfifo("$dir/providers.json", 0600) or die $!;
refuses('definitions in a pipe', $corp, qr/AuthJSProviderFile: \S+ is no regular file/);
unlink "$dir/providers.json";
refuses('definitions that are not there', $corp, qr/AuthJSProviderFile: \S+ cannot be read: No such file/);

# --- every provider of the catalogue ---------------------------------------------------------------------------------
my $catalogue = JSON::PP->new->decode(AuthJSTest::Env::read_file(srcdir() . '/lib/catalogue/definitions/providers.json'));
is system(srcdir() . '/lib/catalogue/definitions/generate', '--check'), 0, 'the catalogue that is compiled is the one that is written';
my %options = (bungie => "AuthJSOption apiKey=1\n", apple => '', netsuite => "AuthJSOption accountID=1\nAuthJSUserinfo https://netsuite.test/me\n");
my @usable = grep { $catalogue->{$_}{type} =~ /^o/ } sort keys %$catalogue;
cmp_ok scalar(@usable), '>=', 75, 'the catalogue is large';
accepts('every provider of the catalogue', "AuthJSSecret $secret\n" . join '', map {
    my $issuer = $catalogue->{$_}{issuer} ? '' : "AuthJSIssuer https://issuer.test/\n";
    "<AuthJSProvider $_>\nAuthJSClientID a\nAuthJSClientSecret bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n$issuer" . ($options{$_} // '') . "</AuthJSProvider>\n"
} @usable);
my $bungie = "AuthJSClientID a\nAuthJSClientSecret b\nAuthJSOption apiKey=env:BUNGIE_KEY\n";
accepts('the key of an application in the environment', provider($bungie, 'bungie'), BUNGIE_KEY => 'k');
refuses('one that is not there', provider($bungie, 'bungie'), qr/AuthJSOption apiKey: .*BUNGIE_KEY/);
refuses('one of two lines', provider($bungie, 'bungie'), qr/AuthJSOption apiKey: it is not one line/, BUNGIE_KEY => "k\nX: y");
put('providers.json', JSON::PP->new->encode({ map { $_ => $catalogue->{$_} } @usable }));
accepts('the catalogue as a file of definitions', "AuthJSProviderFile $dir/providers.json\n$site");

done_testing;
