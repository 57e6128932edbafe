package AuthJSTest::Httpd;

# A second httpd, beside the main server: own configuration, MPM, environment and logs.
use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Process;
use AuthJSTest::Site;
use Time::HiRes qw(sleep time);

my (@running, $count);

# configure(conf => text, mpm => ..., env => {...}, name => ...): a server root, not started.
sub configure {
    my ($class, %option) = @_;
    my $root = AuthJSTest::Env::home() . "/$$-" . ++$count;
    my $port = AuthJSTest::Env::free_port();
    my $self = bless { root => $root, port => $port }, $class;
    AuthJSTest::Env::make_root($root);
    $self->{program} = AuthJSTest::Env::httpd_wrapper($root, %{ $option{env} || {} });
    $self->{mpm} = $option{mpm} || $AuthJSTest::Env::mpm;
    $self->rewrite($option{conf} // '');
    return $self;
}

# A new configuration; takes effect at the next (graceful) restart.
sub rewrite {
    my ($self, $conf) = @_;
    my $user = $> == 0 ? "User nobody\nGroup nogroup\n" : '';
    AuthJSTest::Env::write_file("$self->{root}/conf/httpd.conf",
        AuthJSTest::Env::modules_conf($self->{mpm})
        . AuthJSTest::Env::common_conf($self->{root})
        . "${user}Listen 127.0.0.1:$self->{port}\nServerName http://localhost:$self->{port}\n");
    # What the test wrote begins at line 1 of its own file: messages name it so.
    AuthJSTest::Env::write_file("$self->{root}/conf/test.conf",
        AuthJSTest::Env::expand($conf =~ s/\@port\@/$self->{port}/gr, $self->{root}), 0640); # it may have secrets
    open my $out, '>>', "$self->{root}/conf/httpd.conf" or die $!;
    print $out qq(Include "$self->{root}/conf/test.conf"\n);
    close $out;
}

sub run_httpd {
    my ($self, @arguments) = @_;
    my $command = "'$self->{program}' -d '$self->{root}'"
        . " -f '$self->{root}/conf/httpd.conf' @arguments 2>&1 </dev/null";
    my $output = `$command`;
    return ($? & 127 ? 128 + ($? & 127) : $? >> 8, $output);
}

# (exit status, what httpd said): apachectl configtest.
sub test { $_[0]->run_httpd('-t', @_[ 1 .. $#_ ]) }

sub start {
    my ($class, %option) = @_;
    my $self = ref $class ? $class : $class->configure(%option);
    my ($status, $output) = $self->run_httpd('-k', 'start');
    die "httpd did not start:\n$output" . $self->error_log if $status;
    push @running, $self;
    my $end = time + 60;
    until ($self->pid && AuthJSTest::Process::is_ready($self)) {
        die "httpd did not start:\n" . $self->error_log if time > $end;
        sleep 0.02;
    }
    return $self;
}

sub pid       { (AuthJSTest::Env::read_file("$_[0]{root}/logs/httpd.pid") =~ /(\d+)/)[0] }
sub port      { $_[0]{port} }
sub root      { $_[0]{root} }
sub error_log { AuthJSTest::Env::read_file("$_[0]{root}/logs/error_log") }
sub url       { "http://localhost:$_[0]{port}" . ($_[1] // '') }
sub site      { AuthJSTest::Site->new(base => $_[0]->url) }
sub browser   { AuthJSTest::Site->new(base => $_[0]->url, cookies => 1) }
sub graceful  { kill 'USR1', $_[0]->pid }

# Processes of this server: the parent and its children.
sub pids {
    my ($self) = @_;
    my $parent = $self->pid or return;
    my @children = split ' ', `ps -o pid= --ppid $parent`;
    return ($parent, @children);
}

sub stop {
    my ($self) = @_;
    @running = grep { $_ != $self } @running;
    my $pid = $self->pid or return;
    until_closed($self->{port});
    return end_process($pid);
}

# httpd's event MPM crashes by itself now and then when it is told to end while connections
# close: half a second for those of the last requests. One that a client keeps may stay.
sub until_closed {
    my ($port) = @_;
    my $local = sprintf ':%04X ', $port;
    my ($listens, $waits) = ('0A', '06');
    for (1 .. 25) {
        return unless grep { /^\s*\d+: \w+$local\w+:\w+ (\w\w)/ && $1 ne $listens && $1 ne $waits }
            split /\n/, AuthJSTest::Env::read_file('/proc/net/tcp');
        sleep 0.02;
    }
}

# Ends an httpd: true if it went by itself, false if it had to be killed.
sub end_process {
    my ($pid) = @_;
    kill 'TERM', $pid or return;
    my $end = time + 60;
    while (time < $end) {
        return 1 unless kill 0, $pid;
        sleep 0.02;
    }
    kill 'KILL', $pid, split ' ', `ps -o pid= --ppid $pid`;
    return 0;
}

sub stop_all { $_->stop for my @all = @running }

my $owner = $$;
END { if ($$ == $owner) { local $?; stop_all() } }

1;
