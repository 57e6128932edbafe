# Front proxies: what they take off the path, and the lists that they leave in X-Forwarded-*.
# httpd itself is the proxy, once and twice in a row, from the protected page through a
# provider and back.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;
use AuthJSTest::Provider;
use IO::Socket::INET ();
use URI;
use URI::Escape qw(uri_escape);
use URI::QueryParam;

my %port = map { $_ => AuthJSTest::Env::free_port() }
    qw(pinned pinned_front forwarded forwarded_front twice twice_middle twice_front plain);
my $op_port = peer_port('op');
my %base = (    # what a browser sees of each site
    pinned    => "http://localhost:$port{pinned_front}/portal",
    forwarded => "http://localhost:$port{forwarded_front}/portal",
    twice     => "http://localhost:$port{twice_front}/portal/team-1",
);
peer('op', port => $op_port, env => { OP_PORT => $op_port,
    OP_ORIGINS => join ',', map { "$_/auth" } values %base });

sub vhost {
    my ($name, $text) = @_;
    return "Listen 127.0.0.1:$port{$name}\n<VirtualHost *:$port{$name}>\nServerName localhost\n$text</VirtualHost>\n";
}
sub front {
    my ($name, $prefix, $to, $more) = @_;
    return vhost($name, <<"EOT" . ($more // ''));
DocumentRoot "\@root\@/nothing"
ProxyPreserveHost Off
ProxyPass        $prefix/ http://127.0.0.1:$port{$to}/
ProxyPassReverse $prefix/ http://127.0.0.1:$port{$to}/
EOT
}
sub inner {
    my ($name, $address) = @_;
    return vhost($name, <<"EOT");
DocumentRoot "${\ root()}/htdocs"
UseCanonicalName Off
AuthJSSecret \@secret:auth_secret\@
$address
AuthJSTheme logo=/img/logo.svg
AuthJSPage newUser /welcome
AuthJSAdapter memory \@root\@/var/front-$name.json
<AuthJSProvider op oidc>
    AuthJSIssuer http://127.0.0.1:$op_port
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    AuthJSStyle logo=/img/op.svg
</AuthJSProvider>
<Location "/app">
    AuthType AuthJS
    Require valid-user
</Location>
<Location "/app/nobody">
    Require user nobody
</Location>
EOT
}
htdocs('app/page.html', 'the page');
htdocs('app/nobody/page.html', 'nobody sees this');
my $httpd = httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n",
    inner(pinned => "AuthJSURL $base{pinned}/auth\nAuthJSBasePath /auth"),
    front(pinned_front => '/portal', 'pinned'),
    inner(forwarded => "AuthJSTrustHost On\nMergeTrailers On"),
    front(forwarded_front => '/portal', 'forwarded', "RequestHeader append X-Forwarded-Prefix /portal\nRequestHeader append X-Forwarded-Proto http\n"),
    inner(twice => 'AuthJSTrustHost 2'),
    front(twice_middle => '/team-1', 'twice', "RequestHeader append X-Forwarded-Prefix /team-1\nRequestHeader append X-Forwarded-Proto http\n"),
    front(twice_front => '/portal', 'twice_middle', "RequestHeader append X-Forwarded-Prefix /portal/\nRequestHeader append X-Forwarded-Proto http\n"),
    inner(plain => "AuthJSURL http://localhost:$port{plain}"));

my @html = (Accept => 'text/html');
# What a client says of itself, to be believed.
my @forged = ('X-Forwarded-Host' => 'evil.test', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Prefix' => '/evil');

sub visitor { AuthJSTest::Site->new(base => $base{$_[0]} =~ s{(:\d+)/.*}{$1}r, auth => $base{$_[0]} =~ s{.*?:\d+}{}r . '/auth', cookies => 1) }
sub outside { my ($r, $base) = @_; grep { m{^(?:https?:/)?/} && !m{^\Q$base\E(?:[/?]|$)} && !m{^@{[URI->new($base)->path]}/} }
    map { AuthJSTest::Provider::unescape($_) } $r->content =~ /\b(?:href|src|action|value)="([^"]*)"/g }

for my $name (sort keys %base) {
    for my $forged ([], \@forged) {
        subtest "$name, " . (@$forged ? 'a client that lies' : 'as it should be') => sub {
            my ($base, $browser) = ($base{$name}, visitor($name));
            my @sent = (@html, @$forged);
            my $r = $browser->get("$base/app/page.html?a=b", @sent);
            is location($r), "$base/auth/signin?callbackUrl=" . uri_escape("$base/app/page.html?a=b"), 'sent to sign in';
            $r = $browser->get(location($r), @sent);
            is $r->code, 200, 'the page';
            is_deeply [outside($r, $base)], [], 'nothing of it is outside of the prefix';
            like $r->content, qr{src="/[\w/-]*/img/$_"}, "$_ is inside" for qw(logo.svg op.svg);
            my ($form) = forms($r->content);
            is $form->{action}, "$base/auth/signin/op", 'the form';
            $r = $browser->post($form->{action}, [%{ $form->{fields} }], @sent);
            is +URI->new(location($r))->query_form_hash->{redirect_uri}, "$base/auth/callback/op", 'redirect_uri';
            $r = $browser->get(authorize(location($r)), @sent);
            my $app = uri_escape("$base/app/page.html?a=b");
            like location($r), @$forged ? qr{^\Q$base/app/page.html?a=b\E$} : qr{^\Q$base/welcome?callbackUrl=$app\E$},
                'back, and newUser is below the prefix' or diag $httpd->error_log;
            is $browser->get("$base/app/page.html", @sent)->content, 'the page', 'what was protected';
            is $browser->json("$base/auth/session", @$forged)->{user}{email}, 'alice@example.test', 'session';
            is $browser->json("$base/auth/providers", @$forged)->{op}{$_->[0]}, "$base/auth/$_->[1]/op", $_->[0]
                for ['signinUrl', 'signin'], ['callbackUrl', 'callback'];
            for my $path (qw(account signout error verify-request signin nothing app/nobody/page.html), '') {
                $r = $browser->get($base . ($path =~ /app/ ? "/$path" : "/auth/$path"), @sent);
                is_deeply [outside($r, $base)], [], "$path: all inside";
            }
            is location($browser->post("$base/auth/account", [csrfToken => $browser->csrf], @sent)), "$base/auth/account?error=NotUnlinked", 'account';
            is location($browser->post("$base/auth/signout", [csrfToken => 'x'], @sent)), "$base/auth/signin?error=MissingCSRF", 'an error';
            is location($browser->post("$base/auth/signout", [csrfToken => $browser->csrf, callbackUrl => 'https://evil.test/'], @sent)),
                "$base/", 'the base URL is the start page below the prefix';
        };
    }
}

# --- what each header comes to ------------------------------------------------------------

sub address {
    my ($name, %headers) = @_;
    my $r = AuthJSTest::Site->new(base => "http://127.0.0.1:$port{$name}")->get('/auth/providers', %headers);
    return $r->code == 200 ? AuthJSTest::Site->json($r)->{op}{signinUrl} =~ s{/auth/signin/op$}{}r : $r->code;
}
my %one = (    # On: the last value, which the nearest proxy has put there
    'a.test' => 'http://a.test', 'evil.test, a.test' => 'http://a.test', ' evil.test,a.test ' => 'http://a.test',
    "evil.test,\ta.test:8080\t" => 'http://a.test:8080', ',a.test' => 'http://a.test', ',,,a.test' => 'http://a.test',
    'a.test,' => 500, 'a.test, ' => 500, ',' => 500, 'a.test, b c' => 500, 'a.test, b/c' => 500, 'a.test, u@b' => 500,
    'a b, a.test' => 'http://a.test', join(',', ('x') x 1000, 'a.test') => 'http://a.test',
);
is address('forwarded', 'X-Forwarded-Host' => $_), $one{$_}, 'On, X-Forwarded-Host: ' . substr $_, 0, 40 for sort keys %one;
my %two = (    # 2: the last but one
    'evil.test, a.test, b.test' => 'http://a.test', 'a.test, b.test' => 'http://a.test', 'a.test' => 'http://a.test',
    'evil.test, , b.test' => 500, 'a/b, b.test' => 500, 'a.test, b c' => 'http://a.test',
);
is address('twice', 'X-Forwarded-Host' => $_), $two{$_}, "2, X-Forwarded-Host: $_" for sort keys %two;
for my $case (['forwarded', 'https', 'https'], ['forwarded', 'http, https', 'https'], ['forwarded', 'https, http', 'http'],
    ['twice', 'https, http', 'https'], ['twice', 'http, https, http', 'https'], ['twice', 'https', 'https'], ['forwarded', 'https,', 500],
    ['forwarded', 'javascript', 500], ['forwarded', 'HTTPS', 'https']) {
    my ($name, $proto, $is) = @$case;
    is address($name, 'X-Forwarded-Host' => 'a.test, b.test', 'X-Forwarded-Proto' => $proto),
        $is =~ /\d/ ? $is : $name eq 'twice' ? "$is://a.test" : "$is://b.test", "$name, X-Forwarded-Proto: $proto";
}
is address('forwarded', 'X-Forwarded-Host' => ['evil.test', 'a.test']), 'http://a.test', 'two lines are a list';

my @prefixes = (
    ['/portal', '/portal'], ['/portal/', '/portal'], ['/', ''], ['', ''], ['/a/b.c-d_e', '/a/b.c-d_e'],
    ['/evil, /portal', '/portal'], ['/evil,', ''], ['//evil.test, /portal', '/portal'], ['/' . 'x' x 255, '/' . 'x' x 255],
    map({ [$_, 500] } 'portal', '//evil.test', '/a//b', '/..', '/a/../b', '/a/.', '/.a', '/\\evil.test', '\\evil.test', '/a\\b',
        'https://evil.test', '/a?b', '/a#b', '/a b', '/%2f', '/a;b', '/a@b', '/a"><script>', "/a\tb", "/\xfc", '//', '/a//', '@evil.test', '.evil.test',
        '/' . 'x' x 256, '/portal, //evil.test'),
);
for my $case (@prefixes) {
    my ($prefix, $is) = @$case;
    my $name = substr $prefix =~ s/[^ -~]/?/gr, 0, 40;
    is address('forwarded', 'X-Forwarded-Host' => 'a.test', 'X-Forwarded-Prefix' => $prefix), $is =~ /^\d/ ? $is : "http://a.test$is", "X-Forwarded-Prefix: $name";
    is address('plain', 'X-Forwarded-Prefix' => $prefix), "http://localhost:$port{plain}", '... is nothing where nobody is trusted';
}
my $r = AuthJSTest::Site->new(base => "http://127.0.0.1:$port{forwarded}")->get('/app/page.html', @html, 'X-Forwarded-Host' => 'a.test', 'X-Forwarded-Prefix' => '//evil.test');
is $r->code . (location($r) // ''), '400', 'a bad prefix leads nowhere';
is address('twice', 'X-Forwarded-Host' => 'a, b', 'X-Forwarded-Prefix' => '/evil, /a, /b/'), 'http://a/a/b', '2: what both have taken off';
is address('twice', 'X-Forwarded-Host' => 'a, b', 'X-Forwarded-Prefix' => '/a'), 'http://a/a', '... or one';
is address('twice', 'X-Forwarded-Host' => 'a, b', 'X-Forwarded-Prefix' => '/' . 'x' x 200 . ', /' . 'y' x 200), 500, '... not too long';
# What stands behind the body comes too late to say where the page is.
{
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port{forwarded}) or BAIL_OUT("connect: $!");
    print $socket "POST /auth/signin HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        . "Connection: close\r\n\r\n2\r\n{x\r\n0\r\nX-Forwarded-Prefix: %\r\n\r\n";
    like scalar(<$socket>) // '', qr{^HTTP/1\.1 400 }, 'a bad prefix in a trailer';
}
expect_error(qr/AH01631: user alice\@example\.test: authorization failure/, 'a page that is for nobody');
expect_error(qr/AuthJS: UntrustedHost:/, 'forwarded headers that are no address');

# The endpoints are where httpd has them, whatever stands outside.
my $inside = AuthJSTest::Site->new(base => "http://127.0.0.1:$port{pinned}");
is $inside->get('/portal/auth/session')->code, 404, 'the prefix is not inside';
is $inside->get('/auth/session')->content, 'null', 'the endpoints are';

# --- configtest ---------------------------------------------------------------------------

my $site = "AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider credentials>\nAuthUserFile /dev/null\n</AuthJSProvider>\n";
for my $case (['On'], ['Off', 'no origin'], ['2'], ['9'], ['0', 'no origin'], map { [$_, 'must be On or Off, or how many proxies'] } '10', '-1', '2x', 'two') {
    my ($word, $why) = @$case;
    my ($status, $output) = configtest("UseCanonicalName Off\n$site" . "AuthJSTrustHost $word\n");
    $why ? like($output, qr/$why/, "AuthJSTrustHost $word") : is($status, 0, "AuthJSTrustHost $word");
}
my ($status, $output) = configtest("AuthJSURL https://www.test/portal\nAuthJSBasePath /auth\n$site");
is $status, 0;
like $output, qr{AuthJSBasePath /auth is used, not the path /portal of AuthJSURL; .*write AuthJSURL}, 'a URL without the base path is remarked upon';
($status, $output) = configtest("AuthJSURL https://www.test/portal/auth\nAuthJSBasePath /auth\n$site");
unlike $output, qr/AuthJSBasePath/, 'with it is a prefix';

done_testing;
