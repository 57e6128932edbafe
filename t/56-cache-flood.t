# What somebody without a session can send drives nothing out of the cache: neither the
# sessions of others nor the memory of what was used.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Adapter qw(iso);
use AuthJSTest::Env;
use AuthJSTest::Provider;

my $COOKIE = 'authjs.session-token';
my $MANY = 400;

# A cache with room for some dozens of entries.
my ($site) = AuthJSTest::Accounts->sites({ adapter => 'memory', strategy => 'database', conf => <<'EOT' });
AuthJSCache shmcb:flood(24576)
<Location "/in">
    AuthType AuthJS
    Require valid-user
</Location>
EOT
AuthJSTest::Env::write_file($site->httpd->root . '/htdocs/in/index.html', 'in');

sub page { $site->httpd->site->get('/in/', Cookie => "$COOKIE=$_[0]")->code }
sub made_up { sprintf 'first.%08x-0000-4000-8000-%012x', rand 2**32, rand 2**31 }

# Whether the cache has the session: the database is away when it is asked.
sub is_kept {
    my ($token) = @_;
    $site->set_away(1);
    my $code = page($token);
    $site->set_away(0);
    return $code == 200;
}

my $jane = $site->browser;
my $url = $site->begin($jane, 'first', 'jane');
my $path = $url =~ s{^http://[^/]+}{}r;
my $checks = join '; ', map { "$_=" . $jane->cookie($_) } sort keys %{ $jane->cookies };
like $site->end($jane->get($url)), qr{^/welcome}, 'Jane signs in';
my $token = $jane->cookie($COOKIE);
is page($token), 200, 'her session is read';
ok is_kept($token), 'and kept';

my $anybody = $site->browser;
my $csrf = $anybody->csrf;
my $own = join '; ', map { "$_=" . $anybody->cookie($_) } sort keys %{ $anybody->cookies };
my %ways = (
    'a protected page'  => sub { page($_[0]) },
    'GET session'       => sub { $site->httpd->site->get('/auth/session', Cookie => "$COOKIE=$_[0]")->code },
    'the account page'  => sub { $site->httpd->site->get('/auth/account', Cookie => "$COOKIE=$_[0]")->code },
    'the sign-in page'  => sub { $site->httpd->site->get('/auth/signin', Cookie => "$COOKIE=$_[0]")->code },
    'sign-out'          => sub { $site->httpd->site->post('/auth/signout', [csrfToken => $csrf], Cookie => "$own; $COOKIE=$_[0]")->code },
    'the start of a sign-in' => sub { $site->httpd->site->post('/auth/signin/first', [csrfToken => $csrf], Cookie => "$own; $COOKIE=$_[0]")->code },
);
my %expected = ('a protected page' => 401, 'GET session' => 200, 'the sign-in page' => 200);
for my $way (sort keys %ways) {
    my %codes;
    is page($token), 200, 'Jane is there' unless is_kept($token);
    $codes{ $ways{$way}->(made_up()) }++ for 1 .. $MANY;
    is join(' ', %codes), ($expected{$way} // 302) . " $MANY", "$way, $MANY times with made-up session cookies";
    ok is_kept($token), 'and her session is kept';
}

# Answers to sign-ins that somebody began himself, each of which uses up a check.
my $from = length $site->httpd->error_log;
for (1 .. 150) {
    my $browser = $site->browser;
    my $start = $browser->sign_in('first', [callbackUrl => '/app']);
    my ($state) = location($start) =~ /[?&]state=([^&]+)/;
    $browser->get("/auth/callback/first?code=made-up&state=$state&iss=http%3A%2F%2F127.0.0.1%3A@{[ peer_port('op') ]}");
}
my $log = substr $site->httpd->error_log, $from;
is scalar(() = $log =~ /AuthJS: CallbackRouteError: /g), 150, 'made-up answers of the provider';
ok is_kept($token), 'and her session is kept';
$from = length $site->httpd->error_log;
like location($site->httpd->site->get($path, Cookie => $checks)), qr{/auth/signin/first\?callbackUrl=[^&]*&error=SignInExpired\z}, 'her own answer, replayed';
like substr($site->httpd->error_log, $from), qr/InvalidCheck: .* it was used before/, 'is known to have been used';

# httpd is told to read its configuration anew.
$site->httpd->graceful;
my $end = time + 20;
sleep 1 until time > $end || $site->httpd->error_log =~ /resuming normal operations.*resuming normal operations/s;
$from = length $site->httpd->error_log;
$site->httpd->site->get($path, Cookie => $checks);
like substr($site->httpd->error_log, $from), qr/InvalidCheck: .* it was used before/, 'also after a restart';

expect_error(qr/AH00844|AH00833/, '56: a cache that is smaller than what is tried at the start');
expect_error(qr/AuthJS: CallbackRouteError: /, '56: made-up answers');
done_testing;
