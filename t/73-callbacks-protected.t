# jwt and session on protected requests: what they are given, how often, and that the
# application, Require and expressions see what they made; with sessions in cookies and in
# a database, and in each of the ways to write a callback.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::Env;
use JSON::PP ();
use LWP::UserAgent ();
use POSIX ();

my $COOKIE = 'authjs.session-token';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $secret = secret('hooks');
my %JANE = (name => 'Jane', email => 'jane@example.com', picture => 'https://img.example/j', sub => 'id-7', provider => 'credentials');
my $now = time;
my $expires = POSIX::strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime $now + 30 * 86400);
my %SESSION = (user => { name => 'Jane', email => 'jane@example.com', image => 'https://img.example/j' }, expires => $expires);

my $protected = <<'EOT';
LoadModule authjs_test_hooks_module @modules@/mod_authjs_test_hooks.so
AuthJSTestHooks @root@/var/hooks
<Location /in>
    AuthType AuthJS
    Require valid-user
</Location>
<Location /in/claim>
    Require authjs-claim role = admin
</Location>
<Location /in/expr>
    Require expr "%{AUTHJS:token.role} == 'admin'"
</Location>
<Location /in/shown>
    Require expr "%{AUTHJS:session.mine} == 'yes'"
</Location>
<Location /in/many>
    <RequireAny>
        Require authjs-claim role = nobody
        Require authjs-claim role = somebody
        Require expr "%{AUTHJS:role} == 'else'"
        Require authjs-email *@example.com
    </RequireAny>
    RequestHeader set X-Role "expr=%{AUTHJS:role}"
    <If "%{AUTHJS:role} == 'admin'">
        Header set X-Admin yes
    </If>
    ErrorDocument 404 /in/many/env.cgi
</Location>
<Location /in/both>
    AuthJSPass both
</Location>
<Location /in/none>
    AuthJSPass none
</Location>
<Location /in/user>
    AuthJSRemoteUser nick
</Location>
<Location /in/bearer>
    AuthJSBearer On
</Location>
<Location /in/other>
    AuthJSProviders other
</Location>
<Location /if>
    Header set X-Role "expr=%{AUTHJS:role}"
</Location>
EOT
my $jwt = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSSessionRealm test73
AuthJSURL http://localhost:@port@
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
<AuthJSProvider other oauth>
    AuthJSClientID other
    AuthJSClientSecret @secret:client_secret@
    AuthJSAuthorization http://127.0.0.1:1/a
    AuthJSToken http://127.0.0.1:1/t
    AuthJSUserinfo http://127.0.0.1:1/u
</AuthJSProvider>
EOT
my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv | grep -E '^(AUTHJS_|REMOTE_USER|HTTP_X_)' | sort\n";

sub documents {
    my ($root) = @_;
    for my $dir ('in', (map { "in/$_" } qw(claim expr shown many both none user bearer other)), 'if', 'open') {
        AuthJSTest::Env::write_file("$root/htdocs/$dir/env.cgi", $who, 0755);
    }
    AuthJSTest::Env::write_file("$root/htdocs/in/many/page.shtml", join '',
        map { qq(<!--#include virtual="/in/many/$_" -->\n) } qw(env.cgi env.cgi?2 env.cgi?3));
}

# --- a site whose hooks say what a file says -----------------------------------------------------

my $httpd = httpd(conf => $jwt . $protected);
documents($httpd->root);
my $site = $httpd->site;

sub file { $httpd->root . "/var/hooks.$_[0]" }
sub hooks {
    my (%answers) = @_;
    ref eq 'ARRAY' or $_ = [$_] for values %answers;
    AuthJSTest::Env::write_file(file('json'), $json->encode(\%answers));
    AuthJSTest::Env::write_file(file('log'), '');
    chmod 0666, file('log');
}
sub value { +{ answer => 'value', value => $_[0] } }
sub merge { +{ answer => 'value', merge => $_[0] } }
my %UNDEFINED = (answer => 'undefined');
my %THROW = (answer => 'error', error => 'thrown by the test');

sub calls {
    my ($name) = @_;
    return map { $_->{params} } grep { $_->{hook} == 0 && $_->{name} eq $name }
        map { $json->decode($_) } split /\n/, AuthJSTest::Env::read_file(file('log'));
}
# Who was asked and told, but for authorized, which is asked about every request.
sub names { join ' ', map { $_->{name} } grep { $_->{hook} == 0 && $_->{name} ne 'authorized' } map { $json->decode($_) } split /\n/, AuthJSTest::Env::read_file(file('log')) }

sub cookie { my ($claims, %how) = @_; (Cookie => "$COOKIE=" . mint($json->encode($claims), now => $now, %how)) }
my @jane = cookie(\%JANE);
sub env { my ($r) = @_; return { map { /^([^=]+)=(.*)/ ? ($1, $2) : () } split /\n/, $r->content } }
sub env_of { env($site->get(@_)) }
sub session_cookies { grep { $_->{name} =~ /^\Q$COOKIE\E/ } set_cookies($_[0]) }

my %PLAIN = (REMOTE_USER => 'jane@example.com', AUTHJS_USER_ID => 'id-7', AUTHJS_USER_NAME => 'Jane',
    AUTHJS_USER_EMAIL => 'jane@example.com', AUTHJS_USER_IMAGE => 'https://img.example/j',
    AUTHJS_PROVIDER => 'credentials', AUTHJS_EXPIRES => $expires);

sub application {
    my ($env) = @_;
    my %env = %$env;
    my $session = delete $env{AUTHJS_SESSION};
    return (\%env, $session ? $json->decode($session) : undef);
}

# --- nobody has anything to say ---------------------------------------------------------------------

{
    hooks();
    my $r = $site->get('/in/env.cgi', @jane);
    my ($env, $session) = application(env($r));
    is_deeply $env, \%PLAIN, 'hooks that decline change nothing';
    is_deeply $session, \%SESSION;
    is names(), 'jwt session', 'jwt and session are asked, and no event is told';
    my ($given) = calls('jwt');
    is_deeply [sort keys %$given], ['token'], 'jwt is given the token';
    is_deeply [sort keys %{ $given->{token} }], [sort qw(name email picture sub provider realm iat exp jti)], '... all of it';
    ($given) = calls('session');
    is_deeply [sort keys %$given], [qw(session token)], 'session is given the session and the token';
    is_deeply $given->{session}, \%SESSION;
    is $given->{token}{sub}, 'id-7';
    is scalar(session_cookies($r)), 0, 'no cookie is written';

    hooks();
    $site->get('/open/env.cgi', @jane);
    is names(), '', 'a page that no session has a say in asks nobody';
    $site->get('/in/env.cgi');
    $site->get('/in/env.cgi', Cookie => "$COOKIE=forged");
    is names(), '', 'nor is anybody asked about no session';
}

# --- what jwt returns is what is read ------------------------------------------------------------------

{
    hooks(jwt => merge({ role => 'admin', nick => 'jj' }));
    for my $path (qw(claim expr)) {
        is $site->get("/in/$path/env.cgi", @jane)->code, 200, "Require $path sees what jwt returned";
    }
    is $site->get('/in/claim/env.cgi', cookie({ %JANE, role => 'admin' }))->code, 200;
    is env_of('/in/user/env.cgi', @jane)->{REMOTE_USER}, 'jj', 'AuthJSRemoteUser too';
    is $site->get('/if/env.cgi', @jane)->header('X-Role'), 'admin', 'and an expression where nothing is protected';
    my ($env, $session) = application(env_of('/in/env.cgi', @jane));
    is_deeply $env, \%PLAIN, 'the session is what it was';
    is_deeply $session, \%SESSION;

    hooks(jwt => value({ sub => 'id-8', name => 'Joan', role => 'user', address => { city => 'Graz' } }));
    ($env, $session) = application(env_of('/in/env.cgi', @jane));
    is_deeply $env, { REMOTE_USER => 'id-8', AUTHJS_USER_ID => 'id-8', AUTHJS_USER_NAME => 'Joan',
        AUTHJS_PROVIDER => 'credentials', AUTHJS_EXPIRES => $expires }, 'another object: what is gone from the token is gone';
    is_deeply $session, { user => { name => 'Joan' }, expires => $expires };
    is $site->get('/in/claim/env.cgi', cookie({ %JANE, role => 'admin' }))->code, 403, 'a role that jwt took away is none';
    my ($given) = calls('session');
    is $given->{token}{role}, 'user', 'session is given what jwt returned';

    hooks(jwt => [merge({ role => 'user', first => 1 }), undef], session => {%UNDEFINED, answer => 'declined'});
    is $site->get('/in/claim/env.cgi', @jane)->code, 403;
}

# --- what no callback has a say in --------------------------------------------------------------------

{
    hooks(jwt => merge({ provider => 'other' }));
    isnt $site->get('/in/other/env.cgi', @jane)->code, 200, 'jwt cannot say that another provider vouches';
    is env_of('/in/env.cgi', @jane)->{AUTHJS_PROVIDER}, 'credentials';
    my @unverified = cookie({ %JANE, email_verified => JSON::PP::false });
    hooks(jwt => merge({ email_verified => JSON::PP::true }));
    is env_of('/in/env.cgi', @unverified)->{REMOTE_USER}, 'id-7', '... nor that an address is verified';
    hooks(session => merge({ user => { email => 'boss@example.com' } }));
    is env_of('/in/env.cgi', @unverified)->{AUTHJS_USER_EMAIL}, undef;
    is env_of('/in/env.cgi', @unverified)->{REMOTE_USER}, 'id-7', 'session does not name the user: the token does';
    for my $times ({ exp => 1 }, { exp => 9e9 }, { iat => 1 }) {
        hooks(jwt => merge($times));
        my $r = $site->get('/in/env.cgi', @jane);
        is env($r)->{AUTHJS_EXPIRES}, $expires, 'when the token ends is not its to say';
        is scalar(session_cookies($r)), 0, 'nor when it is renewed';
    }
    hooks(jwt => merge({ nbf => $now + 1000 }));
    is $site->get('/in/env.cgi', @jane, Accept => 'text/html')->code, 302, 'but a token that does not count yet is none';
}

# --- what session returns is what the application sees ---------------------------------------------------

{
    my %shown = (user => { id => 'u-1', name => 'J.', image => 'https://img.example/2', role => 'admin' },
        expires => '2031-01-01T00:00:00.000Z', mine => 'yes', list => [1, 2.5, JSON::PP::true, undef]);
    hooks(session => value(\%shown));
    my ($env, $session) = application(env_of('/in/env.cgi', @jane));
    is_deeply $env, { REMOTE_USER => 'jane@example.com', AUTHJS_USER_ID => 'u-1', AUTHJS_USER_NAME => 'J.',
        AUTHJS_USER_IMAGE => 'https://img.example/2', AUTHJS_PROVIDER => 'credentials',
        AUTHJS_EXPIRES => '2031-01-01T00:00:00.000Z' }, 'the variables are those of the session';
    is_deeply $session, \%shown, '... and so is AUTHJS_SESSION';
    is_deeply $session, $site->json('/auth/session', @jane), '... which is what the browser sees';
    $env = env_of('/in/both/env.cgi', @jane);
    is $env->{HTTP_X_AUTHJS_USER_NAME}, 'J.', 'headers too';
    is_deeply $json->decode($env->{HTTP_X_AUTHJS_SESSION} =~ s/%([0-9A-F]{2})/chr hex $1/gre), \%shown;
    is_deeply env_of('/in/none/env.cgi', @jane), { REMOTE_USER => 'jane@example.com' }, 'AuthJSPass none: nothing';
    is $site->get('/in/shown/env.cgi', @jane)->code, 200, 'Require expr reads the session';
    hooks(session => merge({ mine => 'no' }));
    is $site->get('/in/shown/env.cgi', @jane)->code, 403;
    hooks(session => value({ user => { name => "a\0b", email => ['x'], id => 7 } }));
    ($env) = application(env_of('/in/env.cgi', @jane));
    is_deeply $env, { REMOTE_USER => 'jane@example.com', AUTHJS_USER_ID => 'id-7', AUTHJS_PROVIDER => 'credentials',
        AUTHJS_EXPIRES => $expires }, 'what is no text is left out';

    hooks(jwt => merge({ role => 'admin' }), session => value({ mine => 'yes' }));
    ($env, $session) = application(env_of('/in/env.cgi', @jane));
    is $session->{user}{role}, 'admin', 'without a user the token is the user, as in auth()';
    is $session->{mine}, 'yes';
    is_deeply $site->json('/auth/session', @jane), { mine => 'yes' }, '... which the browser does not see';
    (undef, $session) = application(env_of('/in/env.cgi', cookie({ %JANE, access_token => 'at', refresh_token => 'rt' })));
    is join(' ', sort keys %{ $session->{user} }), 'email exp iat jti name picture provider realm role sub', '... without the provider\'s tokens';
}

# --- no session --------------------------------------------------------------------------------------------

for (['null of jwt' => jwt => value(undef)], ['undefined of jwt' => jwt => {%UNDEFINED}], ['an error of jwt' => jwt => {%THROW}],
    ['a text of jwt' => jwt => value('x')], ['a list of jwt' => jwt => value([])], ['no JSON of jwt' => jwt => { answer => 'value', odd => 'cycle' }],
    ['null of session' => session => value(undef)], ['undefined of session' => session => {%UNDEFINED}],
    ['an error of session' => session => {%THROW}], ['a text of session' => session => value('x')],
    ['a list of session' => session => value([])], ['false of session' => session => value(JSON::PP::false)],
    ['no JSON of session' => session => { answer => 'value', odd => 'nan' }], ['a status' => session => { status => 500 }]) {
    my ($what, $which, $answer) = @$_;
    hooks($which => $answer);
    my $r = $site->get('/in/env.cgi', @jane, Accept => 'text/html');
    is $r->code, 302, "$what: no session";
    is scalar(session_cookies($r)), 0, '... the cookie stays as it is';
    is $site->get('/in/env.cgi', @jane, Accept => 'application/json')->code, 401, '... 401 for a script';
    is $site->get('/if/env.cgi', @jane)->header('X-Role') // '', '', '... and none for expressions';
    hooks();
    is $site->get('/in/env.cgi', @jane)->code, 200, '... once it is over, there is one';
}
expect_error(qr/the callback (?:jwt|session) failed/, 'hooks said so');

# --- once for all that a browser asked for --------------------------------------------------------------------

for my $path ('/in/many/env.cgi', '/in/many/page.shtml', '/in/many/nowhere', '/in/many') {
    hooks(jwt => merge({ role => 'admin' }), session => merge({ mine => 'yes' }));
    my $r = $site->get($path, @jane);
    like $r->content, qr/"mine":"yes"/, "$path: seen" if $path ne '/in/many';
    is names(), 'jwt session', "$path: jwt and session are asked once";
    hooks(jwt => {%THROW});
    $site->get($path, @jane);
    is names(), 'jwt', '... also when that is the end of it';
}
{
    hooks(jwt => merge({ role => 'admin' }));
    my $r = $site->get('/in/many/page.shtml', @jane);
    is scalar(() = $r->content =~ /^AUTHJS_USER_ID=id-7$/mg), 3, 'each of three parts of a page sees the session';
    is scalar(() = $r->content =~ /^HTTP_X_ROLE=admin$/mg), 3, '... and the role';
    is $r->header('X-Admin'), 'yes';
}

# --- the cookie ------------------------------------------------------------------------------------------------

{
    my @old = cookie(\%JANE, now => $now - 2 * 86400);
    hooks();
    my ($plain) = session_cookies($site->get('/in/env.cgi', @old));
    ok $plain, 'a cookie that is due is renewed';
    is decode($plain->{value})->{role}, undef;
    hooks(jwt => merge({ role => 'admin', seen => 1 }), session => value({ user => { name => 'J.' } }));
    my ($new) = session_cookies($site->get('/in/env.cgi', @old));
    my $claims = decode($new->{value});
    is $claims->{role}, 'admin', 'then what jwt returned is in it';
    is $claims->{name}, 'Jane', '... and nothing that session returned';
    cmp_ok $claims->{exp}, '>', $now + 29 * 86400, '... with a new end';
    hooks(jwt => value({ sub => 'id-7' }));
    is scalar(session_cookies($site->get('/in/env.cgi', @jane))), 0, 'a token without times is not written at each request';
}

# --- Authorization -----------------------------------------------------------------------------------------------

{
    hooks(jwt => merge({ role => 'admin' }), session => merge({ mine => 'yes' }));
    my @bearer = (Authorization => 'Bearer ' . mint($json->encode(\%JANE), now => $now));
    like env_of('/in/bearer/env.cgi', @bearer)->{AUTHJS_SESSION}, qr/"mine":"yes"/, 'a session in Authorization too';
    is names(), 'jwt session';
    hooks(jwt => value(undef));
    is $site->get('/in/bearer/env.cgi', @bearer, Accept => '*/*')->code, 401;
}

# --- sessions in a database --------------------------------------------------------------------------------------------

# Past the adapter, so that the cache does not know.
sub rename_user {
    my ($file, $name) = @_;
    my $data = $json->decode(AuthJSTest::Env::read_file($file));
    $_->{name} = $name for @{ $data->{users} };
    open my $out, '>', $file or die "$file: $!";
    print $out $json->encode($data);
    close $out;
}

for my $cache ("AuthJSCache none\n", '') {
    my $adapter = adapter(kind => 'memory', conf => $cache . "AuthJSSessionRealm test73\n$protected");
    $httpd = $adapter->httpd;
    $site = $httpd->site;
    documents($httpd->root);
    my $user = $adapter->createUser({ name => 'Jane', email => 'jane@example.com', emailVerified => '2026-01-02T03:04:05.000Z' });
    my $token = 'staff.AAAAAAAA.test73.00000000-0000-4000-8000-000000000007';
    $adapter->createSession({ sessionToken => $token, userId => $user->{id}, expires => $expires });
    my @cookie = (Cookie => "$COOKIE=$token");
    my $kind = $cache ? 'database' : 'database, cached';
    for my $time (1, 2) {
        rename_user($httpd->root . '/var/authjs.json', 'Janet') if $time == 2;
        my $name = $time == 2 && $cache ? 'Janet' : 'Jane';
        hooks();
        my (undef, $session) = application(env_of('/in/env.cgi', @cookie));
        is_deeply $session, { user => { name => $name, email => 'jane@example.com', image => undef }, expires => $expires },
            "$kind: without an answer the session has no more than it had" or diag $json->encode($session);
        is names(), 'session', '... jwt has no say';
        my ($given) = calls('session');
        is_deeply [sort keys %$given], [qw(session user)], '... session, user';
        is $given->{session}{sessionToken}, $token, '... the row';
        is $given->{session}{userId}, $user->{id};
        is $given->{session}{expires}, $expires;
        is_deeply $given->{session}{user}, $given->{user}, '... with the user in it';
        is $given->{user}{emailVerified}, '2026-01-02T03:04:05.000Z', '... all of the user';
        is $given->{user}{name}, $name, '... as the cache has it, when there is one';
        is $given->{user}{id}, $user->{id};
    }
    hooks(session => value({ user => { id => $user->{id}, name => 'J.' }, mine => 'yes' }));
    my ($env, $session) = application(env_of('/in/env.cgi', @cookie));
    is_deeply $session, { user => { id => $user->{id}, name => 'J.' }, mine => 'yes' }, '... what it returns is seen';
    is $env->{AUTHJS_USER_NAME}, 'J.';
    is $env->{AUTHJS_USER_EMAIL}, undef;
    is $env->{REMOTE_USER}, 'jane@example.com';
    hooks(session => value({ mine => 'yes' }));
    (undef, $session) = application(env_of('/in/env.cgi', @cookie));
    is $session->{user}{emailVerified}, '2026-01-02T03:04:05.000Z', 'without a user the row of the user is it, as in auth()';
    unlike $json->encode($session), qr/\Q$token\E/, '... without the session token';
    for (value(undef), {%UNDEFINED}, {%THROW}) {
        hooks(session => $_);
        is $site->get('/in/env.cgi', @cookie, Accept => 'text/html')->code, 302, 'no session';
    }
    $httpd->stop;
}

# What one site has put into the cache serves another one, with or without the callback; what is
# written for tokens has no say in either.
{
    my $port = peer_port('l73-second');
    my $adapter = adapter(kind => 'memory', conf => <<"EOT");
AuthJSToken name "of a token, %{AUTHJS:token.name}"
<Location /in>
    AuthType AuthJS
    Require valid-user
</Location>
Listen 127.0.0.1:$port
<VirtualHost 127.0.0.1:$port>
    ServerName http://localhost:$port
    AuthJSURL http://localhost:$port
    AuthJSSessionField user.verified "%{AUTHJS:user.emailVerified}"
</VirtualHost>
EOT
    documents($adapter->httpd->root);
    my @sites = ($adapter->httpd->site, AuthJSTest::Site->new(base => "http://localhost:$port"));
    my @verified = (undef, '2026-01-02T03:04:05.000Z');
    for my $order ([0, 1, 0, 1], [1, 0, 1]) {
        my $user = $adapter->createUser({ name => 'Jane', email => "jane\@@$order.example", emailVerified => $verified[1] });
        my $token = sprintf '00000000-0000-4000-8000-%012d', scalar @$order;
        $adapter->createSession({ sessionToken => $token, userId => $user->{id}, expires => $expires });
        for my $which (@$order) {
            my (undef, $session) = application(env($sites[$which]->get('/in/env.cgi', Cookie => "$COOKIE=$token")));
            is $session->{user}{name}, 'Jane', "site $which";
            is $session->{user}{verified}, $verified[$which], '... with its own callback';
        }
    }
    $adapter->httpd->stop;
}

# --- in each of the ways ---------------------------------------------------------------------------------------------------

my $script = AuthJSTest::Env::write_file(root() . '/protected.lua', <<'EOT');
function jwt(params)
    params.token.role = "admin"
    return params.token
end
function session(params)
    params.session.user.role = params.token.role
    return params.session
end
EOT
my %ways = (
    expressions => qq(AuthJSToken role admin\nAuthJSSessionField user.role "%{AUTHJS:token.role}"\n),
    -e $AuthJSTest::Env::lua ? (Lua => "AuthJSCallback jwt lua:$script\nAuthJSCallback session lua:$script\n") : (),
);
my $places = $protected =~ s/^(?:LoadModule|AuthJSTest).*\n//mgr;
for my $way (sort keys %ways) {
    $httpd = httpd(conf => "$jwt$places$ways{$way}");
    documents($httpd->root);
    $site = $httpd->site;
    my ($env, $session) = application(env_of('/in/claim/env.cgi', @jane));
    is_deeply $env, \%PLAIN, "$way: Require sees the role of the token";
    is_deeply $session, { %SESSION, user => { %{ $SESSION{user} }, role => 'admin' } }, '... and the application that of the session';
    is_deeply $site->json('/auth/session', @jane)->{user}, $session->{user}, '... as the browser does';
    is $site->get('/in/expr/env.cgi', @jane)->code, 200;
    my ($new) = session_cookies($site->get('/in/env.cgi', cookie(\%JANE, now => $now - 2 * 86400)));
    is decode($new->{value})->{role}, 'admin', '... and a renewed cookie has it';
    $httpd->stop;
}

# A service is asked once.
{
    my ($verify) = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md') =~ m{\n\n(    // verify\.mjs\n(?:(?:    .*)?\n)+)};
    my $port = peer_port('hooks');
    my $service = peer('hooks', env => { HOOKS_SECRET => $secret, HOOKS_TLS => AuthJSTest::Env::tls_dir(), HOOKS_TLS_PORT => peer_port('hooks-tls'),
        HOOKS_VERIFY => AuthJSTest::Env::write_file(root() . '/hooks/verify.mjs', $verify =~ s/^    //mgr) });
    my $ua = LWP::UserAgent->new;
    my $asked = sub { scalar @{ $json->decode($ua->get("http://127.0.0.1:$port/seen")->content)->{questions} } };
    my $service_conf = sub { "AuthJSCallback jwt http://127.0.0.1:$port$_[0] secret=$secret\nAuthJSCallback session http://127.0.0.1:$port$_[1] secret=$secret\n" };
    $httpd = httpd(conf => $jwt . $places . $service_conf->('/role', '/params'));
    documents($httpd->root);
    $site = $httpd->site;
    my (undef, $session) = application(env_of('/in/claim/env.cgi', @jane));
    is $session->{token}{role}, 'admin', 'a service: Require and session see what jwt returned';
    is_deeply $session->{session}, \%SESSION;
    is $asked->(), 2, '... jwt and session are asked';
    $site->get('/in/many/page.shtml', @jane);
    is $asked->(), 0, '... and not again on the next page';
    $site->get('/in/env.cgi', cookie({ %JANE, name => 'Joan' }));
    is $asked->(), 2, '... but for somebody else';
    $site->get('/auth/session', @jane);
    is $asked->(), 2, '... and where the session is asked for';
    $httpd->stop;

    $httpd = httpd(conf => $jwt . $places . $service_conf->('/500', '/500'));
    documents($httpd->root);
    $site = $httpd->site;
    my ($env, $shown) = application(env_of('/in/env.cgi', @jane));
    is_deeply $env, \%PLAIN, 'a service that fails changes nothing';
    is_deeply $shown, \%SESSION;
    like $httpd->error_log, qr/the callback jwt failed and changes nothing.*the callback session failed and changes nothing/s;
    expect_error(qr/the callback (?:jwt|session) failed and changes nothing/, 'a service that fails');
    $httpd->stop;
}

expect_error(qr{authorization failure for "/in/claim/}, 'Require authjs-claim');
expect_error(qr{client denied by server configuration: \S+/in/shown/}, 'Require expr');
done_testing;
