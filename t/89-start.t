# docs/start.md as somebody follows it who has built from source: a clean layout as Debian's, its steps
# in their order, and the answers that it promises. (Its section about packages: packaging/tour.)
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Manual;
use File::Path qw(make_path);
use URI ();

my $start = AuthJSTest::Env::read_file(srcdir() . '/docs/start.md');
my @steps = AuthJSTest::Manual::section($start, 'From source');
is join(' ', map { $_->[0] } @steps), 'write run other run write run run answer run answer', 'its steps'
    or BAIL_OUT join "\n", map { "$_->[0]: $_->[1]" } @steps;

# --- the layout that Debian's package makes ---------------------------------------------------------
my $etc = root() . '/etc/apache2';
my $libexec = AuthJSTest::Env::apxs('LIBEXECDIR');
my $port = AuthJSTest::Env::free_port();
make_path(map { "$etc/$_" } qw(mods-available mods-enabled conf-available conf-enabled sites-available sites-enabled));
make_path(map { root() . "/$_" } qw(run log logs www));
AuthJSTest::Env::write_file("$etc/mods-available/" . s{.*/mod_(\w+)\.so}{$1.load}r, 'LoadModule ' . s{.*/mod_(\w+)\.so}{$1_module}r . " $_\n")
    for glob "$libexec/mod_*.so";
my $module = builddir() . '/.libs/mod_authjs.so';
AuthJSTest::Env::write_file("$etc/envvars", 'export APACHE_RUN_DIR=' . root() . "/run\nexport APACHE_LOG_DIR=" . root() . "/log\n");
AuthJSTest::Env::write_file("$etc/apache2.conf", <<"EOT" . ($> ? '' : "User nobody\nGroup nogroup\n"));
DefaultRuntimeDir \${APACHE_RUN_DIR}
PidFile \${APACHE_RUN_DIR}/apache2.pid
ErrorLog \${APACHE_LOG_DIR}/error.log
IncludeOptional mods-enabled/*.load
TypesConfig /etc/mime.types
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory @{[ root() ]}/www>
    AllowOverride None
    Require all granted
</Directory>
Listen 127.0.0.1:$port
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
EOT
AuthJSTest::Env::write_file("$etc/sites-available/000-default.conf",
    "<VirtualHost *:$port>\n    ServerName www.example.com\n    DocumentRoot " . root() . "/www\n</VirtualHost>\n");
AuthJSTest::Env::write_file(root() . '/www/index.html', "protected\n");

# --- the programs of that package: each is one link, or httpd in this environment ----------------------
my $bin = root() . '/bin';
# With the sanitizers' runtimes in it, which a program of that package would not know of.
my $httpd = sanitized() ? AuthJSTest::Env::httpd_wrapper(root(), map { ("APACHE_\U${_}\E_DIR" => root() . "/$_") } qw(run log))
    : AuthJSTest::Env::httpd_program();
for (['a2enmod', 'mods', 'load'], ['a2enconf', 'conf', 'conf'], ['a2ensite', 'sites', 'conf']) {
    my ($name, $kind, $ext) = @$_;
    AuthJSTest::Env::write_file("$bin/$name", <<"EOT", 0755);
#!/bin/sh
set -e
for name; do
    test -e $etc/$kind-available/\$name.$ext
    for other in \$(sed -n 's/^# Depends: //p' $etc/$kind-available/\$name.$ext); do \$0 \$other; done
    ln -sf ../$kind-available/\$name.$ext $etc/$kind-enabled/\$name.$ext
done
EOT
}
AuthJSTest::Env::write_file("$bin/apachectl", <<"EOT", 0755);
#!/bin/sh
. $etc/envvars
case \$1 in configtest) set -- -t ;; *) $httpd -d $etc -f $etc/apache2.conf -t 2>/dev/null || exit 1; set -- -k \$1 ;; esac
exec $httpd -d $etc -f $etc/apache2.conf "\$@"
EOT
AuthJSTest::Env::write_file("$bin/authjsctl", "#!/bin/sh\nexec @{[ builddir() ]}/tools/authjsctl \"\$@\"\n", 0755);
my $password = secret('auth_secret_2');
sub sh {
    my ($script) = @_;
    local $ENV{PATH} = "$bin:$ENV{PATH}";
    delete local @ENV{grep { /^AUTH/ } keys %ENV};
    $script =~ s{/etc/apache2/}{$etc/}g;
    # Without a terminal htpasswd reads its standard input.
    AuthJSTest::Env::write_file(root() . '/asked', "$password\n$password\n");
    AuthJSTest::Env::write_file(root() . '/script', $script);
    my $output = `setsid -w sh -e @{[ root() ]}/script 2>&1 <@{[ root() ]}/asked`;
    return ($? >> 8, $output);
}
my @modules = grep { -e "$etc/mods-available/$_.load" } qw(mpm_event alias auth_basic authn_core authn_file
    authz_core authz_host authz_user autoindex deflate dir env filter mime negotiation reqtimeout setenvif status);
is +(sh("a2enmod @modules; a2ensite 000-default; apachectl configtest"))[0], 0, 'a server before';

# --- the steps ------------------------------------------------------------------------------------------
my $secret = '';
my $asked;
for my $step (@steps) {
    my ($kind, $block, $path) = @$step;
    my ($first) = $block =~ /^(.*)/;
    if ($kind eq 'write') {
        AuthJSTest::Env::write_file($path =~ s{/etc/apache2/}{$etc/}r,
            $block =~ s{/usr/lib/apache2/modules/mod_authjs\.so}{$module}r =~ s{/etc/apache2/}{$etc/}gr);
    }
    elsif ($kind eq 'answer') {
        is AuthJSTest::Manual::missing($block, $asked), undef, "... answers: $first" or diag $asked;
    }
    elsif ($block =~ /^curl /) {
        for (1 .. 300) {
            (my $status, $asked) = sh($block =~ s/^curl /curl -s --connect-to localhost:80:127.0.0.1:$port /r);
            last if $asked =~ m{^HTTP/};
            select undef, undef, undef, 0.1;
        }
    }
    elsif ($kind eq 'run') {
        before_graceful() if $block =~ /graceful/;
        my ($status, $output) = sh($block =~ s/^apachectl graceful$/apachectl start/mr);
        is $status, 0, "start.md: $first" or diag $output;
        like $output, qr/^Syntax OK$/m, '... configtest says so' if $block =~ /configtest/;
        unlike $output, qr/AuthJS/, '... without a word';
        ($secret) = AuthJSTest::Env::read_file("$etc/auth.env") =~ /^AUTH_SECRET='(.*)'$/m if $block =~ /authjsctl secret/;
    }
}
cmp_ok length $secret, '>=', 32, 'authjsctl secret has made one';

# What would be said of a step that somebody leaves out.
sub before_graceful {
    is +(stat "$etc/auth.env")[2] & 0777, 0600, 'the file with the secret is for its owner alone';
    sh('a2enconf authjs; chmod 644 /etc/apache2/auth.env');
    like +(sh('apachectl configtest'))[1], qr/every user of this machine can read .*; write: chmod o-rwx/, 'configtest refuses it otherwise';
    sh('chmod 600 /etc/apache2/auth.env; rm /etc/apache2/mods-enabled/socache_shmcb.load');
    AuthJSTest::Env::write_file("$etc/conf-enabled/more.conf", "<AuthJSProvider own oidc>\nAuthJSIssuer https://idp.test\n"
        . "AuthJSClientID www\nAuthJSClientSecret file:$etc/auth.env\n</AuthJSProvider>\n");
    like +(sh('apachectl configtest'))[1], qr/write: a2enmod socache_shmcb$/m, 'without the cache it says what Debian calls it';
    sh('a2enmod authjs; rm /etc/apache2/conf-enabled/*.conf');
}

END {
    my $pid = -e root() . '/run/apache2.pid' ? AuthJSTest::Env::read_file(root() . '/run/apache2.pid') : '';
    local $?;
    kill 'TERM', $pid if $pid =~ /^(\d+)$/;
}

# httpd says so when its children run already, which may have answered by then.
my $log = '';
for (1 .. 300) {
    $log = AuthJSTest::Env::read_file(root() . '/log/error.log');
    last if $log =~ /resuming normal operations/;
    select undef, undef, undef, 0.1;
}
like $log, qr/resuming normal operations/, 'the server runs';
unlike $log, qr/\Q$secret\E/, '... and has no secret in its log';

# --- who may come in --------------------------------------------------------------------------------------
my ($company) = $start =~ /^## An OpenID Provider of your own\n\n((?: {4}.*\n)+)/m;
my ($rules, $keep) = $start =~ /^## Who may come in\n\n((?: {4}\N*\n)+).*?^((?: {4}AuthJSToken \N*\n)+)/ms;
my ($claim) = $rules =~ /^ *(Require authjs-claim .*)$/m;
peer('refuser');
AuthJSTest::Env::write_file(root() . '/conf/company-secret', secret('client_secret') . "\n");
chmod 0644, root() . '/conf/company-secret';
$company =~ s{https://login\.example\.com/realms/main}{'http://127.0.0.1:' . peer_port('refuser') . '/roles'}e;
$company =~ s{/etc/apache2/}{root() . '/conf/'}e;
for my $kept ($keep, '') {
    my $server = httpd(conf => <<"EOT");
LogLevel warn authjs:warn
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
$company$kept<Location /any>
    AuthType AuthJS
$rules</Location>
<Location /claim>
    AuthType AuthJS
    $claim
</Location>
<Location /email>
    AuthType AuthJS
    Require authjs-claim other.than.this = 1
    Require authjs-claim picture = 1
</Location>
EOT
    AuthJSTest::Env::write_file($server->root . "/htdocs/$_/index.html", 'inside') for qw(any claim email);
    my $browser = $server->browser;
    my %asked = URI->new(location($browser->sign_in('company')))->query_form;
    $browser->get('/auth/callback/company?code=c0de-of-89' . ($asked{state} ? "&state=$asked{state}" : ''));
    is $browser->session->{user}{name}, 'Ada', 'signed in with the provider of the example';
    is $browser->get('/any/index.html')->code, 200, 'one rule of several is enough';
    unlike $server->error_log, qr/the session has no claim/, '... and no line says what another one missed';
    is $browser->get('/claim/index.html')->code, $kept ? 200 : 403, $kept ? 'the rule about a claim lets in' : 'without the line that keeps the claim nobody comes in';
    my @lines = grep { /the session has no claim/ } split /\n/, $server->error_log;
    is scalar(@lines), $kept ? 0 : 1, 'one line says so';
    like $lines[0], qr/\[authjs:warn\].*AuthJS: Require refuses: the session has no claim roles; it has: (?=.*\bsub\b)(?=.*\bname\b)(?=.*\bprovider\b).*; see docs\/protect\.md#claims/, '... with what there is' unless $kept;
    my $offset = length $server->error_log;
    is $browser->get('/email/')->code, 403, 'a refusal by several rules';
    @lines = grep { /the session has no claim/ } split /\n/, substr $server->error_log, $offset;
    is scalar(@lines), 1, '... is one line';
    like $lines[0], qr/no claim other\.than\.this; it has: /, '... about the first of them';
    unlike $lines[0], qr/\bAda\b|\badmin\b/, '... with the values of none';
}
expect_error(qr/AH01631: user .*authorization failure/, '89: a rule refuses');

done_testing;
