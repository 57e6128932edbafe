# The sign-in page with many providers: their order, the one that a browser has used last, and
# what finds one of them. What a person does there is in t/80-many.t.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;

my %port = map { $_ => AuthJSTest::Env::free_port() } qw(several off one own twelve eleven named mail crowd);
my $users = root() . '/conf/users-13-many';
AuthJSTest::Env::write_file($users, 'bob:' . crypt(secret('password'), '$5$salt$') . "\n");
my $form = "<AuthJSProvider %s credentials>\nAuthJSName \"%s\"\nAuthUserFile $users\n</AuthJSProvider>\n";
my $button = "<AuthJSProvider %s oidc>\nAuthJSName \"%s\"\nAuthJSIssuer http://127.0.0.1:1\nAuthJSClientID x\n"
    . "AuthJSClientSecret \@secret:client_secret\@\n</AuthJSProvider>\n";
my $three = sprintf("$button$form$form", 'first' => 'First', 'staff' => 'Staff', 'guest' => 'Guests') . sprintf $button, 'fourth' => 'Fourth';
my %site = (
    several => $three,
    off     => "AuthJSLastUsed Off\n$three",
    one     => sprintf($form, staff => 'Staff'),
    own     => "AuthJSPage signIn /own\n$three",
    named  => "AuthJSCookie lastUsed name=way maxAge=1d\n$three",
    twelve  => $three . join('', map { sprintf $button =~ s{(?=</)}{AuthJSStyle logo=/p$_.png\n}r, "p$_", "P <$_>" } 5 .. 12),
    eleven  => $three . join('', map { sprintf $button, "p$_", "P <$_>" } 5 .. 11),
);
$site{crowd} = join '', map { sprintf $button, "company-$_", "Company $_" } 1 .. 93;
my $mail = "<AuthJSProvider %s email>\nAuthJSName \"%s\"\nAuthJSMailServer smtp://127.0.0.1:\@port:nobody\@ starttls=off\nAuthJSMailFrom a\@example.test\n</AuthJSProvider>\n";
$site{mail} = "AuthJSAdapter memory \@root\@/var/many.json\nAuthJSSessionStrategy jwt\n" . sprintf $mail . $mail . $form, 'link' => 'By mail', 'news' => 'News', 'staff' => 'Staff';
httpd(conf => "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\nAuthJSSecret \@secret:auth_secret\@\n" . join '', map {
    "Listen 127.0.0.1:$port{$_}\n<VirtualHost *:$port{$_}>\nAuthJSURL http://localhost:$port{$_}\n$site{$_}</VirtualHost>\n" } sort keys %site);

sub visitor { AuthJSTest::Site->new(base => "http://localhost:$port{$_[0]}", cookies => 1) }
sub order { join ' ', map { ($_->{action} =~ m{([^/]+)\z})[0] } forms($_[0]->content) }
my @person = (Accept => 'text/html');
my @password = (username => 'bob', password => secret('password'));
my $COOKIE = 'authjs.last-used';

# --- the one that was used last -------------------------------------------------------------
{
    my $browser = visitor('several');
    my $page = $browser->get('/auth/signin');
    is order($page), 'first staff guest fourth', 'the order of the configuration';
    unlike $page->content, qr/Last used/, 'nothing was used yet';
    ok !set_cookie($page, $COOKIE), 'a visit to the page leaves no cookie';

    my $r = $browser->credentials('guest', [@password[0, 1], password => 'wrong'], @person);
    ok !set_cookie($r, $COOKIE), 'nor does a sign-in that fails';
    $r = $browser->credentials('guest', \@password, @person);
    my $cookie = set_cookie($r, $COOKIE);
    is scalar(grep { $_->{name} eq $COOKIE } set_cookies($r)), 1, 'one cookie says';
    is $cookie->{value}, 'guest', 'which one it was, and nothing else';
    is_deeply [@$cookie{qw(max-age path samesite httponly domain secure)}], [365 * 86400, '/', 'Lax', 1, undef, undef],
        'for a year, for this host alone';
    $page = $browser->get('/auth/signin');
    is order($page), 'guest first staff fourth', 'which comes first then, before the others in their order';
    my $html = page_is_sound($page, "http://localhost:$port{several}", 'sign-in');
    like $html, qr{<h2>Guests <small class="last">Last used</small></h2>}, 'and says so';
    is scalar(() = $html =~ /Last used/g), 1, 'it alone';
    is order($browser->get('/auth/signin?provider=first,staff')), 'first staff', 'not where it is not offered';
    is order($browser->get('/auth/signin?provider=staff,guest')), 'guest staff', 'where it is, it comes first';
    unlike $browser->get('/auth/signin?provider=guest')->content, qr/Last used/, 'alone it is no choice';
    $browser->sign_out;
    is order($browser->get('/auth/signin')), 'guest first staff fourth', 'a sign-out changes nothing about that';
    like $browser->get('/auth/signin', 'Accept-Language' => 'de')->content, qr/Zuletzt benutzt/, 'in the visitor\'s language';
    is join(' ', sort keys %{ $browser->json('/auth/providers') }), 'first fourth guest staff', 'GET providers has all';
    is_deeply [map { $_ =~ /"(\w+)":\{"id"/g } $browser->get('/auth/providers')->content], [qw(first staff guest fourth)],
        'in the order of the configuration';
    is order(visitor('several')->get('/auth/signin')), 'first staff guest fourth', 'another browser has its own';
    $r = $browser->credentials('staff', \@password, @person);
    is set_cookie($r, $COOKIE)->{value}, 'staff', 'the last one counts';
}
for my $value ('nobody', '', '../guest', 'gues', 'GUEST', '%00guest', 'guest,staff', '"><script>alert(1)</script>', 'x' x 4000, "\xff") {
    my $browser = visitor('several');
    my $r = $browser->get('/auth/signin', Cookie => "$COOKIE=$value");
    is order($r), 'first staff guest fourth', 'no provider: ' . substr $value, 0, 30;
    unlike $r->content, qr/Last used|alert\(1\)/, 'says nothing';
}
is order(visitor('several')->get('/auth/signin', Cookie => "$COOKIE=nobody; $COOKIE=fourth")), 'fourth first staff guest',
    'of several cookies the first that names a provider';
{
    my $browser = visitor('several');
    for my $case (['a script', 'Sec-Fetch-Mode' => 'cors', Accept => '*/*'], ['a program'], ['the stock client', @person, 'X-Auth-Return-Redirect' => 1, 'Sec-Fetch-Mode' => 'cors']) {
        my ($who, @headers) = @$case;
        my $r = $browser->credentials('guest', \@password, @headers);
        ok set_cookie($r, 'authjs.session-token'), "$who signs in";
        ok !set_cookie($r, $COOKIE), 'as with Auth.js, without a cookie more';
    }
}
for my $name (qw(off one own)) {
    my $browser = visitor($name);
    my $r = $browser->credentials('staff', \@password, @person);
    ok set_cookie($r, 'authjs.session-token'), "$name: signed in";
    ok !set_cookie($r, $COOKIE), 'and nothing to remember';
    next if $name eq 'own';
    $r = $browser->get('/auth/signin', Cookie => "$COOKIE=fourth");
    is order($r), $name eq 'off' ? 'first staff guest fourth' : 'staff', 'a cookie of before does not count';
}
{
    my $browser = visitor('named');
    my $cookie = set_cookie($browser->credentials('guest', \@password, @person), 'way');
    is "$cookie->{value} $cookie->{'max-age'}", 'guest 86400', 'AuthJSCookie lastUsed';
    is order($browser->get('/auth/signin')), 'guest first staff fourth', 'counts under that name';
}

# --- a field that finds one -----------------------------------------------------------------
{
    my $r = visitor('eleven')->get('/auth/signin');
    unlike page_is_sound($r, "http://localhost:$port{eleven}", 'eleven'), qr/data-find|\.find'/, 'eleven need none';
    $r = visitor('twelve')->get('/auth/signin');
    my $html = page_is_sound($r, "http://localhost:$port{twelve}", 'twelve');
    like $html, qr{<div class="providers" data-find="Find a provider" data-found="\{1\} of \{2\}" data-none="[^"]+">}, 'twelve have one';
    is order($r), 'first staff guest fourth ' . join(' ', map { "p$_" } 5 .. 12), 'in the order of the configuration';
    is scalar(() = $html =~ /<input(?! type="hidden")/g), 4, 'made by the script alone';
    like $html, qr{<span>Sign in with <strong>P &lt;5&gt;</strong></span></button>}, 'the name stands out';
    like $html, qr{<img class="mark" alt="" src="/p7\.png" loading="lazy">}, 'a picture is loaded when it comes into sight';
    like $html, qr{<h2>Staff</h2>}, 'a form among many has its name';
    unlike visitor('twelve')->get('/auth/signin?provider=p5,p6')->content, qr/data-find/, 'what is shown counts';
    page_is_sound(visitor('twelve')->get('/auth/signin', 'Accept-Language' => 'ar'), "http://localhost:$port{twelve}", 'Arabic', lang => 'ar');
}

{
    my $r = visitor('crowd')->get('/auth/signin');
    is scalar(forms($r->content)), 93, '93 providers';
    cmp_ok length $r->content, '<', 64 * 1024, 'in less than 64 KB';
}

# --- forms for an address -------------------------------------------------------------------
{
    my $browser = visitor('mail');
    my ($link, $second) = forms($browser->get('/auth/signin?email=a%40example.test')->content);
    is $link->{action}, "http://localhost:$port{mail}/auth/signin/link", 'an e-mail provider has its form';
    is_deeply [@$link{qw(ids)}, @{ $link->{fields} }{qw(email callbackUrl)}],
        [['input-email-for-link-provider', 'submitButton'], 'a@example.test', "http://localhost:$port{mail}"], 'as Auth.js has it, filled in by ?email=';
    my $html = page_is_sound($browser->get('/auth/signin'), "http://localhost:$port{mail}", 'several e-mail providers');
    is scalar(() = $html =~ /type="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required>/g), 2, 'a field for an address, each';
    is scalar(() = $html =~ m{<h2>(?:By mail|News|Staff)</h2>}g), 3, 'each form says whose it is';
    for my $id (qw(link news)) {
        my $r = $browser->sign_in($id, [email => 'bob@example.test'], @person);
        like location($r), qr/error=EmailSignin/, 'no mail goes out';
        $html = $browser->get(location($r))->content;
        my ($form) = $html =~ m{(action="[^"]*/signin/$id".*?</form>)}s;
        like $form, qr{role="alert".*The e-mail could not be sent.*value="bob\@example\.test".*aria-describedby="error".*autofocus}s, 'the form says so, and has the address';
        unlike $form, qr/aria-invalid/, 'which is not called wrong';
        is scalar(() = $html =~ /bob\@example/g), 1, 'no other form has it';
        is scalar(() = $html =~ /role="alert"/g), 1, 'nor the message';
    }
    $html = $browser->get('/auth/signin?error=EmailSignin')->content;
    unlike $html, qr/bob/, 'once';
    like $html, qr{role="alert".*<form}s, 'of which form it was is not known then';
    my ($form) = $browser->get('/auth/signin?error=CredentialsSignin')->content =~ m{(action="[^"]*/callback/staff".*?</form>)}s;
    like $form, qr/aria-invalid="true"/, 'a password can only be wrong where there is one';
}

# --- what is refused ------------------------------------------------------------------------
for my $case (['AuthJSLastUsed Maybe', qr/AuthJSLastUsed must be On or Off/], ['AuthJSCookie lastUsed domain=example.test', qr/lastUsed: a name that begins with __Host- needs/]) {
    my ($line, $why) = @$case;
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSURL https://a.test\n$line\n" . $three);
    isnt $status, 0, "$line is refused";
    like $output, $why, 'and why';
}

done_testing;
