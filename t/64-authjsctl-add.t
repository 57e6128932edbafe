# authjsctl add: what is asked, what is written where, and that it is put back when httpd refuses it.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Ctl;
use AuthJSTest::Provider;
use Encode ();
use JSON::PP ();
use POSIX ();

my $httpd;
my @url = ('--url', 'https://www.example.com');

# --- a fresh server ------------------------------------------------------------------------------
$httpd = server('');
my ($status, $out, $err) = add("my-id\nmy secret\n", 'github', @url);
is $status, 0, 'github, where nothing is configured' or diag $out, $err;
like $out, qr{^    https://www\.example\.com/auth/callback/github$}m, 'says what to register';
unlike "$out$err", qr/my secret|AUTH_SECRET=/, '... and no secret';
is mode(env_path()), '600', 'the file of variables is for its owner';
like slurp(env_path()), qr/^AUTH_GITHUB_ID=my-id\nAUTH_GITHUB_SECRET='my secret'\nAUTH_SECRET=\S{44}\n\z/, '... and has what was typed';
is slurp(conf_path()), "# Sign-in by mod_authjs. Written by authjsctl add.\nAuthJSEnvFile  @{[ env_path() ]}\n"
    . "AuthJSURL      https://www.example.com\nAuthJSProvider github\n", 'the lines of configuration';
like $out, qr/Include "\Q@{[ conf_path() ]}\E"/, 'which httpd has to be told of';
my @before = map { slurp($_) } env_path(), conf_path();
($status, $out) = add('', 'github', @url);
is "$status $out", "0 github is there already; nothing was changed\n", 'a second time: nothing';
is_deeply [map { slurp($_) } env_path(), conf_path()], \@before, '... at all';

$httpd->rewrite(qq(Include "@{[ conf_path() ]}"\n));
is +($httpd->test)[0], 0, 'included, httpd takes it';
($status, $out) = add('', 'github');
is "$status $out", "0 github is there already; nothing was changed\n", '... and the provider is still there';
($status, $out, $err) = add("g\nh\n", 'google');
is $status, 0, 'another one' or diag $out, $err;
is slurp(conf_path()), "$before[1]AuthJSProvider google\n", '... is one line more';
is slurp(env_path()), "$before[0]AUTH_GOOGLE_ID=g\nAUTH_GOOGLE_SECRET=h\n", '... and two variables';
unlike $out, qr/Include/, '... in a file that httpd reads';
is +($httpd->test)[0], 0, 'httpd takes both';



# --- files ---------------------------------------------------------------------------------------------
sub htdocs_of { my ($server, $name, $text) = @_; AuthJSTest::Env::write_file($server->root . "/htdocs/$name", $text) }
sub fresh { $httpd = server(@_); return $httpd->root }
sub sound { my ($what, @arguments) = @_; ($status, $out, $err) = add("i\ns\n", @arguments); is $status, 0, $what or diag $out, $err }
sub refused { my ($what, $code, $why, $stdin, @arguments) = @_; ($status, $out, $err) = add($stdin, @arguments); is $status, $code, $what or diag $out, $err; like $err, $why, '... says why' }
fresh('');
AuthJSTest::Env::write_file(env_path(), "# ours\r\nAUTH_SECRET='@{[ secret('auth_secret') ]}' # kept\r\nEMPTY=\nAUTH_GITHUB_ID=", 0640);
chmod 0640, env_path();
my ($uid, $gid) = $> == 0 ? (scalar getpwnam('nobody'), scalar getgrnam('nogroup')) : ($>, (split ' ', $))[0]);
chown $uid, $gid, env_path();
my $old = slurp(env_path());
sound('a file that is there', 'github', @url);
is slurp(env_path()), "$old\nAUTH_GITHUB_ID=i\nAUTH_GITHUB_SECRET=s\n", '... keeps every byte, and gets what is missing';
is_deeply [mode(env_path()), (stat env_path())[4, 5]], ['640', $uid, $gid], '... its mode and its owner';

my $root = fresh('');
my ($env, $conf) = ("$root/var/of the site/my.env", "$root/var/of the site/my.conf");
AuthJSTest::Env::write_file($conf, "# by hand");
sound('other files, with blanks in their names', 'github', @url, '--env-file', $env, '--conf', $conf);
is slurp($conf), "# by hand\nAuthJSEnvFile  \"$env\"\nAuthJSURL      https://www.example.com\nAuthJSProvider github\n", '... the lines';
is slurp(conf_path()) // slurp(env_path()), undef, '... and no others are made';
sound('... once more', 'google', '--env-file', $env, '--conf', $conf);
is slurp($conf) =~ tr/\n//, 5, '... one line more';

# What others can read or change, and what is none, is left alone.
for (['a link', sub { symlink '/etc/hostname', env_path() or die $! }, qr/is a link/], ['a folder', sub { mkdir env_path() or die $! }, qr/no regular file/],
    ['a pipe', sub { system('mkfifo', env_path()) == 0 or die }, qr/no regular file/], ['binary', sub { AuthJSTest::Env::write_file(env_path(), "A=\0", 0600) }, qr/binary/],
    ['too long', sub { AuthJSTest::Env::write_file(env_path(), 'x' x 70_000, 0600) }, qr/too long/], ['no UTF-8', sub { AuthJSTest::Env::write_file(env_path(), "A=\xff\n", 0600) }, qr/line 1: it is not UTF-8/]) {
    my ($what, $make, $why) = @$_;
    fresh('');
    $make->();
    refused("the file of variables is $what", 1, $why, "i\ns\n", 'github', @url);
    is slurp(conf_path()), undef, '... nothing was written';
}
fresh('');
refused('a folder that is not there', 1, qr/cannot be opened/, "i\ns\n", 'github', @url, '--env-file', "$root/none/a.env");
my $open = "$root/var/open.env";
AuthJSTest::Env::write_file($open, '', 0644);
chmod 0644, $open;
my $reachable = ! grep { !((stat)[2] & 01) } map { my $n = $_; join('/', (split m{/}, $open)[0 .. $n]) || '/' } 0 .. ($open =~ tr{/}{}) - 1;
SKIP: {
    skip 'others do not get to this directory at all', 3 unless $reachable;
    refused('a file that others read', 1, qr/can read \Q$open\E; write: chmod o-rwx/, "i\ns\n", 'github', @url, '--env-file', $open);
    is slurp($open), '', '... is left alone';
}

# --- what httpd refuses is taken back -----------------------------------------------------------------------
fresh('');
my $before = AuthJSTest::Env::write_file(conf_path(), "AuthJSSessionRealm a\n");
refused('a secret that is too short for its algorithm', 2, qr/everything is as it was:\n.*as long as the hash/s, "i\ns\n", 'line', @url);
is slurp(conf_path()), "AuthJSSessionRealm a\n", '... the configuration';
is slurp(env_path()), undef, '... and the new file';
is_deeply [map { s{.*/}{}r } grep { !m{/\.\.?$} } glob "$root/.auth* @{[ $httpd->root ]}/.auth* @{[ $httpd->root ]}/conf/.auth*"], [], '... no other is left';
AuthJSTest::Env::write_file(env_path(), my $kept = "AUTH_LINE_ID=x\n", 0600);
refused('... once more, with a file that was there', 2, qr/everything is as it was/, "s\n", 'line', @url);
is slurp(env_path()), $kept, '... which is as it was';
is mode(env_path()), '600', '... for its owner alone';
fresh("NoSuchDirective\n");
refused('a configuration that is wrong before', 2, qr/NoSuchDirective/, "i\ns\n", 'github', @url);
is slurp(env_path()), undef, '... nothing was written';
fresh("<Location />\nAuthType AuthJS\nRequire valid-user\n</Location>\nIncludeOptional \@root\@/conf/authjs*.conf\n");
sound('AuthType AuthJS before there is a provider', 'github', @url);
is +($httpd->test)[0], 0, '... has one then';
unlike $out, qr/Include/, 'a file that a pattern of Include takes is read';

# --- what is typed ------------------------------------------------------------------------------------------------
for (['nothing', '', qr/^authjsctl: Client id: there is no line/], ['one line', "i\n", qr/Client secret: there is no line/], ['an empty line', "\n", qr/Client id: it is empty/],
    ['a control character', "i\n\e[31m\n", qr/Client secret: it must be one line of UTF-8/], ['no UTF-8', "i\n\xff\n", qr/one line of UTF-8/], ['a NUL', "i\0\ns\n", qr/one line/],
    ['too much', 'x' x 9000 . "\n", qr/at most 8192/], ['what no .env file can hold', qq(i\n'"`#\n), qr/AUTH_GITHUB_SECRET: the format of \.env files has no way/]) {
    my ($what, $stdin, $why) = @$_;
    fresh('');
    refused($what, $what =~ /hold/ ? 1 : 2, $why, $stdin, 'github', @url);
    is slurp(env_path()), undef, '... nothing was written';
    unlike $err, qr/'"`#|\e/, '... nor said';
}
my @secrets = (q(a'b"c), 'dollar $AUTH_SECRET ${HOME} \$x $', 'back\\slash\\', '# no comment', ' blanks ', "umlaut \xc3\xa4 \xe2\x82\xac", 'a=b&c%20d', '`tick`', '\\n\\r', '"quoted"', "it's", 'x' x 4000);
fresh('');
for my $i (0 .. $#secrets) {
    ($status, $out, $err) = add("i\r\n$secrets[$i]\r\n", "s$i", 'github', '--print', @url);
    is $status, 0, "secret $i" or diag $err;
}
my %is = %{ JSON::PP->new->utf8->decode(do { my $tool = builddir() . '/t/tools/authjs-dotenv'; `ASAN_OPTIONS=detect_leaks=0 $tool < @{[ env_path() ]}` }) };
is_deeply [map { Encode::encode_utf8($is{"AUTH_S${_}_SECRET"}) } 0 .. $#secrets], \@secrets, 'each is read back as it was typed';
is $is{AUTH_S0_ID}, 'i', 'line ends of Windows are none of it';
my $next = `COUNT=0 @{[ srcdir() ]}/t/peers/node @{[ srcdir() ]}/t/peers/dotenv.mjs @{[ builddir() ]}/t/tools/authjs-dotenv @{[ env_path() ]}`;
is $next, "agreed 1, refused 0, of 1\n", '... by Next.js, too';

# --- options, other types --------------------------------------------------------------------------------------------
fresh('');
sound('a name of our own', 'company', 'oidc', '--issuer', 'https://login.example.com/realms/main', '--url', 'https://www.example.com/');
like slurp(conf_path()), qr/^<AuthJSProvider company oidc>\n<\/AuthJSProvider>$/m, '... is a section';
like slurp(env_path()), qr{^AUTH_COMPANY_ISSUER=https://login\.example\.com/realms/main$}m, '... with its issuer';
my $key = AuthJSTest::Env::write_file($httpd->root . '/var/key.p8', scalar `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null`, 0600);
($status, $out, $err) = add("my-id\n", 'apple', map { ('--option', $_) } 'teamId=ABCDE12345', 'keyId=ABC123DEFG', "privateKey=file:$key");
is $status, 0, 'a secret that is made of a key' or diag $out, $err;
unlike slurp(env_path()), qr/APPLE_SECRET/, '... is not asked for';
for (['unknown', 'nobody'], ['no id', 'a/b'], ['no id', "a\nb"], ['a bare type', 'oauth'], ['an issuer that is missing', 'keycloak'], ['an issuer that is none', 'keycloak', '--issuer', 'login.example.com'],
    ['the address of a document', 'keycloak', '--issuer', 'https://a.example/.well-known/openid-configuration'], ['a secret on the command line', 'apple2', 'apple', '--option', 'privateKey=abc'],
    ['an option that is none', 'google', '--option', 'x'], ['... with a quote', 'google', '--option', 'x=a"b'], ['a path', 'google', '--url', 'https://www.example.com/auth'],
    ['another address', 'google', '--url', 'https://other.example.com'], ['a database', 'passkey'], ['... for links by mail', 'nodemailer'], ['a path from here', 'credentials', '--file', 'x'],
    ['a virtual host that is not there', 'google', '--site', 'none.example'], ['nothing']) {
    my ($what, @words) = @$_;
    refused($what, 2, qr/^authjsctl: \S/, "i\ns\n", @words);
}
sound('credentials', 'credentials', '--file', '/etc/passwd');
like slurp(conf_path()), qr{<AuthJSProvider credentials>\n    AuthJSAuthnProvider file\n    AuthUserFile /etc/passwd\n</AuthJSProvider>\n}, '... with its password file';
is +($httpd->test)[0], 0, 'httpd is as it was';

# --- where the lines belong elsewhere -----------------------------------------------------------------------------------
my $host = sub { "<VirtualHost *:81>\nServerName $_[0]\n" . join('', map { "$_\n" } @_[1 .. $#_]) . "</VirtualHost>\n" };
fresh($host->('a.example.com'), $host->('b.example.com'));
sound('several virtual hosts', 'github', '--url', 'https://b.example.com');
is $out, "AuthJSEnvFile  @{[ env_path() ]}\nAuthJSURL      https://b.example.com\nAuthJSProvider github\n", '... the lines are shown, and nothing else';
like $err, qr/There are several virtual hosts/, '... and why';
is slurp(conf_path()), undef, '... none is written';
fresh("AuthJSSecret \@secret:auth_secret\@\n", $host->('a.example.com', 'AuthJSURL https://a.example.com/x/auth', '<AuthJSProvider google>', 'AuthJSClientID a', 'AuthJSClientSecret b', '</AuthJSProvider>'));
sound('lines inside of one', 'github');
like $err, qr{https://a\.example\.com/x/auth/callback/github.*A virtual host \(.*test\.conf:2\) has lines of AuthJS}s, '... that one is meant';
is $out, "AuthJSEnvFile  @{[ env_path() ]}\nAuthJSProvider github\n", '... and its address is known';
like((add('', 'google'))[1] . (add('', 'google'))[2], qr/google is there already/, '... and its provider');
fresh('');
mkdir $httpd->root . '/conf-available';
sound('where Debian has its folders', 'github', @url);
like $out, qr/^    a2enconf authjs$/m, '... a2enconf is said';
like slurp($httpd->root . '/conf-available/authjs.conf'), qr/AuthJSProvider github/, '... and there it is';

# --- at the same time -----------------------------------------------------------------------------------------------------
fresh('');
my @children = map { my $n = $_; my $pid = fork // die; if (!$pid) { my ($s) = (add("i$n\ns$n\n", "p$n", 'github', '--print', @url))[0]; POSIX::_exit($s) } $pid } 1 .. 4;
my @codes = map { waitpid $_, 0; $? >> 8 } @children;
my $all = slurp(env_path());
my @good = grep { $codes[$_ - 1] == 0 } 1 .. 4;
ok @good, 'of four at once some are done';
is_deeply [sort $all =~ /^AUTH_P(\d)_SECRET=s\1$/mg], \@good, '... and those are whole';
is scalar(() = $all =~ /^AUTH_SECRET=/mg), 1, '... with one secret';

# --- and then somebody signs in ---------------------------------------------------------------------------------------------
{
    my $op_port = peer_port('op');
    fresh("IncludeOptional \@root\@/conf/authjs*.conf\n" . protected('/', ()));
    htdocs_of($httpd, 'index.html', "welcome\n");
    my $op = peer('op', port => $op_port, env => { OP_PORT => $op_port, OP_ORIGINS => $httpd->url('/auth') });
    ($status, $out, $err) = add("basic\nbasic-secret-0123456789abcdefghijklmnopqrstuvwxyz\n", 'op', 'oidc', '--issuer', "http://127.0.0.1:$op_port", '--url', $httpd->url);
    is $status, 0, 'a provider of our own' or diag $out, $err;
    $httpd->start;
    my $browser = $httpd->browser;
    is $browser->get('/', Accept => 'text/html')->code, 302, 'who is not signed in is sent to sign in';
    my $back = authorize(location($browser->sign_in('op')), login => 'alice');
    $browser->get($back);
    is $browser->get('/')->content, "welcome\n", '... does so, and is let in';
    is +(run('', 'check', asked()))[0], 0, 'authjsctl check finds nothing wrong';
    $httpd->stop;
}

# --- interrupted while httpd tries it ---------------------------------------------------------------------------------------
fresh('');
AuthJSTest::Env::write_file(env_path(), $kept = "AUTH_GITHUB_ID=x\n", 0600);
my $started = $httpd->root . '/var/started';
my $slow = AuthJSTest::Env::write_file($httpd->root . '/slow', "#!/bin/sh\ncase \"\$*\" in *DUMP_AUTHJS*) ;; *) >'$started'; sleep 5 ;; esac\nexec '$httpd->{program}' \"\$@\"\n", 0755);
{
    my $pid = fork // die;
    if (!$pid) {
        open STDIN, '-|', 'echo secret' or die;
        open $_, '>', '/dev/null' for *STDOUT, *STDERR;
        exec builddir() . '/tools/authjsctl', 'add', 'github', @url, '--httpd', $slow, (asked())[2, 3];
    }
    for (1 .. 600) { last if -e $started; select undef, undef, undef, 0.1 }
    like slurp(env_path()), qr/AUTH_GITHUB_SECRET=secret/, 'it is written while httpd tries it';
    kill 'TERM', $pid;
    waitpid $pid, 0;
    is $? & 127, 15, 'SIGTERM ends it';
    is slurp(env_path()), $kept, '... after everything was put back';
    is slurp(conf_path()), undef, '... the new file, too';
}

# --- on a terminal ----------------------------------------------------------------------------------------------------------
SKIP: {
    skip 'python3 is not there', 1 if system(q(python3 -c 'import fcntl, termios' 2>/dev/null));
    fresh('');
    my $shown = `python3 @{[ srcdir() ]}/t/tools/on-terminal '.https://localhost.: ' https://www.example.com 'Client id: ' my-id 'Client secret: ' hidden-s3cret -- @{[ builddir() ]}/tools/authjsctl add github @{[ asked() ]} 2>&1 </dev/null`;
    like $shown, qr/my-id/, 'what is typed is shown' or diag $shown;
    unlike $shown, qr/hidden-s3cret/, '... the secret is not';
    like $shown, qr/^on-terminal: status 0, echo on$/m, '... and the terminal is as it was';
    like slurp(env_path()) // '', qr/^AUTH_GITHUB_ID=my-id\nAUTH_GITHUB_SECRET=hidden-s3cret\n/, '... both are written';
    for my $signal (qw(INT TERM HUP QUIT)) {
        fresh('');
        $shown = `python3 @{[ srcdir() ]}/t/tools/on-terminal 'Client id: ' my-id 'Client secret: ' SIG$signal -- @{[ builddir() ]}/tools/authjsctl add github @url @{[ asked() ]} 2>&1 </dev/null`;
        like $shown, qr/^on-terminal: signal $signal, echo on$/m, "SIG$signal while nothing is shown: the terminal is as it was" or diag $shown;
        is slurp(env_path()), undef, '... nothing is written';
    }
}

done_testing;
