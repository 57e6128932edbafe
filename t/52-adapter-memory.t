# An adapter that is not ours: nothing in mod_authjs knows which one it talks to.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;

my $adapter = adapter(kind => 'memory');
adapter_suite($adapter);

done_testing;
