# AuthJSEnvFile: one .env file for httpd and for Next.js, read again at every restart.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use POSIX ();

my $dir = root() . '/env';
my ($secret, $other) = map { secret($_) } qw(auth_secret auth_secret_2);
my %github = (AUTH_GITHUB_ID => 'id-of-github', AUTH_GITHUB_SECRET => secret('client_secret'));

sub env_file {
    my ($name, $text, $mode) = @_;
    my $file = AuthJSTest::Env::write_file("$dir/$name", $text);
    chmod $mode // 0600, $file or die "$file: $!";
    return $file;
}
sub lines { my %is = @_; return join '', map { "$_=$is{$_}\n" } sort keys %is }
sub session_token { mint({ sub => '1', email => 'a@a.test', name => 'A' }, secret => $_[0]) }
sub signed_in {
    my ($browser, $token) = @_;
    $browser->set_cookie_value('authjs.session-token', $token);
    return $browser->session ? 1 : 0;
}

# --- as @next/env reads it -----------------------------------------------------------------------
my $peers = srcdir() . '/t/peers';
my @corpus = sort glob srcdir() . '/t/fuzz/corpus/dotenv/*.env';
cmp_ok scalar @corpus, '>=', 20, 'files with every oddity';
for my $seed (1, 2) {
    my $compared = `SEED=$seed COUNT=2000 $peers/node $peers/dotenv.mjs @{[ builddir() ]}/t/tools/authjs-dotenv @corpus`;
    my ($agreed, $refused, $all) = $compared =~ /^agreed (\d+), refused (\d+), of (\d+)\n\z/;
    ok $agreed, 'all that is read is what Next.js reads' or diag $compared;
    is $all, 2000 + @corpus, '... of all texts';
    cmp_ok $refused // $all, '<', 100, '... and few lead in a circle';
}

# --- everything comes from it --------------------------------------------------------------------
my $env = env_file('.env', "# for both\n" . lines(%github, AUTH_SECRET => qq("$secret"), HOST => 'www.test',
    AUTH_URL => '"https://${HOST}/api/auth" # expanded'));
my $conf = "AuthJSEnvFile $env\nAuthJSProvider github\n";
my $httpd = httpd(conf => $conf);
my $browser = $httpd->browser;
is $browser->json('/api/auth/providers')->{github}{signinUrl}, 'https://www.test/api/auth/signin/github', 'AUTH_URL';
$browser->set_cookie_value('__Secure-authjs.session-token', my $token = mint({ sub => '1', email => 'a@a.test', name => 'A' },
    secret => $secret, salt => '__Secure-authjs.session-token'));
is $browser->get('/api/auth/session', Cookie => "__Secure-authjs.session-token=$token")->content =~ /a\@a\.test/, 1, 'AUTH_SECRET';
$httpd->stop;

# --- what counts more ----------------------------------------------------------------------------
my $local = env_file('.env.local', lines(AUTH_SECRET => $other));
$env = env_file('.env', lines(%github, AUTH_SECRET => $secret));
sub with { my ($conf, %env) = @_; $httpd = httpd(conf => $conf, env => \%env); return $httpd->browser }
for (["AuthJSEnvFile $local $env", $other, 'the file in front'], ["AuthJSEnvFile $env\nAuthJSEnvFile $local", $secret, '... also in lines of their own']) {
    my ($lines, $is, $what) = @$_;
    is signed_in(with("$lines\nAuthJSProvider github\n"), session_token($is)), 1, $what;
    $httpd->stop;
}
is signed_in(with("AuthJSEnvFile $local $env\nAuthJSProvider github\n", AUTH_SECRET => $secret), session_token($secret)), 1,
    'the environment of the process counts more';
$httpd->stop;
my ($status, $output) = configtest("AuthJSEnvFile $env\nAuthJSProvider github\n", env => { AUTH_SECRET => '' });
like $output, qr/there is no secret/, '... also a variable that is empty, as in Next.js';
is signed_in(with("AuthJSSecret $other\nAuthJSEnvFile $env\nAuthJSProvider github\n"), session_token($other)), 1,
    'what is written in the configuration counts more';
$httpd->stop;

# --- hosts of their own --------------------------------------------------------------------------
my $theirs = env_file('theirs.env', lines(AUTH_GITHUB_ID => 'theirs', AUTH_GITHUB_SECRET => 'x', AUTH_SECRET => $other, MINE => $other));
my $port = AuthJSTest::Env::free_port();
my $hosts = <<"EOT";
AuthJSEnvFile $env
AuthJSProvider github
Listen 127.0.0.1:$port
<VirtualHost 127.0.0.1:$port>
    ServerName http://localhost:$port
    AuthJSEnvFile $theirs
</VirtualHost>
EOT
$httpd = httpd(conf => $hosts);
my $site = AuthJSTest::Site->new(base => "http://localhost:$port", cookies => 1);
like location($httpd->browser->sign_in('github')), qr/client_id=id-of-github\b/, 'the file of the server';
like location($site->sign_in('github')), qr/client_id=theirs\b/, 'a virtual host with a file has that instead';
is signed_in($site, session_token($other)), 1, '... with its secret';
is signed_in($site, session_token($secret)), 0, '... and not the server\'s';
$httpd->stop;
$httpd = httpd(conf => $hosts =~ s/^AuthJSProvider/AuthJSSecret env:AUTH_SECRET\nAuthJSProvider/mr);
is signed_in($site, session_token($other)), 1, 'env: is looked for in the file of the host, too';
is signed_in($site, session_token($secret)), 0, '... whoever wrote the line';
is signed_in($httpd->browser, session_token($secret)), 1, '... in each';
$httpd->stop;

# --- what is bound while it is read -----------------------------------------------------------------
my $service = 'https://127.0.0.1:9/ secret=env:MINE';
for (["AuthJSEnvFile $theirs\nAuthJSProvider github\n\@", 0, 'of the server'],
    ["AuthJSEnvFile $theirs\nAuthJSProvider github\n<VirtualHost *:$port>\n\@</VirtualHost>\n", 0, 'inherited by a host'],
    ["AuthJSProvider github\nAuthJSSecret $secret\n<VirtualHost *:$port>\nAuthJSEnvFile $theirs\n\@</VirtualHost>\n", 0, 'of a host'],
    ["AuthJSEnvFile $env\nAuthJSProvider github\n\@", 1, 'not of a file that is not named'],
    ["AuthJSEnvFile $theirs\nAuthJSProvider github\n<VirtualHost *:$port>\nAuthJSEnvFile $env\n\@</VirtualHost>\n", 1, 'nor of the server\'s, where the host has files'])
{
    my ($around, $refused, $what) = @$_;
    for my $lines ("<Location /x>\nAuthJSCallback authorized $service\n</Location>\n", "<AuthJSProvider credentials>\nAuthJSAuthorize $service\n</AuthJSProvider>\n") {
        my ($status, $output) = configtest($around =~ s/\@/$lines/r, env => \%github);
        is $status, $refused, "$what: " . ($lines =~ /(authorize\w*)/i)[0] or diag $output;
        like $output, qr/variable MINE is not set/, '... and says so' if $refused;
    }
}

# --- a restart -----------------------------------------------------------------------------------
$env = env_file('.env', lines(%github, AUTH_SECRET => $secret));
$httpd = httpd(conf => $conf);
sub providers { return eval { join ',', sort keys %{ $httpd->browser->json('/auth/providers') } } // '' }
sub eventually { my ($what) = @_; for (1 .. 600) { return 1 if $what->(); select undef, undef, undef, 0.05 } return 0 }
is providers(), 'github', 'a server that runs';
env_file('.env', lines(%github, AUTH_SECRET => $other, AUTH_GITLAB_ID => 'x', AUTH_GITLAB_SECRET => 'y'));
$httpd->rewrite("${conf}AuthJSProvider gitlab\n");
$httpd->graceful;
ok eventually(sub { providers() eq 'github,gitlab' }), '... has variables that were added when it is restarted gracefully';
ok signed_in($httpd->browser, session_token($other)), '... and those that were changed';
unlink $env;
my ($tried, $said) = $httpd->test;
is $tried, 1, 'configtest sees that the file is gone, before a restart does';
like $said, qr/line 1 of .*\nAuthJSEnvFile: \Q$env\E: it cannot be read: No such file/, '... and says so';
is providers(), 'github,gitlab', '... while the server runs on';
$httpd->stop;

# A variable of the environment that was added after the start: configtest sees it, a restart does not.
$env = env_file('.env', lines(%github, AUTH_SECRET => $secret));
$httpd = httpd(conf => $conf);
$httpd->rewrite("${conf}AuthJSProvider gitlab\n");
expect_error(qr/emerg.*AuthJS: the main server .*provider gitlab .*has no client id/, 'a restart without a variable');
allow_error(qr/AH00020: Configuration Failed|AH00018|AH00016|AH00035/, 'httpd ends');
$httpd->graceful;
ok eventually(sub { $httpd->error_log =~ /provider gitlab .*has no client id/ }), 'a restart that does not see a variable';
like $httpd->error_log, qr/set AUTH_GITLAB_ID in a file that AuthJSEnvFile names, or where httpd is started \(httpd was restarted, not started: it keeps the environment/,
    '... says why';
$httpd->stop;
($status, $output) = configtest("${conf}AuthJSProvider gitlab\n");
like $output, qr/set AUTH_GITLAB_ID in a file that AuthJSEnvFile names, or where httpd is started$/m, 'a start does not speak of restarts';

# --- what is refused -----------------------------------------------------------------------------
sub refused {
    my ($text, $why, $what, $mode) = @_;
    my $file = env_file('bad.env', $text, $mode);
    my ($status, $output) = configtest("AuthJSEnvFile $file\nAuthJSProvider github\nAuthJSSecret $secret\n", env => { %github });
    is $status, 1, "$what is refused";
    like $output, qr/AuthJSEnvFile: \Q$file\E: $why/, '... with the reason';
    unlike $output, qr/hush/, '... and without its text';
}
refused("A=1\nB=hush\0\n", qr/line 2: there is a NUL byte in it/, 'a NUL byte');
refused("A=1\nB=2\nC=hush\xff\n", qr/line 3: it is not UTF-8/, 'what is not UTF-8');
refused("A=1\n\nB=hush\$B\n", qr/line 3: its references lead in a circle/, 'a circle');
refused("A=\"" . 'hush' x 20000 . '"', qr/it is longer than 64 KiB/, 'a long file');
refused(join('', "A0=" . 'hush' x 2000 . "\n", map { "A$_=" . "\$A" . ($_ - 1) . "\$A" . ($_ - 1) . "\n" } 1 .. 30),
    qr/line \d+: its value would be longer than 64 KiB/, 'a value that grows');
refused("A=hush\n", qr/every user of this machine can read .*; write: chmod o-rwx/, 'a file that others can read', 0644);
refused("A=hush\n", qr/every user of this machine can write .*; write: chmod o-rwx/, '... or write', 0602);
POSIX::mkfifo("$dir/pipe", 0600) or die $!;
like +(configtest("AuthJSEnvFile $dir/pipe\n"))[1], qr/AuthJSEnvFile: \Q$dir\E\/pipe: it is no regular file/, 'a pipe keeps nobody waiting';
like +(configtest("AuthJSEnvFile $dir\n"))[1], qr/: it is no regular file/, 'nor is a folder read';
like +(configtest("<Location /x>\nAuthJSEnvFile $env\n</Location>\n"))[1], qr/AuthJSEnvFile not allowed in <Location> context/, 'it stands in no directory';

# --- what is remarked upon -----------------------------------------------------------------------
my $odd = env_file('odd.env', lines(%github, AUTH_SECRET => $secret) . "\nno assignment hush\nA=\"hush\n");
($status, $output) = configtest("AuthJSEnvFile $odd\nAuthJSProvider github\n");
is $status, 0, 'what Next.js passes over is passed over';
is scalar(() = $output =~ /odd\.env, line 5 is not NAME=value, and is skipped/g), 1, '... and said, once';
like $output, qr/odd\.env, line 6: the value begins with a quote that nothing closes/, '... and a quote that is open';
unlike $output, qr/hush/, '... without its text';

# --- authjsctl, which asks httpd ------------------------------------------------------------------
my $account = '0' x 32;
my $dump = AuthJSTest::Httpd->configure(conf => "AuthJSEnvFile $theirs\nAuthJSProvider github\nAuthJSAdapter d1 account=$account database=01234567-89ab-cdef-0123-456789abcdef token=env:MINE\n");
like +($dump->test('-D', 'DUMP_AUTHJS'))[1], qr/"token=\Q$other\E"/, 'a secret of the adapter comes from the file as well';

done_testing;
