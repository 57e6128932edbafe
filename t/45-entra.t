# Microsoft Entra ID: an issuer for many tenants takes the one that the token names, an
# issuer of one tenant takes no other. The real host name, reached through a proxy.
use lib 't/lib';
use AuthJSTest;
use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);
use URI;
use URI::QueryParam;

my ($proxy_port, $tls_port) = (peer_port('entra_proxy'), peer_port('entra_tls'));
my $tls = root() . '/entra-tls';
my $host = 'login.microsoftonline.com';
my ($one, $two) = map { "$_$_$_$_$_$_$_$_-0000-4000-8000-000000000000" } 1, 2;
system(srcdir() . '/t/peers/mkca.sh', $tls) == 0 or die "mkca.sh: $?";
system("cd $tls && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    . " -subj /CN=$host -keyout entra.key -out entra.csr 2>/dev/null"
    . " && echo subjectAltName=DNS:$host,DNS:graph.microsoft.com >entra.ext"
    . " && openssl x509 -req -in entra.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30"
    . " -extfile entra.ext -out entra.pem 2>/dev/null") == 0 or die "openssl: $?";
my $entra = peer('entra', port => $proxy_port, env => { ENTRA_PROXY_PORT => $proxy_port,
    ENTRA_PORT => $tls_port, ENTRA_TLS => $tls });

my $httpd = httpd(conf => <<"EOT");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSHTTP proxy=http://127.0.0.1:$proxy_port ca=$tls/ca.pem
<AuthJSProvider microsoft-entra-id>
    AuthJSClientID entra-client
    AuthJSClientSecret entra-secret
    AuthJSChecks pkce state nonce
</AuthJSProvider>
<AuthJSProvider single microsoft-entra-id>
    AuthJSIssuer https://$host/$one/v2.0
    AuthJSClientID entra-client
    AuthJSClientSecret entra-secret
    AuthJSChecks pkce state nonce
</AuthJSProvider>
<AuthJSProvider larger azure-ad>
    AuthJSClientID entra-client
    AuthJSClientSecret entra-secret
    AuthJSChecks pkce state nonce
    AuthJSOption profilePhotoSize=96
</AuthJSProvider>
<AuthJSProvider none microsoft-entra-id>
    AuthJSClientID entra-client
    AuthJSClientSecret entra-secret
    AuthJSChecks pkce state nonce
    AuthJSOption profilePhotoSize=648
</AuthJSProvider>
EOT
my $browser;

# A sign-in whose token says %claims: the callback's answer.
sub sign_in {
    my ($id, %claims) = @_;
    $browser = $httpd->browser;
    my $asked = URI->new(location($browser->sign_in($id, [callbackUrl => '/after'])));
    my $query = $asked->query_form_hash;
    is $asked->host, $host;
    my $code = encode_base64url(encode_json({ nonce => $query->{nonce}, %claims }));
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => $code, state => $query->{state});
    return $browser->get("$callback");
}

sub issuer { "https://$host/$_[0]/v2.0" }

sub signs_in {
    my ($response, $name) = @_;
    is location($response), $httpd->url('/after'), $name or diag $httpd->error_log;
}

sub refused {
    my ($response, $name) = @_;
    is location($response), $httpd->url('/auth/error?error=Configuration'), $name;
    ok !set_cookie($response, 'authjs.session-token');
}

signs_in(sign_in('single', tid => $one, iss => issuer($one)), 'the one tenant');
refused(sign_in('single', tid => $two, iss => issuer($two)), 'another tenant');
refused(sign_in('single', tid => $one, iss => issuer($two)), 'another tenant as this one');
is_deeply [grep { /$two/ } @{ $httpd->site->json($entra->url('/__test/log')) }], [],
    'nothing was asked of the other tenant';

my $many = 'microsoft-entra-id';
signs_in(sign_in($many, tid => $one, iss => issuer($one)), 'any tenant');
signs_in(sign_in($many, tid => $two, iss => issuer($two)), 'and another');
is $browser->session->{user}{image}, 'data:image/jpeg;base64,' . encode_base64('photo 48', ''), 'the photo';
signs_in(sign_in('larger', tid => $one, iss => issuer($one)), 'azure-ad, with another size');
is $browser->session->{user}{image}, 'data:image/jpeg;base64,' . encode_base64('photo 96', ''), '... of the photo';
signs_in(sign_in('none', tid => $one, iss => issuer($one)), 'somebody without a photo');
is $browser->session->{user}{image}, undef, '... has no image';
my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider azure-ad>\nAuthJSClientID a\nAuthJSClientSecret b\nAuthJSOption profilePhotoSize=50\n</AuthJSProvider>\n");
like $output, qr/AuthJSOption profilePhotoSize is one of 48, 64, 96, 120, 240, 360, 432, 504, 648/, 'a size that there is not';
refused(sign_in($many, tid => $one, iss => issuer($two)), 'a tenant that is not the issuer');
refused(sign_in($many, iss => issuer($one)), 'no tenant');
refused(sign_in($many, tid => "$one/../x", iss => issuer($one)), 'a path as tenant');
refused(sign_in($many, tid => 'common', iss => issuer('common')), 'all tenants as tenant');
refused(sign_in($many, tid => [$one], iss => issuer($one)), 'a list as tenant');

expect_error(qr/AuthJS: CallbackRouteError: the id_token/, 'tokens of other tenants');
done_testing;
