# Statements over apr_dbd on SQLite, PostgreSQL and MariaDB: every trap of the drivers, with
# real servers and real processes (t/tools/authjs-sql runs what the adapter dbd runs).
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Env;
use IPC::Open2 ();
use JSON::PP ();
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8;

# --- a process with one connection --------------------------------------------------------

package Connection {
    sub new {
        my ($class, $db, $params) = @_;
        local $ENV{AUTHJS_TEST_PARAMS} = $params || $db->params;
        local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
        my $pid = IPC::Open2::open2(my $out, my $in,
            AuthJSTest::Database::Server::as_nobody(), main::builddir() . '/t/tools/authjs-sql', $db->driver);
        return bless { pid => $pid, in => $in, out => $out }, $class;
    }

    # begin(lock, [text, columns, argument...]...) and the answer later.
    sub begin { my ($self, @list) = @_; $self->send($json->encode(\@list)) }

    sub send {
        my ($self, $line) = @_;
        print { $self->{in} } "$line\n";
        $self->{in}->flush;
        return $self;
    }

    sub answer {
        my ($self) = @_;
        local $SIG{ALRM} = sub { die "no answer\n" };
        alarm 30;
        my $line = readline $self->{out};
        alarm 0;
        return $json->decode($line // die "authjs-sql is gone\n");
    }

    sub list { my ($self, @list) = @_; $self->begin(@list)->answer }
    sub one { my ($self, @statement) = @_; $self->list(JSON::PP::false, \@statement) }
    sub rows { my ($self, @statement) = @_; my $answer = $self->one(@statement);
        $answer->{rows}[0] // die "$statement[0]: $answer->{error}\n" }
    sub cell { my ($self, $text, @args) = @_; $self->rows($text, 1, @args)->[0][0] }

    sub end {
        my ($self, $signal) = @_;
        my $pid = delete $self->{pid} or return;
        close $self->{in};
        kill $signal, $pid if $signal;
        waitpid $pid, 0;
    }
    # Of one that has ended.
    sub has_answered { defined readline $_[0]{out} }
    sub DESTROY { local ($?, $@); $_[0]->end('TERM') }
}

my ($no, $yes) = (JSON::PP::false, JSON::PP::true);
my %kind = (
    sqlite => {
        create => 'CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, n INTEGER, at TEXT)',
        number => '%s',
        nul => q{SELECT CAST(X'6100' AS TEXT)},
    },
    pgsql => {
        create => 'CREATE TABLE t (id VARCHAR(64) PRIMARY KEY, name TEXT, n BIGINT, at TIMESTAMPTZ); '
            . 'CREATE TABLE users (id TEXT); CREATE TABLE accounts (id TEXT)',
        number => 'CAST(%s AS bigint)', sleep => ['SELECT pg_sleep(1.5)', 1],
        time => 'UPDATE t SET at = CAST(%s AS timestamptz) WHERE id = %s',
    },
    mysql => {
        create => 'CREATE TABLE t (id VARCHAR(64) PRIMARY KEY, name MEDIUMTEXT, n BIGINT, at DATETIME(3))',
        number => '%s', sleep => ['SELECT SLEEP(1.5)', 1], nul => q{SELECT CONCAT('a', CHAR(0))},
        time => 'UPDATE t SET at = %s WHERE id = %s',
    },
);

# SQLite has no way to sleep: it counts, as far as it takes 1.2 seconds.
sub counting {
    my ($sql) = @_;
    my $count = sub { 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < '
        . int($_[0]) . ') SELECT count(*) FROM c' };
    my ($seconds) = took(sub { $sql->cell($count->(1_000_000)) });
    return [$count->(1_000_000 * 1.2 / $seconds), 1];
}

sub took { my ($code) = @_; my $begin = time; my @answer = $code->(); return (time - $begin, @answer) }

sub try_values {
    my ($name, $kind, $sql) = @_;
    my @insert = ("INSERT INTO t (id, name, n) VALUES (%s, %s, $kind->{number})", 0);
    is $sql->one(@insert, 'u1', "\x{17d}ofie \x{1f984}", '9007199254740993')->{status}, 'ok', "$name: insert";
    is_deeply $sql->rows('SELECT id, name, n FROM t WHERE id = %s', 3, 'u1'),
        [['u1', "\x{17d}ofie \x{1f984}", '9007199254740993']], "$name: unicode and a number of 54 bits come back";
    $sql->one(@insert, 'u2', undef, undef);
    $sql->one(@insert, 'u3', '', '0');
    is_deeply $sql->rows('SELECT id, name, n FROM t WHERE id <> %s ORDER BY id', 3, 'u1'),
        [['u2', undef, undef], ['u3', '', '0']], "$name: NULL is not the empty text";
    $sql->one(@insert, q{u'4"; -- \\}, '%s %d', '1');
    is_deeply $sql->rows(q{SELECT name FROM t WHERE id = %s AND name LIKE '%%s%%'}, 1, q{u'4"; -- \\}),
        [['%s %d']], "$name: nothing in a value is SQL or a place for an argument";
    is_deeply $sql->rows('SELECT id FROM t WHERE id = %s', 1, 'none'), [], "$name: no row";
    is_deeply $sql->rows('DELETE FROM t WHERE id = %s RETURNING name, n', 2, 'u3'), [['', '0']], "$name: RETURNING";
    is_deeply $sql->rows('DELETE FROM t WHERE id = %s RETURNING name, n', 2, 'u3'), [], '... once';
    is_deeply $sql->list($yes, ['SELECT id FROM t WHERE id = %s', 1, 'u1'], ['SELECT id FROM t WHERE id = %s', 1, 'u2'],
        [@insert, 'u5', 'x', '1'], ['SELECT n FROM t WHERE id = %s', 1, 'u5'])->{rows},
        [[['u1']], [['u2']], [], [['1']]], "$name: several statements in one transaction";
}

sub try_sizes {
    my ($name, $kind, $sql) = @_;
    for my $length (1, 255, 65534 .. 65537, 200_000, 1024 * 1024) {
        my $text = join '', map { chr(97 + $_ % 26) } 1 .. $length;
        $sql->one('DELETE FROM t WHERE id = %s', 0, 'long');
        $sql->one('INSERT INTO t (id, name) VALUES (%s, %s)', 0, 'long', $text);
        ok $sql->cell('SELECT name FROM t WHERE id = %s', 'long') eq $text, "$name: a text of $length bytes is whole";
    }
    $sql->one('UPDATE t SET name = CONCAT(name, name) WHERE id = %s' =~ s/CONCAT\(name, name\)/$name eq 'mysql' ? $& : 'name || name'/er, 0, 'long');
    my $answer = $sql->one('SELECT name FROM t WHERE id = %s', 1, 'long');
    is_deeply [@{$answer}{qw(status error)}], ['failed', 'a column is longer than 1 MB'], "$name: one of 2 MB is not taken";
    $sql->one('DELETE FROM t WHERE id = %s', 0, 'long');
    my %seen = map { $sql->cell('SELECT n FROM t WHERE id = %s', 'u1') => 1 } 1 .. 100;
    is_deeply [keys %seen], ['9007199254740993'], "$name: a number is whole after long texts";

    my @digits = map { "(SELECT $_ AS d" . join('', map { " UNION SELECT $_" } grep { $_ } 0 .. 9) . ") d$_" } 0 .. 3;
    s/SELECT [1-3] AS d/SELECT 0 AS d/ for @digits;
    my $numbers = 'SELECT d0.d + 10 * d1.d + 100 * d2.d + 1000 * d3.d AS i FROM ' . join ', ', @digits;
    for my $count (1, 999, 1000, 1001, 1500) {
        my $rows = $sql->rows("SELECT i FROM ($numbers) AS all_of_them WHERE i < $count ORDER BY i", 1);
        my $expected = $count > 1000 ? 1000 : $count;
        is_deeply [map { $_->[0] } @$rows], [0 .. $expected - 1], "$name: of $count rows come $expected, in order";
    }
    if ($kind->{nul}) {
        $answer = $sql->one($kind->{nul}, 1);
        is_deeply [@{$answer}{qw(status error)}], ['failed', 'a column has a NUL byte'], "$name: a NUL byte is not cut off, but refused";
    }
}

sub try_errors {
    my ($name, $kind, $sql, $db) = @_;
    my @insert = ('INSERT INTO t (id, name) VALUES (%s, %s)', 0);
    my $answer = $sql->one(@insert, 'u1', 'private-value');
    is $answer->{status}, 'conflict', "$name: the same key is a conflict";
    unlike $answer->{error} // '', qr/Key|DETAIL|private|\n/, '... and what was written is not in the error';
    $answer = $sql->list($no, [@insert, 'new1', 'x'], [@insert, 'new2', 'x'], [@insert, 'u1', 'x'], [@insert, 'new3', 'x']);
    is $answer->{status}, 'conflict', "$name: also as the third of four";
    is $sql->cell(q{SELECT count(*) FROM t WHERE id LIKE 'new%%'}), '0', '... and nothing of the four is there';
    is $sql->list($yes, [@insert, 'new1', 'x'], [@insert, 'u1', 'x'])->{status}, 'conflict', "$name: with the lock";
    is $sql->list($yes, [@insert, 'new1', 'x'], [@insert, 'new2', 'x'])->{status}, 'ok', '... which is free afterwards';

    $answer = $sql->list($no, [@insert, 'new4', 'x'], ['SELECT x FROM no_such_table WHERE y = %s', 1, 'z']);
    is $answer->{status}, 'failed', "$name: a table that is missing";
    like $answer->{error}, qr/^tables are missing; run: authjsctl migrate \(.*no.such.table/i, '... is called that';
    is $sql->cell('SELECT count(*) FROM t WHERE id = %s', 'new4'), '0', '... and nothing was written';
    $db->execute('CREATE TABLE no_such_table (x VARCHAR(9), y VARCHAR(9))');
    is_deeply $sql->rows('SELECT x FROM no_such_table WHERE y = %s', 1, 'z'), [], '... and once it is there, the same statement works';

    $answer = $sql->one('SELECT FROM WHERE', 1);
    is $answer->{status}, 'failed', "$name: bad SQL";
    like $answer->{error}, qr/syntax/, '... says so';
    $answer = $sql->one('SELECT id, name FROM t', 3);
    is_deeply [@{$answer}{qw(status error)}], ['failed', 'a statement returned another number of columns than it should'],
        "$name: another number of columns";
    if ($kind->{time}) {
        $answer = $sql->one($kind->{time}, 0, 'private-value', 'u1');
        is $answer->{status}, 'failed', "$name: what is no time";
        unlike $answer->{error}, qr/private/, '... is not in the error';
        unlike $answer->{error}, qr/LOCATION|LINE|\n/, '... of one line';
    }
}

# What another process does with the tables meanwhile.
sub try_changes {
    my ($name, $sql, $db) = @_;
    my @select = ('SELECT x, y FROM changing WHERE x = %s', 2, 'a');
    $db->execute('CREATE TABLE changing (x VARCHAR(9), y VARCHAR(9))');
    $db->execute(q{INSERT INTO changing VALUES ('a', 'b')});
    is_deeply $sql->rows(@select), [['a', 'b']], "$name: a prepared statement";
    $db->execute($name eq 'pgsql' ? 'ALTER TABLE changing ALTER COLUMN y TYPE text'
        : $name eq 'mysql' ? 'ALTER TABLE changing MODIFY y TEXT' : 'ALTER TABLE changing ADD COLUMN z TEXT');
    is_deeply $sql->rows(@select), [['a', 'b']], '... works when the table has been altered';
    $db->execute('DROP TABLE changing');
    is $sql->one(@select)->{status}, 'failed', '... fails when it is gone';
    $db->execute('CREATE TABLE changing (x VARCHAR(9), y VARCHAR(9))');
    is_deeply $sql->rows(@select), [], '... and works when it is back';
}

sub try_others {
    my ($name, $kind, $sql, $db) = @_;
    my $other = Connection->new($db);
    my @sleep = @{ $kind->{sleep} };
    $other->rows('SELECT id FROM t WHERE id = %s', 1, 'u1');

    # The same row, locked for longer than SQLite's driver waits by itself. On a busy machine the
    # other may not have begun yet, or be through: again.
    my ($seconds, $answer, $had);
    for (1 .. 5) {
        $other->begin($no, ['UPDATE t SET n = 5 WHERE id = %s', 0, 'u1'], [@sleep], ['UPDATE t SET n = 6 WHERE id = %s', 0, 'u1']);
        sleep 0.3;
        ($seconds, $answer) = took(sub { $sql->one('UPDATE t SET n = n + 10 WHERE id = %s', 0, 'u1') });
        $had = $other->answer->{status};
        last if $answer->{status} ne 'ok' || $had ne 'ok' || $seconds > 0.3;
    }
    is $answer->{status}, 'ok', "$name: a write waits for another";
    cmp_ok $seconds, '>', 0.3, sprintf '... it did wait (%.1f s)', $seconds;
    is $had, 'ok', '... which ends well';
    is $sql->cell('SELECT n FROM t WHERE id = %s', 'u1'), '16', '... and neither is lost';

    # On a busy machine the other may not have begun yet: again. Without a lock none is seen.
    my $locked;
    for my $try (1 .. 5) {
        $locked = "locked$try";
        $other->begin($yes, ['INSERT INTO t (id) VALUES (%s)', 0, $locked], [@sleep]);
        sleep 0.3;
        $answer = $sql->list($yes, ['SELECT id FROM t WHERE id = %s', 1, $locked]);
        $had = $other->answer->{status};
        last if @{ $answer->{rows} // [] } && @{ $answer->{rows}[0] };
    }
    is_deeply $answer->{rows}, [[[$locked]]], "$name: with the lock one sees what the other has done";
    is $had, 'ok', '... who had it';

    # Each holds what the other wants next. On a busy machine one may wait for too long: again.
    my @ended;
    for (1 .. 5) {
        $other->begin($no, ['UPDATE t SET n = 100 WHERE id = %s', 0, 'new1'], [@sleep], ['UPDATE t SET n = n + 1 WHERE id = %s', 0, 'new2']);
        $answer = $sql->list($no, ['UPDATE t SET n = 100 WHERE id = %s', 0, 'new2'], [@sleep], ['UPDATE t SET n = n + 1 WHERE id = %s', 0, 'new1']);
        @ended = ($answer->{status}, $other->answer->{status});
        last unless grep { $_ eq 'unavailable' } @ended;
    }
    is_deeply \@ended, ['ok', 'ok'], "$name: a deadlock ends by itself"
        or diag $json->encode($answer);
    is_deeply [sort map { $_->[0] } @{ $sql->rows('SELECT n FROM t WHERE id IN (%s, %s)', 1, 'new1', 'new2') }],
        ['100', '101'], '... as if one had come after the other';

    # Locked for good.
    my $holder = Connection->new($db);
    my @long = $name eq 'sqlite' ? ('SELECT 1', 1) : ($sleep[0] =~ s/1\.5/20/r, 1);
    if ($name eq 'sqlite') {
        $holder->send('[false,["BEGIN IMMEDIATE",0]]')->answer;
    }
    else {
        $holder->begin($no, ['UPDATE t SET n = 5 WHERE id = %s', 0, 'u1'], [@long]);
        sleep 0.3;
    }
    # Until the other has what it holds, nobody has to wait.
    for (1 .. 50) {
        ($seconds, $answer) = took(sub { $sql->one('UPDATE t SET n = 7 WHERE id = %s', 0, 'u1') });
        last if $answer->{status} ne 'ok';
        sleep 0.1;
    }
    is $answer->{status}, 'unavailable', "$name: nobody waits for ever";
    cmp_ok $seconds, '<', 7, sprintf '... but %.1f s', $seconds;
    cmp_ok $seconds, '>', 2.5, '... and no less than it may';
    is_deeply $sql->rows('SELECT id FROM t WHERE id = %s', 1, 'u1'), [['u1']], '... and reads do not wait';
    $holder->end('KILL');
    $answer = $sql->one('UPDATE t SET n = 8 WHERE id = %s', 0, 'u1') for 1 .. 3;
    is $answer->{status}, 'ok', '... when who held it was killed, all is well';
}

sub try_kill {
    my ($name, $kind, $sql, $db) = @_;
    for (1 .. 5) {
        my $victim = Connection->new($db);
        $victim->begin($yes, ['INSERT INTO t (id) VALUES (%s)', 0, 'half1'], ['INSERT INTO t (id) VALUES (%s)', 0, 'half2'],
            [@{ $kind->{sleep} }], ['INSERT INTO t (id) VALUES (%s)', 0, 'half3']);
        sleep 0.5;
        $victim->end('KILL');
        last unless $victim->has_answered;
        # A busy machine let it come to its end.
        $sql->one(q{DELETE FROM t WHERE id LIKE 'half%%'}, 0);
    }
    is_deeply $sql->list($yes, [q{SELECT id FROM t WHERE id LIKE 'half%%'}, 1])->{rows}, [[]],
        "$name: a process killed in the middle leaves nothing half-done, and no lock";
}

# On a busy machine a process stops when all of its threads have been told.
sub halt {
    my ($pid) = @_;
    kill 'STOP', $pid;
    for (1 .. 100) {
        my @states = map { AuthJSTest::Env::read_file($_) =~ /\) (\w)/ } glob "/proc/$pid/task/*/stat";
        return if @states && !grep { $_ ne 'T' } @states;
        sleep 0.1;
    }
    die "process $pid does not stop";
}

sub try_restart {
    my ($name, $kind, $db) = @_;
    my $params = $db->params =~ s/,reconnect=0//r;
    my @connections = map { Connection->new($db, $params) } 1 .. 3;
    my @select = ('SELECT id FROM t WHERE id = %s', 1, 'u1');
    $_->rows(@select) for @connections;
    $db->restart;
    is_deeply $connections[0]->rows(@select), [['u1']], "$name: after a restart the next statement works";
    my $answer = $connections[1]->list($no, ['SELECT id FROM t WHERE id = %s', 1, 'u1'], ['UPDATE t SET n = 1 WHERE id = %s', 0, 'u1']);
    is_deeply [$answer->{status}, $answer->{rows}], ['ok', [[['u1']], []]], '... and the next transaction' or diag $json->encode($answer);

    # A statement that was never prepared meets a session that is ours.
    my $setting = $name eq 'pgsql' ? q{SELECT current_setting('lock_timeout')} : 'SELECT @@innodb_lock_wait_timeout';
    is $connections[2]->cell($setting), $name eq 'pgsql' ? '3s' : '3', '... and the settings are there';
    is $connections[2]->cell($name eq 'pgsql' ? q{SELECT current_setting('client_encoding')} : 'SELECT @@character_set_client'),
        $name eq 'pgsql' ? 'UTF8' : 'utf8mb4', '... all of them';
    like $connections[2]->cell('SELECT @@sql_mode'), qr/STRICT_TRANS_TABLES/, '... strict too' if $name eq 'mysql';

    my ($seconds, $down);
    if ($name eq 'mysql') {
        halt($db->{server}{pid});
        ($seconds, $down) = took(sub { $connections[0]->one(@select) });
        kill 'CONT', $db->{server}{pid};
        is $down->{status}, 'unavailable', "$name: a server that has stopped answering";
        cmp_ok $seconds, '<', 12, sprintf '... is waited for %.1f s', $seconds;
        is_deeply $connections[0]->rows(@select), [['u1']], '... until it answers again';
    }
    $db->kill;
    ($seconds, $down) = took(sub { $connections[0]->one(@select) });
    is $down->{status}, 'unavailable', "$name: while the server is away";
    cmp_ok $seconds, '<', 5, sprintf '... at once (%.1f s)', $seconds;
    is $connections[1]->list($yes, [@select], [@select])->{status}, 'unavailable', '... also with the lock';
    $db->start;
    is_deeply $connections[0]->rows(@select), [['u1']], '... and when it is back';
    is_deeply $connections[2]->list($yes, [@select], [@select])->{rows}, [[['u1']], [['u1']]], '... likewise';
}

for my $name (qw(sqlite pgsql mysql)) {
    my $kind = $kind{$name};
    my $db = database($name);
    $db->execute($name eq 'sqlite' ? "PRAGMA journal_mode = WAL; $kind->{create}" : $kind->{create});
    my $sql = Connection->new($db);
    $kind->{sleep} ||= counting($sql);
    try_values($name, $kind, $sql);
    try_sizes($name, $kind, $sql);
    try_errors($name, $kind, $sql, $db);
    try_changes($name, $sql, $db);
    try_others($name, $kind, $sql, $db);
    try_kill($name, $kind, $sql, $db);
    try_restart($name, $kind, $db) if $name ne 'sqlite';
}

done_testing;
