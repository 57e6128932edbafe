# docs/recipes/single-page-application.md and websocket.md as they are written, with a WebSocket server
# (npm ws) and in Chromium. t/peers/recipes.mjs visits what is built here.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Recipe;

my ($spa, $websocket) = map { AuthJSTest::Recipe->new("docs/recipes/$_.md") } qw(single-page-application websocket);
my ($root, $libexec, $user) = (root(), AuthJSTest::Env::apxs('LIBEXECDIR'), 'ada@example.com');
my ($app, $api) = map { AuthJSTest::Httpd->configure } 1 .. 2;
my ($backend, $socket) = map { peer_port($_) } qw(backend socket);
AuthJSTest::Env::write_file("$root/conf/auth.env", "AUTH_SECRET=" . secret('auth_secret') . "\nAUTH_GITHUB_ID=id\nAUTH_GITHUB_SECRET=secret\n", 0600);
my $passwords = AuthJSTest::Recipe::passwords("$root/conf/passwords", $user);

# The virtual host of the page, without TLS, and with a way to sign in that is at hand.
my $people = "<AuthJSProvider credentials>\nAuthUserFile $passwords\nAuthJSLoginIsEmail On\n</AuthJSProvider>\n";
sub vhost {
    my ($server, $api_section, @lines) = @_;
    my $conf = $spa->block(qr/^<VirtualHost/m, '<VirtualHost *:443>' => '<VirtualHost *:@port@>', qr/^ +SSL.*\n/m => '',
        'https://www.example.com' => $server->url, qr/ServerName +www\.example\.com/ => 'ServerName ' . $server->url,
        '/etc/apache2/auth.env' => "$root/conf/auth.env", '/var/www/app' => $server->root . '/htdocs', '127.0.0.1:3000' => "127.0.0.1:$backend");
    $conf =~ s{^ +<Location "/api/">.*^ +</Location>\n}{$api_section}ms if $api_section;
    return $conf =~ s{^(?= +ProxyPass )}{join '', $people, @lines}emr;
}
my @ports = ('127.0.0.1:3000' => "127.0.0.1:$socket");
$app->rewrite(vhost($app, '', $websocket->block(qr/upgrade=websocket/, @ports, 'https://www.example.com' => $app->url)));
my $places = $spa->block(qr/^AuthJSRedirectAllow/m, 'https://app.example.com' => $app->url);
my ($guard) = $websocket->block(qr/upgrade=websocket/, 'https://www.example.com' => $api->url) =~ m{(<Location "/socket">.*)}s;
$api->rewrite("LoadModule proxy_wstunnel_module $libexec/mod_proxy_wstunnel.so\n" . vhost($api, $places,
    $websocket->block(qr{^ProxyPass "/socket" "ws:}m, @ports), $guard, qq(ProxyPass "/open" "http://127.0.0.1:$socket/socket" upgrade=websocket\n)));
for my $server ($app, $api) {
    my $script = $server == $app ? '<div id=app></div><script src=/app.js></script>' : '';
    AuthJSTest::Env::write_file($server->root . '/htdocs/index.html', "<!doctype html><html lang=en><title>app</title>$script</html>");
    $server->start;
}
peer('backend');
is_deeply [AuthJSTest::Recipe::complaints($_)], [], 'authjsctl check finds nothing wrong' for $app, $api;
my $server = $websocket->block(qr/^import .* 'ws'/m, 'port: 3000' => "port: $socket");
symlink srcdir() . '/t/peers/node_modules', "$root/var/node_modules" or die "node_modules: $!";
start(name => 'socket', port => $socket, command => [srcdir() . '/t/peers/node', AuthJSTest::Env::write_file("$root/var/server.mjs", $server)]);

# --- what the pages promise, by hand ----------------------------------------------------------------------
my $cookie = mint({ sub => 'u-1', email => $user });
my $jar = AuthJSTest::Env::write_file("$root/var/cookie", $cookie);
sub run {
    my ($command) = @_;
    my $answer = `cd $root/var && @{[ $command =~ s/^\$ //r ]}`;
    return $answer =~ tr/\r//dr;
}
for (qr/^\$ curl -i/, qr/^\$ curl https/) {
    my ($command, @lines) = split /\n/, $spa->block($_, 'https://www.example.com' => $app->url,
        qr/https%3A%2F%2Fwww\.example\.com/ => $app->url =~ s{:}{%3A}gr =~ s{/}{%2F}gr);
    my $answer = run($command =~ s/curl/curl -s/r);
    like $answer, qr/^\Q$_\E$/m, "curl answers $_" for @lines;
}
my $upgrade = $websocket->block(qr/Sec-WebSocket-Key/, 'https://www.example.com' => $app->url);
$upgrade =~ s/__Secure-//;
like run($upgrade), qr/ 403 /, 'WebSocket: the command of the page';
my $blog = 'https://blog.example.com';
my %case = (
    'without a session' => [sub { s/-H "Cookie[^"]*"//; s/$blog/@{[ $app->url ]}/ }, 401],
    'with a session, `Origin: https://www.example.com`' => [sub { s/$blog/@{[ $app->url ]}/; s/--max-time 5/--max-time 2/ }, 101],
    'with a session, `Origin: https://blog.example.com`' => [sub {}, 403],
    'with a session, no `Origin`' => [sub { s/-H 'Origin[^']*'// }, 403],
    # What the rule is for: without it the same request is let in.
    'without the rule' => [sub { s{/socket}{/open}; s/@{[ $app->url ]}/@{[ $api->url ]}/; s/--max-time 5/--max-time 2/ }, 101],
);
for my $name (sort keys %case) {
    my ($change, $status) = @{ $case{$name} };
    my $command = $upgrade;
    $change->() for $command;
    like run($command), qr{^HTTP/1.1 $status }, "WebSocket $name: $status";
    next if $name eq 'without the rule';
    my ($row) = grep { $_->[0] eq $name } $websocket->rows;
    like $row->[1] // '', qr/^$status\b/, '... as the page says';
}
my $site = $app->site;
my @signed = (Cookie => "authjs.session-token=$cookie");
is $site->post('/api/items', '{}', @signed, Origin => $_)->code, 403, "a POST from $_ is refused" for $api->url, 'null';
is $site->post('/api/items', '{}', @signed)->code, 403, '... and from nowhere';
is $site->post('/api/items', '{}', @signed, Origin => $app->url)->code, 200, '... but not one from the page';
is $site->get('/api/items', @signed)->code, 200, 'who only reads is not asked';
$site = $api->site;
my $preflight = $site->request(OPTIONS => '/api/items', { Origin => $app->url, 'Access-Control-Request-Method' => 'PUT' });
is $preflight->code, 204, 'what browsers ask first is answered without a session';
is $preflight->header('Access-Control-Allow-Origin'), $app->url, '... for the one origin';
is $site->get('/api/items', Origin => 'https://evil.example')->header('Access-Control-Allow-Origin'), $app->url, '... and for no other';
is $site->post('/api/items', '{}', @signed, Origin => 'https://evil.example')->code, 403, '... which changes nothing';
expect_error(qr/AH01630: client denied by server configuration|AH01631: user .*authorization failure/, '91: a rule refuses');

# --- in Chromium ------------------------------------------------------------------------------------------
my %block = ('script.js' => $spa->block(qr/^export async function api/m), 'app.jsx' => $spa->block(qr/SessionProvider basePath/),
    'connect.js' => $websocket->block(qr/new WebSocket\(/, 'wss://' => 'ws://') . 'export { connect };',
    'fetch.js' => "export async function across() {\n" . $spa->block(qr/credentials: 'include'/, 'https://www.example.com' => $api->url) . "return response;\n}\n");
AuthJSTest::Env::write_file("$root/var/blocks/$_", $block{$_}) for keys %block;
is_deeply [map { $_->unused } $spa, $websocket], [], 'every block of the pages was tried';
subtest 'in Chromium' => sub {
    local @ENV{map { "RECIPES_$_" } qw(APP API BLOCKS BUNDLE USER PASSWORD)} =
        ($app->url, $api->url, "$root/var/blocks", $app->root . '/htdocs/app.js', $user, 'demo');
    my $peers = srcdir() . '/t/peers';
    open my $visits, '-|', "$peers/node", "$peers/recipes.mjs" or die "node: $!";
    while (<$visits>) {
        if (/^(not )?ok \d+ - (.*)/) { ok !$1, $2 }
        elsif (/^# (.*)/) { diag $1 }
    }
    close $visits;
    is $?, 0, 'Chromium is done';
};
done_testing;
