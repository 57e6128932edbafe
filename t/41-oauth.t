# A plain OAuth 2 provider without id_token, GitHub-shaped.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;

my $gh = peer_port('github');
my $base = "http://127.0.0.1:$gh";
my $configured = AuthJSTest::Httpd->configure(conf => <<"EOT");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider github>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    AuthJSOption baseUrl=$base apiBaseUrl=$base
</AuthJSProvider>
<AuthJSProvider plain oauth>
    AuthJSName "Plain OAuth"
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    # Both words mean the same, and the later of two lines counts.
    AuthJSAuthorization http://127.0.0.1:1/authorize scope=read:user
    AuthJSAuthorizationURL $base/login/oauth/authorize
    AuthJSTokenURL http://127.0.0.1:1/token
    AuthJSToken $base/login/oauth/access_token
    AuthJSUserinfo http://127.0.0.1:1/user
    AuthJSUserinfoURL $base/user
    AuthJSProfile id=string(/id) "name=/name ?? /login" email=/email image=/avatar_url emailVerified=always
    AuthJSChecks pkce state
</AuthJSProvider>
EOT
peer('github', port => $gh, env => { GH_PORT => $gh, GH_PKCE => 'required',
    GH_ORIGINS => $configured->url('/auth'), GH_PROVIDERS => 'plain' });
my $httpd = $configured->start;

sub sign_in {
    my ($id, %option) = @_;
    my $browser = $httpd->browser;
    my $start = $browser->sign_in($id, [callbackUrl => '/']);
    my $url = authorize(location($start), login => 'octocat', %option);
    return ($browser->get($url), $browser);
}

my ($response, $browser) = sign_in('github');
is location($response), $httpd->url('/'), 'GitHub: back where the visitor came from'
    or diag $response->as_string;
is_deeply $browser->session->{user}, { name => 'The Octocat', email => 'octocat@example.test',
    image => 'https://example.test/octocat.png' }, 'the e-mail comes from a second request';
my $claims = decode($browser->cookie('authjs.session-token'));
is $claims->{provider}, 'github';
my (undef, $again) = sign_in('github');
is decode($again->cookie('authjs.session-token'))->{sub}, $claims->{sub},
    'the same person has the same id at the next sign-in';

($response, $browser) = sign_in('plain', login => 'noname');
is location($response), $httpd->url('/'), 'a provider described in the configuration';
is_deeply $browser->session->{user},
    { name => 'noname', email => 'no@example.test', image => undef };
isnt decode($browser->cookie('authjs.session-token'))->{sub}, $claims->{sub};

done_testing;
