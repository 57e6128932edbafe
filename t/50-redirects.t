# Where a visitor can be sent: every row of t/data/hostile-redirect.tsv and more, as query,
# form field, JSON member and cookie, at every endpoint that has a use for it.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Encode ();
use URI::Escape qw(uri_escape uri_unescape);

my $BASE = 'https://www.example.com';
my $COOKIE = '__Secure-authjs.callback-url';
my $site = site('redirects');
my $pages = site('redirects_pages');
AuthJSTest::Env::write_file(root() . '/conf/users-50',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");

my $browser = browser('redirects');
my $csrf = $browser->csrf;
my $csrf_cookie = '__Host-authjs.csrf-token=' . $browser->cookie('__Host-authjs.csrf-token');
# Whom the sign-out page asks.
$browser->credentials('credentials', [username => 'jane', password => secret('password')]);
my $session = '__Secure-authjs.session-token=' . $browser->cookie('__Secure-authjs.session-token');

# The rule, once more and in another language. Byte strings in, byte strings out.
sub is_utf8 { my $copy = $_[0]; eval { Encode::decode('UTF-8', $copy, Encode::FB_CROAK); 1 } }

sub decided {
    my ($value) = @_;
    return $BASE if length $value > 2048;
    $value =~ s/(?<=.) +\z//s, $value =~ s/ /%20/g if $value !~ /^ /;
    return $BASE if length $value > 2048 || $value =~ /[\x00-\x20\x7f\\]/ || !is_utf8($value);
    my ($origin, $rest) = $value =~ m{^/} ? ($BASE, $value)
        : $value =~ m{^\Q$BASE\E(?::443)?((?:[/?#].*)?)\z}is ? ($BASE, $1)
        : $value =~ m{^(https://app\.example\.com|http://\[::1\]:8080)((?:[/?#].*)?)\z}is ? (lc $1, $2)
        : return $BASE;
    $rest =~ s/%(?![0-9A-Fa-f]{2})/%25/g;
    my ($before, $fragment) = split /#/, $rest, 2;
    $rest = join '#', $before // '', defined $fragment ? $fragment =~ s/#/%23/gr : ();
    return $origin . $rest =~ s{([^A-Za-z0-9\-._~:/?#\[\]@!\$&'()*+,;=%])}{sprintf '%%%02X', ord $1}ger;
}

my $ours = qr{\A(?:https://www\.example\.com|https://app\.example\.com|http://\[::1\]:8080)(?:[/?#][!-~]*)?\z};

sub plain_html { $_[0] =~ s/&quot;/"/gr =~ s/&#39;/'/gr =~ s/&lt;/</gr =~ s/&gt;/>/gr =~ s/&amp;/&/gr }

# Nothing on the page leads off our origin, and its forms carry the decided value alone.
sub page_faults {
    my ($html, $expected) = @_;
    my @targets = map { plain_html($_) } $html =~ /\b(?:href|src|action|formaction|content)\s*=\s*"([^"]*)"/gi;
    my @values = map { plain_html($_) } $html =~ /name="callbackUrl"[^>]*value="([^"]*)"/g;
    return ((grep { m{^\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})}i && !m{^https://www\.example\.com(?:[/?#]|\z)} && $_ ne $expected } @targets),
        (grep { !m{^(?:/[^/\\]|https://www\.example\.com/)} } $html =~ /<form[^>]*\baction="([^"]*)"/gi),
        (grep { $_ ne $expected } @values), @values ? () : 'no callbackUrl field');
}

sub cookie_value { my $c = set_cookie($_[0], $COOKIE); defined $c ? uri_unescape($c->{value}) : undef }

# One value in all the ways in which it can come. Collects what is wrong.
sub faults {
    my ($value) = @_;
    my $expected = decided($value);
    my $escaped = uri_escape($value, '\x00-\xff');
    my $malformed = $value =~ /\0/ || !is_utf8($value);
    my @faults;
    my $check = sub { push @faults, "$_[0]: " . ($_[1] // 'undef') unless ($_[1] // '') eq $_[2] };
    my $location = sub {
        my ($name, $r) = @_;
        return $check->($name, $r->code, 400) if $malformed;
        $check->("$name status", $r->code, 302);
        $check->("$name Location", location($r), $expected);
        push @faults, "$name cookie" if (cookie_value($r) // $expected) ne $expected;
    };

    # query
    if (length $escaped < 7000) {
        for my $path (qw(csrf session signin signout error verify-request)) {
            my $r = $site->get("/auth/$path?callbackUrl=$escaped", $path eq 'signout' ? (Cookie => $session) : ());
            if ($malformed) { $check->("query $path", $r->code, 400); next }
            $check->("query $path", $r->code, 200);
            $check->("query $path cookie", cookie_value($r), $expected);
            push @faults, map { "query $path page: $_" } page_faults($r->content, $expected)
                if $path eq 'signin' || $path eq 'signout';
        }
        my $r = $pages->get("/auth/signin?callbackUrl=$escaped");
        $check->('query, own page', $malformed ? $r->code : location($r), $malformed ? 400
            : "$BASE/login?callbackUrl=" . uri_escape($expected, '^A-Za-z0-9*\-._')) if $expected !~ /^(?!\Q$BASE\E)/;
        $r = $site->post("/auth/signout?callbackUrl=$escaped", [csrfToken => $csrf], Cookie => $csrf_cookie);
        $location->('query, signout', $r);
    }

    # form
    my @form = ("csrfToken=$csrf&callbackUrl=$escaped", Cookie => $csrf_cookie,
        'Content-Type' => 'application/x-www-form-urlencoded');
    $location->('form, signout', $site->post('/auth/signout', @form));
    $location->('form, credentials', $site->post('/auth/callback/credentials',
        "username=jane&password=" . uri_escape(secret('password')) . "&$form[0]", @form[1 .. $#form]));
    my $r = $site->post('/auth/signout', @form, 'X-Auth-Return-Redirect' => '1');
    $check->('form, signout, JSON', $malformed ? $r->code : $site->json($r)->{url}, $malformed ? 400 : $expected);
    $r = $site->post('/auth/signin/elsewhere', @form);
    if ($malformed) { $check->('form, signin', $r->code, 400) }
    else {
        push @faults, 'form, signin: ' . location($r) unless location($r) =~ m{\Ahttps://provider\.example\.net/authorize\?};
        push @faults, 'form, signin: redirect_uri'
            unless location($r) =~ m{[?&]redirect_uri=https%3A%2F%2Fwww\.example\.com%2Fauth%2Fcallback%2Felsewhere(?:&|\z)};
        $check->('form, signin cookie', cookie_value($r), $expected);
    }

    # JSON
    if (is_utf8($value)) {
        my $text = Encode::decode('UTF-8', my $copy = $value);
        $r = $site->post('/auth/signout', { csrfToken => $csrf, callbackUrl => $text }, Cookie => $csrf_cookie);
        $check->('JSON, signout', location($r), $expected) unless $value =~ /\0/;
        $check->('JSON, signout', location($r), $BASE) if $value =~ /\0/;
    }

    # cookie, encoded and as it is
    my @raw = $value =~ /[\x00-\x08\x0a-\x1f\x7f]/ ? () : $value;
    for my $sent (length $escaped < 7000 ? $escaped : (), @raw) {
        my $cookie = "$COOKIE=$sent";
        next if length $cookie > 8000;
        # what the parser makes of it: up to ';', trimmed, decoded when it can be
        my ($read) = $sent =~ /\A([^;]*)/;
        $read =~ s/\A[ \t]+|[ \t]+\z//g;
        my $decoded = uri_unescape($read);
        $read = $decoded if $read !~ /%(?![0-9A-Fa-f]{2})/ && $decoded !~ /\0/ && is_utf8($decoded);
        my $of_cookie = length $read ? decided($read) : $BASE;
        $r = $site->get('/auth/signin', Cookie => $cookie);
        $check->('cookie, signin', $r->code, 200);
        $check->('cookie, rewritten', cookie_value($r) // $read, $of_cookie);
        push @faults, map { "cookie, page: $_" } page_faults($r->content, $of_cookie);
        $r = $site->post('/auth/signout', [csrfToken => $csrf], Cookie => "$csrf_cookie; $cookie");
        $check->('cookie, signout', location($r), $of_cookie);
    }
    return @faults;
}

# --- the table ---------------------------------------------------------------------------

my @rows = map { s/\\x([0-9a-f]{2})/chr hex $1/ger }
    map { (split /\t/)[0] } grep { !/^# / } split /\n/,
    AuthJSTest::Env::read_file(srcdir() . '/t/data/hostile-redirect.tsv');
is scalar(@rows), 88, 'the table has its rows';

# Not in the table: encodings, lengths, what must be kept.
my @more = (
    '', '/', '/a b', '/a b?c d#e f ', "$BASE/a b", ' /a', '/ /evil.test', "$BASE /x", 'https://www.exa mple.com/', '/app?x=1#f', '/x?next=//evil.test', '/x#//evil.test', '/x?next=https://evil.test/',
    "$BASE/ok", $BASE, "$BASE?q", "$BASE#f", 'https://WWW.Example.COM/ok', "$BASE:443/ok",
    'https://app.example.com/x', 'HTTPS://APP.example.com', 'http://[::1]:8080/y?z',
    'https://app.example.com.evil.test/', 'https://app.example.com@evil.test/', 'http://app.example.com/',
    'https://app.example.com:8443/', 'http://[::1]/', 'http://[::1]:80800/', 'http://[::1]:8080@evil.test/',
    'a' x 16384, '/' . 'a' x 8192, '/' . 'a' x 2047, '/' . 'a' x 2048,
    "/\xff", "/\xc3\xa4", "/\xc0\xaf/evil.test", "/\xed\xa0\x80", '%', '%zz', '/%', '/%zz', '%2F%2Fevil.test',
    '/auth/callback/elsewhere?code=1&state=2', '/auth/signout', '/<script>alert(1)</script>', '/"onclick="x',
    "/'><a href=//evil.test>", '{}', '[object Object]', 'null', 'undefined', 'false', '0', '/a b', "/a\x7f", '/a|b^c`d',
    '/%252f%252fevil.test', '///www.example.com/%2f%2e%2e', '/.evil.test', '/@evil.test', '/:80', '/;@evil.test',
    "https://www.example.com\xe2\x80\xa8/", "https://www.example.com\xc2\xad/", 'https://www.example.com&@evil.test',
    'https://www.example.com#@evil.test/', 'https://www.example.com?@evil.test/', 'https://www.example.com;evil.test/',
    '//[::1]/', 'file:///etc/passwd', 'view-source:https://www.example.com/', 'feed:https://evil.test',
    'https://www.example.com/', 'http://2130706433/', 'https://0x7f.1/', 'https:www.example.com/ok',
);
for my $value (@rows, @more) {
    my $name = $value =~ s/([^!-~])/sprintf '\\x%02x', ord $1/ger;
    $name = substr($name, 0, 60) . '... (' . length($value) . ')' if length $name > 70;
    my @faults = faults($value);
    is_deeply \@faults, [], "$name -> " . substr decided($value), 0, 60;
    like decided($value), $ours, 'which is ours';
}

# --- where several come together -----------------------------------------------------------

{
    my $r = $site->post('/auth/signout?callbackUrl=/query', [csrfToken => $csrf, callbackUrl => '/body'],
        Cookie => "$csrf_cookie; $COOKIE=%2Fcookie");
    is location($r), "$BASE/body", 'the body comes before the query';
    $r = $site->post('/auth/signout?callbackUrl=/query', [csrfToken => $csrf], Cookie => "$csrf_cookie; $COOKIE=%2Fcookie");
    is location($r), "$BASE/query", 'the query before the cookie';
    $r = $site->post('/auth/signout', [csrfToken => $csrf, callbackUrl => '//evil', callbackUrl => '/last'],
        Cookie => $csrf_cookie);
    is location($r), "$BASE/last", 'of two the last';
    $r = $site->get('/auth/csrf?callbackUrl=/a&callbackUrl=https://evil.test');
    is cookie_value($r), $BASE, 'also when it is the bad one';
    $r = $site->get('/auth/csrf?callbackUrl=https://evil.test', Cookie => "$COOKIE=%2Fcookie");
    is cookie_value($r), $BASE, 'what cannot be used does not fall back to the cookie';
    $r = $site->get('/auth/csrf?callbackUrl=', Cookie => "$COOKIE=https%3A%2F%2Fwww.example.com%2Fkept");
    is set_cookie($r, $COOKIE), undef, 'an empty one is none';
    $r = $site->get('/auth/csrf', Cookie => "$COOKIE=%2Fa; $COOKIE=https%3A%2F%2Fevil.test");
    is cookie_value($r), "$BASE/a", 'of two cookies the first';
    $r = $site->post('/auth/signout', { csrfToken => $csrf, callbackUrl => $_ }, Cookie => "$csrf_cookie; $COOKIE=%2Fa"),
        is location($r), $BASE, 'no string in JSON: ' . (ref $_ || $_ // 'null')
        for [], {}, 1, JSON::PP::true, ['/x'];
}

# --- the way to the sign-in page -----------------------------------------------------------

# The address that was asked for comes back as callbackUrl: as our own, whatever it looks like.
for my $path ('/s50/', '/s50/a?b=c&d=%20', '/s50/?next=//evil.test', '/s50//evil.test', '/s50/%2f%2fevil.test',
    '/s50/%5cevil.test', '/s50/<x>"', '/s50/%0d%0aX:y', '/s50/%ff', '//s50/evil', "/s50/\xc3\xa4",
    '/s50/x?callbackUrl=https://evil.test', '/s50/@evil.test', '/s50/..%2f..//evil.test', '/s50/%E2%80%A8') {
    my $answer = raw('redirects', "GET $path HTTP/1.1\r\nHost: evil.test\r\nAccept: text/html\r\nConnection: close\r\n"
        . "X-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: http\r\n\r\n");
    my ($status) = $answer =~ m{\AHTTP/1\.1 (\d+)};
    my $name = $path =~ s/([^!-~])/sprintf '\\x%02x', ord $1/ger;
    if ($status =~ /^40[04]$/) {
        unlike $answer, qr/^Location:/mi, "asked for $name: $status";
        next;
    }
    my ($location) = $answer =~ /^Location: (.*?)\r?$/m;
    like $location, qr{\Ahttps://www\.example\.com/auth/signin\?callbackUrl=https%3A%2F%2Fwww\.example\.com%2F[A-Za-z0-9*\-._%+]*\z},
        "asked for $name";
    unlike uri_unescape($location =~ s/.*callbackUrl=//r), qr{\Ahttps://www\.example\.com[^/]}, 'and nowhere else';
}
for my $host ('evil.test', 'www.example.com@evil.test', 'www.example.com:99', "www.example.com\tx") {
    my $answer = raw('redirects', "GET /auth/providers HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n");
    unlike $answer, qr/evil|:99/, 'Host is not believed: ' . ($host =~ s/\t/ /r);
}

# An absolute request target, and CR LF in what is sent along.
{
    my $answer = raw('redirects', "GET http://evil.test/auth/signin?callbackUrl=%2Fx HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
    unlike $answer, qr/evil/, 'an absolute request target changes nothing';
    for my $value ('/x%0d%0aSet-Cookie:%20a=b', '/x%0d%0a%0d%0a<script>', '/x%E5%98%8A%E5%98%8DSet-Cookie:a=b') {
        $answer = raw('redirects', "GET /auth/signin?callbackUrl=$value HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        unlike $answer, qr/^Set-Cookie: a=b|^<script>/m, "$value splits no header";
    }
}

done_testing;
