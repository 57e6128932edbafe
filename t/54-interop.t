# Auth.js's own adapters on the same database: what one side makes, the other reads, updates
# and deletes.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use AuthJSTest::Database;
use JSON::PP ();

my @PAIRS = map { [ @$_, 0 ], [ @$_, 1 ] } [ pgsql => 'pg' ], [ pgsql => 'drizzle' ],
    [ pgsql => 'kysely' ], [ mysql => 'drizzle' ], [ mysql => 'kysely' ];

my (%ours, %databases);
for (@PAIRS) {
    my ($kind, $schema, $foreign) = @$_;
    my $name = "$kind-$schema-$foreign";
    $ours{$name} = adapter(kind => $kind, schema => $schema, foreign => $foreign);
    $databases{$name} = { adapter => $schema, url => $ours{$name}->db->url };
}
my $peer = peer('adapters', env => { TZ => 'Pacific/Auckland',
    DATABASES => JSON::PP->new->encode(\%databases) });
for my $name (sort keys %ours) {
    my $ours = $ours{$name};
    my $theirs = $ours->other($peer->url("/$name"));
    subtest $ours->name . ': made by us' => sub { both_ways($ours, $theirs) };
    subtest $ours->name . ': made by them' => sub { both_ways($theirs, $ours) };
}

# What $a makes, as $b sees it.
sub both_ways {
    my ($a, $b) = @_;
    my $user = fresh_user(name => "J\x{fc}rgen \x{1f9d1}\x{200d}\x{1f680}");
    my $created = $a->createUser({ %$user, id => 'not of this database' });
    $created->{id} .= '';    # a number, where @auth/pg-adapter says it
    my %whole = (%$user, id => $created->{id});
    like_stored $b->getUser($created->{id}), \%whole, 'a user, by id';
    like_stored $b->getUserByEmail($user->{email}), \%whole, 'by e-mail';
    is $b->getUserByEmail('nobody@example.com'), undef, 'and nobody else';

    my $account = github_account($created->{id});
    my %account = map { $_ => $account->{$_} } qw(provider providerAccountId);
    $a->linkAccount($account);
    like_stored $b->getUserByAccount(\%account), \%whole, 'an account';
    like_stored $a->stored(accounts => %account), $account, 'as it was given';

    my $session = fresh_session($created->{id});
    $a->createSession($session);
    my $found = $b->getSessionAndUser($session->{sessionToken});
    like_stored $found->{session}, $session, 'a session';
    like_stored $found->{user}, \%whole, 'and whose';

    my $later = iso(time + 30 * 86400);
    $b->updateSession({ sessionToken => $session->{sessionToken}, expires => $later });
    is $a->getSessionAndUser($session->{sessionToken})->{session}{expires}, $later,
        'a session that the other made longer';
    $whole{name} = 'Changed';
    $b->updateUser({ id => $created->{id}, name => 'Changed' });
    like_stored $a->getUser($created->{id}), \%whole, 'a user that the other changed';

    my $token = verification_token();
    my %token = map { $_ => $token->{$_} } qw(identifier token);
    $a->createVerificationToken($token);
    like_stored $b->useVerificationToken(\%token), $token, 'a verification token';
    is $a->useVerificationToken(\%token), undef, 'once';

    $b->unlinkAccount(\%account);
    is $a->getUserByAccount(\%account), undef, 'an account that the other let go of';
    $b->deleteSession($session->{sessionToken});
    is $a->getSessionAndUser($session->{sessionToken}), undef, 'a session that the other ended';

    my $bare = $a->createUser({ email => fresh_user()->{email}, emailVerified => undef });
    $bare->{id} .= '';
    like_stored $b->getUser($bare->{id}), { %$bare, emailVerified => undef }, 'NULLs';
    $a->createSession(fresh_session($bare->{id}));
    $a->linkAccount(github_account($bare->{id}));
    $b->deleteUser($bare->{id});
    is $a->getUser($bare->{id}), undef, 'a user that the other deleted';
    is $a->count($_ => userId => $bare->{id}), 0, "and the $_" for qw(accounts sessions);
}

done_testing;
