# Requests that nobody well-meaning sends: callbacks, credentials, bodies, the wire, HTTP/2.
# They change nothing, tell nothing, reach no provider and break nothing.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Digest::SHA qw(sha256_hex);
use IO::Select ();
use IO::Socket::INET ();
use URI ();
use URI::Escape ();

my $site = site('requests');
my $base = url('requests');
my $token = 'b2' x 32;
my $csrf = "authjs.csrf-token=$token%7C" . sha256_hex($token . secret('auth_secret'));
my $session = mint({ name => 'Jane', email => 'jane@example.com', sub => '7', provider => 'credentials' });
my %form = ('Content-Type' => 'application/x-www-form-urlencoded');
AuthJSTest::Env::write_file(root() . '/conf/users-53',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
htdocs('s53/index.html', 'inside');

sub session_cookies { grep { $_->{name} =~ /session-token/ } set_cookies($_[0]) }
sub head { join "\r\n", @_, 'Host: localhost', 'Connection: close', '', '' }

# --- callbacks ---------------------------------------------------------------------------

# Where the provider would be asked: nobody may come.
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => peer_port('listener'),
    Listen => 16, ReuseAddr => 1) or die "listener: $!";
sub was_asked { IO::Select->new($listener)->can_read(0) ? 1 : 0 }

# A sign-in that was begun: the jar with its cookies, and the state that was sent.
sub begun {
    my ($provider) = @_;
    my $browser = browser('requests');
    my %query = URI->new(location($browser->sign_in($provider)))->query_form;
    return ($browser, $query{state});
}

my @callbacks = (    # name, query from the state, request
    ['nothing at all',     sub { '' }],
    ['no state',           sub { 'code=c' }],
    ['an empty state',     sub { 'code=c&state=' }],
    ['a long state',       sub { 'code=c&state=' . 'x' x 7000 }],
    ['another state',      sub { 'code=c&state=' . reverse $_[0] }],
    ['the state twice',    sub { "code=c&state=$_[0]&state=$_[0]" }],
    ['the state in a list', sub { "code=c&state[]=$_[0]" }],
    ['the state in capitals', sub { "code=c&STATE=$_[0]" }],
    ['the state with a blank', sub { "code=c&state=$_[0]+" }],
    ['no code',            sub { "state=$_[0]" }],
    ['an empty code',      sub { "code=&state=$_[0]" }],
    ['two codes',          sub { "code=c&code=d&state=$_[0]" }],
    ['tokens',             sub { "code=c&state=$_[0]&id_token=a.b.c" }],
    ['an access token',    sub { "access_token=t&token=t&state=$_[0]" }],
    ['a JWT',              sub { "response=a.b.c&code=c&state=$_[0]" }],
    ['an error',           sub { "error=access_denied&state=$_[0]" }, 'OAuthCallbackError'],
    ['an error with text', sub { "error=%3Cscript%3E%0aINJECTED&error_description=%3Cscript%3E&state=$_[0]" }, 'OAuthCallbackError'],
    ['an error without state', sub { 'error=access_denied' }],
    ['two errors',         sub { "error=a&error=b&state=$_[0]" }],
);
my $offset = log_offset();
for my $case (@callbacks) {
    my ($name, $query, $code) = @$case;
    my ($browser, $state) = begun('listener');
    my $r = $browser->get('/auth/callback/listener?' . $query->($state));
    is $r->code, 302, "callback, $name";
    is location($r), $base . ($code ? "/auth/signin?error=$code" : '/auth/error?error=Configuration'), 'the error page';
    is_deeply [session_cookies($r)], [], 'no session';
    is_deeply [sort map { "$_->{name}=$_->{value}" } grep { $_->{name} ne 'authjs.error-reference' } set_cookies($r)],
        ['authjs.pkce.code_verifier=', 'authjs.state='], 'the check cookies are gone';
    unlike $r->content, qr/script|INJECTED/i, 'nothing is repeated';
}
unlike error_log_since($offset), qr/^INJECTED/m, 'nor does it break the log';

{
    my ($browser, $state) = begun('listener');
    my $r = $browser->get("/auth/callback/second?code=c&state=$state");
    is location($r), "$base/auth/error?error=Configuration", "another provider's state";
    ($browser, $state) = begun('listener');
    $r = site('requests')->get("/auth/callback/listener?code=c&state=$state");
    my $again = "$base/auth/signin/listener?callbackUrl=" . URI::Escape::uri_escape($base) . '&error=SignInExpired';
    is location($r), $again, 'no cookies';
    my $sealed = $browser->cookie('authjs.state');
    for my $change (
        ['of another sign-in', "authjs.state=" . (begun('listener'))[0]->cookie('authjs.state')],
        ['cut short', 'authjs.state=' . substr $sealed, 0, -5],
        ['the state itself', "authjs.state=$state"],
        ['the session', "authjs.state=$session"],
        ['under another name', "authjs.nonce=$sealed"],
        ['empty', 'authjs.state='],
    ) {
        $r = site('requests')->get("/auth/callback/listener?code=c&state=$state",
            Cookie => "$change->[1]; authjs.pkce.code_verifier=" . $browser->cookie('authjs.pkce.code_verifier'));
        is location($r), $again, "state cookie: $change->[0]";
    }
    for my $name ('authjs.session-token', 'authjs.callback-url') {
        $r = site('requests')->get('/auth/session', Cookie => "$name=$sealed");
        is $r->content, 'null', "a state cookie is no $name";
    }
    for my $method (qw(HEAD OPTIONS PUT DELETE PATCH)) {
        is $browser->request($method, "/auth/callback/listener?code=c&state=$state", {})->code,
            $method =~ /^[HO]/ ? 200 : 405, "callback by $method";
    }
    for my $body ('', "code=c&state=$state", "\x00\xff") {
        ($browser, $state) = begun('listener');
        $r = $browser->post('/auth/callback/listener', $body, %form);
        like $r->code . (location($r) // ''), qr{^(?:302\Q$base\E/auth/error\?error=Configuration|400)\z},
            'callback by POST, ' . length($body) . ' bytes';
        is_deeply [session_cookies($r)], [], 'no session';
    }
    for my $path ('unknown', 'credentials', '..', '.', '%2e%2e', 'listener%00', 'listener%2f', 'listener/extra',
        'LISTENER', 'x' x 200, '%3Cscript%3E', '%27', 'listener;x', '*', 'undefined') {
        my $answer = raw('requests', head "GET /auth/callback/$path?code=c&state=s HTTP/1.1");
        like $answer, qr{\AHTTP/1\.1 (?:400|404|302) }, "callback of $path";
        my ($location) = $answer =~ /^Location: (.*?)\r?$/m;
        is $location // "$base/auth/error?error=Configuration", "$base/auth/error?error=Configuration", 'leads nowhere else';
    }
    is $browser->get('/auth/callback/listener?code=' . 'c' x 65536)->code, 414, 'a code of 64 KB';
}
is was_asked(), 0, 'the provider was never asked';
{
    # ... and would have been: the listener is where a good answer leads.
    my ($browser, $state) = begun('listener');
    alarm 60;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        my $peer = $listener->accept;
        sysread $peer, my $request, 65536;
        print $peer "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 25\r\n"
            . "Connection: close\r\n\r\n{\"error\":\"invalid_grant\"}";
        close $peer;
        require POSIX;
        POSIX::_exit($request =~ /code=c/ ? 0 : 1);
    }
    my $r = $browser->get("/auth/callback/listener?code=c&state=$state");
    waitpid $pid, 0;
    is $?, 0, 'a good answer asks the provider';
    is location($r), "$base/auth/error?error=Configuration", 'who refuses';
    expect_error(qr/AuthJS: CallbackRouteError: the token request: status 400, error invalid_grant/, 'a provider that refuses');
}

# --- credentials ---------------------------------------------------------------------------

my @credentials = (
    ['nothing', []],
    ['no password', [username => 'jane']],
    ['no name', [password => secret('password')]],
    ['empty ones', [username => '', password => '']],
    ['a wrong password', [username => 'jane', password => 'x']],
    ['an unknown name', [username => 'nobody', password => secret('password')]],
    ['a colon', [username => 'jane:x', password => secret('password')]],
    ['a line end', [username => "jane\n", password => secret('password')]],
    ['a CR LF', [username => "jane\r\nINJECTED: x", password => 'x']],
    ['a DEL', [username => "jane\x7f", password => secret('password')]],
    ['blanks around', [username => ' jane ', password => secret('password')]],
    ['capitals', [username => 'JANE', password => secret('password')]],
    ['a long name', [username => 'j' x 60000, password => secret('password')]],
    ['a long password', [username => 'jane', password => 'x' x 60000]],
    ['a format', [username => '%s%s%s%n', password => '%n%n%n']],
    ['SQL', [username => "' OR 1=1 --", password => "' OR 1=1 --"]],
    ['LDAP', [username => '*)(uid=*', password => '*']],
    ['a path', [username => '../../etc/passwd', password => 'x']],
    ['two names, the bad one last', [username => 'jane', username => 'x', password => secret('password')]],
    ['two passwords, the bad one last', [username => 'jane', password => secret('password'), password => 'x']],
    ['other letters', [username => 'jane', Password => secret('password')]],
    ['a list', [username => 'jane', 'password[]' => secret('password')]],
);
$offset = log_offset();
for my $case (@credentials) {
    my ($name, $fields) = @$case;
    my $r = $site->post('/auth/callback/credentials', [csrfToken => $token, @$fields], Cookie => $csrf);
    is location($r), "$base/auth/signin?error=CredentialsSignin&code=credentials", "credentials, $name";
    is_deeply [set_cookies($r)], [], 'no cookies';
}
unlike error_log_since($offset), qr/^INJECTED/m, 'no name breaks the log';
for my $json ({ username => 1, password => 2 }, { username => ['jane'], password => [secret('password')] },
    { username => { name => 'jane' } }, { user => { username => 'jane' } }, { username => "jane\0", password => secret('password') }) {
    my $r = $site->post('/auth/callback/credentials', { csrfToken => $token, %$json }, Cookie => $csrf);
    like location($r) // $r->code, qr{^(?:\Q$base\E/auth/signin\?error=CredentialsSignin&code=credentials|400)\z},
        'credentials in JSON: ' . join ',', map { ref $json->{$_} || 'text' } sort keys %$json;
}
is scalar(session_cookies($site->post('/auth/callback/credentials',
    [csrfToken => $token, username => 'x', username => 'jane', password => secret('password')], Cookie => $csrf))), 1,
    'of two names the last counts';
is $site->get('/auth/callback/credentials?username=jane&password=' . 'x' x 10, Cookie => $csrf)->code, 302, 'credentials by GET';
is_deeply [session_cookies($site->post('/auth/callback/credentials?username=jane&password=' . URI::Escape::uri_escape(secret('password'))
    . "&csrfToken=$token", '', Cookie => $csrf, %form))], [], 'nothing of them counts in a query';

# --- pages: nothing of a request is repeated --------------------------------------------------

for my $text ('<script>alert(1)</script>', '"><img src=x>', "'onmouseover='x", 'javascript:alert(1)', '{{7*7}}', '%3Cscript%3E',
    'x' x 4000, "\xe2\x80\xae", 'Configuration<b>', '__proto__', 'constructor') {
    my $escaped = URI::Escape::uri_escape($text);
    for my $page ('error?error=', 'signin?error=', 'signin?error_description=', 'signin?provider=', 'signin?email=',
        'signin?callbackUrl=', 'signout?callbackUrl=', 'verify-request?provider=', 'verify-request?type=') {
        my $r = $site->get("/auth/$page$escaped");
        is $r->code, 200, "$page" . substr $text, 0, 20;
        my $repeated = $page =~ /email/ && $text !~ /[<>"'&]/ ? 0 : index($r->content, $text) >= 0;
        ok !$repeated || $text =~ /^(?:constructor|__proto__)$/, 'does not repeat it';
        like $r->header('Content-Security-Policy'), qr/default-src 'none'/, 'and has its policy';
    }
}

# --- the wire ------------------------------------------------------------------------------

sub status_of { my ($s) = $_[0] =~ m{\AHTTP/1\.\d (\d+)}; $s // 'nothing' }

my $post = 'POST /auth/signout HTTP/1.1';
my $type = 'Content-Type: application/x-www-form-urlencoded';
my @wire = (
    ['no Host', "GET /auth/session HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ['two Hosts', "GET /auth/session HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400],
    ['HTTP/1.0 without Host', "GET /auth/session HTTP/1.0\r\n\r\n", 200],
    ['a length and chunks', head($post, 'Content-Length: 3', 'Transfer-Encoding: chunked', $type) . "0\r\n\r\n", '302|400'],
    ['two lengths', head($post, 'Content-Length: 3', 'Content-Length: 4', $type) . 'abcd', 400],
    ['a negative length', head($post, 'Content-Length: -1', $type), 400],
    ['an enormous length', head($post, 'Content-Length: 99999999999999999', $type), 413],
    ['an impossible length', head($post, 'Content-Length: 99999999999999999999999', $type), '400|413'],
    ['a bad chunk', head($post, 'Transfer-Encoding: chunked', $type) . "zz\r\nabc\r\n0\r\n\r\n", 400],
    ['an enormous chunk', head($post, 'Transfer-Encoding: chunked', $type) . "ffffffffffffffffff\r\nabc\r\n", '400|413'],
    ['another encoding', head($post, 'Transfer-Encoding: gzip, chunked', $type) . "0\r\n\r\n", '400|501'],
    ['a compressed body', head($post, 'Content-Encoding: gzip', 'Content-Length: 3', $type) . "\x1f\x8b\x08", '302|400'],
    ['Expect', head($post, 'Expect: 100-continue', 'Content-Length: 3', $type) . 'a=b', '100|302'],
    ['Expect something', head($post, 'Expect: miracles', 'Content-Length: 3', $type) . 'a=b', '417|302'],
    ['an empty type', head($post, 'Content-Type:', 'Content-Length: 3') . 'a=b', 302],
    ['a type of 8 KB', head($post, 'Content-Type: ' . 'x' x 8000, 'Content-Length: 3') . 'a=b', 302],
    ['a NUL in the path', head("GET /auth/session\0 HTTP/1.1"), 400],
    ['TRACE', head('TRACE /auth/session HTTP/1.1'), '400|405'],
    ['CONNECT', head('CONNECT localhost:1 HTTP/1.1'), '400|404|405|501'],
    ['an unknown method', head('SIGNOUT /auth/signout HTTP/1.1'), 405],
    ['a method of 4 KB', head('X' x 4096 . ' /auth/signout HTTP/1.1'), '405|501'],
    ['X-HTTP-Method-Override', head('GET /auth/signout HTTP/1.1', 'X-HTTP-Method-Override: POST', "Cookie: $csrf"), 200],
    ['200 headers', head('GET /auth/session HTTP/1.1', map { "X-$_: y" } 1 .. 200), 400],
    ['a Range', head('GET /auth/signin HTTP/1.1', 'Range: bytes=0-10'), '200|206'],
    ['If-None-Match', head('GET /auth/session HTTP/1.1', 'If-None-Match: *', 'If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT'), 200],
    ['an Upgrade', head('GET /auth/session HTTP/1.1', 'Upgrade: websocket'), 200],
);
for my $case (@wire) {
    my ($name, $bytes, $status) = @$case;
    my $answer = raw('requests', $bytes);
    like status_of($answer), qr/^(?:$status)\z/, "the wire: $name";
    unlike $answer, qr/authjs\.session-token=[^;]/, 'no session';
}

# A body that stops: the connection ends, the server does not.
for my $bytes (head($post, 'Content-Length: 100', $type) . 'csrfToken=', "POST /auth/sign", head($post, 'Transfer-Encoding: chunked') . "5\r\nab") {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => URI->new($base)->port) or die $!;
    print $socket $bytes;
    shutdown $socket, 1;
    my $answer = '';
    while (sysread $socket, $answer, 4096, length $answer) { }
    unlike $answer, qr/session-token=[^;]/, 'a body that stops';
}

# What was refused unread is not taken for the next request.
for my $case (['no endpoint', '/auth/nothing', 400], ['too large', '/auth/signout', 413], ['a provider', '/auth/signin/x/y', 400]) {
    my ($name, $path, $status) = @$case;
    my $smuggled = "GET /auth/error?error=AccessDenied HTTP/1.1\r\nHost: localhost\r\n\r\n";
    my $body = $smuggled x 1200;
    my $answer = raw('requests', "POST $path HTTP/1.1\r\nHost: localhost\r\n$type\r\nContent-Length: " . length($body)
        . "\r\n\r\n$body" . head('GET /auth/providers HTTP/1.1'));
    my @statuses = $answer =~ m{^HTTP/1\.1 (\d+)}mg;
    like "@statuses", qr/^$status(?: 200)?\z/, "behind a refused body ($name) comes the next request or nothing";
    unlike $answer, qr/403 Forbidden/, 'and nothing out of the body';
}

# The limit of a body is exact.
for my $case ([65536, 302], [65537, 413]) {
    my ($len, $status) = @$case;
    my $start = "csrfToken=$token&x=";
    my $r = $site->post('/auth/signout', $start . 'y' x ($len - length $start), Cookie => $csrf, %form);
    is $r->code, $status, "a body of $len bytes";
    is location($r), $status == 302 ? $base : undef, 'read whole or not at all';
}

# --- HTTP/2 ----------------------------------------------------------------------------------

sub curl {
    open my $out, '-|', 'curl', '-s', '-i', '--max-time', '20', '--http2-prior-knowledge', @_ or die "curl: $!";
    local $/;
    return scalar <$out>;
}
like curl("$base/auth/session"), qr{\AHTTP/2 200.*^set-cookie: authjs\.csrf-token=.*^null}ims, 'HTTP/2: session';
like curl('-H', 'Cookie: a=b', '-H', "Cookie: authjs.session-token=$session", '-H', 'Cookie: c=d', "$base/auth/session"),
    qr/"user":\{"name":"Jane"/, 'HTTP/2: cookies in crumbs';
like curl('-H', "Cookie: authjs.session-token.1=" . substr($session, 200), '-H', "Cookie: authjs.session-token.0=" . substr($session, 0, 200),
    "$base/s53/index.html"), qr{\AHTTP/2 200}, 'HTTP/2: chunks in crumbs';
like curl('-H', "Cookie: $csrf", '-d', "csrfToken=$token", "$base/auth/signout"), qr{\AHTTP/2 302.*^location: \Q$base\E\r}ims, 'HTTP/2: POST';
like curl('-d', 'x' x 100000, "$base/auth/signout"), qr{\AHTTP/2 413}, 'HTTP/2: too large' for 1 .. 5;
like curl('-X', 'DELETE', "$base/auth/session"), qr{\AHTTP/2 405}, 'HTTP/2: another method';
like curl('-X', 'POST', "$base/auth/signout"), qr{\AHTTP/2 302.*error=MissingCSRF}is, 'HTTP/2: no body';
like curl('--path-as-is', "$base/auth/../s53/index.html"), qr{\AHTTP/2 (?:401|400)}, 'HTTP/2: a path that leaves';

# --- after all that ----------------------------------------------------------------------------

is $site->get('/s53/index.html', Cookie => "authjs.session-token=$session")->content, 'inside', 'the server is well';
is was_asked(), 0, 'and asked nobody';

done_testing;
