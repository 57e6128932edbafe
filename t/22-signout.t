# Sign-out: what ends, where it leads, what it takes.
use lib 't/lib';
use AuthJSTest;

my $SESSION = 'authjs.session-token';
my $base = url('signout');
htdocs('private/index.html', 'private');

sub signed_in {
    my (%claims) = @_;
    my $browser = browser('signout');
    $browser->set_cookie_value($SESSION, mint({ sub => '1', name => 'bob', provider => 'credentials', %claims }));
    is $browser->get('/private/')->code, 200, 'signed in';
    return $browser;
}

# As the page does it.
{
    my $browser = signed_in();
    my $page = $browser->get('/auth/signout?callbackUrl=/bye');
    is $page->code, 200, 'GET signout asks';
    is $browser->get('/private/')->code, 200, 'and changes nothing';
    my ($action) = $page->content =~ /<form[^>]* action="\Q$base\E([^"]*)"/;
    my %fields = $page->content =~ /name="(\w+)" value="([^"]*)"/g;
    my $r = $browser->post($action, [%fields]);
    is $r->code, 302, 'its form signs out';
    is location($r), "$base/bye", 'leads to the callback URL';
    my $cookie = set_cookie($r, $SESSION);
    is_deeply [@$cookie{qw(value max-age path httponly samesite)}], ['', 0, '/', 1, 'Lax'],
        'deletes the session cookie';
    is $cookie->{expires}, undef, 'by Max-Age alone, as Auth.js does';
    is $browser->cookie($SESSION), undef, 'which is gone';
    is $browser->session, undef, 'no session';
    is $browser->get('/private/', Accept => 'text/html')->code, 302, 'no way in';
}

# As the client library does it.
{
    my $browser = signed_in();
    my $r = $browser->sign_out([callbackUrl => "$base/bye"], 'X-Auth-Return-Redirect' => 1);
    is $r->code . $r->content, qq(200{"url":"$base/bye"}), 'X-Auth-Return-Redirect: JSON';
    is location($r), "$base/bye", 'with Location';
    is $browser->session, undef, 'no session';
}

# Of a session in chunks every chunk goes, and what is stale with it.
{
    my $browser = signed_in();
    $browser->set_cookie_value($SESSION, '', expires => 1);
    my $token = mint({ sub => '1', name => 'x' x 4000 });
    my @chunks = unpack '(a3936)*', $token;
    $browser->set_cookie_value("$SESSION.$_", $chunks[$_]) for 0 .. $#chunks;
    $browser->set_cookie_value("$SESSION.7", 'stale');
    $browser->set_cookie_value("$SESSION-other", 'of somebody else');
    my $r = $browser->sign_out;
    is_deeply [sort map { $_->{name} } grep { ($_->{'max-age'} // 1) eq '0' }
        grep { $_->{name} =~ /session/ } set_cookies($r)],
        [map { "$SESSION.$_" } 0 .. $#chunks, 7], 'all chunks are deleted';
    is_deeply [sort grep { /session/ } keys %{ $browser->cookies }], ["$SESSION-other"], 'and nothing else';
}

# What does not sign out.
{
    my $browser = signed_in();
    my $csrf = $browser->csrf;
    my @no = (
        ['GET', '/auth/signout', undef],
        ['GET', "/auth/signout?csrfToken=$csrf", undef],
        ['POST', '/auth/signout', ''],
        ['POST', "/auth/signout?csrfToken=$csrf", ''],
        ['POST', '/auth/signout', 'csrfToken=' . 'f' x 64],
        ['HEAD', '/auth/signout', undef],
        ['DELETE', '/auth/signout', undef],
        ['POST', '/auth/signout/credentials', "csrfToken=$csrf"],
    );
    for my $no (@no) {
        my ($method, $path, $body) = @$no;
        my $r = $browser->request($method, $path,
            { 'Content-Type' => 'application/x-www-form-urlencoded' }, $body);
        is set_cookie($r, $SESSION), undef, "$method $path " . substr $body // '', 0, 12;
        is $browser->get('/private/')->code, 200, 'still signed in';
    }
}

# Without a session, or with one that nobody can read: the same way out.
{
    my $browser = browser('signout');
    my $r = $browser->sign_out([callbackUrl => '/bye']);
    is location($r), "$base/bye", 'without a session: the callback URL';
    is set_cookie($r, $SESSION), undef, 'nothing is deleted';
    $browser->set_cookie_value($SESSION, 'garbage');
    $r = $browser->sign_out;
    is location($r), "$base/bye", 'with garbage: the callback URL that is remembered';
    is $browser->cookie($SESSION), undef, 'the garbage is deleted';
    my $expired = mint({ sub => '1' }, now => time - 100_000, max_age => 60);
    $browser->set_cookie_value($SESSION, $expired);
    $browser->sign_out;
    is $browser->cookie($SESSION), undef, 'an expired one too';
}

# Where it leads.
my %urls = (
    '/a?b=c#d' => "$base/a?b=c#d", '/' => "$base/", "$base/a" => "$base/a",
    'https://evil.test/' => $base, '//evil.test' => "$base//evil.test", 'foo' => $base,
    'javascript:alert(1)' => $base, '/\\evil.test' => $base, "$base.evil.test/" => $base,
    '/auth/signout' => "$base/auth/signout",
);
for my $url (sort keys %urls) {
    my $browser = signed_in();
    is location($browser->sign_out([callbackUrl => $url])), $urls{$url}, "callbackUrl $url";
    is $browser->session, undef, 'signed out all the same';
}

done_testing;
