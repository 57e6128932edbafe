# Passkeys in Chromium, with virtual authenticators: t/peers/passkey.mjs prints the TAP.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::PasskeySites;

exit AuthJSTest::PasskeySites::visit('passkey.mjs');
