package AuthJSTest::Redis;

=head1 NAME

AuthJSTest::Redis - what stands in a Redis, past mod_authjs

=head1 SYNOPSIS

    my $redis = AuthJSTest::Redis->start;           # a redis-server of the test's own
    $redis->conf                                    # AuthJSCache redis:127.0.0.1:PORT
    $redis->command(SET => $key, $value);           # text, a number, a list, or undef
    $redis->keys; $redis->get($key); $redis->set($key, $value);
    $redis->calls                                   # {get => 3, setex => 1} since the last time
    $redis->stop; $redis->again;
    $redis->pause(1); $redis->pause(0);             # SIGSTOP, SIGCONT

=cut

use strict;
use warnings;
use AuthJSTest::Database;
use IO::Socket::INET ();

sub start {
    my ($class) = @_;
    my $self = bless { server => redis() }, $class;
    $self->calls;
    return $self;
}

sub conf  { "AuthJSCache redis:127.0.0.1:@{[ $_[0]{server}->port ]}\n" }
# Stands still, as when its machine is busy; goes on.
sub pause { my ($self, $on) = @_; kill $on ? 'STOP' : 'CONT', $self->{server}{pid} }
sub stop  { delete $_[0]{socket}; $_[0]{server}->stop }
sub again { delete $_[0]{socket}; $_[0]{server}->restart }

sub command {
    my ($self, @words) = @_;
    my $socket = $self->{socket} ||= IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{server}->port, Timeout => 5) || die "redis: $@";
    print $socket join '', sprintf("*%d\r\n", scalar @words),
        map { sprintf "\$%d\r\n%s\r\n", length, $_ } @words;
    $socket->flush;
    return read_answer($socket);
}

sub read_answer {
    my ($socket) = @_;
    my ($type, $rest) = (<$socket> // die "redis: gone\n") =~ /^(.)(.*)\r\n\z/s;
    die "redis: $rest\n" if $type eq '-';
    return $rest if $type eq '+' || $type eq ':';
    return $rest < 0 ? undef : [map { read_answer($socket) } 1 .. $rest] if $type eq '*';
    return undef if $rest < 0;
    read $socket, my $text, $rest + 2;
    return substr $text, 0, -2;
}

sub keys { sort @{ $_[0]->command(KEYS => '*') } }
sub get  { $_[0]->command(GET => $_[1]) }
sub set  { $_[0]->command(SET => $_[1], $_[2]) }

sub calls {
    my ($self) = @_;
    my %calls = map { /^cmdstat_(\w+):calls=(\d+)/ ? ($1 => $2) : () }
        split /\r\n/, $self->command(INFO => 'commandstats');
    $self->command(CONFIG => 'RESETSTAT');
    delete @calls{ grep { /^(?:info|config)/ } CORE::keys(%calls) };
    return \%calls;
}

1;
