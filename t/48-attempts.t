# Several sign-ins of one browser at once, and answers that come late or twice.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use Digest::SHA qw(sha256_hex);
use URI;
use URI::QueryParam;
use URI::Escape qw(uri_escape);

my $keys = root() . '/op-keys';
mkdir $keys, 0755;
my $port = peer_port('op');
my $configured = AuthJSTest::Httpd->configure;
my $op = peer('op', port => $port, env => { OP_PORT => $port, OP_KEYS => $keys, OP_ORIGINS => $configured->url('/auth') });

sub provider {
    my ($id, @lines) = @_;
    return join "\n    ", "<AuthJSProvider $id oidc>", "AuthJSIssuer http://127.0.0.1:$port", "AuthJSClientID $id",
        "AuthJSClientSecret $id-secret-0123456789abcdefghijklmnopqrstuvwxyz", @lines, "\n</AuthJSProvider>\n";
}
$configured->rewrite(<<'EOT' . provider('basic', 'AuthJSChecks pkce state nonce') . provider('pkce', 'AuthJSChecks pkce')
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<Location /p48>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
    . provider('post', 'AuthJSChecks state') . provider('formpost', 'AuthJSAuthorization response_mode=form_post', 'AuthJSChecks state nonce'));
AuthJSTest::Env::write_file($configured->root . "/htdocs/p48/$_.html", $_) for qw(one two three);
my $httpd = $configured->start;

# Begin an attempt, and have the provider answer it: the URL that leads back.
sub begin {
    my ($browser, $id, $to) = @_;
    return location($browser->sign_in($id, [callbackUrl => $to]));
}
sub answer { my ($url) = authorize($_[0], login => 'alice', stop => 1); return $url }
sub attempt { return answer(begin(@_)) }
sub begins_again {
    my ($response, $id, $to, $name) = @_;
    is location($response), $httpd->url("/auth/signin/$id?callbackUrl=" . uri_escape($httpd->url($to)) . '&error=SignInExpired'), $name;
    ok !set_cookie($response, 'authjs.session-token'), '... and signs nobody in';
}
sub refused_by { my ($url) = @_; $url =~ s/code=[^&]*/error=access_denied/; return $url }
sub state_of { return URI->new($_[0])->query_param('state') }
my @CHECKS = qw(authjs.state authjs.pkce.code_verifier authjs.nonce);

for my $ids (['basic', 'basic'], ['basic', 'pkce'], ['pkce', 'basic'], ['pkce', 'pkce'], ['post', 'basic'], ['pkce', 'post']) {
    my $browser = $httpd->browser;
    my @back = (attempt($browser, $ids->[0], '/p48/one.html'), attempt($browser, $ids->[1], '/p48/two.html'));
    is location($browser->get($back[0])), $httpd->url('/p48/one.html'), "@$ids: the earlier one";
    is location($browser->get($back[1])), $httpd->url('/p48/two.html'), '... and the later one';
    is $browser->get('/p48/one.html')->code, 200, 'signed in';
    is_deeply [grep { $browser->cookie($_) } @CHECKS], [], 'no check is left';
    $browser = $httpd->browser;
    @back = (attempt($browser, $ids->[0], '/p48/one.html'), attempt($browser, $ids->[1], '/p48/two.html'));
    is location($browser->get($back[1])), $httpd->url('/p48/two.html'), "@$ids: the later one first";
    is location($browser->get($back[0])), $httpd->url('/p48/one.html'), '... and the earlier one';
}

# At the very same time: neither request brings the cookies of the other.
{
    my $browser = $httpd->browser;
    my $token = $browser->csrf;
    my $csrf = 'authjs.csrf-token=' . $browser->cookie('authjs.csrf-token');
    my @begun = map { $httpd->site->post('/auth/signin/basic', [csrfToken => $token, callbackUrl => "/p48/$_.html"], Cookie => $csrf) } qw(one two);
    my @back = map { answer(location($_)) } @begun;
    my $cookies = join '; ', $csrf, map { "$_->{name}=$_->{value}" } set_cookies($begun[1]);
    is location($httpd->site->get($back[0], Cookie => $cookies)), $httpd->url('/p48/one.html'), 'the one whose cookies were overwritten';
    is location($httpd->site->get($back[1], Cookie => $cookies)), $httpd->url('/p48/two.html'), 'the other one';
    begins_again($httpd->site->get($back[0], Cookie => $cookies), 'basic', '/p48/one.html', 'each of them once');
    begins_again($httpd->site->get($back[0], Cookie => join '; ', $csrf, map { "$_->{name}=$_->{value}" } set_cookies($begun[0])),
        'basic', '/p48/one.html', '... also with its own cookies');
    begins_again($httpd->site->get($back[1], Cookie => join '; ', map { "$_->{name}=$_->{value}" } set_cookies($begun[1])),
        'basic', '/p48/two.html', '... or with those alone');
}

# Two hundred tabs.
{
    my $browser = $httpd->browser;
    my @urls = map { begin($browser, 'basic', "/p48/one.html?tab=$_") } 1 .. 200;
    my $sent = join '; ', map { "$_=" . $browser->cookie($_) } keys %{ $browser->cookies };
    cmp_ok scalar(keys %{ $browser->cookies }), '<=', 5, '200 tabs: cookies do not become more';
    cmp_ok length $sent, '<', 4096, '... nor larger than a header may be';
    is location($browser->get(answer($urls[$_ - 1]))), $httpd->url("/p48/one.html?tab=$_"), "... tab $_ succeeds" for 200, 100, 1;
}

# Another tab's sign-in page changes nothing.
{
    my $browser = $httpd->browser;
    my $back = attempt($browser, 'basic', '/p48/one.html');
    $browser->get('/auth/signin?callbackUrl=/p48/three.html');
    is location($browser->get($back)), $httpd->url('/p48/one.html'), 'the callback URL is that of the attempt';
    $browser = $httpd->browser;
    my $long = '/p48/one.html?q=' . 'x' x 900;
    $back = attempt($browser, 'basic', $long);
    $browser->get('/auth/signin?callbackUrl=/p48/three.html');
    is location($browser->get($back)), $httpd->url($long), '... also a long one';
    $browser = $httpd->browser;
    $back = attempt($browser, 'pkce', '/p48/one.html');
    $browser->get('/auth/signin?callbackUrl=/p48/three.html');
    is location($browser->get($back)), $httpd->url('/p48/one.html'), '... without a state';
}

# What fails leaves the others alone.
{
    my $browser = $httpd->browser;
    my @back = map { attempt($browser, 'basic', "/p48/$_.html") } qw(one two);
    my %kept = %{ $browser->cookies };
    like location($browser->get(refused_by($back[0]))), qr/error=OAuthCallbackError/, 'the earlier one fails';
    is_deeply [map { $browser->cookie($_) } @CHECKS], [@kept{@CHECKS}], 'the checks of the later one stay';
    is location($browser->get($back[1])), $httpd->url('/p48/two.html'), '... which succeeds';
}

# Whose attempt it is: of one browser, of one provider.
{
    my ($browser, $other) = ($httpd->browser, $httpd->browser);
    $other->csrf;
    my $back = attempt($browser, 'basic', '/p48/one.html');
    my $mine = attempt($other, 'basic', '/p48/two.html');
    begins_again($other->get($back), 'basic', '/p48/one.html', "another browser's answer");
    like location($browser->get($back =~ s<callback/basic><callback/post>r)), qr{/auth/error\?error=Configuration\z}, 'at another provider';
    my $swapped = URI->new($mine);
    $swapped->query_param(state => state_of($back));
    begins_again($other->get($swapped), 'basic', '/p48/one.html', 'a state of another browser with a code of this one');
    my $state = decode(state_of($back), salt => 'encodedState');
    ok $state->{random} && $state->{b}, 'the state is sealed';
    for my $forged (
        ['without what binds it', { %$state, b => undef }],
        ['bound to nothing', { %$state, b => '' }],
        ['of another random', { %$state, random => 'x' x 43 }],
    ) {
        my $uri = URI->new($back);
        my %claims = %{ $forged->[1] };
        delete $claims{b} if !defined $claims{b};
        $uri->query_param(state => mint(\%claims, salt => 'encodedState', max_age => 900));
        my $r = $browser->get($uri);
        ok !set_cookie($r, 'authjs.session-token'), "a state $forged->[0] signs nobody in";
    }
    is location($browser->get($back)), $httpd->url('/p48/one.html'), 'the right one does';
}

# Cookies of another browser's attempt, which a neighbour in the domain can set: nobody is signed in
# as the neighbour.
for my $id (qw(basic pkce post)) {
    for my $visited (0, 1) {
        my ($attacker, $victim) = ($httpd->browser, $httpd->browser);
        $victim->csrf if $visited;
        my $back = attempt($attacker, $id, '/p48/one.html');
        my @tossed = grep { $attacker->cookie($_) } @CHECKS;
        ok scalar(@tossed), "$id: check cookies of another browser";
        $victim->set_cookie_value($_, $attacker->cookie($_)) for @tossed;
        begins_again($victim->get($back), $id, $id eq 'pkce' ? '' : '/p48/one.html', '... and its answer' . ($visited ? ', where a CSRF cookie is' : ''));
        is location($attacker->get($back)), $httpd->url('/p48/one.html'), '... which that browser can use';
    }
}

# Back, reload, too late.
{
    my $browser = $httpd->browser;
    my $back = attempt($browser, 'basic', '/p48/one.html');
    is location($browser->get($back)), $httpd->url('/p48/one.html'), 'an answer';
    is location($browser->get($back)), $httpd->url('/p48/one.html'), 'once more: signed in, so on to the page';
    $browser->sign_out;
    begins_again($browser->get($back), 'basic', '/p48/one.html', 'once more, signed out: start again');
    my $page = $browser->get(location($browser->get($back)));
    is $page->code, 200, 'a page, no error of the server';
    like $page->content, qr/That took too long, or it had already been used/, 'which says so';
    is scalar(() = $page->content =~ /action="[^"]*\/signin\/\w+/g), 1, 'with one button';
    my $one = $httpd->url('/p48/one.html');
    like $page->content, qr{name="callbackUrl" value="\Q$one\E"}, 'and the callback URL';

    my $late = $httpd->browser;
    my $url = attempt($late, 'basic', '/p48/two.html');
    my $state = decode(state_of($url), salt => 'encodedState');
    my $uri = URI->new($url);
    delete @$state{qw(iat exp jti)};
    $uri->query_param(state => mint($state, salt => 'encodedState', max_age => 900, now => time - 960));
    $late->set_cookie_value($_, '', expires => 1) for @CHECKS;
    begins_again($late->get($uri), 'basic', '/p48/two.html', 'after 16 minutes');
    is location($late->get($url)), $httpd->url('/p48/two.html'), 'in time it succeeds without the cookies of its checks';
    is location($late->get($uri)), $httpd->url('/p48/two.html'), 'after 16 minutes and signed in: on to the page';

    # Another site of the same secret may allow what this one does not.
    for my $to ('https://other.test/x', '//other.test/x', 'javascript:alert(1)', 'http://localhost.other.test/') {
        $uri->query_param(state => mint({ %$state, b => 'of another site', to => $to }, salt => 'encodedState', max_age => 900));
        like location($late->get($uri)), qr{^\Q@{[$httpd->url('')]}\E(?:/|\z)}, "a callback URL $to leads nowhere else";
    }

    $late = $httpd->browser;
    $url = attempt($late, 'pkce', '/p48/two.html');
    $late->set_cookie_value($_, '', expires => 1) for @CHECKS;
    begins_again($late->get($url), 'pkce', '/p48/two.html', 'without a state');
}

# --- maxAge --------------------------------------------------------------------------------------

{
    my $long = httpd(conf => <<'EOT' . provider('basic', 'AuthJSChecks pkce state nonce'));
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSCookie state maxAge=30m
EOT
    my $browser = $long->browser;
    my $start = $browser->sign_in('basic');
    for my $name (@CHECKS) {
        my $claims = decode(set_cookie($start, $name)->{value}, salt => $name);
        is $claims->{exp} - $claims->{iat}, 1800, "state maxAge=30m: $name is good as long";
    }
    my $claims = decode(state_of(location($start)), salt => 'encodedState');
    is $claims->{exp} - $claims->{iat}, 1800, '... and the state';
    $start = $httpd->browser->sign_in('basic');
    $claims = decode(state_of(location($start)), salt => 'encodedState');
    is $claims->{exp} - $claims->{iat}, 900, '15 minutes without it';
}

done_testing;
