# httpd is stopped while a child of it deletes what has expired: the child goes once the database has
# answered, and uses nothing that is gone. t/99-logs.t reads that none of them crashed.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Env;
use Time::HiRes qw(sleep);

# The first run is some two seconds after a start; it waits here for somebody else's transaction.
my @servers = map {
    my $db = database('sqlite');
    $db->migrate('d1');
    { db => $db, httpd => httpd(conf => $db->adapter . <<'EOT') };
AuthJSSecret @secret:auth_secret@
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile @root@/conf/passwords
</AuthJSProvider>
EOT
} 1 .. 4;
for my $server (@servers) {
    open $server->{lock}, '|-', 'sqlite3', $server->{db}->file or die "sqlite3: $!";
    $server->{lock}->autoflush;
    print { $server->{lock} } "BEGIN IMMEDIATE;\n";
}
sleep 2.3;
for my $server (@servers) {
    sleep 0.2;
    $server->{httpd}->stop;
    close $server->{lock};
    unlike AuthJSTest::Env::read_file($server->{httpd}->root . '/logs/error_log'), qr/exit signal/, 'stopped while it deletes: no child died';
}
done_testing;
