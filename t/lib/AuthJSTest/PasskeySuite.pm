package AuthJSTest::PasskeySuite;

=head1 NAME

AuthJSTest::PasskeySuite - what an adapter must do with passkeys, on every database and schema

=head1 SYNOPSIS

    use AuthJSTest::PasskeySuite;
    passkey_suite(adapter(kind => 'pgsql', schema => 'prisma'));
    passkey_suite($adapter, alone => 1);     # without what many do at once
    my ($account, $authenticator) = add_passkey($adapter, $user_id);

What is the same with authjs_passkeys and without it runs both ways, where there is such a table.

=cut

use strict;
use warnings;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use Digest::SHA qw(sha256);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for qw(passkey_suite add_passkey passkey_rows);
}

my $count = 0;

# A credential id as Auth.js writes it: standard base64 with + and / in it.
sub credential_id { encode_base64("\xfb\xef\xbe\xff\xff\xff" . sha256($$ . '-' . ++$count), '') }

sub passkey_rows {
    my ($user_id, %member) = @_;
    my $id = delete $member{credentialID} // credential_id();
    return ({ userId => $user_id, type => 'webauthn', provider => 'passkey', providerAccountId => $id },
        { credentialID => $id, userId => $user_id, providerAccountId => $id, counter => 0,
            credentialPublicKey => encode_base64("\xa5\x01\x02" x 25, ''),
            credentialDeviceType => 'multiDevice', credentialBackedUp => JSON::PP::true,
            transports => 'internal,hybrid', %member });
}

sub add_passkey {
    my ($a, $user_id, %member) = @_;
    my ($account, $authenticator) = passkey_rows($user_id, %member);
    $a->linkAccount($account);
    $a->createAuthenticator($authenticator);
    return ($account, $authenticator);
}

sub pair { my ($account) = @_; return { map { $_ => $account->{$_} } qw(provider providerAccountId) } }
sub ids { [ map { $_->{credentialID} } @{ $_[0] } ] }
sub left { my ($a, $table, $id) = @_; $a->count($table => credentialID => $id) }

sub has_texts {
    my ($a) = @_;
    $a->getUserByEmail('nobody');    # SQLite makes its tables now
    return $a->{kind} eq 'memory' || eval { $a->count('passkeys'); 1 } || 0;
}

sub passkey_suite {
    my ($a, %option) = @_;
    my $texts = has_texts($a);
    for my $part (qw(created listed counted removed deleted), $texts ? 'described' : 'not_described',
        $option{alone} ? () : qw(made_at_once removed_at_once counted_at_once),
        $option{alone} || !$texts ? () : 'described_at_once')
    {
        no strict 'refs';
        subtest "$part: @{[ $a->name, $texts ? () : 'without authjs_passkeys' ]}" => sub { &$part($a, $texts) };
    }
}

sub created {
    my ($a) = @_;
    my ($user, $other) = map { $a->createUser(fresh_user()) } 1, 2;
    my ($account, $authenticator) = add_passkey($a, $user->{id});
    like_stored $a->getAuthenticator($authenticator->{credentialID}), $authenticator, 'whole';
    like_stored $a->stored(authenticators => credentialID => $authenticator->{credentialID}), $authenticator,
        'and stored as Auth.js reads it';
    is $a->try(createAuthenticator => { %$authenticator, userId => $other->{id}, counter => 9 }), 'conflict',
        'a credential is one user\'s';
    like_stored $a->getAuthenticator($authenticator->{credentialID}), $authenticator, 'and stays his';
}

sub made_at_once {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my (undef, $wanted) = passkey_rows($user->{id});
    my @answers = $a->settled(map { [ createAuthenticator => $wanted ] } 1 .. 10);
    is scalar(grep { $_->{status} eq 'ok' } @answers), 1, 'of ten at once one is first' or diag explain \@answers;
    is scalar(grep { $_->{status} eq 'conflict' } @answers), 9, 'the others are told';
}

sub listed {
    my ($a, $texts) = @_;
    my ($user, $other) = map { $a->createUser(fresh_user()) } 1, 2;
    is_deeply $a->listPasskeys($user->{id}), [], 'none';
    $a->linkAccount(github_account($user->{id}));
    my (undef, $old) = add_passkey($a, $user->{id});
    my (undef, $new) = add_passkey($a, $user->{id}, transports => undef, credentialBackedUp => JSON::PP::false);
    add_passkey($a, $other->{id});
    $a->describePasskey($old->{credentialID}, { created => iso(1700000000, 5) });
    $a->describePasskey($new->{credentialID}, { created => iso(1700000001), name => "J\x{fc}rgens \x{1f511}" });
    my $list = $a->listPasskeys($user->{id});
    is_deeply ids($list), [ map { $_->{credentialID} } $old, $new ], 'the oldest first' if $texts;
    my %by_id = map { $_->{credentialID} => $_ } @$list;
    is scalar keys %by_id, 2, 'exactly his own';
    my ($first, $second) = map { $by_id{ $_->{credentialID} } } $old, $new;
    my %always = (provider => 'passkey', credentialDeviceType => 'multiDevice');
    is_deeply { %$first, credentialBackedUp => $first->{credentialBackedUp} + 0 },
        { %always, credentialID => $old->{credentialID}, providerAccountId => $old->{credentialID},
            credentialBackedUp => 1, transports => 'internal,hybrid', $texts ? (created => iso(1700000000, 5)) : () },
        'with these members and no others: no key, no counter';
    is_deeply { %$second, credentialBackedUp => $second->{credentialBackedUp} + 0 },
        { %always, credentialID => $new->{credentialID}, providerAccountId => $new->{credentialID},
            credentialBackedUp => 0, $texts ? (created => iso(1700000001), name => "J\x{fc}rgens \x{1f511}") : () },
        'what is not known is not there';
    (undef, my $orphan) = passkey_rows($user->{id});
    $a->createAuthenticator($orphan);
    my ($shown) = grep { $_->{credentialID} eq $orphan->{credentialID} } @{ $a->listPasskeys($user->{id}) };
    ok $shown && !exists $shown->{provider}, 'an authenticator whose account is gone has no provider';
    is_deeply $a->listPasskeys('999999999'), [], 'of nobody';
}

sub counted {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my (undef, $authenticator) = add_passkey($a, $user->{id});
    my $id = $authenticator->{credentialID};
    my $counter = sub { $a->stored(authenticators => credentialID => $id)->{counter} };
    is $a->updateAuthenticatorCounter($id, 0)->{counter}, 0, 'an authenticator that does not count';
    is $a->updateAuthenticatorCounter($id, 0)->{counter}, 0, 'never does';
    is $a->updateAuthenticatorCounter($id, 7)->{counter}, 7, 'one that begins to';
    is $counter->(), 7, 'stored';
    for my $clone (7, 6, 1, 0, -1) {
        is $a->updateAuthenticatorCounter($id, $clone), undef, "$clone after 7";
        is $counter->(), 7, 'which stays';
    }
    like_stored $a->updateAuthenticatorCounter($id, 8), { %$authenticator, counter => 8 }, 'the next, with the row';
    is $a->try(updateAuthenticatorCounter => credential_id(), 9), 'failed', 'an unknown credential';
    is $a->try(updateAuthenticatorCounter => lc $id, 9), 'failed', 'which is one to the letter';
    is $counter->(), 8, 'and nothing else changed';
}

sub counted_at_once {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $id = (add_passkey($a, $user->{id}, counter => 1))[1]{credentialID};
    for my $counter (2 .. 4) {
        my @answers = $a->settled(map { [ updateAuthenticatorCounter => $id, $counter ] } 1 .. 20);
        is scalar(grep { $_->{status} ne 'ok' } @answers), 0, "20 sign-ins with counter $counter"
            or diag explain \@answers;
        is scalar(grep { $_->{result} } @answers), 1, 'one gets in';
        is $a->stored(authenticators => credentialID => $id)->{counter}, $counter, 'and is counted';
    }
}

sub removed {
    my ($a, $texts) = @_;
    my ($user, $other) = map { $a->createUser(fresh_user()) } 1, 2;
    my ($account, $authenticator) = add_passkey($a, $user->{id});
    my $id = $authenticator->{credentialID};
    my $remove = sub { $a->unlinkAccountButLast($user->{id}, pair($_[0])) };
    is $remove->($account), undef, 'the only passkey stays';
    is left($a, authenticators => $id), 1, 'with its authenticator';

    my ($dead) = passkey_rows($user->{id});
    $a->linkAccount($dead);
    is $remove->($account), undef, 'also beside an account whose authenticator is not there';
    my (undef, $of_other) = passkey_rows($other->{id}, providerAccountId => $dead->{providerAccountId});
    $a->createAuthenticator($of_other);
    is $remove->($account), undef, 'or is somebody else\'s';
    like_stored $remove->($dead), pair($dead), 'such an account can be removed';
    is left($a, authenticators => $of_other->{credentialID}), 1, 'but not what is somebody else\'s';

    my ($second, $second_authenticator) = add_passkey($a, $user->{id});
    $a->describePasskey($_, { name => 'mine' }) for $id, $second_authenticator->{credentialID};
    is $a->unlinkAccountButLast($other->{id}, pair($account)), undef, 'not by somebody else';
    like_stored $remove->($account), { %{ pair($account) }, type => 'webauthn' }, 'one of two passkeys';
    is left($a, $_ => $id), 0, "takes its $_ along" for 'authenticators', $texts ? 'passkeys' : ();
    is $a->getAccount($id, 'passkey'), undef, 'and its account';
    is left($a, $_ => $second_authenticator->{credentialID}), 1, "the other has its $_"
        for 'authenticators', $texts ? 'passkeys' : ();
    is $remove->($account), undef, 'once';
    is $remove->($second), undef, 'and now that is the last one';

    my $github = github_account($user->{id});
    $a->linkAccount($github);
    like_stored $remove->($github), pair($github), 'an account beside a passkey';
    $a->linkAccount($github);
    like_stored $remove->($second), pair($second), 'a passkey beside an account';
    is $remove->($github), undef, 'which is the last way in';

    my $alike = github_account($user->{id}, provider => 'gitlab');
    my ($third) = add_passkey($a, $user->{id}, credentialID => $alike->{providerAccountId});
    $a->linkAccount($alike);
    $remove->($alike);
    is left($a, authenticators => $third->{providerAccountId}), 1,
        'an account of another provider with the same id takes no authenticator along';
    $a->unlinkAccount(pair($third));
    is left($a, authenticators => $third->{providerAccountId}), 0, 'unlinkAccount does';
}

sub removed_at_once {
    my ($a) = @_;
    for my $other (qw(passkey github)) {
        my $user = $a->createUser(fresh_user());
        my ($one) = add_passkey($a, $user->{id});
        my $two = $other eq 'github' ? github_account($user->{id}) : (add_passkey($a, $user->{id}))[0];
        $a->linkAccount($two) if $other eq 'github';
        my @answers = $a->settled(map { [ unlinkAccountButLast => $user->{id}, pair($_) ] } ($one, $two) x 10);
        is scalar(grep { $_->{status} ne 'ok' } @answers), 0, "a passkey and a $other are let go of at once"
            or diag explain \@answers;
        is scalar(grep { $_->{result} } @answers), 1, 'one goes';
        is $a->count(accounts => userId => $user->{id}), 1, 'one stays';
        my ($stays) = @{ $a->listAccounts($user->{id}) };
        is $a->count(authenticators => userId => $user->{id}), $stays->{type} eq 'webauthn' ? 1 : 0,
            'and lets in: it has its authenticator, and no other has';
    }
}

sub deleted {
    my ($a, $texts) = @_;
    my ($user, $other) = map { $a->createUser(fresh_user()) } 1, 2;
    for my $id (map { $_->{id} } $user, $other) {
        my (undef, $authenticator) = add_passkey($a, $id);
        $a->describePasskey($authenticator->{credentialID}, { name => 'mine' });
    }
    like_stored $a->deleteUser($user->{id}), { email => $user->{email} }, 'a user';
    for my $table (qw(accounts authenticators), $texts ? 'passkeys' : ()) {
        is $a->count($table => userId => $user->{id}), 0, "takes $table along";
        is $a->count($table => userId => $other->{id}), 1, 'others keep theirs';
    }
}

sub described {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $id = (add_passkey($a, $user->{id}))[1]{credentialID};
    my $stored = sub { $a->stored(passkeys => credentialID => $id) };
    my %text = (name => '%s \' OR 1=1 -- "', created => iso(1700000000, 123));
    like_stored $a->describePasskey($id, \%text), { %text, credentialID => $id, userId => $user->{id} }, 'made';
    like_stored $stored->(), { %text, lastUsed => undef, userId => $user->{id} }, 'stored';
    $text{lastUsed} = iso(1700000009);
    like_stored $a->describePasskey($id, { lastUsed => $text{lastUsed} }), \%text, 'used: the rest stays';
    $text{name} = "\x{1f511}" x 64;
    like_stored $a->describePasskey($id, { name => $text{name}, userId => 0, credentialID => 'x' }), \%text,
        'renamed, to 64 characters of four bytes, and no other member counts';
    like_stored $stored->(), \%text, 'stored';
    if ($a->{kind} ne 'memory') {
        is $a->try(describePasskey => $id, $_), 'failed', 'refused' for { name => 'x' x 65 },
            { name => "\x{1f511}" x 65 }, { created => 'yesterday' }, { lastUsed => 5 }, { name => "a\0b" };
        like_stored $stored->(), \%text, 'and nothing changed';
    }
    is $a->describePasskey($id, { name => undef })->{name}, undef, 'a name is taken away';
    is $a->describePasskey(credential_id(), \%text), undef, 'an unknown passkey';
}

sub described_at_once {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $fresh = (add_passkey($a, $user->{id}))[1]{credentialID};
    my @answers = $a->settled(map { [ describePasskey => $fresh, { lastUsed => iso(1700000000 + $_) } ] } 1 .. 20);
    is scalar(grep { $_->{status} eq 'ok' && $_->{result} } @answers), 20, 'twenty describe one that has no row yet'
        or diag explain \@answers;
    is left($a, passkeys => $fresh), 1, 'which is one row';
}

sub not_described {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $id = (add_passkey($a, $user->{id}))[1]{credentialID};
    is_deeply [ $a->try(describePasskey => $id, { name => 'mine' }) ], [ 'ok', undef ], 'no harm is done' for 1, 2;
    is $a->describePasskey($id, { name => 'mine' }), undef, 'and nothing kept';
    is_deeply ids($a->listPasskeys($user->{id})), [$id], 'it is listed all the same';
}

1;
