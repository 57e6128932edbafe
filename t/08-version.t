# The version: configure.ac has it, and everything that tells it tells the same. Whoever may not
# see the page of mod_status is not told.
use lib 't/lib';
use AuthJSTest;

sub source { AuthJSTest::Env::read_file(srcdir() . "/$_[0]") }
my ($version) = source('configure.ac') =~ /^AC_INIT\(\[mod_authjs\], \[([\d.]+)\]\)/m or BAIL_OUT('no version');
like $version, qr/^0\.\d+\.\d+$/, 'a version';

my $authjsctl = builddir() . '/tools/authjsctl';
is `'$authjsctl' --version`, "authjsctl $version\n", 'authjsctl --version';
is `'$authjsctl' -V`, "authjsctl $version\n", 'authjsctl -V';
is((source('CHANGELOG.md') =~ /^## \[(.*?)\]/m)[0], $version, 'the newest entry of CHANGELOG.md');
SKIP: {
    skip 'debian/changelog is not there', 1 unless -e srcdir() . '/debian/changelog';
    # 0.1.0-1, 0.1.0~rc1-1
    is((source('debian/changelog') =~ /\A\S+ \((?:\d+:)?([\d.]+)/)[0], $version, 'the newest entry of debian/changelog');
}

# What packages and manual pages say, where they are.
for my $spec (glob srcdir() . '/packaging/*.spec') {
    like AuthJSTest::Env::read_file($spec), qr/^Version:\s+(?:%\{[^}]*\}|\Q$version\E)$/m, $spec =~ m{([^/]+)$};
}
for my $page (glob builddir() . '/man/*.[1-8]') {
    like AuthJSTest::Env::read_file($page), qr/^\.TH .*\b\Q$version\E\b/m, $page =~ m{([^/]+)$};
}

my $conf = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
ServerTokens Full
<AuthJSProvider credentials>
    AuthUserFile conf/users
</AuthJSProvider>
<AuthJSProvider other credentials>
    AuthUserFile conf/users
</AuthJSProvider>
<VirtualHost *:1>
    ServerName second.test
</VirtualHost>
<Location "/status">
    SetHandler server-status
</Location>
EOT
my $httpd = httpd(conf => $conf);
my $site = $httpd->site;
my $page = $site->get('/status');
is $page->code, 200, 'the page of mod_status' or diag $page->as_string;
like $page->content, qr{<h2>mod_authjs</h2>\n<dl><dt>Version: \Q$version\E</dt>\n<dt>Sites: 2</dt>\n<dt>Providers: 4</dt></dl>\n}, '... has the version, sites and providers';
like $page->content, qr{</body>\s*</html>\s*\z}, '... and its end';
my $auto = $site->get('/status?auto');
like $auto->content, qr/^AuthJSVersion: \Q$version\E\nAuthJSSites: 2\nAuthJSProviders: 4$/m, '?auto: the same for programs';
unlike $auto->content, qr/^AuthJS.*</m, '... as text';
like $httpd->error_log, qr/\[authjs:info\].* AuthJS: version \Q$version\E, sites: 2, providers: 4$/m, 'the log says it at a start';

# ServerTokens Full is httpd's default: what a component of the server's name says, everybody reads.
for my $path ('/', '/auth/signin', '/auth/session', '/auth/nothing', '/none') {
    my $answer = $site->get($path);
    like $answer->header('Server'), qr{^Apache/2\.4\.\d+ \(}, "$path: httpd tells its own";
    unlike join("\n", $answer->header('Server'), $answer->content), qr/authjs\W*\Q$version\E/i, '... and not ours';
}

# A server that uses no provider, and one without mod_status.
my $plain = httpd(conf => "<Location \"/status\">\nSetHandler server-status\n</Location>");
like $plain->site->get('/status?auto')->content, qr/^AuthJSVersion: \Q$version\E\nAuthJSSites: 0\nAuthJSProviders: 0$/m, 'no site';
like $plain->error_log, qr/AuthJS: version \Q$version\E, sites: 0, providers: 0$/m, '... says so';

my $without = AuthJSTest::Httpd->configure(conf => $conf);
my $file = $without->root . '/conf/httpd.conf';
my $lines = AuthJSTest::Env::read_file($file);
SKIP: {
    skip 'mod_status is built into this httpd', 1 unless $lines =~ s/^LoadModule status_module .*\n//m;
    AuthJSTest::Env::write_file($file, $lines);
    $without->start;
    is $without->site->get('/auth/csrf')->code, 200, 'without mod_status';
}

done_testing;
