# docs/recipes/testing.md as it is written: each way to be signed in.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Recipe;

my $page = AuthJSTest::Recipe->new('docs/recipes/testing.md');
my ($root, $dir, $op) = (root(), root() . '/var/testing', peer_port('provider'));
AuthJSTest::Recipe::passwords("$root/conf/testing-passwords", 'test@example.com');
my $server = AuthJSTest::Httpd->configure;
my $passwords = $page->block(qr/^<IfDefine TESTING>/m, '/etc/apache2/' => "$root/conf/");
my $conf = "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n$passwords"
    . $page->block(qr/^<AuthJSProvider local/m, '127.0.0.1:9000' => "127.0.0.1:$op")
    . "<Location /members>\nAuthType AuthJS\nRequire authjs-email *\@example.com\n</Location>\n"
    . "<Location /staff>\nAuthType AuthJS\nRequire authjs-claim groups = staff\n</Location>\nAuthJSToken groups %{AUTHJS:profile.groups}\n";
my @says = map { my @d = @$_; AuthJSTest::Httpd->configure(conf => $conf)->test(@d) } ([], ['-D', 'TESTING']);
is $says[0], 0, 'without -D TESTING it starts';
is $says[2], 0, '... and with it';
$server->rewrite("Define TESTING\n$conf");
AuthJSTest::Env::write_file($server->root . "/htdocs/$_/index.html", $_) for qw(members staff);
$server->start;
is_deeply [AuthJSTest::Recipe::complaints($server)], [], 'authjsctl check finds nothing wrong';
ok $server->site->json('/auth/providers')->{testing}, 'the provider for tests is there';
{
    my $other = AuthJSTest::Httpd->configure(conf => $conf);
    $other->start;
    is $other->site->json('/auth/providers')->{testing}, undef, '... and not where nobody tests';
    $other->stop;
}

# --- curl -----------------------------------------------------------------------------------------------------
sub sh {
    my ($script, %env) = @_;
    local @ENV{keys %env} = values %env;
    my $output = `cd $dir && { $script\n} 2>&1`;
    return ($? >> 8, $output);
}
my @site = ('https://www.example.com' => $server->url);
AuthJSTest::Env::write_file("$dir/sign-in.sh", $page->block(qr{^#!/bin/sh}m, qr{https://www\.example\.com} => $server->url), 0755);
my $commands = $page->block(qr/^TEST_USER=/m, @site);
my ($status, $output) = sh($commands =~ s/TEST_PASSWORD=\.\.\./TEST_PASSWORD=demo/r);
is "$status $output", '0 members', 'curl signs in, and gets the page';
unlink "$dir/cookies.txt";
($status, $output) = sh("set -e; " . $commands =~ s/TEST_PASSWORD=\.\.\./TEST_PASSWORD=wrong/r);
is $status, 1, 'a wrong password is an error';
like $output, qr/^not signed in$/m, '... which is said';

# --- a session without a sign-in ---------------------------------------------------------------------------------
symlink srcdir() . '/t/peers/node_modules', "$dir/node_modules" or die "node_modules: $!";
my $node = srcdir() . '/t/peers/node';
AuthJSTest::Env::write_file("$dir/auth.env", 'AUTH_SECRET=' . secret('auth_secret') . "\nAUTH_URL=" . $server->url . "\n", 0600);
AuthJSTest::Env::write_file("$dir/session.mjs", $page->block(qr/from '\@auth\/core\/jwt'/));
my $made = $page->block(qr/^cookie=\$\(node/m, @site) =~ s/\(node /($node /r;
($status, $output) = sh("$made\n" . 'curl -s -o /dev/null -w " %{http_code}" -H "Cookie: $cookie" ' . $server->url('/staff/'));
is "$status $output", '0 members 200', 'a session that is made, with a group';
($status, $output) = sh("$made", AUTH_URL => 'https://localhost');
isnt $status, 0, '... is none under the name of the other scheme';

# --- a provider for tests ------------------------------------------------------------------------------------------
AuthJSTest::Env::write_file("$dir/provider.mjs", $page->block(qr/^const provider = new Provider/m, 'http://127.0.0.1:9000' => "http://127.0.0.1:$op",
    'listen(9000' => "listen($op", @site));
start(name => 'provider', port => $op, command => [$node, "$dir/provider.mjs"]);
my $browser = $server->browser;
is location($browser->get(authorize(location($browser->sign_in('local', [callbackUrl => '/staff/'])), login => 'ada'))), $server->url('/staff/'), 'the provider for tests';
is $browser->get('/staff/')->content, 'staff', '... with a group';

# --- Playwright ----------------------------------------------------------------------------------------------------
AuthJSTest::Env::write_file("$dir/browser/sign-in.setup.mjs", $page->block(qr/test as setup/, q('@playwright/test') => q('./playwright.mjs')));
AuthJSTest::Env::write_file("$dir/browser/playwright.mjs", "export const test = (name, run) => { globalThis.setup = run; };\n");
AuthJSTest::Env::write_file("$dir/browser/run.mjs", <<"EOT");
import { launch } from '@{[ srcdir() ]}/t/peers/chromium.mjs';
import './sign-in.setup.mjs';
const { browser, end } = await launch();
const context = await browser.newContext({ baseURL: process.env.SITE });
await globalThis.setup({ page: await context.newPage() });
const later = await (await browser.newContext({ storageState: 'session.json' })).newPage();
console.log((await later.goto(process.env.SITE + '/members/')).status());
await end();
EOT
($status, $output) = sh("cd browser && $node run.mjs", SITE => $server->url, TEST_USER => 'test@example.com', TEST_PASSWORD => 'demo');
is "$status $output", "0 200\n", 'Playwright signs in once, and a later page is signed in';

# --- the application alone ------------------------------------------------------------------------------------------
my $backend = peer('backend');
($status, $output) = sh($page->block(qr/^curl -H 'X-AuthJS/m, 'http://127.0.0.1:3000' => $backend->url) =~ s/curl/curl -s/r);
like $output, qr/"X-AuthJS-User-Email","test\@example\.com"/, 'an application without Apache believes the header';

is_deeply [$page->unused], [], 'every block of the page was tried';
done_testing;
