# Every behaviour of an adapter on Cloudflare D1, with the schemas of ORMs, in tables of ours.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

for my $schema (qw(prisma drizzle)) {
    my $adapter = adapter(kind => 'd1', schema => $schema);
    adapter_suite($adapter);
    $adapter->httpd->stop;
}

done_testing;
