# CSRF: the double-submit cookie of Auth.js, "token|hash".
use lib 't/lib';
use AuthJSTest;
use Digest::SHA qw(sha256_hex);

my $COOKIE = 'authjs.csrf-token';
my $token = '0123456789abcdef' x 4;
my $secret = secret('auth_secret');

sub cookie_for { my ($t, $s) = @_; join '%7C', $t, sha256_hex($t . $s) }

# GET csrf makes a token, and keeps it as long as its cookie comes back.
{
    my $browser = browser('csrf');
    my $first = $browser->get('/auth/csrf');
    is $first->code, 200, 'GET csrf';
    is $first->header('Content-Type'), 'application/json', 'is JSON';
    like $first->content, qr/\A\{"csrfToken":"[0-9a-f]{64}"\}\z/, 'of one token';
    my $cookie = set_cookie($first, $COOKIE);
    my $made = $browser->json($first)->{csrfToken};
    is $cookie->{value}, cookie_for($made, $secret), 'the cookie is token|sha256(token + secret)';
    is_deeply [map { $cookie->{$_} } qw(httponly samesite path secure domain max-age expires)],
        [1, 'Lax', '/', (undef) x 4], 'HttpOnly, Lax, a session cookie';
    my $second = $browser->get('/auth/csrf');
    is $browser->json($second)->{csrfToken}, $made, 'the same token again';
    is set_cookie($second, $COOKIE), undef, 'and no second cookie';
    isnt browser('csrf')->csrf, $made, 'another browser has another token';
}

# What counts as a cookie of ours.
my %cookies = (
    'the vector' => [cookie_for($token, $secret), 1],
    'a raw bar' => ["$token|" . sha256_hex($token . $secret), 1],
    'something behind the hash' => [cookie_for($token, $secret) . '%7Cx', 1],
    'of another secret' => [cookie_for($token, secret('auth_secret_2')), 0],
    'no bar' => [$token, 0],
    'an empty hash' => ["$token%7C", 0],
    'an empty token' => [cookie_for('', $secret), 0],
    'only a bar' => ['%7C', 0],
    'empty' => ['', 0],
    'the hash in capitals' => [uc cookie_for($token, $secret), 0],
    'one digit changed' => [cookie_for($token, $secret) =~ s/.\z/x/r, 0],
    'broken encoding' => ["$token%7", 0],
    'a long one' => ['a' x 4000, 0],
);
for my $name (sort keys %cookies) {
    my ($value, $ours) = @{ $cookies{$name} };
    my $r = site('csrf')->get('/auth/csrf', Cookie => "$COOKIE=$value");
    is !set_cookie($r, $COOKIE), !!$ours, "cookie, $name: " . ($ours ? 'kept' : 'replaced');
    $r = site('csrf')->post('/auth/signout', [csrfToken => $token], Cookie => "$COOKIE=$value");
    is location($r) =~ /MissingCSRF/ ? 0 : 1, $ours, 'and ' . ($ours ? 'good' : 'no good');
}
is site('csrf')->get('/auth/csrf', Cookie => "$COOKIE=x; $COOKIE=" . cookie_for($token, $secret))
    ->header('Set-Cookie') ? 1 : 0, 1, 'of two cookies the first counts';

# With several secrets the hash is over all of them, joined by commas.
{
    my $joined = join ',', secret('auth_secret_2'), $secret;
    my $r = site('csrf_rotated')->get('/auth/csrf', Cookie => "$COOKIE=" . cookie_for($token, $joined));
    is site('csrf_rotated')->json($r)->{csrfToken}, $token, 'rotated: the joined secrets';
    $r = site('csrf_rotated')->get('/auth/csrf', Cookie => "$COOKIE=" . cookie_for($token, $secret));
    isnt site('csrf_rotated')->json($r)->{csrfToken}, $token, 'rotated: a cookie of before';
}

# Where a token is needed, and where it is looked for.
my $cookie = "$COOKIE=" . cookie_for($token, $secret);
my %form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @bodies = (
    ['form', [csrfToken => $token], 1],
    ['JSON', { csrfToken => $token }, 1],
    ['form, the last of two', [csrfToken => 'x', csrfToken => $token], 1],
    ['form, the first of two', [csrfToken => $token, csrfToken => 'x'], 0],
    ['form, none', [other => 1], 0],
    ['form, empty', [csrfToken => ''], 0],
    ['form, another', [csrfToken => 'f' x 64], 0],
    ['form, longer', [csrfToken => $token . '0'], 0],
    ['form, shorter', [csrfToken => substr $token, 1], 0],
    ['form, in capitals', [csrfToken => uc $token], 0],
    ['JSON, a number', '{"csrfToken":1}', 0, 'Content-Type' => 'application/json'],
    ['JSON, an array', qq({"csrfToken":["$token"]}), 0, 'Content-Type' => 'application/json'],
    ['JSON, null', 'null', 0, 'Content-Type' => 'application/json'],
    ['JSON, not an object', qq(["$token"]), 0, 'Content-Type' => 'application/json'],
    ['a form without its type', "csrfToken=$token", 0],
    ['text/plain', "csrfToken=$token", 0, 'Content-Type' => 'text/plain'],
    ['multipart', "csrfToken=$token", 0, 'Content-Type' => 'multipart/form-data; boundary=x'],
    ['no body', '', 0],
    ['no body, a form by its type', '', 0, %form],
    ['in a header', '', 0, 'X-CSRF-Token' => $token, csrfToken => $token],
);
for my $body (@bodies) {
    my ($name, $content, $good, @headers) = @$body;
    for my $path (qw(signin signin/credentials signout callback/credentials)) {
        my $r = site('csrf')->post("/auth/$path", $content, Cookie => $cookie, @headers);
        is $r->code, 302, "$path, $name: 302";
        is location($r) eq url('csrf', '/auth/signin?error=MissingCSRF') ? 0 : 1, $good,
            $good ? 'accepted' : 'MissingCSRF';
        is scalar(set_cookies($r)), 0, 'and no cookie is set' unless $good;
    }
    my $r = site('csrf')->post('/auth/session', $content, Cookie => $cookie, @headers);
    is $r->code . $r->content, $good ? '200null' : '400null', "session, $name";
}
for my $path (qw(signin signout)) {
    my $r = site('csrf')->post("/auth/$path?csrfToken=$token", '', Cookie => $cookie, %form);
    like location($r), qr/error=MissingCSRF\z/, "$path: a token in the query does not count";
    $r = site('csrf')->post("/auth/$path", [csrfToken => $token]);
    like location($r), qr/error=MissingCSRF\z/, "$path: nor one without its cookie";
    $r = site('csrf')->post("/auth/$path", '', 'X-Auth-Return-Redirect' => '');
    is $r->code . $r->content, '200{"url":"' . url('csrf', '/auth/signin?error=MissingCSRF') . '"}',
        "$path: X-Auth-Return-Redirect";
    is location($r) // scalar(set_cookies($r)), 0, 'without Location, without cookies';
}

# AuthJSSkipCSRFCheck.
{
    my $offset = log_offset();
    my $r = site('csrf_skip')->get('/auth/csrf');
    is $r->code . $r->content, '404', 'switched off: GET csrf is 404, empty';
    is set_cookie($r, $COOKIE)->{'max-age'}, 0, 'the cookie is deleted';
    like error_log_since($offset), qr/csrf-disabled/, 'and the log warns';
    $r = site('csrf_skip')->post('/auth/signout', '');
    is location($r), url('csrf_skip'), 'and nothing asks for a token';
    is set_cookie($r, $COOKIE), undef, 'nor makes one';
    unlike site('csrf_skip')->get('/auth/signin')->content, qr/csrfToken/, 'not even the page';
}

done_testing;
