# Discovery: what a provider says by mistake is not kept, what can be used is.
use lib 't/lib';
use AuthJSTest;
use IO::Socket::INET ();
use JSON::PP;
use POSIX ();

my $issuer = 'http://127.0.0.1:' . peer_port('mistaken');
my %good = (issuer => $issuer, map { $_ => "$issuer/$_" } qw(authorization_endpoint token_endpoint jwks_uri));
my @documents = (    # what the provider says, one after the other
    { %good, issuer => 'http://elsewhere.example' },
    { %good, token_endpoint => undef },
    { %good, token_endpoint => 'http://user@127.0.0.1/token' },
    { issuer => $issuer },
    \%good,
);

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => peer_port('mistaken'),
    Listen => 16, ReuseAddr => 1) or die "listener: $!";
my $pid = fork // die "fork: $!";
if (!$pid) {
    alarm 120;
    for my $document (@documents) {
        my $peer = $listener->accept;
        sysread $peer, my $request, 65536;
        my $body = encode_json($document);
        print $peer "HTTP/1.1 200 OK\r\nContent-Length: ", length $body, "\r\nConnection: close\r\n\r\n$body";
        close $peer;
    }
    POSIX::_exit(0);
}
close $listener;

sub begin_sign_in { location(browser('discovery')->sign_in('mistaken')) }
for my $case ('of another issuer', 'without a token endpoint', 'with a bad token endpoint', 'without endpoints') {
    is begin_sign_in(), url('discovery') . '/auth/error?error=Configuration', "a document $case";
}
like begin_sign_in(), qr{^\Q$issuer\E/authorization_endpoint\?}, 'a good one is asked for again';
waitpid $pid, 0;
is $?, 0, 'the provider has said it all and is gone';
like begin_sign_in(), qr{^\Q$issuer\E/authorization_endpoint\?}, 'the good one is kept';

expect_error(qr/AuthJS: CallbackRouteError: discovery of mistaken: /, 'documents that cannot be used');
done_testing;
