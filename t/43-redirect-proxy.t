# The redirect proxy: the provider knows one server's callback URL only; that server hands
# the answer on to the one whose sign-in it is. Both have the same secret.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use URI;
use URI::QueryParam;

my $op_port = peer_port('op');
my ($proxy, $preview, $stranger) = map { AuthJSTest::Httpd->configure } 1 .. 3;
# Cookies do not know ports: the preview lives on another host.
my $preview_url = 'http://127.0.0.1:' . $preview->port;

sub conf {
    my ($secret, $url) = @_;
    return <<"EOT";
AuthJSSecret \@secret:$secret\@
AuthJSURL $url
AuthJSRedirectProxyURL ${\ $proxy->url('/auth')}
<AuthJSProvider op oidc>
    AuthJSIssuer http://127.0.0.1:$op_port
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
    AuthJSChecks pkce state nonce
</AuthJSProvider>
EOT
}

my $op = peer('op', port => $op_port, env => {
    OP_PORT => $op_port, OP_ORIGINS => $proxy->url('/auth') });
$proxy->rewrite(conf('auth_secret', $proxy->url));
$preview->rewrite(conf('auth_secret', $preview_url));
$stranger->rewrite(conf('auth_secret_2', 'http://127.0.0.1:' . $stranger->port));
$_->start for $proxy, $preview, $stranger;

sub preview_browser {
    my ($httpd) = @_;
    return AuthJSTest::Site->new(base => 'http://127.0.0.1:' . $httpd->port, cookies => 1);
}

subtest 'a preview signs in through the proxy' => sub {
    my $browser = preview_browser($preview);
    my $start = $browser->sign_in('op', [callbackUrl => '/page']);
    my $query = URI->new(location($start))->query_form_hash;
    is $query->{redirect_uri}, $proxy->url('/auth/callback/op'), 'the provider sees the proxy';
    my $answer = authorize(location($start), login => 'alice');
    is index($answer, $proxy->url('/auth/callback/op?')), 0;
    my $passed_on = location($proxy->site->get($answer));
    is index($passed_on, "$preview_url/auth/callback/op?"), 0, 'the proxy hands the answer on';
    is_deeply +URI->new($passed_on)->query_form_hash, URI->new($answer)->query_form_hash,
        'with every parameter';
    is location($browser->get($passed_on)), "$preview_url/page", 'and the preview signs in'
        or diag $preview->error_log;
    is $browser->session->{user}{email}, 'alice@example.test';
};

subtest 'the proxy signs in for itself' => sub {
    my $browser = $proxy->browser;
    my $start = $browser->sign_in('op', [callbackUrl => '/own']);
    is location($browser->get(authorize(location($start)))), $proxy->url('/own');
};

subtest 'only servers of the same secret' => sub {
    my $browser = preview_browser($stranger);
    my $start = $browser->sign_in('op', [callbackUrl => '/']);
    my $answer = authorize(location($start));
    is location($proxy->site->get($answer)), $proxy->url('/auth/error?error=Configuration'),
        'a state that cannot be read goes nowhere';
    is location($proxy->site->get('/auth/callback/op?code=c&state=https://evil.test/')),
        $proxy->url('/auth/error?error=Configuration'), 'nor does an address';
};

subtest 'a session is only where the sign-in began' => sub {
    my $browser = preview_browser($preview);
    my $answer = authorize(location($browser->sign_in('op', [callbackUrl => '/'])));
    my $passed_on = location($proxy->site->get($answer));
    my $response = preview_browser($preview)->get($passed_on);
    like location($response), qr{\A\Q$preview_url\E/auth/signin/op\?callbackUrl=}, 'another browser begins its own';
    ok !set_cookie($response, 'authjs.session-token');
};

done_testing;
