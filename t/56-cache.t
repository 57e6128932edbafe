# The cache in front of an adapter: what it spares, what it forgets, what it refuses to
# believe, and what it tells others.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Adapter;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Redis;

my $COOKIE = 'authjs.session-token';
my $redis = AuthJSTest::Redis->start;
my $memcached = memcached();
my $name = 'Jane of the clear text';

my $conf = <<'EOT';
AuthJSSessionRealm test56
<Location "/in">
    AuthType AuthJS
    Require valid-user
</Location>
EOT

sub server {
    my ($more, %option) = @_;
    my $adapter = adapter(kind => 'memory', conf => $more . $conf, %option);
    AuthJSTest::Env::write_file($adapter->httpd->root . '/htdocs/in/who.cgi',
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$AUTHJS_USER_NAME\"\n", 0755);
    return $adapter;
}

my $serial = 0;
sub session_of {
    my ($adapter, %user) = @_;
    my $n = ++$serial;
    my $user = $adapter->createUser({ name => $name, email => "jane$n\@example.com", %user });
    my $token = sprintf 'github.00000000.test56.%08x-0000-4000-8000-%012x', $n, $$;
    $adapter->createSession({ sessionToken => $token, userId => $user->{id}, expires => iso(time + 30 * 86400) });
    return { user => $user, token => $token };
}

# Who the session is: a name, or the status of a refusal.
sub who {
    my ($adapter, $session) = @_;
    my $r = $adapter->httpd->site->get('/in/who.cgi', Cookie => "$COOKIE=$session->{token}");
    return $r->code == 200 ? $r->content : $r->code;
}

sub data { $_[0]->httpd->root . '/var/authjs.json' }
sub flag { my ($adapter, $which, $on) = @_; $on ? AuthJSTest::Env::write_file(data($adapter) . ".$which", '') : unlink data($adapter) . ".$which" }

# A change that mod_authjs knows nothing of.
sub behind {
    my ($adapter, $from, $to) = @_;
    my $text = AuthJSTest::Env::read_file(data($adapter));
    die "nothing to change\n" unless $text =~ s/\Q$from\E/$to/g;
    open my $out, '>', data($adapter) or die $!;
    print $out $text;
    close $out;
}

sub reconfigure {
    my ($adapter, %directives) = @_;
    my $httpd = $adapter->httpd;
    my $conf = AuthJSTest::Env::read_file($httpd->root . '/conf/test.conf');
    $conf =~ s/^$_ .*/$_ $directives{$_}/m for keys %directives;
    $httpd->rewrite($conf);
    $httpd->stop;
    AuthJSTest::Httpd::start($httpd);
}

my %kind = (
    shmcb     => server("AuthJSCache shmcb:sessions(512000)\n"),
    dbm       => server("AuthJSCache dbm:\@root\@/var/cache.dbm\n"),
    redis     => server($redis->conf),
    memcache  => server("AuthJSCache memcache:127.0.0.1:" . $memcached->port . "\n"),
    none      => server("AuthJSCache none\n"),
);

# --- what every cache does ------------------------------------------------------------------

for my $kind (sort keys %kind) {
    my $adapter = $kind{$kind};
    my $kept = $kind ne 'none';
    my $jane = session_of($adapter);
    is who($adapter, $jane), $name, "$kind: cold";
    flag($adapter, away => 1);
    is who($adapter, $jane), $kept ? $name : 503, 'warm, without a database';
    flag($adapter, away => 0);

    # Every change through the adapter is seen at once, whoever makes it.
    $adapter->updateUser({ id => $jane->{user}{id}, name => 'Janet' });
    is who($adapter, $jane), 'Janet', 'updateUser is seen';
    $adapter->updateSession({ sessionToken => $jane->{token}, expires => iso(time - 5) });
    is who($adapter, $jane), 401, 'updateSession is seen';
    for my $change (
        ['deleteSession', sub { $adapter->deleteSession($_[0]{token}) }, 401],
        ['deleteUser', sub { $adapter->deleteUser($_[0]{user}{id}) }, 401],
    ) {
        my ($method, $call, $then) = @$change;
        my $other = session_of($adapter);
        is who($adapter, $other), $name, "a session, before $method" for 1 .. 2;
        $call->($other);
        is who($adapter, $other), $then, "$method is seen";
        is who($adapter, $other), $then, 'and stays';
    }

    # Who read the row before the change and is heard of behind it brings nothing back.
    my $slow = session_of($adapter);
    flag($adapter, slow => 1);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $adapter->httpd->port) or die $@;
    print $socket "GET /in/who.cgi HTTP/1.0\r\nHost: localhost\r\nCookie: $COOKIE=$slow->{token}\r\n\r\n";
    select undef, undef, undef, 0.4;
    $adapter->deleteSession($slow->{token});
    flag($adapter, slow => 0);
    like do { local $/; <$socket> }, qr{^HTTP/1.1 200 }, 'a slow reader has still seen it';
    is who($adapter, $slow), 401, 'nobody does after that';
}

# --- what cannot be undone asks the database ---------------------------------------------------

for my $kind (qw(shmcb redis)) {
    my $adapter = $kind{$kind};
    my $jane = session_of($adapter);
    my $account = sub { $adapter->httpd->site->get('/auth/account', Cookie => "$COOKIE=$jane->{token}") };
    is who($adapter, $jane), $name, "$kind: seen";
    is $account->()->code, 200, 'the account page is hers';
    is who($adapter, $jane), $name, 'seen again';
    behind($adapter, $jane->{token}, 'another');
    is who($adapter, $jane), $name, 'a row that somebody deletes is still in the cache';
    my $r = $account->();
    is $r->code, 302, 'but has no account page any more';
    like location($r), qr{/auth/signin}, 'where accounts could be linked to her';
    is who($adapter, $jane), 401, 'and now the cache knows';
}

# --- AuthJSCacheTTL -------------------------------------------------------------------------

for my $kind (qw(shmcb redis)) {
    my $adapter = server(($kind eq 'redis' ? $redis->conf : '') . "AuthJSCacheTTL 2s\n");
    my $jane = session_of($adapter);
    is who($adapter, $jane), $name, "$kind: seen";
    behind($adapter, $name, 'Somebody');
    is who($adapter, $jane), $name, 'what changes behind the adapter is not';
    select undef, undef, undef, 2.2;
    is who($adapter, $jane), 'Somebody', 'until AuthJSCacheTTL is over';
}

# --- what Redis sees --------------------------------------------------------------------------

sub session_keys { grep { length $redis->get($_) > 100 } $redis->keys }

{
    my $adapter = $kind{redis};
    $redis->command('FLUSHALL');
    my $jane = session_of($adapter);
    $redis->calls;
    is who($adapter, $jane), $name, 'a cold session';
    is_deeply $redis->calls, { get => 2, setex => 1 }, 'is looked for, and stored unless it is there by now';
    for my $i (1 .. 3) {
        is who($adapter, $jane), $name, 'a warm one';
        is_deeply $redis->calls, { get => 1 }, 'is one round trip';
    }
    is $adapter->httpd->site->get('/auth/session', Cookie => "$COOKIE=$jane->{token}")->code, 200, 'GET session';
    is_deeply $redis->calls, { get => 1 }, 'too';
    is $adapter->httpd->site->get('/in/who.cgi')->code, 401, 'a visitor without a cookie';
    is_deeply $redis->calls, {}, 'is none';

    my @keys = $redis->keys;
    is @keys, 1, 'one entry';
    my $value = $redis->get($keys[0]);
    for my $clear ($name, $jane->{token}, $jane->{user}{id}, $jane->{user}{email}, 'github', '"sub"', '"name"') {
        ok index("$keys[0] $value", $clear) < 0, "$clear is not in it";
    }
    my $ttl = $redis->command(TTL => $keys[0]);
    ok $ttl > 50 && $ttl <= 60, "it lasts for AuthJSCacheTTL ($ttl s)";
    $adapter->deleteSession($jane->{token});
    is_deeply [map { length $redis->get($_) } $redis->keys], [1 + 37], 'what is deleted leaves a mark';
    $ttl = $redis->command(TTL => $keys[0]);
    ok $ttl > 5 && $ttl <= 10, "for some seconds ($ttl s)";
}

# --- what is not believed -------------------------------------------------------------------

{
    my $adapter = $kind{redis};
    $redis->command('FLUSHALL');
    my $jane = session_of($adapter);
    who($adapter, $jane);
    my ($hers) = $redis->keys;
    my $eve = session_of($adapter, name => 'Eve');
    who($adapter, $eve);
    my ($eves) = grep { $_ ne $hers } $redis->keys;
    my $good = $redis->get($hers);
    behind($adapter, $name, 'The row itself');    # what is served when the entry is not

    my %bad = (
        'nothing'             => '',
        'a byte'              => 'x',
        'the version'         => substr($good, 0, 1),
        'half of it'          => substr($good, 0, length($good) / 2),
        'all but a byte'      => substr($good, 0, -1),
        'a byte more'         => $good . "\0",
        'zeros'               => "\0" x length $good,
        'a megabyte'          => 'x' x 1_000_000,
        'more than a session' => 'x' x 5000,
        'clear text'          => iso(time + 1000) . '{"sub":"1","name":"Eve","exp":' . (time + 1000) . '}',
        'a mark'              => '-',
        "another's"           => $redis->get($eves),
        'another version'     => "\2" . substr($good, 1),
        (map { my $at = $_; ("a bit at $at" => substr($good, 0, $at) . chr(1 ^ ord substr $good, $at, 1) . substr($good, $at + 1)) }
            0, 1, 12, 13, 20, 21, 60, length($good) - 17, length($good) - 1),
    );
    for my $what (sort keys %bad) {
        $redis->set($hers, $bad{$what});
        my $from = length $adapter->log;
        is who($adapter, $jane), 'The row itself', "$what in its place is a miss";
        unlike substr($adapter->log, $from), qr/:(?:error|crit|alert|emerg)\] .*AuthJS/, 'and no error';
    }
    $redis->set($hers, $good);
    is who($adapter, $jane), $name, 'the entry is believed where it belongs';

    # Another site: the same database and Redis, another secret.
    my $stranger = server($redis->conf);
    reconfigure($stranger, AuthJSSecret => secret('auth_secret_2'),
        AuthJSAdapter => 'memory ' . data($adapter));
    my %before = map { ($_ => 1) } $redis->keys;
    is who($stranger, $jane), 'The row itself', 'a site with another secret sees the row';
    my ($key) = grep { !$before{$_} } $redis->keys;
    ok $key, 'and has an entry of its own';
    $redis->set($hers, $redis->get($key));
    is who($adapter, $jane), 'The row itself', 'which opens nothing here';
    $redis->set($key, $good);
    is who($stranger, $jane), 'The row itself', 'nor ours there';
}

# An entry that Redis keeps for longer than it was meant for.
{
    my $adapter = server($redis->conf . "AuthJSCacheTTL 3s\n");
    $redis->command('FLUSHALL');
    my $jane = session_of($adapter);
    who($adapter, $jane);
    my ($key) = $redis->keys;
    my $value = $redis->get($key) // BAIL_OUT('nothing is cached');
    $adapter->deleteSession($jane->{token});
    select undef, undef, undef, 4.1;
    $redis->set($key, $value);
    is who($adapter, $jane), 401, 'it is put back when its time is over: no session';
}

# --- a provider's documents and keys, and sign-ins that were completed -----------------------------

{
    $redis->command('FLUSHALL');
    my ($shared, $none) = AuthJSTest::Accounts->sites(
        { adapter => 'memory', strategy => 'database', conf => $redis->conf },
        { adapter => 'memory', strategy => 'database', conf => "AuthJSCache none\n" });
    like $shared->sign_in($shared->browser, 'first', 'alice'), qr{^/welcome}, 'a sign-in with Redis';
    my @kept = grep { length $redis->get($_) > 300 } $redis->keys;
    is @kept, 2, 'the discovery document and the keys are kept';
    unlike join('', map { $redis->get($_) } @kept), qr/issuer|jwks|"kty"|127\.0\.0\.1/, 'sealed';
    my @values = map { $redis->get($_) } @kept;
    $redis->set($kept[0], $values[1]);
    $redis->set($kept[1], substr $values[1], 0, 400);
    is $shared->sign_in($shared->browser, 'first', 'alice'), '/app', 'exchanged, cut off: fetched again';
    ok $redis->get($kept[0]) ne $values[1], 'and stored anew';

    for my $site ($shared, $none) {
        my $browser = $site->browser;
        my $url = $site->begin($browser, 'first', 'bob');
        my @cookies = map { "$_=" . $browser->cookie($_) } keys %{ $browser->cookies };
        like $site->end($browser->get($url)), qr{^/welcome}, 'a sign-in is completed';
        my $from = length $site->httpd->error_log;
        like $site->end($site->httpd->site->get($url, Cookie => join '; ', @cookies)),
            qr{/auth/signin/first\?callbackUrl=[^&]*&error=SignInExpired\z}, 'once, also with AuthJSCache none';
        like substr($site->httpd->error_log, $from), qr/it was used before/, 'as the log says';
    }
}

# --- secrets are rotated ---------------------------------------------------------------------

{
    my $old = server($redis->conf);
    my $jane = session_of($old);
    is who($old, $jane), $name, 'a session of an old secret';
    reconfigure($old, AuthJSSecret => secret('auth_secret_2') . ' ' . secret('auth_secret'));
    is who($old, $jane), $name, 'is one under a new secret: the row is what counts';
}

# --- Redis is away -------------------------------------------------------------------------

{
    my $adapter = $kind{redis};
    my $jane = session_of($adapter);
    is who($adapter, $jane), $name, 'with Redis';
    $redis->stop;
    is who($adapter, $jane), $name, 'without: the database is asked' for 1 .. 3;
    my $other = session_of($adapter);
    is who($adapter, $other), $name, 'for new sessions too';
    $adapter->deleteSession($other->{token});
    is who($adapter, $other), 401, 'a deletion is seen';
    flag($adapter, away => 1);
    is who($adapter, $jane), 503, 'nothing is known without both';
    flag($adapter, away => 0);
    $redis->again;
    my $warm;
    for (1 .. 100) {    # mod_socache_redis tries a server that was dead again after some seconds
        who($adapter, $jane);
        last if $warm = grep { length $redis->get($_) > 100 } $redis->keys;
        select undef, undef, undef, 0.2;
    }
    ok $warm, 'Redis is back, and used again';
    is who($adapter, $jane), $name, 'as before';

    $redis->command(CONFIG => SET => requirepass => 'x');
    my $fresh = session_of($adapter);
    is who($adapter, $fresh), $name, 'a Redis that wants a password, which httpd cannot give: slower, not wrong' for 1 .. 2;
}

# --- configuration ----------------------------------------------------------------------------

{
    my $site = <<'EOT';
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSAdapter memory @root@/var/authjs.json
<AuthJSProvider credentials>
    AuthUserFile "@root@/conf/mime.types"
</AuthJSProvider>
EOT
    for my $case (['AuthJSCache none', 0, qr/Syntax OK/], ['AuthJSCache NONE', 0, qr/Syntax OK/],
        ['AuthJSCache redis:127.0.0.1:1', 0, qr/Syntax OK/],
        ['AuthJSCache none:x', 1, qr/the cache provider none is not loaded/],
        ['AuthJSCache dc', 1, qr/AuthJSCache: the cache provider dc is not loaded; write: LoadModule socache_dc_module/],
    ) {
        my ($line, $status, $says) = @$case;
        my ($got, $output) = configtest("$line\n$site");
        is !!$got, !!$status, $line;
        like $output, $says, 'and says so';
    }
    my $without = AuthJSTest::Httpd->configure(conf => "AuthJSCache none\n$site");
    my $file = $without->root . '/conf/httpd.conf';
    my $text = AuthJSTest::Env::read_file($file) =~ s/^LoadModule socache_shmcb.*\n//mr;
    AuthJSTest::Env::write_file($file, $text);
    my ($status, $output) = $without->test;
    is $status, 0, 'none, without mod_socache_shmcb' or diag($output);
    AuthJSTest::Env::write_file($without->root . '/conf/test.conf',
        AuthJSTest::Env::read_file($without->root . '/conf/test.conf') =~ s/^AuthJSCache none\n//mr);
    ($status, $output) = $without->test;
    ok $status, 'the default, without it';
    like $output, qr/the cache provider shmcb is not loaded; write: LoadModule socache_shmcb_module/, 'says what to write';
}

expect_error(qr/AuthJS: AdapterError: .* the memory is away/, '56: the database is away');
expect_error(qr/socache_(?:redis|memcache)|AH0\d+: scache_(?:rd|mc)/, '56: Redis is away');
done_testing;
