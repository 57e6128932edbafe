# docs/recipes/tls-in-front.md, several-hosts.md and next-js.md as they are written: nginx, HAProxy and
# httpd in front; curl, which knows whose cookies are whose; next-auth itself.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Recipe;
use File::Path qw(make_path);
use URI::Escape qw(uri_escape);

my ($front, $several, $next) = map { AuthJSTest::Recipe->new("docs/recipes/$_.md") } qw(tls-in-front several-hosts next-js);
my ($root, $github) = (root(), peer_port('github'));
my $tls = "$root/tls";
make_path($tls);
system(srcdir() . '/t/peers/mkca.sh', $tls, map { "$_.example.com" } qw(www app1 app2 intranet)) == 0 or die "mkca.sh: $?";
AuthJSTest::Env::write_file("$tls/both.pem", AuthJSTest::Env::read_file("$tls/srv.pem") . AuthJSTest::Env::read_file("$tls/srv.key"));
my $env = AuthJSTest::Env::write_file("$root/conf/auth.env", "AUTH_SECRET=" . secret('auth_secret') . "\nAUTH_GITHUB_ID=gh\nAUTH_GITHUB_SECRET=gh-secret\n", 0600);
my $at_github = "<AuthJSProvider github>\nAuthJSOption baseUrl=http://127.0.0.1:$github apiBaseUrl=http://127.0.0.1:$github\n</AuthJSProvider>";
my $token = sub { '__Secure-authjs.session-token=' . mint({ sub => 'u-1', name => 'Ada', email => 'ada@example.com' }, salt => '__Secure-authjs.session-token') };
sub secure {
    my ($port) = @_;
    my $site = AuthJSTest::Site->new(base => "https://localhost:$port", cookies => 1);
    $site->ua->ssl_opts(SSL_ca_file => "$tls/ca.pem");
    return $site;
}

# --- TLS in front -----------------------------------------------------------------------------------------
my $apache = AuthJSTest::Httpd->configure;
AuthJSTest::Env::write_file($apache->root . '/htdocs/members/index.html', 'members');

# The page's virtual host on a port of its own, and what starts each of the proxies in front of it.
sub back {
    my ($inner, $outer, $address) = @_;
    my $conf = $front->block(qr/^<VirtualHost 127\.0\.0\.1:8080>/m, '127.0.0.1:8080' => "127.0.0.1:$inner",
        'ServerName       https://www.example.com' => "ServerName https://localhost:$outer", '/var/www/html' => '@root@/htdocs', '/etc/apache2/auth.env' => $env);
    return AuthJSTest::Recipe::replace($conf, qr/AuthJSURL +https:\S+/ => $address);
}
my %front = (
    nginx => sub {
        my ($inner, $outer, $dir) = @_;
        my $conf = $front->block(qr/proxy_buffer_size/, '443 ssl' => "127.0.0.1:$outer ssl", '/etc/nginx/www' => "$tls/srv", '127.0.0.1:8080' => "127.0.0.1:$inner");
        my $paths = join '', map { "${_}_temp_path $dir/$_;\n" } qw(client_body proxy fastcgi uwsgi scgi);
        return ('-p', $dir, '-c', AuthJSTest::Env::write_file("$dir/nginx.conf",
            "daemon off;\nmaster_process off;\npid $dir/pid;\nerror_log $dir/error_log;\nevents {}\nhttp {\naccess_log off;\n$paths$conf}\n"));
    },
    haproxy => sub {
        my ($inner, $outer, $dir) = @_;
        return ('-db', '-f', AuthJSTest::Env::write_file("$dir/haproxy.cfg", $front->block(qr/^frontend www/m,
            ':443 ssl' => "127.0.0.1:$outer ssl", '/etc/haproxy/www.pem' => "$tls/both.pem", '127.0.0.1:8080' => "127.0.0.1:$inner")));
    },
    httpd => sub {
        my ($inner, $outer) = @_;
        return "Listen 127.0.0.1:$outer\n" . $front->block(qr/^ +ProxyPreserveHost On$/m,
            '*:443' => "127.0.0.1:$outer", '/etc/apache2/tls/www' => "$tls/srv", '127.0.0.1:8080' => "127.0.0.1:$inner");
    },
);
my @ways = ('AuthJSURL https://localhost:PORT', 'AuthJSTrustHost On');
my @cases = map { my $name = $_; map { [$name, AuthJSTest::Env::free_port(), AuthJSTest::Env::free_port(), $_] } @ways } sort keys %front;
$apache->rewrite(join '', map { my ($name, $inner, $outer, $way) = @$_;
    (back($inner, $outer, $way =~ s/PORT/$outer/r), $name eq 'httpd' ? $front{httpd}->($inner, $outer) : ()) } @cases);
$apache->start;
is_deeply [AuthJSTest::Recipe::complaints($apache)], [], 'authjsctl check finds nothing wrong with TLS in front';
for (@cases) {
    my ($name, $inner, $outer, $way) = @$_;
    my $is = "$name, " . (split ' ', $way)[0];
    SKIP: {
        if ($name ne 'httpd') {
            my $dir = "$root/var/$name-$outer";
            make_path($dir);
            my @arguments = $front{$name}->($inner, $outer, $dir);
            skip "$name is not installed", 1 unless -x "/usr/sbin/$name";
            start(name => "$name-$outer", port => $outer, command => ["/usr/sbin/$name", @arguments]);
        }
        my ($site, $origin) = (secure($outer), "https://localhost:$outer");
        my $visit = $site->get('/members/', Accept => 'text/html', 'X-Forwarded-Host' => 'evil.example', 'X-Forwarded-Proto' => 'http', 'X-Forwarded-Prefix' => '/evil', 'X-Forwarded-For' => '203.0.113.9');
        is location($visit), "$origin/auth/signin?callbackUrl=" . uri_escape("$origin/members/"), "$is: a visitor is sent to sign in, at the site's address";
        is location($site->get('/members', Cookie => $token->())), "$origin/members/", "$is: httpd's own redirect";
        is $site->get('/members/', Cookie => $token->())->content, 'members', "$is: a session comes along";
        my ($csrf) = set_cookie($site->get('/auth/csrf'), '__Host-authjs.csrf-token');
        ok $csrf && $csrf->{secure}, "$is: cookies are Secure";
        is location($site->post('/auth/signin/github', [csrfToken => $site->csrf, callbackUrl => '/members/'])) =~ /redirect_uri=([^&]+)/ && $1,
            uri_escape("$origin/auth/callback/github"), "$is: the callback URL";
    }
}
my $access = AuthJSTest::Env::read_file($apache->root . '/logs/access_log');
like $access, qr/ 127\.0\.0\.1 .*\/members\//, 'the log has the address of who came';
unlike $access, qr/203\.0\.113\.9/, '... and never the one that a client makes up';
like $front->block(qr/^\$ curl/m), qr/^Location: https:\/\/www\.example\.com\/auth\/signin/m, 'the answer that the page shows';
is $front->block(qr/^AuthJSTrustHost/m), "AuthJSTrustHost On\n", 'the other way';

# --- several hosts ----------------------------------------------------------------------------------------
my $server = AuthJSTest::Httpd->configure;
AuthJSTest::Env::write_file($server->root . "/htdocs/$_/index.html", $_) for qw(app1 app2 intranet);
my $intranet_env = AuthJSTest::Env::write_file("$root/conf/intranet.env",
    "AUTH_SECRET=" . secret('auth_secret_2') . "\nAUTH_GITHUB_ID=gh\nAUTH_GITHUB_SECRET=gh-secret\n", 0600);
my @places = ('*:443' => '*:@port@', '/etc/apache2/tls/www' => "$tls/srv", '/var/www' => '@root@/htdocs');
$server->rewrite($several->block(qr/^AuthJSCookie/m, @places, '/etc/apache2/auth.env' => $env, 'AuthJSProvider github' => $at_github)
    . $several->block(qr/^AuthJSRedirectProxyURL/m)
    . $several->block(qr/intranet\.env/, @places, '/etc/apache2/intranet.env' => $intranet_env));
$server->start;
is_deeply [AuthJSTest::Recipe::complaints($server)], [], 'authjsctl check finds nothing wrong with several hosts';
peer('github', env => { GH_PORT => $github, GH_ORIGINS => 'https://app1.example.com/auth' });

# A visitor with curl: his own file of cookies, and every host at this server.
my $visitors = 0;
sub curl {
    my ($jar, $url, @more) = @_;
    open my $answer, '-|', 'curl', '-s', '-i', '--http1.1', '--cacert', "$tls/ca.pem", '-b', $jar, '-c', $jar, '-H', 'Accept: text/html',
        '--connect-to', '::127.0.0.1:' . $server->port, @more, $url or die "curl: $!";
    local $/;
    my $text = <$answer> // '';
    my ($status) = $text =~ /^HTTP\/\S+ (\d+)/;
    my ($location) = $text =~ /^Location: (\S+)\r$/mi;
    return $status, $location, $text;
}
sub csrf { my ($jar, $host) = @_; return ((curl($jar, "https://$host/auth/csrf"))[2] =~ /"csrfToken":"(\w+)"/)[0] }
sub sign_in {
    my ($jar, $host) = @_;
    my (undef, $to) = curl($jar, "https://$host/auth/signin/github", '--data-urlencode', 'csrfToken=' . csrf($jar, $host), '--data-urlencode', "callbackUrl=https://$host/");
    my $back = authorize($to, login => 'octocat');
    for (1 .. 4) {
        my ($status, $further) = curl($jar, $back);
        return $further if ($further // '') !~ m{/callback/};
        $back = $further;
    }
}
my $jar = "$root/var/jar-1";
is sign_in($jar, 'app2.example.com'), 'https://app2.example.com/', 'a sign-in at app2, by way of the callback URL of app1';
is +(curl($jar, "https://$_.example.com/"))[0], 200, "... is one at $_" for qw(app2 app1);
is +(curl($jar, 'https://intranet.example.com/'))[0], 302, '... but not at the intranet, which has a secret of its own';
is +(curl($jar, 'https://app1.example.com/auth/signout', '--data-urlencode', 'csrfToken=' . csrf($jar, 'app1.example.com')))[0], 302, 'a sign-out at app1';
is +(curl($jar, "https://$_.example.com/"))[0], 302, "... is one at $_" for qw(app1 app2);
like +(curl("$root/var/jar-2", 'https://app1.example.com/auth/signin?callbackUrl=https://app2.example.com/'))[2],
    qr{name="callbackUrl" value="https://app2\.example\.com/"}, "a link to the other host's sign-in leads back";
unlike +(curl("$root/var/jar-3", 'https://app1.example.com/auth/signin?callbackUrl=https://evil.example/'))[2], qr{evil\.example}, '... and to nobody else';

# --- a realm: the second host has another provider ---------------------------------------------------------
my $realm = $several->block(qr/^AuthJSSessionRealm/m);
for my $with ($realm, '') {
    my $two = AuthJSTest::Httpd->configure;
    my $passwords = AuthJSTest::Recipe::passwords("$root/conf/passwords", 'ada');
    my $other = AuthJSTest::Env::free_port();
    $two->rewrite("AuthJSSecret \@secret:auth_secret\@\n${with}Listen 127.0.0.1:$other\n" . protected('/', 'AuthJSRemoteUser sub') . <<"EOT");
<VirtualHost *:\@port\@>
    AuthJSURL http://localhost:\@port\@
    <AuthJSProvider credentials>
        AuthUserFile $passwords
    </AuthJSProvider>
</VirtualHost>
<VirtualHost *:$other>
    AuthJSURL http://localhost:$other
    AuthJSEnvFile $env
    AuthJSProvider github
</VirtualHost>
EOT
    $two->start;
    my $browser = $two->browser;
    $browser->credentials('credentials', [username => 'ada', password => 'demo']);
    is $browser->get("http://localhost:$other/", Accept => 'text/html')->code, $with ? 200 : 302, $with ? 'in a realm the session of another provider counts' : 'without one it does not';
    $two->stop;
}

# --- Next.js ------------------------------------------------------------------------------------------------
my $web = AuthJSTest::Httpd->configure;
my $origin = 'https://localhost:' . $web->port;
my $app = "$root/var/next";
my $variables = $next->block(qr/^AUTH_URL/m, 'https://www.example.com' => $origin, 'the output of: authjsctl secret' => secret('auth_secret'), '...' => 'x');
AuthJSTest::Env::write_file("$app/.env.local", $variables, 0600);
AuthJSTest::Env::write_file("$app/$_->[0]", $next->block($_->[1])) for ['auth.ts', qr/NextAuth\(/], ['page.tsx', qr/export default/], ['route.ts', qr/GET, POST/];
my $backend = peer('nextjs', env => { NEXT_APP => $app, map { split /=/, s/"//gr, 2 } split /\n/, $variables });
$web->rewrite($next->block(qr/^<VirtualHost/m, @places, qr/ServerName +\S+/ => "ServerName $origin", '/srv/app/' => "$app/", '127.0.0.1:3000' => '127.0.0.1:' . $backend->port));
AuthJSTest::Env::write_file($web->root . '/htdocs/html/reports/index.html', 'reports');
$web->start;
is_deeply [AuthJSTest::Recipe::complaints($web)], [], 'authjsctl check finds nothing wrong with Next.js';
my $visitor = secure($web->port);
like $visitor->get('/')->content, qr{<a href="/auth/signin\?callbackUrl=/">Sign in}, 'Next.js: a visitor is nobody';
is $visitor->get("/$_", Accept => 'text/html')->code, 302, "... and sent to sign in for /$_" for qw(dashboard reports/);
$visitor->set_cookie_value(split(/=/, $token->(), 2), secure => 1);
like $visitor->get('/')->content, qr{Hello, (?:<!-- -->)?Ada}, "... auth() knows who is signed in at Apache";
like $visitor->get('/dashboard')->content, qr{Hello, (?:<!-- -->)?Ada}, '... behind Apache, too';
is $visitor->get('/reports/')->content, 'reports', "... Apache's own part";
is $visitor->json('/auth/session')->{user}{name}, 'Ada', "... Apache's endpoints";
my $written = $web->site->get($backend->url('/auth/session'), Cookie => $token->());
my $again = set_cookie($written, '__Secure-authjs.session-token');
ok $again, 'a session that the application has written';
is secure($web->port)->get('/reports/', Cookie => "__Secure-authjs.session-token=$again->{value}")->code, 200, '... is one for Apache';

is_deeply [map { $_->unused } $front, $several, $next], [], 'every block of the pages was tried';
done_testing;
