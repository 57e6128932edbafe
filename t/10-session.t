# The session token in its cookie: read, renewed, deleted; chunks; Bearer; who may open what.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use HTTP::Date qw(str2time);

my $COOKIE = 'authjs.session-token';
my $MONTH = 30 * 86400;
my %JANE = (name => 'Jane', email => 'jane@example.com', picture => undef, sub => '7',
    provider => 'credentials');
my $site = site('session');

htdocs('s10/index.html', 'inside');
htdocs('s10/bearer/index.html', 'inside');
AuthJSTest::Env::write_file(root() . '/conf/users-10',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");

sub page    { $site->get('/s10/index.html', Cookie => $_[0]) }
sub session { $site->get('/auth/session', Cookie => $_[0]) }
sub session_cookies { grep { $_->{name} =~ /^\Q$COOKIE\E/ } set_cookies($_[0]) }

# --- GET session -------------------------------------------------------------------------

for my $none ('', 'other=1', "$COOKIE=", "${COOKIE}x=1", "x$COOKIE=1") {
    my $r = session($none);
    is $r->content, 'null', "no session in '$none'";
    is_deeply [session_cookies($r)], [], 'and nothing to delete';
}

{
    my $now = time;
    my $old = mint({ %JANE, extra => [1, { a => undef }] }, now => $now - 5000);
    my $r = session("$COOKIE=$old");
    is $r->code, 200, 'GET session';
    my ($cookie) = session_cookies($r);
    my $until = str2time($cookie->{expires});
    ok abs($until - $now - $MONTH) < 5, 'the cookie lives for another maxAge';
    is_deeply $site->json($r), { user => { name => 'Jane', email => 'jane@example.com',
        image => undef }, expires => $site->json($r)->{expires} }, 'name, email, image; no id';
    is str2time($site->json($r)->{expires}), $until, 'and says so';
    is_deeply [map { $cookie->{$_} } qw(httponly samesite path secure domain max-age)],
        [1, 'Lax', '/', undef, undef, undef], 'HttpOnly, Lax, Path=/';
    my ($was, $is) = (scalar decode($old), scalar decode($cookie->{value}));
    ok abs($is->{iat} - $now) < 5 && $is->{exp} == $is->{iat} + $MONTH, 'iat and exp are new';
    isnt $is->{jti}, $was->{jti}, 'jti too';
    delete @$_{qw(iat exp jti)} for $was, $is;
    is_deeply $is, $was, 'every other claim stays';
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
}

my %bodies = (
    '{"name":"a"}'                         => '{"name":"a"}',
    '{"sub":"1"}'                          => '{}',
    '{"picture":"p","email":null}'         => '{"email":null,"image":"p"}',
    '{"name":1,"email":["a"],"picture":{}}' => '{"name":1,"email":["a"],"image":{}}',
    '{"name":"\u00e9\"\\\\\u2028"}'          => "{\"name\":\"\xc3\xa9\\\"\\\\\xe2\x80\xa8\"}",
);
for my $claims (sort keys %bodies) {
    like session("$COOKIE=" . mint($claims))->content,
        qr/\A\{"user":\Q$bodies{$claims}\E,"expires":"[^"]{24}"\}\z/, "the session of $claims";
}

# --- what opens a protected page, and what GET session deletes -----------------------------

my $token = mint(\%JANE);
my $second = mint(\%JANE, secret => secret('auth_secret_2'));
my $now = time;
my $big = mint({ %JANE, pad => 'x' x 3600 });   # two chunks
my @part = (substr($big, 0, 3936), substr $big, 3936);
my $flipped = $token =~ s/(.)\z/$1 eq 'A' ? 'B' : 'A'/er;

my @cases = (    # name, Cookie header, opens, names deleted by GET session
    ['a token',                    "$COOKIE=$token", 1],
    ['among others',               "a=b; $COOKIE=$token; c=\"d\"", 1],
    ['blanks around it',           " \t$COOKIE = $token ;", 1],
    ['percent-encoded',            "$COOKIE=" . $token =~ s/\./%2E/gr, 1],
    ['of the second secret',       "$COOKIE=$second", 1],
    ['the first of two',           "$COOKIE=$token; $COOKIE=x", 1],
    ['quoted',                     "$COOKIE=\"$token\"", 0, $COOKIE],
    ['the second of two',          "$COOKIE=x; $COOKIE=$token", 1],
    ['one bit flipped',            "$COOKIE=$flipped", 0, $COOKIE],
    ['of an unknown secret',       "$COOKIE=" . mint(\%JANE, secret => 'x' x 32), 0, $COOKIE],
    ['with nothing in it',         "$COOKIE=....", 0, $COOKIE],
    ['no token at all',            "$COOKIE=hello", 0, $COOKIE],
    ['8 KB of nothing',            "$COOKIE=" . 'a' x 8000, 0, $COOKIE],
    ['binary',                     "$COOKIE=\xff\xfe%00\x80", 0, $COOKIE],
    ['a cookie in capitals',       uc($COOKIE) . "=$token", 0],
    ['a longer name',              "${COOKIE}s=$token", 0],
    ['expired 5 s ago',            "$COOKIE=" . mint(\%JANE, max_age => 60, now => $now - 65), 1],
    ['expired 30 s ago',           "$COOKIE=" . mint(\%JANE, max_age => 60, now => $now - 90), 0, $COOKIE],
    ['not before tomorrow',        "$COOKIE=" . mint({ %JANE, nbf => $now + 86400 }), 0, $COOKIE],
    ['nbf a string',               "$COOKIE=" . mint({ %JANE, nbf => '1' }), 0, $COOKIE],
    ['issued tomorrow',            "$COOKIE=" . mint(\%JANE, now => $now + 86400), 1],
    (map { ["of the purpose $_", "$COOKIE=" . mint(\%JANE, salt => $_), 0, $COOKIE] }
        qw(authjs.state authjs.nonce authjs.pkce.code_verifier encodedState
           authjs.callback-url __Secure-authjs.session-token)),
    ['two chunks',                 "$COOKIE.0=$part[0]; $COOKIE.1=$part[1]", 1],
    ['two chunks reversed',        "$COOKIE.1=$part[1]; x=y; $COOKIE.0=$part[0]", 1],
    ['a chunk alone that is all',  "$COOKIE.0=$token", 1],
    ['the first chunk alone',      "$COOKIE.0=$part[0]", 0, "$COOKIE.0"],
    ['a gap',                      "$COOKIE.0=$part[0]; $COOKIE.2=$part[1]", 0, "$COOKIE.0", "$COOKIE.2"],
    ['no chunk 0',                 "$COOKIE.1=$token", 0, "$COOKIE.1"],
    ['an empty chunk behind',      "$COOKIE.0=$part[0]; $COOKIE.1=$part[1]; $COOKIE.2=", 1],
    ['plain and chunk',            "$COOKIE=$token; $COOKIE.0=x", 1],
    ['chunk 01',                   "$COOKIE.0=$part[0]; $COOKIE.01=$part[1]", 0, "$COOKIE.0", "$COOKIE.01"],
    ['chunk -1',                   "$COOKIE.-1=$token", 0],
    ['chunk x',                    "$COOKIE.x=$token", 0],
    ['chunk 1e9',                  "$COOKIE.0=$part[0]; $COOKIE.1e9=$part[1]", 0, "$COOKIE.0"],
    ['chunk 999999999',            "$COOKIE.999999999=$token", 0, "$COOKIE.999999999"],
    ['a hundred and one chunks',   join('; ', map { "$COOKIE.$_=" . substr $token, $_ * 4, $_ < 100 ? 4 : 500 } 0 .. 100), 0],
    ['only separators',            ' ; ;=; =;;', 0],
    ['a name without a value',     $COOKIE, 0],
);
for my $case (@cases) {
    my ($name, $header, $opens, @deleted) = @$case;
    is page($header)->code, $opens ? 200 : 401, "page: $name";
    my $r = session($header);
    my @cookies = session_cookies($r);
    is $r->content eq 'null' ? 0 : 1, $opens, "session: $name";
    next if $opens || !@deleted;
    is_deeply [map { "$_->{name}=$_->{value} $_->{'max-age'}" } @cookies],
        [map { "$_= 0" } @deleted], 'and its cookies are deleted';
}

# --- chunks ------------------------------------------------------------------------------

{
    my $r = session("$COOKIE.0=$part[0]; $COOKIE.1=$part[1]; $COOKIE.2=");
    my @cookies = session_cookies($r);
    is_deeply [map { $_->{name} } @cookies], ["$COOKIE.0", "$COOKIE.1"], 'two chunks again';
    is length $cookies[0]{value}, 3936, 'of 3936 characters each';
    is decode(join '', map { $_->{value} } @cookies)->{pad}, 'x' x 3600, 'and the same claims';
    my $small = session("$COOKIE.0=" . substr($token, 0, 100) . "; $COOKIE.1=" . substr $token, 100);
    is_deeply [map { [$_->{name}, length $_->{value} ? 1 : 0] } session_cookies($small)],
        [["$COOKIE.0", 0], ["$COOKIE.1", 0], [$COOKIE, 1]], 'chunks that are not needed any more go';
    my $grown = session("$COOKIE=" . mint({ %JANE, pad => 'x' x 2560 }));
    is_deeply [map { $_->{name} } session_cookies($grown)], [$COOKIE], 'one cookie up to 3936';
}

# --- POST session ------------------------------------------------------------------------

{
    my $browser = browser('session');
    $browser->set_cookie_value($COOKIE, $token);
    my $r = $browser->post('/auth/session', { data => { name => 'Eve' } });
    is join(' ', $r->code, $r->content), '400 null', 'POST session wants the CSRF token';
    is_deeply [session_cookies($r)], [], 'and changes nothing without';
    $r = $browser->post('/auth/session', { csrfToken => $browser->csrf, data => { name => 'Eve' } });
    is $browser->json($r)->{user}{name}, 'Jane', 'what is sent changes no claim';
    is scalar(session_cookies($r)), 1, 'the session is renewed';
    $browser = browser('session');
    is $browser->post('/auth/session', { csrfToken => $browser->csrf })->content, 'null',
        'no session, nothing to update';
}

# --- sign-in and sign-out ----------------------------------------------------------------

{
    my $browser = browser('session');
    my $r = $browser->credentials('credentials', [username => 'jane', password => secret('password')]);
    my $cookie = set_cookie($r, $COOKIE);
    ok abs(str2time($cookie->{expires}) - time - $MONTH) < 5, 'a sign-in writes the session';
    my $claims = decode($cookie->{value});
    is $claims->{provider}, 'credentials', 'the token names the provider';
    is $claims->{sub}, 'jane', 'and who it is';
    ok !exists $claims->{email_verified}, 'email_verified is there only when it is false';
    is $browser->get('/s10/index.html')->code, 200, 'the page opens';
    $r = $browser->sign_out;
    is_deeply [map { "$_->{name}=$_->{value}; $_->{'max-age'}" } session_cookies($r)],
        ["$COOKIE=; 0"], 'sign-out deletes the cookie';
    is $browser->get('/s10/index.html')->code, 401, 'the page is closed';
    $browser->set_cookie_value("$COOKIE.$_", $part[$_]) for 0, 1;
    is_deeply [map { $_->{name} } session_cookies($browser->sign_out)], ["$COOKIE.0", "$COOKIE.1"],
        'each chunk is deleted';
    $browser->set_cookie_value($COOKIE, 'x');
    is_deeply [map { $_->{name} } session_cookies($browser->sign_out)], [$COOKIE],
        'also what cannot be read';
    is_deeply [session_cookies($browser->sign_out)], [], 'nothing when there is nothing';

    # What was there before the sign-in is replaced.
    $browser->set_cookie_value("$COOKIE.$_", $part[$_]) for 0, 1;
    $r = $browser->credentials('credentials', [username => 'jane', password => secret('password')]);
    is_deeply [map { [$_->{name}, length $_->{value} ? 1 : 0] } session_cookies($r)],
        [["$COOKIE.0", 0], ["$COOKIE.1", 0], [$COOKIE, 1]], 'a sign-in replaces an old session';
}

{
    my $offset = log_offset();
    my $browser = browser('session_narrow');
    my $r = $browser->credentials('credentials', [username => 'jane', password => secret('password')]);
    is_deeply [session_cookies($r)], [], 'a session that could not come back is not written';
    like location($r), qr{/auth/error\?error=Configuration$}, 'the visitor sees the error page';
    like error_log_since($offset), qr/LimitRequestFieldSize \(600\)/, 'the log says why';
    expect_error(qr/AuthError: no session was written: the session is too large/,
        'a session larger than LimitRequestFieldSize');
}

# --- sliding -----------------------------------------------------------------------------

sub slid { grep { length $_->{value} } session_cookies($_[0]) }

for my $case (
    ['session',       0,         0, 'a fresh token'],
    ['session',       86300,     0, 'just below a day'],
    ['session',       86401,     1, 'a day old'],
    ['session_short', 590,       0, 'below AuthJSSessionUpdateAge'],
    ['session_short', 601,       1, 'at AuthJSSessionUpdateAge'],
) {
    my ($vhost, $age, $renewed, $name) = @$case;
    my $max = $vhost eq 'session' ? $MONTH : 3600;
    my $claims = { %JANE, extra => 'kept' };
    my $old = mint($claims, now => time - $age, max_age => $max);
    my $r = site($vhost)->get('/s10/index.html', Cookie => "$COOKIE=$old");
    is $r->code, 200, "sliding: $name opens";
    is scalar(slid($r)), $renewed, 'and is ' . ($renewed ? 'renewed' : 'left alone');
    next unless $renewed;
    my ($cookie) = slid($r);
    my $new = decode($cookie->{value});
    ok abs($new->{exp} - time - $max) < 5, 'until maxAge from now';
    ok abs(str2time($cookie->{expires}) - $new->{exp}) < 2, 'the cookie as long';
    is $new->{extra}, 'kept', 'with every claim';
    my $again = site($vhost)->get('/s10/index.html', Cookie => "$COOKIE=$cookie->{value}");
    is scalar(slid($again)), 0, 'and not again at the next request';
}

my $old = mint(\%JANE, now => time - 2 * 86400);
{
    my $r = page("$COOKIE.0=" . substr($old, 0, 50) . "; $COOKIE.1=" . substr $old, 50);
    is_deeply [map { [$_->{name}, length $_->{value} ? 1 : 0] } session_cookies($r)],
        [["$COOKIE.0", 0], ["$COOKIE.1", 0], [$COOKIE, 1]], 'sliding cleans stale chunks';
    my $second_old = mint(\%JANE, secret => secret('auth_secret_2'), now => time - 2 * 86400);
    my ($cookie) = slid(page("$COOKIE=$second_old"));
    ok scalar decode($cookie->{value}), 'sliding encrypts with the newest secret';
    is scalar(slid($site->get('/s10/nothing', Cookie => "$COOKIE=$old"))), 1,
        'once, also when an ErrorDocument in the same place answers';
    is scalar(slid($site->head('/s10/index.html', Cookie => "$COOKIE=$old"))), 1, 'HEAD slides';
    is scalar(slid($site->get('/index.html', Cookie => "$COOKIE=$old"))), 0, 'an open page does not';
}

# --- Bearer ------------------------------------------------------------------------------

for my $case (
    ["Bearer $token",                    200, 'a token'],
    ['Bearer ' . $token =~ s/\./%2e/gr,  200, 'percent-encoded'],
    ["Bearer $second",                   200, 'of the second secret'],
    ["Bearer $flipped",                  401, 'changed'],
    ['Bearer %zz',                       401, 'broken encoding'],
    ['Bearer a%00b',                     401, 'with a NUL'],
    ['Bearer ',                          401, 'nothing'],
    ['Bearer',                           401, 'no token'],
    ["bearer $token",                    401, 'the scheme in small letters'],
    ["BEARER $token",                    401, 'the scheme in capitals'],
    ["Bearer  $token",                   401, 'two blanks'],
    ["Basic $token",                     401, 'another scheme'],
    [$token,                             401, 'no scheme'],
    ['Bearer ' . mint(\%JANE, salt => 'authjs.state'), 401, 'of another purpose'],
) {
    my ($header, $status, $name) = @$case;
    is $site->get('/s10/bearer/index.html', Authorization => $header)->code, $status, "Bearer: $name";
    is $site->get('/s10/index.html', Authorization => $header)->code, 401, 'not without AuthJSBearer On';
}
is $site->get('/s10/bearer/index.html', Authorization => "Bearer $token", Cookie => "$COOKIE=x")->code,
    401, 'a cookie comes before the header, as in getToken';
is scalar(session_cookies($site->get('/s10/bearer/index.html', Authorization => "Bearer $old"))), 0,
    'a Bearer token is not renewed as a cookie';
like $site->get('/s10/bearer/index.html')->header('WWW-Authenticate'), qr/^Bearer realm="/,
    'the challenge says that Bearer would do';

# --- https -------------------------------------------------------------------------------

{
    my $tls = site('session_tls');
    my $salt = "__Secure-$COOKIE";
    my $secure = mint(\%JANE, salt => $salt, now => time - 2 * 86400);
    my $r = $tls->get('/s10/index.html', Cookie => "$salt=$secure");
    is $r->code, 200, 'https: the __Secure- cookie';
    is set_cookie($r, $salt)->{secure}, 1, 'is renewed as Secure';
    is $tls->get('/s10/index.html', Cookie => "$COOKIE=$token")->code, 401, 'the http name is nothing';
    is $tls->get('/s10/index.html', Cookie => "$salt=$token")->code, 401, 'nor its token under our name';
}

done_testing;
