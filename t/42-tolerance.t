# docs/tolerance.md: each row of its tables has cases (t/peers/liar/tolerance.mjs), each of
# which is taken as the row says, and what is taken for absent is in the log.
use lib 't/lib';
use AuthJSTest;
use JSON::PP;

my %WORD = (refused => qr/\brefused\b/, absent => qr/\btaken for absent\b/, read => qr/\bread\b/);

# --- the manual ---------------------------------------------------------------------------

my (%manual, $section);
for (split /\n/, AuthJSTest::Env::read_file(srcdir() . '/docs/tolerance.md')) {
    $section = lc $1 if /^## (?:The )?(.+)$/;
    my @cells = map { s/^\s+|\s+$//gr } split /(?<!\\)\|/ or next;
    next unless @cells == 8 && $cells[1] !~ /^(?:member|-+)$/;
    my @names = $cells[1] =~ /`/ ? $cells[1] =~ /`([^`]+)`/g : $cells[1];
    my $type = $cells[1] =~ /\((oidc|oauth)\)$/ ? $1 : '';
    $manual{$section}{"$_ $type"} = $cells[7] for @names;
    ok !(grep { $_ eq '' } @cells[1 .. 7]), "$section: $cells[1]: every cell says something";
}
cmp_ok scalar(keys %manual), '>=', 1, 'the tables are read';

# --- the cases ----------------------------------------------------------------------------

my $port = peer_port('liar');
peer('liar', env => { LIAR_PORT => $port, LIAR_CASES => 'tolerance' });
my $base = "http://127.0.0.1:$port";
my @cases = @{ AuthJSTest::Site->new(base => $base)->json('/__list') };
my %tried;
sub row_of {
    my ($case) = @_;
    my $rows = $manual{ $case->{section} } || {};
    return (grep { exists $rows->{$_} } "$case->{member} $case->{type}", "$case->{member} ")[0];
}
for my $case (grep { $_->{section} } @cases) {
    my $row = row_of($case);
    ok defined $row && $manual{ $case->{section} }{$row} =~ $WORD{ $case->{taken} },
        "$case->{name} is $case->{taken}, as the manual says";
    $tried{ $case->{section} }{ $row // '' }{ $case->{taken} }++;
}
for my $section (sort keys %manual) {
    for my $row (sort keys %{ $manual{$section} }) {
        my $says = $manual{$section}{$row};
        ok $tried{$section}{$row}{$_}, "$section: $row: what is $_ is tried" for grep { $says =~ $WORD{$_} } sort keys %WORD;
        ok $tried{$section}{$row}, "$section: $row: has a case";
    }
}

# --- what becomes of them -----------------------------------------------------------------

my $key = root() . '/tolerance-key.pem';
system("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $key 2>/dev/null") == 0 or die "openssl: $?";

sub provider {
    my ($case) = @_;
    my ($issuer, $rp) = ($case->{issuer}, $case->{rp} || {});
    my @lines = $rp->{template} ? "AuthJSIssuer $issuer"
        : $case->{type} eq 'oidc' ? ("AuthJSIssuer $issuer", 'AuthJSChecks ' . ($rp->{checks} || 'pkce state nonce'))
        : ("AuthJSAuthorization $issuer/authorize scope=profile", "AuthJSToken $issuer/token",
            "AuthJSUserinfo $issuer/userinfo", 'AuthJSChecks pkce state');
    push @lines, 'AuthJSClientAuth private_key_jwt', "AuthJSOption privateKey=file:$key" if $rp->{clientKey};
    push @lines, "AuthJSDiscovery $issuer/discovery" if $rp->{discovery};
    push @lines, "AuthJSIDTokenAlg $rp->{idTokenAlg}" if $rp->{idTokenAlg};
    push @lines, 'AuthJSOption idToken=false' if $rp->{userinfo};
    return join "\n    ", "<AuthJSProvider $case->{name} " . ($rp->{template} // $case->{type}) . '>', 'AuthJSClientID liar',
        'AuthJSClientSecret liar-secret-0123456789abcdefghijklmnopqrstuvwxyz', @lines, "\n</AuthJSProvider>\n";
}

my @kept = qw(scope token_type expires_in expires_at);
my $httpd = httpd(conf => join '', <<"EOT", (map { "AuthJSToken $_ %{AUTHJS:account.$_}\nAuthJSSessionField $_ %{AUTHJS:token.$_}\n" } @kept), map { provider($_) } @cases);
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
KeepAlive Off
EOT

# What the log says, now or in a moment: the answer may be here before the line is.
sub said {
    my ($pattern) = @_;
    for (0 .. 50) {
        my ($said) = $httpd->error_log =~ $pattern;
        return $said if defined $said;
        select undef, undef, undef, 0.1;
    }
    return undef;
}

my $peers = srcdir() . '/t/peers';
my %case = map { $_->{name} => $_ } @cases;
open my $driver, '-|', "$peers/node", "$peers/liars.mjs", $httpd->url('/auth'), $base, sort keys %case or die $!;
while (my $line = <$driver>) {
    my $result = decode_json($line);
    my $case = delete $case{ $result->{name} };
    my ($signed_in, $session) = @$result{qw(signedIn session)};
    my $fine = !$result->{failed} && $result->{status} == 302;
    ok said(qr/(\Q$case->{log}\E)/), "$case->{why}: the log says it" if $case->{log};
    if ($case->{taken} eq 'refused') {
        ok $fine && !$signed_in && $result->{to} =~ m{/auth/(?:error\?error=Configuration|signin\?error=OAuthCallbackError)$}, "$case->{why}: refused" or diag $line;
        next;
    }
    ok $fine && $signed_in && $session, "$case->{why}: signs in" or diag $line;
    my %wanted = %{ $case->{session} || {} };
    for my $name (sort keys %wanted) {
        my $value = exists $session->{user}{$name} ? $session->{user}{$name} : $session->{$name};
        is $value, $wanted{$name}, "... with the $name " . ($wanted{$name} // '(none)');
    }
    ok said(qr/AuthJS: provider \Q$case->{name}\E: (.*taken for.*)/), '... and the log says so' if $case->{taken} eq 'absent';
}
close $driver;
is $?, 0, 'the driver came through';
is_deeply [sort keys %case], [], 'every case was tried';

# --- the same answers to a refresh ----------------------------------------------------------

my @renewals = grep { ($_->{section} // '') eq 'token answer' && $_->{type} eq 'oauth' && $_->{taken} ne 'refused' } @cases;
cmp_ok scalar(@renewals), '>', 40, 'token answers of plain OAuth 2';
my $renewing = httpd(conf => join '', <<"EOT", protected('/p42', 'AuthJSPassAccessToken On', 'Header always set X-Token "expr=%{reqenv:AUTHJS_ACCESS_TOKEN}"'), map { provider($_) } @renewals);
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSRefresh On
EOT
AuthJSTest::Env::write_file($renewing->root . '/htdocs/p42/index.html', 'private');
for my $case (@renewals) {
    my $browser = $renewing->browser;
    $browser->get(location($browser->get(location($browser->sign_in($case->{name})))));
    my $token = mint({ %{ decode($browser->cookie('authjs.session-token')) || {} },
        access_token => 'old', expires_at => time - 60, refresh_token => 'r' });
    my $response = $renewing->site->get('/p42/index.html', Cookie => "authjs.session-token=$token");
    like $response->header('X-Token') // '', qr/^[\w-]{22}$/, "a refresh: $case->{why}: a new access token" or diag $response->as_string;
    my $claims = decode((set_cookie($response, 'authjs.session-token') || {})->{value} // '') || {};
    is $claims->{refresh_token}, 'r', '... with the refresh token that was';
    ok !defined $claims->{expires_at} || $claims->{expires_at} > time - 30, '... and no date that is over';
}

expect_error(qr/AuthJS: CallbackRouteError: /, 'answers that are refused');
done_testing;
