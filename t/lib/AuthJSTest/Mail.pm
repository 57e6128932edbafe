package AuthJSTest::Mail;

=head1 NAME

AuthJSTest::Mail - the mail server of the server tests

=head1 SYNOPSIS

    use AuthJSTest::Mail;

    my $mail = mail_server();             # t/peers/smtp.mjs
    # AuthJSMailServer smtp://localhost:@port:smtp_plain@ starttls=off
    my ($message) = $mail->to('alice@example.test');
    like $message->{text}, qr/Sign in/;
    my ($link) = @{ $message->{links} };
    $mail->clear;

Without arguments it speaks SMTP on the ports smtp_plain, smtp_starttls and smtp_tls (which
are @port:smtp_plain@ ... in a configuration); with some, on those that are named:

    mail_server(smtp_auth => 'starttls auth', smtp_dead => 'plain stall=ehlo')

t/peers/smtp.mjs has the words, and the recipients that order a fault. With "auth" the user
is mail_user() and the password secret('mail_password'); mail_login() is both as they stand
in a URL.

=head1 METHODS

messages, to(ADDRESS): the mails, oldest first; connections; clear.

=cut

use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Process;
use HTTP::Tiny ();
use JSON::PP ();

our @ISA = 'AuthJSTest::Process';

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for qw(mail_server mail_user mail_login);
}

my $count = 0;
my %usual = (smtp_plain => 'plain', smtp_starttls => 'starttls', smtp_tls => 'tls');

sub mail_user { 'mailer+1@example.test' }

sub mail_login {
    return join ':', map { s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger }
        mail_user(), $AuthJSTest::Env::secret{mail_password};
}

sub mail_server {
    my (%servers) = @_;
    my $port = AuthJSTest::Env::free_port();
    my $peers = "$AuthJSTest::Env::srcdir/t/peers";
    %servers = %usual unless %servers;
    return AuthJSTest::Mail->start(name => 'smtp' . ++$count, host => '127.0.0.1', port => $port,
        ready => qr/^ready/m, command => ["$peers/node", "$peers/smtp.mjs"],
        env => {
            PORT => $port, SMTP_TLS => AuthJSTest::Env::tls_dir(),
            SMTP_USER => mail_user(), SMTP_PASSWORD => $AuthJSTest::Env::secret{mail_password},
            SMTP_SERVERS => JSON::PP->new->encode(
                { map { AuthJSTest::Env::port($_) => $servers{$_} } keys %servers }),
        });
}

sub ask {
    my ($self, $method, $path) = @_;
    my $answer = HTTP::Tiny->new(timeout => 120)->request($method, $self->url($path));
    die "mail server: $answer->{status} $answer->{content}\n" unless $answer->{success};
    return length $answer->{content} ? JSON::PP->new->utf8->decode($answer->{content}) : undef;
}

sub messages    { @{ $_[0]->ask(GET => '/messages') } }
sub connections { @{ $_[0]->ask(GET => '/connections') } }
sub clear       { $_[0]->ask(DELETE => '/messages') }

sub to {
    my ($self, $address) = @_;
    return grep { grep { $_ eq $address } @{ $_->{to} } } $self->messages;
}

1;
