# Every behaviour of an adapter on Cloudflare D1, with each schema, in tables of ours.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

adapter_suite(adapter(kind => 'd1', schema => $_)) for qw(d1 prisma drizzle kysely);

done_testing;
