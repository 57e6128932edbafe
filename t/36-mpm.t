# The same under event, worker and prefork: protection, sign-in, many visitors at once,
# a graceful restart in the middle.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Time::HiRes qw(sleep);

my $COOKIE = 'authjs.session-token';
my $conf = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/users
</AuthJSProvider>
<Location "/private">
    AuthType AuthJS
    Require valid-user
</Location>
<Location "/private/admin">
    Require authjs-claim role = admin
</Location>
<Location "/private/odd">
    Require expr "%{AUTHJS:number} =~ /[13579]$/"
</Location>
EOT

sub token { my ($n, %more) = @_; mint({ sub => "user-$n", number => $n, role => $n == 1 ? 'admin' : 'user', %more }) }
my @token = map { token($_) } 0 .. 23;
my $who = qq([<!--#echo var="REMOTE_USER" -->|<!--#echo var="AUTHJS_USER_ID" -->]);

# Many requests at once, each with a session of its own: what each visitor got.
sub at_once {
    my ($httpd, $rounds) = @_;
    my ($dir, @arguments, %answers) = $httpd->root . '/var';
    for my $file (map { my $n = $_; map { "$n.$_" } 1 .. $rounds } 0 .. $#token) {
        push @arguments, '--next' if @arguments;
        push @arguments, '--no-progress-meter', '-H', "Cookie: $COOKIE=$token[int $file]",
            '-o', "$dir/$file", $httpd->url('/private/who.shtml');
    }
    system('curl', '--no-progress-meter', '--parallel', '--parallel-max', 24, '--max-time', 60, @arguments);
    for my $n (0 .. $#token) {
        push @{ $answers{$n} }, AuthJSTest::Env::read_file("$dir/$n.$_") for 1 .. $rounds;
        unlink map { "$dir/$n.$_" } 1 .. $rounds;
    }
    return \%answers;
}

for my $mpm (qw(event worker prefork)) {
    my $httpd = AuthJSTest::Httpd->configure(mpm => $mpm, conf => $conf);
    my $root = $httpd->root;
    AuthJSTest::Env::write_file("$root/conf/users", 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
    AuthJSTest::Env::write_file("$root/htdocs/private/$_", $who) for qw(who.shtml admin/who.shtml odd/who.shtml);
    $httpd->start;
    my $site = $httpd->site;

    is $site->get('/private/who.shtml')->code, 401, "$mpm: nobody";
    is $site->get('/private/who.shtml', Accept => 'text/html')->code, 302, 'is sent to sign in';
    is $site->get('/private/who.shtml', Cookie => "$COOKIE=$token[7]")->content, '[user-7|user-7]', 'a session';
    is $site->get('/private/admin/who.shtml', Cookie => "$COOKIE=$token[1]")->code, 200, 'a claim';
    is $site->get('/private/admin/who.shtml', Cookie => "$COOKIE=$token[2]")->code, 403, 'not everybody has it';
    is $site->get('/private/odd/who.shtml', Cookie => "$COOKIE=$token[$_]")->code, $_ % 2 ? 200 : 403, "an expression: $_" for 3, 4;

    my $browser = $httpd->browser;
    my $r = $browser->credentials('credentials', [username => 'jane', password => secret('password'),
        callbackUrl => '/private/who.shtml']);
    is location($r), $httpd->url('/private/who.shtml'), 'a sign-in leads back';
    is $browser->get('/private/who.shtml')->content, '[jane|jane]', 'and in';
    is $browser->session->{user}{name}, 'jane', 'GET session';

    my $expected = { map { ($_ => [("[user-$_|user-$_]") x 4]) } 0 .. $#token };
    is_deeply at_once($httpd, 4), $expected, 'visitors at once are who they are';

    my @before = $httpd->pids;
    $httpd->graceful;
    sleep 0.3;
    is_deeply at_once($httpd, 4), $expected, 'also through a graceful restart';
    is $browser->get('/private/who.shtml')->code, 200, 'a session outlives it';
    is $browser->sign_out->code, 302, 'sign-out';
    is $browser->get('/private/who.shtml')->code, 401, 'ends it';
    ok $httpd->stop, "$mpm: stops";
    unlike $httpd->error_log, qr/AH0005[12]|\[(?:crit|alert|emerg)\]/, 'no child died';
}

expect_error(qr/AH0163[01]: /, 'Require refuses someone');

done_testing;
