# Passkeys that Auth.js and httpd share: the rows of @auth/drizzle-adapter on PostgreSQL, MariaDB
# and SQLite, each side's read and written by the other; then an authenticator that registers at
# one and signs in at the other, on PostgreSQL.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use AuthJSTest::Database;
use AuthJSTest::Passkey;
use AuthJSTest::PasskeySuite;
use AuthJSTest::Site;
use JSON::PP ();
use MIME::Base64 qw(decode_base64url);

# --- rows -----------------------------------------------------------------------------------

my (%ours, %databases);
for my $kind (qw(pgsql mysql sqlite)) {
    for my $foreign (0, 1) {
        my $name = "$kind-$foreign";
        my $ours = $ours{$name} = adapter(kind => $kind, schema => 'drizzle', foreign => $foreign);
        $ours->getUserByEmail('nobody');    # SQLite makes its tables now
        $databases{$name} = { adapter => 'drizzle',
            url => $kind eq 'sqlite' ? 'sqlite:' . $ours->db->file : $ours->db->url };
    }
}
my $adapters = peer('adapters', env => { TZ => 'Pacific/Auckland', DATABASES => JSON::PP->new->encode(\%databases) });
for my $name (sort keys %ours) {
    my $ours = $ours{$name};
    my $theirs = $ours->other($adapters->url("/$name"));
    subtest $ours->name . ': made by us' => sub { both_ways($ours, $theirs); };
    subtest $ours->name . ': made by them' => sub { both_ways($theirs, $ours); };
    subtest $ours->name . ': what we know beside' => sub { beside($ours, $theirs) };
    $ours->httpd->stop;
}

sub pair { my ($account) = @_; return { map { $_ => $account->{$_} } qw(provider providerAccountId) } }

# What $a makes, as $b sees it.
sub both_ways {
    my ($a, $b) = @_;
    my $user = $a->createUser(fresh_user());
    my @passkeys = ([ add_passkey($a, $user->{id}) ],
        [ add_passkey($a, $user->{id}, transports => undef, credentialBackedUp => JSON::PP::false,
            credentialDeviceType => 'singleDevice', counter => 2147483647) ]);
    for (@passkeys) {
        my ($account, $authenticator) = @$_;
        my $id = $authenticator->{credentialID};
        like_stored $b->getAuthenticator($id), $authenticator, 'an authenticator';
        like_stored $b->getAccount($id, 'passkey'), $account, 'and its account';
        like_stored $b->getUserByAccount(pair($account)), { id => $user->{id} }, 'and whose';
    }
    is_deeply [ sort map { $_->{credentialID} } @{ $b->listAuthenticatorsByUserId($user->{id}) } ],
        [ sort map { $_->[1]{credentialID} } @passkeys ], 'a user\'s';
    is $b->getAuthenticator('none'), undef, 'and no other';
    my $id = $passkeys[0][1]{credentialID};
    is $b->updateAuthenticatorCounter($id, 7)->{counter}, 7, 'a counter that the other raises';
    is $a->getAuthenticator($id)->{counter}, 7, 'is raised';
    is $b->try(createAuthenticator => $passkeys[0][1]) eq 'ok', '', 'a credential is there once';
    $b->deleteUser($user->{id});
    is $a->getAuthenticator($_->[1]{credentialID}), undef, 'a user whom the other deletes takes it along'
        for $a->{kind} eq 'mysql' && !$a->{foreign} && $b->{path} ? () : @passkeys;
}

# Rows of theirs, described and removed by us; and what they leave behind.
sub beside {
    my ($ours, $theirs) = @_;
    $ours->db->migrate('drizzle');
    my $user = $theirs->createUser(fresh_user());
    my ($first, $second) = map { (add_passkey($theirs, $user->{id}))[0] } 1, 2;
    my ($id, $other) = map { $_->{providerAccountId} } $first, $second;
    like_stored $ours->describePasskey($id, { name => 'mine' }), { name => 'mine', userId => $user->{id} },
        'a passkey of theirs has a name here';
    is_deeply { map { ($_->{credentialID} => $_->{name}) } @{ $ours->listPasskeys($user->{id}) } },
        { $id => 'mine', $other => undef }, 'and is listed';
    like_stored $ours->unlinkAccountButLast($user->{id}, pair($first)), pair($first), 'and removed';
    is $theirs->getAuthenticator($id), undef, 'for them, too';
    is $theirs->getAccount($id, 'passkey'), undef, 'with its account';
    is $ours->unlinkAccountButLast($user->{id}, pair($second)), undef, 'but not the last one';
    $ours->describePasskey($other, { name => 'last' });
    $theirs->deleteUser($user->{id});
    is $ours->count(passkeys => userId => $user->{id}), 0, 'a user whom they delete leaves no name here'
        if $ours->{kind} ne 'mysql';    # where our table refers to none
}

# --- ceremonies -----------------------------------------------------------------------------

my $db = database('pgsql');
$db->execute(AuthJSTest::Env::read_file(srcdir() . '/t/data/tables/pgsql-drizzle.sql'));
$db->migrate('drizzle');
my $port = peer_port('authjs');
peer('authjs-passkey', port => $port,
    env => { AUTHJS_PORT => $port, AUTHJS_SECRET => secret('auth_secret'), DATABASE_URL => $db->url });
my $httpd = httpd(conf => <<"EOT");
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
@{[ $db->adapter('drizzle') ]}
AuthJSProvider passkey
<AuthJSProvider webauthn>
    AuthJSOption autofill=off
</AuthJSProvider>
EOT
my %browser = (httpd => sub { $httpd->browser },
    'Auth.js' => sub { AuthJSTest::Site->new(base => "http://localhost:$port", cookies => 1) });
my %refused = (httpd => qr/error=WebAuthnVerificationError/, 'Auth.js' => qr/error=WebAuthnVerificationError/);
sub who { my $session = $_[0]->session; $session ? $session->{user}{name} // $session->{user}{email} : 'nobody' }
sub stored { $db->row('SELECT * FROM authenticator WHERE "userId" = ?', @_) }

# @simplewebauthn/server 9 takes no signature of ES256 with a number of less than 32 bytes, one in 128:
# then the authenticator signs once more, with the same counter.
sub sign_in {
    my ($key, $alg, $browser, $id) = @_;
    my $options = $key->options($browser, $id, action => 'authenticate');
    delete $options->{options}{allowCredentials};
    my $sent = $key->get($options);
    my $counter = unpack 'x33N', decode_base64url($sent->{response}{authenticatorData});
    while ($alg == -7 && grep { length s{^\0}{}r < 32 } unpack 'x2 xC/a xC/a', decode_base64url($sent->{response}{signature})) {
        $sent = $key->get($options, counter => $counter);
    }
    return $key->send($browser, $id, authenticate => $sent);
}

my $count = 0;
for (['Auth.js', 'httpd'], ['httpd', 'Auth.js']) {
    my ($from, $to) = @$_;
    for my $alg (-7, -8, -257) {
        for my $id (qw(passkey webauthn)) {
            my $synced = $alg == -7 ? JSON::PP::true : JSON::PP::false;
            my $key = AuthJSTest::Passkey->new(algorithms => [$alg], flags => { be => $synced, bs => $synced },
                transports => [qw(internal hybrid)]);
            my $address = 'user' . ++$count . '@example.com';
            my $browser = $browser{$from}->();
            $key->register($browser, $id, $address);
            is who($browser), $address, "$from: $id registers with algorithm $alg";
            my $user = $db->value('SELECT id FROM "user" WHERE name = ? OR email = ?', ($address) x 2);
            my $row = stored($user);
            is_deeply [ @$row{qw(counter transports)}, $row->{credentialDeviceType} ],
                [ 1, 'internal,hybrid', $synced ? 'multiDevice' : 'singleDevice' ], '... as Auth.js stores it';
            like $row->{credentialBackedUp}, $synced ? qr/^(?:1|t)/ : qr/^(?:0|f)/, '... backed up or not';
            for my $at ($to, $from, $to) {
                my $clone = $key->clone;
                $browser = $browser{$at}->();
                sign_in($key, $alg, $browser, $id);
                is who($browser), $address, "... signs in at $at";
                $browser = $browser{$at eq $to ? $from : $to}->();
                my $answer = $clone->sign_in($browser, $id);
                like location($answer), $refused{ $at eq $to ? $from : $to }, '... a clone whose counter is behind does not at the other';
                is who($browser), 'nobody', '... it is nobody there';
            }
            is stored($user)->{counter}, 4, '... and they count together';
            is $db->value('SELECT count(*) FROM account WHERE "userId" = ? AND type = ?', $user, 'webauthn'), 1, '... one account';
            is !!(grep { $_->{provider} eq ($id eq 'passkey' ? 'webauthn' : 'passkey') }
                $db->rows('SELECT provider FROM account WHERE "userId" = ?', $user)), '', '... of this provider';
            my $other = $browser{$to}->();
            $key->sign_in($other, $id eq 'passkey' ? 'webauthn' : 'passkey');
            is who($other), 'nobody', '... and of no other';
        }
    }
}

# A second passkey, made at the other side by who is signed in there, and one that is taken away.
{
    my ($first, $second) = map { AuthJSTest::Passkey->new } 1, 2;
    my $node = $browser{'Auth.js'}->();
    $first->register($node, 'passkey', 'both@example.com');
    my $user = $db->value(q{SELECT id FROM "user" WHERE email = 'both@example.com'});
    my $of_first = stored($user)->{credentialID};
    my $here = $browser{httpd}->();
    $first->sign_in($here, 'passkey');
    $second->register($here, 'passkey');
    my @rows = $db->rows('SELECT "credentialID" FROM authenticator WHERE "userId" = ?', $user);
    is scalar @rows, 2, 'a second passkey';
    my $other = $browser{'Auth.js'}->();
    $second->sign_in($other, 'passkey');
    is who($other), 'both@example.com', '... signs in at Auth.js as the same';
    my $html = $here->get('/auth/account')->content;
    like $html, qr/\Q$_->{credentialID}\E/, 'httpd shows what either made' for @rows;
    my $answer = $here->post('/auth/account',
        [ csrfToken => $here->csrf, provider => 'passkey', providerAccountId => $of_first ]);
    is $answer->code, 302, 'the one of Auth.js is removed';
    is $db->value('SELECT count(*) FROM authenticator WHERE "userId" = ?', $user), 1, '... with its authenticator';
    $other = $browser{'Auth.js'}->();
    $first->sign_in($other, 'passkey');
    is who($other), 'nobody', '... and signs in at Auth.js no more';
    $second->sign_in($other, 'passkey');
    is who($other), 'both@example.com', '... the other does';
}

done_testing;
