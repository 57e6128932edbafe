# The unit tests of the SQL methods, which use SQLite by themselves, on PostgreSQL and
# MariaDB: every method with every schema, then fifty callers at once.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;

my %schemas = (
    pgsql => [qw(pg prisma drizzle kysely prisma-v4)],
    mysql => [qw(drizzle prisma kysely prisma-v4)],
);

for my $kind (sort keys %schemas) {
    for my $schema (@{ $schemas{$kind} }) {
        for my $test (qw(test_sql test_sql_parallel)) {
            my $db = database($kind);
            local $ENV{AUTHJS_TEST_DRIVER} = $db->driver;
            local $ENV{AUTHJS_TEST_PARAMS} = $db->params;
            local $ENV{AUTHJS_TEST_SCHEMA} = $schema;
            local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
            local $ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
            my $said = qx(timeout 100 ${\ builddir() }/t/unit/$test 2>&1);
            is($?, 0, "$test on $kind with the tables of $schema") or diag($said);
            like $said, qr/^# on ${\ $db->driver }, $schema$/m, 'that database, no other';
        }
    }
}

done_testing;
