# Two hosts, one PostgreSQL, and a cache: one sign-in, one sign-out.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Redis;

my $COOKIE = 'authjs.session-token';
my $db = database('pgsql');
my $redis = AuthJSTest::Redis->start;
my $memcached = memcached();
my $html = 'text/html';

# One file at one place: with another it would be another provider.
my $staff = AuthJSTest::Env::write_file(root() . '/conf/staff-57', 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
my $conf = protected('/in') . <<"EOT";
<AuthJSProvider staff credentials>
    AuthJSAuthnProvider file
    AuthUserFile "$staff"
</AuthJSProvider>
EOT

sub host {
    my ($cache) = @_;
    my $host = adapter(kind => 'pgsql', db => $db, conf => $cache . $conf);
    my $root = $host->httpd->root;
    AuthJSTest::Env::write_file("$root/htdocs/in/who.cgi",
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$AUTHJS_USER_NAME\"\n", 0755);
    return $host;
}

sub sign_in {
    my ($host) = @_;
    my $browser = $host->httpd->browser;
    $browser->credentials('staff', [username => 'jane', password => secret('password')]);
    my $token = $browser->cookie($COOKIE) or BAIL_OUT('no sign-in: ' . $host->log);
    return { browser => $browser, token => $token };
}

sub who {
    my ($host, $session) = @_;
    my $r = $host->httpd->site->get('/in/who.cgi', Cookie => "$COOKIE=$session->{token}");
    return $r->code == 200 ? $r->content : $r->code;
}

sub seen_by_both {
    my ($session, @hosts) = @_;
    is who($_, $session), 'jane', 'signed in on one is signed in on the other' for @hosts, @hosts;
}

# --- a cache that the hosts share: the next request knows ------------------------------------

my %shared = (redis => $redis->conf, memcached => 'AuthJSCache memcache:127.0.0.1:' . $memcached->port . "\n");
my @redis_hosts;
for my $kind (sort keys %shared) {
    my ($one, $two) = map { host($shared{$kind}) } 1, 2;
    @redis_hosts = ($one, $two) if $kind eq 'redis';
    note $kind;
    my $session = sign_in($one);
    seen_by_both($session, $one, $two);
    is $two->httpd->site->json('/auth/session', Cookie => "$COOKIE=$session->{token}")->{user}{name}, 'jane',
        'GET session on the other';

    $session->{browser}->sign_out;
    is who($_, $session), 401, 'signed out on one is out on the other at the next request' for $two, $one;

    $session = sign_in($two);
    seen_by_both($session, $one, $two);
    $one->deleteSession($session->{token});
    is who($_, $session), 401, 'a row that one deletes through its adapter too' for $two, $one;

    $session = sign_in($one);
    my $again = sign_in($two);
    seen_by_both($_, $one, $two) for $session, $again;
    my $user = $one->getSessionAndUser($session->{token})->{user};
    $two->updateUser({ id => $user->{id}, name => 'Janet' });
    is who($one, $_), 'Janet', 'and what one writes about a user' for $session, $again;
    $two->updateUser({ id => $user->{id}, name => 'jane' });
    $two->deleteUser($user->{id});
    is who($one, $_), 401, 'a user whom one deletes is out' for $session, $again;

    # What happens behind both of them.
    $session = sign_in($one);
    seen_by_both($session, $one, $two);
    $db->execute('DELETE FROM sessions WHERE "sessionToken" = ?', $session->{token});
    $one->updateSession({ sessionToken => $session->{token}, expires => iso(time + 1000) });
    is who($_, $session), 401, 'a row that somebody deleted, once one of them writes it' for $one, $two;
}

# --- a session is extended on one -----------------------------------------------------------

{
    my ($one, $two) = @redis_hosts;
    my $session = sign_in($one);
    $one->updateSession({ sessionToken => $session->{token}, expires => iso(time + 86400) });
    is who($one, $session), 'jane', 'due';
    is $two->httpd->site->json('/auth/session', Cookie => "$COOKIE=$session->{token}")->{expires},
        $one->stored(sessions => sessionToken => $session->{token})->{expires}, 'extended for both';
    cmp_ok $one->stored(sessions => sessionToken => $session->{token})->{expires}, 'gt', iso(time + 29 * 86400), 'by a month';
}

# --- the database is lost for a while ---------------------------------------------------------

{
    my ($one, $two) = @redis_hosts;
    my ($warm, $cold) = (sign_in($one), sign_in($one));
    is who($one, $warm), 'jane', 'warm';
    $db->kill;
    is who($_, $warm), 'jane', 'what Redis knows needs no database' for $one, $two;
    for my $host ($one, $two) {
        my $r = $host->httpd->site->get('/in/who.cgi', Cookie => "$COOKIE=$cold->{token}", Accept => $html);
        is $r->code, 503, 'what it does not know is not known';
        is $r->header('Retry-After'), 10, 'try again';
        is_deeply [set_cookies($r)], [], 'with the same cookie';
    }
    $db->start;
    is who($_, $cold), 'jane', 'the next request after it is back' for $one, $two;
}

# --- Redis is lost ----------------------------------------------------------------------------

{
    my ($one, $two) = @redis_hosts;
    my $session = sign_in($one);
    seen_by_both($session, $one, $two);
    $redis->stop;
    is who($_, $session), 'jane', 'Redis is gone: slower, not wrong' for $one, $two;
    my $other = sign_in($two);
    seen_by_both($other, $one, $two);
    $session->{browser}->sign_out;
    is who($_, $session), 401, 'sign-out' for $two, $one;
    $redis->again;
    is who($_, $other), 'jane', 'Redis is back, empty' for $one, $two;
    is who($_, $session), 401, 'who is out stays out' for $one, $two;
    $two->deleteSession($other->{token});
    is who($_, $other), 401, 'sign-out' for $one, $two;
}

# --- a cache on each host: within AuthJSCacheTTL -------------------------------------------------

{
    my ($one, $two) = map { host("AuthJSCacheTTL 2s\n") } 1, 2;
    my $session = sign_in($one);
    seen_by_both($session, $one, $two);
    $session->{browser}->sign_out;
    is who($one, $session), 401, 'shmcb on each: out at once where it was said';
    select undef, undef, undef, 2.2;
    is who($two, $session), 401, 'on the other within AuthJSCacheTTL';

    $session = sign_in($two);
    seen_by_both($session, $one, $two);
    $one->deleteSession($session->{token});
    select undef, undef, undef, 2.2;
    is who($_, $session), 401, 'a row that one deletes too' for $two, $one;
}

expect_error(qr/socache_(?:redis|memcache)|AH0\d+: scache_(?:rd|mc)/, '57: Redis is away');
expect_error(qr/AuthJS: AdapterError: |\[dbd:error\]/, '57: PostgreSQL was killed');
done_testing;
