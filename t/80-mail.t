# Signing in by mail, in Chromium: t/peers/mail.mjs prints the TAP, and leaves screenshots of all
# pages in build/t-run/screenshots/mail-*.png.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;

my $documents = root() . '/htdocs/mailed';
htdocs('mailed/private/one.html', "<!doctype html><html lang=en><title>one</title><h1>one</h1></html>\n");
htdocs('mailed/index.html', "<!doctype html><html lang=en><title>home</title><h1>home</h1></html>\n");
my $users = root() . '/conf/users-80-mail';
AuthJSTest::Env::write_file($users, 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
my $mail = mail_server(smtp_starttls => 'starttls');
my $httpd = httpd(conf => <<"EOT");
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
DocumentRoot "$documents"
AuthJSURL http://localhost:\@port\@
AuthJSSecret \@secret:auth_secret\@
AuthJSHTTP ca=\@tls\@/ca.pem
AuthJSAdapter memory \@root\@/var/mailed.json
AuthJSTheme brandColor=#0b7285
<AuthJSProvider credentials>
    AuthJSName "Password"
    AuthUserFile $users
</AuthJSProvider>
<AuthJSProvider mail email>
    AuthJSName "E-mail"
    AuthJSMailServer smtp://localhost:\@port:smtp_starttls\@
    AuthJSMailFrom "Example <www\@example.test>"
    AuthJSMailLimit address=off client=off
    AuthJSMailCode On
</AuthJSProvider>
<Directory "$documents">
    Require all granted
</Directory>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
EOT

$ENV{MAIL_SITE} = $httpd->url =~ s{127\.0\.0\.1}{localhost}r;
$ENV{MAIL_SERVER} = $mail->url('');
$ENV{MAIL_DIR} = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{MAIL_DIR};
my $peers = srcdir() . '/t/peers';
exit(system("$peers/node", "$peers/mail.mjs") ? 1 : 0);
