# In the language of the visitor: every page in every language, who decides which, and texts of
# the administrator's.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;

my @languages = qw(en de fr es it pt nl pl cs ja zh ar);
my $site = site('language');
my @html = (Accept => 'text/html');
my @jane = (Cookie => 'authjs.session-token=' . mint({ sub => '1', name => 'Jane' }));

sub escape { $_[0] =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/>/&gt;/gr =~ s/"/&quot;/gr =~ s/'/&#39;/gr }
sub texts_of {
    my ($tag) = @_;
    my %texts = AuthJSTest::Env::read_file(srcdir() . "/lib/texts/$tag.inc") =~ /^T\((\w+), "(.*)"\)$/mg;
    return map { $_ => escape($texts{$_}) } keys %texts;
}
sub language { $_[0]->header('Content-Language') }

# --- every page in every language -----------------------------------------------------------------

my @pages = (
    ['signin',                          [],    qw(signIn signInLead signInWith or username password)],
    ['signin?error=CredentialsSignin',  [],    qw(errorCredentials)],
    ['signout',                         [],    qw(signedOut signIn)],
    ['signout',                         \@jane, qw(signOut signOutAsk staySignedIn)],
    ['error?error=AccessDenied',        [],    qw(accessDenied accessDeniedText tryAgain)],
    ['verify-request',                  [],    qw(checkEmail linkSent)],
);
for my $tag (@languages) {
    my %texts = texts_of($tag);
    my @wanted = (@html, 'Accept-Language' => "xx, $tag;q=0.9, *;q=0.1");
    for my $page (@pages) {
        my ($path, $who, @keys) = @$page;
        my $r = $site->get("/auth/$path", @wanted, @$who);
        my $html = page_is_sound($r, $site->url(''), "$tag: $path", lang => $tag);
        is $r->header('Vary'), 'Accept-Language', 'by what the browser asks for';
        for my $key (@keys) {
            my @pieces = split /\{\d\}/, $texts{$key};
            is scalar(grep { length && index($html, $_) < 0 } @pieces), 0, "$tag: $key" or diag $html;
        }
        unlike $html =~ s{<script>.*?</script>}{}sr, qr/\{\d\}/, 'nothing is left open';
        like $html, qr{<title>[^<]+ \xc2\xb7 M\xc3\xbcller &amp; &lt;S\xc3\xb6hne&gt;</title>}, 'the title has the site\'s name';
    }
    my $r = $site->get('/p15/index.html', @wanted, 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document', @jane);
    is $r->code . language($r), "403$tag", "$tag: a refusal";
    like $r->content, qr{\Q$texts{switchAccount}\E</a>}, 'and how to go on';
    $r = $site->get('/p15/index.html', @wanted, 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'iframe');
    is $r->code . language($r), "401$tag", "$tag: in a frame";
    like $r->content, qr{<html lang="$tag" dir="$texts{direction}">.*>\Q$texts{signIn}\E</a>}s, 'and how to go on';
}

# --- who decides --------------------------------------------------------------------------------

is language($site->get('/auth/signin')), 'en', 'without Accept-Language: English';
for my $case (['de-CH, fr', 'de'], ['sv, da', 'en'], ['*', 'en'], ['de;q=0', 'en'], ['xx, ' x 40 . 'de', 'en'],
    ['<script>alert(1)</script>', 'en'], ["de\xff", 'en'], ['de;q=9', 'en'], ['-' x 8000, 'en'], ['a-' x 4000, 'en'],
    ['fr;q=0.5,' x 800 . 'de', 'fr']) {
    my ($header, $tag) = @$case;
    my $r = $site->get('/auth/signin', 'Accept-Language' => $header);
    page_is_sound($r, $site->url(''), 'asked for ' . substr($header, 0, 30), lang => $tag);
}
{
    my $r = site('language_fixed')->get('/auth/signin', 'Accept-Language' => 'ja');
    page_is_sound($r, url('language_fixed'), 'a fixed language', lang => 'de');
    is $r->header('Vary'), undef, 'for all';
    is language(site('language_fixed')->get('/auth/error')), 'fr', 'another below';
    $r = $site->get('/p15/ja/index.html', @html, 'Accept-Language' => 'de', @jane);
    is $r->code . language($r), '403ja', 'of a directory';
    htdocs('p15/cs/.htaccess', "AuthJSLanguage cs\n");
    htdocs('p15/none/.htaccess', "AuthJSLanguage tlh\n");
    $r = $site->get('/p15/cs/index.html', @html, 'Accept-Language' => 'de', @jane);
    is $r->code . language($r), '403cs', 'of .htaccess';
    is $site->get('/p15/none/index.html', @html, @jane)->code, 500, 'that names one there is not';
}

# --- texts of one's own -----------------------------------------------------------------------------
{
    my $own = site('language_own');
    my $r = $own->get('/auth/signin', 'Accept-Language' => 'sv-SE');
    my $html = page_is_sound($r, url('language_own'), 'a language of one\'s own', lang => 'sv');
    like $html, qr{<h1>Logga in</h1>}, 'is read';
    like $html, qr{Med GitHub: &lt;b&gt;logga in&lt;/b&gt; &amp; &quot;s\xc3\xa5&quot;</span>}, 'escaped';
    like $html, qr{>Username</label>}, 'what it lacks is English';
    like $own->get('/auth/signout', @jane)->content, qr{>No, &lt;stay&gt;</a>}, 'a text in place of ours';
    like $own->get('/auth/signin', 'Accept-Language' => 'he')->content, qr{<html lang="he" dir="rtl">}, 'its direction';
    is language($own->get('/auth/signin', 'Accept-Language' => 'de')), 'de', 'what is built in stays';
}
my $with = sub {
    my ($texts) = @_;
    my $path = AuthJSTest::Env::write_file(root() . '/conf/texts-15.json', $texts);
    return configtest("AuthJSSecret @{[secret('auth_secret')]}\nAuthJSProvider github\nAuthJSTexts $path\n",
        env => { AUTH_GITHUB_ID => 'x', AUTH_GITHUB_SECRET => 'y' });
};
for my $case (['{', 'is not a JSON object'], ['[]', 'is not a JSON object'], ['{"de": {"signIn": "a", "signIn": "b"}}', 'is not a JSON object'],
    ['{"de": {"signin": "x"}}', 'de: there is no text signin'], ['{"de": {"signInWith": "x"}}', 'de\.signInWith must have \{1\}'],
    ['{"d/e": {}}', 'd/e is no language tag'], ['{"de": {"direction": "x"}}', 'de\.direction must be ltr or rtl']) {
    my ($status, $output) = $with->($case->[0]);
    isnt $status, 0, "refused: $case->[0]";
    like $output, qr/AuthJSTexts: \S+texts-15\.json:? .*$case->[1]/, 'and says where';
}
{
    my ($status, $output) = configtest("AuthJSSecret @{[secret('auth_secret')]}\nAuthJSProvider github\nAuthJSLanguage tlh\n",
        env => { AUTH_GITHUB_ID => 'x', AUTH_GITHUB_SECRET => 'y' });
    isnt $status, 0, 'a language that there is not';
    like $output, qr/AuthJSLanguage tlh \(\S+:\d+\): there is no such language; the languages are en, de, .*AuthJSTexts/, 'and which there are';
}

# --- the form after a mistake -------------------------------------------------------------------------

AuthJSTest::Env::write_file(root() . '/conf/users-15', 'bob:' . crypt(secret('password'), '$5$salt$') . "\n");
sub mistake {
    my ($provider, $name, %header) = @_;
    my $browser = browser('language');
    my $r = $browser->credentials($provider, [username => $name, password => 'wrong'], @html, %header);
    return ($browser, $r);
}
for my $name ('bob', 'O\'Brien "the" <b>', "\xe3\x81\x82", 'x' x 256, 'a' . ' b' x 100) {
    my ($browser, $r) = mistake('staff', $name);
    is location($r), url('language', '/auth/signin?error=CredentialsSignin&code=credentials'), 'the same redirect';
    my ($kept) = grep { $_->{name} eq 'authjs.tried' } set_cookies($r);
    is_deeply [@$kept{qw(path httponly samesite max-age)}], ['/auth', 1, 'Lax', 60], 'a cookie of the endpoints, for a minute';
    is index($r->as_string, $name), -1, 'that does not show the name' if $name =~ /\W|bob/;
    my $html = page_is_sound($r = $browser->get(location($r)), $site->url(''), 'the page again');
    my ($credentials, $staff) = map { $_->{fields} } forms($html);
    like $html, qr{id="input-username-for-staff-provider" name="username" value="\Q@{[escape($name)]}\E"}, 'the name stays';
    is $credentials->{username}, '', 'in its own form';
    is $staff->{password}, '', 'without the password';
    my ($form) = $html =~ m{(<form[^>]*/callback/staff".*?</form>)}s;
    like $form, qr{id="error" role="alert">.*Check the details.*<label}s, 'the message stands at the form';
    is scalar(() = $html =~ /role="alert"/g), 1, 'and nowhere else';
    is scalar(() = $form =~ /aria-invalid="true" aria-describedby="error"/g), 2, 'its fields are said to be wrong';
    is scalar(() = $html =~ /aria-invalid="/g), 2, 'and no others';
    like $html, qr{name="password"[^>]* autofocus>}, 'the password is to be typed again';
    is scalar(() = $html =~ /autofocus/g), 1, 'one focus';
    like $form, qr{<h2>Staff</h2>}, 'several forms have names';
    is set_cookie($r, 'authjs.tried')->{value}, '', 'the cookie goes';
    unlike $browser->get('/auth/signin?error=CredentialsSignin')->content, qr/value="\Q@{[escape($name)]}\E"/, 'it is shown once';
}
for my $case (['a program', undef, 'Sec-Fetch-Mode' => 'cors'], ['a client that wants JSON', undef, 'X-Auth-Return-Redirect' => 1]) {
    my ($what, undef, %header) = @$case;
    my (undef, $r) = mistake('staff', 'bob', %header);
    is set_cookie($r, 'authjs.tried'), undef, "$what: no cookie";
}
for my $name ("a\nb", 'x' x 257, "\x7f") {
    my (undef, $r) = mistake('staff', $name);
    is set_cookie($r, 'authjs.tried'), undef, 'what is no name is not kept';
}
{
    my ($browser, $r) = mistake('staff', 'bob');
    my $tried = $browser->cookie('authjs.tried');
    for my $value ($tried =~ s/.\z/A/r, 'x', '', '"><b>', mint({ tried => 'eve', provider => 'staff' })) {
        unlike $site->get('/auth/signin?error=CredentialsSignin', Cookie => "authjs.tried=$value")->content,
            qr/value="(?:eve|bob)"|<b>/, 'a cookie that we did not make';
    }
    is set_cookie($browser->head('/auth/signin?error=CredentialsSignin'), 'authjs.tried'), undef, 'HEAD leaves it alone';
    unlike $browser->get('/auth/signin')->content, qr/value="bob"/, 'without an error it is not looked at';
    isnt $browser->cookie('authjs.session-token') // '', $tried, 'and is no session';
    is $site->get('/auth/session', Cookie => "authjs.session-token=$tried")->content, 'null', 'nor can it be one';
    is set_cookie($site->post('/auth/callback/staff', [username => 'bob', password => 'x'], @html), 'authjs.tried'),
        undef, 'a form of another site keeps nothing';
    $browser->csrf;
    is set_cookie($browser->post('/auth/callback/staff', [username => 'eve', password => 'x', @$_], @html), 'authjs.tried'),
        undef, '... nor where the cookie comes along' for [], [csrfToken => 'x' x 64];
}
{
    my $html = page_is_sound(site('language_fixed')->get('/auth/signin?error=CredentialsSignin', 'Accept-Language' => 'en'),
        url('language_fixed'), 'a form alone', lang => 'de');
    like $html, qr{<form.*id="error".*name="username"[^>]*aria-invalid[^>]* autofocus>}s, 'the one form has the message and the focus';
    unlike $html, qr{<h2}, 'and needs no name';
}

expect_error(qr/AuthJSLanguage: there is no such language; the languages are en, de, /, '.htaccess names no language');
expect_error(qr/AH01631: user \S+: authorization failure for "\/p15/, 'Require refuses someone');
done_testing;
