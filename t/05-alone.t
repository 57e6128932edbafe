# Every directive alone, in every place where somebody may write it: httpd starts, or says in
# a sentence why not. The lines are those of the manual.
use lib 't/lib';
use AuthJSTest;

my $lua = AuthJSTest::Env::write_file(root() . '/alone.lua', <<'EOT');
function signIn() return true end
redirect, jwt, session, authorized, authorize = signIn, signIn, signIn, signIn, signIn
function events.signIn() end
EOT
my $has_lua = -e $AuthJSTest::Env::lua;
my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/directives.md');
my %line;
for my $entry (split /^### /m, $manual) {
    my ($name) = $entry =~ /^(AuthJS\w+)\n/ or next;
    my ($example) = $entry =~ /^ +(\Q$name\E [^\n]+)/m or die "$name has no example\n";
    $line{$example} = $name;
}
# What names a file or a service, and other forms of the same.
delete $line{$_} for grep { m{/etc/} } keys %line;
$line{$_} = (split ' ')[0] for "AuthJSProvider credentials", 'AuthJSAdapter dbd', 'AuthJSProviderFile none.json',
    "AuthJSClientSecret file:$lua", 'AuthJSUnauthorized provider:nobody', 'AuthJSEvent signIn log:logs/events',
    'AuthJSEvent signIn http://127.0.0.1:1/ secret=0123456789012345678901234567890123456789',
    'AuthJSCallback authorized http://127.0.0.1:1/ secret=0123456789012345678901234567890123456789',
    'AuthJSCallback authorized "expr=true" /away', 'AuthJSToken role admin', 'AuthJSToken https://a.test/token',
    'AuthJSAuthorization https://a.test/auth', 'AuthJSUserinfo https://a.test/me', 'AuthJSJWKS https://a.test/keys';
if ($has_lua) {
    $line{"AuthJSCallback $_ lua:$lua"} = 'AuthJSCallback' for qw(signIn redirect jwt session authorized);
    $line{"AuthJSEvent signIn lua:$lua"} = 'AuthJSEvent';
    $line{"AuthJSAuthorize lua:$lua"} = 'AuthJSAuthorize';
}
else {
    delete $line{$_} for grep { /AuthJSLua|lua:/ } keys %line;
}
cmp_ok scalar(keys %{ { reverse %line } }), '>=', 48, 'nearly all directives of the manual';

my $vhost = "<VirtualHost *:18799>\n%s\n</VirtualHost>\n";
my @places = (
    "%s\n", $vhost, $vhost =~ s{%s}{<Location "/x">\n%s\n</Location>}r, "<Directory \"/x\">\n%s\n</Directory>\n",
    "<If \"true\">\n%s\n</If>\n", "<Location \"/x\">\n<Limit GET>\n%s\n</Limit>\n</Location>\n",
    $vhost =~ s{%s}{<Files "x">\n<If "true">\n%s\n</If>\n</Files>}r, "<AuthJSProvider own oidc>\n%s\n</AuthJSProvider>\n",
    $vhost =~ s{%s}{<AuthJSProvider credentials>\n%s\n</AuthJSProvider>}r,
);
my $server = AuthJSTest::Httpd->configure;
my ($starts, %refused) = 0;
for my $line (sort keys %line) {
    for my $place (@places) {
        $server->rewrite(sprintf $place, $line);
        my ($status, $output) = $server->test;
        my $name = "$line in " . join ' ', $place =~ /(<\w[^>]*>)/g;
        $starts++ if $status == 0;
        ok $status == 0 && $output =~ /Syntax OK/ || $status == 1 && $output =~ /AuthJS|<If>|<Limit/, $name
            or diag "status $status: $output";
    }
}
cmp_ok $starts, '>=', 100, 'many may stand alone';

# The same in .htaccess, where nothing else is configured, and where there is a site.
my $places = join '', map { "<Directory \"\@root\@/htdocs/$_\">\nAllowOverride All\n</Directory>\n" } qw(plain site);
my $httpd = httpd(conf => "$places$vhost" =~ s/%s//r);
my $site = httpd(conf => <<"EOT");
$places
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthUserFile conf/users
</AuthJSProvider>
EOT
expect_error(qr/\.htaccess: /, 'directives that .htaccess may not have');
expect_error(qr/AuthJS: /, 'directives that mean nothing there');
for my $line (sort keys %line) {
    for my $in ([plain => $httpd], [site => $site]) {
        my ($folder, $of) = @$in;
        AuthJSTest::Env::write_file($of->root . "/htdocs/$folder/index.html", 'hello');
        AuthJSTest::Env::write_file($of->root . "/htdocs/$folder/.htaccess", "$line\n");
        my $code = $of->site->get("/$folder/")->code;
        like $code, qr/^(?:200|302|303|401|403|500|503)$/, ".htaccess, $folder: $line";
        unlike $of->site->get("/$folder/")->header('Client-Warning') // '', qr/./, '... the child lives';
    }
}
unlike $_->error_log, qr/exit signal|Sanitizer/, 'no child has died' for $httpd, $site;

done_testing;
