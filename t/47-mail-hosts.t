# Links and hosts: which origin a link leads to, at which host it is good, and whose sessions
# the hosts believe.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;
use URI ();

my $mail = mail_server(smtp_plain => 'plain', smtp_other => 'plain');
my %port = map { $_ => AuthJSTest::Env::free_port() } qw(one two rule canonical forwarded unchecked);
my %base = map { $_ => "http://localhost:$port{$_}" } keys %port;
my %own = (
    one       => "AuthJSURL $base{one}",
    two       => "AuthJSURL $base{two}",
    rule      => "AuthJSURL $base{rule}\nAuthJSCallback normalizeIdentifier \"expr=%{tolower:%{AUTHJS:identifier}}\"",
    canonical => "UseCanonicalName On",
    forwarded => "AuthJSTrustHost On",
    unchecked => "AuthJSURL $base{unchecked}\nAuthJSSkipCSRFCheck On",
);
my $httpd = httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n", map { <<"EOT" } sort keys %own);
Listen 127.0.0.1:$port{$_}
<VirtualHost *:$port{$_}>
    ServerName localhost:$port{$_}
    $own{$_}
    AuthJSSecret \@secret:auth_secret\@
    AuthJSAdapter memory \@root\@/var/memory.json
    AuthJSSessionStrategy jwt
    <AuthJSProvider nodemailer email>
        AuthJSMailServer smtp://localhost:\@port:smtp_@{[ $_ eq 'two' ? 'other' : 'plain' ]}\@ starttls=off
        AuthJSMailFrom $_\@example.test
        AuthJSMailLimit address=off client=off
        AuthJSMailCode @{[ $_ eq 'unchecked' ? 'Off' : 'On' ]}
    </AuthJSProvider>
    <Location /in>
        AuthType AuthJS
        Require valid-user
        AuthJSProviders nodemailer
    </Location>
</VirtualHost>
EOT
AuthJSTest::Env::write_file($httpd->root . '/htdocs/in/index.html', "in\n");
sub browser_at { AuthJSTest::Site->new(base => $base{ $_[0] }, cookies => 1) }
sub ask {
    my ($browser, $address, %headers) = @_;
    my @before = $mail->messages;
    my $csrf = eval { $browser->csrf } // '';
    $browser->post('/auth/signin/nodemailer', [csrfToken => $csrf, email => $address], %headers);
    my @mails = $mail->messages;
    return @mails > @before ? $mails[-1]{links}[0] : undef;
}
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }
my $GONE = qr{/auth/error\?error=Verification$};

# --- where it leads to ---------------------------------------------------------------------------------

my @evil = (Host => 'evil.example', 'X-Forwarded-Host' => 'evil.example', 'X-Forwarded-Proto' => 'https');
for my $host (qw(one canonical)) {
    my $link = ask(browser_at($host), "$host\@example.test", @evil);
    like $link, qr{^\Q$base{$host}\E/auth/callback/nodemailer\?}, "$host: a link leads to our own origin, whatever Host says";
    unlike(($mail->to("$host\@example.test"))[0]{raw}, qr/evil\.example/, '... and so does all of the mail');
}
my $browser = browser_at('forwarded');
my $link = ask($browser, 'proxy@example.test', 'X-Forwarded-Host' => 'www.example.test', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Prefix' => '/portal');
is $link // '', '', 'a trusted proxy: the CSRF token of http is none of https';
my @front = ('X-Forwarded-Host' => 'localhost', 'X-Forwarded-Proto' => 'http', 'X-Forwarded-Prefix' => '/portal');
$link = ask($browser, 'proxy@example.test', @front);
like $link, qr{^http://localhost/portal/auth/callback/nodemailer\?}, '... and leads to its address and path';
expect_error(qr/AuthJS: UntrustedHost: /, 'a proxy that says what is no host');
is $browser->post('/auth/signin/nodemailer', [], 'X-Forwarded-Host' => 'a b', 'X-Forwarded-Proto' => 'https')->code, 500, '... which must be one';

# --- where it is good ------------------------------------------------------------------------------------

$browser = browser_at('one');
$link = ask($browser, 'alice@example.test');
my $path = URI->new($link)->path_query;
like location(browser_at('two')->get($path)), $GONE, 'a link of another host is none';
like location($browser->get("$base{two}$path")), $GONE, '... in the browser that asked, either';
$browser->get($link);
is who($browser), 'alice@example.test', '... and is good where it was made, all the same';
my $coded = browser_at('one');
ask($coded, 'code@example.test');
my @typed = (csrfToken => $coded->csrf, code => ($mail->to('code@example.test'))[-1]{text} =~ /^(\d{6})$/m);
like location($coded->post("$base{two}/auth/callback/nodemailer", [@typed])), qr/error=EmailCode$/, 'the code of another host is none';
is who($coded), 'nobody', '... and signs nobody in';
unlike location($coded->post('/auth/callback/nodemailer', [@typed])), qr/error/, '... and is good where it was made, all the same';
is who($coded), 'code@example.test', '... where it signs in';

# --- whose sessions ---------------------------------------------------------------------------------------

is $browser->get('/in/')->code, 200, 'a session is one of its provider';
my $session = $browser->cookie('authjs.session-token');
my $claims = decode($session);
is "$claims->{provider} $claims->{email}", 'nodemailer alice@example.test', '... and says so';
my %at = map { my $there = browser_at($_); $there->set_cookie_value('authjs.session-token', $session); ($_ => who($there)) } qw(two rule);
is $at{two}, 'alice@example.test', 'a host that has its mails sent elsewhere believes it';
is $at{rule}, 'nobody', 'one with a rule of its own about addresses does not';

# --- without the CSRF token ----------------------------------------------------------------------------

$browser = browser_at('unchecked');
$link = ask($browser, 'free@example.test');
is browser_at('unchecked')->get($link)->code, 200, 'AuthJSSkipCSRFCheck: another browser is asked';
$browser->get($link);
is who($browser), 'free@example.test', '... and the one that asked goes straight in';

done_testing;
