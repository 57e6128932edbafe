# The sign-in page light and dark, in Chromium: t/peers/look.mjs leaves the pictures of README.md in
# build/t-run/screenshots/manual-sign-in-*.png.
use lib 't/lib';
use AuthJSTest;
use File::Path qw(make_path);
use JSON::PP ();

my $client = "AuthJSClientID x\n    AuthJSClientSecret \@secret:client_secret\@";
my $httpd = httpd(conf => <<"EOT");
DBDriver sqlite3
DBDParams "@{[ root() ]}/var/look.db"
AuthJSAdapter dbd
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSTheme brandColor=#0b7285 "name=Example Ltd."
<AuthJSProvider company oidc>
    AuthJSName "Company ID"
    AuthJSIssuer https://login.example.test
    $client
</AuthJSProvider>
<AuthJSProvider github>
    $client
</AuthJSProvider>
<AuthJSProvider passkey>
    AuthJSOption signUp=email
</AuthJSProvider>
<AuthJSProvider email>
    AuthJSMailServer smtps://localhost
    AuthJSMailFrom www\@example.test
</AuthJSProvider>
EOT
my $pictures = builddir() . '/t-run/screenshots';
make_path($pictures);
my $peers = srcdir() . '/t/peers';
my @looks = map { JSON::PP->new->decode($_) } split /\n/, `$peers/node $peers/look.mjs @{[ $httpd->url('/auth/signin') ]} $pictures`;
is_deeply [map { $_->{scheme} } @looks], ['light', 'dark'], 'light and dark';
for (@looks) {
    is_deeply $_->{buttons}, ['Sign in with Company ID', 'Sign in with GitHub', 'Sign in with Passkey', 'Sign in'], "$_->{scheme}: the buttons";
    is $_->{light} > 0.5 ? 'light' : 'dark', $_->{scheme}, '... behind them it is so';
}

my $size = 0;
for my $picture (map { srcdir() . "/docs/images/sign-in-$_.png" } qw(light dark)) {
    $size += -s $picture // BAIL_OUT("$picture: $!");
}
cmp_ok $size, '<', 60_000, 'the pictures of README.md are small';

done_testing;
