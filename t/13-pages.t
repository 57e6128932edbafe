# The built-in pages: what stands in them, what never does, their headers and themes.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;
use Digest::SHA qw(sha256_hex);

sub escaped { $_[0] =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger }

my $base = url('pages');
my %pages = (signin => 'Sign In', signout => 'Sign Out', error => 'Error',
    'verify-request' => 'Verify Request');
for my $page (sort keys %pages) {
    my $html = page_is_sound(site('pages')->get("/auth/$page"), $base, $page);
    is scalar(() = $html =~ /<script>/g), $page eq 'signin' ? 1 : 0, 'a script where it has something to do';
    like $html, qr{<title>$pages{$page}</title>}, 'its title';
    like $html, qr{<main class="page $page">}, 'its class';
    for my $violation (@violations) {
        my $value = escaped($violation);
        my $r = site('pages')->get("/auth/$page?" . join '&', map { "$_=$value" }
            qw(error email callbackUrl provider csrfToken theme providers code x));
        my $hostile = page_is_sound($r, $base, "$page, $violation");
        is index($hostile =~ s/ value="[^"]*"//gr, $violation), -1, 'is not repeated';
        is $r->header('X-Injected'), undef, 'nor in the headers';
    }
}

is system(srcdir() . '/lib/pages/generate', '--check'), 0, 'the script for passkeys that is compiled is the one that is written';

# --- sign-in -------------------------------------------------------------------------------
{
    my $browser = browser('pages');
    my $r = $browser->get('/auth/signin?callbackUrl=/app%3Fx=%221%22&email=bob');
    my @forms = forms($r->content);
    my $csrf = $browser->csrf;
    is_deeply [map { $_->{action} } @forms],
        [map { "$base/auth/$_" } qw(signin/github signin/op signin/umlaut callback/credentials
            callback/staff)], 'a form for each provider, in the order written';
    for my $form (@forms) {
        is $form->{method}, 'POST', 'POST';
        is $form->{fields}{csrfToken}, $csrf, 'the CSRF token of the cookie';
        is $form->{fields}{callbackUrl}, "$base/app?x=%221%22", 'the decided callback URL';
    }
    is $forms[3]{fields}{username}, 'bob', 'email fills in the user name';
    is $forms[3]{fields}{password}, '', 'and no password';
    is_deeply $forms[3]{ids}, [qw(input-username-for-credentials-provider
        input-password-for-credentials-provider submitButton)], 'ids as Auth.js has them';
    my $html = $r->content;
    like $html, qr{Sign in with &lt;b&gt;&quot;O&#39;P&quot; &amp; co&lt;/b&gt;</span>}, 'a name is escaped'
        or diag $html =~ /Sign in with (.*)/g;
    like $html, qr{<img class="mark" alt="" src="/pages/op\.png">}, 'a picture of this site';
    like $html, qr{<span class="mark mark-0" aria-hidden="true">GH</span>}, 'else two letters';
    like $html, qr{aria-hidden="true">\xc3\x9cb</span>}, 'which is a whole character';
    like $html, qr{\.mark-2\{background:#ffe08a;color:#000\}}, 'dark on a light colour';
    like $html, qr{\.mark-0\{background:#24292f;color:#fff\}}, 'light on a dark one';
    like $html, qr{\.mark-1\{background:#428bca;color:#000\}}, 'and what has more contrast between';
    like $html, qr{>Sign in with Staff</button>}, 'two forms: each says whose it is';
    my @or = $html =~ m{<p class="or">or</p>}g;
    is scalar(@or), 2, 'a line before the first form and between the two';
    unlike $html, qr{authjs\.dev}, 'nothing of the catalogue\'s pictures';
    unlike $html, qr{autofocus}, 'no field takes the focus where there is a choice';
    unlike $html, qr{role="alert"}, 'no error';
    like site('pages_dark')->get('/auth/signin')->content, qr{autofocus.*>Sign in</button>}s,
        'a form alone does';
}
my %offered = ('' => 5, 'provider=op' => 1, 'provider=op,staff' => 2, 'provider=op,nobody,github' => 2,
    'provider=nobody' => 5, 'provider=,,' => 5, 'provider=' => 5, 'provider=staff,staff' => 1);
for my $query (sort keys %offered) {
    my @forms = forms(site('pages')->get("/auth/signin?$query")->content);
    is scalar(@forms), $offered{$query}, "$offered{$query} forms for '$query'";
}
my %texts = (
    (map { $_ => qr/another account/ } qw(Signin OAuthSignin OAuthCallbackError
        OAuthCreateAccount EmailCreateAccount Callback)),
    (map { $_ => qr/the account you used the first time/ } qw(OAuthAccountNotLinked AccountNotLinked)),
    WebAuthnVerificationError => qr/passkey could not be verified/,
    EmailSignin => qr/could not be sent/,
    CredentialsSignin => qr/Check the details/,
    SessionRequired => qr/Please sign in to see this page/,
    MissingCSRF => qr/form had expired/,
    (map { $_ => qr/could not be signed in/ } qw(Configuration x), ''),
);
for my $code (sort keys %texts) {
    my ($alert) = site('pages')->get("/auth/signin?error=$code")->content
        =~ m{role="alert">.*?<p>(.*?)</p>}s;
    like $alert // '', $texts{$code}, "error=$code";
}

# --- sign-out, error, verify-request -------------------------------------------------------
{
    my $browser = browser('pages');
    $browser->set_cookie_value('authjs.session-token', mint({ sub => '1', name => 'Jane' }));
    my $r = $browser->get('/auth/signout?callbackUrl=/bye&x=%22');
    page_is_sound($r, $base, 'sign-out page of who is signed in');
    my ($form) = forms($r->content);
    is "$form->{method} $form->{action}", "POST $base/auth/signout", 'sign-out form';
    is $form->{fields}{csrfToken}, $browser->csrf, 'with the CSRF token';
    is $form->{fields}{callbackUrl}, "$base/bye", 'and the decided callback URL';
    is_deeply $form->{ids}, ['submitButton'], 'and its button';
}
my @errors = (['Configuration', 500, 'Server error'], ['AccessDenied', 403, 'Access Denied'],
    ['Verification', 403, 'Unable to sign in'], ['x', 200, 'Error'], ['', 200, 'Error'],
    ['accessdenied', 200, 'Error'], ['AccessDenied%20', 200, 'Error']);
for my $error (@errors) {
    my ($code, $status, $heading) = @$error;
    my $r = site('pages')->get("/auth/error?error=$code");
    is $r->code, $status, "error page $code: $status";
    like $r->content, qr{<h1>$heading</h1>}, $heading;
    like $r->content, qr{<a class="site" href="\Q$base\E">localhost:\d+</a>}, 'a way back';
    my ($again) = $r->content =~ m{<a class="submit" href="([^"]*)">Try again</a>};
    is $again, $status == 200 ? undef : "$base/auth/signin", 'a way to try again';
}
like site('pages')->get('/auth/verify-request')->content,
    qr{<h1>Check your email</h1>.*<a class="site" href="\Q$base\E">}s, 'verify-request';

# --- the theme -----------------------------------------------------------------------------
{
    my $html = page_is_sound(site('pages')->get('/auth/signin'), $base, 'auto');
    like $html, qr{class="__next-auth-theme-auto"}, 'the body says so';
    like $html, qr{\@media \(prefers-color-scheme:dark\)}, 'light or dark as the visitor likes';
    like site('pages')->get('/auth/signin')->header('Content-Security-Policy'),
        qr{form-action 'self' https: http:;}, 'http providers may be led to';

    $html = page_is_sound(site('pages_dark')->get('/auth/signin'), url('pages_dark'), 'dark');
    like $html, qr{class="__next-auth-theme-dark"}, 'the body says so';
    unlike $html, qr{prefers-color-scheme}, 'always dark';
    like $html, qr{:root\{color-scheme:dark;}, 'by its colours';
    like $html, qr{:root\{--brand-color:#0a7d4f;--button-text-color:#fff\}}, 'its own colour, white on it';
    like $html, qr{<img class="logo" src="/pages/logo\.svg" alt="Logo">}, 'its own logo';

    my $logo = 'https://cdn.example.test/logo.svg';
    my $r = site('pages_light_tls')->get('/auth/signin');
    $html = page_is_sound($r, url('pages_light_tls'), 'light', $logo => 1);
    like $html, qr{class="__next-auth-theme-light"}, 'the body says so';
    unlike $html, qr{color-scheme:dark}, 'never dark';
    like $html, qr{:root\{--brand-color:gold;--button-text-color:#112233\}}, 'both colours';
    like $r->header('Content-Security-Policy'), qr{img-src 'self' https://cdn\.example\.test;},
        'a logo from elsewhere, if the administrator says so';
    like $r->header('Content-Security-Policy'), qr{form-action 'self' https:;},
        'a site on https leads to https only';
}

# --- pages of the site's own ---------------------------------------------------------------
my $custom = url('pages_custom');
my $encoded = escaped("$custom/app") =~ s/%2E/./gr;
my $token = '0123456789abcdef' x 4;
my $csrf = "authjs.csrf-token=$token%7C" . sha256_hex($token . secret('auth_secret'));
my @redirects = (
    ['GET signin?callbackUrl=/app', "/own/login?callbackUrl=$encoded"],
    ['GET signin?callbackUrl=/app&error=A%26b%3Dc', "/own/login?callbackUrl=$encoded&error=A%26b%3Dc"],
    ['GET signin?callbackUrl=/app&provider=github,x', "/own/login?callbackUrl=$encoded&provider=github"],
    ['GET signout', '/own/bye'],
    ['GET signout?callbackUrl=/app', '/own/bye'],
    ['GET error', '/own/oops'],
    ['GET error?error=AccessDenied', '/own/oops?error=AccessDenied'],
    ['GET error?error=a%26b%23c%0d%0aX:1', '/own/oops?error=a%26b%23c%0D%0AX%3A1'],
    ['GET verify-request', '/own/mail'],
    ['GET verify-request?provider=email&type=a%26b', '/own/mail?provider=email&type=a%26b'],
    ['POST signout', '/own/login?error=MissingCSRF'],
    ['POST callback/credentials', '/own/login?error=MissingCSRF'],
    ['GET callback/credentials', '/own/oops?error=Configuration'],
    ['GET nothing/x', undef],
);
for my $redirect (@redirects) {
    my ($what, $path) = @$redirect;
    my ($method, $where) = split / /, $what;
    my $r = site('pages_custom')->request($method, "/auth/$where", {}, $method eq 'POST' ? '' : undef);
    is location($r), defined $path ? "$custom$path" : undef, "own pages: $what";
    is $r->header('X-Injected') // $r->header('X'), undef, 'nothing injected';
}
is location(site('pages_custom')->post('/auth/callback/credentials', [csrfToken => $token],
    Cookie => $csrf)), "$custom/own/login?error=CredentialsSignin&code=credentials",
    'own pages: a failed sign-in';
for my $case (    # what the form says, the fragment behind the page that a failed sign-in leads to
    ['/app?x#/report/1', '#/report/1'], ["$custom#/a?b", '#/a?b'], ['#/a?b', ''], ['/app#a#b<', '#a%23b%3C'], ['/app', ''],
    ['http://elsewhere.test/#token', ''], ["$custom.elsewhere.test/#token", ''],
    ['/app#' . 'x' x 2100, ''], ["/app#a\r\nX-Injected: 1", ''], ['/app#a\\b', ''],
) {
    my ($callback_url, $fragment) = @$case;
    my $r = site('pages_custom')->post('/auth/callback/credentials',
        [csrfToken => $token, callbackUrl => $callback_url], Cookie => $csrf);
    my $page = "$custom/own/login?error=CredentialsSignin&code=credentials";
    is location($r), "$page$fragment", 'a failed sign-in keeps the fragment of ' . substr($callback_url, 0, 30);
    is $r->header('X-Injected'), undef, 'and nothing is injected';
    $r = site('pages_custom')->post('/auth/callback/credentials',
        [csrfToken => $token, callbackUrl => $callback_url], Cookie => $csrf, 'X-Auth-Return-Redirect' => 1);
    is site('pages_custom')->json($r)->{url}, $page, 'the stock client is told what Auth.js tells it';
}
is location(site('pages_custom')->post('/auth/signin', [csrfToken => $token], Cookie => $csrf)),
    "$custom/auth/signin", 'own pages: POST signin leads to the endpoint, and that to the page';
{
    my $r = site('pages_custom')->get('/auth/signin?callbackUrl=/app', 'X-Auth-Return-Redirect' => 1);
    is site('pages_custom')->json($r)->{url}, "$custom/own/login?callbackUrl=$encoded",
        'own pages: as JSON, absolute';
}

done_testing;
