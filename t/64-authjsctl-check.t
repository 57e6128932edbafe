# authjsctl check: what it finds in a configuration, and what it does not, with real providers and databases.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Database;
use JSON::PP ();
use MIME::Base64 ();

my $program = builddir() . '/tools/authjsctl';
my $tls = AuthJSTest::Env::tls_dir();

# (exit status, findings by "level code", all that it wrote)
my ($httpd, %told);
sub check {
    my ($conf, @arguments) = @_;
    $httpd = AuthJSTest::Httpd->configure(conf => $conf) if defined $conf;
    my $command = join ' ', map { "'" . s/'/'\\''/gr . "'" } $program, 'check', '--json', '--httpd', $httpd->{program},
        '--config', $httpd->root . '/conf/httpd.conf', @arguments;
    my $said = `ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=exitcode=99 $command 2>&1 </dev/null`;
    my $status = $? >> 8;
    unlike $said, qr/\Q@{[ secret('auth_secret') ]}\E|\Q@{[ secret('client_secret') ]}\E/, 'no secret in what it says';
    my $all = eval { JSON::PP->new->utf8->decode($said) } or return ($status, {}, $said);
    my %found;
    push @{ $found{"$_->{level} $_->{code}"} }, $_->{text} for @{ $all->{findings} };
    $told{ $_->{code} } = 1 for @{ $all->{findings} };
    return ($status, \%found, $said);
}
# Of these, what is no ok.
sub wrong { my ($found) = @_; return { map { $_ => $found->{$_} } grep { !/^ok / } keys %$found } }

# --- nothing is wrong ------------------------------------------------------------------------------
my $op = peer_port('op');
my $head = <<"EOT";
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
EOT
sub provider {
    my ($id, @lines) = @_;
    return join '', "<AuthJSProvider $id oidc>\n", (grep({ /^AuthJSIssuer/ } @lines) ? () : "AuthJSIssuer http://127.0.0.1:$op\n"),
        "AuthJSClientID basic\nAuthJSClientSecret \@secret:client_secret\@\n", map({ "$_\n" } @lines), "</AuthJSProvider>\n";
}
my $process = peer('op', port => $op, env => { OP_PORT => $op });
my $app = "<Location /app>\nAuthType AuthJS\nRequire valid-user\n</Location>\n";
my ($status, $found, $said) = check($head . provider('op') . $app);
is $status, 0, 'a sound configuration' or diag $said;
is_deeply wrong($found), {}, '... nothing is found' or diag $said;
like "@{ $found->{'ok keys'} }", qr/keys at/, '... and it was looked at';


# --- the provider says something else ----------------------------------------------------------------
sub finds {
    my ($what, $code, $conf, %expected) = @_;
    my @arguments = @{ delete $expected{arguments} // [] };
    ($status, $found, $said) = check($conf, @arguments);
    is $status, $code, "$what: exit status" or diag $said;
    is_deeply [sort keys %{ wrong($found) }], [sort keys %expected], '... what is found' or diag $said;
    like "@{ $found->{$_} // [] }", $expected{$_}, "... $_" for sort keys %expected;
}
finds('another issuer', 1, $head . provider('op', "AuthJSIssuer http://localhost:$op") . $app, 'error issuer' => qr{"http://127\.0\.0\.1:$op", and AuthJSIssuer says http://localhost:$op});
finds('a path where no document is', 1, $head . provider('op', "AuthJSIssuer http://127.0.0.1:$op/realm") . $app, 'error discovery' => qr{status 404 \(GET http://127\.0\.0\.1:$op/realm/\.well-known});
finds('nobody there', 3, $head . provider('op', "AuthJSIssuer http://127.0.0.1:\@port:closed\@") . $app, 'error discovery' => qr{onnect.*GET});
finds('nobody there, offline', 0, undef, arguments => ['--offline']);
finds('a scope that it does not have', 0, $head . provider('op', 'AuthJSScope "openid surprise"', 'AuthJSIDTokenAlg ES512', 'AuthJSClientAuth client_secret_post') . $app,
    'note scope' => qr/surprise/);


# --- over TLS, without discovery, in several hosts ---------------------------------------------------------
my $tls_port = peer_port('op_tls');
my $tls_op = peer('op', port => $tls_port, env => { OP_TLS_PORT => $tls_port, OP_TLS => $tls });
my $https = provider('op', "AuthJSIssuer https://localhost:$tls_port");
finds('https, by its own authority', 0, "AuthJSHTTP ca=$tls/ca.pem\n$head$https$app");
finds('... which nobody knows', 3, "$head$https$app", 'error discovery' => qr/certificate/);
my $plain = "<AuthJSProvider plain oauth>\nAuthJSClientID a\nAuthJSClientSecret b\nAuthJSAuthorizationURL http://127.0.0.1:$op/auth\nAuthJSTokenURL http://127.0.0.1:%s/token\n"
    . "AuthJSUserinfoURL http://127.0.0.1:$op/me\n</AuthJSProvider>\n";
finds('no discovery', 0, $head . sprintf($plain, $op) . $app);
like "@{ $found->{'ok token-endpoint'} // [] }", qr{http://127\.0\.0\.1:$op/token answers}, '... its token endpoint is asked';
finds('... which is not there', 3, $head . sprintf($plain, '@port:closed@') . $app, 'error token-endpoint' => qr/onnect/);
finds('several hosts', 0, $head . provider('op') . $app . join('', map { "<VirtualHost *:8$_>\nServerName localhost\nAuthJSURL http://localhost:8$_\n</VirtualHost>\n" } 1 .. 3));
is scalar @{ $found->{'ok discovery'} }, 1, '... with one provider, which is asked once';

# --- documents that differ -----------------------------------------------------------------------------
my $says = peer('says');
# An issuer whose document says this, and the lines of its provider.
sub says {
    my ($told, @lines) = @_;
    my $name = MIME::Base64::encode_base64url(JSON::PP->new->utf8->canonical->encode($told));
    return $head . provider('p', "AuthJSIssuer " . $says->url("/$name"), @lines) . $app;
}
finds('a sound document', 0, says({}));
finds('an old one from a cache, which says so', 0, says({ '$clock' => -3000, '$age' => 3000 }));
finds('a clock that is off', 1, says({ '$clock' => 3600 }), 'error clock' => qr/3[56]\d\d seconds behind that of provider p, more than/);
finds('the other way', 1, says({ '$clock' => -3600 }), 'error clock' => qr/3[56]\d\d seconds ahead of/);
finds('a clock that is not', 0, says({ '$clock' => 3 }));
finds('no PKCE', 0, says({ code_challenge_methods_supported => ['plain'] }), 'warning pkce' => qr/write AuthJSChecks state nonce/);
finds('... or nobody knows', 0, says({ code_challenge_methods_supported => undef }), 'note pkce' => qr/says nothing of it/);
finds('... not asked for', 0, says({ code_challenge_methods_supported => undef }, 'AuthJSChecks state nonce'));
finds('response modes', 0, says({ response_modes_supported => ['query'] }, 'AuthJSAuthorization response_mode=form_post', 'AuthJSChecks state nonce'),
    'warning response-mode' => qr/form_post/);
finds('response types', 1, says({ response_types_supported => ['id_token'] }), 'error response-type' => qr/code/);
finds('client authentication', 0, says({}, 'AuthJSClientAuth client_secret_post'), 'warning client-auth' => qr/is client_secret_post, and its document has "\['client_secret_basic'\]"/);
finds('an algorithm', 1, says({}, 'AuthJSIDTokenAlg PS256'), 'error id-token-alg' => qr/is PS256/);
finds('an endpoint that is written', 0, says({}, 'AuthJSToken http://127.0.0.1/elsewhere'), 'note endpoint' => qr{token_endpoint is http://127\.0\.0\.1/elsewhere as it is configured});
finds('an endpoint that is missing', 1, says({ token_endpoint => undef }), 'error endpoint' => qr/token_endpoint of its document is missing/);
finds('an endpoint that is none', 1, says({ authorization_endpoint => 'javascript:1' }), 'error endpoint' => qr/is no URL \("javascript:1"\)/);
finds('what is demanded', 1, says({ require_pushed_authorization_requests => JSON::PP::true }), 'error demand' => qr/require_pushed/);
finds('keys of no use', 1, says({ '$keys' => { keys => [{ kty => 'oct', k => 'AAAA' }] } }), 'error keys' => qr/no key in it/);
finds('no keys', 1, says({ '$keys' => [] }), 'error keys' => qr/something else than a JSON object/);
finds('keys that are not there', 1, says({ jwks_uri => $says->url('/e30/nowhere') }), 'error keys' => qr{status 404 \(GET http://127\.0\.0\.1:\d+/e30/nowhere\)});

# --- hostile answers -------------------------------------------------------------------------------------
finds('a redirect', 1, says({ '$status' => 302, '$location' => 'http://127.0.0.1:1/' }), 'error discovery' => qr/status 302 .*redirects are not followed/);
finds('a server that fails', 3, says({ '$status' => 503 }), 'error discovery' => qr/status 503/);
finds('no JSON', 1, says({ '$text' => "<html>\e[31m" }), 'error discovery' => qr/something else than a JSON object/);
finds('too much', 1, says({ '$pad' => 2_000_000 }), 'error discovery' => qr/its answer is too large/);
finds('nothing at all', 3, "AuthJSHTTP connect=1s timeout=1s\n" . says({ '$hang' => JSON::PP::true }), 'error discovery' => qr/[Tt]imeout/);
my $escapes = "\e]0;x\a\e[2J\x{9b}31m\r\nok   all is well\x{202e}";
finds('what speaks to the terminal', 1, says({ issuer => "http://127.0.0.1/$escapes", token_endpoint => $escapes, jwks_uri => $escapes,
    token_endpoint_auth_methods_supported => [$escapes], id_token_signing_alg_values_supported => [$escapes], scopes_supported => [$escapes] }, 'AuthJSIDTokenAlg ES256'),
    'error issuer' => qr/./, 'error endpoint' => qr/./, 'warning client-auth' => qr/./, 'error id-token-alg' => qr/./, 'note scope' => qr/./);
my $text = `ASAN_OPTIONS=detect_leaks=0 $program check --httpd $httpd->{program} --config $httpd->{root}/conf/httpd.conf 2>&1`;
unlike $text, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae/, '... does not reach it' or diag $text;
like $text, qr/^error   localhost:\d+: provider p: .* \[issuer\]$/m, '... and is told in lines';
unlike $text, qr/^ok   all is well/m, '... of ours alone';
like $text, qr/^errors: \d+, warnings: \d+, notes: \d+\n\z/m, '... counted';

# --- address, names, cookies --------------------------------------------------------------------------------
my $credentials = "<AuthJSProvider credentials>\nAuthJSAuthnProvider file\nAuthUserFile \@root\@/conf/passwords\n</AuthJSProvider>\n";
my $site = "AuthJSSecret \@secret:auth_secret\@\n$credentials";
sub vhost { my ($name, @lines) = @_; return join "\n", "<VirtualHost *:81>", "ServerName $name", @lines, "</VirtualHost>\n" }
my @offline = (arguments => ['--offline', '--site', 'www.example.com']);
my $passwords = sub { AuthJSTest::Env::write_file($httpd->root . '/conf/passwords', 'x:y', 0600) };
my %missing = ('warning configtest' => qr/AuthUserFile/);
finds('another name', 0, $site . vhost('www.example.com', 'AuthJSURL https://other.example.com', 'ServerAlias *.example.org'), @offline,
    %missing, 'warning url-name' => qr/AuthJSURL says https:\/\/other\.example\.com/, 'note tls-elsewhere' => qr/proxy in front/);
finds('an alias', 0, $site . vhost('www.example.com', 'AuthJSURL https://a.example.org', 'ServerAlias *.example.org'), @offline, %missing, 'note tls-elsewhere' => qr/./);
finds('plain http', 0, $site . vhost('www.example.com', 'AuthJSURL http://www.example.com'), @offline, 'warning configtest' => qr/travel unencrypted/, 'warning url-http' => qr/use https/);
finds('plain http and secure cookies', 1, $site . vhost('www.example.com', 'AuthJSURL http://www.example.com', 'AuthJSUseSecureCookies On'), @offline,
    'warning configtest' => qr/./, 'warning url-http' => qr/./, 'error cookie-secure' => qr/sessionToken is Secure/);
for (['AuthJSCookie sessionToken domain=example.org', 'error cookie-domain' => qr/browsers throw it away/], ['AuthJSCookie sessionToken domain=ample.com', 'error cookie-domain' => qr/./],
    ['AuthJSCookie sessionToken domain=example.com'], ['AuthJSCookie csrfToken path=/app name=csrf', 'error cookie-path' => qr{the endpoints are below /auth}],
    ['AuthJSCookie sessionToken path=/auth', 'note cookie-path' => qr/elsewhere nobody is/], ['AuthJSCookie sessionToken path=/authentic', 'error cookie-path' => qr/./]) {
    my ($line, %found) = @$_;
    finds($line, $line =~ /org|ample\.com\b(?<!example\.com)|app|authentic/ ? 1 : 0, $site . vhost('www.example.com', 'AuthJSURL https://www.example.com', $line), @offline, %missing, 'note tls-elsewhere' => qr/./, %found);
}
is((check(undef, '--offline', '--site', 'none.example'))[0], 2, 'a site that is not there');

# More than a pipe holds.
finds('many hosts', 0, $site . join('', map { vhost("h$_.example.com", "AuthJSURL http://127.0.0.1:81", "ServerAlias 127.0.0.1") } 1 .. 500), arguments => ['--offline'], %missing);

# --- sections -----------------------------------------------------------------------------------------------
sub place { my ($path, @lines) = @_; return join "\n", "<Location $path>", @lines, "</Location>\n" }
@offline = (arguments => ['--offline']);
my $sound = $head . $credentials;
for (['/a', ['AuthType AuthJS'], 'error open' => qr/has no Require beside it.*valid-user/], ['/a', ['AuthType AuthJS', 'Require valid-user']],
    ['/a', ['AuthType AuthJS', '<RequireAny>', 'Require valid-user', '</RequireAny>']], ['/a', ['AuthType AuthJS', 'Require all granted']],
    ['/a', ['AuthType AuthJS', 'AuthJSCallback authorized expr=true']], ['/a', ['Require authjs-email *@example.com'], 'warning require-without-type' => qr/write AuthType AuthJS/]) {
    my ($path, $lines, %found) = @$_;
    finds("@$lines", $found{'error open'} ? 1 : 0, $sound . place($path, @$lines), @offline, %missing, %found);
}
finds('Require in another section of the same place', 0, $sound . place('/a', 'AuthType AuthJS') . place('/a', 'Require valid-user'), @offline, %missing);
finds('... further up', 0, $sound . place('/a', 'Require valid-user') . place('/a/b', 'AuthType AuthJS'), @offline, %missing);
finds('... beside it', 1, $sound . place('/a', 'Require valid-user') . place('/ab', 'AuthType AuthJS'), @offline, %missing, 'error open' => qr{/ab});
finds('AuthType above Require', 0, $sound . place('/a', 'AuthType AuthJS', 'Require valid-user') . place('/a/b', 'Require authjs-provider credentials'), @offline, %missing);
finds('a host without providers', 0, place('/', 'AuthType AuthJS', 'Require valid-user') . vhost('www.example.com', 'AuthJSURL https://www.example.com', split /\n/, $site)
    . vhost('other.example.com', ''), @offline, %missing, 'note tls-elsewhere' => qr/./, 'warning no-session' => qr/other\.example\.com .*nobody gets in/);
finds('no provider at all', 0, '', @offline, 'warning no-provider' => qr/authjsctl add/);
finds('what configtest refuses', 1, place('/', 'AuthType AuthJS', 'Require valid-user'), @offline, 'error configtest' => qr/no provider to sign in with/);
($status, $found, $said) = check("NoSuchDirective On\n");
is $status, 2, 'what httpd cannot read' or diag $said;
like $said, qr/^authjsctl: .*NoSuchDirective/s, '... is told';

# --- .htaccess that nobody reads --------------------------------------------------------------------------------
my $docs = root() . '/htdocs/deep';
htdocs('deep/1/2/3/4/.htaccess', "AuthType AuthJS\nRequire valid-user\n");
my $folder = "DocumentRoot $docs\n<Directory $docs>\nAllowOverride %s\nRequire all granted\n</Directory>\n";
finds('AllowOverride None', 0, $sound . sprintf($folder, 'None'), @offline, 'warning configtest' => qr{/1/2/3/4/\.htaccess says AuthType AuthJS, and httpd does not read it there});
finds('AllowOverride AuthConfig', 0, $sound . sprintf($folder, 'AuthConfig'), @offline, %missing);

# --- files that others can write ---------------------------------------------------------------------------------
my $open = AuthJSTest::Env::write_file(root() . '/var/check/passwords', "x:y\n", 0644);
chmod 0755, root() . '/var/check';
my $reachable = sub { my ($at) = @_; while ($at ne '/') { return 0 unless (stat $at)[2] & 01; $at =~ s{/[^/]*$}{} or last; $at ||= '/' } return 1 };
SKIP: {
    skip 'others do not get to this directory at all', 1 unless $reachable->(root() . '/var/check');
    finds('a password file that others read', 1, $sound =~ s{\@root\@/conf/passwords}{$open}r, @offline, 'error file-open' => qr/AuthUserFile .* can read \Q$open\E; write: chmod o-rwx/);
    chmod 0600, $open;
    finds('... and not', 0, undef, @offline);
    chmod 0644, $httpd->root . '/conf/test.conf';
    chmod 0755, $httpd->root, $httpd->root . '/conf';
    finds('a configuration with a secret that others read', 0, undef, @offline, 'warning secret-readable' => qr/AuthJSSecret .* chmod o-r/);
    my $script = AuthJSTest::Env::write_file(root() . '/var/check/auth.lua', "function signIn() return true end\n");
    chmod 0666, $script;
    finds('a script that others write', 1, $head . "AuthJSCallback signIn lua:$script\n" . $credentials =~ s{\@root\@/conf/passwords}{$open}r, @offline,
        'error file-open' => qr/AuthJSCallback .* can write \Q$script\E/) if -e builddir() . '/.libs/mod_authjs_lua.so';
}

# --- the database, the mail server ---------------------------------------------------------------------------------
for my $kind (qw(sqlite pgsql)) {
    my $db = database($kind);
    my $with = $db->adapter . $sound;
    finds("$kind: without tables", $kind eq 'sqlite' ? 0 : 1, $with, arguments => [], %missing,
        $kind eq 'sqlite' ? ('note database' => qr/no tables yet; httpd makes them/) : ('error database' => qr/lacks .*run authjsctl migrate/));
    system($program, 'migrate', '--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf') == 0 or die 'migrate';
    finds("$kind: with them", 0, undef, arguments => [], %missing);
    like "@{ $found->{'ok database'} // [] }", qr/has all tables/, '... which is said';
    $db->execute($kind eq 'sqlite' ? 'ALTER TABLE accounts DROP COLUMN scope' : 'ALTER TABLE accounts DROP COLUMN scope');
    finds("$kind: a column is missing", 1, undef, arguments => [], %missing, 'error database' => qr/lacks accounts\.scope/);
    next if $kind eq 'sqlite';
    $db->stop;
    finds("$kind: away", 3, undef, arguments => [], %missing, 'error database' => qr/./);
    finds('... offline', 0, undef, @offline, %missing);
}
my $mail = database('sqlite');
finds('a mail server that is away', 3, $mail->adapter . $head . "<AuthJSProvider nodemailer email>\nAuthJSMailServer smtp://user:wrong-pa55\@localhost:\@port:closed\@\nAuthJSMailFrom a\@example.com\n</AuthJSProvider>\n",
    arguments => [], 'note database' => qr/./, 'error mail' => qr{smtp://localhost: });
unlike $said, qr/wrong-pa55/, '... without its password';

# --- the manual ------------------------------------------------------------------------------------------------------
my ($table) = AuthJSTest::Env::read_file(srcdir() . '/docs/authjsctl.md') =~ /^\| code \| level \| what was found \|\n((?:\|.*\n)+)/m;
my %written = map { /^\| `([\w-]+)` \| / ? ($1 => 1) : () } split /\n/, $table;
my $source = join '', map { AuthJSTest::Env::read_file($_) } glob srcdir() . '/tools/ctl_check*.c';
my %used = map { $_ => 1 } $source =~ /"([a-z]+(?:-[a-z]+)*)"(?=,\s*(?:"|site->name|in\.|why|\n))/g;
is_deeply [grep { !$used{$_} } sort keys %written], [], 'the manual has no code that is never told';
is_deeply [grep { !$written{$_} } sort keys %told], [], '... and all that were told here';

done_testing;
