# Changing how one signs in takes a fresh session: linking and unlinking, with both strategies, by
# what the session says and what a real OpenID Provider says; and what cannot make a session fresh.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Env;
use AuthJSTest::Passkey;
use URI ();

my $COOKIE = 'authjs.session-token';
my $conf = <<'EOT';
AuthJSSessionRealm test48
<Location "/app">
    AuthType AuthJS
    Require valid-user
</Location>
<Location "/passkey">
    AuthType AuthJS
    Require authjs-factor passkey
</Location>
<Location "/mfa">
    AuthType AuthJS
    Require authjs-factor mfa
</Location>
AuthJSProvider passkey
<AuthJSProvider webauthn>
    AuthJSOption userVerification=discouraged
</AuthJSProvider>
EOT
my @sites = AuthJSTest::Accounts->sites(
    (map { { adapter => 'memory', strategy => $_, conf => $conf } } qw(jwt database)),
    (map { { adapter => 'memory', strategy => $_, conf => "${conf}AuthJSReauth Off\n" } } qw(jwt database)),
    { adapter => 'memory', strategy => 'database', conf => "${conf}AuthJSReauth 20s\n" },
);
my ($jwt, $database, $jwt_off, $database_off, $short) = @sites;

# The refusal: where it leads, in the order of the URL.
sub is_asked_again {
    my ($site, $to, $name) = @_;
    my $uri = URI->new($to);
    is $uri->path, '/auth/signin', "$name: to the sign-in page";
    is_deeply { $uri->query_form }, { callbackUrl => $site->url('/auth/account'), reauth => 1,
        error => 'ReauthRequired' }, '... that says why, and leads back';
}

# The browser's session with another time in it, as a sign-in at that time would have made it: with
# the claims, or the token, of the real one.
sub aged {
    my ($site, $browser, %new) = @_;
    my $token = $browser->cookie($COOKIE);
    my $aged;
    if ($site->{strategy} eq 'jwt') {
        my $claims = decode($token);
        for (keys %new) { defined $new{$_} ? ($claims->{$_} = $new{$_}) : delete $claims->{$_} }
        $aged = mint($claims);
    }
    else {
        my $part = exists $new{part} ? $new{part} : '~' . ($new{letters} // '') . $new{auth_time} . '.';
        $aged = $token =~ s/~[pm]*\d+\./$part/r;
        my ($row) = grep { $_->{sessionToken} eq $token } $site->rows('sessions');
        $site->call(createSession => { %$row, sessionToken => $aged }) if $aged ne $token;
    }
    $browser->set_cookie_value($COOKIE, $aged);
    return $aged;
}

sub link_to {
    my ($site, $browser, $provider, $login) = @_;
    return $site->sign_in($browser, $provider, $login);
}

sub unlink_from {
    my ($site, $browser, $provider, $id) = @_;
    return $site->end($browser->post('/auth/account',
        [csrfToken => $browser->csrf, provider => $provider, providerAccountId => $id]));
}

# --- a session that has become old ----------------------------------------------------------------

for my $site ($jwt, $database) {
    subtest "$site->{strategy}: old" => sub {
        my $browser = $site->browser;
        $site->sign_in($browser, 'first', 'alice');
        my $alice = $site->user_of(first => 'alice');
        my $now = time;
        if ($site->{strategy} eq 'jwt') {
            my $claims = decode($browser->cookie($COOKIE));
            cmp_ok abs($claims->{auth_time} - $now), '<', 30, 'the token says when';
            ok !exists $claims->{factor}, 'and no factor';
        }
        else {
            like $browser->cookie($COOKIE), qr/\Afirst\.[\w-]{8}\.test48\.~\d{10}\.[0-9a-f-]{36}\z/, 'the token says when';
        }
        is link_to($site, $browser, 'second', 'alice2'), '/app', 'fresh: an account is linked';

        aged($site, $browser, auth_time => $now - 540);
        is link_to($site, $browser, 'careless', 'alice3'), '/app', 'for nearly ten minutes';
        for my $old ($now - 601, $now - 86400 * 400, $now + 3600) {
            aged($site, $browser, auth_time => $old);
            is $browser->get('/app')->code, 404, 'it is a session';
            is_asked_again($site, link_to($site, $browser, 'github', 'octocat'), "auth_time $old, linking");
            is_asked_again($site, unlink_from($site, $browser, 'second', 'alice2'), "auth_time $old, unlinking");
        }
        is $site->accounts($alice), 'careless/alice3 first/alice second/alice2', 'nothing has changed';
        is $browser->get('/auth/account')->code, 200, 'the page itself may be seen';

        my $page = $browser->get('/auth/signin?callbackUrl=%2Fauth%2Faccount&reauth=1&error=ReauthRequired');
        like $page->content, qr/To change how you sign in, please sign in once more first\./, 'the page says what to do';
        my $forms = () = $page->content =~ /<form class="provider/g;
        my $again = () = $page->content =~ /<input type="hidden" name="reauth" value="1">/g;
        is $again, $forms, 'and all its forms go on with it';
        my $before = $browser->cookie($COOKIE);
        is link_to($site, $browser, 'first', 'alice'), '/app', 'signing in with an account of one\'s own is allowed';
        isnt $browser->cookie($COOKIE), $before, 'and makes another session';
        is unlink_from($site, $browser, 'second', 'alice2'), '/auth/account', 'now it may be unlinked';
        is link_to($site, $browser, 'github', 'octocat'), '/app', 'or linked';
        is $site->accounts($alice), 'careless/alice3 first/alice github/583231', 'that is done';
    };
}

# --- with a passkey ---------------------------------------------------------------------------------

# Where the browser gets to: /passkey and /mfa, or the step-up.
sub gets_to {
    my ($browser) = @_;
    return join ' ', map { $browser->get("/$_", Accept => 'text/html')->code == 404 ? $_ : () } qw(passkey mfa);
}
for my $site ($jwt, $database) {
    subtest "$site->{strategy}: passkeys" => sub {
        my $browser = $site->browser;
        my ($key, $plain) = map { AuthJSTest::Passkey->new } 1, 2;
        $site->sign_in($browser, 'first', 'kay');
        my $kay = $site->user_of(first => 'kay');
        is gets_to($browser), '', 'a provider proves no factor';
        is $site->end($key->register($browser, 'passkey', undef, fields => { callbackUrl => '/mfa' })), '/mfa', 'a passkey is added';
        is gets_to($browser), 'passkey mfa', '... and is a factor, and with user verification several';
        is $site->end($plain->register($browser, 'webauthn', undef, fields => { callbackUrl => '/app' }, flags => { uv => 0 })), '/app', 'another one';
        is gets_to($browser), 'passkey', '... without user verification is one';
        is $site->end($key->sign_in($browser, 'passkey', fields => { callbackUrl => '/mfa' })), '/mfa', 'the first one again';
        is gets_to($browser), 'passkey mfa', '... steps up';
        is $site->sign_in($browser, 'first', 'kay'), '/app', 'the provider again';
        is gets_to($browser), '', '... proves what it proves';

        aged($site, $browser, auth_time => time - 601);
        my $third = AuthJSTest::Passkey->new;
        my $before = $site->accounts($kay);
        my $answer = eval { $third->register($browser, 'passkey', undef) };
        $answer ? is_asked_again($site, $site->end($answer), 'old: a passkey') : like $@, qr/no options/, 'old: a passkey is not even offered';
        is $site->accounts($kay), $before, '... nothing was written';
        is $site->end($key->sign_in($browser, 'passkey', fields => { callbackUrl => '/auth/account' })), '/auth/account', 'signing in with one that is there';
        is $site->end($third->register($browser, 'passkey', undef, fields => { callbackUrl => '/app' })), '/app', '... and now it is added';

        aged($site, $browser, auth_time => time - 601, letters => 'pm');
        is gets_to($browser), 'passkey mfa', 'a factor does not grow old';
        is_asked_again($site, unlink_from($site, $browser, 'first', 'kay'), 'but unlinking');
    };
}

# --- sessions that say nothing, or lie --------------------------------------------------------------

subtest 'jwt: claims' => sub {
    my $browser = $jwt->browser;
    $jwt->sign_in($browser, 'first', 'claims');
    my $claims = decode($browser->cookie($COOKIE));
    my $now = time;
    for my $case ([{ %$claims, auth_time => "$now" }, 'auth_time is text'], [{ %$claims, auth_time => undef }, 'null'],
        [{ %$claims, auth_time => [$now] }, 'a list'], [{ %$claims, auth_time => { a => $now } }, 'an object'],
        [{ %$claims, auth_time => -$now }, 'negative'], [{ %$claims, auth_time => 1e300 }, 'huge'],
        [{ map { $_ => $claims->{$_} } grep { $_ ne 'auth_time' } keys %$claims }, 'none: of a version before']) {
        $browser->set_cookie_value($COOKIE, mint($case->[0]));
        is $browser->get('/app')->code, 404, "$case->[1]: is a session";
        is_asked_again($jwt, link_to($jwt, $browser, 'second', 'claims2'), '... that is not fresh');
    }

    # What Auth.js made with the secret says nothing that we believe.
    my %foreign = map { $_ => $claims->{$_} } grep { !/\A(?:provider|via|realm)\z/ } keys %$claims;
    $browser->set_cookie_value($COOKIE, mint({ %foreign, factor => 'passkey mfa', auth_time => $now }));
    is $browser->get('/app')->code, 404, 'Auth.js\'s session is one';
    is_asked_again($jwt, link_to($jwt, $browser, 'second', 'claims2'), 'and never fresh');
    is_asked_again($jwt, unlink_from($jwt, $browser, 'first', 'claims'), 'nor for unlinking');
    is $jwt->accounts($jwt->user_of(first => 'claims')), 'first/claims', 'nothing was written';
};

subtest 'database: tokens' => sub {
    my $browser = $database->browser;
    $database->sign_in($browser, 'first', 'tokens');
    my $token = $browser->cookie($COOKIE);
    my $now = time;
    for my $edited ($token =~ s/~\d+/'~' . ($now + 5)/er, $token =~ s/~/~pm/r, $token =~ s/~\d+\.//r) {
        $browser->set_cookie_value($COOKIE, $edited);
        isnt $browser->get('/app')->code, 404, 'a token that was changed has no row';
    }
    $browser->set_cookie_value($COOKIE, $token);
    for my $case (['', 'none: of a version before'], ['~.', 'empty'], ["~x$now.", 'another letter'], ["~mp$now.", 'in another order'],
        ["~0$now.", 'a zero before'], ["~$now.~.", 'one more behind it'], ["~$now.x.", 'something behind it']) {
        $browser->set_cookie_value($COOKIE, $token);
        my $aged = aged($database, $browser, part => $case->[0]);
        is $browser->get('/app')->code, 404, "$case->[1]: is a session";
        is_asked_again($database, link_to($database, $browser, 'second', 'tokens2'), '... that is not fresh');
    }
    # The row of an application, with a part that looks like ours.
    my ($row) = grep { $_->{sessionToken} eq $token } $database->rows('sessions');
    for my $foreign ("~pm$now.$row->{userId}", "~pm$now." . substr($token, -36)) {
        $database->call(createSession => { %$row, sessionToken => $foreign });
        $browser->set_cookie_value($COOKIE, $foreign);
        link_to($database, $browser, 'second', 'tokens3');
        is $database->accounts({ id => $row->{userId} }), 'first/tokens', "$foreign: nothing was linked";
    }
};

# Of another host of the realm: its word counts, but its users are its own.
subtest 'realm' => sub {
    my $browser = $database->browser;
    $database->sign_in($browser, 'first', 'realm');
    my $token = $browser->cookie($COOKIE);
    my ($row) = grep { $_->{sessionToken} eq $token } $database->rows('sessions');
    my $now = time;
    for my $case (["else.AAAAAAAA.test48.~$now.", 1], ['else.AAAAAAAA.test48.', 0], ["else.AAAAAAAA.~$now.", undef],
        ["else.AAAAAAAA.test48x.~$now.", undef], ["else.AAAAAAAA.~$now.test48.", undef]) {
        my ($begin, $fresh) = @$case;
        my $other = $begin . substr $token, -36;
        $database->call(createSession => { %$row, sessionToken => $other });
        $browser->set_cookie_value($COOKIE, $other);
        is $browser->get('/app')->code == 404 ? 1 : 0, defined $fresh ? 1 : 0, "$begin: counts, or not";
        next if !defined $fresh;
        my $login = 'realm' . length $begin;
        my $to = link_to($database, $browser, 'second', $login);
        $fresh ? is($to, '/app', '... and is fresh') : is_asked_again($database, $to, '... and is not fresh');
    }
};

# --- Off, and a short one ---------------------------------------------------------------------------

for my $site ($jwt_off, $database_off) {
    my $browser = $site->browser;
    $site->sign_in($browser, 'first', 'off');
    aged($site, $browser, auth_time => time - 86400);
    is link_to($site, $browser, 'second', 'off2'), '/app', "$site->{strategy}: Off: linked";
    is unlink_from($site, $browser, 'second', 'off2'), '/auth/account', '... and unlinked';
}
{
    my $browser = $short->browser;
    $short->sign_in($browser, 'first', 'short');
    aged($short, $browser, auth_time => time - 21);
    my $token = $browser->cookie($COOKIE);
    is_asked_again($short, link_to($short, $browser, 'second', 'short2'), '20s have gone by');
    is link_to($short, $browser, 'first', 'short'), '/app', 'signing in';
    isnt $browser->cookie($COOKIE), $token, 'takes effect, in less than the minute that a session is kept';
    is unlink_from($short, $browser, 'second', 'nothing'), '/auth/account?error=NotUnlinked', 'and is fresh';
}

# --- what a provider is asked -----------------------------------------------------------------------

sub asked {
    my ($site, $provider, @form) = @_;
    my $browser = $site->browser;
    my %asked = URI->new(location($browser->sign_in($provider, [callbackUrl => '/app', @form])))->query_form;
    return $asked{prompt};
}
is asked($jwt, 'first'), undef, 'a sign-in as usual asks for nothing';
is asked($jwt, 'first', reauth => 1), 'login', 'once more: prompt=login';
is asked($jwt, 'first', reauth => $_), undef, "reauth=$_ is nothing" for '', 0, 'x';
is asked($jwt, 'github', reauth => 1), undef, 'plain OAuth has no word for it';

# --- the directive ----------------------------------------------------------------------------------

for (['AuthJSReauth 10m', 0], ['AuthJSReauth 90', 0], ['AuthJSReauth off', 0], ['AuthJSReauth 0', 1],
    ['AuthJSReauth soon', 1], ['AuthJSReauth', 1], ['AuthJSReauth -1', 1]) {
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider x oauth>\nAuthJSClientID x\nAuthJSClientSecret x\nAuthJSAuthorization https://x.test/a\nAuthJSToken https://x.test/t\nAuthJSUserinfo https://x.test/u\nAuthJSProfile id=/id\n</AuthJSProvider>\n$_->[0]\n");
    is $status ? 1 : 0, $_->[1], $_->[0] or diag $output;
    like $output, qr/AuthJSReauth/, '... in its own words' if $_->[1];
}

expect_error(qr/AH01631: user .*authorization failure/, 'Require authjs-factor refuses someone');
done_testing;
