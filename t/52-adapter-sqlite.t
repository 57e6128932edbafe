# Every behaviour of an adapter, with each schema, in tables of ours.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

adapter_suite(adapter(kind => 'sqlite', schema => $_)) for qw(d1 prisma drizzle kysely);

done_testing;
