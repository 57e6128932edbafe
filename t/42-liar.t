# A provider that lies (t/peers/liar.mjs): no lie ends with a session or takes longer than
# an exchange may, and every honest answer, unusual as it may be, signs in.
use lib 't/lib';
use AuthJSTest;
use JSON::PP;

my ($port, $tls_port, $untrusted_port) = map { peer_port($_) } qw(liar liar_tls liar_untrusted);
my $tls = root() . '/liar-tls';
system(srcdir() . '/t/peers/mkca.sh', $tls) == 0 or die "mkca.sh: $?";
my $liar = peer('liar', env => { LIAR_PORT => $port, LIAR_TLS_PORT => $tls_port,
    LIAR_UNTRUSTED_PORT => $untrusted_port, LIAR_TLS => $tls });
my $base = "http://127.0.0.1:$port";
my @cases = @{ AuthJSTest::Site->new(base => $base)->json('/__list') };
my $secret = 'liar-secret-0123456789abcdefghijklmnopqrstuvwxyz';

sub provider {
    my ($case) = @_;
    my ($issuer, $rp) = ($case->{issuer}, $case->{rp} || {});
    my @lines = $case->{type} eq 'oidc'
        ? ("AuthJSIssuer $issuer", 'AuthJSChecks ' . ($rp->{checks} || 'pkce state nonce'))
        : ("AuthJSAuthorization $issuer/authorize scope=profile", "AuthJSToken $issuer/token",
            "AuthJSUserinfo $issuer/userinfo", 'AuthJSChecks pkce state');
    push @lines, "AuthJSIDTokenAlg $rp->{idTokenAlg}" if $rp->{idTokenAlg};
    push @lines, 'AuthJSOption idToken=false' if $rp->{userinfo};
    return join "\n    ", "<AuthJSProvider $case->{name} $case->{type}>", 'AuthJSClientID liar',
        "AuthJSClientSecret $secret", @lines, "\n</AuthJSProvider>\n";
}

my $httpd = httpd(conf => join '', <<"EOT", map { provider($_) } @cases);
<IfModule !mpm_prefork_module>
    ThreadsPerChild 32
    MaxRequestWorkers 128
    MaxSpareThreads 128
</IfModule>
<IfModule mpm_prefork_module>
    ServerLimit 128
    MaxRequestWorkers 128
    MaxSpareServers 128
</IfModule>
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSHTTP ca=$tls/ca.pem connect=2s timeout=10s
KeepAlive Off
EOT

my $peers = srcdir() . '/t/peers';
$ENV{NODE_EXTRA_CA_CERTS} = "$tls/ca.pem";
open my $driver, '-|', "$peers/node", "$peers/liars.mjs", $httpd->url('/auth'), $base or die $!;
my %seen;
while (my $line = <$driver>) {
    my $result = decode_json($line);
    if (my $type = $result->{replay}) {
        is $result->{first}, $httpd->url(''), "$type: the first answer signs in";
        ok !$result->{signedIn}, "$type: a fresh code with used checks does not";
        next;
    }
    my ($name, $kind) = @$result{qw(name kind)};
    $seen{$name} = 1;
    my $wanted = $kind eq 'lie' ? !$result->{signedIn} : $result->{signedIn};
    my $told = $kind eq 'honest' || ($result->{to} // '') =~ m{/auth/(?:error|signin)\?error=};
    ok !$result->{failed} && $wanted && $told && $result->{status} == 302 && $result->{ms} < 16_000,
        "$kind $name: " . ($result->{why} // '') or diag $line;
}
close $driver;
is $?, 0, 'the driver came through';
is scalar(keys %seen), scalar(@cases), 'every case was tried';
is_deeply $httpd->site->json("$base/__hits"), [], 'no redirect was followed';

expect_error(qr/AuthJS: (?:CallbackRouteError|OAuthProfileParseError): /, 'a provider that lies');
done_testing;
