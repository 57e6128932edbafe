package AuthJSTest::PasskeySites;

# Sites with passkeys for the tests in Chromium (t/peers/passkey.mjs says which), one httpd.
use strict;
use warnings;
use AuthJSTest;
use AuthJSTest::Database;
use IPC::Open2;

# Start them, and run one of t/peers, which prints TAP. Where it says "# restart", httpd is.
# Returns its exit status.
sub visit {
    my ($peer) = @_;
    my $documents = root() . '/htdocs/passkey';
    htdocs('passkey/index.html', "<!doctype html><html lang=en><title>home</title><h1>home</h1></html>\n");
    my $users = root() . '/conf/users-80-passkey';
    AuthJSTest::Env::write_file($users, join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } qw(eve@example.test bob@example.test));
    my $staff = <<"EOT";
<AuthJSProvider staff credentials>
    AuthJSName Staff
    AuthJSAuthnProvider file
    AuthUserFile $users
    AuthJSLoginIsEmail On
</AuthJSProvider>
EOT
    my %database = map { $_ => database('sqlite') } qw(one two);
    $_->migrate for values %database;
    my %port = map { $_ => AuthJSTest::Env::free_port() } qw(one two key stale);
    my %site = (
        # With a password beside it, no autofill.
        one => ['one', "$staff<AuthJSProvider passkey>\nAuthJSOption signUp=open autofill=off timeout=10s\n</AuthJSProvider>\n"],
        # Nothing else, on another database.
        two => ['two', "<AuthJSProvider passkey>\nAuthJSOption signUp=open\n</AuthJSProvider>\n"],
        # A session is fresh for a second.
        stale => ['one', "AuthJSReauth 1s\n$staff<AuthJSProvider passkey>\nAuthJSOption autofill=off\n</AuthJSProvider>\n"],
        # Security keys, on the first one's database.
        key => ['one', "$staff<AuthJSProvider webauthn>\nAuthJSName \"Security key\"\n"
            . "AuthJSOption userVerification=discouraged residentKey=discouraged timeout=10s\n</AuthJSProvider>\n"],
    );
    my $httpd = httpd(conf => join '', map { <<"EOT" } sort keys %site);
Listen 127.0.0.1:$port{$_}
<VirtualHost *:$port{$_}>
    AuthJSURL http://localhost:$port{$_}
    AuthJSSecret \@secret:auth_secret\@
    AuthJSTheme "name=Example Ltd."
    AuthJSSessionStrategy database
    @{[ $database{ $site{$_}[0] }->adapter ]}
    DocumentRoot "$documents"
    <Directory "$documents">
        Require all granted
    </Directory>
$site{$_}[1]</VirtualHost>
EOT

    $ENV{ 'PASSKEY_' . uc } = "http://localhost:$port{$_}" for keys %port;
    $ENV{PASSKEY_DIR} = AuthJSTest::Env::top() . '/screenshots';
    mkdir $ENV{PASSKEY_DIR};
    my $peers = srcdir() . '/t/peers';

    $| = 1;
    my $pid = open2(my $out, my $in, "$peers/node", "$peers/$peer");
    while (<$out>) {
        if (/^# restart$/) {
            $httpd->stop;
            $httpd->start;
            print $in "\n";
            $in->flush;
        }
        print;
    }
    waitpid $pid, 0;
    return $? ? 1 : 0;
}

1;
