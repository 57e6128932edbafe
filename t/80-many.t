# The sign-in page with 1, 3, 12 and 93 providers, in Chromium: t/peers/many.mjs prints the TAP, and
# leaves screenshots of all of them in build/t-run/screenshots/many-*.png.
use lib 't/lib';
use AuthJSTest;

my $documents = root() . '/htdocs/many';
htdocs('many/index.html', "<!doctype html><html lang=en><title>home</title><h1>home</h1></html>\n");
my $users = root() . '/conf/users-80-many';
AuthJSTest::Env::write_file($users, 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
my %port = map { $_ => AuthJSTest::Env::free_port() } qw(one three twelve many);
my $op = peer_port('op');
peer('op', env => { OP_PORT => $op, OP_KEYS => root(), OP_PROVIDERS => 'zurich',
    OP_ORIGINS => join ',', map { "http://localhost:$port{$_}/auth" } sort keys %port });

# What the catalogue has, as far as nothing but an issuer is missing, and companies to make it 93.
my $client = "AuthJSClientID x\nAuthJSClientSecret \@secret:client_secret\@\n";
my $catalogue = JSON::PP->new->decode(AuthJSTest::Env::read_file(srcdir() . '/lib/catalogue/definitions/providers.json'));
my %more = map { $_ => '' } grep { ($catalogue->{$_}{type} // '') =~ /^o/ } keys %$catalogue;
sub sections { join '', map { "<AuthJSProvider $_>\n$client$more{$_}</AuthJSProvider>\n" } sort keys %more }
for (1 .. 2) {
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n" . sections());
    while ($status && $output =~ /provider ([\w-]+) \([^\n]*?\): ([^\n]*)/g) {
        my ($id, $why) = ($1, $2);
        $why =~ /issuer/ && !$more{$id} ? $more{$id} = "AuthJSIssuer https://$id.example.test\n" : delete $more{$id};
    }
}
sub op {
    my ($id, $name) = @_;
    return "<AuthJSProvider $id oidc>\nAuthJSName \"$name\"\nAuthJSIssuer http://127.0.0.1:$op\nAuthJSClientID basic\n"
        . "AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz\n</AuthJSProvider>\n";
}
my $form = "<AuthJSProvider credentials>\nAuthJSName Password\nAuthJSAuthnProvider file\nAuthUserFile $users\n</AuthJSProvider>\n";
my $few = join '', map { "<AuthJSProvider $_>\n$client$more{$_}</AuthJSProvider>\n" } grep { defined $more{$_} } qw(github google);
my $companies = 93 - 2 - keys %more;
my %providers = (
    one    => op('zurich', 'Zürich Łódź'),
    three  => $few . $form,
    twelve => join('', map { op("club-$_", "Club $_") } 1 .. 10) . op('zurich', 'Zürich Łódź') . $form,
    many   => "AuthJSAdapter memory \@root\@/var/many.json\nAuthJSSessionStrategy jwt\n" . sections() . join('', map { op("company-$_", "Company $_") } 1 .. $companies) . op('zurich', 'Zürich Łódź') . $form,
);
my $icons = srcdir() . '/t/peers/node_modules/simple-icons/icons';
httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n", map { <<"EOT" } sort keys %providers);
Listen 127.0.0.1:$port{$_}
<VirtualHost *:$port{$_}>
    AuthJSURL http://localhost:$port{$_}
    DocumentRoot "$documents"
    AuthJSSecret \@secret:auth_secret\@
    AuthJSLogos $icons
    <Directory "$documents">
        Require all granted
    </Directory>
$providers{$_}</VirtualHost>
EOT

$ENV{ 'MANY_' . uc } = "http://localhost:$port{$_}" for keys %port;
$ENV{MANY_DIR} = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{MANY_DIR};
my $peers = srcdir() . '/t/peers';
exit(system("$peers/node", "$peers/many.mjs") ? 1 : 0);
