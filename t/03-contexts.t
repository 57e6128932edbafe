use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;

# Where each directive may stand: server, virtual host, <Directory>, <Location>, <Files>,
# <If> and .htaccess; what stands further in counts.
my $secret = secret('auth_secret');
my $site = "AuthJSSecret $secret\n<AuthJSProvider credentials>\nAuthUserFile conf/users\n</AuthJSProvider>\n";

my %server = (
    AuthJSSecret => $secret, AuthJSProvider => 'credentials', AuthJSProviderFile => 'conf/providers.json',
    AuthJSBasePath => '/a', AuthJSURL => 'https://a.test', AuthJSTrustHost => 'On',
    AuthJSRedirectProxyURL => 'https://a.test/auth', AuthJSRedirectAllow => 'https://b.test',
    AuthJSSessionStrategy => 'jwt', AuthJSSessionMaxAge => '1d', AuthJSSessionUpdateAge => '1h',
    AuthJSCookie => 'state name=s', AuthJSUseSecureCookies => 'Auto', AuthJSPage => 'signIn /in',
    AuthJSTheme => 'logo=/l', AuthJSLogos => '/', AuthJSTexts => srcdir() . '/t/data/texts.json', AuthJSCache => 'shmcb', AuthJSCacheTTL => '60s', AuthJSHTTP => 'timeout=5s',
    AuthJSSkipCSRFCheck => 'Off', AuthJSToken => 'role admin', AuthJSSessionField => 'role admin',
);
my %directory = (
    AuthJSProviders => 'credentials', AuthJSLanguage => 'de', AuthJSUnauthorized => '401', AuthJSRemoteUser => 'sub',
    AuthJSPass => 'env', AuthJSBearer => 'On', AuthJSPassCookies => 'On', AuthJSPreservePost => 'On',
);
my %section = map { $_ => 'https://a.test' } qw(AuthJSIssuer AuthJSDiscovery AuthJSAuthorizationURL
    AuthJSTokenURL AuthJSUserinfoURL AuthJSJWKSURL AuthJSUserinfo AuthJSJWKS);

my @sections = (
    ["<Directory /x>\n%s\n</Directory>\n"], ["<Location /x>\n%s\n</Location>\n"],
    ["<Files x>\n%s\n</Files>\n"], ["<If \"true\">\n%s\n</If>\n"],
    ["<Directory /x>\n<If \"true\">\n%s\n</If>\n</Directory>\n"],
);
my $vhost = "<VirtualHost *:18799>\nServerName v.test\n%s</VirtualHost>\n";

for my $name (sort keys %server) {
    for my $in (@sections) {
        my ($status, $output) = configtest($site . sprintf $in->[0], "$name $server{$name}");
        ok $status, "$name is refused in " . ($in->[0] =~ /(<.*?>)/)[0];
        like $output, qr/$name (?:not allowed (?:here|in <\w+> context)|cannot occur within)/, '... by name';
    }
}
for my $name (sort(keys %directory)) {
    for my $in (@sections, ["%s\n"], [$vhost =~ s/%s/%s\n/r]) {
        my ($status, $output) = configtest($site . sprintf $in->[0], "$name $directory{$name}");
        is $status, 0, "$name may stand in $in->[0]" or diag $output;
    }
}

# Every directive of a server, in a virtual host, where it counts.
my $everything = join '', map "$_ $server{$_}\n",
    grep !/^AuthJS(?:Secret|Provider|ProviderFile|Cache)$/, sort keys %server;
my ($status, $output) = configtest("$site$everything");
is $status, 0, 'every directive of a server' or diag $output;
($status, $output) = configtest($site . sprintf $vhost, $everything);
is $status, 0, 'every directive of a virtual host' or diag $output;
for my $name (sort keys %section) {
    for my $in (@sections, [$vhost =~ s/%s/%s\n/r]) {
        ($status, $output) = configtest($site . sprintf $in->[0], "$name $section{$name}");
        like $output, qr/$name: may only stand inside an <AuthJSProvider> section/,
            "$name is refused in " . ($in->[0] =~ /(<.*?>)/)[0];
    }
}
for my $in (@sections) {
    ($status, $output) = configtest($site . sprintf $in->[0],
        "<AuthJSProvider own oidc>\nAuthJSIssuer https://a.test\n</AuthJSProvider>");
    like $output, qr/<AuthJSProvider not allowed (?:here|in)/, '<AuthJSProvider> is refused in ' . ($in->[0] =~ /(<.*?>)/)[0];
}

# --- inheritance, seen from outside ----------------------------------------------------------
my $httpd = httpd(conf => <<"EOT");
PidFile logs/httpd.pid
AuthJSSecret $secret
AuthJSURL http://main.test
AuthJSTheme brandColor=#123456
AuthJSPage signOut /bye
<AuthJSProvider credentials>
    AuthJSName Main
    AuthUserFile conf/users
</AuthJSProvider>
<AuthJSProvider own oidc>
    AuthJSIssuer https://idp.test
    AuthJSClientID a
    AuthJSClientSecret b
</AuthJSProvider>
AuthJSUnauthorized 403
<Location /member>
    AuthType AuthJS
    Require valid-user
</Location>
<Location /member/page>
    AuthJSUnauthorized signin
</Location>
<Location /member/page/own>
    AuthJSUnauthorized provider:own
</Location>
<Location /member/page/own/auto>
    AuthJSUnauthorized auto
</Location>
<Location /member/api>
    AuthJSUnauthorized 401
    <If "%{QUERY_STRING} == 'page'">
        AuthJSUnauthorized signin
    </If>
</Location>
Listen 127.0.0.1:\@port:contexts-a\@
<VirtualHost 127.0.0.1:\@port:contexts-a\@>
    ServerName a.test
    AuthJSURL http://a.test/api/auth
    AuthJSPage signOut auto
    <AuthJSProvider credentials>
        AuthJSName Other
        AuthUserFile conf/users
    </AuthJSProvider>
    <AuthJSProvider more oidc>
        AuthJSIssuer https://more.test
        AuthJSClientID a
        AuthJSClientSecret b
    </AuthJSProvider>
</VirtualHost>
Listen 127.0.0.1:\@port:contexts-b\@
<VirtualHost 127.0.0.1:\@port:contexts-b\@>
    ServerName b.test
</VirtualHost>
EOT
my $main = $httpd->site;
sub at { 'http://127.0.0.1:' . peer_port("contexts-$_[0]") . $_[1] }
my $get = sub { $main->get(@_) };
sub ids { my $all = $main->json($get->($_[0])); return join ' ', map "$_=$all->{$_}{name}", sort keys %$all }

is ids('/auth/providers'), 'credentials=Main own=own', 'the main server has its providers';
is ids(at('a', '/api/auth/providers')), 'credentials=Other more=more own=own', 'a virtual host adds and replaces by id';
is ids(at('b', '/auth/providers')), 'credentials=Main own=own', 'one without a directive inherits them all';
like location($get->('/auth/signout')), qr{^http://main\.test/bye}, 'a page of the main server';
like location($get->(at('b', '/auth/signout'))), qr{/bye}, '... is inherited';
is $get->(at('a', '/api/auth/signout'))->code, 200, '... or taken back';
is $get->(at('a', '/auth/providers'))->code, 404, 'the base path of AuthJSURL counts';

my @html = (Accept => 'text/html', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
is $get->('/member/x', @html)->code, 403, 'AuthJSUnauthorized of the server';
like location($get->('/member/page', @html)), qr{^http://main\.test/auth/signin\?callbackUrl=}, '... of a location';
like location($get->('/member/page/own', @html)), qr{^http://main\.test/auth/signin}, '... with a provider';
unlike location($get->('/member/page/own/auto', @html)) // '', qr{own\?|provider}, '... and without again';
is $get->('/member/api', @html)->code, 401, '... of another location';
is $get->('/member/api?page', @html)->code, 302, '... of <If> inside it';
$httpd->stop;

# --- .htaccess -----------------------------------------------------------------------------------
$httpd = httpd(conf => "$site<Directory \"\@root\@/htdocs/none\">\nAllowOverride None\n</Directory>\n"
    . "<Directory \"\@root\@/htdocs/limit\">\nAllowOverride Limit\n</Directory>\n");
$main = $httpd->site;
sub htaccess {
    my ($folder, $text) = @_;
    AuthJSTest::Env::write_file($httpd->root . "/htdocs/$folder/index.html", 'hello');
    AuthJSTest::Env::write_file($httpd->root . "/htdocs/$folder/.htaccess", $text);
    return $main->get("/$folder/", @html);
}
is htaccess('ok', "AuthType AuthJS\nRequire valid-user\nAuthJSUnauthorized 403\n")->code, 403, '.htaccess protects';
is htaccess('pass', "AuthJSUnauthorized pass\nAuthJSRemoteUser sub\nAuthJSPass both\nAuthJSBearer On\nAuthJSPassCookies On\nAuthJSProviders credentials\n")->code,
    200, 'every directive of a directory works in .htaccess';
is htaccess('none', "AuthType AuthJS\nRequire valid-user\n")->code, 200, 'not where AllowOverride None';
expect_error(qr/\.htaccess: (?:AuthJS\w+|AuthType|<AuthJSProvider|AuthJSProvider).* not allowed here/, 'a directive that .htaccess may not have');
expect_error(qr/\.htaccess: AuthJSUnauthorized: must be/, 'a word that does not exist');
is htaccess('limit', "AuthJSUnauthorized 401\n")->code, 500, 'not without AllowOverride AuthConfig';
is htaccess('bad', "AuthJSUnauthorized 404\n")->code, 500, 'a value that does not exist is an error';
for my $name (sort(keys %server), sort keys %section) {
    is htaccess("h-$name", "$name " . ($server{$name} // $section{$name}) . "\n")->code, 500, "$name is refused in .htaccess";
    like $httpd->error_log, qr{h-$name/\.htaccess: $name not allowed here}, '... by name';
}
is htaccess('section', "<AuthJSProvider x oidc>\n</AuthJSProvider>\n")->code, 500, '<AuthJSProvider> is refused in .htaccess';
$httpd->stop;

done_testing;
