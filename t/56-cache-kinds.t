# What rests on AuthJSCache, over every kind of cache that httpd has: OpenID Connect and OAuth
# sign-ins, each check of which is good once; access tokens that are renewed by one request of
# many; sessions in a database.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Redis;
use IO::Select ();
use IO::Socket::INET ();

my $COOKIE = 'authjs.session-token';
my $redis = AuthJSTest::Redis->start;
my $memcached = memcached();
my %kinds = (
    shmcb    => "AuthJSCache shmcb:kinds(2097152)\n",
    dbm      => "AuthJSCache dbm:\@root\@/var/cache.dbm\n",
    redis    => $redis->conf,
    memcache => 'AuthJSCache memcache:127.0.0.1:' . $memcached->port . "\n",
    none     => "AuthJSCache none\n",
);
my @kinds = sort keys %kinds;
my $op = peer_port('op');
my $refresh = "AuthJSRefresh On\n" . AuthJSTest::Accounts::refreshing($op, 'refresh');
my $protected = AuthJSTest::Accounts::showing_token('/in');

my @refreshing = grep { $_ ne 'none' && $_ ne 'dbm' } @kinds;
my %site;
@site{ @kinds, map { "$_ refresh" } @refreshing } = AuthJSTest::Accounts->sites(
    (map { { adapter => 'memory', strategy => 'database', conf => $kinds{$_} . $protected } } @kinds),
    (map { { adapter => '', strategy => 'jwt', conf => $kinds{$_} . $protected . $refresh } } @refreshing));
for my $site (values %site) {
    AuthJSTest::Env::write_file($site->httpd->root . '/htdocs/in/index.html', 'in');
}

# Requests that arrive together.
sub at_once {
    my ($count, $port, $path, $cookie) = @_;
    my @sockets = map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 10) || die "connect: $@";
        print $socket "GET $path HTTP/1.0\r\nHost: localhost:$port\r\nCookie: $cookie\r\n";
        $socket->flush;
        $socket;
    } 1 .. $count;
    for (@sockets) { print $_ "\r\n"; $_->flush }
    return map {
        my ($text, $select) = ('', IO::Select->new($_));
        while ($select->can_read(40)) { sysread $_, $text, 65536, length $text or last }
        HTTP::Response->parse($text);
    } @sockets;
}

for my $kind (@kinds) {
    my $site = $site{$kind};
    for my $provider (qw(first github)) {
        my $browser = $site->browser;
        my $login = "$kind-$provider";
        my $url = $site->begin($browser, $provider, $provider eq 'github' ? 'octocat' : $login);
        my $cookie = join '; ', map { "$_=" . $browser->cookie($_) } sort keys %{ $browser->cookies };
        my $path = $url =~ s{^http://[^/]+}{}r;
        my @answers = at_once(8, $site->httpd->port, $path, $cookie);
        my @in = grep { ($_->header('Set-Cookie') // '') =~ /./ && set_cookie($_, $COOKIE) && set_cookie($_, $COOKIE)->{value} } @answers;
        is @in, 1, "$kind: of eight that come with the answer of $provider one is signed in";
        my $begins_again = qr{/auth/signin/$provider\?callbackUrl=[^&]*&error=SignInExpired\z};
        is scalar(grep { (location($_) // '') =~ $begins_again } @answers), 7, 'the others are not';
        my $again = $site->httpd->site->get($path, Cookie => $cookie);
        like location($again), $begins_again, 'nor is who comes later';
        my $token = @in ? set_cookie($in[0], $COOKIE)->{value} : '';
        for (1 .. 2) {
            is $site->httpd->site->get('/in/', Cookie => "$COOKIE=$token")->code, 200, 'the session is one';
        }
    }
}

for my $kind (@refreshing) {
    my $site = $site{"$kind refresh"};
    my $browser = $site->browser;
    $site->sign_in($browser, 'refresh', "r-$kind");
    my $token = $browser->cookie($COOKIE) // BAIL_OUT("$kind: no sign-in");
    my $claims = decode($token);
    ok $claims->{refresh_token}, "$kind: a session with a refresh token";
    my $log = AuthJSTest::Site->new(base => "http://127.0.0.1:$op");
    $log->request(DELETE => '/__test/log');
    my $old = mint({ %$claims, expires_at => time - 5 | 0 });
    my @answers = at_once(20, $site->httpd->port, '/in/', "$COOKIE=$old");
    is join(' ', map { $_->{status} } grep { ($_->{grant_type} // '') eq 'refresh_token' } @{ $log->json('/__test/log') }),
        '200', 'of twenty requests one renews it';
    is scalar(grep { $_->code == 200 } @answers), 20, 'all are answered';
    my %tokens = map { ($_->header('X-Token') // '') => 1 } @answers;
    is join(' ', keys %tokens), decode(set_cookie($answers[0], $COOKIE)->{value})->{access_token}, 'with the same token';
}

# --- a store is tried when httpd starts --------------------------------------------------------

my $dbm = AuthJSTest::Httpd->configure(conf => $kinds{dbm} . <<"EOT" . $refresh);
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
EOT
isnt +($dbm->run_httpd('-DFOREGROUND'))[0], 0, 'a store that is too narrow for tokens is refused with AuthJSRefresh';
like $dbm->error_log, qr/AuthJSRefresh: a provider's tokens may have 8192 bytes, and AuthJSCache dbm keeps nothing of that size here, .*; write AuthJSCache shmcb/,
    'which says what to write: the pages of dbm have 1 KB';

expect_error(qr/AH00020: Configuration Failed/, '56: which ends httpd');
expect_error(qr/AuthJSRefresh: a provider's tokens may have/, '56: a store that is too narrow');
done_testing;
