# AuthJSPreservePost: a form that was sent without a session is kept in the browser, sealed, and
# sent again after the sign-in, by whom it was meant for and by nobody else.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;
use HTML::Entities qw(decode_entities);
use URI;
use URI::QueryParam;

my $base = url('preserve');
my @page = (Accept => 'text/html', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
my @own = (@page, 'Sec-Fetch-Site' => 'same-origin', Origin => $base);
my $form_type = 'application/x-www-form-urlencoded';
my @form = (title => 'A "quoted" <b>title</b>', text => "one\r\ntwo & three = 3 %41 +", empty => '',
    tag => 'a', tag => "\xc5\xbe", submit => 'Save');
my $SECRET = 'not-for-any-log-4711';

AuthJSTest::Env::write_file(root() . '/conf/users-29p',
    join '', map "$_:" . crypt(secret('password'), '$5$salt$') . "\n", qw(alice bob));
for my $place (qw(page off 401 403 signin document other any)) {
    htdocs("p29p/$place/echo.cgi", <<'CGI', 0755);
#!/usr/bin/perl
read STDIN, my $body, $ENV{CONTENT_LENGTH} // 0;
print "Content-Type: text/plain\n\n$ENV{REMOTE_USER} $ENV{REQUEST_METHOD} $ENV{QUERY_STRING}\n$body";
CGI
}

# What the page of a kept form says: {sealed, sign_in, form}.
sub kept {
    my ($r) = @_;
    return undef unless $r->code == 401 && $r->header('Content-Type') eq 'text/html';
    my ($sealed) = $r->content =~ m{<p id="kept" hidden>([\w.-]+)</p>} or return undef;
    my ($sign_in) = $r->content =~ m{<a id="next"[^>]* href="([^"]*)"};
    my ($form) = forms($r->content);
    return { sealed => $sealed, sign_in => decode_entities($sign_in), form => $form };
}
# The names and values of a form, in their order.
sub fields { map { decode_entities($_) } $_[0] =~ m{<input type="hidden" name="([^"]*)" value="([^"]*)">}g }
sub query { URI->new($_[0])->query_param($_[1]) }
sub encoded { my $u = URI->new('http:'); $u->query_form(@_); $u->query }
sub keep { my ($browser, $path, $form, @headers) = @_; $browser->post($path // '/p29p/page/echo.cgi?a=b', $form // \@form, @headers ? @headers : @own) }
sub sign_in { $_[0]->credentials($_[2] // 'credentials', [username => $_[1], password => secret('password')]) }
sub resend {
    my ($browser, $sealed, %headers) = @_;
    %headers = (@own, 'Referer' => "$base/auth/resend") unless %headers;
    return $browser->post('/auth/resend', [csrfToken => $browser->csrf, form => $sealed], %headers);
}

# --- from the form to the application -----------------------------------------------------------

{
    my $browser = browser('preserve');
    my $r = keep($browser);
    my $kept = kept($r) or BAIL_OUT('nothing is kept');
    page_is_sound($r, $base, 'kept');
    is $r->header('Location'), undef, 'no redirect';
    is $r->header('WWW-Authenticate'), 'AuthJS realm="localhost"', 'a 401 with its challenge';
    is $kept->{form}{action}, "$base/p29p/page/echo.cgi?a=b", 'without JavaScript the page sends it where it was sent';
    is encoded(fields($r->content)), encoded(@form), 'with all its fields in their order';
    is_deeply [URI->new($kept->{sign_in})->query_form], [callbackUrl => "$base/auth/resend"],
        'the sign-in page leads to where it is sent again';
    like set_cookie($r, 'authjs.csrf-token')->{value}, qr/./, 'it is bound to the CSRF cookie';
    unlike $kept->{sealed} . $kept->{sign_in} . join('', map $_->{value}, set_cookies($r)), qr/title|quoted/,
        'what is kept is sealed; neither an address nor a cookie has any of it';

    $r = $browser->get('/auth/resend', @page);
    is query(location($r), 'callbackUrl'), "$base/auth/resend", 'without a session: signed in first';
    is sign_in($browser, 'alice')->code, 302, 'alice signs in';
    $r = $browser->get('/auth/resend', @page);
    page_is_sound($r, $base, 'resend');
    my ($form) = forms($r->content);
    is "$form->{method} $form->{action}", "POST $base/auth/resend", 'a form takes it from the browser';
    is_deeply $form->{fields}, { csrfToken => $browser->csrf, form => '' }, 'with the CSRF token';

    $r = resend($browser, $kept->{sealed});
    is $r->code, 200, 'opened';
    page_is_sound($r, $base, 'send');
    is encoded(fields($r->content)), encoded(@form), 'the fields as they were';
    ($form) = forms($r->content);
    is $form->{action}, "$base/p29p/page/echo.cgi?a=b", 'to where they were sent';
    unlike $r->content, qr/\.submit\.call/, 'who sent it is not known: the visitor is asked';
    like $browser->post('/p29p/page/echo.cgi?a=b', [fields($r->content)], @own)->content,
        qr{\Acredentials:alice POST a=b\n\Q${\encoded(@form)}\E\z}, 'and the application gets it';

    $r = resend($browser, $kept->{sealed});
    is $r->code, 403, 'once';
    page_is_sound($r, $base, 'lost');
    unlike $r->content, qr/quoted/, 'and it is not shown again';
}

# --- whose it is ----------------------------------------------------------------------------------

sub expired { mint({ sub => $_[0], provider => $_[1] // 'credentials', name => $_[0] }, now => time - 7200, max_age => 3600) }
for my $case (    # who was signed in, who signs in, with what, answer
    ['alice', 'credentials', 'alice', 'credentials', 'by itself'],
    ['alice', 'credentials', 'bob',   'credentials', 'not'],
    ['bob',   'credentials', 'alice', 'credentials', 'not'],
    ['alice', 'other',       'alice', 'credentials', 'not'],
) {
    my ($was, $by, $is, $with, $answer) = @$case;
    my $browser = browser('preserve');
    my $kept = kept(keep($browser, undef, undef, @own, Cookie => 'authjs.session-token=' . expired($was, $by)));
    ok $kept, "the session of $was ended";
    sign_in($browser, $is, $with);
    my $r = resend($browser, $kept->{sealed});
    is $r->code, $answer eq 'not' ? 403 : 200, "$is ($with) signs in after $was ($by): $answer";
    if ($answer eq 'not') { unlike $r->content, qr/quoted|submit\.call/, 'nothing of it is shown' }
    else { like $r->content, qr/\.submit\.call/, 'sent by itself' }
}
{
    my $browser = browser('preserve');
    sign_in($browser, 'alice');
    my $kept = kept(keep($browser, '/p29p/other/echo.cgi'));
    ok $kept, 'a session that does not count here';
    is query($kept->{sign_in}, 'provider'), 'other', 'the providers that do';
    unlike resend($browser, $kept->{sealed})->content, qr/submit\.call/, 'says nothing about who sent it';
    is kept($browser->post('/p29p/other/echo.cgi', \@form, @own, Referer => "$base/auth/resend")), undef,
        'what was sent again and is refused again does not go round for ever';
}

# --- not in another browser, not at another site, not when it was changed ----------------------------

{
    my ($browser, $thief) = (browser('preserve'), browser('preserve'));
    my $kept = kept(keep($browser));
    sign_in($_, 'alice') for $browser, $thief;
    my $sealed = $kept->{sealed};
    my ($head, $key, $iv, $text, $tag) = split /\./, $sealed, 5;
    my %wrong = (
        'another browser'   => [$thief, $sealed],
        'cut off'           => [$browser, substr $sealed, 0, -1],
        'changed'           => [$browser, join '.', $head, $key, $iv, substr($text, 0, 40) . ($text =~ /^.{40}A/s ? 'B' : 'A') . substr($text, 41), $tag],
        'empty'             => [$browser, ''],
        'no token'          => [$browser, '<script>alert(1)</script>'],
        'a session'         => [$browser, mint({ sub => 'alice', form => 'a=b', url => "$base/p29p/page/", csrf => $browser->csrf, jti => 'x' })],
        'a kind of state'   => [$browser, mint({ form => 'a=b', url => "$base/p29p/page/", csrf => $browser->csrf, jti => 'x' }, salt => 'encodedState')],
        'too old'           => [$browser, mint({ form => 'a=b', url => "$base/p29p/page/", csrf => $browser->csrf, jti => 'x' }, salt => 'keptForm', now => time - 1000, max_age => 900)],
        'another origin'    => [$browser, mint({ form => 'a=b', url => url('preserve_beside') . '/p29p/page/', csrf => $browser->csrf, jti => 'x' }, salt => 'keptForm')],
        'a script for URL'  => [$browser, mint({ form => 'a=b', url => 'javascript:alert(1)', csrf => $browser->csrf, jti => 'x' }, salt => 'keptForm')],
    );
    for my $name (sort keys %wrong) {
        my ($who, $token) = @{ $wrong{$name} };
        my $r = resend($who, $token);
        is $r->code, 403, "$name: refused";
        unlike $r->content, qr/quoted|<form|alert/, 'and nothing is sent';
    }
    for my $case (['of another origin', 'Sec-Fetch-Site' => 'cross-site', Origin => 'http://evil.test'],
        ['of a sibling', 'Sec-Fetch-Site' => 'same-site', Origin => 'http://evil.localhost'],
        ['of an old browser, elsewhere', Origin => 'http://evil.test'], ['typed', 'Sec-Fetch-Site' => 'none'],
        ['of nobody']) {
        my ($name, %from) = @$case;
        is resend($browser, $sealed, @page, %from)->code, 403, "asked for by a page $name";
    }
    is location($browser->post('/auth/resend', [form => $sealed], @own)), "$base/auth/signin?error=MissingCSRF",
        'nor without the CSRF token';
    is resend($browser, $sealed)->code, 200, 'and is good all the same';
    is browser('preserve_not')->get('/auth/resend', @page)->code, 404, 'no such endpoint where nothing is kept';
}

# --- what is kept ------------------------------------------------------------------------------------

my %is_kept = (
    'no metadata, Origin ours'            => [1, [], Accept => 'text/html', Origin => $base],
    'Origin hidden by a Referrer-Policy'  => [1, [], @page, 'Sec-Fetch-Site' => 'same-origin', Origin => 'null'],
    'no Origin'                           => [1, [], @page, 'Sec-Fetch-Site' => 'same-origin'],
    'a cross-site form'                   => [0, [], @page, 'Sec-Fetch-Site' => 'cross-site', Origin => 'http://evil.test'],
    'a cross-site form says our Origin'   => [0, [], @page, 'Sec-Fetch-Site' => 'cross-site', Origin => $base],
    'a sibling\'s form'                   => [0, [], @page, 'Sec-Fetch-Site' => 'same-site', Origin => 'http://a.localhost'],
    'ours, says it is another\'s'         => [0, [], @page, 'Sec-Fetch-Site' => 'same-origin', Origin => 'http://evil.test'],
    'Origin null alone'                   => [0, [], Accept => 'text/html', Origin => 'null'],
    'two Origins'                         => [0, [], Accept => 'text/html', Origin => "$base, http://evil.test"],
    'Origin with a path'                  => [0, [], Accept => 'text/html', Origin => "$base/"],
    'another port'                        => [0, [], Accept => 'text/html', Origin => url('preserve_beside')],
    'no word about where it is from'      => [0, [], Accept => 'text/html'],
    'typed or reloaded'                   => [0, [], @page, 'Sec-Fetch-Site' => 'none'],
    'a script'                            => [0, [], @own, 'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty'],
    'a frame'                             => [0, [], @own, 'Sec-Fetch-Dest' => 'iframe'],
    'XMLHttpRequest'                      => [0, [], Accept => 'text/html', Origin => $base, 'X-Requested-With' => 'XMLHttpRequest'],
    'files'                               => [0, ["--x\r\n\r\na\r\n--x--"], @own, 'Content-Type' => 'multipart/form-data; boundary=x'],
    'plain text'                          => [0, ["a=b"], @own, 'Content-Type' => 'text/plain'],
    'JSON'                                => [0, ['{"a":"b"}'], @own, 'Content-Type' => 'application/json'],
    'a type that only begins so'          => [0, ["a=b"], @own, 'Content-Type' => "${form_type}x"],
    'no type'                             => [0, ["a=b"], @own],
    'UTF-8, said'                         => [1, ["a=b"], @own, 'Content-Type' => "$form_type; charset=UTF-8"],
    'another charset'                     => [0, ["a=b"], @own, 'Content-Type' => "$form_type; charset=iso-8859-1"],
    'compressed'                          => [0, ["a=b"], @own, 'Content-Type' => $form_type, 'Content-Encoding' => 'gzip'],
    'an umlaut of Latin 1'                => [0, ["a=%FC"], @own, 'Content-Type' => $form_type],
    'a NUL'                               => [0, ["a=%00"], @own, 'Content-Type' => $form_type],
    'nothing in it'                       => [1, [""], @own, 'Content-Type' => $form_type],
    '256 fields'                          => [1, [join '&', ('a=b') x 256], @own, 'Content-Type' => $form_type],
    '257 fields'                          => [0, [join '&', ('a=b') x 257], @own, 'Content-Type' => $form_type],
    '16 KiB'                              => [1, ['a=' . 'x' x (16 * 1024 - 2)], @own, 'Content-Type' => $form_type],
    'more than that'                      => [0, ['a=' . 'x' x (16 * 1024 - 1)], @own, 'Content-Type' => $form_type],
    'much more'                           => [0, ['a=' . 'x' x 2_000_000], @own, 'Content-Type' => $form_type],
    'all of it markup'                    => [1, ['a=' . '<"\'%26' x 2700], @own, 'Content-Type' => $form_type],
    'as lies about a length'              => [0, ['a=b'], @own, 'Content-Type' => $form_type, 'Transfer-Encoding' => 'nonsense'],
);
for my $name (sort keys %is_kept) {
    my ($yes, $body, %headers) = @{ $is_kept{$name} };
    my $r = browser('preserve')->post('/p29p/page/echo.cgi', @$body ? $body->[0] : [a => 'b'], %headers);
    if ($yes) { ok kept($r), "$name: kept" or diag $r->code }
    else {
        is kept($r), undef, "$name: not kept";
        like $r->code, qr/^(?:303|401|400|501)$/, 'and refused as without the directive: ' . $r->code;
        unlike $r->header('Set-Cookie') // '', qr/csrf/, 'without a word';
    }
}
for my $place (['off', 303], ['401', 401], ['403', 403], ['document', 303]) {
    my ($where, $status) = @$place;
    my $r = keep(browser('preserve'), "/p29p/$where/echo.cgi");
    is $r->code, $status, "$where: not kept";
    is kept($r), undef, 'no page';
}
ok kept(keep(browser('preserve'), '/p29p/signin/echo.cgi')), 'signin: kept';
is keep(browser('preserve_not'), undef, undef, @page, Origin => url('preserve_not'))->code, 303, 'off by default';
is kept(browser('preserve')->request('PUT', '/p29p/page/echo.cgi', { @own, 'Content-Type' => $form_type }, 'a=b')), undef,
    'PUT: not kept';
is kept(keep(browser('preserve'), '/p29p/page/echo.cgi?' . 'x' x 2100)), undef, 'a long address: not kept';
{
    my $r = keep(browser('preserve'), "/p29p/page/echo.cgi?%22%3E%3Cscript%3E&a='\"<b>\xfc");
    ok kept($r), 'a hostile address: kept';
    page_is_sound($r, $base, 'a hostile address');
    unlike $r->content =~ s/<script>.*?<\/script>//sr, qr/<script|<b>/, 'and escaped';
    $r = keep(browser('preserve'), '//evil.test/../p29p/page/echo.cgi');
    is kept($r) && kept($r)->{form}{action}, "$base//evil.test/../p29p/page/echo.cgi", 'an address that looks like another host'
        if kept($r);
}
for my $violation (@violations) {
    my $r = keep(browser('preserve'), undef, [$violation => $violation]);
    my $html = page_is_sound($r, $base, "a field $violation");
    is index($html =~ s/ (?:name|value)="[^"]*"//gr, $violation), -1, 'is not repeated as it is';
    is encoded(fields($html)), encoded($violation => $violation), 'and comes back as it was';
}
is kept(keep(browser('preserve'), '/p29p/any/echo.cgi')), undef, 'Satisfy Any, where others have a say: not kept';
# With a session nothing changes.
{
    my $browser = browser('preserve');
    sign_in($browser, 'alice');
    like keep($browser)->content, qr{\Acredentials:alice POST a=b\n\Q${\encoded(@form)}\E\z}, 'with a session: sent at once';
}
# Chunked, and over a connection that is used again.
{
    my $body = 'a=chunked';
    my $head = "POST /p29p/page/echo.cgi HTTP/1.1\r\nHost: localhost:" . URI->new($base)->port . "\r\nAccept: text/html\r\n"
        . "Origin: $base\r\nContent-Type: $form_type\r\n";
    my $answers = raw('preserve', $head . sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", length $body, $body)
        . $head . "Content-Length: 20000\r\n\r\na=" . 'x' x 19998
        . $head . "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" . sprintf("%x\r\na=%s\r\n0\r\n\r\n", 20002, 'x' x 20000));
    is join(' ', $answers =~ m{^HTTP/1\.1 (\d+)}mg), '401 303 303', 'chunked: kept; too large, then: sent to sign in';
    like $answers, qr/name="a" value="chunked"/, 'with its field';
}
# Nothing of it stands in a log.
{
    my $browser = browser('preserve');
    my $from = log_offset();
    my $kept = kept(keep($browser, undef, [password => $SECRET]));
    sign_in($browser, 'bob');
    resend($browser, $kept->{sealed}) for 1, 2;
    my $log = error_log_since($from);
    like $log, qr/a kept form is not sent: it was sent before/, 'the log says why';
    unlike $log, qr/\Q$SECRET\E|\Q$kept->{sealed}\E/, 'and nothing of what was in it';
}

# --- the directive -------------------------------------------------------------------------------------

my $site = 'AuthJSSecret ' . secret('auth_secret') . "\n<AuthJSProvider credentials>\nAuthUserFile conf/users\n</AuthJSProvider>\n";
for my $case (
    ['AuthJSPreservePost maybe', qr/AuthJSPreservePost must be On or Off/],
    ["AuthJSSkipCSRFCheck On\nAuthJSPreservePost On", qr/AuthJSPreservePost: a form is kept for the browser that holds the CSRF token; leave out AuthJSSkipCSRFCheck/],
    ["AuthJSSkipCSRFCheck On\n<Location /x>\nAuthJSPreservePost On\n</Location>", qr/leave out AuthJSSkipCSRFCheck/],
) {
    my ($status, $output) = configtest("$site$case->[0]\n");
    ok $status, "$case->[0]: refused";
    like $output, $case->[1], 'with what to write';
}
for my $conf ("AuthJSPreservePost On\n", "AuthJSSkipCSRFCheck On\nAuthJSPreservePost Off\n", "<Location /x>\nAuthJSPreservePost On\n</Location>\n") {
    my ($status, $output) = configtest("$site$conf");
    is $status, 0, "$conf: accepted" or diag $output;
}

done_testing;
