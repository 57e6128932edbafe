package AuthJSTest::Process;

# A program that a test starts (a peer, a database, a cache) and that ends with the test.
use strict;
use warnings;
use AuthJSTest::Env;
use File::Path qw(make_path);
use Time::HiRes qw(sleep time);

my %running;

# start(name => ..., command => [...], env => {...}, ready => qr/.../ | port => N, timeout => S)
#
# ready: the program is up when a line of its output matches; otherwise when port accepts
# connections. It runs in a directory of the run's own; its stdin is a pipe that closes when
# the test ends, however it ends.
sub start {
    my ($class, %option) = @_;
    my $dir = AuthJSTest::Env::home() . '/output';
    make_path($dir);
    my $self = bless { %option, log => "$dir/$option{name}-$$.log" }, $class;
    $self->again;
    return $self;
}

# Start the same once more, after it ended.
sub again {
    my ($self) = @_;
    unlink $self->{log};
    pipe my $stdin, $self->{stdin} or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $ENV{$_} = $self->{env}{$_} for keys %{ $self->{env} || {} };
        open STDIN, '<&', $stdin;
        open STDOUT, '>', $self->{log} or die "$self->{log}: $!";
        open STDERR, '>&', \*STDOUT;
        close $self->{stdin};
        setpgrp(0, 0);
        chdir $self->{log} =~ s{/[^/]*$}{}r;
        exec @{ $self->{command} } or die "$self->{command}[0]: $!";
    }
    close $stdin;
    $self->{pid} = $pid;
    $running{$pid} = $self;
    $self->wait_until_ready($self->{timeout} || 120);
}

sub wait_until_ready {
    my ($self, $timeout) = @_;
    my $end = time + $timeout;
    until ($self->is_ready) {
        my $gone = waitpid($self->{pid}, 1) == $self->{pid};
        if ($gone || time > $end) {
            delete $running{ $self->{pid} } if $gone;
            $self->stop;
            die "$self->{name} " . ($gone ? 'ended at once' : 'is not ready')
                . ", its output:\n" . $self->output;
        }
        sleep 0.05;
    }
}

sub is_ready {
    my ($self) = @_;
    return $self->output =~ $self->{ready} if $self->{ready};
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port},
        Timeout => 1) ? 1 : 0;
}

sub output { AuthJSTest::Env::read_file($_[0]{log}) }
sub pid    { $_[0]{pid} }
sub port   { $_[0]{port} }
sub url    { ($_[0]{tls} ? 'https' : 'http') . "://$_[0]{host}:$_[0]{port}" . ($_[1] // '') }

sub signal { kill $_[1], $_[0]{pid} }

sub stop {
    my ($self) = @_;
    delete $running{ $self->{pid} } or return;
    close $self->{stdin} if $self->{stdin};
    local $?;
    for my $signal ($self->{stop_signal} || 'TERM', 'KILL') {
        kill $signal, -$self->{pid};
        for (1 .. 100) {
            return if waitpid($self->{pid}, 1) != 0;
            sleep 0.05;
        }
    }
}

# It was killed by other means: wait for its end.
sub gone {
    my ($self) = @_;
    local $?;
    waitpid $self->{pid}, 0;
    delete $running{ $self->{pid} };
}

my $owner = $$;
END { if ($$ == $owner) { $_->stop for values %running } }
$SIG{$_} //= sub { exit 1 } for qw(INT TERM HUP);

1;
