# A sign-in link in Chromium, and the stock next-auth client that asks for one:
# t/peers/link.mjs prints the TAP, this starts what it needs.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;

my $mail = mail_server(smtp_plain => 'plain');
my $documents = root() . '/htdocs/link';
htdocs('link/private/one.html', "<!doctype html><html lang=en><title>one</title><h1>one</h1></html>\n");
htdocs('link/app/index.html', '<!doctype html><html lang=en><title>app</title><div id=app></div><script src=client.js></script></html>' . "\n");
my $peers = srcdir() . '/t/peers';
system("$peers/node", "$peers/browser.mjs", 'bundle', "$documents/app/client.js") == 0 or die 'esbuild failed';
chmod 0644, "$documents/app/client.js";
my $httpd = httpd(conf => <<"EOT");
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
DocumentRoot "$documents"
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSBasePath /api/auth
AuthJSAdapter memory \@root\@/var/memory.json
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    AuthJSMailLimit address=off client=off
</AuthJSProvider>
<Directory "$documents">
    Require all granted
</Directory>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
$ENV{LINK_SITE} = $httpd->url('');
$ENV{LINK_MAIL} = $mail->url('');
$ENV{LINK_DIR}  = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{LINK_DIR};
exit(system("$peers/node", "$peers/link.mjs") ? 1 : 0);
