# The callback session on protected requests, where no tree of the token is made: plain lines
# of AuthJSSessionField, and what a service is known to answer, make the same session as the
# same callback where a tree is made, whatever is in the token.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use LWP::UserAgent ();

my $COOKIE = 'authjs.session-token';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my ($false, $true) = (JSON::PP::false, JSON::PP::true);

my %lines = (
    benchmark => ['user.role member', 'user.id %{AUTHJS:token.sub}'],
    nothing => ['user.role %{AUTHJS:token.no_such_claim}'],
    copies => [map("user.$_ %{AUTHJS:token.$_}", qw(role n half yes no nil text empty picture)),
        'name %{AUTHJS:token.name}', 'a.b.c %{AUTHJS:token.email}', 'a.b.d x', 'a.e y'],
    over => ['user.name Nobody', 'user.email %{AUTHJS:token.sub}', 'user.image.deep x',
        'expires 2099-01-01T00:00:00.000Z', 'user.id 7', 'user.id.is.object x', 'user.id text again'],
    taken => ['!user.name', '!user.no', '!no.no', '!expires', 'user.a x', '!user.a', 'b.c x', '!b.c', '!user.email.x'],
    nobody => ['!user', 'role x'],
    scalar => ['user %{AUTHJS:token.sub}', 'session x'],
    structured => ['user.list %{AUTHJS:token.list}', 'user.object %{AUTHJS:token.object}', 'user.role a'],
    literal => ['user.role a b, {c} [d]: <e> & #/f'],
    names => ['user.role? x', 'user.a-b_c x', 'user.@id %{AUTHJS:token.odd name}'],
);

sub fields {
    return join '', map { my ($name, $value) = split / /, $_, 2;
        "AuthJSSessionField $name" . (defined $value ? qq( "$value") : '') . "\n" } @_;
}

# The expression makes it a tree, and its member is taken away again.
my @tree = ('zz expr=true', '!zz');

sub host {
    my ($name, @lines) = @_;
    return <<"EOT" . fields(@lines) . "</VirtualHost>\n";
<VirtualHost *>
    ServerName $name.test
    AuthJSSecret \@secret:auth_secret\@
    AuthJSSessionRealm test78
    AuthJSURL http://localhost:\@port\@
    <AuthJSProvider github>
        AuthJSClientID id
        AuthJSClientSecret \@secret:client_secret\@
    </AuthJSProvider>
    <Location "/in">
        AuthType AuthJS
        Require valid-user
        Header always set X-Session "expr=%{reqenv:AUTHJS_SESSION}"
        Header always set X-Env "expr=%{reqenv:AUTHJS_USER_ID}|%{reqenv:AUTHJS_USER_NAME}|%{reqenv:AUTHJS_USER_EMAIL}|%{reqenv:AUTHJS_USER_IMAGE}"
        Header always set X-Expires "expr=%{reqenv:AUTHJS_EXPIRES}"
        Header always set X-Read "expr=%{AUTHJS:session.user.role}|%{AUTHJS:session.user.id}|%{AUTHJS:session.a.b.c}|%{AUTHJS:token.sub}"
    </Location>
EOT
}

my $httpd = httpd(conf => join '', map { host("plain-$_", @{ $lines{$_} }), host("tree-$_", @{ $lines{$_} }, @tree) } sort keys %lines);
AuthJSTest::Env::write_file($httpd->root . '/htdocs/in/index.html', 'in');
my $site = $httpd->site;

my %jane = (name => 'Jane', email => 'jane@example.com', picture => 'https://img.example/j', sub => 'id-7', provider => 'github');
my %tokens = (
    jane => \%jane,
    bare => { sub => 'only' },
    rich => { %jane, role => 'admin', n => 12, half => 0.5, yes => $true, no => $false, nil => undef,
        text => "caf\x{e9} \"q\" \\ / \x{1f511}", empty => '', 'odd name' => 'odd' },
    structured => { %jane, list => [1, { a => 2 }], object => { deep => [{}] } },
    types => { %jane, name => { first => 'J' }, email => ['x'], picture => 5 },
    nulls => { sub => 'n', name => undef, email => undef, picture => undef },
    control => { %jane, name => "J\0\n\x{1b}e", sub => "a\0b" },
    names => { %jane, 'token.sub' => 'x', "ro\x{1}le" => 'y', role => 'z' },
);

sub answer {
    my ($host, $token) = @_;
    my $r = $site->get('/in/index.html', Host => "$host.test", Cookie => "$COOKIE=$token");
    return { status => $r->code, map { $_ => ($r->header("X-$_") // '') =~ s/20(?!99)\d\d-\d\d-\d\dT[\d:.]+Z/TIME/r }
        qw(Session Env Expires Read) };
}

my $shown = 0;
for my $token (sort keys %tokens) {
    my $cookie = mint($tokens{$token}, now => time, max_age => 3600);
    for my $set (sort keys %lines) {
        my ($plain, $tree) = map { answer("$_-$set", $cookie) } qw(plain tree);
        is_deeply $plain, $tree, "$set, $token";
        $shown++ if $plain->{status} == 200 && $plain->{Session} =~ /^\{.*\}\z/ && $json->decode($plain->{Session});
    }
}
is $shown, keys(%tokens) * keys(%lines), 'each with a session';

my $rich = mint($tokens{rich}, now => time, max_age => 3600);
is_deeply $json->decode(answer('plain-copies', $rich)->{Session}), {
    user => { %{ $tokens{rich} }{qw(name email role n half yes no nil text empty picture)}, image => $jane{picture} },
    expires => 'TIME', name => 'Jane', a => { b => { c => 'jane@example.com', d => 'x' }, e => 'y' },
}, 'numbers, booleans and null keep their type';
is answer('plain-benchmark', $rich)->{Env}, 'id-7|Jane|jane@example.com|https://img.example/j', 'the environment';
is answer('plain-benchmark', $rich)->{Read}, 'member|id-7||id-7', 'what expressions read';

# A line of AuthJSToken that waits for a sign-in changes nothing; one that does not, does.
my %waiting = (waits => 'AuthJSToken role "%{AUTHJS:profile.role}"', copies => 'AuthJSToken role "%{AUTHJS:token.sub}"');
my $other = httpd(conf => join '', map { host($_, 'user.role %{AUTHJS:token.role}') =~ s/(?=AuthJSSessionField)/$waiting{$_}\n/r } sort keys %waiting);
AuthJSTest::Env::write_file($other->root . '/htdocs/in/index.html', 'in');
$site = $other->site;
is $json->decode(answer('waits', $rich)->{Session})->{user}{role}, 'admin', 'AuthJSToken of a profile';
is $json->decode(answer('copies', $rich)->{Session})->{user}{role}, 'id-7', 'AuthJSToken of the token';

# --- a service --------------------------------------------------------------------------------

my $port = peer_port('hooks');
my ($verify) = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md') =~ m{\n\n(    // verify\.mjs\n(?:(?:    .*)?\n)+)}
    or die 'no example';
peer('hooks', env => { HOOKS_SECRET => secret('hooks'),
    HOOKS_VERIFY => AuthJSTest::Env::write_file(root() . '/hooks-78/verify.mjs', $verify =~ s/^    //mgr) });
my $ua = LWP::UserAgent->new;
sub asked { scalar @{ $json->decode($ua->get("http://127.0.0.1:$port/seen")->content)->{questions} } }

my %answers = (member => 200, role => 200, params => 200, null => 401, undefined => 401, false => 401, error => 401, 500 => 200);
my $services = httpd(conf => join '', map { host($_) =~ s{(?=</VirtualHost>)}
    {AuthJSCallback session http://127.0.0.1:$port/$_ secret=\@secret:hooks\@\n}r } sort keys %answers);
AuthJSTest::Env::write_file($services->root . '/htdocs/in/index.html', 'in');
$site = $services->site;
expect_error(qr/the callback session failed(?: and changes nothing)?: (?:the service says: no|status 500)/, '78: a service that fails');
for my $name (sort keys %answers) {
    for my $token (sort keys %tokens) {
        my $cookie = mint($tokens{$token}, now => time, max_age => 3600);
        my ($first, @more) = map { answer($name, $cookie) } 1 .. 3;
        is $first->{status}, $answers{$name}, "$name, $token: the answer of the service";
        is_deeply \@more, [$first, $first], 'and again, when it is known';
        is asked(), $name =~ /error|500/ ? 3 : 1, 'asked once, but for a failure';
        my $next = mint({ %{ $tokens{$token} }, new => 1 }, now => time, max_age => 3600);
        answer($name, $next);
        is asked(), 1, 'another token is another question';
    }
}
is_deeply $json->decode(answer('member', $rich)->{Session}), { expires => 2099,
    user => { id => 'id-7', list => [1, { a => 'b' }], image => $jane{picture}, map { $_ => $jane{$_} } qw(name email) } },
    'the session is what it said';
is answer('member', $rich)->{Expires}, '2099', 'the environment too';

done_testing;
