# AuthJSRefresh against oidc-provider, which rotates refresh tokens and revokes a whole grant
# when one is used twice: two hosts on one Redis or memcached, one host on its own, both
# strategies.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Redis;
use IO::Select ();
use IO::Socket::INET ();
use POSIX ();
use Time::HiRes qw(sleep time);

my $COOKIE = 'authjs.session-token';
my $PARALLEL = 200;
my $FAILED = 'RefreshTokenError';
my $redis = AuthJSTest::Redis->start;
my $op_port = peer_port('op');
my (@hosts, @origins);

my $conf = AuthJSTest::Accounts::showing_token('/in',
    'Header always set X-Session "expr=%{reqenv:AUTHJS_SESSION}"') . <<"EOT";
AuthJSSecret \@secret:auth_secret\@
AuthJSSessionRealm test72
AuthJSURL http://localhost:\@port\@
AuthJSRefresh On
LimitRequestFieldSize 16384
<IfModule mpm_prefork_module>
    MaxRequestWorkers 40
</IfModule>
<IfModule !mpm_prefork_module>
    ThreadsPerChild 50
    MaxRequestWorkers 100
</IfModule>
<Location "/in/plain">
    AuthJSPassAccessToken Off
</Location>
<Location "/in/bearer">
    AuthJSBearer On
</Location>
<Location "/open">
    Header always set X-Name "expr=%{AUTHJS:name}"
</Location>
EOT
$conf .= AuthJSTest::Accounts::refreshing($op_port, qw(refresh refresh-short));

# A host, not started: its origin goes to the provider first.
sub host {
    my ($lines) = @_;
    my $httpd = AuthJSTest::Httpd->configure;
    push @origins, $httpd->url('/auth');
    push @hosts, [$httpd, $conf . $lines];
    return $httpd;
}

my $sqlite = database('sqlite');
my $pgsql = database('pgsql');
$pgsql->migrate;
my @jwt = map { host($redis->conf) } 1, 2;
# Who waits for a provider no longer than this.
my @hasty = map { host($redis->conf . "AuthJSHTTP timeout=1s\n") } 1, 2;
my @stored = map { host($redis->conf . $pgsql->adapter) } 1, 2;
my $memcached = memcached();
my @memcached = map { host('AuthJSCache memcache:127.0.0.1:' . $memcached->port . "\n") } 1, 2;
my $alone = host('');
my $alone_stored = host($sqlite->adapter);
my $small = host("LimitRequestFieldSize 8950\n");
my $off = host("AuthJSRefresh Off\n");
my $op = peer('op', env => { OP_PORT => $op_port, OP_KEYS => root(),
    OP_ORIGINS => join ',', @origins });
for (@hosts) {
    my ($httpd, $text) = @$_;
    $httpd->rewrite($text);
    AuthJSTest::Env::write_file($httpd->root . "/htdocs/$_/index.html", 'in')
        for qw(in in/plain in/bearer open);
    $httpd->start;
}

# --- helpers ---------------------------------------------------------------------------------

# A session token, in one cookie or in several.
sub token {
    my ($browser) = @_;
    return $browser->cookie($COOKIE) // join '', map { $browser->cookie("$COOKIE.$_") // () } 0 .. 9;
}

sub sign_in {
    my ($host, $login, $provider) = @_;
    my $browser = $host->browser;
    my $start = $browser->sign_in($provider || 'refresh', [callbackUrl => '/in/']);
    my $r = $browser->get(scalar authorize(location($start), login => $login));
    token($browser) or BAIL_OUT("no sign-in: @{[ $r->as_string ]}" . $host->error_log);
    return $browser;
}

# What the provider was asked since the last time, by status.
sub refreshes {
    my $site = AuthJSTest::Site->new(base => $op->url);
    my @seen = grep { ($_->{grant_type} // '') eq 'refresh_token' } @{ $site->json('/__test/log') };
    $site->request(DELETE => '/__test/log');
    return join ' ', map { $_->{status} } @seen;
}

# Whether the provider accepts an access token.
sub works {
    my ($token) = @_;
    return AuthJSTest::Site->new(base => $op->url)->get('/me', Authorization => "Bearer $token")->code;
}

# The same cookie, its access token expired (or whatever else is different).
sub changed { my ($token, %claims) = @_; mint({ %{ scalar decode($token) }, %claims }) }
sub expired { my ($token, %claims) = @_; changed($token, expires_at => time - 5 | 0, %claims) }

sub get { my ($host, $token, $path) = @_; $host->site->get($path || '/in/', Cookie => "$COOKIE=$token") }

# Many requests that arrive together, at the hosts in turn: HTTP::Response objects.
sub at_once {
    my ($count, $token, @hosts) = @_;
    my @sockets;
    for my $i (0 .. $count - 1) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', Timeout => 30,
            PeerPort => $hosts[$i % @hosts]->port) or die "connect: $@";
        $socket->autoflush(1);
        print $socket "GET /in/ HTTP/1.0\r\nHost: localhost\r\nCookie: $COOKIE=$token\r\n";
        push @sockets, $socket;
    }
    print {$_} "\r\n" for @sockets;
    return map {
        my ($text, $select) = ('', IO::Select->new($_));
        while ($select->can_read(120)) { sysread $_, $text, 65536, length $text or last }
        HTTP::Response->parse($text);
    } @sockets;
}

# How often each value comes, as "value xN".
sub counted {
    my %count;
    $count{ $_ // 'none' }++ for @_;
    return join ', ', map { "$_ x$count{$_}" } sort keys %count;
}

sub expire_account {
    my ($db, $login) = @_;
    $db->execute('UPDATE accounts SET expires_at = ? WHERE "providerAccountId" = ?', time - 5 | 0, $login);
}

sub account { my ($db, $login) = @_; $db->row('SELECT * FROM accounts WHERE "providerAccountId" = ?', $login) }

# --- what a session has ------------------------------------------------------------------------

{
    my $browser = sign_in($jwt[0], 'alice');
    my $claims = decode($browser->cookie($COOKIE));
    is_deeply [sort keys %$claims], [sort qw(name email picture sub provider via realm auth_time iat exp jti
        access_token expires_at refresh_token)], 'the token has what the guide of Auth.js names';
    cmp_ok abs($claims->{expires_at} - time - 3600), '<', 30, 'expires_at is a time in seconds';
    is works($claims->{access_token}), 200, 'the access token is one';
    is_deeply [sort keys %{ $browser->session }], [qw(expires user)], 'GET session has nothing of it';
    is_deeply [sort keys %{ $browser->session->{user} }], [qw(email image name)], 'nor has its user';
    my $r = $browser->get('/in/');
    unlike $r->header('X-Session'), qr/token|$claims->{access_token}/, 'nor has AUTHJS_SESSION';
    is $r->header('X-Token'), $claims->{access_token}, 'AUTHJS_ACCESS_TOKEN where it is asked for';
    is $browser->get('/in/plain/')->header('X-Token'), '', 'and nowhere else';
    is $jwt[0]->site->get('/in/', Cookie => "$COOKIE=" . $browser->cookie($COOKIE),
        'X-AuthJS-Access-Token' => 'forged')->header('X-Token'), $claims->{access_token}, 'whatever is sent';
    is refreshes(), '', 'nobody was asked';
    is set_cookie($r, $COOKIE), undef, 'and no cookie was written';

    $browser = sign_in($off, 'alice');
    is_deeply [grep { /token|expires_at/ } keys %{ scalar decode($browser->cookie($COOKIE)) }], [],
        'AuthJSRefresh Off keeps nothing';
    is $browser->get('/in/')->header('X-Token'), '', 'so there is nothing to pass';
}

# --- one after the other ------------------------------------------------------------------------

{
    my $browser = sign_in($jwt[0], 'bob');
    my $first = decode($browser->cookie($COOKIE));
    my $old = expired($browser->cookie($COOKIE));
    my $r = get($jwt[0], $old);
    is $r->code, 200, 'expired';
    my $new = decode(set_cookie($r, $COOKIE)->{value});
    is refreshes(), 200, 'renewed by one request';
    isnt $new->{$_}, $first->{$_}, "$_ is another" for qw(access_token refresh_token);
    is $r->header('X-Token'), $new->{access_token}, 'and the application has it already';
    is works($new->{access_token}), 200, 'it works';
    is_deeply [sort keys %$new], [sort keys %$first], 'with the same members';
    is $new->{$_}, $first->{$_}, "$_ is as it was" for qw(sub email provider);
    is $r->header('Cache-Control'), 'private', 'the answer with the cookie is in no shared cache';

    for my $host (@jwt) {
        my $r = get($host, $old);
        my $again = decode(set_cookie($r, $COOKIE)->{value});
        is $again->{refresh_token}, $new->{refresh_token}, 'the older cookie gets the same tokens';
        is $r->header('X-Token'), $new->{access_token};
        my $session = $host->site->get('/auth/session', Cookie => "$COOKIE=$old");
        is decode(set_cookie($session, $COOKIE)->{value})->{refresh_token}, $new->{refresh_token}, 'GET session too';
        is $host->site->json($session)->{error}, undef;
    }
    my $open = get($jwt[1], $old, '/open/');
    is $open->header('X-Name'), 'User bob', 'an expression that reads the session, where nobody needs one';
    ok set_cookie($open, $COOKIE), 'hands out the cookie as well';
    is refreshes(), '', 'none of them asked the provider';

    my $second = expired(mint($new));
    my $third = decode(set_cookie(get($jwt[1], $second), $COOKIE)->{value});
    is refreshes(), 200, 'the next one, on the other host';
    $r = get($jwt[0], expired($old));
    is decode(set_cookie($r, $COOKIE)->{value})->{refresh_token}, $new->{refresh_token}, 'the oldest cookie';
    is works($third->{access_token}), 200, 'and nothing is revoked';

    # Without what the cache remembers, that would have been the end of it.
    $redis->command('FLUSHALL');
    $r = get($jwt[0], $old);
    is $r->code, 200, 'after the grace period';
    is refreshes(), 400, 'the provider sees a token for the second time';
    is works($third->{access_token}), 401, 'and revokes all of them';
    is decode(set_cookie($r, $COOKIE)->{value})->{error}, $FAILED, 'which the session says';
}

# --- a token that ends soon ---------------------------------------------------------------------

{
    my $browser = sign_in($alone, 'carol', 'refresh-short');
    my $first = decode($browser->cookie($COOKIE))->{access_token};
    sleep 2.5;
    # The provider answers when all of them are here.
    kill 'STOP', $op->{pid};
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        sleep 0.6;
        kill 'CONT', $op->{pid};
        POSIX::_exit(0);
    }
    my @answers = at_once(20, $browser->cookie($COOKIE), $alone);
    waitpid $pid, 0;
    is counted(map { $_->code } @answers), '200 x20', 'shortly before its end';
    is refreshes(), 200, 'it is renewed once';
    my %seen = map { $_->header('X-Token') => 1 } @answers;
    is scalar(keys %seen), 2, 'who asks has the new one';
    ok $seen{$first}, 'the others wait for nothing: they have the old one, which still works';
    is works($_), 200, 'each of them works' for keys %seen;
}

# --- refused -------------------------------------------------------------------------------------

{
    my $browser = sign_in($jwt[0], 'dave');
    my $bad = expired($browser->cookie($COOKIE), refresh_token => 'refused-1');
    my $r = get($jwt[0], $bad);
    is refreshes(), 400, 'a refresh token that the provider does not take';
    is $r->code, 200, 'the visitor stays signed in';
    is_deeply $jwt[0]->site->json(HTTP::Response->new(200, '', [], $r->header('X-Session')))->{error},
        $FAILED, 'AUTHJS_SESSION says so';
    is $r->header('X-Token'), '', 'the expired access token is kept from the application';
    my $cookie = set_cookie($r, $COOKIE)->{value};
    is decode($cookie)->{error}, $FAILED, 'and so does the token';
    for my $host (@jwt) {
        my $session = $host->site->get('/auth/session', Cookie => "$COOKIE=$cookie");
        my $json = $host->site->json($session);
        is $json->{error}, $FAILED, 'GET session';
        is $json->{user}{name}, 'User dave';
        is $host->site->json('/auth/session', Cookie => "$COOKIE=$bad")->{error}, $FAILED, 'of the older cookie too';
        is set_cookie(get($host, $cookie), $COOKIE), undef, 'no cookie is written for nothing';
    }
    is refreshes(), '', 'the provider is not asked again';
    my @answers = at_once(40, expired($browser->cookie($COOKIE), refresh_token => 'refused-2'), @jwt);
    is counted(map { $_->code } @answers), '200 x40', 'many at once';
    is refreshes(), 400, 'one asks';
    is counted(map { $_->header('X-Session') =~ /"error":"$FAILED"/ ? 1 : 0 } @answers), '1 x40', 'all are told';

    $redis->command('FLUSHALL');
    $r = get($jwt[0], changed($cookie, refresh_token => decode($browser->cookie($COOKIE))->{refresh_token}));
    is decode(set_cookie($r, $COOKIE)->{value})->{error}, undef, 'a token that is taken after all: no error any more';
    is refreshes(), 200;

    $browser = sign_in($jwt[0], 'dave');
    is $browser->session->{error}, undef, 'a new sign-in begins anew';
    refreshes();
}

# --- who cannot take a new cookie ------------------------------------------------------------------

{
    my $token = expired(sign_in($jwt[0], 'erin')->cookie($COOKIE));
    my $r = $jwt[0]->site->get('/in/bearer/', Authorization => "Bearer $token");
    is $r->code, 200, 'a Bearer token is a session';
    is $r->header('X-Token'), '', 'whose expired access token stays as it is';
    is refreshes(), '';
    for my $claims ({ refresh_token => undef }, { refresh_token => '' }, { refresh_token => 7 },
        { expires_at => 'soon' }, { expires_at => undef }, { provider => 'nobody', realm => 'test72' }, { provider => undef }) {
        my $r = get($jwt[0], expired($token, %$claims));
        my $text = join ', ', map { "$_ " . ($claims->{$_} // 'null') } keys %$claims;
        is $r->code, 200, $text;
        is set_cookie($r, $COOKIE), undef, 'no error, and no other session';
    }
    unlike refreshes(), qr/ /, 'nothing that is no refresh token is asked about more than once';
}

# --- the provider is away ---------------------------------------------------------------------------

{
    my $token = expired(sign_in($hasty[0], 'frank')->cookie($COOKIE));
    kill 'STOP', $op->{pid};
    my $begun = time;
    my @answers = at_once(40, $token, @hasty);
    cmp_ok time - $begun, '<', 6, 'nobody waits for long';
    is counted(map { $_->code } @answers), '200 x40', 'the provider does not answer: all stay signed in';
    is counted(map { $_->header('X-Session') =~ /error/ ? 1 : 0 } @answers), '0 x40', 'without an error';
    is counted(map { scalar $_->header('Set-Cookie') } @answers), 'none x40', 'with the cookie they have';
    ok quick(0.95, sub { get($_, $token) for @hasty, @hasty }), 'and it is not asked each time';
    kill 'CONT', $op->{pid};
    # What was sent meanwhile may have reached it.
    my ($end, $r) = (time + 25);
    do { sleep 0.5; $r = get($hasty[1], $token) } until set_cookie($r, $COOKIE) || time > $end;
    ok set_cookie($r, $COOKIE), 'it is asked again after a while';
    refreshes();
}

# --- two hosts, one Redis: 200 at once ---------------------------------------------------------------

for my $round (1 .. 3) {
    my $token = expired(sign_in($jwt[0], "grace$round")->cookie($COOKIE));
    refreshes();
    my @answers = at_once($PARALLEL, $token, @jwt);
    is counted(map { $_->code } @answers), "200 x$PARALLEL", "jwt, Redis, two hosts, $PARALLEL at once: no sign-out";
    is refreshes(), 200, 'one refresh';
    my @new = map { scalar decode($_->{value}) } map { set_cookie($_, $COOKIE) } @answers;
    is scalar(@new), $PARALLEL, 'each has a new cookie';
    my %tokens = map { ("$_->{access_token} $_->{refresh_token}" => $_->{access_token}) } @new;
    is scalar(keys %tokens), 1, 'with the same tokens';
    is works($_), 200, 'which work' for values %tokens;
    is counted(map { $_->header('X-Token') } @answers), (values %tokens)[0] . " x$PARALLEL", 'and the application has them';
    my $next = expired(mint($new[0]));
    ok set_cookie(get($jwt[1], $next), $COOKIE), 'the next refresh';
    is refreshes(), 200, 'is taken too: nothing was revoked';
}

for (['shmcb, one host', $alone], ['memcached, two hosts', @memcached]) {
    my ($name, @them) = @$_;
    my $token = expired(sign_in($them[0], 'heidi')->cookie($COOKIE));
    refreshes();
    my @answers = at_once(100, $token, @them);
    is counted(map { $_->code } @answers), '200 x100', "jwt, $name, 100 at once";
    is refreshes(), 200, 'one refresh';
    my %tokens = map { (decode($_->{value})->{access_token} => 1) } map { set_cookie($_, $COOKIE) } @answers;
    is scalar(keys %tokens), 1, 'the same tokens for all';
}

# A cache that stands still in the middle: it may be that nobody asks for a while, but never
# that two do.
for my $round (1 .. 6) {
    my $token = expired(sign_in($jwt[0], "slow$round")->cookie($COOKIE));
    refreshes();
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        for (1 .. 4) {
            $redis->pause(1);
            sleep 0.2 + rand 0.2;
            $redis->pause(0);
            sleep 0.01 + rand 0.05;
        }
        POSIX::_exit(0);
    }
    my @answers = at_once(30, $token, @jwt);
    waitpid $pid, 0;
    is counted(map { $_->code } @answers), '200 x30', 'a cache that stands still: no sign-out';
    my %tokens = map { (scalar(decode($_->{value}))->{refresh_token} => 1) } map { set_cookie($_, $COOKIE) } @answers;
    cmp_ok scalar(keys %tokens), '<', 2, 'nobody has other tokens';
    my ($end, $cookie) = (time + 20, %tokens);
    until ($cookie || time > $end) { $cookie = set_cookie(get($jwt[1], $token), $COOKIE); sleep 0.5 }
    ok $cookie, 'sooner or later there are new ones';
    is refreshes(), 200, 'by one refresh';
}

# --- sessions in a database ---------------------------------------------------------------------------

sub stored {
    my ($name, $db, $login, $count, @hosts) = @_;
    my $browser = sign_in($hosts[0], $login);
    my $row = account($db, $login);
    expire_account($db, $login);
    refreshes();
    my $token = $browser->cookie($COOKIE);
    my @answers = at_once($count, $token, @hosts);
    is counted(map { $_->code } @answers), "200 x$count", "database, $name, $count at once";
    is refreshes(), 200, 'one refresh';
    my $new = account($db, $login);
    isnt $new->{$_}, $row->{$_}, "the account has another $_" for qw(access_token refresh_token);
    is $new->{$_}, $row->{$_}, "$_ is as it was" for qw(userId type id_token scope);
    cmp_ok abs($new->{expires_at} - time - 3600), '<', 60, 'expires_at is new';
    is counted(map { $_->header('X-Token') } @answers), "$new->{access_token} x$count", 'all have it';
    is works($new->{access_token}), 200, 'it works';
    is_deeply [sort keys %{ $browser->session }], [qw(expires user)], 'the browser sees nothing of it';

    # Another application writes the row.
    my $other = sign_in($hosts[0], $login);
    expire_account($db, $login);
    $db->execute('UPDATE accounts SET refresh_token = ? WHERE "providerAccountId" = ?', 'refused-3', $login);
    refreshes();
    for my $host (@hosts) {
        my $r = get($host, $other->cookie($COOKIE));
        is $r->code, 200, 'refused';
        like $r->header('X-Session'), qr/"error":"$FAILED"/, 'which the session says';
    }
    is $other->session->{error}, $FAILED, 'GET session';
    is refreshes(), 400, 'asked once';
    is account($db, $login)->{refresh_token}, 'refused-3', 'the row is as it was';
    $other = sign_in($hosts[0], $login);
    is $other->session->{error}, undef, 'a new sign-in begins anew';
}

stored('PostgreSQL, Redis, two hosts', $pgsql, 'ivan', $PARALLEL, @stored);
stored('SQLite, shmcb, one host', $sqlite, 'judy', 40, $alone_stored);

{
    my $browser = sign_in($stored[0], 'mallory');
    expire_account($pgsql, 'mallory');
    $pgsql->execute('UPDATE accounts SET refresh_token = NULL WHERE "providerAccountId" = ?', 'mallory');
    refreshes();
    my $r = get($stored[0], $browser->cookie($COOKIE));
    is $r->code, 200, 'an account without a refresh token';
    is $r->header('X-Token'), '', 'its expired access token is nobody\'s';
    $pgsql->execute('DELETE FROM accounts WHERE "providerAccountId" = ?', 'mallory');
    is get($stored[1], $browser->cookie($COOKIE))->code, 200, 'no account at all';
    is refreshes(), '', 'nobody is asked';
}

# --- limits -------------------------------------------------------------------------------------------

{
    my $browser = sign_in($small, 'longname');
    my $claims = decode(token($browser));
    is length $claims->{name}, 6000, 'a session that is large';
    is_deeply [grep { exists $claims->{$_} } qw(access_token expires_at refresh_token)], [],
        'and would be too large with tokens goes without';
    is $browser->get('/in/')->code, 200, 'and works';
    like $small->error_log, qr/without the provider's tokens/, 'which the log says';

    my $old = expired(token(sign_in($alone, 'longname')));
    $browser = $alone->browser;
    my @chunks = $old =~ /(.{1,3900})/g;
    $browser->set_cookie_value("$COOKIE.$_", $chunks[$_]) for 0 .. $#chunks;
    refreshes();
    is $browser->get('/in/')->code, 200, 'a session in several cookies';
    is refreshes(), 200, 'is renewed';
    my $new = decode(token($browser));
    isnt $new->{refresh_token}, decode($old)->{refresh_token}, 'in as many';
    is $browser->get('/in/')->header('X-Token'), $new->{access_token}, 'and works';
}

for ([ "AuthJSRefresh On\nAuthJSCache none", qr/AuthJSRefresh: .*AuthJSCache/ ],
    [ 'AuthJSRefreshGrace 5s', qr/AuthJSRefreshGrace: takes 15s to 1h/ ],
    [ 'AuthJSRefreshGrace 2h', qr/AuthJSRefreshGrace: takes 15s to 1h/ ],
    [ 'AuthJSRefreshGrace soon', qr/AuthJSRefreshGrace/ ], [ 'AuthJSRefresh maybe', qr/AuthJSRefresh/ ]) {
    my ($lines, $why) = @$_;
    my ($status, $output) = configtest("$conf\n$lines\n");
    isnt $status, 0, $lines =~ s/\n/, /r;
    like $output, $why, 'and why';
}

done_testing;
