# AuthType AuthJS: wherever it stands, who is let in, and under which name.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use MIME::Base64 qw(encode_base64);

my $COOKIE = 'authjs.session-token';
my %JANE = (name => 'Jane Doe', email => 'jane@example.com', sub => '7', provider => 'credentials');
my $site = site('protect');
my $all = site('protect_all');
AuthJSTest::Env::write_file(root() . '/conf/users-10',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");

sub as { my ($claims, %more) = @_; (Cookie => "$COOKIE=" . mint({ %JANE, %$claims }, %more)) }
my @jane = as({});
my @bob = as({ email => 'bob@example.com', sub => '8' });

htdocs($_, "contents of $_") for map { "p30/$_" } qw(directory/index.html
    directory/sub/index.html directory/open/index.html directory/jane/index.html
    location/index.html match/1.html match/a.html files/secret.html files/public.html
    limit/index.html if/index.html any/index.html basic/index.html htaccess/index.html
    htaccess/sub/index.html htaccess/open/index.html htaccess/nobody/index.html
    only-other/index.html both/index.html pages/login.html pages/index.html
    pages/rewritten.html denied/index.html);
htdocs('auth/session', 'not the endpoint');
htdocs('p30/htaccess/.htaccess', "AuthType AuthJS\nRequire valid-user\n");
htdocs('p30/htaccess/open/.htaccess', "AuthType None\nRequire all granted\n");
htdocs('p30/htaccess/nobody/.htaccess', "Require user nobody\@example.com\n");
htdocs("p30/$_/who.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s|%s' \"\$REMOTE_USER\" \"\$AUTH_TYPE\"\n", 0755)
    for qw(directory by-name by-nick by-email location);

# --- every place it can stand in -----------------------------------------------------------

for my $case (    # path, status without a session, with jane's, with bob's
    ['directory/',                    401, 200, 200],
    ['directory/sub/',                401, 200, 200],
    ['directory/open/',               200, 200, 200],
    ['directory/jane/',               401, 200, 403],
    ['location/index.html',           401, 200, 200],
    ['location',                      401, 301, 301],
    ['location//index.html',          401, 200, 200],
    ['x/../location/./index.html',    401, 200, 200],
    ['%6cocation/index.html',         401, 200, 200],
    ['location/index.html/path/info', 401, 404, 404],
    ['location/nothing',              401, 404, 404],
    ['match/1.html',                  401, 200, 200],
    ['match/a.html',                  200, 200, 200],
    ['files/secret.html',             401, 200, 200],
    ['files/public.html',             200, 200, 200],
    ['if/index.html',                 401, 200, 200],
    ['any/index.html',                401, 200, 200],
    ['htaccess/index.html',           401, 200, 200],
    ['htaccess/sub/index.html',       401, 200, 200],
    ['htaccess/open/index.html',      200, 200, 200],
    ['htaccess/nobody/index.html',    401, 403, 403],
    ['limit/index.html',              200, 200, 200],
) {
    my ($path, @status) = @$case;
    is $site->get("/p30/$path")->code, $status[0], "$path: nobody";
    is $site->get("/p30/$path", @jane)->code, $status[1], "$path: jane";
    is $site->get("/p30/$path", @bob)->code, $status[2], "$path: bob";
    is $site->get("/p30/$path", Cookie => "$COOKIE=x")->code, $status[0], "$path: a bad cookie";
}
is $site->post('/p30/limit/index.html', [a => 1])->code, 401, 'LimitExcept: POST';
isnt $site->post('/p30/limit/index.html', [a => 1], @jane)->code, 401, 'LimitExcept: POST, signed in';

for my $method (qw(GET HEAD POST OPTIONS PUT DELETE PATCH PROPFIND FOO)) {
    is $site->request($method, '/p30/directory/', {})->code, 401, "$method without a session";
    isnt $site->request($method, '/p30/directory/', {@jane})->code, 401, "$method with one";
}
is $site->head('/p30/directory/', @jane)->content, '', 'HEAD has no body';

# --- 403, and not another sign-in, for whom Require refuses ---------------------------------

for my $headers ([], [Accept => 'text/html']) {
    my $r = $site->get('/p30/directory/jane/', @bob, @$headers);
    is $r->code, 403, 'refused: 403';
    is location($r), undef, 'goes nowhere';
    is $r->header('WWW-Authenticate'), undef, 'is asked for nothing';
    like $r->header('Cache-Control'), qr/no-store/, 'is kept nowhere';
    is_deeply [set_cookies($r)], [], 'and loses nothing';
}
expect_error(qr/AH01631: user \S+: authorization failure for "\/p30/, 'Require refuses someone');
expect_error(qr/AH01797: client denied by server configuration/, 'Satisfy Any: the address does not do');
expect_error(qr/AH00135: Invalid method in request FOO/, 'an unknown method');
expect_error(qr/AH01630: client denied by server configuration/, 'Require all denied');

{
    # the session says nothing about a user of another AuthType
    my @basic = (Authorization => 'Basic ' . encode_base64('jane:' . secret('password'), ''));
    is $site->get('/p30/basic/index.html', @basic, @jane)->code, 401,
        'Require authjs-email does not count for AuthType Basic';
}

# --- AuthJSProviders -------------------------------------------------------------------------

is $site->get('/p30/only-other/index.html', @jane)->code, 401, "a session of another provider is not one";
is $site->get('/p30/only-other/index.html', as({ provider => 'other' }))->code, 200, 'one of the provider is';
is $site->get('/p30/only-other/index.html', as({ provider => undef }))->code, 401, 'one of none is not';
is $site->get('/p30/only-other/index.html', as({ provider => ['other'] }))->code, 401, 'nor a list';
is $site->get('/p30/both/index.html', as({ provider => $_ }))->code, 200, "both: $_" for qw(other credentials);
like location($site->get('/p30/only-other/index.html', @jane, Accept => 'text/html')),
    qr{/auth/signin\?provider=other&callbackUrl=}, 'the visitor is asked to sign in with it';

# --- REMOTE_USER -----------------------------------------------------------------------------

sub who { my ($path, $claims) = @_; my $r = $site->get("/p30/$path/who.cgi", as($claims)); $r->code == 200 ? $r->content : $r->code }

my @names = (    # path, claims, REMOTE_USER or status
    ['directory', {}, 'jane@example.com'],
    ['directory', { email => undef }, '7'],
    ['directory', { email => '' }, '7'],
    ['directory', { email => 7 }, '7'],
    ['directory', { email_verified => JSON::PP::false }, '7'],
    ['directory', { email_verified => JSON::PP::true }, 'jane@example.com'],
    ['directory', { email => undef, sub => undef }, 403],
    ['directory', { email => undef, sub => 7 }, 403],
    ['directory', { email => undef, sub => "a\nb" }, 403],
    ['directory', { email => "a\r\nX: y\@example.com" }, '7'],
    ['directory', { email => "a\0b\@example.com" }, '7'],
    ['directory', { email => "a\x7fb\@example.com" }, '7'],
    ['directory', { email => "a\x{85}b\@example.com" }, '7'],
    ['directory', { email => "a\x{a0}b\@example.com" }, "a\xc2\xa0b\@example.com"],
    ['directory', { email => "\x{fc}\@example.com" }, "\xc3\xbc\@example.com"],
    ['directory', { email => undef, sub => 'x' x 4000 }, 'x' x 4000],
    ['by-name', {}, 'Jane Doe'],
    ['by-name', { name => undef }, 403],
    ['by-name', { name => "Jane\tDoe" }, 403],
    ['by-nick', {}, 403],
    ['by-nick', { profile => { nick => 'jd' } }, 'jd'],
    ['by-nick', { 'profile.nick' => 'dotted', profile => { nick => 'jd' } }, 'dotted'],
    ['by-nick', { profile => { nick => [['first'], 'second'] } }, 'first'],
    ['by-nick', { profile => [{ nick => 'in a list' }] }, 'in a list'],
    ['by-nick', { profile => { nick => 12 } }, '12'],
    ['by-nick', { profile => { nick => JSON::PP::true } }, 'true'],
    ['by-nick', { profile => { nick => {} } }, 403],
    ['by-nick', { profile => { nick => "a\0b" } }, 403],
    ['by-nick', { profile => 'jd' }, 403],
    ['by-email', {}, 'jane@example.com'],
    ['by-email', { email => undef }, 403],
    ['by-email', { email_verified => JSON::PP::false }, 403],
);
for my $case (@names) {
    my ($path, $claims, $user) = @$case;
    my $text = JSON::PP->new->canonical->ascii->encode($claims);
    $text = substr($text, 0, 60) . '...' if length $text > 60;
    is who($path, $claims), $user =~ /^403$/ ? 403 : "$user|AuthJS", "$path: $text";
}

# --- the endpoints come before everything ----------------------------------------------------

for my $path (qw(/auth/csrf /auth/session /auth/providers /auth/signout /auth//session/ /auth/verify-request)) {
    is $all->get($path)->code, 200, "protect_all: $path is open";
}
is $all->get('/auth/session')->content, 'null', 'and the endpoint itself, whatever else has the name';
is $all->get('/auth/providers')->header('Content-Type'), 'application/json', 'no file, alias or rewrite rule';
is $all->get('/auth/session', as({}))->code, 200, 'with a session too';
like $all->post('/auth/callback/credentials', [csrfToken => 1])->header('Location'), qr/MissingCSRF/,
    'POST to an endpoint is open';
for my $path (qw(/auth /auth/ /authx /auth/session/x /auth/%73ession /auth/session%2f /AUTH/session
    /auth;x/session /auth/nothing /auth/../p30/directory/ /auth/%2e%2e/p30/directory/
    /auth/callback/credentials/extra /auth/./session /x/../auth/session /auth/signin/..%2f..)) {
    my $code = $all->get($path)->code;
    like $code, qr/^(?:401|404|400)$/, "protect_all: $path is no way in";
}
for my $path (qw(/ /p30/directory/ /p30/pages/other.html /p30/pages/login.html/x)) {
    is $all->get($path)->code, 401, "protect_all: $path is closed";
    is $all->get($path, Accept => 'text/html')->code, 302, 'a visitor is sent to sign in';
}
is $all->get('/p30/denied/index.html', @jane)->code, 403, 'a stricter section stays stricter';

# --- AuthJSPage: a page that replaces ours is no loop ------------------------------------------

{
    my $r = $all->get('/p30/directory/', Accept => 'text/html');
    like location($r), qr{^http://localhost:\d+/auth/signin\?callbackUrl=}, 'to the sign-in page';
    $r = $all->get(location($r), Accept => 'text/html');
    like location($r), qr{^http://localhost:\d+/p30/pages/login\.html\?callbackUrl=}, 'which is another';
    is $all->get(location($r), Accept => 'text/html')->code, 200, 'and open';
    is $all->get('/p30/pages/', Accept => 'text/html')->code, 200, 'as the error page is';
    is $all->get('/p30/pages/index.html', Accept => 'text/html')->code, 302, 'and nothing else';
}

{
    my $page = site('protect_page');
    my $r = $page->get('/p30/pages?callbackUrl=x', Accept => 'text/html');
    is $r->code, 301, 'a page that is a directory';
    is $page->get(location($r), Accept => 'text/html')->content, 'contents of p30/pages/index.html', 'is open with its slash';
    is $page->get('/p30/oops?error=Configuration', Accept => 'text/html')->content, 'contents of p30/pages/rewritten.html',
        'a page that a rewrite rule makes';
    for my $path (qw(/p30/pages/rewritten.html /p30/pages/login.html /p30/pages%3Fx /p30/pagesx /p30/oops/x /p30/pages/index.html)) {
        is $page->get($path)->code, 401, "and nothing else: $path";
    }
}

# --- sections that are not ours stay what they are -----------------------------------------------

{
    my $closed = site('protect_closed');
    is site('protect_page')->get('/auth/providers')->code, 403, 'nor are the endpoints open to whom AuthType None refuses';
    is site('protect_page')->get('/auth/session')->code, 200, 'the others are';
    is $closed->get('/api/auth/session')->code, 403, 'Require all denied without AuthType AuthJS holds';
    is $closed->get('/p30/directory/open/index.html')->code, 401, 'AuthType AuthJS further in';
    is $closed->get('/p30/directory/open/index.html', @jane)->code, 200, 'lets in';
}

# --- a virtual host without a provider, a forward proxy --------------------------------------------

{
    my $offset = log_offset();
    is site('plain')->get('/p30/htaccess/index.html', @jane)->code, 500, 'no provider: refused';
    like error_log_since($offset), qr/AuthType AuthJS stands in a virtual host that has no provider/,
        'and the log says what to write';
    expect_error(qr/AuthType AuthJS stands in a virtual host that has no provider/, 'an .htaccess in such a place');

    my $httpd = httpd(conf => <<'EOT');
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
ProxyRequests On
<Proxy "*">
    AuthType AuthJS
    Require valid-user
</Proxy>
EOT
    my $there = url('plain', '/index.html');
    my $answer = raw($httpd->port, "GET $there HTTP/1.0\r\nCookie: $jane[1]\r\n\r\n");
    like $answer, qr{^HTTP/1\.[01] 403 }, 'a forward proxy is not protected so, it is closed';
    unlike $answer, qr/Set-Cookie/i, 'and sets no cookie for another site';
}

done_testing;
