# Beside other modules: mod_proxy, mod_cache, mod_http2; HEAD, OPTIONS, conditional requests.
use lib 't/lib';
use AuthJSTest;

my $COOKIE = 'authjs.session-token';
my %JANE = (email => 'jane@example.com', sub => '7', provider => 'credentials');
my $token = mint(\%JANE);
my @jane = (Cookie => "$COOKIE=$token");
my @html = (Accept => 'text/html');
my $big = mint({ %JANE, pad => 'x' x 3600 });
my $chunks = "$COOKIE.0=" . substr($big, 0, 3936) . "; $COOKIE.1=" . substr $big, 3936;

htdocs("$_/env.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | grep -E '^(HTTP_|REMOTE_USER|AUTHJS)' | sort\n", 0755)
    for qw(p35 p35-open p35-keep fresh strict);
htdocs("$_/page.html", "page of $_") for qw(p35 p35/403 p35/fresh p35/strict p35-if p35-expr p35-optional p35-open fresh strict);

# What is as old as this a cache keeps for a while.
utime time - 30 * 86400, time - 30 * 86400, map { root() . "/htdocs/$_/page.html" }
    qw(p35 p35/403 p35/fresh p35/strict p35-if p35-expr p35-optional p35-open fresh strict);

# --- ProxyPass / -------------------------------------------------------------------------------------

my $site = site('proxy35');
{
    for my $path (qw(session csrf providers signin error)) {
        my $r = $site->get("/auth/$path");
        like $r->header('Content-Type'), $path =~ /signin|error/ ? qr/html/ : qr/json/, "ProxyPass /: /auth/$path is ours";
    }
    is $site->json('/auth/csrf')->{csrfToken} =~ /^[0-9a-f]{64}$/, 1, 'mapping=servlet or not';
    is $site->get('/auth/%73ession')->code, 400, 'a path that breaks the grammar goes nowhere';
    is $site->get('/p35/page.html')->code, 401, 'a proxied page is closed';
    is location($site->get('/p35/page.html', @html)) =~ m{/auth/signin\?}, 1, 'a page visit is sent to sign in';
    is $site->get('/p35/page.html', @jane)->content, 'page of p35', 'and open to jane';
    is $site->get('/p35/page.html', Cookie => $chunks)->code, 200, 'in two chunks';
}

# What the back end gets to see.
sub seen {
    my ($path, @headers) = @_;
    my $r = $site->get($path, @headers);
    return { map { /^([^=]+)=(.*)/ ? ($1, $2) : () } split /\n/, $r->content };
}
for my $case (    # path, Cookie sent, Cookie seen
    ['/p35/env.cgi',         "a=1; $COOKIE=$token; b=2",  'a=1; b=2'],
    ['/p35/env.cgi',         "$COOKIE=$token",            undef],
    ['/p35/env.cgi',         "$COOKIE=$token; authjs.csrf-token=x; authjs.callback-url=y; authjs.state=z; authjs.nonce=n; authjs.pkce.code_verifier=p; c=3", 'c=3'],
    ['/p35/env.cgi',         "$chunks; c=3",              'c=3'],
    ['/p35/env.cgi',         "$COOKIE=$token; __Secure-authjs.session-token=x; __Host-authjs.csrf-token=y; d=\"q; $COOKIE.7=1\"; e", undef],
    ['/p35-open/env.cgi',    "a=1; $COOKIE=$token",       'a=1'],
    ['/p35-open/env.cgi',    "a=1; ${COOKIE}x=1; x$COOKIE=2; $COOKIE.x=3", "a=1; ${COOKIE}x=1; x$COOKIE=2; $COOKIE.x=3"],
    ['/p35-open/env.cgi',    "a=1;b=2",                   'a=1;b=2'],
    ['/p35-rewrite/env.cgi', "a=1; $COOKIE=$token",       'a=1'],
    ['/p35-handler/env.cgi', "a=1; $COOKIE=$token",       'a=1'],
    ['/p35-keep/env.cgi',    "a=1; $COOKIE=$token",       "a=1; $COOKIE=$token"],
) {
    my ($path, $sent, $expected) = @$case;
    my $got = seen($path, Cookie => $sent)->{HTTP_COOKIE};
    if (!defined $expected && $sent =~ /d="q/) {
        unlike $got, qr/authjs/, "$path: nothing of ours, however it is written";
        next;
    }
    is $got, $expected, "$path: of " . (length $sent > 60 ? substr($sent, 0, 60) . '...' : $sent);
}
{
    my $seen = seen('/p35/env.cgi', @jane, 'X-AuthJS-User-Id' => 'EVIL', 'X_AuthJS_User_Email' => 'EVIL');
    is $seen->{HTTP_X_AUTHJS_USER_ID}, '7', 'headers tell the back end who it is';
    is $seen->{HTTP_X_AUTHJS_USER_EMAIL}, 'jane@example.com', 'by e-mail too';
    is scalar(grep { /EVIL/ } values %$seen), 0, 'and nobody else does';
    $seen = seen('/p35-open/env.cgi', @jane, 'X-AuthJS-User-Id' => 'EVIL');
    is $seen->{HTTP_X_AUTHJS_USER_ID}, undef, 'an open path: nobody';
    is seen('/p35/env.cgi', Authorization => "Bearer $token")->{HTTP_X_AUTHJS_USER_ID}, '7', 'Bearer';
    my $r = $site->get('/p35-keep/env.cgi', @jane);
    is_deeply [set_cookies($r)], [], 'no cookie of ours on open paths';
}
like join(',', $site->get('/p35/app/fresh/page.html', @jane)->header('Cache-Control') // ''), qr/private/,
    'whatever comes back is private';

# --- mod_cache ------------------------------------------------------------------------------------------

$site = site('cache35');
sub hit { ($_[0]->header('X-Cache') // '') =~ /^HIT|^REVALIDATED/ }
is $site->get('/p35-open/page.html')->content, 'page of p35-open', 'mod_cache: a public page';
ok hit($site->get('/p35-open/page.html')), 'comes out of the cache';
is $site->get('/app/fresh/page.html')->code, 200, 'a public application';
ok hit($site->get('/app/fresh/page.html')), 'too';

for my $path (qw(/p35/page.html /p35/fresh/page.html /p35/strict/page.html /p35/app/fresh/page.html
    /p35/app/strict/page.html /p35-expr/page.html /p35/env.cgi)) {
    for my $round (1 .. 2) {
        my $r = $site->get($path, @jane);
        is $r->code, 200, "$path: jane";
        ok !hit($r), 'not out of the cache';
        like join(', ', $r->header('Cache-Control')), qr/\bprivate\b/, 'private';
        like join(', ', $r->header('Cache-Control')), qr/no-store/, 'and as strict as the application wants' if $path =~ /strict/;
        $r = $site->get($path);
        is $r->code, 401, "$path: nobody";
        unlike $r->content, qr/page of/, 'and nothing of it';
        is $site->get($path, @html)->code, 302, 'a page visit is sent to sign in';
    }
    is $site->get($path, Cookie => $jane[1], 'Cache-Control' => 'no-cache')->code, 200, "$path: jane again, refusals are not kept";
}
is $site->get('/p35/403/page.html', @jane)->code, 403, 'a refusal' for 1 .. 2;
is $site->get('/p35/403/page.html')->code, 401, 'is not kept for others';
is $site->get('/p35-if/page.html', @jane)->header('X-Seven'), 'yes', '<If> about the session';
is $site->get('/p35-if/page.html')->header('X-Seven'), undef, 'is not kept for others';
is $site->get('/p35-if/page.html', @jane)->header('X-Seven'), 'yes', 'nor the other way round';
ok !hit($site->get('/p35-optional/page.html', @$_)), 'an open page that knows its visitor is not kept' for \@jane, [], \@jane;
for my $path (qw(/auth/session /auth/csrf /auth/providers /auth/signin /auth/error)) {
    my ($first, $second) = map { $site->get($path, @jane) } 1 .. 2;
    ok !hit($second), "$path is in no cache";
}
isnt $site->json('/auth/csrf')->{csrfToken}, $site->json('/auth/csrf')->{csrfToken}, 'each visitor has a token of their own';

# --- HEAD, OPTIONS, conditional requests, ranges ------------------------------------------------------------

$site = site('http2_35');
{
    my $get = $site->get('/p35/page.html', @jane);
    my $head = $site->head('/p35/page.html', @jane);
    is $head->code, 200, 'HEAD';
    is $head->header('Content-Length'), length $get->content, 'as long as GET';
    is $head->content, '', 'without a body';
    is $site->head('/p35/page.html')->code, 401, 'HEAD without a session';
    is $site->head('/p35/page.html', @html)->code, 302, 'HEAD of a browser';
    is $site->request(OPTIONS => '/p35/page.html', {})->code, 401, 'OPTIONS';
    is $site->request(OPTIONS => '/p35/page.html', {@jane})->code, 200, 'OPTIONS with a session';
    is $site->request(OPTIONS => '*', {})->code == 401 ? 0 : 1, 1, 'OPTIONS * is nobody\'s page';
    like raw('http2_35', "TRACE /p35/page.html HTTP/1.0\r\nCookie: $jane[1]\r\n\r\n"), qr{^HTTP/1.\d (?:401|405|200)}, 'TRACE answers';

    my ($etag, $modified) = map { $get->header($_) } qw(ETag Last-Modified);
    for my $condition (['If-None-Match' => $etag], ['If-Modified-Since' => $modified]) {
        my $r = $site->get('/p35/page.html', @jane, @$condition);
        is $r->code, 304, "$condition->[0]: 304 with a session";
        like $r->header('Cache-Control'), qr/private/, 'private';
        is $site->get('/p35/page.html', @$condition)->code, 401, '401 without';
        is $site->get('/p35/page.html', @html, @$condition)->code, 302, '302 for a visit';
        is $site->get('/p35/page.html', @$condition, Cookie => "$COOKIE=x")->code, 401, '401 with a bad cookie';
    }
    is $site->get('/p35/page.html', @jane, 'If-Match' => '"other"')->code, 412, 'If-Match';
    is $site->get('/p35/page.html', 'If-Match' => '"other"')->code, 401, 'not before the session';
    my $old = mint(\%JANE, now => time - 2 * 86400);
    my $r = $site->get('/p35/page.html', Cookie => "$COOKIE=$old", 'If-None-Match' => $etag);
    is $r->code, 304, 'a 304';
    is scalar(set_cookies($r)), 1, 'renews the cookie too';
    $r = $site->get('/p35/page.html', @jane, Range => 'bytes=0-3');
    is $r->code . $r->content, '206page', 'a range';
    is $site->get('/p35/page.html', Range => 'bytes=0-3')->code, 401, 'not without a session';
}

# --- HTTP/2 --------------------------------------------------------------------------------------------------

sub h2 {
    my ($path, @arguments) = @_;
    my $url = url('http2_35', $path);
    my $answer = `curl -s -i --max-time 20 --http2-prior-knowledge @{[ map { "'$_'" } @arguments ]} '$url'`;
    $answer =~ s/^(.*?)\r?\n\r?\n//s;
    return ($1 // '', $answer);
}
{
    my ($head, $body) = h2('/p35/page.html');
    like $head, qr{^HTTP/2 401}, 'HTTP/2: nobody';
    like $head, qr{^content-type: application/json}m, 'gets JSON';
    like $body, qr/^\{"url":"/, 'that says where to sign in';
    ($head) = h2('/p35/page.html', '-H', 'Accept: text/html');
    like $head, qr{^HTTP/2 302.*^location: \Q@{[ url('http2_35', '/auth/signin?callbackUrl=') ]}}ms, 'a visit is sent to sign in';
    ($head, $body) = h2('/p35/env.cgi', '-H', "Cookie: a=1; $COOKIE=$token");
    like $head, qr{^HTTP/2 200}, 'jane';
    like $body, qr/^REMOTE_USER=jane\@example\.com$/m, 'is jane';
    ($head, $body) = h2('/p35/env.cgi', '-H', 'Cookie: a=1', '-H', "Cookie: $COOKIE=$token", '-H', 'x-authjs-user-id: EVIL');
    like $body, qr/^HTTP_X_AUTHJS_USER_ID=7$/m, 'in split cookie headers too';
    unlike $body, qr/EVIL/, 'and nobody else';
    ($head) = h2('/p35/page.html', '-H', "Cookie: $chunks");
    like $head, qr{^HTTP/2 200}, 'in two chunks';
    ($head, $body) = h2('/auth/session', '-H', "Cookie: $COOKIE=$token");
    like $head, qr{^HTTP/2 200.*^set-cookie: $COOKIE=}ms, 'GET session';
    like $body, qr/"email":"jane\@example\.com"/, 'has it';
    ($head) = h2('/p35/page.html', '-I', '-H', "Cookie: $COOKIE=$token");
    like $head, qr{^HTTP/2 200}, 'HEAD';

    # many at once over one connection, each with its own session
    my @parallel = map { ('--next', '-s', '--no-progress-meter', '--http2-prior-knowledge', '-H', "Cookie: $COOKIE=" . mint({ sub => "user-$_" }),
        url('http2_35', "/p35/env.cgi?$_")) } 1 .. 12;
    open my $curl, '-|', 'curl', '-s', '--no-progress-meter', '--parallel', '--parallel-immediate', '--max-time', 30, @parallel[1 .. $#parallel] or die;
    my $all = join '', <$curl>;
    my %times;
    $times{$_}++ for $all =~ /^REMOTE_USER=(.*)$/mg;
    is_deeply \%times, { map { ("user-$_" => 1) } 1 .. 12 }, 'twelve visitors at once, each is who they are';
}

expect_error(qr/AH01631: user .*authorization failure/, 'Require refuses someone');
expect_error(qr/AH01630: client denied by server configuration/, 'Require expr');
done_testing;
