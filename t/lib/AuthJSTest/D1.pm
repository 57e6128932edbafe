package AuthJSTest::D1;

=head1 NAME

AuthJSTest::D1 - Cloudflare D1 for the server tests: workerd behind t/peers/d1.mjs

=head1 SYNOPSIS

    use AuthJSTest::Database;
    my $db = database('d1');                 # a new, empty database
    my $httpd = httpd(conf => $db->adapter . "...");
    $db->faults({ status => 429, headers => { 'Retry-After' => 1 } }, undef, { drop => 1 });
    is $db->seen->{connections}, 1;
    my $answer = $db->node('createUser', { email => 'jane@example.com' });

All of AuthJSTest::Database but dbd and file. faults: what happens to the next
requests, see t/peers/d1.mjs; seen: what reached it since seen was asked last. node: a method
of @auth/d1-adapter on the same database; up: its tables. url: of the API.

=cut

use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Process;
use HTTP::Tiny ();
use JSON::PP ();

our @ISA = 'AuthJSTest::Database';

use constant ACCOUNT => '0123456789abcdef0123456789abcdef';
my @databases = map { sprintf '11111111-2222-3333-4444-%012x', $_ } 1 .. 32;
my $json = JSON::PP->new->utf8->allow_nonref;
# Kept alive, its two writes a request would wait for the delayed acknowledgement.
my $http = HTTP::Tiny->new(timeout => 60, keep_alive => 0);

sub server {
    my $port = AuthJSTest::Env::free_port();
    my $peers = "$AuthJSTest::Env::srcdir/t/peers";
    my $server = AuthJSTest::Process->start(name => "d1-$port", host => '127.0.0.1',
        port => $port, ready => qr/^ready/m, command => ["$peers/node", "$peers/d1.mjs"],
        env => { PORT => $port, D1_TOKEN => token(), D1_ACCOUNT => ACCOUNT,
            D1_DATABASES => join(',', @databases),
            D1_FILES => AuthJSTest::Database::Server::directory("d1-$port") });
    return bless $server, 'AuthJSTest::Database::Server';
}

my $used = 0;
sub create { $_[0]{id} = $databases[ $used++ ] || die "no more databases\n" }

sub token   { $AuthJSTest::Env::secret{d1_token} }
sub account { ACCOUNT }
sub id      { $_[0]{id} }
sub url     { $_[0]{server}->url . '/client/v4' }

sub adapter {
    my ($self, $schema) = @_;
    return "AuthJSAdapter d1 account=@{[ ACCOUNT ]} database=$self->{id} token=@{[ token() ]}"
        . " api=@{[ $self->url ]}" . ($schema ? " schema=$schema" : '') . "\n";
}

sub post {
    my ($self, $path, $data) = @_;
    my $response = $http->post($self->{server}->url . $path, { content => $json->encode($data),
        headers => { Authorization => 'Bearer ' . token() } });
    my $answer = $response->{content} =~ /^[\[{]/ ? $json->decode($response->{content}) : undef;
    die "$path: $response->{status} $response->{content}\n" if !$answer || $answer->{errors}[0];
    return $answer;
}

sub faults { my ($self, @faults) = @_; $self->post('/control/faults', \@faults) }
sub seen   { $_[0]->post('/control/seen', {}) }
sub node   { my ($self, $method, @args) = @_;
             $self->post("/control/adapter/$self->{id}", { method => $method, args => \@args }) }
sub up     { $_[0]->post("/control/up/$_[0]{id}", {}) }

# Our tables, by authjsctl.
sub migrate {
    my ($self, $schema) = @_;
    AuthJSTest::Database::client('', { CLOUDFLARE_API_TOKEN => token() },
        "$AuthJSTest::Env::builddir/tools/authjsctl", 'migrate', '--d1-account', ACCOUNT,
        '--d1-database', $self->{id}, '--d1-url', $self->url, $schema ? ('--schema', $schema) : ());
}

# Statements in one batch: [sql, values...], ...
sub batch {
    my ($self, @statements) = @_;
    my @batch = map { my ($sql, @values) = @$_;
        { sql => $sql, params => [map { defined ? "$_" : undef } @values] } } @statements;
    return $self->post("/client/v4/accounts/@{[ ACCOUNT ]}/d1/database/$self->{id}/query",
        { batch => \@batch })->{result};
}

sub rows {
    my ($self, @sql) = @_;
    my $rows = $self->batch(\@sql)->[0]{results};
    for my $row (@$rows) {
        $_ = "$_" for grep { defined } values %$row;
    }
    return @$rows;
}

sub execute { my ($self, @sql) = @_; $self->batch(\@sql); return 1 }

1;
