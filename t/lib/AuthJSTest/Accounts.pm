package AuthJSTest::Accounts;

# Sites that keep users by an adapter, with real providers in front of them, and a door to
# the adapter itself (t/modules/mod_authjs_test_adapter.c).
use strict;
use warnings;
use AuthJSTest ();
use AuthJSTest::Env;
use AuthJSTest::Httpd;
use AuthJSTest::Provider;
use JSON::PP ();

# Providers by their ids. `first`, `second`: two of them; `trusting` links by e-mail
# address; `careless` asks for no checks; `posting` answers by a form; `github`: a plain
# OAuth 2 provider; `staff`: names and passwords (bob, eve; the password is "demo").
my @OIDC = (first => '', second => '', careless => 'AuthJSChecks none',
    trusting => 'AuthJSAllowDangerousEmailAccountLinking On',
    posting => "AuthJSAuthorization response_mode=form_post\n    AuthJSChecks state nonce");

# sites({adapter => 'memory'|'nineteen'|'', strategy => 'jwt'|'database', conf => text}, ...):
# started, and the providers with them. With db => an AuthJSTest::Database the adapter is its own.
sub sites {
    my ($class, @sites) = @_;
    my ($op, $github) = map { AuthJSTest::peer_port($_) } qw(op github);
    my @all = map { bless { %$_, httpd => AuthJSTest::Httpd->configure }, $class } @sites;
    my $origins = join ',', map { $_->{httpd}->url('/auth') } @all;
    my %oidc = @OIDC;
    AuthJSTest::peer('op', env => { OP_PORT => $op, OP_KEYS => AuthJSTest::root(),
        OP_ORIGINS => $origins, OP_PROVIDERS => join ',', sort keys %oidc });
    AuthJSTest::peer('github', env => { GH_PORT => $github, GH_ORIGINS => $origins });
    for my $site (@all) {
        AuthJSTest::Env::write_file($site->{httpd}->root . '/conf/staff',
            join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } qw(bob eve eve@example.test));
        $site->{httpd}->rewrite($site->conf($op, $github));
        $site->{httpd}->start;
    }
    return @all;
}

sub conf {
    my ($self, $op, $github) = @_;
    my $providers = '';
    for (my $i = 0; $i < @OIDC; $i += 2) {
        $providers .= <<"EOT";
<AuthJSProvider $OIDC[$i] oidc>
    AuthJSName "The $OIDC[$i]"
    AuthJSIssuer http://127.0.0.1:$op
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    $OIDC[$i + 1]
</AuthJSProvider>
EOT
    }
    return <<"EOT" . $providers . ($self->{conf} // '');
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module \@modules\@/mod_authjs_test_adapter.so
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSPage newUser /welcome
@{[ $self->{db} ? $self->{db}->adapter : !$self->{adapter} ? '' : "AuthJSAdapter $self->{adapter} \@root\@/var/memory.json" ]}
AuthJSSessionStrategy $self->{strategy}
<Location /adapter>
    SetHandler authjs-test-adapter
</Location>
<AuthJSProvider github>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    AuthJSOption baseUrl=http://127.0.0.1:$github apiBaseUrl=http://127.0.0.1:$github
</AuthJSProvider>
<AuthJSProvider staff credentials>
    AuthJSName Staff
    AuthJSAuthnProvider file
    AuthUserFile "\@root\@/conf/staff"
    AuthJSLoginIsEmail On
</AuthJSProvider>
EOT
}

# Providers of the peer op whose tokens can be refreshed, by their ids.
sub refreshing {
    my ($op, @ids) = @_;
    return join '', map { <<"EOT" } @ids;
<AuthJSProvider $_ oidc>
    AuthJSIssuer http://127.0.0.1:$op
    AuthJSClientID $_
    AuthJSClientSecret $_-secret-0123456789abcdefghijklmnopqrstuvwxyz
    AuthJSScope "openid email profile offline_access"
    AuthJSAuthorization prompt=consent
</AuthJSProvider>
EOT
}

# A protected place that shows the access token which it is given, in X-Token.
sub showing_token {
    my ($path, @lines) = @_;
    return AuthJSTest::protected($path, 'AuthJSPassAccessToken On',
        'Header always set X-Token "expr=%{reqenv:AUTHJS_ACCESS_TOKEN}"', @lines);
}

sub httpd   { $_[0]{httpd} }
sub browser { $_[0]{httpd}->browser }
sub url     { $_[0]{httpd}->url($_[1]) }

# A method of the adapter. Dies with what it says when it does not end well.
sub call {
    my ($self, $method, @args) = @_;
    my $site = $self->{httpd}->site;
    my $answer = $site->json($site->post('/adapter', { method => $method, args => \@args }));
    die "$method: $answer->{status}: $answer->{error}\n" if defined $answer->{error};
    return $answer->{ok};
}

sub user_of { my ($self, $provider, $id) = @_; $self->call(getUserByAccount => { provider => $provider, providerAccountId => $id }) }

# What there is of users, accounts or sessions (of one user), past the adapter.
sub rows {
    my ($self, $table, $user_id) = @_;
    my $memory = $self->{httpd}->root . '/var/memory.json';
    my @rows = $self->{db} ? $self->{db}->rows(qq(SELECT * FROM "@{[ $self->{tables}{$table} // $table ]}"))
        : -e $memory ? @{ JSON::PP->new->utf8->decode(AuthJSTest::Env::read_file($memory))->{$table} || [] } : ();
    return grep { !defined $user_id || $_->{userId} eq $user_id } @rows;
}

# The database is away, or back again.
sub set_away {
    my ($self, $away) = @_;
    return $away ? $self->{db}->stop : $self->{db}->start if $self->{db};
    my $file = $self->{httpd}->root . '/var/memory.json.away';
    $away ? AuthJSTest::Env::write_file($file, '') : unlink $file;
}

# What the user is linked to, as "provider/id".
sub accounts {
    my ($self, $user) = @_;
    return join ' ', sort map { "$_->{provider}/$_->{providerAccountId}" } $self->rows('accounts', $user->{id});
}

# The URL that leads back from the provider, for this browser and this login.
sub begin {
    my ($self, $browser, $provider, $login) = @_;
    my $start = $browser->sign_in($provider, [callbackUrl => '/app']);
    return scalar authorize(AuthJSTest::location($start), login => $login);
}

# One sign-in: where it ended, without the origin.
sub sign_in {
    my ($self, $browser, $provider, $login) = @_;
    return $self->end($browser->get($self->begin($browser, $provider, $login)));
}

sub end {
    my ($self, $response) = @_;
    return (AuthJSTest::location($response) // $response->as_string) =~ s/^\Q@{[ $self->url('') ]}\E//r;
}

1;
