# What a visitor without a session gets: a page visit is sent to sign in, anything else is
# told so.
use lib 't/lib';
use AuthJSTest;
use URI;
use URI::QueryParam;

my $site = site('unauthorized');
my $SIGNIN = $site->url('/auth/signin');
my @html = (Accept => 'text/html,application/xhtml+xml,*/*;q=0.8');

htdocs("p31/$_/index.html", 'inside') for qw(page signin provider providers 401 403 pass
    pass/open document text default);
htdocs('p31-401.html', 'our own 401');
htdocs('p31-403.html', 'our own 403');
htdocs('p31/pass/open/who.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | grep -E '^(AUTHJS_|REMOTE_USER|AUTH_TYPE)' | sort\n", 0755);

sub callback { URI->new($_[0])->query_param('callbackUrl') }

# --- auto: who is a page visit -----------------------------------------------------------------

my @page = ('Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
for my $case (    # name, page visit?, method, headers
    ['an old browser',               1, GET => @html],
    ['HEAD',                         1, HEAD => @html],
    ['only xhtml',                   1, GET => Accept => 'application/xhtml+xml'],
    ['TEXT/HTML',                    1, GET => Accept => 'TEXT/HTML'],
    ['a browser',                    1, GET => @html, @page, 'Sec-Fetch-User' => '?1'],
    ['a browser from another site',  1, GET => @html, @page, 'Sec-Fetch-Site' => 'cross-site'],
    ['navigate without dest',        1, GET => 'Sec-Fetch-Mode' => 'navigate'],
    ['a form',                       1, POST => @html, @page],
    ['an old form',                  1, POST => @html],
    ['nothing said',                 0, 'GET'],
    ['anything',                     0, GET => Accept => '*/*'],
    ['json',                         0, GET => Accept => 'application/json'],
    ['an empty Accept',              0, GET => Accept => ''],
    ['XMLHttpRequest',               0, GET => @html, 'X-Requested-With' => 'XMLHttpRequest'],
    ['XMLHttpRequest, browser',      1, GET => @html, @page, 'X-Requested-With' => 'XMLHttpRequest'],
    ['fetch',                        0, GET => @html, 'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty'],
    ['fetch same-origin',            0, GET => @html, 'Sec-Fetch-Mode' => 'same-origin', 'Sec-Fetch-Dest' => 'empty'],
    ['an image',                     0, GET => @html, 'Sec-Fetch-Mode' => 'no-cors', 'Sec-Fetch-Dest' => 'image'],
    ['a websocket',                  0, GET => 'Sec-Fetch-Mode' => 'websocket', Upgrade => 'websocket', Connection => 'Upgrade'],
    ['nonsense',                     0, GET => @html, 'Sec-Fetch-Mode' => 'NAVIGATE'],
    ['OPTIONS',                      0, OPTIONS => @html, @page],
    ['PUT',                          0, PUT => @html, @page],
    ['DELETE',                       0, DELETE => @html],
    ['an unknown method',            0, FOO => @html],
    ['POST of an API',               0, POST => Accept => 'application/json', 'Content-Type' => 'application/json'],
) {
    my ($name, $visit, $method, %headers) = @$case;
    my $path = '/p31/page/index.html?a=b&c=%C3%BC';
    my $r = $site->request($method, $path, \%headers);
    if ($visit) {
        is $r->code, $method eq 'POST' ? 303 : 302, "$name: is sent to sign in";
        is location($r) =~ s/\?.*//r, $SIGNIN, 'to the sign-in page';
        is callback(location($r)), $site->url($method eq 'POST' ? '/p31/page/index.html' : $path),
            'and knows the way back';
    }
    else {
        is $r->code, 401, "$name: 401";
        is location($r), undef, 'no redirect';
        is $r->header('Content-Type'), 'application/json', 'JSON';
        my $json = $site->json($r);
        is_deeply [keys %$json], ['url'], 'that says where to sign in';
        is callback($json->{url}), $site->url($method eq 'GET' ? $path : '/p31/page/index.html'),
            'and the way back';
        is $r->header('WWW-Authenticate'), 'AuthJS realm="localhost"', 'and what would do';
        is length $r->content, $r->header('Content-Length'), 'whole';
    }
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
    is_deeply [set_cookies($r)], [], 'no cookie';
}

# --- the way back ---------------------------------------------------------------------------------

# A script's request is no page: the page it stands in is, when it is ours.
for my $case (
    [$site->url('/p31/page/app?x=1'), $site->url('/p31/page/app?x=1')],
    ['https://app.example.com/x',     'https://app.example.com/x'],
    ['https://evil.example/x',        $site->url('/p31/page/data')],
    ['http://localhost:1/x',          $site->url('/p31/page/data')],
    ['javascript:alert(1)',           $site->url('/p31/page/data')],
    ['',                              $site->url('/p31/page/data')],
) {
    my ($referer, $back) = @$case;
    my $r = $site->get('/p31/page/data', Referer => $referer, Accept => 'application/json');
    is callback($site->json($r)->{url}), $back, "from a page: '$referer'";
    $r = $site->get('/p31/page/data', Referer => $referer, @html);
    is callback(location($r)), $site->url('/p31/page/data'), 'a page visit leads to the page itself';
}

for my $case (    # what is asked for, the callbackUrl
    ['/p31/page/',                      '/p31/page/'],
    ['/p31/page/?',                     '/p31/page/?'],
    ['/p31/page/a%20b%2Bc+d',           '/p31/page/a%20b%2Bc+d'],
    ['/p31/page/?callbackUrl=//evil',   '/p31/page/?callbackUrl=//evil'],
    ['/p31/page/?x=1&y=%26',            '/p31/page/?x=1&y=%26'],
    ['/p31/page//evil.example/',        '/p31/page//evil.example/'],
    ['/x/../p31/page/',                 '/x/../p31/page/'],
    ['/p31/page/' . 'a/' x 1500,        ''],
    ['/p31/page/?' . 'a' x 3000,        '/p31/page/'],
) {
    my ($path, $back) = @$case;
    my $answer = raw('unauthorized', "GET $path HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
    my ($to) = $answer =~ /^Location: (.*?)\r$/m;
    my $name = length $path > 50 ? substr($path, 0, 50) . '...' : $path;
    is callback($to), $site->url($back), "way back from $name";
}
for my $target ('http://evil.example/p31/page/', 'http://evil.example:1234/p31/page/?a', '//evil.example/../p31/page/') {
    my $answer = raw('unauthorized', "GET $target HTTP/1.0\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nAccept: text/html\r\n\r\n");
    my ($to) = $answer =~ /^Location: (.*?)\r$/m;
    next unless defined $to;
    is index($to, "$SIGNIN?"), 0, "GET $target: our own sign-in page";
    is index(callback($to), $site->url('/')), 0, 'and our own way back';
}
unlike raw('unauthorized', "GET /p31/page/\r HTTP/1.0\r\nAccept: text/html\r\n\r\n"), qr/^Location: .*\r\r/m,
    'a carriage return does not come back';

# --- the origin -----------------------------------------------------------------------------------

{
    my $trust = site('unauthorized_trust');
    my $r = $trust->get('/p31/page/', @html, 'X-Forwarded-Host' => 'front.example', 'X-Forwarded-Proto' => 'https');
    is location($r), 'https://front.example/auth/signin?callbackUrl=https%3A%2F%2Ffront.example%2Fp31%2Fpage%2F',
        'AuthJSTrustHost: the forwarded origin';
    for my $host ('a, b/c', 'b, ', 'a b', 'evil.example/x', 'user@host', 'h:99999', '', 'a"b', "a\\b") {
        my $r = $trust->get('/p31/page/', @html, 'X-Forwarded-Host' => $host);
        is $r->code, 400, "a host like '$host' is refused";
        is location($r), undef, 'and leads nowhere';
    }
    expect_error(qr/UntrustedHost: this request's own address/, 'malformed X-Forwarded-Host');
    $r = $site->get('/p31/page/', @html, 'X-Forwarded-Host' => 'evil.example', 'X-Forwarded-Proto' => 'https');
    is index(location($r), $SIGNIN), 0, 'without AuthJSTrustHost nothing forwarded counts';
}

# --- the other modes --------------------------------------------------------------------------------

for my $case (    # path, status of a page visit, of an API request
    ['signin',    302, 302],
    ['provider',  302, 401],
    ['providers', 302, 401],
    ['401',       401, 401],
    ['403',       403, 403],
    ['pass',      401, 401],
    ['pass/open', 200, 200],
) {
    my ($path, $visit, $api) = @$case;
    is $site->get("/p31/$path/index.html", @html)->code, $visit, "$path: a page visit";
    is $site->get("/p31/$path/index.html")->code, $api, "$path: an API request";
}
is $site->post('/p31/signin/index.html', [a => 1])->code, 303, 'signin: 303 for a POST';
like location($site->get('/p31/provider/index.html', @html)), qr/\?provider=second&callbackUrl=/,
    'provider:second is offered alone';
like $site->json($site->get('/p31/provider/index.html'))->{url}, qr/\?provider=second&callbackUrl=/,
    'also in the JSON';
like location($site->get('/p31/providers/index.html', @html)), qr/\?provider=second%2Ccredentials&callbackUrl=/,
    'AuthJSProviders are offered alone';
{
    my $r = $site->get('/p31/provider/index.html', @html);
    my $page = $site->get(location($r), @html)->decoded_content;
    like $page, qr{/auth/callback/second}, 'and the page has the form of the provider';
    unlike $page, qr{/auth/callback/credentials}, 'and no other';
}
{
    my $r = $site->get('/p31/401/index.html', @html);
    is $r->header('WWW-Authenticate'), 'AuthJS realm="a \\"quoted\\" name"', '401: AuthName is the realm';
    unlike $r->header('Content-Type'), qr/json/, 'a page visit gets a page';
    $r = $site->get('/p31/403/index.html');
    is $r->header('WWW-Authenticate'), undef, '403 asks for nothing';
    like $r->header('Cache-Control'), qr/no-store/, 'and is in no cache';
}

# --- pass: nobody becomes somebody --------------------------------------------------------------------

is $site->get('/p31/pass/open/who.cgi')->content, '', 'pass without a session: no user, no variable';
like $site->get('/p31/pass/open/who.cgi', Cookie => 'authjs.session-token=' . mint({ sub => '7' }))->content,
    qr/^AUTHJS_USER_ID=7$/m, 'with one: its variables';

# --- ErrorDocument is the administrator's ---------------------------------------------------------------

for my $case (
    ['document',  401, qr/^our own 401$/],
    ['text',      401, qr/^sorry, sign in/],
    ['default',   401, qr/<title>401 Unauthorized/],
) {
    my ($path, $status, $content) = @$case;
    my $r = $site->get("/p31/$path/index.html", Accept => 'application/json');
    is $r->code, $status, "ErrorDocument, $path";
    like $r->content, $content, 'is what is sent';
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
    is $r->header('WWW-Authenticate'), 'AuthJS realm="localhost"', 'with the challenge' if $status == 401;
    is $site->get("/p31/$path/index.html", @html)->code, 302, 'a page visit is sent to sign in all the same';
}

# --- connections stay usable ------------------------------------------------------------------------------

{
    my $request = "POST /p31/page/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    my $answers = raw('unauthorized', $request . "GET /p31/page/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    is scalar(() = $answers =~ m{HTTP/1\.1 401 }g), 2, 'two refusals over one connection';
}

done_testing;
