# An invitation in Chromium: t/peers/invite.mjs prints the TAP, this starts what it needs.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;

my $documents = root() . '/htdocs/invite';
htdocs('invite/app/index.html', '<!doctype html><html lang=en><title>app</title><script src=client.js></script></html>' . "\n");
my $peers = srcdir() . '/t/peers';
system("$peers/node", "$peers/invite.mjs", 'bundle', "$documents/app/client.js") == 0 or die 'esbuild failed';
chmod 0644, "$documents/app/client.js";
my $db = database('sqlite');
my $httpd = httpd(conf => <<"EOT");
DocumentRoot "$documents"
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSBasePath /api/auth
@{[ $db->adapter ]}
<AuthJSProvider passkey>
    AuthJSOption signUp=invitation
</AuthJSProvider>
<Directory "$documents">
    Require all granted
</Directory>
EOT
$db->migrate;
my @links = map { my $link = `'@{[ builddir() ]}/tools/authjsctl' invite --httpd '$httpd->{program}' --config '@{[ $httpd->root ]}/conf/httpd.conf'`; chomp $link; $link } 1 .. 3;
$ENV{INVITE_SITE}  = $httpd->url('');
$ENV{INVITE_LINKS} = join ' ', @links;
$ENV{INVITE_DIR}   = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{INVITE_DIR};
allow_error(qr/AH01276: Cannot serve directory .*invite/, 'the place that an invited visitor comes to has no page');
exit(system("$peers/node", "$peers/invite.mjs") ? 1 : 0);
