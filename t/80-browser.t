# Chromium drives sign-in, and the stock next-auth client: t/peers/browser.mjs prints the TAP,
# this starts what it needs.
use lib 't/lib';
use AuthJSTest;

my $documents = root() . '/htdocs/browser';
my $password = htdocs('browser/.htpasswd', 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
htdocs("browser/private/$_.html", "<!doctype html><html lang=en><title>$_</title><h1>$_</h1></html>\n")
    for qw(one two);
htdocs('browser/index.html', "<!doctype html><html lang=en><title>home</title><h1>home</h1></html>\n");
htdocs('browser/form.html', '<!doctype html><html lang=en><meta charset=utf-8><title>form</title><form method=post'
    . ' action="/kept/?x=1"><textarea name=text></textarea><button name=submit value=Save>Save</button></form></html>' . "\n");
htdocs('browser/app/index.html', "<!doctype html><html lang=en><title>app</title>"
    . "<div id=app></div><script src=client.js></script></html>\n");
my $peers = srcdir() . '/t/peers';
system("$peers/node", "$peers/browser.mjs", 'bundle', "$documents/app/client.js") == 0 or die 'esbuild failed';
chmod 0644, "$documents/app/client.js";

my %port = map { $_ => AuthJSTest::Env::free_port() } qw(site client accounts);
my $op = peer_port('op');
peer('op', env => { OP_PORT => $op, OP_KEYS => root(),
    OP_ORIGINS => "http://localhost:$port{site}/auth,http://localhost:$port{client}/api/auth,http://localhost:$port{accounts}/auth",
    OP_PROVIDERS => 'second' });
my $conf = <<"EOT";
    ServerName localhost
    DocumentRoot "$documents"
    AuthJSSecret \@secret:auth_secret\@
    <AuthJSProvider op oidc>
        AuthJSName OP
        AuthJSIssuer http://127.0.0.1:$op
        AuthJSClientID basic
        AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
        AuthJSChecks pkce state nonce
    </AuthJSProvider>
    <AuthJSProvider credentials>
        AuthJSAuthnProvider file
        AuthUserFile "$password"
    </AuthJSProvider>
    <Directory "$documents">
        Require all granted
    </Directory>
    <Location /private>
        AuthType AuthJS
        Require valid-user
    </Location>
    <Location /kept>
        AuthType AuthJS
        Require valid-user
        AuthJSPreservePost On
    </Location>
EOT
my %own = (site => '    AuthJSRedirectAllow http://localhost:1', client => '    AuthJSBasePath /api/auth', accounts => <<"EOT");
    AuthJSAdapter memory \@root\@/var/memory.json
    <AuthJSProvider second oidc>
        AuthJSName "Second OP"
        AuthJSIssuer http://127.0.0.1:$op
        AuthJSClientID basic
        AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    </AuthJSProvider>
EOT
httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n", map { "Listen 127.0.0.1:$port{$_}\n<VirtualHost *:$port{$_}>\n"
    . "    AuthJSURL http://localhost:$port{$_}\n$own{$_}\n$conf</VirtualHost>\n" } sort keys %own);

$ENV{BROWSER_SITE}   = "http://localhost:$port{site}";
$ENV{BROWSER_CLIENT} = "http://localhost:$port{client}";
$ENV{BROWSER_ACCOUNTS} = "http://localhost:$port{accounts}";
$ENV{BROWSER_DIR}    = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{BROWSER_DIR};
exit(system("$peers/node", "$peers/browser.mjs") ? 1 : 0);
