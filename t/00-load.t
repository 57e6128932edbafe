# The module loads, signs in and out, and stops under every MPM.
use lib 't/lib';
use AuthJSTest;

my $conf = <<'EOT';
AuthJSURL http://localhost:@port@
AuthJSSecret @secret:auth_secret@
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile @root@/conf/users
</AuthJSProvider>
Alias /private @root@/htdocs
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
my $user = `htpasswd -nbBC 4 bob '@{[ secret('password') ]}'`;

for my $mpm (qw(event worker prefork)) {
    my $httpd = AuthJSTest::Httpd->configure(mpm => $mpm, conf => $conf);
    AuthJSTest::Env::write_file($httpd->root . '/conf/users', $user);
    my ($status, $output) = $httpd->test;
    is $status, 0, "$mpm: configtest" or diag $output;
    like $output, qr/^Syntax OK$/m, "$mpm: has nothing to say";

    $httpd->start;
    my $browser = $httpd->browser;
    is $browser->get('/index.html')->code, 200, "$mpm: serves";
    my $r = $browser->get('/private/index.html', Accept => 'text/html');
    is $r->code, 302, "$mpm: a stranger is sent to sign in";
    like location($r), qr{/auth/signin\?callbackUrl=}, "$mpm: there";
    $browser->credentials('credentials',
        [username => 'bob', password => secret('password')]);
    is $browser->get('/private/index.html')->code, 200, "$mpm: bob is let in";
    $browser->sign_out;
    is $browser->get('/private/index.html', Accept => 'text/html')->code, 302,
        "$mpm: and after signing out is a stranger";

    ok $httpd->stop, "$mpm: stops";
    unlike $httpd->error_log, qr/AH0005[12]|\[\w*:?(?:error|crit|alert|emerg)\]/,
        "$mpm: a quiet log";
}

# A server that loads the module and does not use it.
my $plain = httpd(conf => '');
is $plain->site->get('/index.html')->code, 200, 'without a provider: serves';
is $plain->site->get('/auth/session')->code, 404, 'without a provider: no endpoints';

done_testing;
