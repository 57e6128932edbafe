# The endpoints: path grammar, methods, what answers what, headers, bodies, callback URLs.
use lib 't/lib';
use AuthJSTest;
use Digest::SHA qw(sha256_hex);

my $site = site('endpoints');
my $base = url('endpoints');
my $token = '0123456789abcdef' x 4;
my $csrf = "authjs.csrf-token=$token%7C" . sha256_hex($token . secret('auth_secret'));
my $BAD = '"Bad request."';
my $CONFIGURATION = "$base/auth/error?error=Configuration";

# One request as it is, whatever a library would make of it: status, headers, body.
sub bytes {
    my ($vhost, $line, @headers) = @_;
    my ($port) = url($vhost) =~ /:(\d+)/;
    my $answer = raw($vhost, join "\r\n", "$line HTTP/1.1", "Host: localhost:$port",
        'Connection: close', @headers, '', '');
    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
    return ($status, $head, $body // '');
}

# --- the path ------------------------------------------------------------------------------
my %paths = (
    (map { $_ => 400 } '/auth', '/auth/', '/auth?session', '/auth//', '/auth/nothing',
        '/auth/Session', '/auth/SESSION', '/auth/session/x', '/auth/csrf/github',
        '/auth/providers/github', '/auth/error/x', '/auth/verify-request/x', '/auth/signout/github',
        '/auth/callback/github/x', '/auth/signin/github/x', '/auth/%73ession',
        '/auth/session%20', '/auth/session;x', '/auth/session;jsessionid=1', '/auth/session\\x',
        '/auth/./session', '/auth/../auth/session', '/auth/x/../session', '/auth/%2e/session',
        '/auth/..', '/auth/.', '/auth/session/..', '/auth/session%2f', '/auth/%2fsession',
        '/auth/callback/%2e%2e', '/auth/callback/git%68ub', '/auth/callback/..%2f..',
        '/auth/callback/' . 'a' x 65, '/auth/callback/a;b', '/auth/session:', '/auth/session,'),
    (map { $_ => 200 } '/auth/session', '/auth/session/', '/auth//session', '/auth//session//',
        '/auth/session?', '/auth/session?x=/../', '/auth/session?x=1&x=2&&=',
        "$base/auth/session", 'http://other.test/auth/session', '/auth/signin/undefined',
        '/auth/signin//undefined/'),
    (map { $_ => 404 } '//auth/session', '/auth/session%00', '/authsession', '/auth%2fsession', '/auth;x/session', '/AUTH/session',
        '/%61uth/session', '/x/../auth/session', '/./auth/session', '/session', '/auth.session',
        '/auth%20/session', 'http://other.test/x?http://x/auth/session'),
    '/auth/session#x' => 400,
);
for my $path (sort keys %paths) {
    my ($status, $head, $body) = bytes('endpoints', "GET $path");
    is $status, $paths{$path}, "GET $path";
    next unless $paths{$path} == 400 && $path !~ /\\|#/;
    is $body, $BAD, 'the JSON text';
    like $head, qr{^Content-Type: application/json\r?$}m, 'as JSON';
    unlike $head, qr/^(?:Set-Cookie|Location):/mi, 'no cookie, no redirect';
}

for my $query ('?/auth/session', '?x=/auth/session', '?x=http://x/auth/session') {
    my (undef, undef, $body) = bytes('endpoints', "GET http://other.test$query");
    is $body, (bytes('endpoints', 'GET /'))[2], "GET http://other.test$query: a query is no path";
}

# --- the method ----------------------------------------------------------------------------
my %allow = (session => 'GET, HEAD, POST', csrf => 'GET, HEAD', signin => 'GET, HEAD, POST',
    'signin/github' => 'GET, HEAD, POST', 'callback/github' => 'GET, HEAD, POST', signout => 'GET, HEAD, POST',
    error => 'GET, HEAD', providers => 'GET, HEAD', 'verify-request' => 'GET, HEAD');
for my $path (sort keys %allow) {
    for my $method (qw(OPTIONS PUT PATCH DELETE PROPFIND TRACE get head options LINK)) {
        my ($status, $head, $body) = bytes('endpoints', "$method /auth/$path");
        is $status, $method eq 'OPTIONS' ? 200 : 405, "$method $path";
        is +($head =~ /^Allow: (.*?)\r?$/m)[0], "OPTIONS, $allow{$path}", 'what would do';
        is $body, $method eq 'OPTIONS' ? '' : '"Method not allowed."', 'the JSON text';
        unlike $head, qr/^(?:Set-Cookie|Location|Access-Control-.*):/mi, 'no cookie';
    }
}
for my $method (qw(HEAD OPTIONS PUT get TRACE)) {
    my ($status, $head, $body) = bytes('endpoints', "$method /auth/nothing");
    is $status, 400, "$method nothing";
    is $body, $method eq 'HEAD' ? '' : $BAD, 'the JSON text, HEAD without';
}

# --- what answers what ---------------------------------------------------------------------
# method and path, status, Location or undef, content type, names of the cookies
my @init = qw(authjs.csrf-token authjs.callback-url);
my @actions = (
    ['GET csrf', 200, undef, 'application/json', @init],
    ['GET providers', 200, undef, 'application/json'],
    ['GET session', 200, undef, 'application/json', @init],
    ['GET signin', 200, undef, 'text/html', @init],
    ['GET signout', 200, undef, 'text/html', @init],
    ['GET verify-request', 200, undef, 'text/html', @init],
    ['GET error', 200, undef, 'text/html', @init],
    ['GET error?error=AccessDenied', 403, undef, 'text/html', @init],
    ['GET error?error=Verification', 403, undef, 'text/html', @init],
    ['GET error?error=Configuration', 500, undef, 'text/html', @init],
    ['POST session', 400, undef, 'application/json'],
    (map { ["POST $_", 302, '/auth/signin?error=MissingCSRF'] } qw(signin signin/github
        signin/op signin/credentials signout callback/credentials)),
    (map { ["GET signin/$_", 200, undef, 'text/html', @init] } qw(github credentials)),
    ['GET signin/unknown', 404, undef, 'text/html', @init],
    (map { [$_, 302, '/auth/error?error=Configuration'] } 'GET callback', 'POST callback', 'GET callback/credentials',
        'GET webauthn-options', 'GET webauthn-options/github', 'POST webauthn-options',
        'POST csrf', 'POST providers', 'POST error', 'POST verify-request',
        'POST signin/unknown', 'GET callback/unknown',
        'POST callback/unknown', 'GET callback/undefined'),
);
for my $action (@actions) {
    my ($what, $status, $location, $type, @cookies) = @$action;
    my ($method, $path) = split / /, $what;
    my $r = $site->request($method, "/auth/$path", {}, $method eq 'POST' ? '' : undef);
    is $r->code, $status, $what;
    is location($r), $location && "$base$location", 'Location';
    is $r->header('Content-Type'), $type, 'Content-Type';
    is_deeply [map { $_->{name} } set_cookies($r)], \@cookies, 'cookies';
    is $r->header('Cache-Control'), 'private, no-cache, no-store', 'not to be stored';
    is $r->header('Content-Length'), length $r->content, 'Content-Length';
    is $r->header('X-Frame-Options'), $type && $type eq 'text/html' ? 'DENY' : undef, 'frames';
    $r = $site->request($method, "/auth/$path", { 'X-Auth-Return-Redirect' => 1 },
        $method eq 'POST' ? '' : undef);
    is $r->code, $status, 'X-Auth-Return-Redirect changes nothing' unless $location;
    next unless $location;
    is $r->code . $r->content, "200{\"url\":\"$base$location\"}", 'X-Auth-Return-Redirect: JSON';
    is_deeply [location($r), set_cookies($r)], [undef], 'without Location, without cookies';
}

# With a token: where a POST leads.
my @posts = (
    ['signin', '/auth/signin'],
    ['signin/credentials', '/auth/signin'],
    ['signin/undefined', '/auth/signin'],
    ['signout', ''],
    ['signin/op', '/auth/error?error=Configuration'],
    ['callback/credentials', '/auth/signin?error=CredentialsSignin&code=credentials'],
);
for my $post (@posts) {
    my ($path, $location) = @$post;
    for my $body ([csrfToken => $token], { csrfToken => $token }) {
        my $r = $site->post("/auth/$path", $body, Cookie => $csrf);
        is location($r), "$base$location", "POST $path, " . ref $body;
    }
}
{
    my $r = $site->post('/auth/signin/github', [csrfToken => $token], Cookie => $csrf,
        'X-Auth-Return-Redirect' => 1);
    is $r->code, 200, 'a redirect to the provider as JSON';
    is $site->json($r)->{url}, location($r), 'keeps its Location';
    like location($r), qr{^https://github\.com/login/oauth/authorize\?}, 'at the provider';
    is_deeply [map { $_->{name} } set_cookies($r)],
        ['authjs.callback-url', 'authjs.pkce.code_verifier'], 'and its cookies';
}

is $site->get('/auth/providers')->content, '{' . join(',', map {
    my ($id, $name, $type) = @$_;
    qq("$id":{"id":"$id","name":"$name","type":"$type","signinUrl":"$base/auth/signin/$id",)
        . qq("callbackUrl":"$base/auth/callback/$id"})
} ['op', 'The \\"OP\\" <1>', 'oidc'], ['github', 'GitHub', 'oauth'],
    ['credentials', 'Credentials', 'credentials']) . '}', 'GET providers, in the order written';

expect_error(qr/AuthJS: CallbackRouteError: discovery of op:/, 'nobody is where op should be');

# --- bodies --------------------------------------------------------------------------------
my @bodies = (
    ['broken JSON', '{"csrfToken":', 'application/json', 400],
    ['JSON with a duplicate', '{"a":1,"a":2}', 'application/json', 400],
    ['deep JSON', '[' x 40 . ']' x 40, 'application/json', 400],
    ['JSON in invalid UTF-8', "{\"a\":\"\xff\"}", 'application/json', 400],
    ['a form in invalid UTF-8', 'a=%ff', 'application/x-www-form-urlencoded', 400],
    ['a form with NUL', 'a=%00', 'application/x-www-form-urlencoded', 400],
    ['a form of 300 fields', join('&', ('a=b') x 300), 'application/x-www-form-urlencoded', 400],
    ['too much', 'a=' . 'b' x 70000, 'application/x-www-form-urlencoded', 413],
    ['too much of something else', 'b' x 70000, 'text/plain', 413],
    ['something else', "\x00\xff", 'application/octet-stream', 302],
    ['parameters of the type', "csrfToken=$token", 'Application/X-WWW-Form-URLEncoded; charset=x', 302],
);
for my $body (@bodies) {
    my ($name, $content, $type, $status) = @$body;
    my $r = $site->post('/auth/signout', $content, 'Content-Type' => $type, Cookie => $csrf);
    is $r->code, $status, "body: $name";
    is $r->content, $BAD, 'the JSON text' if $status == 400;
    is scalar(set_cookies($r)), 0, 'no cookie' if $status >= 400;
}
is location($site->post('/auth/signout', "csrfToken=$token", Cookie => $csrf,
    'Content-Type' => 'Application/X-WWW-Form-URLEncoded; charset=x')), $base,
    'a form whatever its letters';
{
    my ($status) = bytes('endpoints', 'POST /auth/signout');
    is $status, 302, 'POST without body, length and type';
    ($status) = bytes('endpoints', 'POST /auth/signout', 'Content-Length: x');
    is $status, 400, 'POST with a bad length';
    my $chunk = 'a' x 16000;
    my $port = (url('endpoints') =~ /:(\d+)/)[0];
    like raw('endpoints', "POST /auth/signout HTTP/1.1\r\nHost: localhost:$port\r\n"
        . "Transfer-Encoding: chunked\r\nConnection: close\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        . sprintf("%x\r\n%s\r\n", length $chunk, $chunk) x 5 . "0\r\n\r\n"),
        qr{^HTTP/1.1 413 }, 'too much in chunks';
    like raw('endpoints', "POST /auth/signout HTTP/1.1\r\nHost: localhost:$port\r\n"
        . "Cookie: $csrf\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        . join('', map { sprintf "%x\r\n%s\r\n", length, $_ } 'csrfTo', "ken=$token") . "0\r\n\r\n"),
        qr{^HTTP/1.1 302 .*^Location: \Q$base\E\r}ms, 'a form in chunks';
}
for my $query ('%ff', 'a=%00', join('&', ('a=b') x 300)) {
    is $site->get("/auth/session?$query")->code, 400, 'query ' . substr $query, 0, 10;
}
is $site->get("/auth/session?$_")->code, 200, "query $_" for '?&', '&&', '=', '%', '%zz', 'a';

# --- the callback URL ----------------------------------------------------------------------
sub remembered {
    my $cookie = set_cookie($_[0], 'authjs.callback-url');
    return $cookie && $cookie->{value} =~ s/%(..)/chr hex $1/ger;
}
for my $path (qw(session csrf signin signout error verify-request)) {
    is remembered($site->get("/auth/$path")), $base, "GET $path: the base URL at first";
    is remembered($site->get("/auth/$path?callbackUrl=/a")), "$base/a", 'or the query\'s';
    is remembered($site->get("/auth/$path?callbackUrl=/a&callbackUrl=/b")), "$base/b", 'the last';
}
my $a = "authjs.callback-url=$base/a";
is remembered($site->get('/auth/session', Cookie => $a)), undef, 'a cookie that is right stays';
is remembered($site->get('/auth/session', Cookie => $a =~ s/(:|\/)/sprintf '%%%02x', ord $1/ger)),
    undef, 'encoded too';
is remembered($site->get('/auth/session?callbackUrl=/b', Cookie => $a)), "$base/b", 'a query changes it';
is remembered($site->get('/auth/session?callbackUrl=', Cookie => $a)), undef, 'an empty one does not';
is remembered($site->get('/auth/session', Cookie => 'authjs.callback-url=https://evil.test/')), $base,
    'one of another site is replaced';
my @sources = (
    ['the body', '?callbackUrl=/query', [callbackUrl => '/body'], "$base/body"],
    ['the body, last one', '', [callbackUrl => '/x', callbackUrl => '/body'], "$base/body"],
    ['the body, JSON', '?callbackUrl=/query', { callbackUrl => '/body' }, "$base/body"],
    ['the body, unusable', '?callbackUrl=/query', [callbackUrl => 'foo'], $base],
    ['the body, a number', '?callbackUrl=/query', { callbackUrl => 5 }, $base],
    ['the body, a list', '?callbackUrl=/query', { callbackUrl => ['/body'] }, $base],
    ['the body, null', '?callbackUrl=/query', { callbackUrl => undef }, "$base/query"],
    ['the query', '?callbackUrl=/query', [], "$base/query"],
    ['the query, unusable', '?callbackUrl=foo', [], $base],
    ['the cookie', '', [], "$base/a"],
);
for my $source (@sources) {
    my ($name, $query, $body, $expected) = @$source;
    $body = ref $body eq 'HASH' ? { csrfToken => $token, %$body } : [csrfToken => $token, @$body];
    my $r = $site->post("/auth/signout$query", $body, Cookie => "$csrf; $a");
    is location($r), $expected, "signout leads to: $name";
}

# Nothing that anybody thought of leads off our origin, whichever way it comes.
open my $tsv, '<', srcdir() . '/t/data/hostile-redirect.tsv' or die $!;
my $rows = 0;
<$tsv>;
while (<$tsv>) {
    my ($value) = split /\t/;
    $value =~ s/\\x([0-9a-fA-F]{2})/chr hex $1/ge;
    $value =~ s/www\.example\.com/localhost/g;
    my $encoded = $value =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
    my $shown = substr $encoded, 0, 60;
    my @answers = (
        $site->get("/auth/signin?callbackUrl=$encoded"),
        $site->get("/auth/signout?callbackUrl=$encoded"),
        $site->get('/auth/signin', Cookie => "authjs.callback-url=$encoded"),
        $site->post("/auth/signout?callbackUrl=$encoded", [csrfToken => $token], Cookie => $csrf),
        $site->post('/auth/signout', "csrfToken=$token&callbackUrl=$encoded", Cookie => $csrf,
            'Content-Type' => 'application/x-www-form-urlencoded'),
        $site->post('/auth/signout', [csrfToken => $token],
            Cookie => "$csrf; authjs.callback-url=$encoded"),
    );
    my @bad = grep { $_->code >= 500
        || (defined location($_) && location($_) !~ m{\A\Q$base\E(?:[/?#]|\z)})
        || grep { $_ !~ m{\A\Q$base\E(?:[/?#]|\z)} } remembered($_) // (),
            $_->content =~ /(?:action|href)="([^"]*)"/g,
            $_->content =~ /name="callbackUrl" value="([^"]*)"/g } @answers;
    is scalar(@bad), 0, "hostile callbackUrl $shown" or diag map { $_->as_string } $bad[0];
    $rows++;
}
is $rows, 88, '88 of them';

# --- where the site is ---------------------------------------------------------------------
is site('plain')->get('/auth/session')->code, 404, 'no endpoints where AuthJS is not used';
{
    my $behind = site('endpoints_behind');
    is $behind->get('/api/auth/session')->content, 'null', 'before mod_rewrite and mod_proxy';
    is $behind->get('/api/auth/signin')->code, 200, 'and never behind their own sign-in';
    is $behind->get('/api/auth/nothing')->code, 400, 'what is not an endpoint too';
    is $behind->get('/auth/session')->code, 401, 'the default base path is nothing here';
    my ($status) = bytes('endpoints_behind', 'GET /api/auth/../x');
    is $status, 401, 'a path that leaves the base path is protected like any other';
    ($status) = bytes('endpoints_behind', 'GET /api/auth/%2e%2e/x');
    is $status, 401, 'encoded too';
    is set_cookie($behind->get('/api/auth/session'), 'authjs.callback-url')->{value}
        =~ s/%(..)/chr hex $1/ger, url('endpoints_behind'), 'the base URL is the origin';
}

# --- whose address is it -------------------------------------------------------------------
expect_error(qr/AuthJS: UntrustedHost:/, 'forwarded headers that cannot be an origin');
for my $host ('a b', 'a/b', 'a@b', 'a, ', 'x:99999', '', "\xff") {
    my %headers = ('X-Forwarded-Host' => $host);
    my $name = $host =~ s/[^ -~]/?/gr;
    for my $page (qw(signin signout error verify-request)) {
        my $r = site('endpoints_trust')->get("/auth/$page?error=X", %headers);
        is $r->code, 500, "X-Forwarded-Host '$name': GET $page";
        is $r->header('Content-Type'), 'text/html', 'a page';
        like $r->content, qr/Server error/, 'that says so';
        is scalar(set_cookies($r)), 0, 'no cookie';
    }
    for my $request ('GET session', 'GET csrf', 'GET providers', 'POST signin', 'POST session',
        'GET callback/credentials') {
        my ($method, $path) = split / /, $request;
        my $r = site('endpoints_trust')->request($method, "/auth/$path",
            { %headers, 'X-Auth-Return-Redirect' => 1 }, $method eq 'POST' ? '' : undef);
        is $r->code, 500, "$request";
        like $r->content, qr/\A\{"message":"[^"]+"\}\z/, 'a JSON message';
    }
}
{
    my $r = site('endpoints_trust')->get('/auth/providers', 'X-Forwarded-Host' => 'www.example.test',
        'X-Forwarded-Proto' => 'https');
    like $r->content, qr{"https://www\.example\.test/auth/signin/credentials"}, 'a good one is believed';
    $r = site('endpoints_trust')->get('/auth/csrf', 'X-Forwarded-Host' => 'www.example.test',
        'X-Forwarded-Proto' => 'https');
    is_deeply [map { $_->{name} } set_cookies($r)],
        ['__Host-authjs.csrf-token', '__Secure-authjs.callback-url'], 'https has its own cookies';
    $r = $site->get('/auth/providers', 'X-Forwarded-Host' => 'www.example.test', Host => 'evil.test');
    unlike $r->content, qr/example\.test|evil\.test/, 'elsewhere none of it is';
}

done_testing;
