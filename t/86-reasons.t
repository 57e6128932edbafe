# A provider that refuses says why (t/peers/refuser.mjs): the log has its words, what was
# asked and what was compared, on one line, without what opens anything.
use lib 't/lib';
use AuthJSTest;
use MIME::Base64 qw(encode_base64);
use URI ();

my $peer = peer('refuser');
my $base = 'http://127.0.0.1:' . peer_port('refuser');
my $secret = secret('client_secret');
# As it is written in a form it looks otherwise, and too short for a token.
my $odd_secret = 'p%w/rd+7&x!';
my @oidc = qw(expired kind object message beside hostile echo raw basic form html aud several iss old nonce tenant issuer keys userinfo front);
sub provider {
    my ($name) = @_;
    my $more = $name eq 'userinfo' ? 'AuthJSOption idToken=false' : '';
    my $own = $name =~ /^(?:raw|basic)$/ ? "'$odd_secret'" : $secret;
    my $auth = $name eq 'basic' ? 'client_secret_basic' : 'client_secret_post';
    return <<"EOT";
<AuthJSProvider $name oidc>
    AuthJSIssuer $base/$name
    AuthJSClientID www
    AuthJSClientSecret $own
    AuthJSClientAuth $auth
    AuthJSChecks state pkce
    $more
</AuthJSProvider>
EOT
}
my $httpd = httpd(conf => join '', <<'EOT', map { provider($_) } @oidc);
LogLevel warn authjs:warn
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
EOT

# One sign-in, and the lines that it left.
my (%hidden, %line);
sub attempt {
    my ($name, $query) = @_;
    my $offset = length $httpd->error_log;
    my $browser = $httpd->browser;
    my $r = $browser->sign_in($name);
    if (location($r) =~ m{/authorize\?}) {
        my %asked = URI->new(location($r))->query_form;
        my $code = "c0de-of-$name";
        @hidden{ $code, $asked{state} } = ();
        $query = defined $query ? $query =~ s/STATE/$asked{state}/gr : "code=$code&state=$asked{state}";
        $r = $browser->get("/auth/callback/$name?$query");
    }
    my @lines = grep { /\[authjs:/ } split /\n/, substr $httpd->error_log, $offset;
    is scalar(@lines), 1, "$name: one line" or diag join "\n", @lines;
    like $lines[0], qr/\[authjs:(?:warn|error)\].*AuthJS: \w+: .*\(provider $name, reference \S+\)\z/, '... with provider and reference';
    like location($r), qr{/auth/(?:error\?error=Configuration|signin\?error=OAuthCallbackError)\z}, 'the visitor is told nothing of it';
    return $line{$name} = $lines[0] // '';
}

my $at = qr{\(POST \Q$base\E/\w+/token\?p=B2C_1_signin&key=\.\.\.\)};
my @cases = (
    expired => qr{status 401, error invalid_client: "AADSTS7000222: The provided client secret keys for app '6d3c' are expired\. Trace ID: 11111111-2222-3333-4444-555555555555", see "https://login\.example\.test/error\?code=7000222" $at},
    kind => qr{status 400, error nonce_required \[2J $at},
    object => qr{status 400, error OAuthException: "Error validating client secret\." $at},
    message => qr{status 403, it says "403: Forbidden" $at},
    beside => qr{the answer is an error, error bad_verification_code: "The code is incorrect\." $at},
    form => qr{status 400, error incorrect_client_credentials: "The client_id is wrong" $at},
    html => qr{status 502 $at},
    echo => qr{status 400, error invalid_grant: "what was sent: },
    raw => qr{status 400, error invalid_request: "got [^"]*&client_secret=\.\.\. by undefined" },
    basic => qr{status 400, error invalid_request: "got [^"]* by Basic \.\.\." },
    hostile => qr{status 400, error },
    aud => qr{the token's aud does not name this client: it is "somebody-else", and not "www"},
    several => qr{the token's azp is not this client: it is "other", and not "www"},
    iss => qr{the token's iss is not the provider's issuer: it is "https://evil\.test/ \[31m AuthJS: forged 'quoted' / .*, and not "\Q$base\E/iss"},
    old => qr{the id_token has expired: it says 2023-11-14T22:13:20\.000Z, this server's clock says 20},
    nonce => qr{the id_token has a nonce and none was sent},
    tenant => qr{discovery of tenant: status 400, error invalid_tenant: "AADSTS90002: Tenant 'x' not found\." \(GET \Q$base\E/tenant/\.well-known/openid-configuration\)},
    issuer => qr{the document's issuer is "\Q$base\E/other", AuthJSIssuer says "\Q$base\E/issuer"},
    keys => qr{the provider's keys: status 503, error temporarily_unavailable: "The keys are being changed\." \(GET \Q$base\E/keys/keys\)},
    userinfo => qr{userinfo: status 401, WWW-Authenticate "Bearer error='invalid_token', error_description='expired: Bearer \.\.\.'" \(GET \Q$base\E/userinfo/userinfo\)},
);
expect_error(qr/AuthJS: CallbackRouteError: /, '86: a provider that refuses');
while (my ($name, $wanted) = splice @cases, 0, 2) {
    like attempt($name), $wanted, '... and its reason';
}

# --- the front channel ------------------------------------------------------------------------------

my $odd = '%1b%5b31m%0d%0aAuthJS:%20forged%20%22q%22%20%e2%80%aegnp%20%c2%85';
like attempt('front', 'state=STATE&error=access_denied&error_description=AADSTS65004:%20User%20declined.&error_uri=https://x.test/e'),
    qr{OAuthCallbackError: provider front answered with error access_denied: "AADSTS65004: User declined\.", see "https://x\.test/e" \(}, 'what the browser brought';
like attempt('front', "state=STATE&error=e$odd&error_description=$odd" . 'x' x 3000), qr{answered with error e \[31m AuthJS: forged 'q' .*x\.\.\."}, '... cut and on one line';
like attempt('front', 'error=server_error&error_description=try%20later'), qr{InvalidCheck: .*; the answer says: error server_error: "try later"}, '... also without a state';
like attempt('front', 'state=STATE&error='), qr{answered with an empty error \(|the answer has no code}, '... or without anything';
like attempt('front', 'state=STATE&error=e&error_description=it%20was%20STATE'), qr{: "it was \.\.\."}, '... not the state';
like attempt('front', 'state=STATE&iss=https://evil.test/&code=c0de-of-front'), qr{its iss is "https://evil\.test/", the provider's issuer is "\Q$base\E/front"}, 'of another issuer';

# --- what no line may have ----------------------------------------------------------------------------

my $log = $httpd->error_log;
ok length($line{$_}) < 4000, "$_: a line of " . length $line{$_} for sort keys %line;
unlike $log, qr/[^\n\x20-\x7e]/, 'nothing but text in the log';
unlike $log, qr/^(?!\[)/m, 'every line is a line of httpd';
unlike $log, qr/\\xe2\\x80\\xae|\\xe2\\x80\\x8b|\\xc2\\xad/, 'nothing that turns the direction, or is not seen';
unlike $log, qr/\Q$_\E/, 'neither code nor state' for sort keys %hidden;
unlike $log, qr/\Q$secret\E|acc3ss-t0ken|k3y-of-the|n0nce-of|eyJ/, 'nor secret, token or key';
unlike $log, qr/\Q$_\E/, 'nor a secret as it is sent' for 'p%25w', 'rd%2B7', encode_base64('www:p%', ''), $odd_secret;
my ($echoed) = $line{echo} =~ /what was sent: ([^"]*)/;
unlike $echoed, qr/[\w-]{30}/, 'nor the code verifier';

done_testing;
