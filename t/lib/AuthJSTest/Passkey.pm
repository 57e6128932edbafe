package AuthJSTest::Passkey;

# An authenticator in software, and what a browser does with it: see t/peers/authenticator.mjs.
#
#   my $key = AuthJSTest::Passkey->new(algorithms => [-7]);
#   my $answer = $key->register($browser, 'passkey', 'alice');      # the callback's answer
#   $answer = $key->sign_in($browser, 'passkey');
#   my $options = $key->options($browser, 'passkey', action => 'register', email => 'alice');
#   my $sent = $key->create($options, %over);       # the credential as JSON text
#   $key->send($browser, 'passkey', register => $sent, email => 'alice');
use strict;
use warnings;
use AuthJSTest::Env;
use IPC::Open2 ();
use JSON::PP ();
use URI ();

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my ($pid, $in, $out, $count);

sub ask {
    my (%question) = @_;
    if (!$pid) {
        local $ENV{NODE_OPTIONS} = '';
        my $peers = $AuthJSTest::Env::srcdir . '/t/peers';
        $pid = IPC::Open2::open2($out, $in, "$peers/node", "$peers/passkeys.mjs");
    }
    print {$in} $json->encode(\%question), "\n";
    my $line = <$out> // die "the authenticators have ended\n";
    my $answer = $json->decode($line);
    die "$answer->{error}\n" if defined $answer->{error};
    return $answer->{answer};
}

END {
    my $status = $?;
    if ($pid) { close $in; waitpid $pid, 0 }
    $? = $status;
}

sub new {
    my ($class, %set) = @_;
    my $self = bless { name => ++$count }, $class;
    ask(do => 'new', name => $count, set => \%set);
    return $self;
}

# Another one with the same keys and counters: a clone.
sub clone {
    my ($self) = @_;
    my $text = ask(do => 'save', name => $self->{name});
    my $clone = bless { name => ++$count }, ref $self;
    ask(do => 'load', name => $count, text => $text);
    return $clone;
}

# What the endpoint answers: the response; and its options for create() and get().
sub ask_options {
    my ($self, $browser, $id, %query) = @_;
    my $uri = URI->new("$browser->{auth}/webauthn-options/$id");
    $uri->query_form(map { $_ => $query{$_} } sort keys %query) if %query;
    return $browser->get("$uri");
}
sub options {
    my ($self, $browser, $id, %query) = @_;
    my $response = $self->ask_options($browser, $id, %query);
    die 'no options: ' . $response->status_line . ' ' . $response->content . "\n" if $response->code != 200;
    return { %{ $json->decode($response->content) }, base => $browser->{base} };
}

sub make {
    my ($self, $what, $options, %over) = @_;
    my ($origin) = ($options->{base} // '') =~ m{^(https?://[^/]+)};
    return ask(do => $what, name => $self->{name}, options => $options->{options},
        over => { origin => $origin, %over });
}
sub create { my $self = shift; $self->make(create => @_) }
sub get    { my $self = shift; $self->make(get => @_) }

# POST callback; sent: the credential, or a text in its place.
sub send {
    my ($self, $browser, $id, $action, $sent, %fields) = @_;
    return $browser->post("$browser->{auth}/callback/$id", [csrfToken => $browser->csrf, action => $action,
        data => ref $sent ? $json->encode($sent) : $sent, map { $_ => $fields{$_} } sort keys %fields]);
}

sub register {
    my ($self, $browser, $id, $name, %over) = @_;
    my %who = defined $name ? (email => $name) : ();
    my $fields = delete $over{fields} // {};
    my $options = $self->options($browser, $id, action => 'register', %who, %$fields);
    return $self->send($browser, $id, register => $self->create($options, %over), %who, %$fields);
}

sub sign_in {
    my ($self, $browser, $id, %over) = @_;
    my $fields = delete $over{fields} // {};
    my $options = $self->options($browser, $id, action => 'authenticate');
    delete $options->{options}{allowCredentials}; # also one that was not asked for
    return $self->send($browser, $id, authenticate => $self->get($options, %over), %$fields);
}

1;
