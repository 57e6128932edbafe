# The rules of callbacks and events, with a service.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::CallbackRules;

try_callbacks('http');
done_testing;
