# Ten thousand sign-ins that succeed, ten thousand that fail and ten thousand callbacks that
# nobody started leave memory, descriptors and semaphores as they were.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;

plan skip_all => 'ab is not installed' unless `which ab`;
my $many = sanitized() ? 1_000 : 10_000;

my $httpd = httpd(mpm => 'event', conf => <<'EOT');
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider credentials>
    AuthUserFile "@root@/conf/passwords"
</AuthJSProvider>
<AuthJSProvider op oidc>
    AuthJSIssuer http://127.0.0.1:9
    AuthJSClientID client
    AuthJSClientSecret @secret:client_secret@
    AuthJSAuthorization http://127.0.0.1:9/auth
    AuthJSToken http://127.0.0.1:9/token
    AuthJSJWKS http://127.0.0.1:9/jwks
</AuthJSProvider>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
LogLevel warn authjs:warn
StartServers 1
ServerLimit 1
ThreadsPerChild 32
MaxRequestWorkers 32
EOT
# {SHA}: this measures us, not bcrypt.
AuthJSTest::Env::write_file($httpd->root . '/conf/passwords',
    `htpasswd -nbs bob right` =~ s/\n\n/\n/r);

# ab, with the CSRF cookie and token of one visitor.
my $browser = $httpd->browser;
my $csrf = $browser->csrf;
my $cookie = join '; ', map { "$_=" . $browser->cookie($_) } keys %{ $browser->cookies };

sub ab {
    my ($path, $count, $body) = @_;
    my @post;
    if ($body) {
        my $file = AuthJSTest::Env::write_file($httpd->root . '/body', $body);
        @post = ('-p', $file, '-T', 'application/x-www-form-urlencoded');
    }
    open my $ab, '-|', 'ab', '-q', '-k', '-n', $count, '-c', 32, '-C', $cookie, @post,
        $httpd->url($path) or die "ab: $!";
    my $out = do { local $/; <$ab> };
    close $ab;
    return $out =~ /Complete requests:\s+$count\n/ ? $out : die "ab: $out";
}

sub round {
    my ($count) = @_;
    ab('/auth/callback/credentials', $count, "csrfToken=$csrf&username=bob&password=right");
    ab('/auth/callback/credentials', $count, "csrfToken=$csrf&username=bob&password=wrong");
    ab('/auth/callback/op?code=x&state=y', $count);
    ab('/private/', $count);
}

sub child { ($httpd->pids)[1] }
sub rss { (AuthJSTest::Env::read_file('/proc/' . child() . '/status') =~ /VmRSS:\s+(\d+)/)[0] }
sub descriptors { scalar(() = glob '/proc/' . child() . '/fd/*') }
sub semaphores { scalar(() = `ipcs -s` =~ /^0x/mg) }
sub segments { scalar(() = `ipcs -m` =~ /^0x/mg) }

# What only the first requests allocate is not a leak.
round($many / 4);
my ($rss, $descriptors, $semaphores, $segments) = (rss(), descriptors(), semaphores(), segments());
my $pid = child();
round($many);
is child(), $pid, 'the same child served all';
cmp_ok rss() - $rss, '<', 2048, "RSS is flat ($rss kB, then " . rss() . ' kB)';
cmp_ok abs(descriptors() - $descriptors), '<=', 2, 'descriptors';
is semaphores(), $semaphores, 'semaphores';
is segments(), $segments, 'shared memory';
like $httpd->browser->get('/auth/csrf')->content, qr/csrfToken/, 'it still answers';

expect_error(qr/AuthJS: InvalidCheck/, 'callbacks that nobody started');
expect_error(qr/AH00286|AH00484|AH10159/, '61-soak: as many visitors as threads');
done_testing;
