# Passkeys in a database: what Auth.js keeps of them, what we keep beside that in a table of our
# own, and databases that have no such table.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use AuthJSTest::PasskeySuite;

my %schemas = (
    sqlite => [qw(d1 prisma drizzle kysely)],
    pgsql  => [qw(pg prisma drizzle kysely)],
    mysql  => [qw(drizzle prisma kysely)],
    d1     => [qw(d1)],
);

# --- every method, in tables of ours; then as the version before left them ------------------

for my $kind (qw(sqlite pgsql mysql d1)) {
    for my $schema (@{ $schemas{$kind} }) {
        my $a = adapter(kind => $kind, schema => $schema);
        my $first = $schema eq $schemas{$kind}[0];
        passkey_suite($a, alone => !$first);
        the_version_before($a, $first);
        $a->httpd->stop;
    }
}
my $memory = adapter(kind => 'memory');
passkey_suite($memory);
$memory->httpd->stop;

sub told { scalar(() = $_[0]->log =~ /:info\].*names and times of passkeys are not kept: there is no table authjs_passkeys; run: authjsctl migrate/g) }

sub the_version_before {
    my ($a, $all) = @_;
    my $user = $a->createUser(fresh_user());
    my (undef, $authenticator) = add_passkey($a, $user->{id});
    my $id = $authenticator->{credentialID};
    $a->db->execute('DROP TABLE "authjs_passkeys"');
    # Every method for one schema of each database: the others differ in names alone.
    $all ? passkey_suite($a, alone => 1) : is($a->describePasskey($id, { name => 'x' }), undef, 'without our table there is no room');
    my $children = () = $a->log =~ /AuthJS:.*there is no table authjs_passkeys/g;
    cmp_ok told($a), '>=', 1, 'it is said at info';
    is told($a), $children, 'and nowhere else';
    $a->db->migrate($a->{schema});
    like_stored $a->getAuthenticator($id), $authenticator, 'after authjsctl migrate what was there is there';
    like_stored $a->describePasskey($id, { name => 'mine' }), { name => 'mine' }, 'and has room for a name';
    is_deeply [ map { $_->{name} } @{ $a->listPasskeys($user->{id}) } ], ['mine'], 'which is shown';
    $a->db->migrate($a->{schema});
    is $a->stored(passkeys => credentialID => $id)->{name}, 'mine', 'once more, and it stays';
}

# --- what Auth.js's own tools made ----------------------------------------------------------

for ([ pgsql => 'drizzle' ], [ pgsql => 'prisma' ], [ sqlite => 'drizzle' ], [ mysql => 'drizzle' ]) {
    my $a = adapter(kind => $_->[0], schema => $_->[1], foreign => 1);
    passkey_suite($a);
    $a->db->migrate($a->{schema});
    passkey_suite($a, alone => 1);
    $a->httpd->stop;
}

# @auth/pg-adapter and @auth/d1-adapter have no table of authenticators either.
for ([ pgsql => 'pg' ], [ d1 => 'd1' ]) {
    my $a = adapter(kind => $_->[0], schema => $_->[1], foreign => 1);
    my $user = $a->createUser(fresh_user());
    my ($github, $gitlab) = (github_account($user->{id}), github_account($user->{id}, provider => 'gitlab'));
    $a->linkAccount($_) for $github, $gitlab;
    is_deeply $a->listPasskeys($user->{id}), [], $a->name . ': no passkeys';
    is $a->describePasskey('eA==', { name => 'mine' }), undef, 'nothing to describe';
    my ($passkey) = passkey_rows($user->{id});
    $a->linkAccount($passkey);
    my $pair = sub { my ($account) = @_; return { map { $_ => $account->{$_} } qw(provider providerAccountId) } };
    like_stored $a->unlinkAccountButLast($user->{id}, $pair->($gitlab)), $pair->($gitlab), 'one of two accounts goes';
    is $a->unlinkAccountButLast($user->{id}, $pair->($github)), undef,
        'a passkey that has nowhere to be is no way in: the other stays';
    like_stored $a->deleteUser($user->{id}), { email => $user->{email} }, 'and a user can be deleted';
    $a->db->migrate($a->{schema});
    passkey_suite($a, alone => 1);
    $a->httpd->stop;
}

done_testing;
