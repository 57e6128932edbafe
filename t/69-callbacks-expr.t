# Callbacks written as expressions of httpd: AuthJSCallback ... "expr=...", AuthJSToken,
# AuthJSSessionField, and what %{AUTHJS:...} reads where.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use JSON::PP ();

my $password = secret('password');
my ($false, $true) = (JSON::PP::false, JSON::PP::true);
my $gh = peer_port('github');
my $base = "http://127.0.0.1:$gh";

my @names = ('jane@example.com', 'mallory@example.org', 'bob');
my $users = AuthJSTest::Env::write_file(root() . '/conf/users-69',
    join '', map { `htpasswd -nbBC 4 '$_' '$password'` =~ s/\n+\z/\n/r } @names);

# A site of its own: whoever writes callbacks writes them for all of it.
sub conf {
    return <<"EOT" . join "\n", @_, '';
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthUserFile $users
    AuthJSLoginIsEmail On
</AuthJSProvider>
<AuthJSProvider plain oauth>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    AuthJSAuthorization $base/login/oauth/authorize scope=read:user
    AuthJSToken $base/login/oauth/access_token
    AuthJSUserinfo $base/user
    AuthJSProfile id=string(/id) name=/name email=/email image=/avatar_url
    AuthJSChecks pkce state
</AuthJSProvider>
EOT
}

my $configured = AuthJSTest::Httpd->configure(conf => conf());
my $peer = peer('github', port => $gh, env => { GH_PORT => $gh,
    GH_ORIGINS => $configured->url('/auth'), GH_PROVIDERS => 'plain' });
my $httpd = $configured->start;
sub document { AuthJSTest::Env::write_file($httpd->root . "/htdocs/$_[0]", $_[1]) }
document("$_/index.html", $_) for qw(p69 p69/deep bare h69);
document('h69/secret.txt', "x\n");

# Another configuration of the same server.
sub configure {
    $httpd->stop;
    $httpd->rewrite(conf(@_));
    $httpd->start;
}

sub credentials {
    my ($name, $callback) = @_;
    my $browser = $httpd->browser;
    my $r = $browser->credentials('credentials', [username => $name, password => $password,
        $callback ? (callbackUrl => $callback) : ()]);
    return ($r, $browser);
}

sub oauth {
    my ($login) = @_;
    my $browser = $httpd->browser;
    my $start = $browser->sign_in('plain', [callbackUrl => '/']);
    return ($browser->get(authorize(location($start), login => $login)), $browser);
}

sub token { decode($_[0]->cookie('authjs.session-token') // '') }

# --- signIn --------------------------------------------------------------------------------
configure('AuthJSCallback signIn "expr=%{AUTHJS:user.email} =~ /@example\.com$/"');
my ($r, $browser) = credentials('jane@example.com');
is location($r), $httpd->url, 'signIn is true: signed in';
is $browser->session->{user}{email}, 'jane@example.com', 'with a session';
($r, $browser) = credentials('mallory@example.org');
is location($r), $httpd->url('/auth/error?error=AccessDenied'), 'false: AccessDenied';
is $browser->session, undef, 'and no session';
($r) = credentials('bob');
is location($r), $httpd->url('/auth/error?error=AccessDenied'), 'nobody has that address: false';

configure('AuthJSCallback signIn "expr=%{AUTHJS:account.provider} == \'plain\' || '
    . '%{AUTHJS:credentials.username} == \'bob\'" /denied?why=69',
    'AuthJSCallback signIn "expr=! (%{AUTHJS:profile.login} == \'noname\')" https://elsewhere.example/');
($r) = credentials('bob');
is location($r), $httpd->url, 'credentials are there, as they were sent';
($r, $browser) = credentials('jane@example.com');
is location($r), $httpd->url('/denied?why=69'), 'refused, and there is a page for it';
is $browser->session, undef, 'without a session';
($r, $browser) = oauth('octocat');
is location($r), $httpd->url('/'), 'OAuth: account and profile are there';
($r, $browser) = oauth('noname');
is location($r), $httpd->url, 'the second one refuses; another origin is not where it leads';
is $browser->session, undef, 'without a session';
unlike error_text(), qr/\Q$password\E/, 'no password in the log';

configure('AuthJSCallback signIn "expr=\'admins\' in AUTHJS(\'profile.groups\') && '
    . '%{AUTHJS:profile.plan.space} -gt 1000 && %{AUTHJS:profile.orgs.1.login} == \'two\' && '
    . '%{AUTHJS:profile.plan} == \'\' && %{AUTHJS:token.sub} == \'\'"');
($r) = oauth('octocat');
is location($r), $httpd->url('/'), 'lists, numbers and elements; an object is no text';
($r) = oauth('noname');
is location($r), $httpd->url('/auth/error?error=AccessDenied'), '... and one without them';

# --- redirect ------------------------------------------------------------------------------
configure('AuthJSCallback redirect "expr=%{AUTHJS:baseUrl}/welcome?to=%{escape:%{AUTHJS:url}}"');
($r) = credentials('bob', '/a?b=c');
is location($r), $httpd->url('/welcome?to=/a%3fb=c'), 'redirect says where';
configure('AuthJSCallback redirect expr=/home');
($r) = credentials('bob', 'https://evil.example/');
is location($r), $httpd->url('/home'), 'a path is below our own origin';
configure('AuthJSCallback redirect "expr=%{AUTHJS:token.sub}"');
($r) = credentials('bob', '/kept');
is location($r), $httpd->url('/kept'), 'nothing: the default rule';
configure('AuthJSCallback redirect "expr=javascript:alert(1)"');
($r) = credentials('bob', '/kept');
is location($r), $httpd->url, 'no URL: the origin';
like error_text(), qr/the callback redirect failed: its answer is no http or https URL/, 'and the log says so';

# --- AuthJSToken, AuthJSSessionField -------------------------------------------------------
configure(
    'AuthJSToken login %{AUTHJS:profile.login}',
    'AuthJSToken plan  %{AUTHJS:profile.plan}',
    'AuthJSToken plan.level gold',
    'AuthJSToken groups %{AUTHJS:profile.groups}',
    'AuthJSToken first  %{AUTHJS:profile.groups.0}',
    'AuthJSToken site_admin %{AUTHJS:profile.site_admin}',
    'AuthJSToken bio %{AUTHJS:profile.bio}',
    'AuthJSToken missing %{AUTHJS:profile.nothing.here}',
    'AuthJSToken address.city.name "City of %{AUTHJS:profile.login}"',
    'AuthJSToken staff "expr=%{AUTHJS:token.first} == \'staff\'"',
    'AuthJSToken admin "expr=%{AUTHJS:token.first} == \'admins\'"',
    'AuthJSToken how %{AUTHJS:trigger}',
    'AuthJSToken !picture',
    'AuthJSToken !address.city.street',
    'AuthJSToken nick %{AUTHJS:session.nick}',
    'AuthJSToken level "expr=3 -gt 2"',
    'AuthJSSessionField user.id %{AUTHJS:token.sub}',
    'AuthJSSessionField user.groups %{AUTHJS:token.groups}',
    'AuthJSSessionField plan %{AUTHJS:token.plan}',
    'AuthJSSessionField nick %{AUTHJS:token.nick}',
    'AuthJSSessionField hello "Hello, %{AUTHJS:session.user.name}!"',
    'AuthJSSessionField !user.image',
    'AuthJSSessionField account %{AUTHJS:account.provider}');
($r, $browser) = oauth('octocat');
my $plan = { name => 'pro', space => 976562499, ratio => 0.25, 'a.b' => 'dotted', level => 'gold' };
my %token = (name => 'The Octocat', login => 'octocat', plan => $plan,
    groups => ['staff', 'admins'], first => 'staff', site_admin => $false, bio => undef,
    address => { city => { name => 'City of octocat' } }, staff => $true, admin => $false,
    how => 'signIn', level => $true);
sub claims {
    my $claims = token($_[0]);
    delete @$claims{qw(iat exp jti sub provider via auth_time)};
    return $claims;
}
is_deeply claims($browser), \%token, 'members of the token: copied as they are, set, removed';
like $browser->get('/auth/session')->content, qr/"space":976562499,"ratio":0\.25,/,
    'numbers stay as they were written';
my %session = (user => { name => 'The Octocat', id => token($browser)->{sub},
    groups => ['staff', 'admins'] }, plan => $plan, hello => 'Hello, The Octocat!');
my $session = $browser->session;
like delete $session->{expires}, qr/Z$/, 'the session';
is_deeply $session, \%session, 'has its fields';
is_deeply claims($browser), \%token, 'what came from the profile stays without one';
$r = $browser->post('/auth/session', { csrfToken => $browser->csrf, data => { nick => 'ox' } });
is $browser->json($r)->{nick}, 'ox', 'an update: %{AUTHJS:session...} is what was sent';
is token($browser)->{how}, 'update', 'the trigger is another';
is $browser->session->{nick}, 'ox', 'and it is kept';
is token($browser)->{how}, 'update', '... without a trigger nothing is set';

# --- %{AUTHJS:...} elsewhere -----------------------------------------------------------------
configure(
    'AuthJSToken role admin', 'AuthJSToken groups %{AUTHJS:profile.groups}',
    'LogFormat "%{X-Role}o" role',
    'Header always set X-Role "expr=%{AUTHJS:role}|%{AUTHJS:token.role}|%{AUTHJS:session.user.name}'
        . '|%{AUTHJS:session.expires}|%{AUTHJS:profile.login}|%{AUTHJS:groups.1}"',
    '<Location /p69>', 'AuthType AuthJS', 'Require expr "\'staff\' in AUTHJS(\'groups\')"', '</Location>',
    '<Location /p69/deep>', 'AuthType AuthJS', 'Require expr "\'root\' in AUTHJS(\'token.groups\')"',
    'AuthMerging Off', '</Location>');
($r, $browser) = oauth('octocat');
$r = $browser->get('/p69/');
is $r->code, 200, 'Require expr reads lists';
like $r->header('X-Role'), qr/^admin\|admin\|The Octocat\|\d{4}-[^|]+Z\|\|admins$/,
    'a claim, token., session.; outside of a sign-in there is no profile';
is $browser->get('/p69/deep/')->code, 403, 'who is not in the list: 403';
like $httpd->browser->get('/auth/csrf')->header('X-Role'), qr/^\|\|\|\|\|$/, 'no session: nothing';
my $unverified = mint({ sub => '1', name => 'U', email => 'u@example.com', email_verified => $false });
configure('Header always set X-Email "expr=%{AUTHJS:email}|%{AUTHJS:token.email}|%{AUTHJS:session.user.email}"');
my $site = $httpd->site;
is $site->get('/p69/', Cookie => "authjs.session-token=$unverified")->header('X-Email'), '||',
    'an unverified e-mail address is no text anywhere';

# --- authorized ----------------------------------------------------------------------------
configure(
    '<Location /p69>', 'AuthType AuthJS', 'Require valid-user',
    'AuthJSCallback authorized "expr=%{AUTHJS:auth.user.email} =~ /@example\.com$/ && '
        . '%{AUTHJS:request.method} != \'DELETE\'"', '</Location>',
    '<Location /p69/deep>', 'AuthJSCallback authorized "expr=%{AUTHJS:sub} == \'root\'" /request-access', '</Location>');
my @jane    = (Cookie => 'authjs.session-token=' . mint({ sub => '7', name => 'Jane', email => 'jane@example.com' }));
my @mallory = (Cookie => 'authjs.session-token=' . mint({ sub => '8', email => 'm@example.org' }));
my @root    = (Cookie => 'authjs.session-token=' . mint({ sub => 'root', email => 'r@example.org' }));
my @html = (Accept => 'text/html');
$site = $httpd->site;
is $site->get('/p69/', @jane)->code, 200, 'authorized: true';
$r = $site->get('/p69/', @mallory, @html);
is $r->code, 403, 'false and signed in: 403';
like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
$r = $site->get('/p69/', @html);
is $r->code, 302, 'false and not signed in:';
is location($r), $httpd->url('/auth/signin?callbackUrl=') . $httpd->url('/p69/') =~ s/:/%3A/gr =~ s{/}{%2F}gr, 'to sign in';
is $site->get('/p69/', Accept => 'application/json')->code, 401, 'a script: 401';
is $site->request('DELETE', '/p69/', {@jane})->code, 403, 'the request is there too';
is $site->get('/p69/deep/', @root)->code, 200, 'the inner directory has its own';
$r = $site->get('/p69/deep/', @jane);
is $r->code . ' ' . location($r), '302 ' . $httpd->url('/request-access'), 'and a page for the refused';
is $site->request('POST', '/p69/deep/', {@jane})->code, 303, '... after a POST too';

configure('<Location /p69>', 'AuthType AuthJS', 'Require all granted',
    'AuthJSCallback authorized "expr=%{REQUEST_URI} == \'/p69/\' || -n %{AUTHJS:auth.expires}"', '</Location>',
    '<Location /bare>', 'AuthJSCallback authorized "expr=%{AUTHJS:sub} == \'7\'"', '</Location>',
    '<Location /never>', 'AuthType AuthJS', 'Require valid-user', 'AuthJSCallback authorized "expr=true"', '</Location>');
$site = $httpd->site;
is $site->get('/p69/')->code, 200, 'open to visitors whom it lets in';
is $site->get('/p69/deep/', @html)->code, 302, 'and closed elsewhere';
is $site->get('/p69/deep/', @mallory)->code, 200, 'whoever is signed in gets there';
is $site->get('/bare/', @html)->code, 302, 'it counts without AuthType, too';
is $site->get('/bare/', Accept => '*/*')->code, 401, '... for scripts';
is $site->get('/bare/', @mallory)->code, 403, '... for others';
is $site->get('/bare/', @jane)->code, 200, '... and lets in';
is $site->get('/never/', @html)->code, 302, 'true opens nothing that Require closes';
is $site->get('/auth/signin', @mallory)->code, 200, 'the endpoints are open';

configure('AuthJSSessionField user.role "%{AUTHJS:token.sub}-role"', 'AuthJSSessionField user.id %{AUTHJS:token.sub}',
    '<Location /p69>', 'AuthType AuthJS', 'Require valid-user',
    'AuthJSCallback authorized "expr=%{AUTHJS:auth.user.role} == \'7-role\' && %{AUTHJS:session.user.id} == \'7\'"',
    '</Location>');
is $httpd->site->get('/p69/', @jane)->code, 200, 'it sees the session as the callback session made it';
is $httpd->site->get('/p69/', @mallory)->code, 403, '... of each visitor';

configure('AuthJSCallback authorized "expr=%{AUTHJS:sub} == \'7\'"');
$site = $httpd->site;
is $site->get('/p69/', @mallory)->code, 403, 'for all of the server';
is $site->get('/auth/session', @mallory)->code, 200, 'but not for the endpoints';

# --- .htaccess -----------------------------------------------------------------------------
configure();
$site = $httpd->site;
sub htaccess {
    document('h69/.htaccess', "AuthType AuthJS\nRequire valid-user\n" . join "\n", @_, '');
    return $site->get('/h69/', @jane)->code;
}
is htaccess('AuthJSCallback authorized "expr=%{AUTHJS:email} == \'jane@example.com\'"'), 200, '.htaccess: true';
is htaccess('AuthJSCallback authorized "expr=%{AUTHJS:email} == \'bob@example.com\'"'), 403, 'and false';
my $offset = length $httpd->error_log;
my $secret = $httpd->root . '/htdocs/h69/secret.txt';
is htaccess(qq(AuthJSCallback authorized "expr=file('$secret') =~ /x/")), 500, 'no file is read there';
is htaccess(qq(AuthJSCallback authorized "expr=filesize('$secret') -gt 1")), 500, 'nor looked at';
is htaccess(qq(AuthJSCallback authorized "expr=-f '$secret'")), 500, 'nor looked for';
is htaccess('AuthJSCallback authorized "expr=%{AUTHJS:email"'), 500, 'a slip';
is htaccess('AuthJSCallback signIn expr=true'), 500, 'nothing else than authorized';
is htaccess('AuthJSToken role admin'), 500, 'no member of the token';
is htaccess('AuthJSSessionField role admin'), 500, 'nor of the session';
is htaccess('AuthJSCallback authorized https://hooks.example.com/'), 500, 'and no service';
my $log = substr $httpd->error_log, $offset;
is scalar(() = $log =~ /AuthJSCallback: authorized: "(?:file|filesize|-f)[^"]*['"].* is no expression of httpd: /g), 3,
    'the log says why' or diag $log;

# --- configtest ----------------------------------------------------------------------------
my %slip = (
    'AuthJSCallback signIn "expr=%{AUTHJS:profile.email} =~"' => qr/AuthJSCallback signIn: "%\{AUTHJS:profile.email\} =~" is no expression of httpd: syntax error/,
    'AuthJSCallback signIn expr=%{AUTHJS:profile.email} == 1' => qr/stands in quotes: "expr=\.\.\."/,
    'AuthJSCallback signIn "expr=%{AUTHJS:profil.email} == 1"' => qr/%\{AUTHJS:profil\} is nothing that the callback signIn is given; write one of user, account, profile/,
    'AuthJSCallback signIn expr=true denied' => qr/"denied" is no place to go to: .*write a URL or a path that begins with/,
    'AuthJSCallback redirect expr=a b' => qr/takes one expression, which gives a URL/,
    'AuthJSCallback jwt "expr=%{AUTHJS:token.sub}"' => qr/the callback jwt builds an object; write: AuthJSToken name/,
    'AuthJSCallback session "expr=true"' => qr/builds an object; write: AuthJSSessionField name/,
    'AuthJSEvent signIn expr=true' => qr/an expression takes no events; write log:FILE/,
    'AuthJSToken role' => qr/AuthJSToken: takes a name and an expression, or !name/,
    'AuthJSToken !role x' => qr/AuthJSToken: takes !name alone/,
    'AuthJSToken a..b x' => qr/AuthJSToken: "a\.\.b" is no name of a member/,
    'AuthJSToken %{AUTHJS:profile.role} role' => qr/is no name of a member/,
    'AuthJSToken a.b.c.d.e.f.g.h.i x' => qr/is no name of a member/,
    'AuthJSToken exp 9' => qr/exp is a claim that mod_authjs sets itself/,
    'AuthJSToken role %{AUTHJS:role}' => qr/%\{AUTHJS:role\} is nothing that the callback jwt is given; .* as in %\{AUTHJS:token.sub\}/,
    'AuthJSToken old %{AUTHJS:token}' => qr/a token cannot hold itself/,
    'AuthJSSessionField old %{AUTHJS:session}' => qr/a session cannot hold itself/,
    'AuthJSSessionField a "%{NOPE:x}"' => qr/AuthJSSessionField: "%\{NOPE:x\}" is no expression of httpd: /,
    "<Location /x>\nAuthJSToken a b\n</Location>" => qr/AuthJSToken cannot occur within directory context/,
    "<AuthJSProvider google>\nAuthJSToken a b\n</AuthJSProvider>" => qr/AuthJSToken: takes a name and an expression outside of <AuthJSProvider> alone; inside, the token endpoint is AuthJSTokenURL/m,
    "<Location /x>\nAuthJSCallback authorized \"expr=(\"\n</Location>" => qr/AuthJSCallback: authorized: "\(" is no expression/,
);
for my $text (sort keys %slip) {
    my ($status, $output) = configtest(conf($text) =~ s/\@port\@/8080/gr);
    isnt $status, 0, "refused: $text" =~ s/\n/; /gr;
    like $output =~ s/\s+/ /gr, $slip{$text}, '... with words that help';
}
my ($status, $output) = configtest(conf('AuthJSSessionField x %{AUTHJS:profile.x}',
    'AuthJSToken x "expr=%{authjs:newSession.x} == \'\'"') =~ s/\@port\@/8080/gr);
is $status, 0, 'what a moment does not have is no fault' or diag $output;

# --- hostile values ------------------------------------------------------------------------
configure('AuthJSSessionField agent "%{HTTP:X-Said}"', 'AuthJSSessionField list %{AUTHJS:token.list}');
$site = $httpd->site;
my @list = (Cookie => 'authjs.session-token=' . mint({ sub => '7', name => "J\"\\\x01", list => [1, 'a', undef, { b => [] }] }));
is_deeply $site->json('/auth/session', @list, 'X-Said' => q("}{\\"))->{agent}, q("}{\\"), 'text is text';
is_deeply $site->json('/auth/session', @list)->{list}, [1, 'a', undef, { b => [] }], 'and a list a list';
is $site->get('/auth/session', @list, 'X-Said' => "\xff\xfe")->content, 'null', 'what is no UTF-8 fails: no session';
like error_text(), qr/the callback session failed: /, 'and the log says so';
expect_error(qr/the callback session failed: /, 'a header that is no UTF-8');
expect_error(qr/the callback redirect failed: /, 'an answer that is no URL');
expect_error(qr{h69/\.htaccess: AuthJS\w+(?:: authorized: |: a directory has| not allowed here)}, 'what .htaccess may not say');
expect_error(qr{client denied by server configuration: \S+/p69/deep/}, 'Require expr');

sub error_text { $httpd->error_log }
done_testing;
