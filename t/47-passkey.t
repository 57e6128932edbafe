# Passkeys from the options to the session, with an authenticator in software: what Auth.js does
# (its tables for type webauthn), with both session strategies, and what is ours: a challenge is
# good once, for one browser, purpose, provider and user; nobody is looked up by an address that
# was only typed; who has an address is not told.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Passkey;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);

sub conf {
    my ($strategy, $db, @more) = @_;
    return join "\n", <<"EOT", @more;
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSSessionStrategy $strategy
@{[ $db->adapter ]}
AuthJSPage newUser /welcome
AuthJSProvider passkey
<AuthJSProvider webauthn>
    AuthJSOption timeout=60s "rpName=Example Site"
</AuthJSProvider>
<AuthJSProvider closed webauthn>
    AuthJSOption signUp=email
</AuthJSProvider>
<Location /members>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
}

sub path { my ($site, $response) = @_; (location($response) // $response->status_line) =~ s/^\Q@{[ $site->site->url('') ]}\E//r }
sub who { my $session = $_[0]->session; $session ? $session->{user}{name} // $session->{user}{email} : 'nobody' }
sub stored { my ($id) = @_; my $text = $id =~ tr{-_}{+/}r; $text .= '=' while length($text) % 4; return $text }
my $REFUSED = '/auth/signin?error=WebAuthnVerificationError';

sub thread {
    my ($site, $db) = @_;
    my $browser = $site->browser;
    my $key = AuthJSTest::Passkey->new;
    my $options = $key->options($browser, 'passkey', action => 'register', email => 'Alice');
    my ($made) = $options->{options};
    like delete $made->{challenge}, qr/^[\w-]{43}$/, 'a challenge of 32 bytes';
    like delete $made->{user}{id}, qr/^[0-9a-f]{64}$/, 'the id of the user says nothing';
    is_deeply $made, {
        rp => { name => 'localhost:' . ($site->site->url('') =~ /:(\d+)$/)[0], id => 'localhost' },
        user => { name => 'Alice', displayName => 'Alice' },
        pubKeyCredParams => [ map { { alg => $_, type => 'public-key' } } -8, -7, -257 ],
        timeout => 300_000, attestation => 'none', excludeCredentials => [],
        authenticatorSelection => { residentKey => 'required', userVerification => 'required', requireResidentKey => JSON::PP::true },
        extensions => { credProps => JSON::PP::true },
    }, 'options of a registration';
    ok $browser->cookie('authjs.challenge'), '... and the cookie that it is bound to';
    my $answer = $key->register($browser, 'passkey', 'Alice', fields => { callbackUrl => '/members/' });
    is path($site, $answer), '/welcome?callbackUrl=' . URI::Escape::uri_escape($site->url('/members/')), 'a new user';
    is who($browser), 'Alice', '... named as was typed';
    is $browser->session->{user}{email}, undef, '... without an address';
    is $browser->get('/members/')->code, 404, '... let in';
    my $user = $db->value('SELECT id FROM users');
    my $credential = $key->options($browser, 'passkey', action => 'authenticate')->{options}{allowCredentials}[0];
    is_deeply [ $db->rows('SELECT "userId", type, provider, "providerAccountId" FROM accounts') ],
        [ { userId => $user, type => 'webauthn', provider => 'passkey', providerAccountId => stored($credential->{id}) } ], 'its account';
    my $row = $db->row('SELECT * FROM authenticators');
    is_deeply [ @$row{qw(credentialID userId providerAccountId counter credentialDeviceType credentialBackedUp transports)} ],
        [ stored($credential->{id}), $user, stored($credential->{id}), 1, 'singleDevice', $row->{credentialBackedUp}, 'internal' ], 'its authenticator';
    like $row->{credentialBackedUp}, qr/^(?:0|f|false)$/, '... is not backed up';

    like $db->value('SELECT created FROM authjs_passkeys'), qr/^20\d\d-/, '... and its birthday';

    my $other = $site->browser;
    $answer = $key->sign_in($other, 'passkey', fields => { callbackUrl => '/members/' });
    is path($site, $answer), '/members/', 'signing in';
    is who($other), 'Alice', '... as who registered it';
    is $db->value('SELECT counter FROM authenticators'), 2, '... counts';
    is $db->value('SELECT count(*) FROM users'), 1, '... and makes nobody';
    like $db->value('SELECT "lastUsed" FROM authjs_passkeys'), qr/^20\d\d-/, '... and is dated';
    is who($site->browser), 'nobody', 'another browser is not signed in';

    # A second passkey of the same user.
    my $second = AuthJSTest::Passkey->new(algorithms => [-257], transports => [ 'usb', 'nfc', 'a b', 'x' x 99 ], flags => { be => JSON::PP::true, bs => JSON::PP::true });
    $options = $second->options($other, 'passkey', action => 'register');
    is_deeply $options->{options}{excludeCredentials}, [ $credential ], 'who is signed in is not asked for a passkey that is there';
    $answer = $second->register($other, 'passkey', undef, fields => { callbackUrl => '/members/' });
    is path($site, $answer), '/members/', 'a second passkey';
    is $db->value('SELECT count(*) FROM users'), 1, '... of the same user';
    is $db->value("SELECT transports FROM authenticators WHERE counter = 1"), 'usb,nfc', '... transports that are none are left out';
    is $db->value("SELECT \"credentialDeviceType\" FROM authenticators WHERE counter = 1"), 'multiDevice', '... of several devices';
    my $third = $site->browser;
    is path($site, $second->sign_in($third, 'passkey', fields => { callbackUrl => '/' })), '/', 'signing in with it';
    is who($third), 'Alice', '... is signing in as the same';

    # Somebody else, who calls herself the same.
    my $mallory = $site->browser;
    my $hers = AuthJSTest::Passkey->new;
    $hers->register($mallory, 'passkey', 'Alice');
    is $db->value('SELECT count(*) FROM users'), 2, 'a name is nobody\'s';
    is path($site, $second->sign_in($mallory, 'passkey')), '/auth/signin?error=AccountNotLinked', 'a passkey of another user than who is signed in';
    is $mallory->session->{user}{name}, 'Alice', '... changes nothing';
    is path($site, $hers->sign_in($mallory, 'passkey', fields => { callbackUrl => '/' })), '/', 'her own does';
    return;
}

sub challenges {
    my ($site) = @_;
    my ($browser, $other) = map { $site->browser } 1, 2;
    my $key = AuthJSTest::Passkey->new;
    $key->register($browser, 'passkey', 'Bob');
    $browser->sign_out;
    my $options = $key->options($browser, 'passkey', action => 'authenticate');
    my $sent = $key->get($options);
    $other->csrf;
    $key->options($other, 'passkey');
    is path($site, $key->send($other, 'passkey', authenticate => $sent)), $REFUSED, 'a challenge of another browser';
    is path($site, $key->send($browser, 'webauthn', authenticate => $sent)), $REFUSED, '... of another provider';
    is path($site, $key->send($browser, 'passkey', register => $sent, email => 'Bob')), $REFUSED, '... of another purpose';
    is path($site, $key->send($browser, 'passkey', authenticate => $sent, callbackUrl => '/')), '/', 'none of that has used it up';
    is who($browser), 'Bob', '... it signs in';
    $browser->sign_out;
    is path($site, $key->send($browser, 'passkey', authenticate => $sent)), $REFUSED, '... once';
    is who($browser), 'nobody', '... and not again';

    my @several = map { $key->options($browser, 'passkey', action => 'authenticate') } 1 .. 5;
    my @answers = map { path($site, $key->send($browser, 'passkey', authenticate => $key->get($_), callbackUrl => '/')) } reverse @several;
    is_deeply \@answers, [ ('/') x 5 ], 'several tabs hold one each';

    $options = $key->options($browser, 'passkey', action => 'authenticate');
    $sent = $key->get($options, counter => 1);
    is path($site, $key->send($browser, 'passkey', authenticate => $sent)), $REFUSED, 'a counter that goes back';
    is path($site, $key->send($browser, 'passkey', authenticate => $key->get($options, counter => 99))), $REFUSED, '... uses the challenge up all the same';

    my $forged = $key->options($browser, 'passkey', action => 'authenticate');
    substr($forged->{options}{challenge}, 3, 1) =~ tr/A-Za-z0-9_-/B-ZAb-za1-90\-_/;
    is path($site, $key->send($browser, 'passkey', authenticate => $key->get($forged, counter => 200))), $REFUSED, 'a challenge that was changed';
    for my $text ('', 'x', 'A' x 43, 'A' x 100_00) {
        $forged->{options}{challenge} = $text;
        is path($site, $key->send($browser, 'passkey', authenticate => $key->get($forged, counter => 300))), $REFUSED, 'one that was made up: ' . substr $text, 0, 5;
    }
    is $browser->post('/auth/callback/passkey', [ action => 'authenticate', data => '{}' ])->code, 302, 'without a CSRF token';

    # A challenge for a user is none for another one, nor for a new one.
    my $signed_in = $site->browser;
    $key->sign_in($signed_in, 'passkey', counter => 400);
    my $new = AuthJSTest::Passkey->new;
    my $made = $new->create($new->options($signed_in, 'passkey', action => 'register'));
    $signed_in->sign_out;
    is path($site, $new->send($signed_in, 'passkey', register => $made, email => 'Eve')), $REFUSED, 'a challenge of who was signed in makes no new user';
    my $hers = AuthJSTest::Passkey->new;
    my $for_new = $hers->create($hers->options($signed_in, 'passkey', action => 'register', email => 'Eve'));
    $key->sign_in($signed_in, 'passkey', counter => 500);
    is path($site, $hers->send($signed_in, 'passkey', register => $for_new, email => 'Eve')), $REFUSED, '... nor one of a new user a passkey of who is signed in';
    return;
}

sub stolen_ids {
    my ($site, $db) = @_;
    my $victim = AuthJSTest::Passkey->new;
    my $browser = $site->browser;
    my $made = $victim->create($victim->options($browser, 'passkey', action => 'register', email => 'Victim'));
    $victim->send($browser, 'passkey', register => $made, email => 'Victim');
    my $thief = AuthJSTest::Passkey->new;
    my $other = $site->browser;
    my $users = $db->value('SELECT count(*) FROM users');
    is path($site, $thief->register($other, 'passkey', 'Thief', credentialId => $made->{id})), $REFUSED, 'an id that somebody has is registered once';
    is who($other), 'nobody', '... and signs nobody in';
    is path($site, $thief->register($other, 'webauthn', 'Thief', credentialId => $made->{id})), $REFUSED, '... at another provider neither';
    $db->execute('DELETE FROM authenticators WHERE "credentialID" = ?', stored($made->{id}));
    is path($site, $thief->register($other, 'passkey', 'Thief', credentialId => $made->{id})), '/auth/signin?error=AccountNotLinked', 'nor when its authenticator is gone, and its account is not';
    is who($other), 'nobody', '... signs nobody in';
    is $db->value('SELECT count(*) FROM users'), $users, '... makes nobody';
    is path($site, $victim->sign_in($other, 'passkey')), $REFUSED, 'without an authenticator nobody signs in';
    return;
}

sub many {
    my ($site, $db) = @_;
    my $browser = $site->browser;
    AuthJSTest::Passkey->new->register($browser, 'passkey', 'Collector');
    my $user = $db->value(q{SELECT id FROM users WHERE name = 'Collector'});
    my $more = sub { path($site, AuthJSTest::Passkey->new->register($browser, 'passkey', undef, fields => { callbackUrl => '/' })) };
    $db->execute('INSERT INTO authenticators ("credentialID", "userId", "providerAccountId", "credentialPublicKey", counter, '
        . '"credentialDeviceType", "credentialBackedUp") VALUES (?, ?, ?, ?, 0, ?, ?)', "more$_", $user, "more$_", 'AAAA', 'singleDevice', 0) for 1 .. 62;
    is $more->(), '/', 'a user has 64 passkeys';
    is $more->(), $REFUSED, '... and no more';
    is $db->value('SELECT count(*) FROM authenticators WHERE "userId" = ?', $user), 64, '... rows';
    is $db->value('SELECT count(*) FROM accounts WHERE "userId" = ?', $user), 2, '... nor an account';
    return;
}

# Of two ways in the one that is left has to lead in here.
sub last_one {
    my ($site, $db) = @_;
    my $browser = $site->browser;
    AuthJSTest::Passkey->new->register($browser, 'passkey', 'Leaver');
    my $user = $db->value(q{SELECT id FROM users WHERE name = 'Leaver'});
    my $remove = sub { path($site, $browser->post('/auth/account', [ csrfToken => $browser->csrf, provider => $_[0], providerAccountId => $_[1] ])) };
    my $id = $db->value('SELECT "providerAccountId" FROM accounts WHERE "userId" = ?', $user);
    $db->execute('INSERT INTO accounts (id, "userId", type, provider, "providerAccountId") VALUES (?, ?, ?, ?, ?)', $user, $user, 'oauth', 'gone', '7');
    is $remove->(passkey => $id), '/auth/account?error=NotUnlinked', 'an account of a provider that the site has no more is no way in';
    is $db->value('SELECT count(*) FROM authenticators WHERE "userId" = ?', $user), 1, '... the passkey stays';
    is $remove->(gone => 7), '/auth/account', '... and that account may go';
    return;
}

sub table {
    my ($site, $db) = @_;
    my $key = AuthJSTest::Passkey->new;
    my $of = sub { my ($browser, %query) = @_; my $r = $key->ask_options($browser, delete $query{id} // 'webauthn', %query);
        my $json = $browser->json($r); return $r->code . ' ' . ($json->{error} // $json->{action}) };
    my $out = $site->browser;
    is $of->($out, action => 'authenticate'), '200 authenticate', 'authenticate, nobody signed in';
    is $of->($out, action => 'authenticate', email => 'a@example.com'), '200 authenticate', '... with an address';
    is $of->($out, action => 'register'), '400 Invalid request', 'register without a name';
    is $of->($out, action => 'register', email => 'a@example.com'), '200 register', '... with one';
    is $of->($out), '200 authenticate', 'no action';
    is $of->($out, email => 'a@example.com'), '200 authenticate', '... with an address';
    is $of->($out, action => 'registerx'), '400 Invalid action', 'no such action';
    is $of->($out, action => ''), '400 Invalid action', 'an empty one';
    is $of->($out, action => 'register', email => "a\tb"), '400 Invalid request', 'a name that is none';
    is $of->($out, action => 'register', email => 'a' x 255), '400 Invalid request', '... that is too long';
    is $of->($out, id => 'closed', action => 'register', email => 'a'), '403 AccessDenied', 'where nobody signs up with a passkey alone';
    my $in = $site->browser;
    $key->register($in, 'webauthn', 'Dora');
    is $of->($in, action => 'authenticate'), '200 authenticate', 'authenticate, signed in';
    is $of->($in, action => 'register'), '200 register', 'register, signed in';
    is $of->($in), '400 Invalid request', 'no action, signed in';
    is $of->($in, id => 'closed', action => 'register'), '200 register', 'one more where nobody signs up';
    is $out->get('/auth/webauthn-options/nobody')->code, 302, 'no such provider';
    is $out->get('/auth/webauthn-options')->code, 302, 'no provider';

    my $made = $key->options($out, 'webauthn', action => 'register', email => 'x')->{options};
    is_deeply [ $made->{timeout}, $made->{rp}{name}, $made->{authenticatorSelection} ], [ 60_000, 'Example Site',
        { residentKey => 'required', userVerification => 'preferred', requireResidentKey => JSON::PP::true } ],
        'options that are written, but that who signs up is found by the passkey';
    $made = $key->options($in, 'webauthn', action => 'register')->{options};
    is_deeply $made->{authenticatorSelection}, { residentKey => 'preferred', userVerification => 'preferred', requireResidentKey => JSON::PP::false },
        '... and who is signed in adds any';

    # Who has an address is not told: made-up credentials look alike, and stay as they are.
    $db->execute("UPDATE users SET email = ? WHERE name = ?", 'dora@example.com', 'Dora');
    my $allowed = sub { $key->options($out, 'webauthn', action => 'authenticate', email => $_[0])->{options}{allowCredentials} };
    my ($real, $none, $again) = map { $allowed->($_) } 'Dora@example.com', 'nobody@example.com', 'nobody@example.com';
    is_deeply [ sort keys %{ $real->[0] } ], [ sort keys %$_ ], 'the answer about an address that nobody has looks like another' for @$none;
    is_deeply $none, $again, '... each time the same';
    isnt $allowed->('other@example.com')->[0]{id}, $none->[0]{id}, '... and another for another';
    my (%length, %several);
    for my $number (1 .. 40) {
        my $made_up = $allowed->("nobody$number\@example.com");
        $several{@$made_up}++;
        $length{"@{ $_->{transports} }"}{length $_->{id}}++ for @$made_up;
    }
    ok $several{1} && $several{2}, '... several are no proof of a user';
    cmp_ok scalar(grep { keys %$_ > 1 } values %length), '>', 1, '... and no length goes with one kind alone';
    my @codes = map { $key->ask_options($out, 'webauthn', email => "user$_\@example.com")->code } 1 .. 70;
    is_deeply [ $codes[0], $codes[-1] ], [ 200, 429 ], 'who asks for too many is told to wait';
    my $limited = $key->ask_options($out, 'webauthn', email => 'dora@example.com');
    is $limited->code, 429, '... also for one that somebody has';
    cmp_ok $limited->header('Retry-After'), '>', 0, '... how long';
    is $key->ask_options($out, 'webauthn')->code, 200, '... and may sign in by a passkey that needs no address';
    return;
}

my @crowd;
for my $strategy (qw(jwt database)) {
    my $db = database('sqlite');
    my $httpd = httpd(conf => conf($strategy, $db));
    $db->migrate;
    for my $case ([ thread => \&thread ], [ challenges => \&challenges ], [ stolen => \&stolen_ids ], [ many => \&many ], [ last => \&last_one ], [ table => \&table ]) {
        subtest "$strategy: $case->[0]" => sub { $case->[1]->($httpd, $db) };
    }
}

done_testing;
