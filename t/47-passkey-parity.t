# webauthn-options beside Auth.js's: each row of its table (action, signed in or not, an address that
# is new or somebody's), member for member. Where we answer otherwise the row says how: whoever may
# not know who has an address is not told it.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Passkey;
use AuthJSTest::Site;
use JSON::PP ();

my $port = peer_port('authjs');
peer('authjs-passkey', port => $port, env => { AUTHJS_PORT => $port, AUTHJS_SECRET => secret('auth_secret') });
my $db = database('sqlite');
my $httpd = httpd(conf => <<"EOT");
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
@{[ $db->adapter ]}
AuthJSProvider passkey
<AuthJSProvider webauthn>
    AuthJSOption autofill=off
</AuthJSProvider>
EOT
$db->migrate;

my $json = JSON::PP->new->utf8->canonical;
my %theirs = (name => "Auth.js", browser => sub { AuthJSTest::Site->new(base => "http://localhost:$port", cookies => 1) });
my %ours = (name => 'httpd', browser => sub { $httpd->browser });

# The answer with what is another one each time in words: what is left is compared as text.
sub answer {
    my ($side, $who, $id, $query) = @_;
    my $response = $side->{key}->ask_options($side->{$who}, $id, %$query);
    my $text = $response->content;
    return $response->code . ' ' . $response->status_line if $text !~ /^\{/;
    my $answer = $json->decode($text);
    my $options = $answer->{options};
    if ($options) {
        like $options->{challenge}, qr/^[\w-]{43}$/, "$side->{name}: a challenge";
        $options->{challenge} = 'CHALLENGE';
        $options->{rp}{name} =~ s/^localhost:\d+$/HOST/ if $options->{rp};
        $options->{user}{id} =~ s/^[0-9a-f]{64}$/64 digits/ if $options->{user};
        for my $list (grep { $_ } @$options{qw(allowCredentials excludeCredentials)}) {
            $_->{id} =~ s/^[\w-]{20,}$/ID/ for @$list;
        }
    }
    return $response->code . ' ' . $json->encode($answer);
}

# The order of members, too: it is how Auth.js writes them.
sub order { my ($text) = @_; return join ' ', $text =~ /"(\w+)":/g }

for my $side (\%theirs, \%ours) {
    $side->{key} = AuthJSTest::Passkey->new;
    $side->{out} = $side->{browser}->();
    $side->{in} = $side->{browser}->();
    for my $id (qw(passkey webauthn)) {
        my $browser = $side->{browser}->();
        is $side->{key}->register($browser, $id, "$id\@example.com")->code, 302, "$side->{name}: $id registers";
        ok $browser->session->{user}, '... and is signed in';
        $side->{in} = $browser if $id eq 'passkey';
    }
}
# Ours keeps no address that was only typed: here it is proved.
$db->execute('UPDATE users SET email = name');

my @queries = map { my $action = $_; map { { $action ? (action => $action) : (), $_ ? (email => $_) : () } }
    '', 'new@example.com', 'passkey@example.com' } '', 'authenticate', 'register', 'Register';
# id/who/action/address: what we answer instead, and why.
my %differs = (
    'out//new@example.com' => [ qr/"action":"authenticate"/, 'who has an address is not told: without an action nobody is registered' ],
    'out/register/passkey@example.com' => [ qr/"action":"register"/, 'nor by a refusal: the address becomes a name' ],
    'out/authenticate/new@example.com' => [ qr/"allowCredentials":\[(?:\{"id":"ID","transports":\[[^]]*\],"type":"public-key"\},?)+\]/,
        'nor by credentials that are missing: some are made up' ],
);
# A passkey that signs up has to be found without an address (P06): also where any may be added.
my $found = sub { $_[0] =~ s/"requireResidentKey":false,"residentKey":"preferred"/"requireResidentKey":true,"residentKey":"required"/r };
my %seen;
for my $id (qw(passkey webauthn)) {
    for my $who (qw(out in)) {
        for my $query (@queries) {
            my $row = join '/', $who, $query->{action} // '', $query->{email} // '';
            my ($theirs, $ours) = map { answer($_, $who, $id, $query) } \%theirs, \%ours;
            if (my $difference = $differs{$row}) {
                isnt $ours, $theirs, "$id: $row differs";
                like $ours, $difference->[0], "... as it should: $difference->[1]";
                $seen{$row}++;
                next;
            }
            my $signs_up = $id eq 'webauthn' && $row eq 'out/register/new@example.com';
            isnt $ours, $theirs, "$id: $row differs" if $signs_up;
            is $ours, $signs_up ? $found->($theirs) : $theirs, "$id: $row";
        }
    }
}
is_deeply [ sort keys %seen ], [ sort keys %differs ], 'each difference occurs';

for my $query ({ action => 'authenticate' }, { action => 'register' }) {
    my ($theirs, $ours) = map { order($_->{key}->ask_options($_->{in}, 'passkey', %$query)->content) } \%theirs, \%ours;
    is $ours, $theirs, "the order of members: $query->{action}";
}

# The same ceremonies end in the same places.
for my $case (
    [ 'signing in', sub { $_[0]{key}->sign_in($_[0]{browser}->(), 'passkey', id => $_[1]) } ],
    [ 'another origin', sub { $_[0]{key}->sign_in($_[0]{browser}->(), 'passkey', id => $_[1], origin => 'https://evil.example') } ],
    [ 'no verification', sub { $_[0]{key}->sign_in($_[0]{browser}->(), 'passkey', id => $_[1], flags => { uv => JSON::PP::false }) } ],
    [ 'a counter that goes back', sub { $_[0]{key}->sign_in($_[0]{browser}->(), 'passkey', id => $_[1], counter => 1) } ],
) {
    my ($name, $do) = @$case;
    my @codes = map {
        my $id = $_->{key}->options($_->{in}, 'passkey', action => 'authenticate')->{options}{allowCredentials}[0]{id};
        my $place = location($do->($_, $id));
        $place =~ s{^http://localhost:\d+}{}r =~ s{/(?:error|signin)\?}{/?}r;
    } \%theirs, \%ours;
    is $codes[1], $codes[0], $name;
}

done_testing;
