# AuthJSRefresh with sessions in a database that takes its time: the new tokens are there for
# everybody as soon as the provider has given them, before they are saved.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use IO::Socket::INET ();
use JSON::PP ();
use Time::HiRes qw(sleep time);

my $COOKIE = 'authjs.session-token';
my $op = peer_port('op');
my ($site) = AuthJSTest::Accounts->sites({ adapter => 'memory', strategy => 'database', conf =>
    "AuthJSRefresh On\n" . AuthJSTest::Accounts::refreshing($op, 'refresh')
    . AuthJSTest::Accounts::showing_token('/in') });
AuthJSTest::Env::write_file($site->httpd->root . '/htdocs/in/index.html', 'in');
my $memory = $site->httpd->root . '/var/memory.json';

my $browser = $site->browser;
$site->sign_in($browser, 'refresh', 'late');
my $token = $browser->cookie($COOKIE) // BAIL_OUT('no sign-in');
my ($account) = $site->rows('accounts');
ok $account->{refresh_token}, 'an account with a refresh token';
my $text = AuthJSTest::Env::read_file($memory);
my $expired = time - 5 | 0;
like $text, qr/"expires_at":\s*\d+/, 'and an access token that ends';
AuthJSTest::Env::write_file($memory, $text =~ s/("expires_at":\s*)\d+/$1$expired/r, 0666);
AuthJSTest::Env::write_file("$memory.late", '');
my $log = AuthJSTest::Site->new(base => "http://127.0.0.1:$op");
$log->request(DELETE => '/__test/log');

my $first = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $site->httpd->port) or die $@;
my $begun = time;
print $first "GET /in/ HTTP/1.0\r\nHost: localhost\r\nCookie: $COOKIE=$token\r\n\r\n";
$first->flush;
my $asked = sub { scalar grep { ($_->{grant_type} // '') eq 'refresh_token' } @{ $log->json('/__test/log') } };
sleep 0.1 until $asked->() || time > $begun + 20;
sleep 0.2;
my ($row) = $site->rows('accounts');
is $row->{refresh_token}, $account->{refresh_token}, 'while the first request saves the new tokens';
my $second = $site->httpd->site->get('/in/', Cookie => "$COOKIE=$token");
my $took = time - $begun;
is $second->code, 200, 'the second';
my $new = $second->header('X-Token');
ok $new && $new ne $account->{access_token}, 'has them already';
cmp_ok $took, '<', 4, 'before they are saved';
my $answer = do { local $/; HTTP::Response->parse(<$first>) };
is $answer->header('X-Token'), $new, 'the first has the same';
($row) = $site->rows('accounts');
is $row->{access_token}, $new, 'and saves them';
isnt $row->{refresh_token}, $account->{refresh_token}, 'with the new refresh token';
is $asked->(), 1, 'the provider was asked once';

done_testing;
