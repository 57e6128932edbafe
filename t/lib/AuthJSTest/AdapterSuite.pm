package AuthJSTest::AdapterSuite;

=head1 NAME

AuthJSTest::AdapterSuite - what every adapter must do, on every database and schema

=head1 SYNOPSIS

    use AuthJSTest::AdapterSuite;
    adapter_suite(adapter(kind => 'pgsql', schema => 'prisma'));

basic: the behaviours of Auth.js's own adapter suite; beyond: what mod_authjs adds; every_value:
NULLs, unicode, lengths and times; parallel: many at once. adapter_suite is all of them.

=cut

use strict;
use warnings;
use AuthJSTest::Adapter;
use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use Test::More;

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for qw(adapter_suite like_stored fresh_user
        github_account fresh_session verification_token);
}

my $UNKNOWN = '999999999';
my $count = 0;
sub unique { sprintf '%s-%d-%d', $_[0] // 'x', $$, ++$count }

# Every member of the wanted row is in the other; NULL and absent are the same.
sub like_stored {
    my ($got, $want, $name) = @_;
    return ok 0, "$name: there is one" unless ref $got eq 'HASH';
    my %seen = map { my $v = $got->{$_}; ($_ => JSON::PP::is_bool($v) ? $v + 0 : $v) } keys %$want;
    my %wanted = map { my $v = $want->{$_}; ($_ => JSON::PP::is_bool($v) ? $v + 0 : $v) } keys %$want;
    return is_deeply \%seen, \%wanted, $name;
}

sub fresh_user {
    my (%member) = @_;
    my $email = unique('fill') . '@murray.com';
    return { name => 'Fill Murray', email => $email, image => 'https://www.fillmurray.com/460/300',
        emailVerified => iso(time, 123), %member };
}

sub github_account {
    my ($user_id, %member) = @_;
    return { userId => $user_id, provider => 'github', type => 'oauth',
        providerAccountId => unique('id'), access_token => unique('access'),
        refresh_token => unique('refresh'), id_token => unique('id'), expires_at => 2592000,
        scope => 'user', session_state => unique('state'), token_type => 'bearer', %member };
}

sub fresh_session {
    my ($user_id, %member) = @_;
    return { sessionToken => unique('github.token'), userId => $user_id,
        expires => iso(time + 7 * 86400), %member };
}

sub authenticator {
    my ($user_id, %member) = @_;
    return { credentialID => unique('credential'), userId => $user_id, counter => 1,
        providerAccountId => unique('account'), credentialPublicKey => 'cHVibGljIGtleQ==',
        credentialDeviceType => 'platform', credentialBackedUp => JSON::PP::true,
        transports => 'usb,ble,nfc', %member };
}

sub pair { my ($account) = @_; return { map { $_ => $account->{$_} } qw(provider providerAccountId) } }

# A user, as created; its account and session.
sub somebody {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $account = github_account($user->{id});
    my $session = fresh_session($user->{id});
    $a->linkAccount($account);
    $a->createSession($session);
    return ($user, $account, $session);
}

sub adapter_suite {
    my ($a) = @_;
    for my $part (qw(basic beyond every_value parallel)) {
        no strict 'refs';
        subtest "$part: @{[ $a->name ]}" => sub { &$part($a) };
    }
}

# --- the behaviours of Auth.js's own suite ------------------------------------------------

sub basic {
    my ($a) = @_;
    users($a);
    sessions($a);
    accounts($a);
    verification_tokens($a);
    deletion($a);
    authenticators($a) if $a->authenticators;
}

sub users {
    my ($a) = @_;
    my $user = fresh_user();
    my $created = $a->createUser({ %$user, id => unique('ignored') });
    like_stored $created, $user, 'createUser: what was given comes back';
    ok length($created->{id} // '') && !ref $created->{id}, 'and an id';
    my %whole = (%$user, id => $created->{id});
    like_stored $a->stored(users => id => $created->{id}), \%whole, 'and it is stored';

    is $a->getUser($UNKNOWN), undef, 'getUser: unknown';
    is $a->getUser('not an id of any kind'), undef, 'nor by what cannot be an id';
    like_stored $a->getUser($created->{id}), \%whole, 'known';
    is $a->getUserByEmail('nobody@example.com'), undef, 'getUserByEmail: unknown';
    like_stored $a->getUserByEmail($user->{email}), \%whole, 'known';

    $whole{name} = 'Changed Name';
    like_stored $a->updateUser({ id => $created->{id}, name => 'Changed Name' }), \%whole,
        'updateUser: the rest stays';
    like_stored $a->stored(users => id => $created->{id}), \%whole, 'stored too';
    is $a->try(updateUser => { id => $UNKNOWN, name => 'x' }), 'failed', 'not of nobody';
}

sub sessions {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $session = fresh_session($user->{id});
    my $token = $session->{sessionToken};
    like_stored $a->createSession($session), $session, 'createSession';
    like_stored $a->stored(sessions => sessionToken => $token), $session, 'stored';

    is $a->getSessionAndUser('invalid-token'), undef, 'getSessionAndUser: unknown';
    my $found = $a->getSessionAndUser($token);
    like_stored $found->{session}, $session, 'the session';
    like_stored $found->{user}, $user, 'and its user';
    # As Auth.js's adapters, which SELECT *; but for columns that Auth.js has no name for.
    for my $part (['session', sessions => sessionToken => $token], ['user', users => id => $user->{id}]) {
        my ($member, @where) = @$part;
        my %row = %{ $a->stored(@where) };
        delete @row{qw(createdAt updatedAt username)};
        is_deeply [sort keys %{ $found->{$member} }], [sort keys %row], "the whole row of the $member";
        is $found->{$member}{id}, $row{id}, 'its id';
    }

    my $later = iso(time + 30 * 86400);
    my $updated = $a->updateSession({ sessionToken => $token, expires => $later });
    like_stored $updated, { %$session, expires => $later }, 'updateSession';
    is $a->stored(sessions => sessionToken => $token)->{expires}, $later, 'stored';
    is $a->updateSession({ sessionToken => 'invalid-token', expires => $later }), undef,
        'updateSession: unknown';

    my $found_late;
    for (1 .. 2) {    # httpd prunes once, a moment after its start
        my $past = fresh_session($user->{id}, expires => iso(time - 60));
        $a->createSession($past);
        $found_late = $a->getSessionAndUser($past->{sessionToken}) and last;
    }
    ok $found_late, 'expires is for others to look at';

    like_stored $a->deleteSession($token), { %$session, expires => $later },
        'deleteSession: what was';
    is $a->stored(sessions => sessionToken => $token), undef, 'gone';
    is $a->deleteSession($token), undef, 'once';
}

sub accounts {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $account = github_account($user->{id});
    like_stored $a->linkAccount($account), $account, 'linkAccount';
    my @where = %{ pair($account) };
    like_stored $a->stored(accounts => @where), $account, 'stored';

    is $a->getUserByAccount({ provider => 'github', providerAccountId => 'invalid' }), undef,
        'getUserByAccount: unknown';
    is $a->getUserByAccount({ %{ pair($account) }, provider => 'gitlab' }), undef,
        'of another provider';
    like_stored $a->getUserByAccount(pair($account)), $user, 'known';

    is $a->getAccount('invalid', 'invalid'), undef, 'getAccount: both wrong';
    is $a->getAccount($account->{providerAccountId}, 'invalid'), undef, 'wrong provider';
    is $a->getAccount('invalid', 'github'), undef, 'wrong id';
    like_stored $a->getAccount($account->{providerAccountId}, 'github'), $account, 'known';

    $a->unlinkAccount(pair($account));
    is $a->stored(accounts => @where), undef, 'unlinkAccount';
    is $a->unlinkAccount(pair($account)), undef, 'once';
}

sub verification_token {
    return { identifier => unique('fill') . '@murray.com', expires => iso(time + 900),
        token => sha256_hex(unique('token') . 'anything'), @_ };
}

sub verification_tokens {
    my ($a) = @_;
    my $token = verification_token();
    my %pair = map { $_ => $token->{$_} } qw(identifier token);
    like_stored $a->createVerificationToken($token), $token, 'createVerificationToken';
    like_stored $a->stored(tokens => %pair), $token, 'stored';
    is $a->useVerificationToken({ %pair, identifier => 'other@murray.com' }), undef,
        'useVerificationToken: not for somebody else';
    like_stored $a->getVerificationToken(\%pair), $token, 'getVerificationToken';
    is $a->getVerificationToken({ %pair, $_ => 'other' }), undef, "not by another $_"
        for qw(identifier token);
    like_stored $a->useVerificationToken(\%pair), $token, 'used';
    is $a->useVerificationToken(\%pair), undef, 'once';
    is $a->stored(tokens => %pair), undef, 'gone';
}

sub deletion {
    my ($a) = @_;
    my ($user, $account, $session) = somebody($a);
    my ($other) = somebody($a);
    $a->createAuthenticator(authenticator($user->{id})) if $a->authenticators;
    like_stored $a->deleteUser($user->{id}), $user, 'deleteUser';
    is $a->stored(users => id => $user->{id}), undef, 'the user is gone';
    is $a->stored(accounts => %{ pair($account) }), undef, 'and the account';
    is $a->stored(sessions => sessionToken => $session->{sessionToken}), undef, 'and the session';
    is_deeply $a->listAuthenticatorsByUserId($user->{id}), [], 'and the authenticator'
        if $a->authenticators;
    is $a->deleteUser($user->{id}), undef, 'once';
    is $a->count(sessions => userId => $other->{id}), 1, 'others keep theirs';
}

sub authenticators {
    my ($a) = @_;
    my @user = map { $a->createUser(fresh_user()) } 1, 2;
    my @own = (authenticator($user[0]{id}), authenticator($user[0]{id}, transports => undef),
        authenticator($user[1]{id}, credentialBackedUp => JSON::PP::false));
    like_stored $a->createAuthenticator($_), $_, 'createAuthenticator' for @own;
    my $id = $own[0]{credentialID};
    like_stored $a->stored(authenticators => credentialID => $id), $own[0], 'stored';
    is $a->try(createAuthenticator => $own[0]), 'conflict', 'one of a name';

    is $a->getAuthenticator('invalid'), undef, 'getAuthenticator: unknown';
    like_stored $a->getAuthenticator($_->{credentialID}), $_, 'known' for @own;

    is_deeply $a->listAuthenticatorsByUserId($UNKNOWN), [], 'listAuthenticators: nobody';
    for my $i (0, 1) {
        is_deeply [ sort map { $_->{credentialID} }
                @{ $a->listAuthenticatorsByUserId($user[$i]{id}) } ],
            [ sort map { $_->{credentialID} } grep { $_->{userId} eq $user[$i]{id} } @own ],
            'exactly their own';
    }
    is $a->try(updateAuthenticatorCounter => 'invalid', 7), 'failed', 'no such counter';
    is $a->updateAuthenticatorCounter($id, 2147483647)->{counter}, 2147483647, 'counter';
    is $a->updateAuthenticatorCounter($id, $_), undef, "no more: $_" for 2147483647, 2, 0;
    is $a->stored(authenticators => credentialID => $id)->{counter}, 2147483647, 'stored';
}

# --- what sign-in and the account page want besides ---------------------------------------

sub beyond {
    my ($a) = @_;
    signing_up($a);
    several_accounts($a);
    pruning($a);
}

sub signing_up {
    my ($a) = @_;
    my $user = fresh_user();
    my ($account, $session) = (github_account(undef), fresh_session(undef));
    delete $_->{userId} for $account, $session;
    my $created = $a->signUp($user, $account, $session);
    like_stored $created, $user, 'signUp';
    my %owner = (userId => $created->{id});
    like_stored $a->stored(users => id => $created->{id}), $user, 'the user is stored';
    like_stored $a->stored(accounts => %owner), { %$account, %owner }, 'and the account';
    like_stored $a->stored(sessions => %owner), { %$session, %owner }, 'and the session';

    my $before = $a->count('users');
    my $fresh = fresh_session(undef);
    is $a->try(signUp => fresh_user(), $account, $fresh), 'conflict', 'the same account';
    is $a->try(signUp => $user, github_account(undef), $fresh), 'conflict', 'the same e-mail';
    is $a->try(signUp => fresh_user(), github_account(undef), $session), 'conflict',
        'the same session token' if $a->is_unique('sessions');
    is $a->count('users'), $before, 'leave nothing';
    is $a->count(sessions => sessionToken => $fresh->{sessionToken}), 0, 'of themselves';

    my $email = fresh_user();
    $created = $a->signUp($email, undef, fresh_session(undef));
    is $a->count(accounts => userId => $created->{id}), 0, 'a magic link has no account';
    is $a->count(sessions => userId => $created->{id}), 1, 'but a session';
    $created = $a->signUp(fresh_user(), github_account(undef), undef);
    is $a->count(sessions => userId => $created->{id}), 0, 'with jwt it has no session';
}

sub several_accounts {
    my ($a) = @_;
    my ($user, $github, $session) = somebody($a);
    is $a->try(linkAccount => $github), 'conflict', 'an account is linked once'
        if $a->is_unique('accounts');
    is $a->try(createSession => $session), 'conflict', 'a session token is one session'
        if $a->is_unique('sessions');
    is $a->try(createUser => fresh_user(email => $user->{email})), 'conflict',
        'an e-mail is one user' if $a->is_unique('users');

    my %tokens = (access_token => 'new access', refresh_token => 'new refresh',
        expires_at => 1893456000);
    like_stored $a->updateAccount({ %{ pair($github) }, %tokens }), { %$github, %tokens },
        'updateAccount: what is not given stays';
    like_stored $a->stored(accounts => %{ pair($github) }), { %$github, %tokens }, 'stored';
    is $a->updateAccount({ %{ pair($github) }, provider => 'gitlab', %tokens }), undef, 'unknown';

    my ($other) = somebody($a);
    is $a->unlinkAccountButLast($user->{id}, pair($github)), undef, 'not the last account';
    is $a->count(accounts => userId => $user->{id}), 1, 'it stays';
    my $gitlab = github_account($user->{id}, provider => 'gitlab');
    $a->linkAccount($gitlab);
    is_deeply [ sort map { $_->{provider} } @{ $a->listAccounts($user->{id}) } ],
        [qw(github gitlab)], 'listAccounts';
    is_deeply $a->listAccounts($UNKNOWN), [], 'of nobody';
    is $a->unlinkAccountButLast($other->{id}, pair($gitlab)), undef, 'not of somebody else';
    like_stored $a->unlinkAccountButLast($user->{id}, pair($gitlab)), pair($gitlab), 'one of two';
    is_deeply [ map { $_->{provider} } @{ $a->listAccounts($user->{id}) } ], ['github'], 'gone';

    $a->createSession(fresh_session($user->{id}));
    is scalar @{ $a->listSessions($user->{id}) }, 2, 'listSessions';
    is_deeply $a->listSessions($UNKNOWN), [], 'of nobody';
}

sub pruning {
    my ($a) = @_;
    my ($user) = somebody($a);
    my %past = (expires => iso(1000000000));
    my $by_itself = sub { scalar(() = $a->log =~ /expired sessions and verification tokens deleted/g) };
    my @pruned;
    for (1 .. 5) {
        my $before = $by_itself->();
        $a->createSession($_) for map { fresh_session($user->{id}, %past) } 1 .. 3;
        $a->createVerificationToken(verification_token(%past));
        @pruned = ($a->prune(iso(1000000000), 100), $a->prune(iso(1000000001), 2),
            map { $a->prune(iso(1000000001), 100) } 1 .. 2);
        last if $by_itself->() == $before;    # else httpd was there first
    }
    is $pruned[0], 0, 'prune: nothing that expires just now';
    is $pruned[1], 3, 'two sessions and a token at most';
    is $pruned[2], 1, 'the rest';
    is $pruned[3], 0, 'nothing is left';
    is $a->count(sessions => userId => $user->{id}), 1, 'what lives is kept';
}

# --- values -------------------------------------------------------------------------------

sub every_value {
    my ($a) = @_;
    nothing($a);
    text($a);
    long_tokens($a);
    points_in_time($a);
}

sub nothing {
    my ($a) = @_;
    my $email = fresh_user()->{email};
    my $bare = $a->createUser({ email => $email });
    for my $seen ($a->stored(users => id => $bare->{id}), $a->getUserByEmail($email)) {
        like_stored $seen, { email => $email, map { $_ => undef } qw(name image emailVerified) },
            'a user with an e-mail address alone';
    }
    my $account = { userId => $bare->{id}, type => 'oidc', %{ pair(github_account('')) } };
    my %null = map { $_ => undef } qw(access_token refresh_token id_token expires_at scope
        session_state token_type);
    $a->linkAccount({ %$account, expires_at => undef });
    for my $seen ($a->stored(accounts => %{ pair($account) }),
        $a->getAccount($account->{providerAccountId}, 'github'))
    {
        like_stored $seen, { %$account, %null }, 'an account without tokens';
    }
    my $named = $a->updateUser({ id => $bare->{id}, name => 'x', image => '' });
    like_stored $named, { name => 'x', image => '', email => $email }, 'an empty text';
    is $a->stored(users => id => $bare->{id})->{image}, '', 'is not NULL';
    $a->updateUser({ id => $bare->{id}, name => undef });
    is $a->stored(users => id => $bare->{id})->{name}, undef, 'a member that is null becomes NULL';
    is $a->stored(users => id => $bare->{id})->{image}, '', 'one that is not there stays';

    return is $a->try(createUser => { name => 'no e-mail' }), 'failed',
        'a user without e-mail, where the table of others demands one'
        if $a->email_is_needed;
    my @nobody = map { $a->createUser({ name => "no e-mail $_" }) } 1, 2;
    is $a->stored(users => id => $nobody[1]{id})->{email}, undef, 'two users without e-mail';
    is $a->getUserByEmail(''), undef, 'are not found by it';
}

# What has a meaning somewhere between here and the disk.
my @TEXTS = (
    "J\x{fc}rgen \x{17d}i\x{17e}ek \x{738b}\x{5c0f}\x{660e} \x{1f9d1}\x{200d}\x{1f680} e\x{301}",
    "'; DROP TABLE users; --", q{" OR ""="}, q{' OR '1'='1}, '\\', "\\' OR 1=1 -- ", '\\0 \\n \\x41',
    '%s %n %d %%', '?', '$1 :a @b {c}', '/* x */', '`x`', '%', '_', '*', "line\r\nbreak\ttab", "\x{1}\x{7f}",
    ' padded ', 'NULL', 'null', '0', 'true', '2026-11-22T01:46:16.660Z', '{"a":[1]}', "E'x'", '$$x$$',
    "\x{feff}bom", "\x{202e}right to left",
);

sub text {
    my ($a) = @_;
    my (%user, %name);
    for my $i (0 .. $#TEXTS) {
        my $text = $TEXTS[$i];
        my $user = fresh_user(name => $text, image => $text, email => unique($text));
        my $created = $a->createUser($user);
        $user{ $created->{id} } = $user;
        $name{ $created->{id} } = "text $i is stored";
        my $account = github_account($created->{id}, providerAccountId => unique($text),
            map { $_ => $text } qw(type access_token refresh_token id_token scope token_type
                session_state));
        my $session = fresh_session($created->{id}, sessionToken => unique($text));
        my $token = verification_token(identifier => unique($text), token => unique($text));
        $a->linkAccount($account);
        $a->createSession($session);
        $a->createVerificationToken($token);
        my $found = $a->getSessionAndUser($session->{sessionToken});
        subtest "text $i" => sub {
            like_stored $a->getUserByEmail($user->{email}), $user, 'getUserByEmail';
            like_stored $a->getUserByAccount(pair($account)), $user, 'getUserByAccount';
            like_stored $a->getAccount($account->{providerAccountId}, 'github'), $account, 'account';
            like_stored $found->{session}, $session, 'session';
            like_stored $found->{user}, $user, 'and user';
            like_stored $a->useVerificationToken($token), $token, 'verification token';
        };
    }
    my %stored = map { $_->{id} => $_ } $a->stored_rows('users');
    like_stored $stored{$_}, $user{$_}, $name{$_} for sort keys %user;
}

sub long_tokens {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $long = join '', map { chr(97 + $_ % 26) } 1 .. 65536;
    my %tokens = (access_token => $long, refresh_token => "r$long", id_token => "i$long");
    my $account = github_account($user->{id}, %tokens);
    my ($status, $why) = $a->try(linkAccount => $account);
    if ($a->short_tokens) {
        is $status, 'failed', '64 KB are refused where the table of others has no room';
        is $a->stored(accounts => %{ pair($account) }), undef, 'whole';
        return;
    }
    is $status, 'ok', 'tokens of 64 KB' or diag $why;
    my $stored = $a->stored(accounts => %{ pair($account) });
    my $found = $a->getAccount($account->{providerAccountId}, 'github');
    ok $stored->{$_} eq $tokens{$_} && $found->{$_} eq $tokens{$_}, "$_ is whole" for sort keys %tokens;
}

# A row's time is the same for everybody, whatever zone anybody thinks in. All are to come: httpd
# prunes what is over.
sub points_in_time {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my %times = (
        'with milliseconds'   => iso(2100000000, 789),
        'while clocks change' => '2037-03-29T01:30:00.000Z',
        'and change back'     => '2037-10-25T01:30:00.000Z',
        'a leap day'          => '2036-02-29T23:59:59.999Z',
        'the end of a year'   => '2036-12-31T23:59:59.000Z',
        'after 2038'          => '2038-01-20T03:14:08.000Z',
        'long after 2038'     => '2099-12-31T23:59:59.000Z',
    );
    for my $name (sort keys %times) {
        my $time = $times{$name};
        my $session = fresh_session($user->{id}, expires => $time);
        my ($status, $why) = $a->try(createSession => $session);
        if ($name =~ /after 2038/ && $a->ends_in_2038) {
            is $status, 'failed', "$name: refused where the table of others ends" or diag $why;
            next;
        }
        is $status, 'ok', "$name: a session" or diag $why;
        my $read = $a->getSessionAndUser($session->{sessionToken});
        is $read->{session}{expires}, $a->precise($time), "$name: read";
        is $a->stored(sessions => sessionToken => $session->{sessionToken})->{expires},
            $a->precise($time), "$name: stored";
        $a->updateUser({ id => $user->{id}, emailVerified => $time });
        is $a->getUser($user->{id})->{emailVerified}, $time, "$name: emailVerified";
    }
    return if $a->{kind} eq 'memory';    # it looks at nothing
    is $a->try(createSession => fresh_session($user->{id}, expires => $_)), 'failed', "no time: $_"
        for 'tomorrow', '', '2026-13-01T00:00:00.000Z', "2026-11-22T01:46:16.660Z' OR 1=1";
}

# --- many at once -------------------------------------------------------------------------

sub tally {
    my %count;
    $count{ $_->{status} }++ for @_;
    return \%count;
}

sub parallel {
    my ($a) = @_;
    my @answers;
    # The first time, connections are still being made, one after the other. Where no unique
    # index helps, what does must not help by chance.
    for my $time (1 .. ($a->is_unique('users') ? 2 : 8)) {
        my $user = fresh_user();
        my $account = github_account(undef);
        @answers = $a->settled(map { [ signUp => $user, $account, fresh_session(undef) ] } 1 .. 50);
        is_deeply tally(@answers), { ok => 1, conflict => 49 }, 'of 50 first sign-ins one is the first'
            or diag explain [ grep { $_->{status} !~ /ok|conflict/ } @answers ];
        my @user = $a->stored_rows(users => email => $user->{email});
        is scalar @user, 1, 'one user';
        is $a->count(accounts => %{ pair($account) }), 1, 'one account';
        is $a->count(sessions => userId => $user[0]{id}), 1, 'one session';
    }

    my $token = verification_token();
    $a->createVerificationToken($token);
    @answers = $a->settled(map { [ useVerificationToken => $token ] } 1 .. 50);
    is_deeply tally(@answers), { ok => 50 }, '50 use one verification token'
        or diag explain [ grep { $_->{status} ne 'ok' } @answers ];
    is scalar(grep { $_->{result} } @answers), 1, 'one gets it';

    my ($somebody, $github) = somebody($a);
    my $gitlab = github_account($somebody->{id}, provider => 'gitlab');
    $a->linkAccount($gitlab);
    @answers = $a->settled(
        map { [ unlinkAccountButLast => $somebody->{id}, pair($_) ] } ($github, $gitlab) x 10);
    is scalar(grep { $_->{result} } @answers), 1, 'two accounts are let go of at once: one goes'
        or diag explain \@answers;
    is $a->count(accounts => userId => $somebody->{id}), 1, 'one stays';

    return unless $a->is_unique('accounts');
    my $other = $a->createUser(fresh_user());
    my $linked = github_account($other->{id});
    @answers = $a->settled(map { [ linkAccount => $linked ] } 1 .. 20);
    is_deeply tally(@answers), { ok => 1, conflict => 19 }, 'an account is linked once'
        or diag explain [ grep { $_->{status} !~ /ok|conflict/ } @answers ];
}

1;
