# What a definition can say of its requests (docs/providers/custom.md): each mechanism with a good
# answer, and with answers that would make of it what nobody meant. A provider file uses them all.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64url);
use URI;
use URI::QueryParam;

expect_error(qr/AuthJS: (?:CallbackRouteError|OAuthProfileParseError): /, 'answers that cannot be used');
my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;
my ($false, $true) = (JSON::PP::false, JSON::PP::true);
my $api = peer('mechanisms');
my $peer = $api->url('');

my %usual = (type => 'oauth', authorization => "$peer/authorize", token => "$peer/token", emailVerified => '/email_verified');
my %id = (profile => { id => '/id', name => '/name', email => '/email', image => '/picture' });
my %at = (url => "$peer/me");
my %definition = (
    plain => { userinfo => "$peer/me", %id },
    post => { userinfo => { %at, method => 'POST' }, %id },
    json => { userinfo => { %at, method => 'POST', json => { sync => '*', who => '{token.user_id}' } }, %id },
    form => { userinfo => { %at, method => 'POST', form => { token => '{token.access_token}' } }, %id },
    params => { userinfo => { url => "$peer/me?v=1", params => { at => '{token.access_token}', 'a b' => '{version}' }, headers => { Authorization => undef } },
        options => { version => '1&x=2' }, %id },
    headers => { userinfo => { %at, headers => { 'X-Key' => '{clientId}', 'X-User' => '{token.user_id}', Accept => 'text/x', 'User-Agent' => 'me', 'X-Fixed' => '2022-06-28' } }, %id },
    path => { userinfo => { url => "$peer/of/{token.user_id}/end", headers => { Authorization => undef } }, %id },
    secret => { userinfo => { url => "$peer/of/{token.access_token}", params => { t => '{token.access_token}' } }, %id },
    result => { userinfo => { %at, result => '/response/0' }, %id },
    success => { userinfo => { %at, success => { '/error/code' => 'ok' } }, %id },
    number => { userinfo => { %at, success => { '/ErrorCode' => '1' } }, %id },
    members => { userinfo => { %at, token_members => ['email', 'email_verified'] }, %id },
    token => { token => { url => "$peer/q/token?v=5", params => { appid => '{clientId}', secret => '{clientSecret}' },
            form => { client_key => '{clientId}' }, headers => { 'Content-Type' => 'application/x-www-form-urlencoded' } },
        userinfo => "$peer/me", %id },
    nested => { token => { url => "$peer/token", result => '/data/0' }, userinfo => "$peer/me", %id },
    extra => { userinfo => "$peer/me", extra => [
            { url => "$peer/photo/{size}", format => 'image', as => 'photo' },
            { url => "$peer/more/{token.user_id}", method => 'POST', json => { a => 'b' }, as => 'more' }],
        options => { size => { 48 => {}, 96 => {} } },
        profile => { %{ $id{profile} }, image => '/photo', more => '/more/x' } },
    unused => { userinfo => "$peer/me", extra => [{ url => "$peer/photo", format => 'image', as => 'photo' }], %id },
    words => { userinfo => "$peer/{path}/me", options => { kind => { app => { path => 'one' }, site => { path => 'two' } } }, %id },
    mapping => { userinfo => "$peer/me", issuer => "$peer/own/", profile => { id => '/id', name => '"{issuer} {/name}"',
            marked => '/list/[primary]/email', top => '/list/[primary]', none => '/list/[nobody]/email', wrong => '/name/[primary]/x',
            shifted => '"{/big >> 22 % 6}"', rest => '"{/n % 5}"', nan => '"{/name % 5}"', huge => '"{/huge >> 1}"', neg => '"{/neg % 5}"',
            equal => 'if(/name = "Ada") then "y" else "n"', begins => 'if(/name begins "Ad" and not /name = "Ada L") then "y" else "n"',
            chain => 'if(/x) then "1" else if(/name begins "B") then "2" else if(not /name = "") then "3" else "4"' } },
    list => { userinfo => "$peer/me", %id, profile => { %{ $id{profile} }, email => '/list/[primary]/email' }, emailVerified => '/list/[primary]/verified' },
);
my $claims = peer('claims');
my %signed = map { lc() => { type => 'oidc', idToken => $false, client => { userinfo_signed_response_alg => $_ } } } qw(RS256 ES256);
my $file = AuthJSTest::Env::write_file(root() . '/conf/providers-40.json',
    $JSON->encode({ (map { $_ => { %usual, %{ $definition{$_} } } } keys %definition), %signed }));
my $secret = 's+e&c=r/e"t 0123456789';
my $script = AuthJSTest::Env::write_file(root() . '/conf/mechanisms.lua', <<'EOT');
function signIn(params)
    local account = { providerAccountId = params.account.providerAccountId, user_id = params.account.user_id }
    authjs.log("info", "signIn " .. authjs.json({ params.user, params.profile, account }))
    return true
end
EOT
my $sections = join '', map { "<AuthJSProvider $_>\nAuthJSClientID client\nAuthJSClientSecret '$secret'\n</AuthJSProvider>\n" } sort keys %definition;
my $httpd = httpd(conf => <<"EOT");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSCallback signIn lua:$script
LogLevel info authjs:trace8
AuthJSProviderFile $file
$sections
<AuthJSProvider rs256>
    AuthJSIssuer @{[ $claims->url('') ]}
    AuthJSClientID client
    AuthJSClientSecret '$secret'
</AuthJSProvider>
<AuthJSProvider es256>
    AuthJSIssuer @{[ $claims->url('') ]}
    AuthJSClientID client
    AuthJSClientSecret '$secret'
</AuthJSProvider>
<AuthJSProvider other words>
    AuthJSClientID client
    AuthJSClientSecret '$secret'
    AuthJSOption kind=site
</AuthJSProvider>
EOT

my %token = (access_token => 'the-access-token-0123456789', token_type => 'bearer', user_id => 17);
my %ada = (id => 7, name => 'Ada', email => 'Ada@example.test', email_verified => $true);

# A sign-in at a provider whose API answers so: {end, user, profile, account, asked, log}.
sub sign_in {
    my ($id, $answer, %more) = @_;
    my $at = length $httpd->error_log;
    my $browser = $httpd->browser;
    my $query = URI->new(location($browser->sign_in($id, [callbackUrl => '/after'])))->query_form_hash;
    my $code = encode_base64url($JSON->encode({ token => { %token, %{ $more{token} // {} } }, api => { '*' => $answer, %{ $more{api} // {} } } }));
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => $code, $query->{state} ? (state => $query->{state}) : ());
    my $end = location($browser->get("$callback"));
    my $log = substr $httpd->error_log, $at;
    my ($told) = $log =~ /signIn (\[.*\])$/m;
    my ($user, $profile, $account) = @{ (eval { $JSON->decode(($told // q{}) =~ s/\\\\/\\/gr) }) // [] };
    return { end => $end, ok => $end eq $httpd->url('/after'), user => $user, profile => $profile, account => $account, log => $log,
        asked => $httpd->site->json("$peer/__log"), session => $browser };
}
sub refused {
    my ($result, $why, $name) = @_;
    is $result->{end}, $httpd->url('/auth/error?error=Configuration'), "$name: nobody is signed in" or diag $result->{log};
    like $result->{log}, $why, '... and the log says why';
    unlike $result->{log}, qr/the-access-token|e&c=r|e%26c%3Dr/, '... without what is secret';
    return $result;
}
sub good {
    my ($id, $answer, %more) = @_;
    my $result = sign_in($id, $answer, %more);
    ok $result->{ok}, "$id: signs in" or diag $result->{end}, $result->{log};
    unlike $result->{log}, qr/the-access-token|e&c=r|e%26c%3Dr/, '... and no log has what is secret';
    return $result;
}
my %me = (json => \%ada);

# --- how it is asked --------------------------------------------------------------------------------

my $result = good('plain', \%me);
my ($token, $asked) = @{ $result->{asked} };
is "$asked->{method} $asked->{url}", 'GET /me', 'without a word: GET';
is $asked->{headers}{authorization}, 'Bearer the-access-token-0123456789', '... with the access token in a header';
is_deeply [@{ $result->{user} }{qw(name email)}], ['Ada', 'ada@example.test'], '... and the profile is the answer';

$asked = good('post', \%me)->{asked}[1];
is "$asked->{method} $asked->{body}", 'POST ', 'method: POST without a body';
ok !exists $asked->{headers}{'content-type'}, '... nor a type of one' or diag $asked->{headers}{'content-type'};

$asked = good('json', \%me, token => { user_id => "\"}\r\n" })->{asked}[1];
is $asked->{headers}{'content-type'}, 'application/json', 'json: its type';
is_deeply $JSON->decode($asked->{body}), { sync => '*', who => "\"}\r\n" }, '... and a value stays in its place';

$asked = good('form', \%me, token => { access_token => 'a&b=c d' })->{asked}[1];
is $asked->{headers}{'content-type'}, 'application/x-www-form-urlencoded', 'form: its type';
is $asked->{body}, 'token=a%26b%3Dc+d', '... and a value stays in its place';

$asked = good('params', \%me, token => { access_token => 'x&id=1#"' })->{asked}[1];
is_deeply [URI->new($asked->{url})->query_form], [v => 1, 'a b' => '1&x=2', at => 'x&id=1#"'], 'params: behind the query of the URL, encoded'
    or diag $asked->{url};
ok !exists $asked->{headers}{authorization}, 'headers: null takes one of ours away';

$asked = good('headers', \%me)->{asked}[1]{headers};
is_deeply [@$asked{qw(x-key x-user accept user-agent x-fixed authorization)}],
    ['client', 17, 'text/x', 'me', '2022-06-28', 'Bearer the-access-token-0123456789'], 'headers: more, and others in place of ours';

for (['a/b', 'a%2Fb'], ['a?b#c', 'a%3Fb%23c'], ['a%2e', 'a%252e'], ["\r\nHost: x", '%0D%0AHost%3A%20x'], ["\x{e4}", '%C3%A4'], [0, 0],
    ['...', '...'], ['@evil.test', '%40evil.test'])
{
    is good('path', \%me, token => { user_id => $_->[0] })->{asked}[1]{url}, "/of/$_->[1]/end", 'a path: ' . $JSON->encode($_->[0]);
}
for my $value ('.', '..') {
    $result = refused(sign_in('path', \%me, token => { user_id => $value }), qr/would be another address/, "a path: $value");
    is @{ $result->{asked} }, 1, '... nor asked for';
}
for my $value (undef, '', $true, [1], { a => 1 }, 1.5) {
    my $name = $JSON->encode($value);
    refused(sign_in($_, \%me, token => { user_id => $value }), qr/the token answer has no user_id, which it needs/, "$_: $name")
        for qw(path json headers);
}
for my $value ("x\r\nX-Evil: 1", "x\nX", "x\x{1}", "x\x{7f}") {
    refused(sign_in('headers', \%me, token => { user_id => $value }), qr/its header X-User would have a control character/, 'headers: ' . $JSON->encode($value));
    $result = refused(sign_in('plain', \%me, token => { access_token => $value }), qr/its header Authorization would have a control character/, 'an access token: ' . $JSON->encode($value));
    is @{ $result->{asked} }, 1, '... and it went nowhere';
}
for ('the-access-token/+&="0123456789', 'the-access-token') {
    $result = refused(sign_in('secret', { status => 500, json => { error => 'bad', error_description => "not $_" } }, token => { access_token => $_ }), qr/userinfo: status 500, error bad/, "a token in an address: $_");
    is(URI->new($result->{asked}[1]{url})->query_param('t'), $_, '... which it was');
}
is good('plain', \%me, token => { access_token => 'a"b\\c' })->{asked}[1]{headers}{authorization}, 'Bearer a"b\\c', 'an access token with quotes';

# --- what is read of the answer ------------------------------------------------------------------------

my %hostile = (null => { text => 'null' }, list => { json => [\%ada] }, text => { json => 'x' }, HTML => { text => '<html>x</html>', type => 'text/html' },
    nothing => { text => '' }, '5 MB' => { size => 5_000_000 }, 'status 500' => { %me, status => 500 }, 'status 302' => { %me, status => 302, headers => { location => "$peer/other" } },
    'no end' => { text => '{"id":7' }, twice => { text => '{"id":7,"id":8}' });
for my $id (qw(plain result success number)) {
    refused(sign_in($id, $hostile{$_}), qr/userinfo: /, "$id: an answer that is $_") for sort keys %hostile;
}
is good('result', { json => { response => [\%ada, { id => 8 }] } })->{account}{providerAccountId}, 7, 'result: the profile is what stands there';
refused(sign_in('result', { json => $_ }), qr{the answer has no object at /response/0}, 'result: ' . $JSON->encode($_))
    for { %ada }, { response => [] }, { response => [undef] }, { response => ['x'] }, { response => { 0 => [] } }, { response => 1 };

is good('success', { json => { %ada, error => { code => 'ok', message => '' } } })->{account}{providerAccountId}, 7, 'success: an "error" that is none';
is good('success', { json => \%ada })->{account}{providerAccountId}, 7, '... nor is one where nothing stands';
refused(sign_in('success', { json => { %ada, error => $_ } }), qr/the answer is an error/, 'success: ' . $JSON->encode($_))
    for { code => 'bad' }, { code => ['ok'] }, { code => $true }, {}, 'ok', { code => undef };
good('number', { json => { %ada, ErrorCode => 1 } });
refused(sign_in('number', { json => { %ada, ErrorCode => $_ } }), qr/the answer is an error/, "number: $_") for 2, 0, '01';

$result = good('members', { json => { %ada, email => 'other@example.test' } }, token => { email => 'mine@example.test', email_verified => $true });
is $result->{user}{email}, 'mine@example.test', 'token_members: what the token answer says';
$result = good('members', { json => \%ada });
ok !exists $result->{user}{email} && !exists $result->{profile}{email}, '... and where it says nothing, nothing';

# --- the token request ----------------------------------------------------------------------------------

$result = good('token', \%me);
$token = $result->{asked}[0];
is_deeply [URI->new($token->{url})->query_form], [v => 5, appid => 'client', secret => $secret], 'token: params, behind the query of the URL';
is $token->{headers}{'content-type'}, 'application/x-www-form-urlencoded', '... a header in place of ours';
like $token->{body}, qr/&client_key=client(?:&|$)/, '... one more field';
refused(sign_in('token', \%me, token => { api => { status => 400, json => { error => 'invalid_client', error_description => "secret $secret" } } }), qr/invalid_client/, 'token: an error');
is good('nested', \%me, token => { api => { json => { data => [{ %token, user_id => 5 }] } } })->{account}{user_id}, 5, 'token: result';
is good('nested', \%me)->{account}{user_id}, 17, '... and an answer without it';
refused(sign_in('nested', \%me, token => { api => { json => { data => $_ } } }), qr/there is no access_token/, 'token: result ' . $JSON->encode($_)) for [], ['x'], undef, [{}];

# --- extra requests ----------------------------------------------------------------------------------------

my %pictures = ('image/jpeg' => 'ffd8ffe000', 'image/png' => '89504e47', 'image/gif' => '474946', 'image/webp' => '52494646');
my %more = ('/more/17' => { json => { x => [1] } });
for my $type (sort keys %pictures) {
    $result = good('extra', \%me, api => { '/photo/48' => { hex => $pictures{$type}, type => "$type; x=y" }, %more });
    my ($head, $data) = split /,/, $result->{user}{image};
    is $head, "data:$type;base64", 'extra: a picture becomes a data: URI';
    is unpack('H*', decode_base64($data)), $pictures{$type}, '... byte by byte';
    is_deeply $result->{user}{more}, [1], '... and another request JSON';
    is $result->{session}->session->{user}{image}, $result->{user}{image}, '... which the session has';
    is_deeply $result->{profile}, { %ada, more => { x => [1] } }, '... and not the profile too';
}
is "$result->{asked}[3]{method} $result->{asked}[3]{body}", 'POST {"a":"b"}', 'extra: method and body';
for (['status 404', { status => 404 }], ['no picture', { text => 'x', type => 'text/html' }], ['SVG', { text => '<svg/>', type => 'image/svg+xml' }],
    ['nothing', { text => '', type => 'image/jpeg' }], ['no type', { text => 'x', type => '' }], ['5 MB', { size => 5_000_000, type => 'image/jpeg' }],
    ['a redirect', { status => 302, text => '', headers => { location => "$peer/x" }, type => 'image/jpeg' }])
{
    $result = good('extra', \%me, api => { '/photo/48' => $_->[1], '/more/17' => { text => 'nonsense' } });
    is $result->{user}{image}, undef, "extra: $_->[0]: no picture";
    like $result->{log}, qr/the profile's photo is taken for null: .*the profile's more is taken for null: /s, '... and the log says why';
    ok !exists $result->{user}{more}, '... nor what is no JSON';
}
$result = good('extra', \%me, api => { '/photo/48' => { size => 20_000, type => 'image/jpeg' }, %more });
is $result->{session}->session->{user}{image}, undef, 'extra: a picture that would make the session too large is not in it';
like $result->{log}, qr/written without the picture in it/, '... and the log says so';
my $started = time;
$result = good('extra', \%me, api => { '/photo/48' => { wait => 60_000, hex => 'ff', type => 'image/jpeg' }, %more });
cmp_ok time - $started, '<', 40, 'extra: one that does not come is not waited for';
is_deeply [map { $_->{url} } @{ good('unused', \%me)->{asked} }], ['/token', '/me'], 'extra: what no field has is not asked for';

# --- userinfo that has to be signed ---------------------------------------------------------------------------

for (['rs256', {}, undef], ['es256', {}, qr/userinfo: .*alg/i], ['rs256', { unsigned => $true }, qr/it is not signed/], ['rs256', { spoil => $true }, qr/userinfo: .*signature/i],
    ['rs256', { of => { iss => 'https://evil.test' } }, qr/userinfo: .*iss/], ['rs256', { of => { aud => 'other' } }, qr/userinfo: .*aud/],
    ['rs256', { of => { sub => 'other' } }, qr/userinfo: its sub "other" is not that of the id_token/])
{
    my ($id, $said, $why) = @$_;
    my $at = length $httpd->error_log;
    my $browser = $httpd->browser;
    $browser->sign_in($id, [callbackUrl => '/after']);
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => encode_base64url($JSON->encode({ %$said, claims => { name => 'Ada' } })));
    my $end = location($browser->get("$callback"));
    my $name = "userinfo signed by $id: " . $JSON->encode($said);
    is $end, $httpd->url($why ? '/auth/error?error=Configuration' : '/after'), $name;
    like substr($httpd->error_log, $at), $why // qr/signed in with provider $id/, '... as the log says';
}

# --- options that are words, and the mapping -----------------------------------------------------------------

is good('words', \%me)->{asked}[1]{url}, '/one/me', 'a word: the first is the usual one';
is good('other', \%me)->{asked}[1]{url}, '/two/me', '... another';

my @list = ({ email => 'a@example.test', verified => $true }, 'x', undef, { email => 'b@example.test', primary => $true, verified => $true }, { email => 'c', primary => $true });
my $user = good('mapping', { json => { %ada, list => \@list, big => '175928847299117063', n => 1234, huge => '18446744073709551616', neg => -3 } })->{user};
is_deeply [@$user{qw(name marked top shifted rest equal begins chain)}],
    ["$peer/own Ada", 'b@example.test', $list[3], (175928847299117063 >> 22) % 6, 1234 % 5, 'y', 'y', 3], 'the mapping';
is_deeply [grep { exists $user->{$_} } qw(none wrong nan huge neg)], [], '... and what it finds nothing for';
is good('list', { json => { id => 7, list => \@list } })->{user}{email}, 'b@example.test', 'a list: the marked one, verified';
ok !exists good('list', { json => { id => 7, list => [{ email => 'd@example.test', primary => $true }, @list] } })->{user}{email}, '... unverified: what another says is nothing';
ok !exists good('list', { json => { id => 7, list => $_ } })->{user}{email}, '... ' . $JSON->encode($_) for undef, [], {}, 'x', [{ primary => $false, email => 'x', verified => $true }];

# --- what configtest says --------------------------------------------------------------------------------------

for (['userinfo' => { %at, method => 'PUT' }, qr/userinfo\.method must be GET or POST/], ['userinfo' => { %at, headers => { A => 1 } }, qr/userinfo\.headers\.A must be a string/],
    ['userinfo' => { %at, json => 'x' }, qr/userinfo\.json must be an object/], ['userinfo' => { %at, params => { a => undef } }, qr/userinfo\.params\.a must be a string/],
    ['userinfo' => { %at, headers => { "X\r\nY" => 'a' } }, qr/userinfo\.headers\.X Y: it is no name of a header/], ['userinfo' => { %at, headers => { 'a b' => 'a' } }, qr/userinfo\.headers\.a b: it is no name of a header/],
    (map { ['token' => { %at, headers => { $_ => 'a' } }, qr/token\.headers\.$_: mod_authjs sets this header itself/] } qw(Host content-length Transfer-Encoding)),
    ['userinfo' => { %at, as => 'x' }, qr/userinfo has no member as/], ['authorization' => { %at, headers => {} }, qr/authorization has no member headers/],
    ['extra' => [({ %at, as => 'a' }) x 3], qr/extra must have 2 elements at most/], ['extra' => [{ %at }], qr/extra\.0\.as is missing/],
    ['extra' => [{ %at, as => 'a', format => 'xml' }], qr/extra\.0\.format must be json or image/], ['options' => { a => { b => 1 } }, qr/options\.a\.b must be an object/],
    ['tenants' => { below => 'https://x.test/', claim => 'tid' }, qr/tenants\.many is missing: it must be a list/],
    ['client' => { signed_secret => { iss => 1 } }, qr/client\.signed_secret\.iss must be a string/], ['client' => { userinfo_signed_response_alg => 'HS256' }, qr/userinfo_signed_response_alg must be RS256, /],
    ['options' => { a => { b => { c => 1 } } }, qr/options\.a\.b\.c must be a string/],
    (map { ['userinfo' => "$peer/$_", qr/userinfo has \Q$_\E where nothing can stand for it/, 1] } '{clientSecret}', '{tokens.x}', '{token.}'),
    ['token' => "$peer/{token.x}/token", qr/token has \{token\.x\} where nothing/, 1], ['authorization' => { url => "$peer/a", params => { s => '{clientSecret}' } }, qr/authorization has \{clientSecret\} where nothing/, 1],
    ['extra' => [{ url => "$peer/x", headers => { X => '{profile.id}' }, as => 'a' }], qr/extra has \{profile\.id\} where nothing/, 1],
    ['userinfo' => "http://{token.host}/x", qr/the userinfo URL: the URL has no valid host/, 1], ['profile' => { id => '"{nobody}"' }, qr/profile\.id has the place \{nobody\}, and options no member nobody/],
    ['extra' => [{ url => 'http://x.{token.host}/', as => 'a' }], qr/the extra URL: the URL has no valid host/, 1])
{
    my ($member, $value, $why, $is_used) = @$_;
    my $bad = AuthJSTest::Env::write_file(root() . '/conf/bad-40.json', $JSON->encode({ bad => { %usual, %{ $definition{plain} }, $member => $value } }));
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSProviderFile $file\n<AuthJSProvider plain>\nAuthJSClientID a\nAuthJSClientSecret b\nAuthJSUserinfo $peer/{token.}\n</AuthJSProvider>\n");
like $output, qr/userinfo has \{token\.\} where nothing can stand for it/, 'AuthJSUserinfo has such places too';
($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSProviderFile $bad\n"
        . ($is_used ? "<AuthJSProvider bad>\nAuthJSClientID a\nAuthJSClientSecret b\n</AuthJSProvider>\n" : ''));
    isnt $status, 0, "$member " . $JSON->encode($value) . ' is refused';
    like $output, $why, '... and why';
}
my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider wechat>\nAuthJSClientID a\nAuthJSClientSecret b\nAuthJSOption platformType=Other\n</AuthJSProvider>\n");
like $output, qr/AuthJSOption platformType is one of OfficialAccount, WebsiteApp/, 'an option that is one of several words';

done_testing;
