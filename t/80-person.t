# Chromium visits protected pages as people do: through a service worker, in a frame, in an app's
# web view, fetched ahead; and is refused. t/peers/person.mjs prints the TAP.
use lib 't/lib';
use AuthJSTest;

my $documents = root() . '/htdocs/person';
my $password = htdocs('person/.htpasswd', join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } qw(demo jane));
sub page { my ($path, $body) = @_; htdocs("person/$path", "<!doctype html><html lang=en><title>$path</title>$body</html>\n") }
page("$_.html", "<h1>$_</h1>") for qw(index private/one private/two janes/one form/one form/janes);
page('around.html', '<h1>around</h1>' . join '', map { "<$_ src=/private/one.html data=/private/one.html width=640 height=160></$_>" } qw(iframe object));
page('ahead.html', '<link rel=prefetch href=/private/one.html><script type=speculationrules>{"prerender":[{"urls":["/private/two.html"],"eagerness":"immediate"}]}</script>'
    . '<a id=one href=/private/one.html>one</a> <a id=two href=/private/two.html>two</a>');
page("worker-$_.html", "<script>navigator.serviceWorker.register('/sw-$_.js').then(() => navigator.serviceWorker.ready).then(() => { document.title = 'ready' })</script>")
    for qw(passes asks);
htdocs('person/sw-passes.js', <<'EOT');
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
EOT
htdocs('person/sw-asks.js', <<'EOT');
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.request.mode === 'navigate' && event.respondWith(
    fetch(new Request(event.request, { mode: 'same-origin' }))));
EOT

my $port = AuthJSTest::Env::free_port();
httpd(conf => <<"EOT");
Listen 127.0.0.1:$port
<VirtualHost *:$port>
    ServerName localhost
    DocumentRoot "$documents"
    AuthJSURL http://localhost:$port
    AuthJSSecret \@secret:auth_secret\@
    AuthJSRemoteUser sub
    <AuthJSProvider credentials>
        AuthUserFile "$password"
    </AuthJSProvider>
    <AuthJSProvider github>
        AuthJSClientID id
        AuthJSClientSecret secret
    </AuthJSProvider>
    AddType text/javascript .js
    <Directory "$documents">
        Require all granted
    </Directory>
    <LocationMatch "^/(?:private|janes|form)/">
        AuthType AuthJS
        Require valid-user
    </LocationMatch>
    <LocationMatch "/janes">
        Require user jane
    </LocationMatch>
    <Location "/form">
        AuthJSUnauthorized 401
        ErrorDocument 401 /auth/signin
        ErrorDocument 403 /auth/signout
    </Location>
</VirtualHost>
EOT
expect_error(qr/AH01631: user demo: authorization failure for "/, 'Require refuses demo');

$ENV{BROWSER_SITE} = "http://localhost:$port";
$ENV{BROWSER_DIR} = AuthJSTest::Env::top() . '/screenshots';
mkdir $ENV{BROWSER_DIR};
my $peers = srcdir() . '/t/peers';
exit(system("$peers/node", "$peers/person.mjs") ? 1 : 0);
