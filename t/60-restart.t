# Twenty graceful restarts under load: nobody is refused, nothing is left behind.
use lib 't/lib';
use AuthJSTest;
use Time::HiRes qw(sleep time);

my $httpd = AuthJSTest::Httpd->configure(conf => <<'EOT');
AuthJSURL http://localhost:@port@
AuthJSSecret @secret:auth_secret@
AuthJSSessionRealm test60
AuthJSCache shmcb
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile @root@/conf/users
</AuthJSProvider>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
Alias /private @root@/htdocs
EOT
my $user = `htpasswd -nbBC 4 bob '@{[ secret('password') ]}'`;
AuthJSTest::Env::write_file($httpd->root . '/conf/users', $user);
$httpd->start;

my $cookie = 'authjs.session-token='
    . mint({ name => 'Bob', email => 'bob@example.com', sub => '1', provider => 'credentials' });
my @expected = (
    ['/private/index.html', 200, Cookie => $cookie],
    ['/private/index.html', 302, Accept => 'text/html', 'Sec-Fetch-Mode' => 'navigate'],
    ['/auth/csrf',          200],
    ['/auth/session',       200, Cookie => $cookie],
);

# Asks until the parent closes the pipe; writes one line for every wrong answer.
sub load_forever {
    my ($stop, $report) = @_;
    my ($visitor, $count) = ($httpd->site, 0);
    $visitor->ua->timeout(15);
    my $select = IO::Select->new($stop);
    until ($select->can_read(0)) {
        my ($path, $status, %headers) = @{ $expected[$count++ % @expected] };
        my $got = $visitor->get($path, %headers);
        print $report "wrong $path: " . $got->status_line . "\n" if $got->code != $status;
    }
    print $report "count $count\n";
}

pipe my $stop_reader, my $stop_writer or die;
my @reports;
for (1 .. 3) {
    pipe my $reader, my $writer or die;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $stop_writer;
        load_forever($stop_reader, $writer);
        close $writer;
        require POSIX;
        POSIX::_exit(0);
    }
    push @reports, [$pid, $reader];
}

# What the parent process holds: a leak a restart shows as a slope.
sub held {
    my $pid = $httpd->pid;
    my @maps = grep { m{/dev/zero|/SYSV|/dev/shm} }
        split /\n/, AuthJSTest::Env::read_file("/proc/$pid/maps");
    my ($rss) = AuthJSTest::Env::read_file("/proc/$pid/status") =~ /VmRSS:\s+(\d+)/;
    return { fd => scalar(my @fd = glob "/proc/$pid/fd/*"), shm => scalar @maps, rss => $rss,
        files => scalar(my @files = glob $httpd->root . '/logs/*') };
}

sub generation { my $n = () = $httpd->error_log =~ /resuming normal operations/g; $n }

sub restart {
    my $before = generation();
    $httpd->graceful;
    for (1 .. 300) {
        last if generation() > $before;
        sleep 0.05;
    }
    sleep 0.2;
}

restart() for 1 .. 5;
my $browser = $httpd->browser;
$browser->credentials('credentials', [username => 'bob', password => secret('password')]);
is $browser->session->{user}{name} // '', 'bob', 'signed in before';
my $before = held();

restart() for 1 .. 20;
my $after = held();
is $browser->session->{user}{name} // '', 'bob', 'still signed in after 20 graceful restarts';

close $stop_writer;
for my $report (@reports) {
    my @lines = readline $report->[1];
    waitpid $report->[0], 0;
    my ($count) = ($lines[-1] // '') =~ /^count (\d+)/;
    ok $count, 'a visitor asked ' . ($count // 'not to the end');
    is_deeply [grep { /^wrong/ } @lines], [], 'and was answered rightly each time';
}

is generation(), 26, 'httpd did restart';
is $after->{$_}, $before->{$_}, "$_: as many as before" for qw(fd shm files);
SKIP: {
    skip 'AddressSanitizer keeps freed memory', 1 if sanitized();
    cmp_ok $after->{rss} - $before->{rss}, '<', 1024, 'RSS grew by less than 1 MiB';
}

# Children of earlier generations have gone.
my @pids;
for (1 .. 100) {
    @pids = $httpd->pids;
    last if @pids <= 6;
    sleep 0.1;
}
cmp_ok scalar @pids, '<=', 6, 'no child of an earlier generation is left' or diag "@pids";

done_testing;
