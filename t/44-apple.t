# Sign in with Apple, at a server with Apple's habits: a client secret made of the team's
# key, an answer by POST, the name in its form.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;

my $port = peer_port('apple');
my $keys = root() . '/apple';
mkdir $keys, 0755;
system("openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null"
    . " | openssl pkcs8 -topk8 -nocrypt -out $keys/team.p8"
    . " && openssl pkey -in $keys/team.p8 -pubout -out $keys/team.pub") == 0 or die "openssl: $?";
chmod 0644, "$keys/team.p8";

my $user = '{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"x@privaterelay.appleid.com"}';
peer('apple', port => $port, env => { APPLE_PORT => $port, APPLE_KEY => "$keys/team.pub",
    APPLE_TEAM => 'TEAM123456', APPLE_KEY_ID => 'KEY1234567', APPLE_CLIENT => 'test.example.web',
    APPLE_USER => $user });

sub apple {
    my ($key_id) = @_;
    return httpd(conf => <<"EOT");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider apple>
    AuthJSIssuer http://127.0.0.1:$port
    AuthJSClientID test.example.web
    AuthJSOption teamId=TEAM123456 keyId=$key_id privateKey=file:$keys/team.p8
</AuthJSProvider>
EOT
}
my $httpd = apple('KEY1234567');

sub sign_in {
    my ($httpd) = @_;
    my $browser = $httpd->browser;
    my $start = $browser->sign_in('apple', [callbackUrl => '/after']);
    return ($browser, $start, authorize(location($start)));
}

subtest 'signs in' => sub {
    my ($browser, $start, $action, $form) = sign_in($httpd);
    is $action, $httpd->url('/auth/callback/apple');
    my $response = $browser->post($action, [%$form]);
    is $response->code, 302;
    ok set_cookie($response, 'authjs.session-token'), 'a session' or diag $httpd->error_log;
    is_deeply $browser->session->{user}, { name => 'Ada Lovelace',
        email => 'x@privaterelay.appleid.com', image => undef }, 'the name comes with the form';
};

subtest 'a form is the browser\'s own word' => sub {
    for my $name ('not JSON', '[1]', '{"name":"x"}', '{"name":{"firstName":[1],"lastName":{}}}',
        '{"sub":"someone-else","name":{"firstName":"A","lastName":"B"}}', ('[' x 100)) {
        my ($browser, undef, $action, $form) = sign_in($httpd);
        my $response = $browser->post($action, [%$form, user => $name]);
        ok set_cookie($response, 'authjs.session-token'), "user=$name signs in the same one";
        my $claims = decode($browser->cookie('authjs.session-token'));
        is $claims->{email}, 'x@privaterelay.appleid.com';
    }
};

sub refused {
    my ($response, $name, $page) = @_;
    like location($response), $page ? qr{\A\Q@{[ $httpd->url($page) ]}\E} : qr{\A\Q@{[ $httpd->url('/auth/error?error=Configuration') ]}\E\z}, $name;
    ok !set_cookie($response, 'authjs.session-token');
}

subtest 'the checks hold without PKCE' => sub {
    my ($browser, undef, $action, $form) = sign_in($httpd);
    refused($httpd->browser->post($action, [%$form]), 'another browser', '/auth/signin/apple?callbackUrl=');
    refused($browser->post($action, [%$form, state => 'x']), 'another state');
    my ($second, undef, undef, $again) = sign_in($httpd);
    my ($third) = sign_in($httpd);
    refused($third->post($action, [%$again]), 'the answer to another browser', '/auth/signin/apple?callbackUrl=');
    refused($second->get("$action?code=$again->{code}&state=$again->{state}"), 'an answer by GET');
};

subtest 'the team\'s key is the client' => sub {
    my $other = apple('OTHERKEY12');
    my ($browser, undef, $action, $form) = sign_in($other);
    my $response = $browser->post($action, [%$form]);
    is location($response), $other->url('/auth/error?error=Configuration');
    like $other->error_log, qr/the token request: status 400, error invalid_client/;
};

expect_error(qr/AuthJS: CallbackRouteError: the token request/, 'a key that Apple does not know');
done_testing;
