# The rules of callbacks and events, with expressions.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::CallbackRules;

try_callbacks('expr');
done_testing;
