# Sign-ins that no button of ours begins: AuthJSSignInPage Auto, GET signin/<id>, and logins
# that another site asks for (OpenID Connect Core, section 4).
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;
use AuthJSTest::Provider;
use URI;
use URI::Escape ();
use URI::QueryParam;

my @names = qw(auto always several page strict);
my %port = map { $_ => AuthJSTest::Env::free_port() } @names;
my $op_port = peer_port('op');
my $ISSUER = "http://127.0.0.1:$op_port";
peer('op', port => $op_port, env => { OP_PORT => $op_port, OP_PROVIDERS => 'other',
    OP_ORIGINS => join ',', map { "http://localhost:$port{$_}/auth" } @names });

sub provider {
    my ($id, $issuer) = @_;
    return <<"EOT";
<AuthJSProvider $id oidc>
    AuthJSIssuer $issuer
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
</AuthJSProvider>
EOT
}
my $password = "<AuthJSProvider credentials>\nAuthUserFile \@root\@/conf/users-46\n</AuthJSProvider>\n";
AuthJSTest::Env::write_file(root() . '/conf/users-46', 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
my $op = provider(op => $ISSUER);
my %own = (
    auto    => "AuthJSSignInPage Auto\n$op",
    always  => $op,
    several => "AuthJSSignInPage auto\nAuthJSAdapter memory \@root\@/var/straight.json\n$op"
        . provider(other => $ISSUER) . provider(dead => 'http://127.0.0.1:1') . $password,
    page    => "AuthJSSignInPage Auto\nAuthJSPage signIn /login\n$op",
    strict  => "AuthJSSignInPage Auto\nAuthJSCookie sessionToken sameSite=Strict\n$op",
);
htdocs("straight/$_.html", $_) for qw(page by-id login);
my $httpd = httpd(conf => join '', "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n",
    map { <<"EOT" } @names);
Listen 127.0.0.1:$port{$_}
<VirtualHost *:$port{$_}>
    ServerName localhost
    DocumentRoot "${\ root()}/htdocs"
    AuthJSURL http://localhost:$port{$_}
    AuthJSSecret \@secret:auth_secret\@
$own{$_}
    <Location "/straight">
        AuthType AuthJS
        Require valid-user
    </Location>
    <Location "/straight/by-id.html">
        AuthJSUnauthorized provider:op
    </Location>
</VirtualHost>
EOT

sub at { "http://localhost:$port{$_[0]}" . ($_[1] // '') }
sub visitor { AuthJSTest::Site->new(base => at($_[0]), cookies => 1) }
sub query { URI->new($_[0])->query_form_hash }
sub goes_on { my ($r) = @_; $r->code == 302 && index(location($r), "$ISSUER/auth?") == 0 }
sub buttons { join ' ', map { ($_->{action} =~ m{/auth/(signin/[\w-]+|callback/\w+)})[0] } forms($_[0]->content) }
sub shows { my ($r, $buttons, $name) = @_; is $r->code . ' ' . buttons($r), "200 $buttons", $name }
my @html = (Accept => 'text/html');
my @visit = (@html, 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
my $MARK = 'authjs.ask-first';

# From a protected page to the provider and back, as a browser follows it; or undef.
sub arrives {
    my ($browser, $path, $login) = @_;
    my $r = $browser->get(location($browser->get($path, @html)), @html);
    return goes_on($r) ? location($browser->get(authorize(location($r), login => $login))) : undef;
}

subtest 'Always, as it is without the directive' => sub {
    my $browser = visitor('always');
    shows($browser->get('/auth/signin', @visit), 'signin/op', 'one button');
    my $r = $browser->get(location($browser->get('/straight/by-id.html', @visit)), @visit);
    shows($r, 'signin/op', 'provider:ID shows its button');
    for my $method (qw(get)) {
        my $r = $browser->$method('/auth/signin/op?callbackUrl=/x', @visit);
        shows($r, 'signin/op', 'GET signin/<id> shows the button of that provider');
        page_is_sound($r, at('always'), 'signin/op');
    }
    my $signin = $browser->json('/auth/providers')->{op}{signinUrl};
    shows($browser->get($signin), 'signin/op', 'signinUrl can be followed');
    ok !set_cookie($browser->sign_out, $MARK), 'no further cookie';
};

subtest 'a site with one provider' => sub {
    my $browser = visitor('auto');
    is arrives($browser, '/straight/page.html?a=b', 'alice'), at('auto', '/straight/page.html?a=b'), 'no page of one button';
    is $browser->session->{user}{email}, 'alice@example.test', 'who is signed in';
    is arrives(visitor('auto'), '/straight/by-id.html', 'bob'), at('auto', '/straight/by-id.html'), 'provider:ID';
    for my $path ('/auth/signin', '/auth/signin/op', '/auth/signin?provider=op', '/auth/signin?provider=nobody', '/auth/signin?provider=op,nobody') {
        ok goes_on(visitor('auto')->get($path)), "GET $path goes on";
    }
    my $sent = query(location(visitor('auto')->get('/auth/signin?scope=admin&prompt=none&login_hint=eve&acr_values=0&claims=%7B%7D&x=y')));
    is_deeply [sort keys %$sent], [qw(client_id code_challenge code_challenge_method redirect_uri response_type scope state)],
        'nothing of the query, and state, whatever the provider makes of PKCE';
    is $sent->{scope}, 'openid profile email', 'the scope is ours';
};

subtest 'who is no visitor of a page is shown one' => sub {
    for my $case (
        ['an image', 'Sec-Fetch-Mode' => 'no-cors', 'Sec-Fetch-Dest' => 'image'],
        ['a frame', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'iframe'],
        ['a script', 'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty'],
        ['an old script', 'X-Requested-With' => 'XMLHttpRequest'],
        ['one who asks for JSON', 'X-Auth-Return-Redirect' => '1'],
    ) {
        my ($name, @headers) = @$case;
        my $r = visitor('auto')->get('/auth/signin/op', @headers);
        shows($r, 'signin/op', $name);
        ok !set_cookie($r, 'authjs.state'), 'nothing has begun';
    }
    my $r = visitor('auto')->get('/auth/signin/op', @visit, 'Sec-Purpose' => 'prefetch;prerender');
    is_deeply [location($r), set_cookies($r)], [undef], 'a page fetched in advance begins nothing';
    $r = visitor('auto')->head('/auth/signin/op', @visit);
    is_deeply [location($r), grep { $_->{name} =~ /state|pkce/ } set_cookies($r)], [undef], 'nor does HEAD';
    for my $case (
        ['a page visit', @visit], ['from another site', @visit, 'Sec-Fetch-Site' => 'cross-site'],
        ['by a service worker', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'empty'],
        ['in an app', @visit, 'X-Requested-With' => 'com.example.app'],
    ) {
        my ($name, @headers) = @$case;
        ok goes_on(visitor('auto')->get('/auth/signin/op', @headers)), "$name goes on";
    }
};

subtest 'after a sign-out the page asks' => sub {
    my $browser = visitor('auto');
    arrives($browser, '/straight/page.html', 'alice');
    my $r = $browser->sign_out([callbackUrl => '/straight/page.html']);
    is set_cookie($r, $MARK)->{expires}, undef, 'as long as the browser is open';
    ok set_cookie($r, $MARK)->{httponly};
    shows($browser->get(location($browser->get(location($r), @html)), @html), 'signin/op', 'nobody is signed in again at once');
    shows($browser->get('/auth/signin/op', @html), 'signin/op', 'by whichever way');
    $r = $browser->sign_in('op');
    is set_cookie($r, $MARK)->{'max-age'}, '0', 'until the button is pressed';
    ok goes_on($browser->get('/auth/signin', @html)), 'then as before';
};

subtest 'after an error the page asks' => sub {
    shows(visitor('auto')->get('/auth/signin?error=OAuthCallbackError', @html), 'signin/op', 'with error=');
    my $browser = visitor('auto');
    my $r = $browser->get('/auth/signin', @html);
    $r = $browser->get(authorize(location($r), deny => 1));
    like location($r), qr{/auth/\w+\?error=}, 'the provider was told no';
    shows($browser->get('/auth/signin', @html), 'signin/op', 'and without it');
    cmp_ok set_cookie($r, $MARK)->{expires} ? 1 : 0, '==', 1, 'for a while';
};

subtest 'a session that the browser does not keep is no loop' => sub {
    my $browser = visitor('auto');
    arrives($browser, '/straight/page.html', 'alice');
    $browser->set_cookie_value('authjs.session-token', '', expires => 1);
    shows($browser->get(location($browser->get('/straight/page.html', @html)), @html), 'signin/op', 'the page');
};

subtest 'several providers' => sub {
    my $all = 'signin/op signin/other signin/dead callback/credentials';
    shows(visitor('several')->get('/auth/signin', @html), $all, 'a choice is a page');
    ok goes_on(visitor('several')->get('/auth/signin/op', @html)), 'a name is none';
    ok goes_on(visitor('several')->get('/auth/signin?provider=other', @html));
    shows(visitor('several')->get('/auth/signin?provider=op,other', @html), 'signin/op signin/other', 'some');
    shows(visitor('several')->get('/auth/signin/credentials', @html), 'callback/credentials', 'a form is filled in by a person');
    my $r = visitor('several')->get('/auth/signin/dead', @html);
    shows($r, 'signin/dead', 'a provider that is away');
    like $r->content, qr/did not work/, '... says so';
    $r = visitor('several')->get('/auth/signin/nobody', @html);
    is $r->code . ' ' . buttons($r), "404 $all", 'no such provider: 404 and who there is';
    is visitor('several')->post('/auth/signin/nobody', [iss => $ISSUER])->code, 303;
};
expect_error(qr/dead.*127\.0\.0\.1:1|127\.0\.0\.1:1/, 'a provider that is away');

subtest 'a page of the site' => sub {
    my $login = at('page', '/login?callbackUrl=');
    like location(visitor('page')->get('/auth/signin?callbackUrl=/x', @html)), qr{^\Q$login\E}, 'is shown';
    ok goes_on(visitor('page')->get('/auth/signin/op', @html)), 'but where a provider was named';
    like location(visitor('page')->get('/auth/signin/nobody', @html)), qr{^\Q$login\E}, 'an unknown one';
    like location(visitor('page')->get('/auth/signin/op?error=X', @html)), qr{^\Q$login\E.*&error=X&provider=op$}, 'an error';
};

subtest 'a login that another site asks for' => sub {
    my $login = '/auth/signin/op?iss=' . URI::Escape::uri_escape($ISSUER);
    my $browser = visitor('auto');
    my $r = $browser->get("$login&target_link_uri=" . at('auto', '/straight/page.html') . '&login_hint=al%20ice%26x=1%3C&scope=x', @html);
    ok goes_on($r), 'goes on';
    is query(location($r))->{login_hint}, 'al ice&x=1<', 'login_hint';
    is query(location($r))->{scope}, 'openid profile email', 'and nothing else';
    is location($browser->get(authorize(location($r)))), at('auto', '/straight/page.html'), 'target_link_uri';
    for my $target ('https://evil.test/', '//evil.test/', '/\\evil.test', 'javascript:alert(1)', at('auto') . '.evil.test/', at('auto') . '@evil.test/') {
        my $browser = visitor('auto');
        my $r = $browser->get("$login&target_link_uri=" . URI::Escape::uri_escape($target), @html);
        like location($browser->get(authorize(location($r)))), qr{^\Q@{[at("auto")]}\E(?:/|$)}, "target_link_uri=$target";
    }
    for my $iss ("$ISSUER/", 'https://evil.test', '', uc $ISSUER, "$ISSUER%0d") {
        my $r = visitor('auto')->get("/auth/signin/op?iss=$iss&login_hint=eve", @html);
        shows($r, 'signin/op', "iss=$iss is not the provider's");
        unlike $r->content, qr/eve/, 'its hint is dropped';
    }
    for my $hint ('', 'x' x 257, 'a%0d%0ab', '%c2%85') {
        my $r = visitor('auto')->get("$login&login_hint=$hint", @html);
        ok goes_on($r) && !exists query(location($r))->{login_hint}, 'a login_hint that is none';
    }
    is query(location(visitor('auto')->get('/auth/signin?login_hint=x&iss=' . URI::Escape::uri_escape($ISSUER))))->{login_hint}, 'x',
        'without an id: by iss';
    shows(visitor('several')->get("/auth/signin?iss=$ISSUER", @html), 'signin/op signin/other signin/dead callback/credentials', 'if one has it');
    $r = visitor('always')->get("$login&login_hint=al%26%22%3Ex&target_link_uri=/x", @html);
    shows($r, 'signin/op', 'Always: the button');
    page_is_sound($r, at('always'), 'with a hint');
    my ($form) = forms($r->content);
    is query($form->{action})->{login_hint}, 'al&">x', '... with the hint';
    is $form->{fields}{callbackUrl}, at('always', '/x'), '... and the target';
};

# All cookies travel in one header line, of which httpd reads 8190 bytes: a link of another site that
# fills it would have every page refused.
subtest 'a link that would fill the cookies' => sub {
    for my $letters ('x' x 990, '&' x 1000, '%22' x 330) {
        my $browser = visitor('auto');
        my $r = $browser->get('/auth/signin/op?target_link_uri=' . URI::Escape::uri_escape("/$letters"), @visit);
        ok goes_on($r), 'goes on';
        my $sent = length join '; ', map { "$_=" . $browser->cookie($_) } grep { $_ ne 'authjs.callback-url' } keys %{ $browser->cookies };
        cmp_ok $sent, '<', 4000, "the callback URL is sealed once ($sent bytes)";
    }
};

subtest 'the same by POST' => sub {
    my $browser = visitor('auto');
    my $r = $browser->post('/auth/signin/op', [iss => $ISSUER, target_link_uri => '/straight/page.html', login_hint => 'a&b', scope => 'x']);
    is $r->code, 303, 'is asked for by GET, with the cookies of the browser';
    is location($r) =~ s/\?.*//r, at('auto', '/auth/signin/op');
    is_deeply query(location($r)), { iss => $ISSUER, target_link_uri => '/straight/page.html', login_hint => 'a&b' };
    is_deeply [set_cookies($r)], [], 'and changes nothing';
    $r = $browser->get(location($r), @html);
    is location($browser->get(authorize(location($r)))), at('auto', '/straight/page.html');
    is location($browser->post('/auth/signin/op', [iss => $ISSUER, csrfToken => 'x'])), at('auto', '/auth/signin?error=MissingCSRF'), 'a form of ours is held to its token';
    is location($browser->post('/auth/signin/op', [])), at('auto', '/auth/signin?error=MissingCSRF');
};

subtest 'whoever is signed in stays so' => sub {
    for my $name (qw(auto several)) {
        my $browser = visitor($name);
        $browser->get(authorize(location($browser->sign_in('op')), login => 'alice'));
        my $token = $browser->cookie('authjs.session-token');
        ok $token, "$name: signed in";
        for my $path ('/auth/signin?provider=op', '/auth/signin/op', $name eq 'several' ? '/auth/signin/other' : (), "/auth/signin/op?iss=$ISSUER") {
            my $r = $browser->get($path, @visit, 'Sec-Fetch-Site' => 'cross-site');
            is $r->code, 200, "$path asks";
            ok !set_cookie($r, 'authjs.state'), 'nothing has begun';
        }
        is $browser->cookie('authjs.session-token'), $token;
    }
};

# An attempt that a foreign site began must neither link an account to whom has signed in
# meanwhile, nor sign somebody else in.
subtest 'a session that came in between' => sub {
    for my $name (qw(auto several)) {
        my $browser = visitor($name);
        my $id = $name eq 'several' ? 'other' : 'op';
        my $forced = location($browser->get("/auth/signin/$id?callbackUrl=/there", @html));
        my %check = map { $_ => $browser->cookie($_) } qw(authjs.state authjs.pkce.code_verifier);
        $browser->get(authorize(location($browser->sign_in('op')), login => 'alice'));
        my $before = $browser->session->{user};
        $browser->set_cookie_value($_, $check{$_}) for keys %check;
        my $r = $browser->get(authorize($forced, login => 'mallory'));
        is $r->code, 302, "$name: mallory's answer";
        ok !set_cookie($r, 'authjs.session-token'), 'begins no session';
        is_deeply $browser->session->{user}, $before, 'and takes none away';
        next if $name eq 'auto';
        my $linked = $browser->get('/auth/account')->content;
        unlike $linked, qr/mallory/, 'nothing is linked';
        is scalar(() = $linked =~ m{<span class="what">}g), 1, 'one account';
    }
};

subtest 'a session cookie that other sites do not bring' => sub {
    shows(visitor('strict')->get('/auth/signin', @visit, 'Sec-Fetch-Site' => 'cross-site'), 'signin/op', 'the page');
    shows(visitor('strict')->get('/auth/signin', @html), 'signin/op', 'nobody says where it comes from');
    ok goes_on(visitor('strict')->get('/auth/signin', @visit, 'Sec-Fetch-Site' => $_)), $_ for qw(none same-origin);
};

subtest 'configtest' => sub {
    my ($status, $output) = configtest("AuthJSURL http://a.test\nAuthJSSecret \@secret:auth_secret\@\nAuthJSSignInPage Never\n$op");
    isnt $status, 0;
    like $output, qr/AuthJSSignInPage: must be Auto or Always/;
};

done_testing;
