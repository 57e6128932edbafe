# Every cookie of ours over HTTP: headers of all kinds, names and attributes, what comes back
# and what a back end gets to see.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Digest::SHA qw(sha256_hex);
use URI::Escape qw(uri_escape uri_unescape);

my $SESSION = 'authjs.session-token';
my $CSRF = 'authjs.csrf-token';
my $CALLBACK = 'authjs.callback-url';
my $site = site('cookies');
my $base = url('cookies');
AuthJSTest::Env::write_file(root() . '/conf/users-51',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
htdocs('s51/private/index.html', 'inside');
htdocs('s51/headers.cgi', <<'EOT', 0755);
#!/bin/sh
printf 'Content-Type: text/plain\n\n[%s][%s]' "$HTTP_COOKIE" "$HTTP_AUTHORIZATION"
EOT

my $session = mint({ name => 'Jane', email => 'jane@example.com', sub => '7', provider => 'credentials' });
my $token = 'a1' x 32;
my $csrf = "$token%7C" . sha256_hex($token . secret('auth_secret'));
my $callback = uri_escape("$base/kept");
my $good = "$SESSION=$session; $CSRF=$csrf; $CALLBACK=$callback";

# What the server understood of a Cookie header: session, CSRF token, callback URL.
sub understood {
    my ($header, $vhost) = @_;
    my $r = site($vhost || 'cookies')->get('/auth/session', Cookie => $header);
    return "status " . $r->code if $r->code != 200;
    my %written = map { $_->{name} => $_ } set_cookies($r);
    return join ' ', $r->content eq 'null' ? '-' : 'session', $written{$CSRF} ? '-' : 'csrf',
        $written{$CALLBACK} ? '-' : 'callback';
}

# --- headers of all kinds ----------------------------------------------------------------

my $all = 'session csrf callback';
my $none = '- - -';
my @headers = (
    ['all three',                 $good, $all],
    ['nothing',                   '', $none],
    ['a semicolon',               ';', $none],
    ['separators',                ' ; ;=; =', $none],
    ['an equals sign',            '=', $none],
    ['names without a value',     "$SESSION; $CSRF; $CALLBACK", $none],
    ['empty values',              "$SESSION=; $CSRF=; $CALLBACK=", $none],
    ['quoted values',             "$SESSION=\"$session\"; $CSRF=\"$csrf\"; $CALLBACK=\"$callback\"", $none],
    ['no blanks',                 $good =~ s/; /;/gr, $all],
    ['many blanks and tabs',      $good =~ s/=/ \t=\t /gr =~ s/; / \t ; \t/gr . " \t;", $all],
    ['empty pieces between',      $good =~ s/; /; ;;;/gr, $all],
    ['names in capitals',         $good =~ s/authjs/AUTHJS/gr, $none],
    ['percent-encoded names',     $good =~ s/authjs\./authjs%2E/gr, $none],
    ['the __Secure- names',       $good =~ s/authjs/__Secure-authjs/gr, $none],
    ['a prefix before the names', $good =~ s/authjs/xauthjs/gr, $none],
    ['something behind them',     $good =~ s/(token|url)=/${1}x=/gr, $none],
    ['commas instead',            $good =~ s/; /, /gr, $none],
    ['binary neighbours',         "\x80\xff=\xfe; $good; x=\xc3\x28", $all],
    ['control bytes encoded',     "x=%00%0d%0a; $good", $all],
    ['a quoted neighbour',        "x=\"a; $good", $all],
    ['120 others before',         join('; ', (map { "cookie$_=" . 'v' x 20 } 1 .. 120), $good), $all],
    ['120 others behind',         join('; ', $good, map { "cookie$_=" . 'v' x 20 } 1 .. 120), $all],
    ['100 with our prefix',       join('; ', (map { "authjs.$_=x" } 1 .. 100), $good), $all],
    ['100 longer names',          join('; ', (map { "${SESSION}-$_=x" } 1 .. 100), $good), $all],
    ['the others twice, later',   "$good; $SESSION=x; $CSRF=y; $CALLBACK=z", $all],
    ['the others twice, before',  "$SESSION=x; $CSRF=y; $CALLBACK=z; $good", $all],
    ['many of the others',        join('; ', (map { ("$SESSION=x$_", "$CSRF=y$_", "$CALLBACK=z$_") } 1 .. 7), $good), $all],
    ['more than are looked at',   join('; ', (map { ("$SESSION=x$_", "$CSRF=y$_", "$CALLBACK=z$_") } 1 .. 8), $good), $none],
    ['one of the others, often',  join('; ', ("$SESSION=x", "$CSRF=y", "$CALLBACK=z") x 90, $good), $all],
    ['chunks of another site',    join('; ', (map { "$SESSION.$_=" . 'x' x 50 } 0 .. 3), $good), $all],
    ['empty ones before',         "$SESSION=; $CSRF=; $CALLBACK=; $good", $all],
    ['names alone before',        "$SESSION; $CSRF; $CALLBACK; $good", $all],
    ['one in place of another',   "$SESSION=$csrf; $CSRF=$session; $CALLBACK=$session", $none],
    ['a CSRF cookie as session',  "$SESSION=$csrf", $none],
    ['a raw bar',                 $good =~ s/%7C/|/r, $all],
    ['everything encoded',        "$SESSION=" . uri_escape($session, '\x00-\xff'), 'session - -'],
    ['broken encoding',           $good =~ s/=(\w)/=%$1/gr, $none],
    ['NUL encoded',               $good =~ s/(;|\z)/%00$1/gr, $none],
    ['8 KB',                      "$SESSION=" . 'x' x 8100, $none],
    ['8 KB of chunks',            join('; ', map { "$SESSION.$_=" . 'x' x 60 } 0 .. 90), $none],
);
for my $case (@headers) {
    my ($name, $header, $expected) = @$case;
    is understood($header), $expected, "Cookie, $name";
}
for my $case (@headers) {
    my ($name, $header, $expected) = @$case;
    my $signed_in = $expected =~ /session/;
    is $site->get('/s51/private/headers.cgi', Cookie => $header)->code, $signed_in ? 200 : 401, "page, $name";
    my $r = $site->post('/auth/signout', [csrfToken => $token], Cookie => $header);
    is location($r), $expected !~ /csrf/ ? "$base/auth/signin?error=MissingCSRF"
        : $expected =~ /callback/ ? "$base/kept" : $base, "signout, $name";
}

# The same on the wire: two header lines, no blank, folding, NUL, too long.
sub wire {
    my (@lines) = @_;
    my $answer = raw('cookies', join "\r\n", 'GET /auth/session HTTP/1.1', 'Host: localhost',
        'Connection: close', @lines, '', '');
    my ($status) = $answer =~ m{\AHTTP/1\.1 (\d+)};
    return $status != 200 ? $status : $answer =~ /"user":/ ? 'session' : 'none';
}
is wire("Cookie:$SESSION=$session"), 'session', 'no blank behind the colon';
is wire("cOOkIE: $SESSION=$session"), 'session', 'the name of the header in any letters';
is wire("Cookie: $SESSION=$session", 'Cookie: a=b'), 'none', 'two Cookie lines (RFC 6265 5.4 has one) are none';
is wire("Cookie: $SESSION=$session", "Cookie: $SESSION=$session"), 'none', 'also twice the same';
is wire("Cookie: $SESSION=$session\0"), 400, 'a NUL in the header';
is wire("Cookie: $SESSION=$session", ' folded'), 'none', 'a folded line is one with a blank in it';
is wire('Cookie: ' . 'x' x 9000), 400, 'more than httpd takes';
is wire('Cookie:'), 'none', 'an empty header';
is wire("Cookie2: $SESSION=$session", "X-Cookie: $SESSION=$session", "Session: $session"), 'none', 'other headers are nothing';

# --- what is written: names, order, attributes ---------------------------------------------

# "name; attributes" as sent, values and dates left out.
sub shape {
    map { s/=[^;]*/=/r =~ s/Expires=[^;]*/Expires/r =~ s/\A([^;]*)=;/$1;/r } $_[0]->header('Set-Cookie');
}
sub sign_in {
    my ($vhost, @cookies) = @_;
    my $name = $vhost =~ /named/ ? '__Host-csrf' : $vhost =~ /tls|secure/ ? "__Host-$CSRF" : $CSRF;
    return site($vhost)->post('/auth/callback/credentials',
        [csrfToken => $token, username => 'jane', password => secret('password')],
        Cookie => join '; ', "$name=$csrf", @cookies);
}

is_deeply [shape($site->get('/auth/csrf'))],
    ["$CSRF; Path=/; HttpOnly; SameSite=Lax", "$CALLBACK; Path=/; HttpOnly; SameSite=Lax"],
    'http: the CSRF and the callback URL cookie, for the browser session';
is_deeply [shape(sign_in('cookies'))],
    ["$CALLBACK; Path=/; HttpOnly; SameSite=Lax", "$SESSION; Path=/; Expires; HttpOnly; SameSite=Lax"],
    'http: the session, until its end';
for my $vhost ('cookies_tls', 'cookies_secure') {
    is_deeply [shape(site($vhost)->get('/auth/csrf'))],
        ["__Host-$CSRF; Path=/; HttpOnly; Secure; SameSite=Lax",
         "__Secure-$CALLBACK; Path=/; HttpOnly; Secure; SameSite=Lax"], "$vhost: Secure and the prefixes";
    is_deeply [shape(sign_in($vhost))],
        ["__Secure-$CALLBACK; Path=/; HttpOnly; Secure; SameSite=Lax",
         "__Secure-$SESSION; Path=/; Expires; HttpOnly; Secure; SameSite=Lax"], "$vhost: the session too";
}
{
    my $named = site('cookies_named');
    is_deeply [shape($named->get('/auth/csrf'))],
        ['__Host-csrf; Path=/; HttpOnly; Secure; Partitioned; SameSite=None',
         "$CALLBACK; Max-Age=60; Path=/; SameSite=Lax"], 'AuthJSCookie: names and attributes';
    my $r = sign_in('cookies_named');
    is_deeply [shape($r)], ["$CALLBACK; Max-Age=60; Path=/; SameSite=Lax",
        'sid; Domain=localhost; Path=/s51; Expires; HttpOnly; Priority=High; SameSite=Strict'], 'of the session';
    my $sid = set_cookie($r, 'sid')->{value};
    ok scalar decode($sid, salt => 'sid'), 'the name of the cookie is the salt of its key';
    is $named->get('/s51/private/index.html', Cookie => "sid=$sid")->code, 200, 'it opens';
    is $named->get('/s51/private/index.html', Cookie => "$SESSION=$sid")->code, 401, 'under its own name only';
    is_deeply [shape($named->post('/auth/signout', [csrfToken => $token], Cookie => "__Host-csrf=$csrf; $CALLBACK="
        . uri_escape(url('cookies_named')) . "; sid.1=x; sid=$sid; sid.x=y; sidx=z"))],
        [map({ "$_; Max-Age=0; Path=/s51; HttpOnly; Priority=High; SameSite=Strict" } 'sid.1', 'sid'),
         map({ "$_; Max-Age=0; Domain=localhost; Path=/s51; HttpOnly; Priority=High; SameSite=Strict" } 'sid.1', 'sid')],
        'a deletion has the attributes of what it deletes, and is told without the domain too, first';
    my @checks = shape($named->post('/auth/signin/elsewhere', [csrfToken => $token], Cookie => "__Host-csrf=$csrf"));
    is_deeply [@checks[1, 2]], ['the.state; Max-Age=30; Path=/; Expires; HttpOnly; SameSite=Lax',
        'authjs.pkce.code_verifier; Max-Age=900; Path=/; Expires; HttpOnly; SameSite=Lax'], 'check cookies: Max-Age and Expires';
    @checks = shape($named->post('/auth/signin/posting', [csrfToken => $token], Cookie => "__Host-csrf=$csrf"));
    is $checks[1], 'the.state; Max-Age=30; Path=/; Expires; HttpOnly; Secure; SameSite=None',
        'form_post: SameSite=None; Secure';
}
{
    my $r = $site->get('/auth/csrf?callbackUrl=' . uri_escape("/a;b,c d\"\\|=%\xc3\xa4"));
    is set_cookie($r, $CALLBACK)->{value}, uri_escape($base, '^A-Za-z0-9\-_.!~*\'()'), 'what cannot be used is not written';
    $r = $site->get('/auth/csrf?callbackUrl=' . uri_escape("/a;b,c|=(~)!*'\xc3\xa4"));
    is set_cookie($r, $CALLBACK)->{value},
        uri_escape("$base/a;b,c%7C=(~)!*'%C3%A4", '^A-Za-z0-9\-_.!~*\'()'), 'values are percent-encoded';
    is understood("$CALLBACK=" . set_cookie($r, $CALLBACK)->{value}), '- - callback', 'and read back';
}

# --- after a sign-in nothing old is left -----------------------------------------------------

is_deeply [map { "$_->{name}" . (length $_->{value} ? '' : '!') } set_cookies(sign_in('cookies', "$CALLBACK=" . uri_escape($base),
    "$SESSION.3=x", "$SESSION.0=y", 'a=b', "$SESSION.17=z", "${SESSION}s=1"))],
    ["$SESSION.3!", "$SESSION.0!", "$SESSION.17!", $SESSION], 'stale chunks go, others stay';
is_deeply [map { "$_->{name}" . (length $_->{value} ? '' : '!') } set_cookies(sign_in('cookies', "$CALLBACK=" . uri_escape($base),
    "$SESSION=attackers", "$SESSION=second"))], [$SESSION], 'one that was planted is overwritten';
isnt set_cookie(sign_in('cookies', "$SESSION=$session"), $SESSION)->{value}, $session, 'by a new token';
ok scalar(set_cookies(sign_in('cookies', map { "$SESSION.$_=x" } 0 .. 199))) <= 102, 'deletions are bounded';

# --- what a back end sees --------------------------------------------------------------------

sub seen {
    my ($vhost, $path, @headers) = @_;
    my $r = site($vhost)->get($path, @headers);
    return $r->code == 200 ? $r->content : $r->code;
}
my @ours = map { ($_, "__Secure-$_") } $SESSION, $CALLBACK, qw(authjs.pkce.code_verifier authjs.state
    authjs.nonce authjs.challenge);
my $everything = join '; ', 'first=1', (map { "$_=x; $_.0=y; $_.12=z" } @ours), "$CSRF=x; __Host-$CSRF=y", 'last=2';
for my $path ('open', 'rewritten', 'pass') {
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => $everything), '[first=1; last=2][]', "$path: our cookies stay here";
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => $good), '[][]', "$path: no Cookie header when nothing is left";
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => "a=b;c; $SESSION"), '[a=b; c][]', "$path: also a name alone";
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => " \t$SESSION \t= $session ;a=b"), '[a=b][]', "$path: or with blanks";
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => 'a="b; c"; d=e,f;;  g'), '[a="b; c"; d=e,f;;  g][]',
        "$path: others pass as they are";
    is seen('cookies', "/s51/$path/headers.cgi", Cookie => "${SESSION}x=1; $SESSION.x=2; x$SESSION=3; $SESSION.1=4"),
        "[${SESSION}x=1; $SESSION.x=2; x$SESSION=3][]", "$path: and those with a similar name";
}
is seen('cookies', '/s51/private/headers.cgi', Cookie => "a=b; $good; c=d"), '[a=b; c=d][]', 'behind a protected path';
is seen('cookies', '/s51/private/headers.cgi', Cookie => 'a=b'), 401, 'which is closed without a session';
is seen('cookies', '/s51/bearer/headers.cgi', Authorization => "Bearer $session", Cookie => 'a=b'), '[a=b][]',
    'a Bearer session token stays here too';
is seen('cookies', '/s51/open/headers.cgi', Authorization => "Bearer other"), '[][Bearer other]', 'another one passes';
is seen('cookies_tls', '/s51/open/headers.cgi', Cookie => $everything), '[first=1; last=2][]', 'https: both sets of names';
is seen('cookies_named', '/s51/open/headers.cgi', Cookie => "sid=1; sid.0=2; __Host-csrf=3; the.state=4; $SESSION=5; sidx=6"),
    "[__Secure-$SESSION=0; $SESSION=5; sidx=6][]" =~ s/__Secure-\Q$SESSION\E=0; //r, 'the names that were configured';
is site('cookies_backend')->get('/s51/headers.cgi', Cookie => "$SESSION=x")->content, "[$SESSION=x][]",
    'where AuthJS is not used nothing is touched';

done_testing;
