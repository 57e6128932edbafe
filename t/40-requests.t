# The providers whose requests are of their own making, at their real addresses: what they are
# asked, and who is signed in by an answer as they document it.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64 encode_base64url);
use URI;
use URI::QueryParam;

my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;
my ($false, $true) = (JSON::PP::false, JSON::PP::true);
my $basic = 'Basic ' . encode_base64('client:client-secret', '');
my $bearer = 'Bearer the-access-token';
my $form = 'application/x-www-form-urlencoded;charset=UTF-8';

# token: the answer of the token endpoint; at: where tokens are asked for, and the form's fields
# beside the standard's; asks: the request for the profile, and headers of it; says: its answer.
my %provider = (
    'azure-devops' => { option => 'AuthJSOption tenant=t-1', authorize => ['https://login.microsoftonline.com/t-1/oauth2/v2.0/authorize', scope => '499b84ac-1321-427f-aa17-267ca6975798/vso.profile'],
        at => ['login.microsoftonline.com/t-1/oauth2/v2.0/token', client_id => 'client', client_secret => 'client-secret'],
        asks => ['GET app.vssps.visualstudio.com/_apis/profile/profiles/me?details=true&coreAttributes=Avatar&api-version=6.0', authorization => $bearer],
        says => { id => 'd6245f20', displayName => 'Ada', emailAddress => 'ada@example.test', coreAttributes => { Avatar => { value => { value => 'AAAA' } } } },
        user => ['d6245f20', 'Ada', undef, 'data:image/jpeg;base64,AAAA'] },
    bungie => { option => 'AuthJSOption apiKey=key-1', authorize => ['https://www.bungie.net/en/OAuth/Authorize', reauth => 'true', scope => '', code_challenge => undef],
        token => { membership_id => '5' }, at => ['www.bungie.net/platform/app/oauth/token/', authorization => $basic],
        asks => ['GET www.bungie.net/Platform/User/GetMembershipsForCurrentUser/', authorization => $bearer, 'x-api-key' => 'key-1'],
        says => { ErrorCode => 1, ErrorStatus => 'Success', Message => 'Ok', Response => { bungieNetUser => { membershipId => '4352', displayName => 'Ada', profilePicturePath => '/img/a.jpg' } } },
        user => ['4352', 'Ada', undef, 'https://www.bungie.net/img/a.jpg'] },
    discord => { at => ['discord.com'], asks => [''] },
    dropbox => { authorize => ['https://www.dropbox.com/oauth2/authorize', token_access_type => 'offline', scope => 'account_info.read'],
        at => ['api.dropboxapi.com/oauth2/token', authorization => $basic],
        asks => ['POST api.dropboxapi.com/2/users/get_current_account', authorization => $bearer, 'content-type' => undef], body => '',
        says => { account_id => 'dbid:AAH', name => { display_name => 'Ada' }, email => 'Ada@example.test', email_verified => $true, profile_photo_url => 'https://dl.example.test/a' },
        user => ['dbid:AAH', 'Ada', 'ada@example.test', 'https://dl.example.test/a'] },
    eventbrite => { at => ['www.eventbrite.com'], asks => ['GET www.eventbriteapi.com'] },
    foursquare => { option => 'AuthJSOption apiVersion=20240101', authorize => ['https://foursquare.com/oauth2/authenticate'],
        at => ['foursquare.com/oauth2/access_token', authorization => $basic],
        asks => ['GET api.foursquare.com/v2/users/self?v=20240101&oauth_token=the-access-token', authorization => undef],
        says => { meta => { code => 200 }, response => { user => { id => '17', firstName => 'Ada', contact => { email => 'ada@example.test' }, photo => { prefix => 'https://f.test/', suffix => '/a.jpg' } } } },
        user => ['17', 'Ada', undef, 'https://f.test/original/a.jpg'] },
    hubspot => { authorize => ['https://app.hubspot.com/oauth/authorize', scope => 'oauth'],
        at => ['api.hubapi.com/oauth/v1/token', client_id => 'client', client_secret => 'client-secret'],
        asks => ['GET api.hubapi.com/oauth/v1/access-tokens/the-access-token', authorization => undef, 'content-type' => 'application/json'],
        says => { user_id => 456, user => 'ada@example.test', hub_id => 1 }, user => ['456', 'ada@example.test', undef, undef] },
    instagram => { authorize => ['https://api.instagram.com/oauth/authorize', scope => 'instagram_business_basic'],
        answer => { data => [{ access_token => 'the-access-token', user_id => '178', permissions => 'instagram_business_basic' }] },
        at => ['api.instagram.com/oauth/access_token', client_id => 'client', client_secret => 'client-secret'],
        asks => ['GET graph.instagram.com/me?fields=user_id,username,name,account_type,profile_picture_url', authorization => $bearer],
        says => { user_id => '17841405793187218', username => 'ada', name => 'Ada L', profile_picture_url => 'https://i.test/a' },
        user => ['17841405793187218', 'ada', undef, 'https://i.test/a'] },
    nextcloud => { option => 'AuthJSIssuer https://cloud.example.test/nc', authorize => ['https://cloud.example.test/nc/apps/oauth2/authorize'],
        token => { user_id => 'ada l' }, at => ['cloud.example.test/nc/apps/oauth2/api/v1/token', authorization => $basic],
        asks => ['GET cloud.example.test/nc/ocs/v1.php/cloud/users/ada%20l', authorization => $bearer, 'ocs-apirequest' => 'true', accept => 'application/json'],
        says => { ocs => { meta => { status => 'ok', statuscode => 100 }, data => { id => 'ada', displayname => 'Ada', email => 'ada@example.test' } } },
        user => ['ada', 'Ada', undef, 'https://cloud.example.test/nc/avatar/ada/512'] },
    notion => { authorize => ['https://api.notion.com/v1/oauth/authorize', owner => 'user'],
        at => ['api.notion.com/v1/oauth/token', authorization => $basic],
        asks => ['GET api.notion.com/v1/users/me', authorization => $bearer, 'notion-version' => '2022-06-28'],
        says => { object => 'user', type => 'bot', bot => { owner => { type => 'user', user => { id => 'n-1', name => 'Ada', avatar_url => undef, person => { email => 'ada@example.test' } } } } },
        user => ['n-1', 'Ada', undef, undef] },
    tiktok => { authorize => ['https://www.tiktok.com/v2/auth/authorize', client_key => 'client', scope => 'user.info.basic'],
        at => ['open.tiktokapis.com/v2/oauth/token/', client_id => 'client', client_secret => 'client-secret', client_key => 'client'], type => 'application/x-www-form-urlencoded',
        asks => ['GET open.tiktokapis.com/v2/user/info/?fields=open_id,avatar_url,display_name', authorization => $bearer],
        says => { data => { user => { open_id => 't-1', display_name => 'Ada', avatar_url => 'https://t.test/a' } }, error => { code => 'ok', message => '', log_id => 'x' } },
        user => ['t-1', 'Ada', undef, 'https://t.test/a'] },
    todoist => { authorize => ['https://todoist.com/oauth/authorize', scope => 'data:read'],
        at => ['todoist.com/oauth/access_token', client_id => 'client', client_secret => 'client-secret'],
        asks => ['POST api.todoist.com/sync/v9/sync', authorization => $bearer, 'content-type' => 'application/json'], body => '{"sync_token":"*","resource_types":"[\\"user\\"]"}',
        says => { full_sync => $true, user => { id => '2671355', full_name => 'Ada', email => 'ada@example.test', avatar_big => 'https://t.test/b' } },
        user => ['2671355', 'Ada', undef, 'https://t.test/b'] },
    trakt => { authorize => ['https://trakt.tv/oauth/authorize', scope => ''],
        at => ['api.trakt.tv/oauth/token', authorization => $basic],
        asks => ['GET api.trakt.tv/users/me?extended=full', authorization => $bearer, 'trakt-api-version' => '2', 'trakt-api-key' => 'client'],
        says => { username => 'ada', name => 'Ada', ids => { slug => 'ada' }, images => { avatar => { full => 'https://t.test/c' } } },
        user => ['ada', 'Ada', undef, 'https://t.test/c'] },
    vk => { authorize => ['https://oauth.vk.com/authorize', scope => 'email', v => '5.131'],
        answer => { access_token => 'the-access-token', expires_in => 43200, user_id => 66748, email => 'ada@example.test' },
        at => ['oauth.vk.com/access_token?v=5.131', client_id => 'client', client_secret => 'client-secret'],
        asks => ['GET api.vk.com/method/users.get?fields=photo_100&v=5.131', authorization => $bearer],
        says => { response => [{ id => 66748, first_name => 'Ada', last_name => 'L', photo_100 => 'https://v.test/a' }] },
        user => ['66748', 'Ada L', undef, 'https://v.test/a'] },
    wechat => { option => 'AuthJSOption platformType=WebsiteApp', authorize => ['https://open.weixin.qq.com/connect/qrconnect', appid => 'client', scope => 'snsapi_login', code_challenge => undef],
        answer => { access_token => 'the-access-token', expires_in => 7200, openid => 'o-1', scope => 'snsapi_login' },
        at => ['api.weixin.qq.com/sns/oauth2/access_token?appid=client&secret=client-secret', authorization => $basic],
        asks => ['GET api.weixin.qq.com/sns/userinfo?access_token=the-access-token&openid=o-1&lang=zh_CN', authorization => undef],
        says => { openid => 'o-1', unionid => 'u-1', nickname => 'Ada', headimgurl => 'https://w.test/a' },
        user => ['u-1', 'Ada', undef, 'https://w.test/a'] },
);

my ($port, $tls) = (peer_port('mechanisms_tls'), root() . '/requests-tls');
system(srcdir() . '/t/peers/mkca.sh', $tls) == 0 or die "mkca.sh: $?";
my %host = map { m{^(?:\w+ )?([^/?]+)} ? ($1 => 1) : () } map { ($_->{at}[0], $_->{asks}[0]) } values %provider;
my $names = join ',', map { "DNS:$_" } sort keys %host;
system("cd $tls && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=all -keyout all.key -out all.csr 2>/dev/null"
    . " && echo subjectAltName=$names >all.ext && openssl x509 -req -in all.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
    . " -days 30 -extfile all.ext -out all.pem 2>/dev/null") == 0 or die "openssl: $?";
my $api = peer('mechanisms', env => { MECHANISMS_TLS_PORT => $port, MECHANISMS_TLS => $tls });
my $resolve = join '', map { "AuthJSHTTP resolve=$_:443=127.0.0.1:$port\n" } sort keys %host;
my $sections = join '', map { "<AuthJSProvider $_>\nAuthJSClientID client\nAuthJSClientSecret client-secret\n" . ($provider{$_}{option} // '') . "\n</AuthJSProvider>\n" }
    sort keys %provider;
my $httpd = httpd(conf => <<"EOT");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSHTTP ca=$tls/ca.pem
$resolve
AuthJSToken account %{AUTHJS:account.providerAccountId}
AuthJSSessionField account %{AUTHJS:token.account}
AuthJSRefresh On
$sections
EOT

# A sign-in: the browser, where it was sent and with what.
sub sign_in {
    my ($id, $p) = @_;
    my $browser = $httpd->browser;
    my $to = URI->new(location($browser->sign_in($id, [callbackUrl => '/after'])));
    my $query = $to->query_form_hash;
    $to->query(undef);
    my $answer = $p->{answer} // { access_token => 'the-access-token', token_type => 'bearer', %{ $p->{token} // {} } };
    my $code = encode_base64url($JSON->encode({ token => $answer, api => { '*' => { json => $p->{says} } } }));
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => $code, $query->{state} ? (state => $query->{state}) : ());
    is location($browser->get("$callback")), $httpd->url('/after'), "$id: signs in" or diag $httpd->error_log;
    return ($browser, "$to", $query);
}

for my $id (grep { $provider{$_}{user} } sort keys %provider) {
    my $p = $provider{$id};
    my ($browser, $to, $query) = sign_in($id, $p);
    my ($where, %params) = @{ $p->{authorize} };
    is $to, $where, '... where the browser goes';
    is_deeply { map { $_ => $query->{$_} } keys %params }, \%params, '... with what';
    is_deeply [@$query{qw(response_type client_id redirect_uri)}], ['code', 'client', $httpd->url("/auth/callback/$id")], '... and what everybody gets';

    my ($token, $asked, @more) = @{ $httpd->site->json($api->url('/__log')) };
    my ($at, %fields) = @{ $p->{at} };
    my $sent = URI->new('?' . $token->{body})->query_form_hash;
    my $authorization = delete $fields{authorization};
    is "$token->{method} $token->{headers}{host}$token->{url}", "POST $at", '... where the token is asked for';
    is_deeply { %$sent, code => '', code_verifier => '' },
        { code => '', code_verifier => '', grant_type => 'authorization_code', redirect_uri => $httpd->url("/auth/callback/$id"), %fields }, '... with what';
    is !!$sent->{code_verifier}, !!$query->{code_challenge}, '... and the verifier of what was asked';
    is $token->{headers}{authorization}, $authorization, '... as whom';
    is $token->{headers}{'content-type'}, $p->{type} // $form, '... in a form';

    my ($asks, %headers) = @{ $p->{asks} };
    is "$asked->{method} $asked->{headers}{host}$asked->{url}", $asks, '... where the profile is asked for';
    is_deeply { map { $_ => $asked->{headers}{$_} } keys %headers }, \%headers, '... with what headers';
    is $asked->{body}, $p->{body} // '', '... and what body';
    is_deeply \@more, [], '... and nothing else';

    my $session = $browser->session;
    is_deeply [$session->{account}, @{ $session->{user} }{qw(name email image)}], $p->{user}, '... and who that is' or diag $JSON->encode($session);
}

# --- a refresh is asked for as a token is ---------------------------------------------------------------

my %expiring = (token => { expires_in => 5, refresh_token => 'the-refresh-token' });
for my $id (grep { $provider{$_}{user} && !$provider{$_}{answer} } sort keys %provider) {
    my $p = $provider{$id};
    my ($browser) = sign_in($id, { %$p, token => { %{ $p->{token} // {} }, %{ $expiring{token} } } });
    $httpd->site->json($api->url('/__log'));
    is $browser->session->{account}, $p->{user}[0], '... and its token is renewed';
    my ($token, @more) = @{ $httpd->site->json($api->url('/__log')) };
    my ($at, %fields) = @{ $p->{at} };
    my $authorization = delete $fields{authorization};
    is "$token->{method} $token->{headers}{host}$token->{url}", "POST $at", '... where it was asked for';
    is_deeply(URI->new('?' . $token->{body})->query_form_hash, { grant_type => 'refresh_token', refresh_token => 'the-refresh-token', %fields }, '... with what');
    is_deeply [@{ $token->{headers} }{qw(authorization content-type)}], [$authorization, $p->{type} // $form], '... as whom, in a form';
    is_deeply \@more, [], '... once';
}

# --- what stands where in their answers ---------------------------------------------------------------

my $cdn = 'https://cdn.discordapp.com';
for ([{ avatar => 'a_1269e74a' }, "$cdn/avatars/175928847299117063/a_1269e74a.gif"], [{ avatar => '8342729096ea3675' }, "$cdn/avatars/175928847299117063/8342729096ea3675.png"],
    [{ avatar => undef, discriminator => '0' }, "$cdn/embed/avatars/" . ((175928847299117063 >> 22) % 6) . '.png'],
    [{ avatar => undef, discriminator => '1337' }, "$cdn/embed/avatars/2.png"], [{ avatar => undef }, undef], [{ avatar => undef, discriminator => 'x' }, undef])
{
    my ($browser) = sign_in('discord', { says => { id => '175928847299117063', username => 'ada', %{ $_->[0] } } });
    is $browser->session->{user}{image}, $_->[1], '... the image by ' . $JSON->encode($_->[0]);
}
my @emails = ({ email => 'first@example.test', verified => $true }, { email => 'Second@example.test', verified => $true, primary => $true });
for ([[@emails], 'second@example.test'], [[$emails[0], { %{ $emails[1] }, verified => $false }], undef], [[$emails[0]], undef], [[], undef], [undef, undef]) {
    my ($browser) = sign_in('eventbrite', { says => { id => '1', name => 'Ada', emails => $_->[0] } });
    is $browser->session->{user}{email}, $_->[1], '... the address of ' . $JSON->encode($_->[0]);
}
my ($browser) = sign_in('wechat', { %{ $provider{wechat} }, says => { openid => 'o-1', nickname => 'Ada' } });
is $browser->session->{account}, 'o-1', '... by its openid, where there is no unionid';
($browser) = sign_in('bungie', { %{ $provider{bungie} }, says => { ErrorCode => 1, Response => { bungieNetUser => { membershipId => '1', profilePicturePath => 'img/a.jpg' } } } });
is $browser->session->{user}{image}, 'https://www.bungie.net/img/a.jpg', '... a path without a slash';
($browser) = sign_in('instagram', { %{ $provider{instagram} }, answer => { access_token => 'the-access-token', user_id => 17841405793187218 },
    says => { data => [{ user_id => '17841405793187218', username => 'ada' }] } });
is $browser->session->{account}, '17841405793187218', '... an answer as the vendor documents it';

done_testing;
