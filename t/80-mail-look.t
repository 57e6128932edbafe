# The mail with a sign-in link in Chromium, which leaves screenshots in
# build/t-run/screenshots/mail-*.png.
use lib 't/lib';
use AuthJSTest;
use File::Path qw(make_path);
use JSON::PP ();

my $json = JSON::PP->new->utf8;
my $peers = srcdir() . '/t/peers';
my $pictures = builddir() . '/t-run/screenshots';
make_path($pictures);
my %link = (host => 'www.example.com', to => 'a@b.c', from => 'a@b.c', now => 0, expires => 86400, code => '493817', name => 'Example Ltd.',
    url => 'https://www.example.com/auth/callback/nodemailer?callbackUrl=https%3A%2F%2Fwww.example.com&token=' . 'a1' x 32 . '&email=a%40b.c');
my %mails = (
    (map { $_ => { language => $_ } } qw(en de pl ja)),
    yellow => { brandColor => '#ffd43b', code => undef },
    teal => { brandColor => '#0b7285', language => 'ar' },
    light => { colorScheme => 'light' },
    long => { host => join('.', map { 'x' x 60 } 1 .. 4), name => 'y' x 200 },
);
my @names = sort keys %mails;

# Lines through a program and back.
sub through {
    my ($command, @lines) = @_;
    my $in = AuthJSTest::Env::write_file(root() . '/mail-look', join '', map { $json->encode($_) . "\n" } @lines);
    return map { $json->decode($_) } split /\n/, `$command <$in`;
}
my @written = through(builddir() . '/t/tools/authjs-mail', map { { %link, %{ $mails{$_} } } } @names);
my @seen = through("$peers/node $peers/mail-look.mjs $pictures", map { { name => $names[$_], html => $written[$_]{html} } } 0 .. $#names);
is scalar @seen, 5 * @names, 'all mails were looked at';
for (@seen) {
    is_deeply $_->{wide}, [], "$_->{name}, $_->{shown}: nothing is wider than the window";
    is_deeply $_->{faint}, [], '... every text has contrast';
    is_deeply $_->{asked}, [], '... and nothing is fetched';
}

done_testing;
