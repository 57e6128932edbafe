# The stock clients of passkeys (next-auth/webauthn, @simplewebauthn/browser 9) in Chromium at httpd:
# t/peers/passkey-client.mjs prints the TAP.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;

my $documents = root() . '/htdocs/passkey-client';
htdocs('passkey-client/app/index.html', '<!doctype html><html lang=en><title>app</title><body><script src=client.js></script></html>' . "\n");
my $peers = srcdir() . '/t/peers';
system("$peers/node", "$peers/passkey-client.mjs", 'bundle', "$documents/app/client.js") == 0 or die 'esbuild failed';
chmod 0644, "$documents/app/client.js";
my $database = database('sqlite');
$database->migrate;
my $httpd = httpd(conf => <<"EOT");
DocumentRoot "$documents"
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSBasePath /api/auth
@{[ $database->adapter ]}
<AuthJSProvider passkey>
    AuthJSOption signUp=open
</AuthJSProvider>
<Directory "$documents">
    Require all granted
</Directory>
EOT
$ENV{CLIENT_SITE} = $httpd->url('');
$ENV{CLIENT_DIR}  = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{CLIENT_DIR};
exit(system("$peers/node", "$peers/passkey-client.mjs") ? 1 : 0);
