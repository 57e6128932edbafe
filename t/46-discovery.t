# Discovery: what a provider says by mistake is not kept, what can be used is; and nobody
# waits for a name server that is silent.
use lib 't/lib';
use AuthJSTest;
use IO::Socket::INET ();
use JSON::PP;
use POSIX ();
use Time::HiRes qw(time);

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

SKIP: {
    skip 'the sanitizers are loaded in its place', 3 if sanitized();
    my $preload = root() . '/silent.so';
    open my $cc, '|-', "gcc -xc -shared -fPIC -o $preload -" or die "gcc: $!";
    print $cc <<'EOC';
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (node && !strcmp(node, "silent.test")) {
        sleep(20);
        return EAI_AGAIN;
    }
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(node, service, hints, result);
}
EOC
    close $cc or die "gcc: $?";
    my $httpd = httpd(env => { LD_PRELOAD => $preload }, conf => <<'EOT');
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSHTTP connect=1s
<AuthJSProvider silent oidc>
    AuthJSIssuer https://silent.test
    AuthJSClientID id
    AuthJSClientSecret @secret:client_secret@
</AuthJSProvider>
EOT
    my $start = time;
    is location($httpd->browser->sign_in('silent')), $httpd->url('/auth/error?error=Configuration'), 'no name server answers';
    cmp_ok time - $start, '<', 8, 'and nobody waits longer than for a connection';
    like $httpd->error_log, qr{discovery of silent: https://silent\.test: }, 'the log says who it was';
}

expect_error(qr/AuthJS: CallbackRouteError: discovery of (?:mistaken|silent): /, 'documents that cannot be used');
done_testing;
