# A site whose users and sessions are in Cloudflare D1, which an application with
# @auth/d1-adapter shares: sign-in, the hot path, and visitors while D1 fails.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Adapter;
use AuthJSTest::Database;

my $COOKIE = 'authjs.session-token';
my $db = database('d1');
$db->up;
$db->migrate;
my ($site) = AuthJSTest::Accounts->sites({ adapter => 'd1', db => $db, strategy => 'database',
    conf => "<Location /app>\nAuthType AuthJS\nRequire valid-user\n</Location>\n" });
AuthJSTest::Env::write_file($site->httpd->root . '/htdocs/app/index.html', 'members');

# The first pruning, which would take a fault for its own.
for (1 .. 100) {
    last if grep { /^DELETE/ } map { @$_ } @{ $db->seen->{requests} };
    select undef, undef, undef, 0.1;
}
sub requests { scalar @{ $db->seen->{requests} } }

my $alice = $site->browser;
like $site->sign_in($alice, 'first', 'alice'), qr{^/welcome\?}, 'a new user';
is $alice->get('/app/')->content, 'members', 'is in';
my $found = $db->node(getSessionAndUser => $alice->cookie($COOKIE))->{ok};
is $found->{user}{name}, 'User alice', 'the application finds the session';

requests();
is $alice->get('/app/')->code, 200, 'again' for 1 .. 5;
is requests(), 0, 'a warm cache asks D1 nothing';

expect_error(qr{AdapterError: get_session_and_user: .*: D1: }, 'D1 fails while a session is looked for');

# A session that the application makes, cold in the cache each time.
my $made = 0;
sub cold {
    my $token = 'made-by-the-application-' . ++$made;
    $db->node(createSession => { sessionToken => $token, userId => $found->{user}{id}, expires => iso(time + 30 * 86400) });
    return (Accept => 'text/html', Cookie => "$COOKIE=$token");
}
my @first = cold();
is $site->httpd->site->get('/app/', @first)->content, 'members', 'its session is one here';
requests();
is $site->httpd->site->get('/app/', @first)->content, 'members', 'which is kept';
is requests(), 0, 'in the cache';

for my $case (
    ['503', ({ status => 503 }) x 3], ['429 for long', { status => 429, headers => { 'Retry-After' => 600 } }],
    ['HTML', { body => '<html>' }], ['10 MB', { execute => 1, size => 10_000_000 }],
    ['another answer', { replay => 1 }], ['401', { status => 401 }])
{
    my ($name, @faults) = @$case;
    my @cookie = cold();
    $db->faults(@faults);
    my $response = $site->httpd->site->get('/app/', @cookie);
    is $response->code, 503, "D1 says $name: neither in nor sent to sign in";
    ok $response->header('Retry-After'), 'but later';
    is_deeply [set_cookies($response)], [], 'and the cookie stays';
    $db->faults;
    is $site->httpd->site->get('/app/', @cookie)->code, 200, 'in again afterwards';
}

# The first sign-in is stored and its answer lost: the visitor is signed in all the same.
my $bob = $site->browser;
my $back = $site->begin($bob, 'first', 'bob');
$db->faults(undef, { execute => 1, drop => 1 });
$site->end($bob->get($back));
$db->faults;
is $bob->get('/app/')->content, 'members', 'a lost answer';
my @bobs = grep { ($_->{name} // '') eq 'User bob' } $db->rows('SELECT * FROM users');
is scalar @bobs, 1, 'one user';
is scalar(grep { $_->{userId} eq $bobs[0]{id} } $db->rows('SELECT * FROM accounts')), 1, 'one account';

my @last = cold();
$db->node(deleteUser => $found->{user}{id});
my $response = $site->httpd->site->get('/app/', @last);
like location($response) // $response->code, qr{/auth/signin\?}, 'a user whom the application deleted is out';

done_testing;
