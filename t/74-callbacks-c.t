# The rules of callbacks and events, with a C module.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::CallbackRules;

try_callbacks('c');
done_testing;
