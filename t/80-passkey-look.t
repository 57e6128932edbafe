# What people see and hear of passkeys, in Chromium: t/peers/passkey-look.mjs prints the TAP, and leaves
# screenshots in build/t-run/screenshots/passkey-*.png.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::PasskeySites;

exit AuthJSTest::PasskeySites::visit('passkey-look.mjs');
