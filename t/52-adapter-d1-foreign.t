# Every behaviour of an adapter on Cloudflare D1, with each schema, in the tables that
# Auth.js's own adapters and their tools make.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

adapter_suite(adapter(kind => 'd1', schema => $_, foreign => 1)) for qw(d1 prisma drizzle kysely);

done_testing;
