# httpd and a Next.js application with one sign-in, as README.md has both: its .env, its lines for
# httpd and its auth.ts, which runs in the real next-auth (t/peers/next.mjs).
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use JSON::PP ();

my $readme = AuthJSTest::Env::read_file(srcdir() . '/README.md');
my ($part) = $readme =~ /^## One sign-in for Apache and Next\.js\n(.*?)^## /ms or BAIL_OUT('README.md has no such part');
my ($env, $conf) = map { s/^ {4}//mgr } $part =~ /\n\n((?: {4}.*\n)+)/g;
my ($auth) = $part =~ /^```ts\n(.*?)^```$/ms;
ok $env && $conf && $auth, 'README.md has .env, the lines for httpd and auth.ts' or BAIL_OUT($part);

my ($github, $next, $port) = (peer_port('github'), peer_port('next'), AuthJSTest::Env::free_port());
my $at = "http://localhost:$port";
my $secret = secret('auth_secret');
is(($env =~ s{^AUTH_SECRET=\K\.\.\..*}{$secret}m) + ($env =~ s{https://www\.example\.com}{$at})
    + ($env =~ s/^AUTH_GITHUB_ID=\K\.\.\./gh/m) + ($env =~ s/^AUTH_GITHUB_SECRET=\K\.\.\./gh-secret/m), 4, '... in the .env what to fill in');
my $file = AuthJSTest::Env::write_file(root() . '/var/app.env', $env, 0600);
my $origin = "http://127.0.0.1:$github";
is(($conf =~ s{/srv/app/\.env\.local}{$file}) + ($conf =~ s{127\.0\.0\.1:3000/}{127.0.0.1:$next/}g)
    + ($conf =~ s{^AuthJSProvider github$}{<AuthJSProvider github>\nAuthJSOption baseUrl=$origin apiBaseUrl=$origin\n</AuthJSProvider>}m), 4, '... in the lines for httpd');
peer('github', port => $github, env => { GH_PORT => $github, GH_PKCE => 'required', GH_ORIGINS => "$at/auth" });
# As @next/env reads it: the peer has what the file has.
my %env = map { /^(\w+)=(\S+)/ ? ($1 => $2) : () } split /\n/, $env;
peer('next', port => $next, env => { %env, AUTH_TS => AuthJSTest::Env::write_file(root() . '/next/auth.ts', $auth) });
httpd(conf => "Listen 127.0.0.1:$port\n<VirtualHost *:$port>\nServerName localhost\n$conf</VirtualHost>\n");

my $browser = AuthJSTest::Site->new(base => $at, cookies => 1);
sub seen { JSON::PP->new->decode($_[0]->content) }
is_deeply seen($browser->get('/news')), { path => '/news', user => undef }, 'a stranger at an open page: the application knows nobody';
my $refused = $browser->get('/account', Accept => 'text/html');
is $refused->code, 302, '... and does not reach a protected one' or diag $refused->as_string;
like location($refused), qr{^\Q$at\E/auth/signin\?}, '... but the sign-in page of httpd';

my $url = authorize(location($browser->sign_in('github', [callbackUrl => '/account'])), login => 'octocat');
my $back = $browser->get($url);
is location($back), "$at/account", 'signs in at httpd' or diag $back->as_string;
for my $path ('/account', '/news') {
    my $there = seen($browser->get($path));
    is $there->{path}, $path, "$path is the application's";
    is $there->{user}{email}, 'octocat@example.test', '... which knows who it is';
}

# What another secret has sealed is nobody's, in both.
my $forged = AuthJSTest::Site->new(base => $at, cookies => 1);
$forged->set_cookie_value('authjs.session-token', mint({ sub => 'x', email => 'x@example.test' }, secret => secret('auth_secret_2')));
is seen($forged->get('/news'))->{user}, undef, 'a session of another secret: the application knows nobody';
is $forged->get('/account', Accept => 'text/html')->code, 302, '... nor does httpd';
# And the other way round: what next-auth would have written counts in httpd.
my $theirs = AuthJSTest::Site->new(base => $at, cookies => 1);
$theirs->set_cookie_value('authjs.session-token', mint({ sub => 'y', name => 'Y', email => 'y@example.test' }));
is seen($theirs->get('/account'))->{user}{email}, 'y@example.test', 'a session without any claim of ours counts in both';

$browser->sign_out;
is seen($browser->get('/news'))->{user}, undef, 'signed out at httpd: signed out of the application';

done_testing;
