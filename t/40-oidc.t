# The certified OpenID Provider (npm oidc-provider), over http and TLS: every signing
# algorithm, every client authentication method, the checks and their one use.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use MIME::Base64 'encode_base64url';
use URI;
use URI::Escape ();
use URI::QueryParam;

my $SECRET = '%s-secret-0123456789abcdefghijklmnopqrstuvwxyz';
my @ALGS = qw(RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA HS256 HS384 HS512);
my %KEY_ALG = ('pkjwt-es' => 'ES256', 'pkjwt-rs' => 'RS256', 'pkjwt-ed' => 'EdDSA');
my $keys = root() . '/op-keys';
mkdir $keys, 0755;

# Every client of the provider as a provider of ours: its id is the client's id, with
# "tls-" before it for the same over TLS.
sub provider_conf {
    my ($prefix, $issuer, $client, @lines) = @_;
    my $secret = sprintf($SECRET, $client) . ($client eq 'hs512' ? '-abcdefghijklmnop' : '');
    my $confidential = grep { /ClientSecret|privateKey|client_none/i } @lines;
    return join "\n    ", "<AuthJSProvider $prefix$client oidc>", "AuthJSIssuer $issuer",
        "AuthJSClientID $client", ($confidential ? () : "AuthJSClientSecret $secret"),
        @lines, "\n</AuthJSProvider>\n";
}

sub all_providers {
    my ($prefix, $issuer) = @_;
    my $add = sub { provider_conf($prefix, $issuer, @_) };
    return join '',
        $add->('basic', 'AuthJSChecks pkce state nonce'),
        $add->('post', 'AuthJSClientAuth client_secret_post'),
        $add->('csjwt', 'AuthJSClientAuth client_secret_jwt'),
        $add->('public', 'AuthJSClientAuth none', '# client_none'),
        (map { $add->($_, 'AuthJSClientAuth private_key_jwt',
            "AuthJSOption privateKey=file:$keys/$_.pem keyId=$_ alg=$KEY_ALG{$_}",
            ($_ eq 'pkjwt-rs' ? "AuthJSOption certificate=file:$keys/$_.crt" : ())) }
            sort keys %KEY_ALG),
        (map { $add->(lc, /^HS/ ? "AuthJSIDTokenAlg $_" : ()) } @ALGS),
        $add->('formpost', 'AuthJSAuthorization response_mode=form_post',
            'AuthJSChecks state nonce'),
        $add->('signeduserinfo', 'AuthJSOption idToken=false'),
        $add->('pkce'),
        $add->('odd', 'AuthJSClientSecret "p%20:+&=/ ~\"secret<>?"');
}

my ($http_port, $tls_port) = (peer_port('op'), peer_port('op_tls'));
my $port = AuthJSTest::Env::free_port();
my $tls = AuthJSTest::Env::tls_dir();
my $configured = AuthJSTest::Httpd->configure;
my @ids = ('basic', 'post', 'csjwt', 'public', sort(keys %KEY_ALG), map({ lc } @ALGS),
    'formpost', 'signeduserinfo', 'pkce', 'odd');
my $op = peer('op', port => $http_port, env => {
    OP_PORT => $http_port, OP_TLS_PORT => $tls_port, OP_TLS => $tls, OP_KEYS => $keys,
    OP_ORIGINS => $configured->url('/auth'),
    OP_PROVIDERS => join(',', map { "tls-$_" } @ids),
});

system("openssl req -x509 -key $keys/pkjwt-rs.pem -subj /CN=client -days 2 -out $keys/pkjwt-rs.crt 2>/dev/null") == 0 or die "openssl: $?";

$configured->rewrite(<<"EOT" . all_providers('', "http://127.0.0.1:$http_port") . all_providers('tls-', "https://localhost:$tls_port"));
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSHTTP ca=\@tls\@/ca.pem
LimitRequestFieldSize 32768
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
AuthJSTest::Env::write_file($configured->root . '/htdocs/private/index.html', 'private');
my $httpd = $configured->start;

# One sign-in: the response to the callback, and the browser it came to.
sub sign_in {
    my ($id, %option) = @_;
    my $browser = $option{browser} || $httpd->browser;
    my $start = $browser->sign_in($id, [callbackUrl => '/private/index.html']);
    my ($url, $form) = authorize(location($start), login => 'alice', %option);
    return ($url, $form, $browser, $start) if $option{stop};
    return (($form ? $browser->post($url, [%$form]) : $browser->get($url)), $browser, $url);
}

for my $prefix ('', 'tls-') {
    for my $id (@ids) {
        my ($response, $browser) = sign_in("$prefix$id");
        my $session = $browser->session || {};
        is_deeply [$response->code, location($response), $session->{user}{email}],
            [302, $httpd->url('/private/index.html'), 'alice@example.test'],
            "$prefix$id signs in" or diag $response->as_string;
    }
}

subtest 'what was asked and how' => sub {
    my ($url, undef, $browser, $start) = sign_in('basic', stop => 1);
    my $query = URI->new(location($start))->query_form_hash;
    is $query->{response_type}, 'code';
    is $query->{scope}, 'openid profile email';
    is $query->{redirect_uri}, $httpd->url('/auth/callback/basic');
    is $query->{code_challenge_method}, 'S256';
    like $query->{code_challenge}, qr/^[\w-]{43}$/;
    like $query->{nonce}, qr/^[\w-]{43}$/;
    ok $query->{state};
    is_deeply [map { $_->{name} } grep { $_->{'max-age'} || $_->{name} =~ /nonce/ } set_cookies($start)],
        ['authjs.state', 'authjs.pkce.code_verifier', 'authjs.nonce'], 'cookies in order';
    $browser->get($url);
    my @log = @{ $browser->json($op->url('/__test/log')) };
    my ($token) = grep { ($_->{path} // '') eq '/token' && $_->{client} eq 'basic' } reverse @log;
    is $token->{authorization}, 'Basic';
    is_deeply [sort @{ $token->{fields} }], [sort qw(redirect_uri code code_verifier grant_type)];
    my ($assertion) = map { $_->{assertion} }
        grep { ($_->{client} // '') eq 'pkjwt-es' && $_->{assertion} } @log;
    is $assertion->{header}{alg}, 'ES256';
    is $assertion->{header}{kid}, 'pkjwt-es';
    is_deeply $assertion->{claims}{aud},
        ["http://127.0.0.1:$http_port", "http://127.0.0.1:$http_port/token"];
    my %header = map { $_->{header}{kid} => $_->{header} } map { $_->{assertion} || () } grep { ($_->{client} // '') =~ /pkjwt/ } @log;
    my %print = map { my $hex = `openssl x509 -in $keys/pkjwt-rs.crt -noout -fingerprint -$_`; ($_ => encode_base64url(pack 'H*', $hex =~ s/.*=|[:\n]//gr)) } qw(sha1 sha256);
    is_deeply [@{ $header{'pkjwt-rs'} }{'alg', 'x5t', 'x5t#S256'}], ['RS256', @print{qw(sha1 sha256)}], 'a certificate is named by its thumbprints';
    ok !(grep { /x5t/ } keys %{ $assertion->{header} }), '... and without one there are none';
    is $assertion->{claims}{exp} - $assertion->{claims}{iat}, 60;
    ok !(grep { $_->{event} } @log), 'the provider saw no error'
        or diag explain [grep { $_->{event} } @log];
};

subtest 'query parameters reach the provider, reserved ones do not' => sub {
    my $browser = $httpd->browser;
    my $evil = 'client_id=evil&redirect_uri=https://evil.test/&response_type=token&state=s'
        . '&nonce=n&code_challenge=c&code_challenge_method=plain&request=r&callbackUrl=/x';
    my $response = $browser->post("/auth/signin/basic?prompt=login&login_hint=bob&$evil",
        [csrfToken => $browser->csrf]);
    my $query = URI->new(location($response))->query_form_hash;
    is $query->{prompt}, 'login';
    is $query->{login_hint}, 'bob';
    is $query->{client_id}, 'basic';
    is $query->{response_type}, 'code';
    is $query->{redirect_uri}, $httpd->url('/auth/callback/basic');
    is $query->{code_challenge_method}, 'S256';
    isnt $query->{$_}, substr($_, 0, 1), "$_ is ours" for qw(state nonce code_challenge);
    ok !exists $query->{request} && !exists $query->{callbackUrl};
};

sub refused {
    my ($response, $name, $code, $page) = @_;
    $code ||= 'Configuration';
    $page ||= 'error';
    is location($response), $httpd->url("/auth/$page?error=$code"), "$name: $code";
    ok !set_cookie($response, 'authjs.session-token'), "$name: no session";
}

# An attempt that has ended begins again with one button.
sub ended {
    my ($response, $name, $provider) = @_;
    is location($response), $httpd->url("/auth/signin/$provider?callbackUrl="
        . URI::Escape::uri_escape($httpd->url('/private/index.html')) . '&error=SignInExpired'), "$name: start again";
    ok !set_cookie($response, 'authjs.session-token'), "$name: no session";
}

subtest 'checks are for one use' => sub {
    my ($url, undef, $browser) = sign_in('basic', stop => 1);
    my %cookie = %{ $browser->cookies };
    my $old = join '; ', map { "$_=$cookie{$_}" } grep { /state|pkce|nonce|csrf/ } keys %cookie;
    is location($browser->get($url)), $httpd->url('/private/index.html'), 'the first time';
    my $used = sub { scalar(() = $httpd->error_log =~ /InvalidCheck: the (?:\w+ cookie|state): it was used before/g) };
    my $before = $used->();
    ended($httpd->site->get($url, Cookie => $old), 'the same answer again', 'basic');
    is $used->(), $before + 1, '... for its checks, before anything else';
    my ($again) = sign_in('basic', stop => 1);
    my $code = URI->new($again)->query_param('code');
    (my $replay = $url) =~ s/code=[^&]*/code=$code/;
    ended($httpd->site->get($replay, Cookie => $old), 'a fresh code with used checks', 'basic');
    is $used->(), $before + 2, '... for its checks too';
};

subtest 'checks are of one provider and one browser' => sub {
    my ($url, undef, $browser) = sign_in('basic', stop => 1);
    ended($httpd->site->get($url), 'no cookie', 'basic');
    (my $other = $url) =~ s{/callback/basic}{/callback/post};
    refused($browser->get($other), 'the callback of another provider');
    ($url, undef, $browser) = sign_in('basic', stop => 1);
    (my $without = $url) =~ s/state=[^&]*&?//;
    refused($browser->get($without), 'no state');
    ($url, undef, $browser) = sign_in('basic', stop => 1);
    (my $changed = $url) =~ s/state=[^&]*/state=x/;
    refused($browser->get($changed), 'another state');
    ($url, undef, $browser) = sign_in('basic', stop => 1);
    my (undef, undef, $other_browser) = sign_in('basic', stop => 1);
    ended($other_browser->get($url), "another browser's answer", 'basic');
    is scalar(grep { $other_browser->cookie($_) } qw(authjs.state authjs.nonce authjs.pkce.code_verifier)),
        3, 'the check cookies of its own attempt stay';
    $other_browser->get($without);
    is_deeply [grep { $other_browser->cookie($_) } qw(authjs.state authjs.nonce authjs.pkce.code_verifier)],
        [], 'check cookies are gone after a failure';
};

subtest 'answers that are not' => sub {
    my %case = (
        'code twice'      => sub { "$_[0]&code=x" },
        'state twice'     => sub { "$_[0]&state=x" },
        'iss of another'  => sub { $_[0] =~ s/iss=[^&]*/iss=https%3A%2F%2Fevil.test/r },
        'iss missing'     => sub { $_[0] =~ s/&?iss=[^&]*//r },
        'iss empty'       => sub { $_[0] =~ s/iss=[^&]*/iss=/r },
        'response (JARM)' => sub { "$_[0]&response=x" },
        'id_token inside' => sub { "$_[0]&id_token=x" },
        'token inside'    => sub { "$_[0]&token=x" },
        'code empty'      => sub { $_[0] =~ s/code=[^&]*/code=/r },
        'code missing'    => sub { $_[0] =~ s/code=[^&]*&?//r },
        'code wrong'      => sub { $_[0] =~ s/code=[^&]*/code=wrong/r },
    );
    for my $name (sort keys %case) {
        my ($url, undef, $browser) = sign_in('basic', stop => 1);
        refused($browser->get($case{$name}->($url)), $name);
    }
    my ($url, undef, $browser) = sign_in('basic', stop => 1);
    (my $error = $url) =~ s/code=[^&]*/error=access_denied&error_description=%3Cscript%3E/;
    refused($browser->get($error), 'refused by the visitor', 'OAuthCallbackError', 'signin');
    is scalar(() = $browser->get('/auth/signin?error=OAuthCallbackError')->content =~ /<script/g), 1, 'the one script is ours';
};

subtest 'form_post' => sub {
    my ($action, $form, $browser, $start) = sign_in('formpost', stop => 1);
    for my $name (qw(authjs.state authjs.nonce)) {
        my $cookie = set_cookie($start, $name);
        is $cookie->{samesite}, 'None', "$name travels across sites";
        ok $cookie->{secure}, "$name is Secure";
    }
    my $cookies = join '; ', map { "$_->{name}=$_->{value}" } set_cookies($start);
    my $uri = URI->new($action);
    $uri->query_form(%$form);
    like $uri, qr/[?&]code=[^&]/, 'the answer as a GET';
    refused($httpd->site->get($uri, Cookie => $cookies), 'GET');
};

subtest 'profiles' => sub {
    my (undef, $browser) = sign_in('basic', login => 'unicode');
    is $browser->session->{user}{name}, "\x{17d}lu\x{165}ou\x{10d}k\x{fd} k\x{16f}\x{148} \x{1f40e} <b>&\"";
    (undef, $browser) = sign_in('basic', login => 'upper');
    is $browser->session->{user}{email}, 'upper@example.test', 'e-mail in lower case';
    (undef, $browser) = sign_in('basic', login => 'noemail');
    my $nobody = $browser->session;
    ok $nobody && $nobody->{user}{name}, 'signed in';
    ok !defined $nobody->{user}{email}, '... without an e-mail address';
    is $browser->get('/private/index.html')->code, 200, 'no e-mail: sub is the user';
    (undef, $browser) = sign_in('basic', login => 'longname');
    is length $browser->session->{user}{name}, 6000, 'a session of several cookies';
    ok $browser->cookie('authjs.session-token.1');
};

subtest 'two tabs' => sub {
    my $browser = $httpd->browser;
    my ($first) = sign_in('basic', stop => 1, browser => $browser);
    my ($second) = sign_in('basic', stop => 1, browser => $browser);
    is location($browser->get($second)), $httpd->url('/private/index.html'), 'the later one';
    is location($browser->get($first)), $httpd->url('/private/index.html'), 'the earlier one';
    ok $browser->session, 'and the session stays';
};

# The last ones: until the minute is over, these keys sign nobody in.
sub fetched { scalar grep { ($_->{path} // '') eq '/jwks' } @{ $httpd->browser->json($op->url('/__test/log')) } }

subtest 'keys: another one under the same kid' => sub {
    my $browser = $httpd->browser;
    is $browser->post($op->url('/__test/replace'), '')->code, 200;
    $browser->request(DELETE => $op->url('/__test/log'));
    my ($response) = sign_in('tls-signeduserinfo');
    is location($response), $httpd->url('/private/index.html'), 'a signed profile, with the new key';
    is fetched(), 1, '... which was fetched';
    ($response) = sign_in('tls-basic');
    is location($response), $httpd->url('/private/index.html'), 'an id_token with the new key';
    $browser->post($op->url('/__test/replace'), '');
    for my $id (qw(tls-basic tls-signeduserinfo tls-es256)) {
        ($response) = sign_in($id);
        refused($response, "$id: a second change within the minute");
    }
    is fetched(), 1, 'the keys were fetched once';
    like $httpd->error_log, qr/the id_token: the token's signature is wrong/, 'the log says why';
};

subtest 'keys: rotation, and refetched at most once a minute' => sub {
    my $browser = $httpd->browser;
    is $browser->post($op->url('/__test/rotate'), '')->code, 200;
    $browser->request(DELETE => $op->url('/__test/log'));
    my ($response) = sign_in('basic');
    is location($response), $httpd->url('/private/index.html'), 'signs in with the new keys';
    $browser->post($op->url('/__test/rotate'), '');
    ($response) = sign_in('basic');
    refused($response, 'a second rotation within the minute');
    my @fetched = grep { ($_->{path} // '') eq '/jwks' } @{ $browser->json($op->url('/__test/log')) };
    is @fetched, 1, 'the keys were fetched once';
    my @discovered = grep { ($_->{path} // '') =~ /well-known/ } @{ $browser->json($op->url('/__test/log')) };
    is @discovered, 0, 'discovery came from the cache';
};

expect_error(qr/AuthJS: CallbackRouteError: /, 'answers that this test falsifies');
done_testing;
