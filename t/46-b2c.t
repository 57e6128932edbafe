# A discovery document that lies elsewhere than below its issuer (AuthJSDiscovery), as Azure
# AD B2C's does: it is compared with the issuer that is written, from the cache too.
use lib 't/lib';
use AuthJSTest;

my $port = peer_port('liar');
peer('liar', env => { LIAR_PORT => $port, LIAR_CASES => 'tolerance' });
my $base = "http://127.0.0.1:$port";
my ($case) = grep { $_->{why} =~ /ours, at AuthJSDiscovery alone/ } @{ AuthJSTest::Site->new(base => $base)->json('/__list') };
my ($tenant, $policy) = ($case->{issuer}, "$case->{issuer}/discovery");

sub provider {
    my ($id, @lines) = @_;
    return join "\n    ", "<AuthJSProvider $id>", 'AuthJSClientID liar',
        'AuthJSClientSecret liar-secret-0123456789abcdefghijklmnopqrstuvwxyz', @lines, "\n</AuthJSProvider>\n";
}
my $httpd = httpd(conf => <<"EOT"
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
EOT
    . provider('azure-ad-b2c', "AuthJSIssuer $tenant", "AuthJSDiscovery $policy")
    . provider('other-tenant oidc', "AuthJSIssuer $base/tenant", "AuthJSDiscovery $policy")
    . provider('nowhere oidc', "AuthJSIssuer $tenant", "AuthJSDiscovery $base/nothing")
    . provider('below oidc', "AuthJSIssuer $tenant"));

sub begin { location($httpd->browser->sign_in($_[0])) }
my $refused = $httpd->url('/auth/error?error=Configuration');

is begin('other-tenant'), $refused, 'a document of another issuer';
like begin('azure-ad-b2c'), qr{^\Q$tenant\E/authorize\?}, 'a document at the policy';
is begin('other-tenant'), $refused, '... is that of its own issuer alone, when it is in the cache';
is begin('below'), $refused, '... and is not what lies below the issuer';
is begin('nowhere'), $refused, '... nor what lies elsewhere';

my $browser = $httpd->browser;
my $answer = $browser->get(location($browser->sign_in('azure-ad-b2c', [callbackUrl => '/after'])));
is location($browser->get(location($answer))), $httpd->url('/after'), 'and signs in';
is $browser->session->{user}{name}, 'Alice', '... whom it names';

expect_error(qr/AuthJS: CallbackRouteError: discovery of (?:other-tenant|nowhere|below)/, 'documents of other issuers');
done_testing;
