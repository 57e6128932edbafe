# The parameters of callbacks and events: Auth.js on Node and mod_authjs write down what they are
# given over the same visits; the JSON is the same, byte for byte, when ids, times and tokens are
# left out of account.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Callbacks;
use AuthJSTest::Database;
use AuthJSTest::Provider;

my ($op, $github) = map { "http://127.0.0.1:" . peer_port($_) } qw(op github);
my $db = database('pgsql');
$db->execute(AuthJSTest::Env::read_file(srcdir() . '/t/data/tables/pgsql-pg.sql'));
my $password = htdocs('callbacks/.htpasswd', 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");

# Modes: whether there is an adapter, and where sessions are.
my @MODES = ({ name => 'no adapter', strategy => 'jwt' }, { name => 'an adapter', strategy => 'jwt', db => 1 },
    { name => 'sessions in the database', strategy => 'database', db => 1 });

for my $mode (@MODES) {
    my $adapter = $mode->{db} ? $db->adapter : '';
    my $strategy = $mode->{db} ? "AuthJSSessionStrategy $mode->{strategy}" : '';
    $mode->{httpd} = httpd(conf => <<"EOT" . AuthJSTest::Callbacks->conf('lua'));
$adapter
$strategy
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider op oidc>
    AuthJSIssuer $op
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    AuthJSChecks pkce state nonce
</AuthJSProvider>
<AuthJSProvider github oauth>
    AuthJSName GitHub
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    AuthJSAuthorization $github/login/oauth/authorize "scope=read:user user:email"
    AuthJSToken $github/login/oauth/access_token
    AuthJSUserinfo $github/user
    AuthJSProfile id=string(/id) "name=/name ?? /login" email=/email image=/avatar_url emailVerified=always
    AuthJSChecks pkce
</AuthJSProvider>
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile "$password"
</AuthJSProvider>
EOT
    $mode->{port} = AuthJSTest::Env::free_port();
}
my $origins = join ',', map { ($_->{httpd}->url('/auth'), "http://localhost:$_->{port}/auth") } @MODES;
peer('op', env => { OP_PORT => peer_port('op'), OP_KEYS => root(), OP_ORIGINS => $origins });
peer('github', env => { GH_PORT => peer_port('github'), GH_ORIGINS => $origins });
for my $mode (@MODES) {
    $mode->{authjs} = peer('recorder', port => $mode->{port}, env => { AUTHJS_PORT => $mode->{port},
        AUTHJS_ORIGIN => "http://localhost:$mode->{port}", AUTHJS_SECRET => secret('auth_secret'), AUTHJS_OP => $op,
        AUTHJS_GITHUB => $github, STRATEGY => $mode->{strategy}, $mode->{db} ? (DATABASE_URL => $db->url) : () });
}

# --- a visit ----------------------------------------------------------------------------------

sub oauth {
    my ($browser, $provider, $login, @more) = @_;
    my $start = $browser->sign_in($provider, [callbackUrl => '/app', @more]);
    return $browser->get(scalar authorize(location($start), login => $login));
}

my @VISIT = (
    'the sign-in page'     => sub { $_[0]->get('/auth/signin?callbackUrl=%2Fapp') },
    'OpenID Connect'       => sub { oauth($_[0], 'op', 'alice') },
    'the session'          => sub { $_[0]->get('/auth/session') },
    'an update'            => sub { $_[0]->post('/auth/session', qq({"csrfToken":"@{[ $_[0]->csrf ]}",)
        . '"data":{"colour":"red","n":1,"f":1.5,"deep":{"z":[true,null],"a":"\u00fc"}}}', 'Content-Type' => 'application/json') },
    'an update without data' => sub { $_[0]->post('/auth/session', { csrfToken => $_[0]->csrf }) },
    'signing out'          => sub { $_[0]->sign_out([callbackUrl => '/bye']) },
    'the same again'       => sub { oauth($_[0], 'op', 'alice') },
    'a second account'     => sub { oauth($_[0], 'github', 'octocat') },
    'the session of it'    => sub { $_[0]->get('/auth/session') },
    'signing out of it'    => sub { $_[0]->sign_out },
    'a plain OAuth 2 provider' => sub { oauth($_[0], 'github', 'noname') },
    'its session'          => sub { $_[0]->get('/auth/session') },
    'signing out again'    => sub { $_[0]->sign_out },
    'nobody'               => sub { $_[0]->get('/auth/session') },
    'an odd name'          => sub { oauth($_[0], 'op', 'unicode') },
    'no address'           => sub { $_[0]->sign_out; oauth($_[0], 'op', 'noemail') },
    'leaving'              => sub { $_[0]->sign_out },
);
my @STAFF = (
    'a name and a password' => sub { $_[0]->credentials(credentials => [ username => 'demo', password => 'demo', callbackUrl => '/app', extra => 'x y' ]) },
    'its session'           => sub { $_[0]->get('/auth/session') },
    'a wrong password'      => sub { $_[0]->credentials(credentials => [ username => 'demo', password => 'wrong' ]) },
    'leaving'               => sub { $_[0]->sign_out },
);

# What cannot be the same.
sub normalised {
    my ($line) = @_;
    $line =~ s/localhost:\d+/localhost/g;
    $line =~ s/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/TIME/g;
    $line =~ s/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g;
    $line =~ s/"(access_token|id_token|sessionToken|csrfToken|at_hash|nonce)":"[^"]*"/"$1":"TOKEN"/g;
    $line =~ s/"(iat|exp|expires_at|auth_time)":\d{10}\b/"$1":0/g;
    return $line;
}

# What is @auth/pg-adapter's: ids are numbers, a row has its columns in the order of the table,
# and deleteSession does not say what it deleted.
sub as_an_adapter_of_ours {
    return map {
        s/("user":\{"id"|"userId"):(\d+)/$1:"$2"/gr
            =~ s/"session":\{"id":\d+,("userId":"\d+","expires":"TIME"),("sessionToken":"TOKEN")/"session":{"id":"ID",$2,$1/gr
            =~ s/^\["events\.signOut",\{\}\]$/["events.signOut",{"session":{"id":"ID","sessionToken":"TOKEN","userId":"USER","expires":"TIME"}}]/r
    } @_;
}
# Who it was may be another user, and a session has the next number of a sequence.
sub any_ids {
    return map {
        s/"session":\{"id":"\d+"/"session":{"id":"ID"/gr
            =~ s/^(\["events\.signOut".*"userId":")[^"]*/$1USER/r
    } @_;
}

# D06: the claims that Auth.js's tokens do not have.
sub without_provider { map { s/,"provider":"[a-z]+","via":"[\w-]{8}","auth_time":\d+(?=,"iat":)//gr } @_ }

sub visit {
    my ($browser, $calls, @steps) = @_;
    my @seen;
    $calls->();
    while (my ($name, $step) = splice @steps, 0, 2) {
        my $response = $step->($browser);
        push @seen, [ $name, $response->code, map { normalised($_) } $calls->() ];
    }
    return @seen;
}

for my $mode (@MODES) {
    my @steps = (@VISIT, $mode->{strategy} eq 'jwt' ? @STAFF : ());
    my @authjs = visit(AuthJSTest::Site->new(base => "http://localhost:$mode->{port}", cookies => 1),
        sub { split /\n/, $mode->{httpd}->site->get($mode->{authjs}->url('/calls'))->content }, @steps);
    $db->execute('TRUNCATE users, accounts, sessions RESTART IDENTITY') if $mode->{db};
    my @httpd = visit($mode->{httpd}->browser,
        sub { AuthJSTest::Callbacks->lines('lua', $mode->{httpd}) }, @steps);
    $db->execute('TRUNCATE users, accounts, sessions RESTART IDENTITY') if $mode->{db};
    subtest $mode->{name} => sub {
        my $count = 0;
        for my $i (0 .. $#authjs) {
            my ($name, $code, @theirs) = @{ $authjs[$i] };
            my (undef, $ours_code, @ours) = @{ $httpd[$i] };
            $count += @theirs;
            is $ours_code, $code, "$name: the status";
            is join("\n", any_ids(without_provider(@ours))), join("\n", as_an_adapter_of_ours(@theirs)), "$name: who is called with what";
        }
        cmp_ok $count, '>', 60, 'calls were written down';
    };
}

done_testing;
