# Who somebody is, and who gets the access token, whatever a provider answers and a definition says.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use URI;
use URI::QueryParam;

expect_error(qr/AuthJS: (?:CallbackRouteError|OAuthProfileParseError): /, 'answers that cannot be used');
my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;
my ($false, $true) = (JSON::PP::false, JSON::PP::true);
my $api = peer('mechanisms');
my $other = peer('mechanisms', port => peer_port('other'));
my ($peer, $elsewhere) = map { $_->url('') } $api, $other;

my %usual = (type => 'oauth', authorization => "$peer/authorize", token => "$peer/token", emailVerified => '/email_verified');
my @fields = (name => '/name', email => '/email');
my %definition = (
    plain => { userinfo => "$peer/me", profile => { id => '/id', @fields } },
    text => { userinfo => "$peer/me", profile => { id => 'string(/id)', @fields } },
    either => { userinfo => "$peer/me", profile => { id => '/sub ?? /id', @fields } },
    moved => { userinfo => { url => "$elsewhere/me", emails_url => "$elsewhere/emails" }, extra => [{ url => "$elsewhere/more", as => 'more' }],
        profile => { id => '/id', more => '/more', @fields } },
);
my $file = AuthJSTest::Env::write_file(root() . '/conf/providers-40-hostile.json',
    $JSON->encode({ map { $_ => { %usual, %{ $definition{$_} } } } keys %definition }));
my $script = AuthJSTest::Env::write_file(root() . '/conf/mechanisms-hostile.lua', <<'EOT');
function signIn(params)
    authjs.log("info", "signIn as " .. params.user.id .. ".")
    return true
end
EOT
my $client = "AuthJSClientID client\nAuthJSClientSecret secret-0123456789\n";
my $httpd = httpd(conf => <<"EOT" . join '', map { "<AuthJSProvider $_>\n$client" . ($_ eq 'moved' ? "AuthJSUserinfo $peer/me\n" : '') . "</AuthJSProvider>\n" } sort keys %definition);
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSCallback signIn lua:$script
LogLevel info authjs:info
AuthJSProviderFile $file
EOT

# A sign-in at a provider that answers so: {end, ok, log, session}.
sub sign_in {
    my ($id, %answer) = @_;
    my $at = length $httpd->error_log;
    my $browser = $httpd->browser;
    my $query = URI->new(location($browser->sign_in($id, [callbackUrl => '/after'])))->query_form_hash;
    my $code = encode_base64url($JSON->encode({ token => { access_token => 'the-access-token', token_type => 'bearer' }, api => \%answer }));
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => $code, $query->{state} ? (state => $query->{state}) : ());
    my $end = location($browser->get("$callback"));
    return { end => $end, ok => $end eq $httpd->url('/after'), log => substr($httpd->error_log, $at), session => $browser->session };
}

# --- who somebody is ----------------------------------------------------------------------------------

my @no_id = ('null', 'true', 'false', '[]', '[7]', '{}', '{"a":7}', '""', '" "', '"\t\r\n "', '"7\u0000"', '18446744073709551616', '-9223372036854775809', '7e', '07');
for my $id (qw(plain text either)) {
    for my $value (undef, @no_id) {
        my $name = "$id: an id that is " . ($value // 'missing');
        my $result = sign_in($id, '*' => { text => '{' . (defined $value ? qq("id":$value,) : '') . '"name":"Ada"}' });
        is $result->{end}, $httpd->url('/auth/error?error=Configuration'), $name or diag $result->{log};
        is $result->{session}, undef, '... is nobody';
    }
}
my @ids = (0, 1, 1000, 10000, '9007199254740992', '9007199254740993', '"a"', '"A"', '"a "', '" a"', '"a\n"', '"\u00e4"', '"a\u0308"', '"1000 "', '18446744073709551615',
    '"' . 'x' x 3000 . 'a"', '"' . 'x' x 3000 . 'b"');
my %who;
for my $id (@ids) {
    my $result = sign_in('text', '*' => { text => qq({"id":$id,"name":"Ada"}) });
    ok $result->{ok}, 'an id: ' . substr $id, 0, 20 or diag $result->{log};
    my ($user) = $result->{log} =~ /signIn as ([\w-]+)\./;
    push @{ $who{ $user // 'nobody' } }, $id;
}
is scalar(keys %who), scalar(@ids), '... each of them is another user' or diag explain \%who;
my $result = sign_in('either', '*' => { text => '{"sub":[],"id":8}' });
ok !$result->{ok}, 'a first member of the wrong type is not passed over';
$result = sign_in('either', '*' => { text => '{"sub":"","id":8}' });
ok !$result->{ok}, '... nor one that is empty';

# --- who gets the access token ------------------------------------------------------------------------------

$result = sign_in('moved', '*' => { json => { id => 7, name => 'Ada', email => 'ada@example.test', email_verified => $true } });
ok $result->{ok}, 'AuthJSUserinfo at another host: signs in' or diag $result->{log};
is_deeply $httpd->site->json("$elsewhere/__log"), [], '... and the host of the definition gets no token';
ok !exists $result->{session}{user}{email}, '... so that nobody vouches for the address';
like $result->{log}, qr/another host/, '... and the log says why';

# --- what configtest says -------------------------------------------------------------------------------------

my %at = (url => "$peer/me");
for (['userinfo' => { %at, emails_url => 'http://{token.host}/emails' }, qr/the userinfo\.emails_url URL: the URL has no valid host/],
    ['userinfo' => { %at, emails_url => 'http://x.test:{token.port}/' }, qr/the userinfo\.emails_url URL: the URL has no valid port/],
    ['userinfo' => { url => 'https://x.test/me', emails_url => 'http://x.test/emails' }, qr/the userinfo\.emails_url URL: must be https/, token => 'https://x.test/token', authorization => 'https://x.test/authorize'],
    (map { ['profile' => { id => $_ }, qr/the id of its profile reads nothing of the provider's answer/] }
        '"all"', 'uuid()', '/id ?? "none"', 'if(/id) then /id else "none"', '"{clientId}"'),
    ['options' => { kind => {} }, qr/options\.kind of its definition has no words/], ['profile' => { name => '/name' }, qr/its profile has no id/], ['profile' => { id => undef }, qr/its profile has no id/])
{
    my ($member, $value, $why, %more) = @$_;
    my $bad = AuthJSTest::Env::write_file(root() . '/conf/bad-40-hostile.json', $JSON->encode({ bad => { %usual, userinfo => "$peer/me", %more, $member => $value } }));
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSProviderFile $bad\n<AuthJSProvider bad>\n$client</AuthJSProvider>\n");
    isnt $status, 0, "$member " . $JSON->encode($value) . ' is refused';
    like $output, $why, '... and why';
}
my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSProviderFile $file\n<AuthJSProvider plain>\n${client}AuthJSProfile 'id=\"all\"'\n</AuthJSProvider>\n");
like $output, qr/the id of its profile reads nothing/, 'AuthJSProfile, too';

done_testing;
