# A sign-in that fails: one line at LogLevel warn, that says who, why and where, and a
# reference that the visitor sees too. No password, and no flood.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();

my $password = secret('password');
my $users = root() . '/conf/users-86';
AuthJSTest::Env::write_file($users, join '', map { `htpasswd -nbBC 4 $_ '$password'` =~ s/\n+/\n/gr } qw(bob u2Xy!9));
sub conf {
    my ($level, $more) = @_;
    return <<"EOT";
LogLevel warn authjs:$level
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthUserFile $users
</AuthJSProvider>
<AuthJSProvider hub oauth>
    AuthJSClientID www
    AuthJSClientSecret \@secret:client_secret\@
    AuthJSAuthorization http://127.0.0.1:1/authorize
    AuthJSToken http://127.0.0.1:1/token
    AuthJSUserinfo http://127.0.0.1:1/userinfo
</AuthJSProvider>
$more
EOT
}
my $httpd = httpd(conf => conf('warn', <<'EOT'));
AuthJSEvent signInFailed log:logs/failed
EOT
sub lines_of { my ($log, $offset) = @_; return grep { /AuthJS: / } split /\n/, substr $log, $offset // 0 }

# --- one line ----------------------------------------------------------------------------------

my $json = JSON::PP->new->utf8;
sub last_event {
    my @lines = split /\n/, AuthJSTest::Env::read_file($httpd->root . '/logs/failed');
    return $json->decode($lines[-1]);
}
# what is typed as name and password; the name that is told, or undef
my @tried = (
    ['bob', 'wrong-password-86', 'bob', 'a name that somebody has'],
    ['u2Xy!9', 'wrong-password-86', 'u2Xy!9', 'one that looks like a password, but is a name'],
    ['mallory', 'wrong-password-86', 'mallory', 'one that nobody has'],
    ['Jean-Luc.Picard', 'wrong-password-86', 'Jean-Luc.Picard', 'with points'],
    ['eve+x1@example.com', 'wrong-password-86', 'eve+x1@example.com', 'an address'],
    ['hunter2', 'wrong-password-86', undef, 'a password in the wrong field'],
    ['S3cr3t!word', 'wrong-password-86', undef, 'another'],
    ['correct horse battery staple', 'wrong-password-86', undef, 'a phrase'],
    ['P@ssw0rd', 'wrong-password-86', undef, 'one with an at sign'],
    ['p@ss.word1', 'wrong-password-86', undef, 'and a point'],
    ['bobhunter', '', undef, 'both in one field'],
    ['swordfish', 'swordfish', undef, 'the same in both'],
    ['x' x 33, 'wrong-password-86', undef, 'a long one'],
    ["eve\e[31m\nAuthJS: forged", 'wrong-password-86', undef, 'control characters'],
);
my %hash;
for my $try (@tried) {
    my ($name, $typed, $told, $what) = @$try;
    my $offset = length $httpd->error_log;
    my $browser = $httpd->browser;
    is location($browser->credentials('credentials', [username => $name, password => $typed])),
        $httpd->url('/auth/signin?error=CredentialsSignin&code=credentials'), "$what: refused";
    my @lines = lines_of($httpd->error_log, $offset);
    is scalar(@lines), 1, 'one line at warn' or diag join "\n", @lines;
    like $lines[0], qr/\[authjs:warn\].*AuthJS: CredentialsSignin: .*\(provider credentials, /, 'the error and the provider';
    my ($reference) = $lines[0] =~ /, reference (\S+)\)/;
    my $event = last_event();
    is $event->{requestId}, $reference, 'the reference is that of the event';
    if ($told) {
        like $lines[0], qr/, user name "\Q$told\E", /, 'the name';
        is $event->{params}{name}, $told, 'in the event too';
        ok !exists $event->{params}{nameHash}, 'and nothing else';
        next;
    }
    unlike $lines[0], qr/\Q$name\E|\e/, 'not the name';
    my ($hash) = $lines[0] =~ /a user name that may be a password \(#([0-9a-f]{8})\)/;
    is $event->{params}{nameHash}, $hash, 'but its hash, in the event too';
    ok $hash && !$hash{$hash}++, 'another for each name';
    ok !exists $event->{params}{name}, 'the event has no name';
}
my $all = $httpd->error_log . AuthJSTest::Env::read_file($httpd->root . '/logs/failed');
unlike $all, qr/wrong-password-86|hunter|S3cr3t|battery|P\@ss|p\@ss|swordfish/, 'no password is in a log';

# --- every error that ends a sign-in -------------------------------------------------------------

sub callback { my ($browser, $query) = @_; return $browser->get("/auth/callback/hub?$query") }
my $browser = $httpd->browser;
my @failures = (
    [InvalidCheck => 'a callback that nobody asked for', sub { callback($browser, 'code=x&state=y') }],
    [InvalidCheck => 'two codes', sub { callback($browser, 'code=x&code=y') }],
    [MissingCSRF => 'a form of somebody else', sub { $browser->post('/auth/callback/credentials', [username => 'bob']) }],
    [InvalidProvider => 'no such provider', sub { $browser->get('/auth/callback/nobody?code=x') }],
    [CallbackRouteError => 'a token endpoint that is not there', sub {
        my ($state) = location($browser->sign_in('hub')) =~ /[?&]state=([^&]+)/;
        callback($browser, 'code=c0de-of-86' . ($state ? "&state=$state" : ''));
    }],
);
expect_error(qr/AuthJS: CallbackRouteError: the token request: /, '86: nobody listens');
for my $failure (@failures) {
    my ($name, $what, $code) = @$failure;
    my $offset = length $httpd->error_log;
    like location($code->()), qr{/auth/(?:(?:error|signin)\?|signin/hub\?callbackUrl=[^&]*&)error=\w+\z}, "$what fails, and the address tells no more";
    my @lines = lines_of($httpd->error_log, $offset);
    is scalar(@lines), 1, "$what: one line" or diag join "\n", @lines;
    like $lines[0], qr/\[authjs:(?:warn|error)\].*AuthJS: $name: \S.* \((?:provider \w+|no provider), reference \S+\)/, "... of $name";
    unlike $lines[0], qr/c0de-of-86/, 'without the code';
}

# --- without a button ----------------------------------------------------------------------------

my $straight = httpd(conf => <<'EOT');
LogLevel warn authjs:warn
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSSignInPage Auto
AuthJSEvent signInFailed log:logs/failed
<AuthJSProvider away oidc>
    AuthJSIssuer http://127.0.0.1:1/issuer
    AuthJSClientID www
    AuthJSClientSecret @secret:client_secret@
</AuthJSProvider>
EOT
expect_error(qr/AuthJS: CallbackRouteError: discovery of away: /, '86: nobody listens there either');
my $went = $straight->site->get('/auth/signin/away', Accept => 'text/html', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
is $went->code, 200, 'a provider that is away, gone to without a button: the page';
my @of_straight = lines_of($straight->error_log);
is scalar(@of_straight), 1, '... and one line' or diag join "\n", @of_straight;
like $of_straight[0], qr{AuthJS: \w+: \S.*http://127\.0\.0\.1:1/issuer.* \(provider away, reference \S+\)}, '... as of any other sign-in';

# --- the reference ---------------------------------------------------------------------------------

my $offset = length $httpd->error_log;
$browser = $httpd->browser;
$browser->get('/auth/signin');
my $r = callback($browser, 'code=x&code=y');
my ($reference) = (lines_of($httpd->error_log, $offset))[0] =~ /reference (\S+)\)/;
my $cookie = set_cookie($r, 'authjs.error-reference');
ok $cookie->{httponly} && $cookie->{'max-age'} == 600, 'the browser keeps it for ten minutes';
like $browser->get(location($r))->content, qr{Reference: <code>\Q$reference\E</code>}, 'the error page shows the reference of the line';
unlike $httpd->site->get(location($r))->content, qr/Reference:/, 'to that browser only';
for my $forged ("CALL-0800-1234|$cookie->{value}", 'CALL-0800-1234|' . ('0' x 64), 'CALL-0800-1234', '|', '') {
    my $page = $httpd->site->get('/auth/error?error=Configuration', Cookie => "authjs.error-reference=$forged")->content;
    unlike $page, qr/Reference:|0800/, "not what another site wrote: $forged";
}
is_deeply [set_cookies(callback($httpd->site, 'code=x&code=y'))], [], 'who has no cookie of ours gets none';
unlike $browser->get('/auth/error?error=Configuration&reference=CALL')->content, qr/CALL/, 'nor does the address count';

# --- who signed in -----------------------------------------------------------------------------------

my %said = (id => qr/AuthJS: user bob signed in with provider credentials$/m,
    full => qr/AuthJS: user bob "bob" signed in with provider credentials$/m);
for my $what (sort keys %said) {
    my $server = httpd(conf => conf('info', "AuthJSLogUser $what"));
    my $visitor = $server->browser;
    $visitor->credentials('credentials', [username => 'bob', password => $password]);
    is $visitor->session->{user}{name}, 'bob', "AuthJSLogUser $what: signed in";
    like $server->error_log, $said{$what}, 'the log says who';
    $visitor->sign_out;
    like $server->error_log, $what eq 'id' ? qr/AuthJS: user bob signed out$/m : qr/AuthJS: user bob "bob" signed out$/m, 'and who signed out';
    next if $what eq 'full';

    # --- many ------------------------------------------------------------------------------------
    my $flood = httpd(conf => conf('warn', ''));
    # A minute has to have more of them than it tells of: on a busy machine that takes more.
    my ($begun, $failures) = (time, 0);
    callback($flood->site, 'code=x&state=y')
        while $failures++ < 190 || ($failures < 5000 && $flood->error_log !~ /sign-ins have failed with/);
    my $minutes = int(time / 60) - int($begun / 60) + 1;
    my @lines = lines_of($flood->error_log);
    my $own = grep { /AuthJS: InvalidCheck: / } @lines;
    my $sum = grep { /AuthJS: \d+ sign-ins have failed with InvalidCheck in this minute/ } @lines;
    ok $own >= 60 && $own <= 60 * $minutes && $own < $failures,
        "$failures failures in $minutes minutes: $own lines, so many as these have";
    ok $sum >= 1 && $sum <= 5 * $minutes, "and that there were more, in $sum lines";
}
my ($status, $output) = configtest(conf('warn', 'AuthJSLogUser some'));
ok $status, 'AuthJSLogUser some: refused';
like $output, qr/AuthJSLogUser: takes id or full/, 'and why';

done_testing;
