package AuthJSTest::Adapter;

=head1 NAME

AuthJSTest::Adapter - an httpd with an adapter, and what is really stored

=head1 SYNOPSIS

    use AuthJSTest::Adapter;

    my $adapter = adapter(kind => 'pgsql', schema => 'drizzle');   # or sqlite, mysql, d1, memory
    my $user = $adapter->createUser({ email => 'jane@example.com' });
    my ($status, $why) = $adapter->try(getUser => 'x'); # ok conflict unavailable failed wrong
    my @answers = $adapter->at_once(map { [useVerificationToken => $pair] } 1 .. 50);
    my $row = $adapter->stored(users => id => $user->{id});        # bypasses the adapter

Every method of the test handler (t/modules/mod_authjs_test_adapter.c) is a method here; it
dies unless the adapter answers OK. stored() and count() ask the database itself, with its
own client, whatever the schema: tables are users, accounts, sessions, tokens,
authenticators and passkeys, members are Auth.js's, times are ISO 8601, NULL is undef.

    has_tables => 1         db has its tables already
    foreign => 1            the tables as Auth.js's own adapters define them (t/data/tables)
    conf => TEXT            more configuration
    env => {}, setup => ""  of httpd, SQL that runs first

=cut

use strict;
use warnings;
use AuthJSTest ();
use AuthJSTest::Database;
use Encode ();
use IO::Select ();
use IO::Socket::INET ();
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(sleep);

my $json = JSON::PP->new->utf8->allow_nonref->canonical;

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for qw(adapter iso);
}

# What the schemas call the tables (spec: Auth.js's own adapters).
my %tables = (
    pg     => { tokens => 'verification_token' },
    d1     => { tokens => 'verification_tokens' },
    prisma => { users => 'User', accounts => 'Account', sessions => 'Session',
        tokens => 'VerificationToken', authenticators => 'Authenticator' },
    drizzle => { users => 'user', accounts => 'account', sessions => 'session',
        tokens => 'verificationToken', authenticators => 'authenticator' },
);
$tables{$_} = $tables{prisma} for qw(prisma-v4 kysely);

# Milliseconds are .000 unless given.
sub iso {
    my ($seconds, $ms) = @_;
    return POSIX::strftime('%Y-%m-%dT%H:%M:%S', gmtime $seconds) . sprintf '.%03dZ', $ms || 0;
}

sub adapter {
    my (%option) = @_;
    my $self = bless {%option}, __PACKAGE__;
    my $lines = 'AuthJSAdapter memory @root@/var/authjs.json';
    if ($option{kind} ne 'memory') {
        $self->{db} = $option{db} || database($option{kind});
        $self->{db}->execute($option{setup}) if $option{setup};
        $self->make_tables;
        $lines = $self->{db}->adapter($option{schema});
    }
    my %env = (TZ => 'NST3:30NDT,M3.2.0,M11.1.0', %{ $option{env} || {} });    # St John's
    $self->{httpd} = AuthJSTest::httpd(env => \%env, conf => <<"EOT");
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module \@modules\@/mod_authjs_test_adapter.so
<IfModule mpm_prefork_module>
    MaxRequestWorkers 60
</IfModule>
<IfModule !mpm_prefork_module>
    ThreadsPerChild 30
    MaxSpareThreads 60
    MaxRequestWorkers 60
</IfModule>
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
$lines
<AuthJSProvider github>
    AuthJSClientID id
    AuthJSClientSecret \@secret:client_secret\@
</AuthJSProvider>
<Location "/adapter">
    SetHandler authjs-test-adapter
</Location>
@{[ $option{conf} // '' ]}
EOT
    $self->{site} = $self->{httpd}->site;
    return $self;
}

# Ours; or those of Auth.js's own tools: t/data/tables.
sub make_tables {
    my ($self) = @_;
    if ($self->{foreign}) {
        my $file = join '-', $self->{kind} eq 'd1' ? 'sqlite' : $self->{kind}, $self->schema;
        $self->{tables} = AuthJSTest::Env::read_file(AuthJSTest::srcdir() . "/t/data/tables/$file.sql")
            || die "no tables $file\n";
        $self->{db}->execute($self->{tables});
    }
    elsif ($self->{kind} ne 'sqlite' && !$self->{has_tables}) {    # SQLite makes its own
        $self->{db}->migrate($self->{schema});
    }
}

# The same database through another adapter that takes calls at url.
sub other {
    my ($self, $url) = @_;
    return bless { %$self, path => $url }, ref $self;
}

sub name  { join ' ', grep { $_ } @{ $_[0] }{qw(kind schema)}, $_[0]{foreign} && 'its own tables' }
sub db    { $_[0]{db} }
sub httpd { $_[0]{httpd} }
sub log   { $_[0]{httpd}->error_log }

# --- what the tables of others cannot do -------------------------------------------------

# As their definition has it: no user without e-mail, no room for long tokens, no times
# after 2038 (MySQL's TIMESTAMP) or no milliseconds, no passkeys, no unique index.
sub defined_as      { ($_[0]{tables} // '') =~ $_[1] }
sub email_is_needed { $_[0]->defined_as(qr/"email" (?:text UNIQUE|\w+(?:\(\d+\))?) (?:UNIQUE )?NOT NULL/i) }
sub short_tokens    { $_[0]{kind} eq 'mysql' && $_[0]{foreign} }
sub whole_seconds   { $_[0]->defined_as(qr/"expires" timestamp NOT/) && $_[0]{kind} eq 'mysql' }
sub authenticators  { !$_[0]{foreign} || $_[0]->defined_as(qr/authenticator/i) }

sub is_unique {
    my ($self, $table) = @_;
    my $not = { pg => 'users accounts sessions', d1 => 'users accounts', kysely => 'accounts' };
    return !$self->{foreign} || ($not->{ $self->schema } // '') !~ /$table/;
}

# MariaDB's TIMESTAMP lasts to 2106 since 11.5.
sub ends_in_2038 {
    my ($self) = @_;
    return $self->whole_seconds
        && !(($self->db->rows("SELECT UNIX_TIMESTAMP('2040-01-01') AS seconds"))[0]{seconds} + 0);
}

sub precise { my ($self, $time) = @_; $self->whole_seconds ? $time =~ s/\.\d+Z/.000Z/r : $time }

# --- calls --------------------------------------------------------------------------------

sub request_body {
    my ($method, @args) = @_;
    return $json->encode({ method => $method, args => \@args });
}

sub read_answer {
    my ($code, $content) = @_;
    my $answer = eval { $json->decode($content) } || {};
    return { status => 'ok', result => $answer->{ok} } if $code == 200 && exists $answer->{ok};
    return { status => $answer->{status} // "HTTP $code", why => $answer->{error} // $content };
}

sub answer_to {
    my ($self, @call) = @_;
    my $response = $self->{site}->post($self->{path} || '/adapter', request_body(@call),
        'Content-Type' => 'application/json');
    return read_answer($response->code, $response->content);
}

# (status, why) of a call that may fail.
sub try {
    my ($self, @call) = @_;
    my $answer = $self->answer_to(@call);
    return wantarray ? @{$answer}{qw(status why)} : $answer->{status};
}

for my $method (qw(createUser getUser getUserByEmail getUserByAccount updateUser deleteUser
    linkAccount unlinkAccount createSession getSessionAndUser updateSession deleteSession
    createVerificationToken useVerificationToken getAccount getAuthenticator
    createAuthenticator listAuthenticatorsByUserId updateAuthenticatorCounter signUp
    updateAccount listAccounts unlinkAccountButLast listSessions prune listPasskeys
    describePasskey getVerificationToken))
{
    no strict 'refs';
    *$method = sub {
        my ($self, @args) = @_;
        my $answer = $self->answer_to($method, @args);
        die "$method: $answer->{status}: $answer->{why}\n" if $answer->{status} ne 'ok';
        return $answer->{result};
    };
}

# Calls that run at the same time: each request waits for its last byte until all are there.
sub at_once {
    my ($self, @calls) = @_;
    my (@sockets, @answers);
    for my $call (@calls) {
        my $body = request_body(@$call);
        push @sockets, IO::Socket::INET->new(PeerAddr => '127.0.0.1', Timeout => 5,
            PeerPort => $self->{httpd}->port) or die "connect: $@";
        $sockets[-1]->autoflush(1);
        print { $sockets[-1] } "POST /adapter HTTP/1.0\r\nHost: localhost\r\nContent-Length: "
            . length($body) . "\r\n\r\n" . substr $body, 0, -1;
    }
    sleep 0.3;
    print {$_} '}' for @sockets;
    for my $socket (@sockets) {
        my ($text, $select) = ('', IO::Select->new($socket));
        while ($select->can_read(30)) {
            sysread $socket, $text, 65536, length $text or last;
        }
        close $socket;
        my ($head, $content) = split /\r\n\r\n/, $text, 2;
        push @answers, read_answer(($head // '') =~ m{^HTTP/\S+ (\d+)} ? $1 : 0, $content // '');
    }
    sleep 0.5;    # told to end while it closes connections, the event MPM crashes by itself
    return @answers;
}

# The same of many that want one thing: on a busy machine the last in the row may be told that
# nothing was done since it took too long. Who is told so comes back.
sub settled {
    my ($self, @calls) = @_;
    my @answers = $self->at_once(@calls);
    for (1 .. 20) {
        my @again = grep { $answers[$_]{status} eq 'unavailable' } 0 .. $#answers or last;
        $answers[$_] = $self->answer_to(@{ $calls[$_] }) for @again;
    }
    return @answers;
}

# --- what is stored -----------------------------------------------------------------------

sub table {
    my ($self, $table) = @_;
    return 'authjs_passkeys' if $table eq 'passkeys' && $self->{kind} ne 'memory';
    return ($tables{ $self->schema }{$table}) // $table;
}

sub schema {
    my ($self) = @_;
    return $self->{schema} || { sqlite => 'd1', d1 => 'd1', pgsql => 'pg', mysql => 'drizzle' }->{ $self->{kind} };
}

# Rows with this value, of any schema, as Auth.js sees them.
sub stored_rows {
    my ($self, $table, @where) = @_;
    my @rows;
    if ($self->{kind} eq 'memory') {
        my $data = AuthJSTest::Env::read_file($self->{httpd}->root . '/var/authjs.json');
        my %where = @where;
        @rows = grep {
            my $row = $_;
            !grep { ($row->{$_} // '') ne $where{$_} } keys %where
        } @{ ($data ? $json->decode($data) : {})->{$table} || [] };
    }
    else {
        my (@columns, @values);
        while (my ($column, $value) = splice @where, 0, 2) {
            push @columns, qq("$column" = ?);
            push @values, $value;
        }
        my $where = @columns ? ' WHERE ' . join ' AND ', @columns : '';
        @rows = $self->{db}->rows(qq(SELECT * FROM "@{[ $self->table($table) ]}"$where), @values);
    }
    return map { as_authjs($_) } @rows;
}

sub stored { my ($self, @where) = @_; ($self->stored_rows(@where))[0] }
sub count { my ($self, @where) = @_; scalar(my @rows = $self->stored_rows(@where)) }

sub as_authjs {
    my ($row) = @_;
    my %row = %$row;
    for my $name (keys %row) {
        my $value = $row{$name} // next;
        $row{$name} = $name =~ /^(?:emailVerified|expires|created|lastUsed)$/ ? time_of($value)
            : $name =~ /^(?:expires_at|counter)$/ ? $value + 0
            : $name eq 'credentialBackedUp' ? ($value =~ /^(?:1|t|true)$/ ? 1 : 0)
            :                                 "$value";
    }
    return \%row;
}

# Any encoding of a time that Auth.js's adapters know, as ISO 8601 in UTC.
sub time_of {
    my ($value) = @_;
    return iso(int($value / 1000), $value % 1000) if $value =~ /^\d{11,}$/;
    my ($y, $m, $d, $h, $min, $s, $fraction, $zone) = $value =~ /^(\d{4})-(\d\d)-(\d\d)
        [T\ ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?$/x or return "not a time: $value";
    require Time::Local;
    my $seconds = Time::Local::timegm($s, $min, $h, $d, $m - 1, $y);
    if ($zone && $zone =~ /^([+-])(\d\d):?(\d\d)?/) {
        $seconds -= ($1 eq '-' ? -1 : 1) * ($2 * 3600 + ($3 || 0) * 60);
    }
    return iso($seconds, substr +($fraction // '') . '000', 0, 3);
}

1;
