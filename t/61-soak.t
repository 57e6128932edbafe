# Ten thousand sign-ins that succeed, ten thousand that fail and ten thousand callbacks that
# nobody started leave memory, descriptors and semaphores as they were.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use List::Util qw(sum0);

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
CustomLog logs/outcomes "a session: %U %{Location}o" "expr=%{resp:Set-Cookie} =~ /session-token=e/"
CustomLog logs/outcomes "nothing: %U %{Location}o" "expr=! %{resp:Set-Cookie} =~ /session-token=e/"
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

# What httpd answered since the log was emptied last: what it came to => how often.
my $log = $httpd->root . '/logs/outcomes';
sub outcomes {
    my %count;
    $count{$_}++ for split /\n/, AuthJSTest::Env::read_file($log);
    return \%count;
}

# $count answers at least, as httpd counts them: of a kept connection that httpd closes (100
# requests, or no thread free) ab counts a request that was never answered.
sub answered {
    my ($count, $path, @body) = @_;
    my $goal = sum0(values %{ outcomes() }) + $count;
    for (1 .. 20) {
        my $missing = $goal - sum0(values %{ outcomes() });
        return if $missing <= 0;
        ab($path, $missing < 32 ? 32 : $missing, @body);
    }
    die "$path: httpd does not answer";
}

sub round {
    my ($count) = @_;
    answered($count, '/auth/callback/credentials',
        "csrfToken=$csrf&username=bob&password=$_") for qw(right wrong);
    answered($count, '/auth/callback/op?code=x&state=y');
    answered($count, '/private/');
}

sub child { ($httpd->pids)[1] }
sub rss { (AuthJSTest::Env::read_file('/proc/' . child() . '/status') =~ /VmRSS:\s+(\d+)/)[0] }
sub descriptors { scalar(() = glob '/proc/' . child() . '/fd/*') }
# Of this httpd alone: others may come and go on the machine.
sub ours {
    my ($kind, $processes) = @_;
    my %ours = map { $_ => 1 } $httpd->pids;
    return scalar grep { my ($id) = $_; grep { $ours{$_} } $processes->($id) }
        map { /^0x\w+\s+(\d+)/ ? $1 : () } `ipcs -$kind`;
}
sub semaphores { ours(s => sub { `ipcs -s -i $_[0]` =~ /(\d+)\s*$/mg }) }
sub segments { ours(m => sub { `ipcs -m -i $_[0]` =~ /\b[cl]pid=(\d+)/g }) }

# What only the first requests allocate is not a leak.
round($many / 4);
my ($rss, $descriptors, $semaphores, $segments) = (rss(), descriptors(), semaphores(), segments());
my $pid = child();
truncate $log, 0 or die "$log: $!";
round($many);
my ($at, $outcomes) = ($httpd->url, outcomes());
is_deeply [sort keys %$outcomes], [
    "a session: /auth/callback/credentials $at",
    "nothing: /auth/callback/credentials $at/auth/signin?error=CredentialsSignin&code=credentials",
    "nothing: /auth/callback/op $at/auth/signin/op?callbackUrl=" . $at =~ s{([:/])}{sprintf '%%%02X', ord $1}ger . '&error=SignInExpired',
    'nothing: /private/ -',
], 'who is right has a session, and nobody else';
cmp_ok $outcomes->{$_}, '>=', $many, "$outcomes->{$_} times $_" for sort keys %$outcomes;
is child(), $pid, 'the same child served all';
cmp_ok rss() - $rss, '<', 2048, "RSS is flat ($rss kB, then " . rss() . ' kB)';
cmp_ok abs(descriptors() - $descriptors), '<=', 2, 'descriptors';
is semaphores(), $semaphores, 'semaphores';
is segments(), $segments, 'shared memory';
like $httpd->browser->get('/auth/csrf')->content, qr/csrfToken/, 'it still answers';

done_testing;
