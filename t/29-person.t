# A page visit is a person waiting: who counts as one, and what a person, a frame and a program
# are each told.
use lib 't/lib';
use AuthJSTest;
use URI;
use URI::QueryParam;

my $site = site('person');
my $SIGNIN = $site->url('/auth/signin');
my @html = (Accept => 'text/html,application/xhtml+xml,*/*;q=0.8');
my @page = (@html, 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
my @jane = (Cookie => 'authjs.session-token=' . mint({ sub => '1', name => 'Jane', email => 'jane@example.com' }));
my @bob = (Cookie => 'authjs.session-token=' . mint({ sub => '2', name => 'Bob <b>', email => 'bob@example.com' }));

AuthJSTest::Env::write_file(root() . '/conf/users-29', 'jane@example.com:' . crypt(secret('password'), '$5$salt$') . "\n");
htdocs("p29/$_/index.html", 'inside')
    for qw(page signin 401 jane expr authorized nameless ours text default form elsewhere error);
htdocs('p29-403.html', 'our own 403');

sub callback { URI->new($_[0])->query_param('callbackUrl') }
sub plain { URI::Escape::uri_unescape($_[0] =~ s/&amp;/&/gr =~ s/&#39;/'/gr) }
sub fetched { ('Sec-Fetch-Mode' => $_[0], 'Sec-Fetch-Dest' => $_[1]) }

# --- who asks ------------------------------------------------------------------------------------

for my $case (    # name, what it is, headers
    ['a browser',                        person  => @page],
    ['Android WebView',                  person  => @page, 'X-Requested-With' => 'com.example.app'],
    ['an empty X-Requested-With',        person  => @page, 'X-Requested-With' => ''],
    ['an old WebView',                   person  => @html, 'X-Requested-With' => 'com.example.app'],
    ['an old WebView, empty',            person  => @html, 'X-Requested-With' => ''],
    ['XMLHttpRequest never navigates',   person  => @page, 'X-Requested-With' => 'XMLHttpRequest'],
    ['a worker passes a visit on',       person  => @html, fetched('navigate', 'empty')],
    ['a visit without Accept',           person  => fetched('navigate', 'document')],
    ['xhtml',                            person  => Accept => 'application/xhtml+xml'],
    ['an old library',                   program => @html, 'X-Requested-With' => 'XMLHttpRequest'],
    ['an old library, small letters',    program => @html, 'X-Requested-With' => 'xmlhttprequest'],
    ['a WebView\'s picture',             program => Accept => 'image/*', 'X-Requested-With' => 'com.example.app'],
    ['a worker asks itself',             program => @html, fetched('same-origin', 'empty')],
    (map { ["fetch, $_", program => @html, fetched($_, 'empty')] } qw(cors no-cors same-origin)),
    (map { ["element $_", program => @html, fetched('no-cors', $_)] } qw(image script style font audio
        video track worker sharedworker serviceworker manifest report object embed json xslt)),
    (map { ["element $_", frame => @html, fetched('navigate', $_)] } qw(iframe frame embed object
        fencedframe anything-new)),
    ['an old frame',                     frame   => @html, fetched('nested-navigate', 'nested-document')],
    ['fetched ahead',                    program => @page, 'Sec-Purpose' => 'prefetch'],
    ['prerendered',                      program => @page, 'Sec-Purpose' => 'prefetch;prerender'],
    ['fetched ahead, old Chrome',        program => @page, Purpose => 'prefetch'],
    ['fetched ahead, old Firefox',       program => @html, 'X-Moz' => 'prefetch'],
    ['a WebSocket',                      program => 'Sec-Fetch-Mode' => 'websocket', Upgrade => 'websocket', Connection => 'Upgrade'],
    ['curl',                             program => Accept => '*/*'],
    ['nothing said',                     'program'],
    ['a range of a page',                person  => @page, Range => 'bytes=0-3'],
) {
    my ($name, $asker, %headers) = @$case;
    my $r = $site->get('/p29/page/?a=b', %headers);
    is $r->code, $asker eq 'person' ? 302 : 401, "$name: $asker";
    if ($asker eq 'person') {
        is callback(location($r)), $site->url('/p29/page/?a=b'), 'comes back';
        next;
    }
    is location($r), undef, 'goes nowhere';
    is $r->header('Content-Type'), $asker eq 'frame' ? 'text/html' : 'application/json', 'is told so';
}
like raw('person', "GET /p29/page/ HTTP/1.0\r\n\r\n"), qr{\AHTTP/1\.1 401 .*\r\n\r\n\{"url":}s, 'HTTP/1.0 without any header';

# --- the way back --------------------------------------------------------------------------------

my $worker = $site->url('/sw.js');
for my $case (    # name, way back, headers
    ['a worker passes a visit on',  '/p29/page/data', @html, fetched('navigate', 'empty'), Referer => $worker],
    ['a worker asks itself',        '/p29/page/data', @html, fetched('same-origin', 'empty'), Referer => $worker],
    ['... whatever its name',       '/p29/page/data', @html, fetched('same-origin', 'empty'), Referer => $site->url('/worker?v=1')],
    ['... anything',                '/p29/page/data', Accept => '*/*', fetched('cors', 'empty'), Referer => "$worker?v=1"],
    ['... a module',                '/p29/page/data', Accept => '*/*', fetched('cors', 'empty'), Referer => $site->url('/w.mjs')],
    ['a script for data',           '/app',           Accept => '*/*', fetched('cors', 'empty'), Referer => $site->url('/app')],
    ['a library for HTML',          '/app',           @html, fetched('cors', 'empty'), 'X-Requested-With' => 'XMLHttpRequest', Referer => $site->url('/app')],
    ['a picture',                   '/app',           Accept => 'image/*', fetched('no-cors', 'image'), Referer => $site->url('/app')],
    ['of another site',             '/p29/page/data', Accept => '*/*', Referer => 'https://evil.example/'],
) {
    my ($name, $back, %headers) = @$case;
    my $r = $site->get('/p29/page/data', %headers);
    is callback(location($r) // $site->json($r)->{url}), $site->url($back), "back from: $name";
}
for my $case (
    ["/p29/page/?x=M\xfcller",         '/p29/page/?x=M%FCller'],
    ["/p29/page/\xfc?\xfc",            '/p29/page/%FC?%FC'],
    ["/p29/page/?x=M\xc3\xbcller",     '/p29/page/?x=M%C3%BCller'],
    ["/p29/page/?x=M%FCller",          '/p29/page/?x=M%FCller'],
    ["/p29/page/?\xff\xfe\x80",        '/p29/page/?%FF%FE%80'],
    ['/p29/page/?path=C:\\x',          '/p29/page/?path=C:%5Cx'],
    [map { "/p29/page/?" . join '', map { chr } grep { chr !~ /[#%\\]/ } 0x21 .. 0x7e } 1 .. 2],
) {
    my ($path, $back) = @$case;
    my $answer = raw('person', "GET $path HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
    my ($to) = $answer =~ /^Location: (.*?)\r$/m;
    is callback($to), $site->url($back), 'back to ' . $back;
    my ($field) = $site->get($to, @page)->decoded_content =~ /name="callbackUrl" value="(.*?)"/;
    is plain($field), plain($site->url($back)), 'by way of a sign-in page';
}

# --- in a frame ----------------------------------------------------------------------------------

for my $path ('page', '401', 'signin') {
    my $r = $site->get("/p29/$path/?\"<b>", @html, fetched('navigate', 'iframe'), Referer => $site->url('/around'));
    is $r->code, 401, "$path in a frame";
    my ($top, $url) = $r->content =~ /<a target="(.*?)" href="(.*?)">/;
    is $top, '_top', 'leads out of the frame';
    is $url, "$SIGNIN?callbackUrl=" . URI::Escape::uri_escape($site->url('/around')), 'to the sign-in page, and back to the page around';
    is $r->header('X-Frame-Options'), undef, 'may be framed';
    like $r->header('Content-Security-Policy'), qr/default-src 'none'/, 'loads nothing';
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
}
is location(site('person_pages')->get('/p29/signin/', @html, fetched('navigate', 'iframe')))
    =~ s/\?.*//r, site('person_pages')->url('/auth/signin'), 'a sign-in page of the site may be framed';

# --- signed in, and not allowed -------------------------------------------------------------------

for my $path (qw(jane expr authorized nameless)) {
    my $r = $site->get("/p29/$path/index.html?a=1", @page, @bob);
    is $r->code, 403, "$path: 403";
    is $site->get("/p29/$path/index.html", @page, @jane)->code, 200, 'not for others' unless $path eq 'nameless';
    is $r->header('Content-Type'), 'text/html', 'a page';
    like $r->content, qr{<strong>Bob &lt;b&gt;</strong> \(bob\@example\.com\)}, 'that says who one is';
    my ($switch) = $r->content =~ /<a class="submit" href="(.*?)"/;
    is $switch =~ s/\?.*//r, $site->url('/auth/signout'), 'and switches';
    is callback($switch), $site->url("/p29/$path/index.html?a=1"), 'and comes back';
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
    is $r->header('X-Frame-Options'), 'DENY', 'in no frame';
    is_deeply [set_cookies($r)], [], 'without a cookie';

    $r = $site->get("/p29/$path/index.html", Accept => 'application/json', @bob);
    is $r->code, 403, 'a program: 403';
    is $r->header('Content-Type'), 'application/json', 'JSON';
    is_deeply [sort keys %{ $site->json($r) }], ['error', 'url'], 'that says so';
    is $r->header('WWW-Authenticate'), undef, 'asked for nothing';

    $r = $site->get("/p29/$path/index.html", @html, @bob, fetched('navigate', 'iframe'), Referer => $site->url('/around'));
    is $r->code, 403, 'a frame: 403';
    like $r->content, qr{target="_top" href="\Q@{[$site->url("/p29/$path/index.html")]}\E"}, 'a line that leads out of it';
    unlike $r->content, qr/bob|Bob/, 'without a name';

    $r = $site->head("/p29/$path/index.html", @page, @bob);
    is $r->code . $r->content, '403', 'HEAD';
}
for my $case (['ours', qr/^our own 403$/], ['text', qr/^our own text$/], ['default', qr/<title>403 Forbidden/]) {
    my ($path, $content) = @$case;
    like $site->get("/p29/$path/index.html", @$_, @bob)->content, $content, "ErrorDocument, $path" for [@page], [];
}
{
    # One whole walk: refused, signed out, signed in as somebody else, on the page.
    my $visitor = browser('person');
    $visitor->set_cookie_value('authjs.session-token', mint({ sub => '2', email => 'bob@example.com' }));
    my ($switch) = $visitor->get('/p29/jane/index.html', @page)->content =~ /<a class="submit" href="(.*?)"/;
    my ($form) = $visitor->get($switch, @page)->content =~ /<form(.*?)<\/form>/s;
    my %field = $form =~ /name="(.*?)" value="(.*?)"/g;
    my $r = $visitor->post('/auth/signout', [%field], @page);
    is location($r), $site->url('/p29/jane/index.html'), 'signed out, and back on the page';
    is $visitor->cookie('authjs.session-token'), undef, 'without a session';
    $r = $visitor->get(location($r), @page);
    is location($r), "$SIGNIN?callbackUrl=" . URI::Escape::uri_escape($site->url('/p29/jane/index.html')), 'which asks to sign in';
    $visitor->get(location($r), @page);
    $r = $visitor->credentials('credentials', [username => 'jane@example.com', password => secret('password')], @page);
    is location($r), $site->url('/p29/jane/index.html'), 'as somebody else';
    is $visitor->get(location($r), @page)->code, 200, 'who is let in';
}
# --- mod_auth_form's habit: an endpoint as the ErrorDocument ----------------------------------------

{
    my $r = $site->get('/p29/form/index.html?a=1', @page);
    is $r->code, 401, 'ErrorDocument 401 /auth/signin: the status of the refusal';
    like $r->content, qr/<h1>Sign in/, 'with the sign-in page';
    is +($r->content =~ /name="callbackUrl" value="(.*?)"/)[0], $site->url('/p29/form/index.html?a=1'), 'which leads to what was asked for';
    is $r->header('WWW-Authenticate'), 'AuthJS realm="localhost"', 'and the challenge';
    is $site->request(HEAD => '/p29/form/index.html', {@page})->code, 401, 'HEAD too';

    my $visitor = browser('person');
    $r = $visitor->get('/p29/form/index.html?a=1', @page);
    my ($form) = $r->content =~ m{<form[^>]*/auth/callback/credentials.*?>(.*?)</form>}s;
    my %field = $form =~ /type="hidden" name="(.*?)" value="(.*?)"/g;
    $r = $visitor->post('/auth/callback/credentials', [%field, username => 'jane@example.com', password => secret('password')], @page);
    is location($r), $site->url('/p29/form/index.html?a=1'), 'its form leads there';
    is $visitor->get(location($r), @page)->code, 200, 'and is a way in';

    $r = $site->post('/p29/form/index.html', [a => 1], @page);
    is $r->code, 401, 'a form that was sent';
    is +($r->content =~ /name="callbackUrl" value="(.*?)"/)[0], $site->url('/p29/form/index.html'), 'is asked for as a page';

    $r = $site->get('/p29/form/index.html', Accept => 'application/json', Referer => $site->url('/app'));
    is $r->code, 401, 'a program: 401';
    is callback($site->json($r)->{url}), $site->url('/app'), 'and JSON that leads to its page';
    is_deeply [set_cookies($r)], [], 'without cookies';

    $r = $site->get('/p29/form/index.html', @html, fetched('navigate', 'iframe'), Referer => $site->url('/around'));
    is $r->code, 401, 'a frame: 401';
    like $r->content, qr{<a target="_top" href="\Q$SIGNIN\E\?callbackUrl=[^"]*around"}, 'and the line';
    is $r->header('X-Frame-Options'), undef, 'which is shown';

    is +($site->get('/p29/elsewhere/index.html', @page)->content =~ /name="callbackUrl" value="(.*?)"/)[0], $site->url('/start'),
        'a callbackUrl that the administrator wrote comes first';
    for my $case ([401, 'error'], [403, 'error', @bob]) {
        my ($status, $path, @who) = @$case;
        is $site->get("/p29/$path/index.html", @page, @who)->code, $status, "an error page as the document of a $status keeps it";
    }
    is +($site->get('/auth/signin', @page, Cookie => 'authjs.callback-url=' . $site->url('/x'))->content =~ /name="callbackUrl" value="(.*?)"/)[0],
        $site->url('/x'), 'elsewhere the cookie counts';

    $r = $site->get('/p29/form/index.html?a=1', @page, @bob);
    is $r->code, 403, 'ErrorDocument 403 /auth/signout: the status of the refusal';
    like $r->content, qr/<h1>Sign out/, 'with the sign-out page';
    is +($r->content =~ /name="callbackUrl" value="(.*?)"/)[0], $site->url('/p29/form/index.html?a=1'), 'which leads to what was asked for';
    $r = $site->get('/p29/form/index.html', @bob);
    is $r->code . $site->json($r)->{error}, '403AccessDenied', 'a program: 403 and JSON';
    $r = $site->get('/p29/form/index.html?a=1', @html, @bob, fetched('navigate', 'iframe'), Referer => $site->url('/around'));
    is $r->code, 403, 'a frame: 403';
    like $r->content, qr{target="_top" href="\Q@{[$site->url('/p29/form/index.html?a=1')]}\E"}, 'a line that leads to the page';

    $r = site('person_pages')->get('/p29/page/?a=1', @page);
    is $r->code, 302, 'a sign-in page of the site';
    is callback(location($r)), site('person_pages')->url('/p29/page/?a=1'), 'is where the visitor is sent';
    $r = site('person_pages')->get('/p29/page/');
    is $r->code, 401, 'a program is not';
    $r = $site->get('/p29/page/nothing.html', @page, @jane);
    is $r->code, 404, 'any other ErrorDocument keeps its status';
    unlike $r->content, qr/nothing\.html"/, 'and leads nowhere in particular';
}

# --- endpoints --------------------------------------------------------------------------------------

sub leads_on {
    my ($r, $name) = @_;
    is $r->header('Content-Type'), 'text/html', "$name: a page";
    like $r->content, qr{<a class="submit" href="\Q$SIGNIN\E">}, 'that leads on';
    is_deeply [set_cookies($r)], [], 'without cookies';
    like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
}
for my $case (
    [200, map { "/auth$_" } '', '/', '//', '?x', '/callback', '/callback/', '/callback/github', '/callback/github/', '/callback/credentials', '/callback/github?'],
    [404, map { "/auth/$_" } qw(nothing nothing/ SIGNIN session/x signin/github/x callback/unknown callback/github/x
        webauthn-options a%20b signin;x callback/credentials?code=x)],
    [400, '/auth/signin?%00', '/auth/signin?' . join '&', ('a=b') x 300],
) {
    my ($status, @paths) = @$case;
    for my $path (@paths) {
        my $name = substr $path, 0, 40;
        my $r = $site->get($path, @page);
        is $r->code, $status, "GET $name";
        leads_on($r, $name);
        is $site->head($path, @page)->code, $path =~ /\?code/ ? 200 : $status, 'HEAD';
        isnt $site->get($path)->header('Content-Type') // '', 'text/html', 'nothing of it for a program';
    }
}
{
    my $r = $site->post('/auth/signout', 'a' x 70000, @page, 'Content-Type' => 'application/x-www-form-urlencoded');
    is $r->code, 413, 'a form that is too large';
    leads_on($r, 'it');
    $r = $site->post('/auth/signout', 'a=%ff', @page, 'Content-Type' => 'application/x-www-form-urlencoded');
    is $r->code, 400, 'a form that is no text';
    leads_on($r, 'it');
    is location(site('person_pages')->get('/auth/callback/unknown?x', @page)), site('person_pages')->url('/oops?error=Configuration'),
        'an error page of the site is for what goes wrong';
    is site('person_pages')->get('/auth/callback/github?x', @page)->code, 302, 'in whatever way';
}
for my $case (["/auth/signin?callbackUrl=/p?x=M\xfcller", '/p?x=M%FCller'], ['/auth/signin?callbackUrl=%2Fp%3Fx%3DM%FCller', '/p?x=M%FCller'],
    ["/auth/signin?callbackUrl=/p?x=M\xc3\xbcller\xc3", '/p?x=M%C3%BCller%C3'], ["/auth/signin?callbackUrl=/p?x=M\xc3\xbcller", '/p?x=M%C3%BCller']) {
    my ($path, $back) = @$case;
    my $answer = raw('person', "GET $path HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
    is +($answer =~ /name="callbackUrl" value="(.*?)"/)[0], $site->url($back), "any bytes in a callbackUrl: $back";
    like raw('person', "GET $path HTTP/1.0\r\nHost: localhost\r\n\r\n"), $path =~ /ller$/ && $path =~ /\xc3\xbc/ ? qr{\A\S+ 200 } : qr{\A\S+ 400 }, 'of a program only UTF-8';
}

# Where all is protected, too: nobody has to sign in to be told so.
for my $path ('', '/', '//', '?x') {
    is site('person_all')->get("/auth$path", @page)->code, 200, "GET /auth$path of a site that is protected as a whole";
    is site('person_all')->get("/auth$path")->code, 400, 'of a program';
}
is site('person_all')->get($_, @page)->code, 302, "GET $_ is protected" for '/', '/authx', '/auth/..', '/auth/%2e', '/auth;x';

# HEAD says what GET would, and does nothing.
{
    my $visitor = browser('person');
    my $csrf = $visitor->csrf;
    for my $path (qw(signin signout error?error=AccessDenied verify-request csrf providers error?error=Configuration nothing)) {
        my $head = $visitor->head("/auth/$path", @page);
        my $get = $visitor->get("/auth/$path", @page);
        is $head->code, $get->code, "HEAD $path";
        is $head->header($_), $get->header($_), "its $_" for qw(Content-Type Content-Length Cache-Control Content-Security-Policy);
        is $head->content, '', 'no body';
        is_deeply [set_cookies($head)], [], 'no cookie';
    }
    is_deeply [set_cookies($site->head("/auth/$_", @page, @jane))], [], "HEAD $_ sets nothing" for qw(signin session csrf signout callback/github callback/github?code=x&state=y);
    is $site->head('/auth/session', @jane)->code, 200, 'HEAD session';
    is $site->head('/auth/session')->header('Content-Type'), 'application/json', 'is JSON';
    my $r = $visitor->sign_in('github');
    my @checks = sort keys %{ $visitor->cookies };
    $r = $visitor->head('/auth/callback/github?code=c&state=s', @page);
    is $r->code, 200, 'HEAD of a callback';
    is location($r), undef, 'leads nowhere';
    is_deeply [sort keys %{ $visitor->cookies }], \@checks, 'and uses nothing up';
    is $visitor->csrf, $csrf, 'nor the CSRF token';
}

# Nothing is fetched ahead from an endpoint: it would be done before anybody wants it.
for my $path (qw(signin callback/github?code=c&state=s session signout nothing)) {
    my $r = $site->get("/auth/$path", @page, 'Sec-Purpose' => 'prefetch;prerender');
    is $r->code, 503, "$path is not fetched ahead";
    is_deeply [set_cookies($r), $r->content], [''], 'and leaves nothing';
}
is $site->get('/auth/signin', @page, Range => 'bytes=0-3')->code, 200, 'a page is never sent in parts';
for my $path (qw(signin callback/credentials error session)) {
    my $r = site('person_trust')->get("/auth/$path", @page, 'X-Forwarded-Host' => 'a b');
    is $r->code . $r->header('Content-Type'), '500text/html', "an address that is not known, $path: a page";
}
expect_error(qr/AuthJS: UntrustedHost:/, 'forwarded headers that cannot be an origin');

expect_error(qr/AH01631: user \S+: authorization failure for "\/p29/, 'Require refuses someone');
allow_error(qr/AH01630: client denied by server configuration/, 'Require expr refuses someone');

done_testing;
