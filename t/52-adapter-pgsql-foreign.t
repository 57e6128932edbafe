# Every behaviour of an adapter, with each schema, in the tables that Auth.js's own
# adapters and their tools make.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

adapter_suite(adapter(kind => 'pgsql', schema => $_, foreign => 1)) for qw(pg prisma drizzle kysely);

done_testing;
