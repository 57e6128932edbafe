# The adapter dbd inside httpd: what configtest says, SQLite by itself, databases that are
# restarted, away or silent, children that are killed.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite ();
use AuthJSTest::Database;
use IO::Socket::INET ();
use List::Util qw(min);
use Time::HiRes qw(sleep time);

sub took { my ($code) = @_; my $begin = time; my @answer = $code->(); return (time - $begin, @answer) }

my $base = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider github>
    AuthJSClientID id
    AuthJSClientSecret x
</AuthJSProvider>
EOT

# --- what configtest says -----------------------------------------------------------------

my $sqlite = qq(DBDriver sqlite3\nDBDParams "/var/lib/authjs/auth.db"\n);
my $pgsql  = qq(DBDriver pgsql\nDBDParams "host=127.0.0.1 dbname=authjs connect_timeout=2"\n);
my $mysql  = qq(DBDriver mysql\nDBDParams "host=127.0.0.1,dbname=authjs"\n);
for my $case (
    ['AuthJSAdapter dbd', qr/dbd needs a database; write DBDriver sqlite3, pgsql or mysql/],
    ["DBDriver pgsql\nAuthJSAdapter dbd", qr/write DBDParams "host=\.\.\. dbname=\.\.\."/],
    ["DBDriver sqlite3\nAuthJSAdapter dbd", qr{write DBDParams "/path/to/auth\.db"}],
    ["DBDriver sqlite3\nDBDParams auth.db\nAuthJSAdapter dbd", qr{"auth\.db" is not the path of a file from / on}],
    ["DBDriver sqlite3\nDBDParams :memory:\nAuthJSAdapter dbd", qr{":memory:" is not the path of a file}],
    [$pgsql . 'AuthJSAdapter dbd schema=d1', qr/there is no schema d1 for DBDriver pgsql; write one of: pg,/],
    [$sqlite . 'AuthJSAdapter dbd schema=pg', qr/there is no schema pg for DBDriver sqlite3; write one of: d1,/],
    [$mysql . 'AuthJSAdapter dbd schema=x', qr/there is no schema x for DBDriver mysql; write one of: drizzle,/],
    [$sqlite . 'AuthJSAdapter dbd schema=d1 schema=d1', qr/dbd takes one schema=NAME/],
    [$sqlite . 'AuthJSAdapter dbd schema=', qr/dbd does not know the word schema=; write schema=NAME or nothing/],
    [$sqlite . 'AuthJSAdapter dbd users.db', qr/dbd does not know the word users\.db/],
    [$sqlite . 'AuthJSAdapter sqlite', qr/there is no adapter sqlite; write dbd or d1/],
    ) {
    my ($conf, $why) = @$case;
    my ($status, $output) = configtest("$base$conf\n");
    isnt $status, 0, "refused: $conf";
    like $output, $why, '... with what to write';
}
for my $conf ("${sqlite}AuthJSAdapter dbd", "${pgsql}AuthJSAdapter dbd schema=prisma", "${mysql}AuthJSAdapter dbd",
    "<IfModule mod_dbd.c>\n$pgsql</IfModule>\nAuthJSAdapter dbd schema=pg",
    "$pgsql<VirtualHost *:1>\nServerName http://inner.test\n${sqlite}AuthJSAdapter dbd schema=d1\n</VirtualHost>",
    "$mysql<VirtualHost *:1>\nServerName http://inner.test\nAuthJSAdapter dbd schema=drizzle\n</VirtualHost>")
{
    my ($status, $output) = configtest("$base$conf\n");
    is $status, 0, "good: $conf" or diag $output;
}
{
    my ($status, $output) = configtest("$base<VirtualHost *:1>\nServerName http://one.test\n$sqlite</VirtualHost>\n"
        . "<VirtualHost *:1>\nServerName http://two.test\nAuthJSAdapter dbd\n</VirtualHost>\n");
    isnt $status, 0, 'what stands in one virtual host is not for the other';
    like $output, qr/two\.test.*dbd needs a database/, '... which is named';

    my $httpd = AuthJSTest::Httpd->configure(conf => "${base}AuthJSAdapter dbd\n");
    my $file = $httpd->root . '/conf/httpd.conf';
    my $conf = AuthJSTest::Env::read_file($file) =~ s/^LoadModule (?:dbd|authn_dbd)_module .*\n//mgr;
    AuthJSTest::Env::write_file($file, $conf);
    ($status, $output) = $httpd->test;
    isnt $status, 0, 'without mod_dbd';
    like $output, qr{dbd works through mod_dbd; write LoadModule dbd_module modules/mod_dbd\.so}, '... it says what to load';
    my $program = builddir() . '/t/tools/authjs-sql';
    like scalar(`AUTHJS_TEST_PARAMS=x ASAN_OPTIONS=detect_leaks=0 '$program' odbc 2>&1`),
        qr/the driver odbc is not one that AuthJS can use; write DBDriver sqlite3, pgsql or mysql/, 'another driver';
}

for my $params ('host=127.0.0.1 dbname=x', 'host=127.0.0.1 dbname=x connect_timeout=2') {
    my ($status, $output) = configtest(qq(${base}DBDriver pgsql\nDBDParams "$params"\nAuthJSAdapter dbd\n));
    is $status, 0, "good: $params";
    my @remarks = $output =~ /DBDParams has no connect_timeout/g;
    is scalar(@remarks), $params =~ /timeout/ ? 0 : 1, '... with a word on connect_timeout when it is missing';
}

# --- SQLite by itself ---------------------------------------------------------------------

my @master = 'SELECT type, name, sql FROM sqlite_master ORDER BY name';
{
    my $a = adapter(kind => 'sqlite', conf => "StartServers 4\nDBDMin 0\n");
    is $a->db->value('SELECT count(*) FROM sqlite_master'), 0, 'nothing is made before it is needed' if -e $a->db->file;
    my @answers = $a->at_once(map { [getUserByEmail => "nobody$_\@example.com"] } 1 .. 30);
    is_deeply [grep { $_->{status} ne 'ok' } @answers], [], 'SQLite: 30 at once find no file and no tables, and none fails';
    is $a->db->value('PRAGMA journal_mode'), 'wal', '... the file is in WAL mode';
    is_deeply [map { $_->{name} } $a->db->rows(q{SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name})],
        [qw(accounts authenticators authjs_passkeys sessions users verification_tokens)], '... with our tables';
    my @users = map { [createUser => AuthJSTest::AdapterSuite::fresh_user()] } 1 .. 40;
    @answers = $a->at_once(@users);
    is_deeply [map { $_->{why} } grep { $_->{status} ne 'ok' } @answers], [], '... 40 writers at once';
    is $a->count('users'), 40, '... each once';
    unlike $a->log, qr/:(?:error|crit)\]/, '... and the log is quiet';
}
{
    # Somebody's file: not a byte of its schema changes.
    my $a = adapter(kind => 'sqlite', setup => 'CREATE TABLE mine (x TEXT)');
    my @before = $a->db->rows(@master);
    my ($status, $why) = $a->try(getUser => '1');
    is $status, 'failed', 'SQLite: a file without our tables that is not empty';
    like $why, qr/^tables are missing; run: authjsctl migrate/, '... says what to run';
    is_deeply [$a->db->rows(@master)], \@before, '... and stays as it is';
    is $a->db->value('PRAGMA journal_mode'), 'delete', '... its mode too';
    $a->db->migrate;
    is $a->try(getUser => '1'), 'ok', '... and after authjsctl migrate the next request works';
    ok $a->createUser(AuthJSTest::AdapterSuite::fresh_user()), '... writes too';
    is $a->db->value('PRAGMA journal_mode'), 'delete', '... in the mode it had';
}
{
    my $a = adapter(kind => 'sqlite', setup => 'CREATE TABLE mine (x TEXT)', conf => "DBDMin 0\n");
    $a->db->migrate;
    my $file = $a->db->file;
    SKIP: {
        skip 'only root can take a file from httpd', 3 if $>;
        chown 0, 0, $file;
        chmod 0644, $file;
        my ($status, $why) = $a->try(createUser => { email => 'jane@example.com' });
        is $status, 'failed', 'SQLite: a file that httpd may not write';
        like $why, qr/readonly database/, '... is called that';
        is $a->try(getUser => '1'), 'ok', '... and can be read';
    }
}

# --- servers that are restarted, away or silent -------------------------------------------

sub many { my ($a, $count, @call) = @_; map { $_->{status} . ($_->{why} ? ": $_->{why}" : '') } grep { $_->{status} ne 'ok' } $a->at_once(([@call]) x $count) }

sub try_restart {
    my ($a, $name) = @_;
    my $user = $a->createUser(AuthJSTest::AdapterSuite::fresh_user());
    my @get = (getUser => $user->{id});
    for my $way (qw(restart kill)) {
        is_deeply [many($a, 20, @get)], [], "$name: 20 at once, each connection of the pool is used";
        $way eq 'restart' ? $a->db->restart : do { $a->db->kill; $a->db->start };
        my @status = map { scalar $a->try(@get) } 1 .. 12;
        is_deeply \@status, [('ok') x 12], "$name: after a $way the very next requests work";
        is_deeply [many($a, 20, @get)], [], '... 20 at once too';
        my $new = AuthJSTest::AdapterSuite::fresh_user();
        is $a->try(createUser => $new), 'ok', '... and writing, with a statement not prepared before or after';
        $a->db->restart;
        my ($status, $why) = $a->try(signUp => AuthJSTest::AdapterSuite::fresh_user(),
            AuthJSTest::AdapterSuite::github_account(''), AuthJSTest::AdapterSuite::fresh_session(''));
        is $status, 'ok', '... a transaction is the first after a restart' or diag $why;
    }
    is_deeply [many($a, 20, @get)], [], "$name: 20 at once";
    $a->db->restart;
    is_deeply [many($a, 20, @get)], [], "$name: 20 at once are the first after a restart";
}

sub try_away {
    my ($a, $name) = @_;
    my $user = $a->createUser(AuthJSTest::AdapterSuite::fresh_user());
    my @get = (getUser => $user->{id});
    is_deeply [many($a, 10, @get)], [], "$name: the pool is full";
    $a->db->kill;
    for my $call ([@get], [createUser => AuthJSTest::AdapterSuite::fresh_user()]) {
        my ($seconds, $status) = took(sub { $a->try(@$call) });
        is $status, 'unavailable', "$name is away: $call->[0]";
        cmp_ok $seconds, '<', 4, sprintf '... at once (%.1f s)', $seconds;
    }
    my ($seconds, @answers) = took(sub { $a->at_once(([@get]) x 30) });
    is_deeply [grep { $_->{status} ne 'unavailable' } @answers], [], '... 30 at once';
    cmp_ok $seconds, '<', 6, sprintf '... soon (%.1f s)', $seconds;
    kill 'USR1', $a->httpd->pid;
    sleep 1;
    is $a->try(@get), 'unavailable', '... and after a graceful restart of httpd';
    $a->db->start;
    is_deeply [map { scalar $a->try(@get) } 1 .. 5], [('ok') x 5], '... until it is back';
    is_deeply [many($a, 20, @get)], [], '... for all';
    unlike $a->log, qr/test-database-password/, '... and the log has no password';
}

# A child that is killed while a first sign-in has made its user and account.
sub try_kill {
    my ($a, $name) = @_;
    my $user = AuthJSTest::AdapterSuite::fresh_user();
    my $session = AuthJSTest::AdapterSuite::fresh_session('');
    my $account = AuthJSTest::AdapterSuite::github_account('');
    my $other = $a->createUser(AuthJSTest::AdapterSuite::fresh_user());
    my $holder = hold($a, $name, $session, $other);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $a->httpd->port) or die;
    my $body = AuthJSTest::Adapter::request_body(signUp => $user, $account, $session);
    print $socket "POST /adapter HTTP/1.0\r\nHost: localhost\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    $socket->flush;
    sleep 1;
    ok !IO::Select->new($socket)->can_read(0), "$name: a sign-in is under way";
    my ($parent, @children) = $a->httpd->pids;
    kill 'KILL', @children;
    let_go($holder);
    sleep 0.5;
    is $a->stored(users => email => $user->{email}), undef, '... its child is killed: there is no user';
    is $a->stored(accounts => providerAccountId => $account->{providerAccountId}), undef, '... and no account';
    my ($status, $why);
    for (1 .. 20) {
        ($status, $why) = eval { $a->try(signUp => $user, $account, $session) };
        last if ($status // '') !~ /^HTTP/;
        sleep 0.2;
    }
    is $status, 'ok', '... and the next one signs up' or diag $why;
}

# Somebody else is about to write the same session: inserting it waits.
sub hold {
    my ($a, $name, $session, $user) = @_;
    if ($name eq 'sqlite') {
        $a->db->execute(q{CREATE TRIGGER slow AFTER INSERT ON sessions WHEN NOT EXISTS (SELECT 1 FROM accounts WHERE id = 'go') }
            . 'BEGIN SELECT count(*) FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c '
            . 'WHERE x < 40000000) SELECT x FROM c); END');
        return [$a];
    }
    my $insert = $a->db->fill_in(q{INSERT INTO sessions ("sessionToken", "userId", expires) VALUES (?, ?, ?)},
        $session->{sessionToken}, $user->{id}, '2030-01-01 00:00:00');
    $insert =~ s/sessions/session/ if $name eq 'mysql';
    my $sleep = $name eq 'pgsql' ? 'SELECT pg_sleep(3)' : 'DO SLEEP(3)';
    my $pid = fork // die;
    if (!$pid) {
        eval { $a->db->run("BEGIN; $insert; $sleep; ROLLBACK;") };
        print STDERR "# $@" if $@;
        POSIX::_exit(0);
    }
    sleep 0.5;
    return [undef, $pid];
}

sub let_go {
    my ($holder) = @_;
    $holder->[0]->db->execute('DROP TRIGGER slow') if $holder->[0];
    waitpid $holder->[1], 0 if $holder->[1];
}

for my $name (qw(pgsql mysql)) {
    my $a = adapter(kind => $name, conf => "DBDMax 4\n");
    try_restart($a, $name);
    try_away($a, $name);
    try_kill($a, $name);
}
try_kill(adapter(kind => 'sqlite'), 'sqlite');

# What the driver does unless it is told not to: connect anew by itself, with none of the
# session's settings and no statement.
{
    my $db = database('mysql');
    my $params = $db->params =~ s/,reconnect=0//r;
    my $a = adapter(kind => 'mysql', db => $db, conf => qq(DBDParams "$params"\n));
    try_restart($a, 'mysql, reconnect=1');
}

# Prepared once a connection, not once a request.
{
    my $a = adapter(kind => 'mysql', conf => "StartServers 1\nDBDMax 2\n");
    my $prepared = sub { $a->db->row(q{SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'})->{Value} };
    $a->getUser('1') for 1 .. 5;
    # The pruning that follows a start prepares its own: the quietest of three times counts.
    my @more;
    for (1 .. 3) {
        my $before = $prepared->();
        $a->getUser('1') for 1 .. 50;
        push @more, $prepared->() - $before;
    }
    cmp_ok min(@more), '<=', 4, 'of 50 requests hardly any prepares its statement';
}

# httpd starts without a database.
for my $min (0, 1) {
    my $a = adapter(kind => 'pgsql', conf => "DBDMin $min\n");
    $a->httpd->stop;
    $a->db->kill;
    $a->httpd->start;
    is $a->try(getUser => '1'), 'unavailable', "httpd starts while the database is away (DBDMin $min)";
    $a->db->start;
    is $a->try(getUser => '1'), 'ok', '... and finds it when it is there';
}

# Somebody answers the connection, and then says nothing.
{
    my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 100) or die $@;
    my $a = adapter(kind => 'sqlite', conf => <<"EOT");
DBDriver pgsql
DBDParams "host=127.0.0.1 port=@{[ $silent->sockport ]} dbname=x user=x connect_timeout=2"
DBDMin 0
EOT
    my ($seconds, $status) = took(sub { $a->try(getUser => '1') });
    is $status, 'unavailable', 'a server that says nothing';
    cmp_ok $seconds, '<', 4, sprintf '... for as long as connect_timeout (%.1f s)', $seconds;
    ($seconds, my @answers) = took(sub { $a->at_once(([getUser => '1']) x 30) });
    is_deeply [grep { $_->{status} ne 'unavailable' } @answers], [], '... for 30 at once';
    cmp_ok $seconds, '<', 10, sprintf '... who wait together, not one after the other (%.1f s)', $seconds;
}

expect_error(qr/AH0(?:0629|0633|0636|0639|2655): /, 'mod_dbd tells of a database that t/56-dbd-httpd.t has stopped');
expect_error(qr/AH01239: cgid daemon process died|AH00052: child pid \d+ exit signal Killed \(9\)/, 't/56-dbd-httpd.t kills all children of an httpd');
done_testing;
