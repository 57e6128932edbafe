package AuthJSTest::MainServer;

# The server of t/conf-src/NN-name.conf.in: made and started by Apache::Test before the test
# NN-name begins, of that test alone, and stopped when it ends. Programs run side by side:
# nobody else writes into its logs, its documents or its ports.
use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Httpd;
use Fcntl qw(:flock);

my ($owner, $started) = ($$);

# An empty room for the test, and the main server if it has the configuration of one.
my $lock;
sub begin {
    my $file = AuthJSTest::Env::top() . "/$AuthJSTest::Env::test.lock";
    open $lock, '>>', $file or die "$file: $!";
    flock $lock, LOCK_EX | LOCK_NB or die "$AuthJSTest::Env::test runs already in $AuthJSTest::Env::builddir\n";
    remove(AuthJSTest::Env::home());
    AuthJSTest::Env::make_root(AuthJSTest::Env::root());
    start() if -e source($AuthJSTest::Env::test);
}

sub source { "$AuthJSTest::Env::srcdir/t/conf-src/$_[0].conf.in" }

# The room of a test, and the servers in it if its last run was killed.
sub remove {
    my ($home) = @_;
    for my $file (glob "$home/*/logs/httpd.pid") {
        my ($pid) = AuthJSTest::Env::read_file($file) =~ /^(\d+)/ or next;
        next if index(AuthJSTest::Env::read_file("/proc/$pid/cmdline"), "$home/") < 0;
        AuthJSTest::Httpd::end_process($pid);
    }
    system('rm', '-rf', $home) == 0 or die "$home: cannot be removed\n";
}

# All rooms of a pass.
sub remove_all { remove($_) for grep { -d } glob AuthJSTest::Env::top() . '/*' }

sub start {
    my $root = AuthJSTest::Env::root();
    AuthJSTest::Env::write_file("$root/conf/modules.conf",
        AuthJSTest::Env::modules_conf($AuthJSTest::Env::mpm));
    AuthJSTest::Env::write_file("$root/conf/httpd.conf.in",
        "Listen 127.0.0.1:\@port\@\n" . AuthJSTest::Env::common_conf($root));
    AuthJSTest::Env::httpd_wrapper($root);
    my @ports = AuthJSTest::Env::free_port();
    for my $name ('00-load', $AuthJSTest::Env::test) {
        my $conf = AuthJSTest::Env::expand(AuthJSTest::Env::read_file(source($name)), $root);
        push @ports, map { AuthJSTest::Env::free_port() } $conf =~ /^\s*<VirtualHost /mg;
        AuthJSTest::Env::write_file("$root/conf/$name.conf.in", $conf);
    }
    local $ENV{AUTHJS_PORTS} = "@ports";
    local $ENV{AUTHJS_TEST} = $AuthJSTest::Env::test;
    my $output = `'$^X' '$AuthJSTest::Env::srcdir/t/TEST.PL' -start-httpd 2>&1`;
    die "the main server did not start:\n$output"
        . AuthJSTest::Env::read_file("$root/logs/error_log") if $?;
    $started = 1;
}

my $config;
sub vhost_port {
    my ($name) = @_;
    die "<VirtualHost $name>: there is no " . source($AuthJSTest::Env::test) . "\n" unless $started;
    $config ||= do {
        require(AuthJSTest::Env::root() . '/conf/apache_test_config.pm');
        'apache_test_config'->new;
    };
    return ($config->{vhosts}{$name} || die "no <VirtualHost $name> in t/conf-src\n")->{port};
}

sub stop {
    my $file = AuthJSTest::Env::root() . '/logs/httpd.pid';
    my ($pid) = AuthJSTest::Env::read_file($file) =~ /^(\d+)/;
    AuthJSTest::Httpd::end_process($pid) if $pid;
}

END { if ($started && $$ == $owner) { local $?; stop() } }

1;
