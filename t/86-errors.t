# The table of errors (lib/core/error.h), row by row: where each leads to, what the log calls it
# and how loudly, and what the event says; one line for each sign-in that fails.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use URI ();

my $table = AuthJSTest::Env::read_file(srcdir() . '/lib/core/error.h');
my %row = map { $_->[0] => $_ } map { [/X\((\w+), (\w+), "(\w+)", (\w+)\)/] } $table =~ /X\(\w+, \w+, "\w+", \w+\)/g;
cmp_ok scalar(keys %row), '>=', 18, 'the table is read';
my %manual = map { /^\| `(\w+)` \| (error|warn|info) \| \S/ ? ($1 => uc $2) : () } split /\n/,
    (AuthJSTest::Env::read_file(srcdir() . '/docs/errors.md') =~ /^## What the log calls them\n(.*?)^## /ms)[0];
is_deeply \%manual, { map { $_ => $row{$_}[3] } keys %row }, 'the manual has the same errors and levels';

# Those that end no sign-in.
my %elsewhere = (
    AccountNotLinked => 't/47-passkey.t',
    AuthError => 'should not happen',
    EventError => 't/68-events.t',
    InvalidCallbackUrl => 'the base URL is used instead',
    JWTSessionError => 'a session that cannot be read',
    ReauthRequired => 't/48-reauth.t',
    SessionTokenError => 'a session that cannot be read',
    SignOutError => 'a session that cannot be ended',
    UnknownAction => 'a method that an endpoint does not have',
    WebAuthnVerificationError => 't/47-passkey.t',
    UntrustedHost => 'before anything is read of the request',
);

# --- the site ----------------------------------------------------------------------------------------

peer('refuser');
my $base = 'http://127.0.0.1:' . peer_port('refuser');
AuthJSTest::Env::write_file(my $users = root() . '/conf/users-86', `htpasswd -nbBC 4 bob '@{[ secret('password') ]}'` =~ s/\n+/\n/gr);
my %oidc = (first => '', second => '', closed => '', mapless => 'AuthJSProfile id=/nothing', expired => '');
my $httpd = httpd(conf => join '', <<"EOT", map { <<"OIDC" } sort keys %oidc);
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
LogLevel warn authjs:warn
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSAdapter memory \@root\@/var/memory.json
AuthJSEvent signInFailed log:logs/failed
AuthJSCallback signIn "expr=%{AUTHJS:account.provider} != 'closed'"
<AuthJSProvider credentials>
    AuthUserFile $users
</AuthJSProvider>
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://127.0.0.1:1
    AuthJSMailFrom www\@example.com
    AuthJSMailCode On
    AuthJSMailLimit address=1/1d
</AuthJSProvider>
EOT
<AuthJSProvider $_ oidc>
    AuthJSIssuer $base/@{[ /closed|mapless/ ? 'roles' : $_ ]}
    AuthJSClientID www
    AuthJSClientSecret \@secret:client_secret\@
    AuthJSChecks state pkce
    $oidc{$_}
</AuthJSProvider>
OIDC

sub answer {
    my ($id, $query) = @_;
    my $browser = $httpd->browser;
    my %asked = URI->new(location($browser->sign_in($id)))->query_form;
    return $browser->get("/auth/callback/$id?" . ($query // 'code=c0de-of-86') . "&state=$asked{state}");
}
sub set_away { $_[0] ? AuthJSTest::Env::write_file($httpd->root . '/var/memory.json.away', '') : unlink $httpd->root . '/var/memory.json.away' }
is location(answer('first')), $httpd->url, 'a sign-in that does not fail';
is $httpd->error_log =~ /AuthJS: /, '', '... and no line';

# --- row by row ---------------------------------------------------------------------------------------

$httpd->browser->sign_in('nodemailer', [email => 'often@example.com']);
my %page = (ERROR => 'error?', SIGN_IN => 'signin?', VERIFY => 'verify-request?provider=nodemailer&type=email&');
my %try = (
    AccessDenied => sub { answer('closed') },
    AdapterError => sub { set_away(1); my $r = answer('first'); set_away(0); $r },
    CallbackRouteError => sub { answer('expired') },
    CredentialsSignin => sub { $httpd->browser->credentials('credentials', [username => 'bob', password => 'wrong-password-86']) },
    EmailCode => sub { my $b = $httpd->browser; $b->post('/auth/callback/nodemailer', [csrfToken => $b->csrf, code => '999 999']) },
    EmailLimit => sub { $httpd->browser->sign_in('nodemailer', [email => 'often@example.com'], Accept => 'text/html') },
    EmailSignInError => sub { $httpd->browser->sign_in('nodemailer', [email => 'bob@example.com']) },
    InvalidCheck => sub { answer('first', 'code=x&code=y') },
    InvalidProvider => sub { $httpd->browser->get('/auth/callback/nobody?code=x') },
    MissingCSRF => sub { $httpd->browser->post('/auth/callback/credentials', [username => 'bob']) },
    OAuthAccountNotLinked => sub { answer('second') },
    OAuthCallbackError => sub { answer('first', 'error=access_denied') },
    OAuthProfileParseError => sub { answer('mapless') },
    Verification => sub { $httpd->browser->get('/auth/callback/nodemailer?token=c0de-of-86') },
);
expect_error(qr/AuthJS: (?:AdapterError|CallbackRouteError): /, '86: errors that an operator must know of');
for my $name (sort keys %row) {
    my (undef, $kind, $code, $level) = @{ $row{$name} };
    ok !!$try{$name} != !!$elsewhere{$name}, "$name: is tried, or ends no sign-in";
    my $try = $try{$name} or next;
    my $offset = length $httpd->error_log;
    like location($try->()), qr{/auth/\Q$page{$kind}\Eerror=$code(?:&code=credentials)?\z}, "$name: leads to where the table says";
    my @lines = grep { /\[authjs:/ } split /\n/, substr $httpd->error_log, $offset;
    is scalar(@lines), 1, '... one line' or diag join "\n", @lines;
    my $loud = $level eq 'ERROR' ? 'error' : 'warn';
    like $lines[0], qr/\[authjs:$loud\].*AuthJS: $name: \S.* \((?:provider \w+|no provider)(?:, user \S+|, user name "bob")?, reference \S+\)\z/, "... at $loud";
    my ($event) = AuthJSTest::Env::read_file($httpd->root . '/logs/failed') =~ /([^\n]*)\n\z/;
    is JSON::PP::decode_json($event // '{}')->{params}{reason}, $name, '... and the event has the name';
}
unlike $httpd->error_log . AuthJSTest::Env::read_file($httpd->root . '/logs/failed'), qr/c0de-of-86|wrong-password-86/, 'neither code nor password';

done_testing;
