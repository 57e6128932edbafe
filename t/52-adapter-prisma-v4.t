# Every behaviour of an adapter with the schema of NextAuth.js 4, in tables of ours and in
# those of prisma.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

for my $kind (qw(sqlite pgsql mysql)) {
    for my $foreign (0, 1) {
        my $adapter = adapter(kind => $kind, schema => 'prisma-v4', foreign => $foreign);
        adapter_suite($adapter);
        $adapter->httpd->stop;
    }
}

done_testing;
