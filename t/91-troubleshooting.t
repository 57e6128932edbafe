# docs/troubleshooting.md: what the log is said to say, it says. Each sentence is brought about, or stands
# in the source.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Recipe;
use File::Find;
use MIME::Base64 qw(encode_base64url);
use URI;

my $page = AuthJSTest::Recipe->new('docs/troubleshooting.md');
my ($op, $claims) = map { peer_port($_) } qw(op claims);
my $passwords = AuthJSTest::Recipe::passwords(root() . '/conf/passwords', 'bob');
my $company = "AuthJSIssuer http://127.0.0.1:$op\nAuthJSClientID basic\nAuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz\n";
my $server = AuthJSTest::Httpd->configure;
peer('op', port => $op, env => { OP_PORT => $op, OP_KEYS => root(), OP_PROVIDERS => 'wrong,refused', OP_ORIGINS => $server->url('/auth') });
$server->rewrite(($page->text =~ /^ +(LogLevel .*\n)/m)[0] =~ s/warn/info/r . <<"EOT");
Protocols h2c http/1.1
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider op oidc>
$company</AuthJSProvider>
<AuthJSProvider wrong oidc>
@{[ $company =~ s/basic-secret/wrong-secret/r ]}</AuthJSProvider>
<AuthJSProvider away oidc>
AuthJSIssuer http://127.0.0.1:1
AuthJSClientID www
AuthJSClientSecret secret-of-www
</AuthJSProvider>
<AuthJSProvider issuer oidc>
AuthJSIssuer http://localhost:$op
AuthJSClientID www
AuthJSClientSecret secret-of-www
</AuthJSProvider>
<AuthJSProvider clock oidc>
AuthJSIssuer http://127.0.0.1:$claims
AuthJSClientID www
AuthJSClientSecret secret-of-www
</AuthJSProvider>
<AuthJSProvider credentials>
AuthUserFile $passwords
</AuthJSProvider>
<AuthJSProvider nofile credentials>
AuthUserFile $passwords-that-nobody-can-open
</AuthJSProvider>
AuthJSCallback signIn "expr=%{AUTHJS:user.name} != 'User upper'"
@{[ protected('/private') ]}@{[ protected('/only', 'AuthJSProviders op') ]}@{[ protected('/nick', 'AuthJSRemoteUser nick') ]}<Location /claim>
AuthType AuthJS
Require authjs-claim role = admin
</Location>
<Location /mail>
AuthType AuthJS
Require authjs-email *\@example.test
</Location>
<Location /closed>
Require all denied
</Location>
<Directory @{[ $server->root ]}/htdocs/half>
AllowOverride FileInfo
</Directory>
EOT
AuthJSTest::Env::write_file($server->root . '/htdocs/half/.htaccess', "AuthType AuthJS\nRequire valid-user\n");
$server->start;

# What has been said: by the log, by configtest, by answers.
my $said = '';
my @html = (Accept => 'text/html');
sub cookie { my ($claims, %o) = @_; return (Cookie => ($o{salt} || 'authjs.session-token') . '=' . mint($claims, %o)) }
sub visit {
    my ($provider, %option) = @_;
    my $browser = $server->browser;
    my $to = location($browser->sign_in($provider, [callbackUrl => '/private/']));
    return ($browser, $browser->get(authorize($to, %option), @html)) if $to !~ m{^\Q@{[ $server->url ]}\E};
    return ($browser, undef, $to);
}
sub ends { my ($response, $where, $name) = @_; like location($response) // '', $where, $name }

# --- a sign-in that has no end ------------------------------------------------------------------------------
my $site = $server->site;
my %user = (sub => 'u-1', name => 'Ada', email => 'ada@example.test');
is $site->get('/private/', @html, @{ $_->[1] })->code, 302, "asked to sign in: $_->[0]" for ['no cookie', []],
    ['a cookie of the other scheme', [cookie(\%user, salt => '__Secure-authjs.session-token')]],
    ['another secret', [cookie(\%user, secret => secret('auth_secret_2'))]],
    ['an old session', [cookie(\%user, now => time - 90 * 86400)]],
    ['a session of another provider of this name', [cookie({ %user, provider => 'op', realm => 'elsewhere' })]];
my $bob = $server->browser;
is location($bob->credentials('credentials', [username => 'bob', password => 'demo', callbackUrl => '/private/'])), $server->url('/private/'), 'bob signs in';
like location($bob->get('/only/', @html)), qr/signin\?provider=op&/, '... and is asked to, for another provider';

# --- codes ----------------------------------------------------------------------------------------------------
ends((visit($_->[0]))[1] // HTTP::Response->new(302, '', [Location => (visit($_->[0]))[2]]), qr/error=Configuration$/, "Configuration: $_->[1]")
    for ['wrong', 'a wrong secret'], ['away', 'a provider that is away'], ['issuer', 'another issuer'];
ends((visit('op', login => 'longname'))[1], qr/error=Configuration$/, 'Configuration: a session that is too large');
ends($site->get('/auth/callback/op?code=x', @html), qr/error=Configuration$/, 'Configuration: the callback URL itself');
ends($server->browser->post('/auth/signin/op', [csrfToken => 'x'], @html), qr/error=MissingCSRF$/, 'MissingCSRF');
my $browser = $server->browser;
my $back = authorize(location($browser->sign_in('op')));
ends($server->browser->get($back, @html), qr/error=SignInExpired$/, 'SignInExpired: another browser');
my $again = $server->browser;
$back = authorize(location($again->sign_in('op')));
ends($again->get($back), qr{^\Q@{[ $server->url ]}\E$}, 'a sign-in');
$again->sign_out;
ends($again->get($back, @html), qr/error=SignInExpired$/, 'SignInExpired: a page that is reloaded');
peer('claims');
for my $wrong ({ exp => time - 3600 }, { nbf => time + 3600 }) {
    my %asked = URI->new(location($again->sign_in('clock')))->query_form;
    my $code = encode_base64url(JSON::PP::encode_json({ claims => { name => 'Ada', %$wrong } }));
    ends($again->get("/auth/callback/clock?code=$code" . ($asked{state} ? "&state=$asked{state}" : ''), @html), qr/error=Configuration$/, 'Configuration: a clock that is off, ' . join '', keys %$wrong);
}
ends((visit('op', deny => 1))[1], qr/error=OAuthCallbackError$/, 'OAuthCallbackError');
ends((visit('op', login => 'upper'))[1], qr/error=AccessDenied$/, 'AccessDenied');
ends($server->browser->credentials('credentials', [username => 'bob', password => 'not-this']), qr/error=CredentialsSignin/, 'CredentialsSignin');
$server->browser->credentials('nofile', [username => 'bob', password => 'demo']);

# --- refusals and limits ----------------------------------------------------------------------------------------
my ($unverified) = visit('op', login => 'unverified');
is $unverified->get($_, @html)->code, 403, "403: $_" for qw(/claim/ /mail/ /nick/ /closed/);
is $site->get('/half/')->code, 500, '.htaccess in a folder that allows other things';
my $big = $site->get('/private/', Cookie => 'x=' . 'y' x 9000);
is $big->code, 400, 'too many cookies';
$said .= $big->content;
my ($heading) = $page->text =~ /^## (400 or 431.*)/m;
my ($words) = $heading =~ /"(.*)"/;
like $big->content, qr/\Q$words\E/, '... as the heading has it';
my $h2 = `curl -s -o /dev/null -w '%{http_code}' --http2-prior-knowledge -H 'Cookie: x=@{[ 'y' x 9000 ]}' @{[ $server->url('/private/') ]}`;
is $h2, 431, '... and over HTTP/2';
is $site->get('/private/')->code, 401, 'a program gets 401';
like $site->get('/private/')->content, qr/^\{"url":"/, '... and JSON';
my $callbacks = $page->block(qr{/auth/providers}, 'https://www.example.com' => $server->url);
like `$callbacks`, qr{"callbackUrl":"\Q@{[ $server->url('/auth/callback/op') ]}\E"}, 'the callback URL to register';

my $forwarded = httpd(conf => "AuthJSSecret \@secret:auth_secret\@\nAuthJSTrustHost On\n<AuthJSProvider github>\nAuthJSClientID x\nAuthJSClientSecret y\n</AuthJSProvider>\n");
is $forwarded->site->get('/auth/signin', @html, 'X-Forwarded-Host' => 'no host/')->code, 500, 'what is no host';

# --- configtest ---------------------------------------------------------------------------------------------------
my $docs = root() . '/docs';
AuthJSTest::Env::write_file("$docs/.htaccess", "AuthType AuthJS\n");
my $env = AuthJSTest::Env::write_file(root() . '/conf/open.env', 'AUTH_SECRET=' . secret('auth_secret') . "\n", 0644);
my $github = "<AuthJSProvider github>\nAuthJSClientID x\nAuthJSClientSecret y\n</AuthJSProvider>\n";
my $secret = 'AuthJSSecret @secret:auth_secret@';
for my $conf ("UseCanonicalName Off\n$secret\n$github", "AuthJSSecret short\n$github", "$secret\nAuthJSProvider github\n", "AuthJSEnvFile $env\n$github",
    "$secret\nAuthJSProvider githb\n", "$secret\n$github<VirtualHost *:1>\nDocumentRoot $docs\n</VirtualHost>\n<Directory $docs>\nAllowOverride None\n</Directory>\n") {
    $said .= (configtest($conf))[1];
}
my $bare = AuthJSTest::Httpd->configure(conf => "$secret\n$github");
my $file = $bare->root . '/conf/httpd.conf';
AuthJSTest::Env::write_file($file, AuthJSTest::Env::read_file($file) =~ s/^LoadModule socache_shmcb_module .*//mr);
AuthJSTest::Env::write_file($bare->root . '/mods-available/socache_shmcb.load', '');
$said .= ($bare->test)[1];
is +(configtest($page->block(qr/prompt=login/) . "$secret\n", env => { AUTH_GOOGLE_ID => 'x', AUTH_GOOGLE_SECRET => 'y' }))[0], 0, 'the provider asks again';

# --- the sentences --------------------------------------------------------------------------------------------------
$said .= $server->error_log . $forwarded->error_log;
my $source = '';
find({ no_chdir => 1, wanted => sub { $source .= AuthJSTest::Env::read_file($_) if /\.c$/ } }, srcdir() . '/lib');
$source = join "\n", map { s/"\s*"//gr } $source =~ /((?:"(?:[^"\\]|\\.)*"\s*)+)/g;
$source =~ s/\\"/"/g;
# What is not brought about here: names of errors, which their own tests bring about, and what takes a quarter of an hour.
my %named = map { $_ => 1 } AuthJSTest::Env::read_file(srcdir() . '/docs/errors.md') =~ /^\| `(\w+)` \|/mg;
my ($rows, @not);
for my $row ($page->rows) {
    my ($sentence) = $row->[0] =~ /^`(.*)`$/ or next;
    $rows++;
    my $pattern = join '.*?', map { quotemeta } split /…/, $sentence, -1;
    my $fixed = (sort { length $b <=> length $a } split /…|: /, $sentence)[0];
    next if $said =~ /$pattern/;
    push @not, $sentence;
    ok $named{$sentence} || index($source, $fixed) >= 0, "in the source: $sentence";
}
cmp_ok $rows, '>=', 40, 'there are sentences';
cmp_ok scalar @not, '<=', 6, '... and few of them are not brought about here' or diag join "\n", @not;
is scalar(grep { @$_ == 3 && !/the log says|^:?-+$/ && ($_->[1] eq '' || $_->[2] eq '') } $page->rows), 0, 'each has a reason and an answer';
$page->block($_) for qr/^authjsctl mail/m, qr/^   LogLevel/m, qr/^   grep/m;
is_deeply [$page->unused], [], 'every block of the page was tried, or is a command of the shell';
expect_error(qr/AuthJS: |AH01631|AH01630|AH01620|not allowed here|AH01807|AH01617|AH01618/, '91: what is to be seen');
done_testing;
