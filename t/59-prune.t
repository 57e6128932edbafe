# What expired is deleted at the same cost a row, however many rows live: along an index on
# expires in our tables, also in those that were there before the index was; in others'
# tables in one walk. On each database.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Env;
use Time::HiRes qw(time);

my %tables = (pg => [qw(sessions verification_token)], d1 => [qw(sessions verification_tokens)],
    drizzle => [qw(session verificationToken)], map { ($_ => [qw(Session VerificationToken)]) } qw(prisma prisma-v4 kysely));
my %default = (sqlite => 'd1', pgsql => 'pg', mysql => 'drizzle');
my %schemas = (sqlite => [qw(d1 prisma drizzle kysely prisma-v4)], pgsql => [qw(pg prisma drizzle kysely prisma-v4)],
    mysql => [qw(drizzle prisma kysely prisma-v4)]);

# CPU seconds that authjsctl took to delete, and what it said.
sub prune {
    my ($db, $schema) = @_;
    local $ENV{AUTHJS_DBD_PARAMS} = $db->params;
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
    my @before = times;
    my $said = qx(@{[ builddir() ]}/tools/authjsctl prune --driver @{[ $db->driver ]} --schema $schema 2>&1);
    my @after = times;
    return ($after[2] + $after[3] - $before[2] - $before[3], $said);
}

sub indexes {
    my ($db, $kind) = @_;
    my $sql = $kind eq 'sqlite' ? q(SELECT name FROM sqlite_master WHERE type = 'index')
        : $kind eq 'pgsql' ? 'SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema()'
        : 'SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE()';
    return sort grep { /expires/ } map { $_->{name} } $db->rows($sql);
}

sub drop_indexes {
    my ($db, $kind, $schema) = @_;
    for my $name (indexes($db, $kind)) {
        my ($table) = grep { $name =~ /^\Q$_\E_expires/ } @{ $tables{$schema} };
        $db->execute(qq(DROP INDEX "$name") . ($kind eq 'mysql' ? qq( ON "$table") : ''));
    }
}

# --- the index ------------------------------------------------------------------------------

for my $kind (sort keys %schemas) {
    for my $schema (@{ $schemas{$kind} }) {
        my $db = database($kind);
        $db->migrate($schema);
        my @made = indexes($db, $kind);
        is_deeply [map { s/_expires_(?:idx|index)\z//r } @made], [sort @{ $tables{$schema} }], "$kind, $schema: an index on expires in both tables";
        drop_indexes($db, $kind, $schema);
        is_deeply [indexes($db, $kind)], [], 'tables that were there before';
        $db->migrate($schema) for 1 .. 2;
        is_deeply [indexes($db, $kind)], \@made, 'get it from migrate, however often';
    }
}

# --- the cost -------------------------------------------------------------------------------

my $EXPIRED = 30_000;
my $ALIVE = 200_000;

sub fill {
    my ($db, $table, $columns, $values, $from, $count) = @_;
    $db->execute(<<"EOT");
INSERT INTO "$table" ($columns)
WITH RECURSIVE n(i) AS (SELECT $from UNION ALL SELECT i + 1 FROM n WHERE i < $from + $count - 1) SELECT $values FROM n
EOT
}

# Seconds for the expired rows alone, and among those that live.
sub costs {
    my ($schema, $foreign) = @_;
    my ($sessions, $tokens) = @{ $tables{$schema} };
    my @costs;
    for my $alive (0, $ALIVE) {
        my $db = database('sqlite');
        $db->migrate($schema);
        drop_indexes($db, 'sqlite', $schema) if $foreign;
        my $user = $schema eq 'd1' ? 'users' : $schema eq 'drizzle' ? 'user' : 'User';
        $db->execute(qq(INSERT INTO "$user" (id, email) VALUES ('u', 'u\@example.com')));
        my @time = $schema eq 'drizzle' ? (4102444800000, 1000000000000) : (q('2100-01-01T00:00:00.000Z'), q('2001-09-09T01:46:40.000Z'));
        for my $part ([$alive, $time[0], 1], [$EXPIRED, $time[1], $alive + 1]) {
            my ($count, $expires, $from) = @$part;
            next unless $count;
            my $id = $schema eq 'd1' ? ['id, ', "'i' || i, "] : ['', ''];
            fill($db, $sessions, qq($id->[0]"sessionToken", "userId", "expires"),
                "$id->[1]hex(i * 2654435761 % 4294967296) || '-' || i, 'u', $expires", $from, $count);
            fill($db, $tokens, '"identifier", "token", "expires"', "'a' || i % 1000, 't' || i, $expires", $from, $count) unless $foreign;
        }
        my ($cost, $said) = prune($db, $schema);
        my $rows = $foreign ? $EXPIRED : 2 * $EXPIRED;
        is $said, "deleted $rows expired sessions and verification tokens\n", "$schema: $rows of them, $alive beside them";
        is $db->value(qq(SELECT COUNT(*) FROM "$sessions")), $alive, 'the sessions that live are left';
        is $db->value(qq(SELECT COUNT(*) FROM "$tokens")), $foreign ? 0 : $alive, 'and the tokens';
        push @costs, $cost;
    }
    diag sprintf '%s%s: %.2f s, %.2f s', $schema, $foreign ? ' without an index' : '', @costs;
    return @costs;
}

# Batches that begin anew each time would see the living 30 times.
for my $schema (qw(d1 drizzle)) {
    my ($alone, $among) = costs($schema, 0);
    cmp_ok $among, '<', 3 * $alone + 1, "$schema: the rows that live cost nothing";
    costs($schema, 1);
}

done_testing;
