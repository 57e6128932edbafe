package AuthJSTest::Database;

=head1 NAME

AuthJSTest::Database - the databases and caches of the server tests

=head1 SYNOPSIS

    use AuthJSTest::Database;                # database, redis, memcached

    my $db = database('pgsql');              # or sqlite, mysql, d1: a new, empty database
    my $httpd = httpd(conf => $db->adapter . "...");
    my @rows = $db->rows('SELECT * FROM users WHERE email = ?', 'jane@example.com');
    $db->execute('DELETE FROM users');
    $db->kill; $db->start;                   # kill -9, and up again on the same port

The first database of a kind starts its server, on 127.0.0.1 and a free port, below the
run's own directory; all databases of a kind in one test share it. Every server ends with
the test, however the test ends. A database is unlike any other: what else a test made is
not in it. A second argument of database() stands behind CREATE DATABASE.

The servers live in Berlin: what is stored in UTC is what is said to be in UTC.

rows() and execute() speak to the server through its own command line client: what a
test reads and writes with them bypasses mod_authjs.

=head1 METHODS

=over

=item adapter(schema)

The lines that make a site use it, AuthJSAdapter included. For d1 see AuthJSTest::D1.

=item dbd, driver, params, file, port, url

dbd: the lines DBDriver and DBDParams. file: of an SQLite database, where httpd's children
may write too. url: postgresql://... or mysql://..., for what runs on Node.

=item rows(SQL, values), row, value, execute(SQL, values)

Each ? is a value; undef is NULL. Names are quoted with "" everywhere. rows gives hashes
whose values are text (numbers too) or undef; row the first; value its only one, for which
SQL names one column. Dies with what the client said.

=item migrate(SCHEMA)

Creates our tables, as C<authjsctl migrate> does.

=item start, stop, kill, restart

Of the server, so of all databases of that kind. kill is kill -9. Not for SQLite.

=item redis(), memcached()

Processes with port, stop, start, kill, restart.

=back

=cut

use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Httpd;
use AuthJSTest::Process;
use Encode ();
use Fcntl ();
use File::Path qw(remove_tree);
use IPC::Open3 ();
use JSON::PP ();
use Symbol ();
use Time::HiRes qw(sleep time);

use constant USER => 'authjs';
my $password = $AuthJSTest::Env::secret{database};

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for qw(database redis memcached);
}

my (%server, $count);

sub database {
    my ($kind, $options) = @_;
    die "no such database: $kind\n" unless $kind =~ /^(?:sqlite|pgsql|mysql|d1)$/;
    require AuthJSTest::D1 if $kind eq 'd1';
    my $class = $kind eq 'd1' ? 'AuthJSTest::D1' : "AuthJSTest::Database::$kind";
    my $self = bless { name => 'test' . ++$count }, $class;
    $self->{server} = $server{$kind} ||= $class->server if $kind ne 'sqlite';
    $self->create($options || '');
    return $self;
}

sub redis {
    my $port = AuthJSTest::Env::free_port();
    return AuthJSTest::Database::Server->start('redis', $port, '', 'redis-server', '--port', $port,
        qw(--bind 127.0.0.1 --appendonly no --save), '');
}

sub memcached {
    my $port = AuthJSTest::Env::free_port();
    return AuthJSTest::Database::Server->start('memcached', $port, '', 'memcached', '-p', $port,
        qw(-l 127.0.0.1 -U 0));
}

# --- what all kinds have in common --------------------------------------------------------

# The lines that make a site use it.
sub adapter {
    my ($self, $schema) = @_;
    return $self->dbd . 'AuthJSAdapter dbd' . ($schema ? " schema=$schema" : '') . "\n";
}

sub dbd     { sprintf qq(DBDriver %s\nDBDParams "%s"\n), $_[0]->driver, $_[0]->params }
sub port    { $_[0]{server}->port }
sub stop    { $_[0]{server}->stop }
sub kill    { $_[0]{server}->kill }
sub start   { $_[0]{server}->restart }
sub restart { $_[0]{server}->restart }

sub quote {
    my ($self, $value) = @_;
    return defined $value ? "'" . $value =~ s/'/''/gr . "'" : 'NULL';
}

sub fill_in {
    my ($self, $sql, @values) = @_;
    $sql =~ s/\?/$self->quote(shift @values)/ge;
    return $sql;
}

# Hand text to a program. Returns what it wrote, dies with what it complained of.
sub client {
    my ($input, $env, @command) = @_;
    local @ENV{ keys %$env } = values %$env;
    my $pid = IPC::Open3::open3(my $in, my $out, my $err = Symbol::gensym(), @command);
    print $in Encode::is_utf8($input) ? Encode::encode_utf8($input) : $input;
    close $in;
    local $/;
    my ($answer, $complaint) = (scalar <$out> // '', scalar <$err> // '');
    waitpid $pid, 0;
    die "$complaint\n" if $? || $complaint =~ /\bERROR\b/;
    return $answer;
}

sub execute { my ($self, @sql) = @_; $self->run($self->fill_in(@sql)); return 1 }
sub row     { my ($self, @sql) = @_; ($self->rows(@sql))[0] }
sub value   { my ($self, @sql) = @_; (values %{ $self->row(@sql) || {} })[0] }

# Our tables, by authjsctl.
sub migrate {
    my ($self, $schema) = @_;
    client('', { AUTHJS_DBD_PARAMS => $self->params, ASAN_OPTIONS => 'detect_leaks=0' },
        "$AuthJSTest::Env::builddir/tools/authjsctl", 'migrate', '--driver', $self->driver,
        $schema ? ('--schema', $schema) : ());
}

# Rows from JSON as the client has it: objects.
sub from_json {
    my ($text) = @_;
    return $text =~ /\S/ ? @{ JSON::PP->new->utf8->allow_bignum(0)->decode($text) } : ();
}

# --- SQLite -------------------------------------------------------------------------------

package AuthJSTest::Database::sqlite;
our @ISA = 'AuthJSTest::Database';

sub create {
    my ($self) = @_;
    my $dir = AuthJSTest::Env::writable_dir(
        AuthJSTest::Env::home() . "/sqlite-$$-$self->{name}");
    $self->{file} = "$dir/authjs.db";
}

sub driver { 'sqlite3' }
sub params { $_[0]{file} }
sub file   { $_[0]{file} }

# As httpd's children: else the -wal and -shm files would be root's.
sub run {
    my ($self, $sql, @options) = @_;
    return AuthJSTest::Database::client(".timeout 5000\n$sql;\n", {},
        AuthJSTest::Database::Server::as_nobody(), 'sqlite3', '-bail', '-batch', @options,
        $self->{file});
}

# As SQL literals, names first: what the shell writes as JSON lacks backslashes in 3.46.
# Since 3.50 it writes a text with control characters as unistr('...').
sub rows {
    my ($self, @sql) = @_;
    my $text = Encode::decode_utf8($self->run($self->fill_in(@sql), '-quote', '-header'));
    my (@names, @rows, @row);
    while ($text =~ /\G(?:(unistr\()?'((?:[^']++|'')*)'\)?|([\w.+-]+))(,|\n)/gc) {
        my ($escaped, $string, $word, $end) = ($1, $2, $3, $4);
        $string =~ s/''/'/g if defined $string;
        $string =~ s/\\(?:u([0-9a-f]{4})|(\\))/defined $1 ? chr hex $1 : $2/gei if $escaped;
        push @row, $string // ($word eq 'NULL' ? undef : $word);
        next if $end eq ',';
        if (@names) { push @rows, {}; @{ $rows[-1] }{@names} = @row }
        else        { @names = @row }
        @row = ();
    }
    die "sqlite3 wrote: $text\n" if (pos($text) // 0) != length $text;
    return @rows;
}

# --- PostgreSQL ---------------------------------------------------------------------------

package AuthJSTest::Database::pgsql;
our @ISA = 'AuthJSTest::Database';

sub bin { (sort glob '/usr/lib/postgresql/*/bin')[-1] // die "there is no PostgreSQL\n" }

sub server {
    my ($class) = @_;
    my $port = AuthJSTest::Env::free_port();
    my $dir = AuthJSTest::Database::Server::copy_of('pgsql', sub {
        my ($new) = @_;
        my $file = AuthJSTest::Env::write_file("$new/password", $password);
        AuthJSTest::Database::client('', { LC_ALL => 'C' },
            AuthJSTest::Database::Server::as_nobody(), $class->bin . '/initdb', '-D', "$new/data",
            '-U', AuthJSTest::Database::USER, "--pwfile=$file",
            qw(-A scram-sha-256 -E UTF8 --no-locale --no-sync));
    });
    return AuthJSTest::Database::Server->start('pgsql', $port, 'INT', $class->bin . '/postgres',
        '-D', "$dir/data", '-p', $port,
        map { ('-c', $_) } qw(listen_addresses=127.0.0.1 unix_socket_directories= fsync=off
            full_page_writes=off max_connections=120 shared_buffers=16MB timezone=Europe/Berlin
            max_wal_size=64MB autovacuum=off));
}

sub create { $_[0]->run("CREATE DATABASE $_[0]{name} $_[1]", 'postgres') }
sub driver { 'pgsql' }

sub params {
    my ($self) = @_;
    return "host=127.0.0.1 port=@{[ $self->port ]} dbname=$self->{name} "
        . "user=@{[ AuthJSTest::Database::USER ]} password=$password";
}

sub url {
    my ($self) = @_;
    return "postgresql://@{[ AuthJSTest::Database::USER ]}:$password\@127.0.0.1:"
        . $self->port . "/$self->{name}";
}

sub run {
    my ($self, $sql, $database) = @_;
    return AuthJSTest::Database::client($sql,
        { PGPASSWORD => $password, PGCLIENTENCODING => 'UTF8', PGCONNECT_TIMEOUT => 10 },
        $self->bin . '/psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1',
        '-p', $self->port, '-U', AuthJSTest::Database::USER, $database || $self->{name});
}

sub rows {
    my ($self, @sql) = @_;
    return AuthJSTest::Database::from_json($self->run(
        "WITH r AS (@{[ $self->fill_in(@sql) ]}) SELECT coalesce(json_agg(r), '[]') FROM r"));
}

# --- MariaDB ------------------------------------------------------------------------------

package AuthJSTest::Database::mysql;
our @ISA = 'AuthJSTest::Database';

sub server {
    my ($class) = @_;
    my $port = AuthJSTest::Env::free_port();
    my $dir = AuthJSTest::Database::Server::copy_of('mysql', sub {
        my ($new) = @_;
        my $init = AuthJSTest::Env::write_file("$new/init.sql", sprintf
            "FLUSH PRIVILEGES;\nCREATE USER '%s'\@'127.0.0.1' IDENTIFIED BY '%s';\n"
            . "GRANT ALL ON *.* TO '%s'\@'127.0.0.1';\n",
            AuthJSTest::Database::USER, $password, AuthJSTest::Database::USER);
        AuthJSTest::Database::client('', {}, AuthJSTest::Database::Server::as_nobody(),
            'mariadb-install-db', '--no-defaults', "--datadir=$new/data", "--tmpdir=$new", "--extra-file=$init",
            qw(--auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=8M));
    });
    local $ENV{TZ} = 'CET-1CEST,M3.5.0,M10.5.0/3';
    return AuthJSTest::Database::Server->start('mysql', $port, 'TERM', 'mariadbd',
        '--no-defaults', "--datadir=$dir/data", "--tmpdir=$dir", "--port=$port", "--pid-file=$dir/pid",
        qw(--socket= --bind-address=127.0.0.1 --character-set-server=utf8mb4
            --skip-name-resolve --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=32M
            --innodb-log-file-size=8M --max-connections=120 --sync-binlog=0));
}

sub create { $_[0]->run("CREATE DATABASE $_[0]{name} $_[1]", 'mysql') }
sub driver { 'mysql' }

sub params {
    my ($self) = @_;
    return "host=127.0.0.1,port=@{[ $self->port ]},user=@{[ AuthJSTest::Database::USER ]},"
        . "pass=$password,dbname=$self->{name},reconnect=0";
}

sub url {
    my ($self) = @_;
    return "mysql://@{[ AuthJSTest::Database::USER ]}:$password\@127.0.0.1:"
        . $self->port . "/$self->{name}";
}

sub quote {
    my ($self, $value) = @_;
    return $self->SUPER::quote(defined $value ? $value =~ s/\\/\\\\/gr : undef);
}

sub run {
    my ($self, $sql, $database, @options) = @_;
    return AuthJSTest::Database::client($sql, { MYSQL_PWD => $password }, 'mariadb',
        '--no-defaults', '--protocol=tcp', '--host=127.0.0.1', "--port=@{[ $self->port ]}",
        "--user=@{[ AuthJSTest::Database::USER ]}", '--default-character-set=utf8mb4', '--batch',
        '--max-allowed-packet=16M', @options,
        "--init-command=SET sql_mode = CONCAT(\@\@sql_mode, ',ANSI_QUOTES')",
        $database || $self->{name});
}

# As XML: the only form in which NULL is unlike 'NULL'.
sub rows {
    my ($self, @sql) = @_;
    my $xml = Encode::decode_utf8($self->run($self->fill_in(@sql), undef, '--xml'));
    my %entity = (lt => '<', gt => '>', amp => '&', quot => '"');
    my @rows;
    while ($xml =~ m{<row>(.*?)</row>}gs) {
        my $row = $1;
        push @rows, {};
        while ($row =~ m{<field name="([^"]*)"(?: xsi:nil="true" />|>(.*?)</field>)}gs) {
            my ($name, $value) = ($1, $2);
            $value =~ s/&(\w+);/$entity{$1}/g if defined $value;
            $rows[-1]{$name} = $value;
        }
    }
    return @rows;
}

# --- a server -----------------------------------------------------------------------------

package AuthJSTest::Database::Server;
our @ISA = 'AuthJSTest::Process';

# A directory of the run's own for its files, which goes with the server.
my (@directories, $owner);
sub directory {
    my ($name) = @_;
    my $dir = AuthJSTest::Env::home() . "/$name-$$";
    $owner = $$;
    push @directories, $dir;
    AuthJSTest::Database::remove_tree($dir);
    return AuthJSTest::Env::writable_dir($dir);
}

# The same with the files of an empty server, which are made once a run.
sub copy_of {
    my ($name, $make) = @_;
    my $template = AuthJSTest::Env::top() . "/$name";
    {
        open my $lock, '>>', "$template.lock" or die "$template.lock: $!";
        flock $lock, Fcntl::LOCK_EX() or die "$template.lock: $!";
        if (!-e "$template/complete") {
            AuthJSTest::Database::remove_tree($template);
            $make->(AuthJSTest::Env::writable_dir($template));
            AuthJSTest::Env::write_file("$template/complete", "yes\n");
        }
    }
    my $dir = directory($name);
    system('cp', '-a', "$template/data", "$dir/data") == 0 or die "cp: $?\n";
    return $dir;
}

# Servers refuse to be root's. They get a signal should the test be killed.
sub as_nobody {
    my ($signal) = @_;
    my @command = ('setpriv', $> == 0 ? qw(--reuid=nobody --regid=nogroup --clear-groups) : (),
        $signal ? "--pdeathsig=$signal" : ());
    return @command > 1 ? @command : ();
}

# What a server says once it answers; it listens before. memcached says nothing.
my %ready = (pgsql => qr/ready to accept connections/, mysql => qr/ready for connections/,
    redis => qr/Ready to accept connections/);

sub start {
    my ($class, $name, $port, $signal, @command) = @_;
    return $class->SUPER::start(name => "$name-$port", host => '127.0.0.1', port => $port,
        stop_signal => $signal || 'TERM', timeout => 60, ready => $ready{$name},
        command => [as_nobody($signal || 'TERM'), @command]);
}

# Up again, stopped before or not, with the same files and on the same port.
sub restart {
    my ($self) = @_;
    $self->stop;
    for my $left (4, 3, 2, 1, 0) {
        return if eval { $self->again; 1 };
        die $@ unless $left;
        AuthJSTest::Database::sleep(0.5);
    }
}

sub kill {
    my ($self) = @_;
    my @children = split ' ', `ps -o pid= --ppid $self->{pid}`;
    CORE::kill 'KILL', $self->{pid}, @children;
    $self->gone;
}

END {
    if ($owner && $$ == $owner) {
        local $?;
        AuthJSTest::Httpd::stop_all();
        $_->stop for values %server;
        AuthJSTest::Database::remove_tree(@directories);
    }
}

1;
