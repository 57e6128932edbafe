# The rules of callbacks and events, with a Lua script.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::CallbackRules;

try_callbacks('lua');
done_testing;
