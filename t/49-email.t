# Whose e-mail address is it: verification is data, for every provider of the catalogue, and
# an address that nobody vouches for decides nothing. A profile's members are of their types.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use MIME::Base64 'encode_base64url';
use URI;
use URI::QueryParam;

expect_error(qr/AuthJS: CallbackRouteError: (?:the id_token|userinfo): /, 'claims of the wrong type, and a list that cannot be had');
expect_error(qr/AH0163[01]: /, 'what an address that counts for nothing opens nothing of');
my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;
my ($false, $true) = (JSON::PP::false, JSON::PP::true);
my $catalogue = $JSON->decode(AuthJSTest::Env::read_file(srcdir() . '/lib/catalogue/definitions/providers.json'));
my $claims = peer('claims');
my $peer = $claims->url('');
my $users = AuthJSTest::Env::write_file(root() . '/conf/users-49', "x:x\n");

# Every provider of the catalogue, at our server; Apple's answers come by POST (44-apple.t).
my @ids = grep { $catalogue->{$_}{type} =~ /^o/ && $_ ne 'apple' } sort keys %$catalogue;
my %option = (netsuite => 'AuthJSOption accountID=1', line => 'AuthJSIDTokenAlg RS256',
    (map { $_ => "AuthJSIssuer $peer" } qw(boxyhq-saml mastodon mattermost nextcloud osso workos)),
    bungie => 'AuthJSOption apiKey=1', hubspot => "AuthJSUserinfo $peer/userinfo/{token.access_token}",
    github => "AuthJSOption baseUrl=$peer apiBaseUrl=$peer");
my $client = "AuthJSClientID client\nAuthJSClientSecret client-secret-0123456789abcdefghijklmnopqrstuvwxyz\n";
my $endpoints = "AuthJSAuthorization $peer/authorize\nAuthJSToken $peer/token\nAuthJSUserinfo $peer/userinfo\n";
sub section {
    my ($name, $lines, $is_oidc) = @_;
    return "<AuthJSProvider $name>\n$client" . ($is_oidc ? "AuthJSIssuer $peer\n" : $endpoints) . "$lines\n</AuthJSProvider>\n";
}
my $all = join '', map { section($_, $option{$_} // '', $catalogue->{$_}{type} eq 'oidc') } @ids;
my $definitions = AuthJSTest::Env::write_file(root() . '/conf/providers-49.json', $JSON->encode({
    sure => { type => 'oauth', emailVerified => 'always' },
    unsure => { type => 'oauth' },
    told => { type => 'oauth', emailVerified => '/mail/ok and date(/mail/since)' },
    kept => { type => 'oidc', emailVerified => 'never' },
    listed => { type => 'oauth', emailVerified => '/email_verified', userinfo => { emails_url => "$peer/emails" } },
}));
my $own = "AuthJSProviderFile $definitions\n" . join '', map { section(@$_) } ['sure', ''], ['unsure', ''], ['told', ''],
    ['kept', '', 1], ['listed', ''],
    ['plain oauth', ''], ['plain-path oauth', 'AuthJSProfile emailVerified=/is_ok'],
    ['plain-always oauth', 'AuthJSProfile emailVerified=always'],
    ['generic oidc', '', 1], ['other-mail oidc', 'AuthJSProfile email=/contact', 1],
    ['same-mail oidc', 'AuthJSProfile email=/email', 1],
    ['other-told oidc', 'AuthJSProfile email=/contact emailVerified=/contact_ok', 1],
    ['mapped oidc', 'AuthJSProfile email_verified=/second_opinion', 1];
my $env_cgi = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | sort\n";
my @places = qw(mail claim expr session authorized);

my $script = AuthJSTest::Env::write_file(root() . '/conf/email-49.lua', <<'EOT');
function signIn(params)
    authjs.log("info", "signIn " .. authjs.json({ params.user, params.profile }))
    return true
end
function authorized(params)
    local user = params.auth ~= authjs.null and params.auth.user
    authjs.log("info", "authorized " .. authjs.json(user))
    return user and user.email ~= nil
end
EOT
my $common = <<"EOT";
AuthJSSessionRealm test49
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<Location /p49>
    AuthType AuthJS
    Require valid-user
</Location>
<Location /p49/mail>
    Require authjs-email *
</Location>
<Location /p49/claim>
    Require authjs-claim email =~ .
</Location>
<Location /p49/expr>
    Require expr "%{AUTHJS:email} =~ /./ || %{AUTHJS:token.email} =~ /./"
</Location>
<Location /p49/session>
    Require expr "%{AUTHJS:session.user.email} =~ /./"
</Location>
<Location /p49/authorized>
    AuthJSCallback authorized lua:$script
</Location>
<Directory "\@root\@/htdocs/p49">
    Options +ExecCGI
    AddHandler cgi-script .cgi
</Directory>
EOT
# An httpd with these lines, and the pages that it protects.
sub server {
    my $httpd = httpd(conf => "@_");
    my $dir = $httpd->root . '/htdocs/p49';
    AuthJSTest::Env::write_file("$dir/env.cgi", $env_cgi, 0755);
    AuthJSTest::Env::write_file("$dir/$_/x.html", 'inside') for @places;
    return $httpd;
}
my $httpd = server($common, $all, $own);

# A sign-in whose provider says %$said: the browser, and where it ended.
sub sign_in {
    my ($httpd, $id, $said, %more) = @_;
    my $browser = $httpd->browser;
    my $query = URI->new(location($browser->sign_in($id, [callbackUrl => '/after'])))->query_form_hash;
    my $userinfo = ($catalogue->{$id} // {})->{userinfo};
    my $answer = $said;
    put($answer = {}, $userinfo->{result}, $said) if ref $userinfo && $userinfo->{result};
    # What WeChat, Nextcloud and VK say with the token.
    my $token = { openid => 'openid', user_id => 17, defined $said->{email} && !ref $said->{email} ? (email => $said->{email}) : () };
    my $code = encode_base64url($JSON->encode({ %more, token => $token, claims => { ($query->{nonce} ? (nonce => $query->{nonce}) : ()), %$answer } }));
    my $callback = URI->new("/auth/callback/$id");
    $callback->query_form(code => $code, state => $query->{state});
    my $response = $browser->get("$callback");
    return ($browser, location($response));
}

# 1: the address counts; 0: it is nowhere; undef: nobody is signed in.
sub counts {
    my ($httpd, $id, $said, %more) = @_;
    my ($browser, $end) = sign_in($httpd, $id, $said, %more);
    return undef if $end ne $httpd->url('/after');
    my $token = decode($browser->cookie('authjs.session-token'));
    return 1 if defined $token->{email} && !exists $token->{email_verified};
    return !exists $token->{email} && defined $token->{email_verified} && !$token->{email_verified} ? 0 : 'neither';
}

sub put {
    my ($object, $path, $value) = @_;
    my @steps = split m{/}, $path =~ s{^/}{}r;
    my $last = pop @steps;
    for my $i (0 .. $#steps) {
        my $next = $steps[ $i + 1 ] // $last;
        my ($mark) = $steps[$i] =~ /^\[(\w+)\]$/;    # the element that is marked so
        my $place = ref $object eq 'ARRAY' ? \$object->[ $mark ? 0 : $steps[$i] ] : \$object->{ $steps[$i] };
        $$place //= $next =~ /^(?:\d+$|\[)/ ? [] : {};
        $object = $$place;
        $object->{$mark} = $true if $mark;
    }
    ref $object eq 'ARRAY' ? ($object->[$last] = $value) : ($object->{$last} = $value);
}

# What a provider of the catalogue says of somebody with an address.
sub profile_of {
    my ($entry, $address) = @_;
    my $profile = { sub => 'subject' };
    my $mapping = $entry->{profile} // { id => '/sub', email => '/email' };
    put($profile, $1, 17) if $mapping->{id} =~ m{(/\w[\w/]*)};
    put($profile, $1, $address) if ($mapping->{email} // '') =~ m{^(/\w[\w/\[\]]*)};
    put($profile, '/sub', 'subject') if $entry->{type} eq 'oidc';
    return $profile;
}

my @yes = ($true, 'true', 1, '1');
my @no = ($false, 0, '0', 'false', 'False', 'FALSE', 'no', 'No', 'off', '', undef, {}, [], [$true], { verified => $true },
    'True', 'TRUE', 'yes', 2, -1, 1.5, ' true', "true\0", 'unverified');
my @dates = ('2012-05-23T09:05:22.000Z', '2024-01-31T23:59:59+09:00');
my @no_dates = ($true, 'true', 1, '1', '2012', 'yes', '0001-01-01T00:00:00Z', 'now', undef, '', 1700000000, {}, [], ['2012-05-23T09:05:22Z']);

# --- the catalogue ------------------------------------------------------------------------------------

for my $id (sort keys %$catalogue) {
    my $entry = $catalogue->{$id};
    next if $entry->{type} !~ /^o/;
    ok defined $entry->{emailVerified}, "$id says whether it vouches for e-mail addresses";
    ok $entry->{emailVerified} ne 'always' || $entry->{emailVerifiedSource}, '... and always only where it is documented';
}
for my $id (@ids) {
    my $entry = $catalogue->{$id};
    my $rule = $entry->{emailVerified};
    next unless ($entry->{profile} // { email => 1 })->{email};
    my $said = sub {
        my ($value, $only) = @_;
        my $profile = profile_of($entry, 'Jane@Example.com');
        put($profile, $_, $value) for grep { !defined $only || $_ eq $only } $rule =~ m{(/[\w/\[\]]+)}g;
        return $profile;
    };
    my %emails = $id eq 'github' ? (emails => [{ email => 'jane@example.com', verified => $true }]) : ();
    if ($rule eq 'never') {
        is counts($httpd, $id, { %{ profile_of($entry, 'jane@example.com') }, email_verified => $true, verified => $true }), 0,
            "$id: never";
        next;
    }
    is counts($httpd, $id, profile_of($entry, 'jane@example.com')), 0, "$id: without what it says";
    next if $id eq 'github';
    my $is_date = $rule =~ /date/;
    is counts($httpd, $id, $said->($_)), 1, "$id: $rule " . $JSON->encode($_) for $is_date ? @dates : @yes[0, 2];
    is counts($httpd, $id, $said->($_)), 0, "$id: not $rule " . $JSON->encode($_) for $is_date ? @no_dates[0, 5] : @no[0, 1, 4];
    my @paths = $rule =~ m{(/[\w/\[\]]+)}g;
    next if @paths == 1;
    is counts($httpd, $id, $said->($true, $_)), 0, "$id: $_ alone is not enough" for @paths;
}

# --- what is affirmative --------------------------------------------------------------------------------

for my $id (qw(generic discord plain-path)) {
    my $name = { generic => 'email_verified', discord => 'verified', 'plain-path' => 'is_ok' }->{$id};
    is counts($httpd, $id, { id => 'x', email => 'jane@example.com', $name => $_ }), 1, "$id: " . $JSON->encode($_) for @yes;
    is counts($httpd, $id, { id => 'x', email => 'jane@example.com', $name => $_ }), 0, "$id: not " . $JSON->encode($_) for @no;
}
is counts($httpd, 'gitlab', { id => 1, email => 'jane@example.com', confirmed_at => $_ }), 1, 'a date: ' . $JSON->encode($_) for @dates;
is counts($httpd, 'gitlab', { id => 1, email => 'jane@example.com', confirmed_at => $_ }), 0, 'no date: ' . $JSON->encode($_) for @no_dates;

# --- what a site can say ----------------------------------------------------------------------------------

my %mail = (id => 'x', email => 'jane@example.com');
for (['sure', {}, 1], ['sure', { email_verified => $false }, 1], ['unsure', { email_verified => $true, verified => $true }, 0],
    ['plain', { email_verified => $true }, 0], ['plain-always', {}, 1], ['kept', { email_verified => $true }, 0],
    ['told', { mail => { ok => $true, since => $dates[0] } }, 1], ['told', { mail => { ok => $true } }, 0],
    ['told', { mail => { ok => $false, since => $dates[0] } }, 0], ['told', { mail => 'x' }, 0],
    ['generic', {}, 0], ['same-mail', { email_verified => $true }, 1],
    ['other-mail', { contact => 'boss@example.com', email_verified => $true }, 0],
    ['other-told', { contact => 'boss@example.com', email_verified => $true }, 0],
    ['other-told', { contact => 'boss@example.com', contact_ok => $true }, 1],
    ['mapped', { email_verified => $true, second_opinion => $false }, 0],
    ['mapped', { email_verified => $true, second_opinion => $true }, 1], ['mapped', { email_verified => $true }, 1])
{
    my ($id, $said, $counts) = @$_;
    is counts($httpd, $id, { %mail, %$said }), $counts, "$id: " . $JSON->encode($said);
}
for (['/me', {}, qr/a path such as/], ['me', {}, qr/emailVerified: write always, never, or a path/], ['date(/x', {}, qr/date\( is not closed/],
    ['/a or /b', {}, qr/" and " between them/], ['/a and ', {}, qr/emailVerified: write/], ['Always', {}, qr/emailVerified: write/], ['', {}, qr/./])
{
    next if $_->[0] eq '/me';
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\n" . section('plain oauth', qq(AuthJSProfile "emailVerified=$_->[0]")));
    isnt $status, 0, "AuthJSProfile emailVerified=$_->[0] is refused";
    like $output, $_->[2], '... and why';
}
for (['{"a":{"type":"oauth","emailVerified":true}}', qr/: a\.emailVerified must be a string/],
    ['{"a":{"type":"oauth","emailVerified":"verified"}}', qr/emailVerified: write always, never, or a path/],
    ['{"a":{"type":"oauth","profile":{"id":"/id","emailVerified":"/v"}}}', qr/profile has no member emailVerified; write it beside profile/])
{
    my $file = AuthJSTest::Env::write_file(root() . '/conf/bad-49.json', $_->[0]);
    my ($status, $output) = configtest("AuthJSProviderFile $file\n");
    isnt $status, 0, "$_->[0] is refused";
    like $output, $_->[1], '... and why';
}

# --- addresses that stand apart ------------------------------------------------------------------------------

my @both = ({ email => 'second@example.com', verified => $true }, { email => 'JANE@example.com', verified => $false, primary => $true });
for my $id (qw(github listed)) {
    my @id = (id => 7);
    is counts($httpd, $id, { @id, email => 'jane@example.com' }, emails => [{ email => 'Jane@example.com', verified => $true }]), 1,
        "$id: a public address that the list calls verified";
    is counts($httpd, $id, { @id, email => 'jane@example.com' }, emails => \@both), 0, "$id: one that it calls unverified";
    is counts($httpd, $id, { @id, email => 'jane@example.com' }, emails => [$both[0]]), 0, "$id: one that it does not have";
    is counts($httpd, $id, { @id, email => 'jane@example.com', email_verified => $true }, emails => []), 0, "$id: what the profile says besides is nothing";
    is counts($httpd, $id, { @id, email => 'jane@example.com', email_verified => $true }, status => 403), 0, "$id: a list that cannot be had";
    is counts($httpd, $id, { @id, email => undef }, emails => [$both[0], { %{ $both[1] }, verified => $true }]), 1, "$id: the primary one";
    is counts($httpd, $id, { @id, email => undef }, emails => \@both), 0, "$id: the primary one, unverified";
    is counts($httpd, $id, { @id, email => undef }, status => 403), undef, "$id: no address, and no list";
    is counts($httpd, $id, { @id, email => ['jane@example.com'] }, emails => [$both[0]]), undef, "$id: an address that is no text";
}

# --- where it is not ---------------------------------------------------------------------------------------------

sub env_of { +{ map { /^(\w+)=(.*)/ ? ($1 => $2) : () } split /\n/, $_[0]->get('/p49/env.cgi')->decoded_content } }

for my $id (qw(discord generic spotify)) {
    my %said = (id => 'x', email => 'jane@example.com', verified => $false, email_verified => $false, display_name => 'J', global_name => 'J');
    my ($browser) = sign_in($httpd, $id, \%said);
    my $env = env_of($browser);
    like $env->{REMOTE_USER}, qr/^[0-9a-f]{8}-/, "$id: an unverified address is not REMOTE_USER";
    is_deeply [grep { ($env->{$_} // '') =~ /jane/ && !/COOKIE/ } sort keys %$env], [], '... nor in any variable';
    is $browser->get("/p49/$_/x.html")->code, 403, "... nor anything to /p49/$_" for @places;
    unlike $JSON->encode($browser->session), qr/jane/, '... nor in the session';
    my ($verified) = sign_in($httpd, 'sure', \%said);
    is env_of($verified)->{REMOTE_USER}, 'jane@example.com', 'a verified one is';
    is $verified->get("/p49/$_/x.html")->code, 200, "... and counts for /p49/$_" for @places;
}

# A token says it of itself: made by Auth.js, or before.
for my $flag ($false, 'false', 'False', 0, '0', 'no', undef, '', {}, []) {
    my $token = mint({ sub => 'id-7', name => 'Jane', email => 'jane@example.com', email_verified => $flag, provider => 'sure' });
    my @cookie = (Cookie => "authjs.session-token=$token");
    my $site = $httpd->site;
    my $text = $JSON->encode($flag);
    is $site->get("/p49/$_/x.html", @cookie)->code, 403, "a token with email_verified $text: /p49/$_" for @places;
    like $site->get('/p49/env.cgi', @cookie)->decoded_content, qr/^REMOTE_USER=id-7$/m, '... and REMOTE_USER';
    my $fresh = decode(set_cookie($site->get('/auth/session', @cookie), 'authjs.session-token')->{value});
    ok exists $fresh->{email_verified} && ref $fresh->{email_verified} ? !$fresh->{email_verified} || ref $flag : !$fresh->{email_verified} || $flag,
        '... and it stays so';
}
for my $flag (@yes) {
    my $token = mint({ sub => 'id-7', email => 'jane@example.com', email_verified => $flag, provider => 'sure' });
    is $httpd->site->get('/p49/mail/x.html', Cookie => "authjs.session-token=$token")->code, 200, 'a token with ' . $JSON->encode($flag);
}

# --- callbacks, and what is stored --------------------------------------------------------------------------------

my $memory = server(<<"EOT", $common, section('discord', 'AuthJSAllowDangerousEmailAccountLinking On'), section('owner oauth', 'AuthJSProfile emailVerified=always'));
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
AuthJSAdapter memory \@root\@/var/memory.json
AuthJSCallback signIn lua:$script
EOT
my %jane = (email => 'jane@example.com', verified => $false);
my ($owner) = sign_in($memory, 'owner', { id => 'owner', name => 'Owner', %jane });
is $owner->session->{user}{email}, 'jane@example.com', 'the owner of an address';
my ($other, $end) = sign_in($memory, 'discord', { id => 'other', username => 'Other', %jane });
is $end, $memory->url('/after'), 'somebody who says to have it signs in';
is_deeply $other->session->{user}, { name => 'Other', email => undef, image => undef }, 'as somebody else, without it';
isnt env_of($other)->{REMOTE_USER}, env_of($owner)->{REMOTE_USER}, '... and is another';
my ($told) = $memory->error_log =~ /signIn (\[\{.*"Other".*\])/;
my ($user, $profile) = @{ $JSON->decode($told // '[]') };
ok !exists $user->{email} && exists $user->{email_verified} && !$user->{email_verified},
    'the callback signIn is told that the address is not verified' or diag $told;
is_deeply [@$profile{qw(email verified)}], ['jane@example.com', $false], '... and finds it in the profile alone';

# --- the types of a profile's members ---------------------------------------------------------------------------------

my %wrong = (object => { a => 1 }, array => ['jane@example.com'], true => $true, false => $false, number => 5, fraction => 1.5, NUL => "a\0b");
my %of = (id => ['/id', '/sub'], name => ['/name', '/name'], email => ['/email', '/email'], image => ['/picture', '/picture']);
for my $member (sort keys %of) {
    for my $kind (sort keys %wrong) {
        for my $id ('plain-always', 'generic') {
            my ($path) = $of{$member}[ $id eq 'generic' ] =~ m{/(.*)};
            my $at = length $httpd->error_log;
            my ($browser, $end) = sign_in($httpd, $id, { %mail, email_verified => $true, $path => $wrong{$kind} });
            if ($member eq 'id' && $id eq 'plain-always' && $kind =~ /number|fraction/) {
                is $end, $httpd->url('/after'), "$id: an id that is a $kind";
                next;
            }
            if ($member =~ /^(?:name|image)$/) {    # nothing rests on them
                is $end, $httpd->url('/after'), "$id: $member is of type $kind";
                like substr($httpd->error_log, $at), qr/provider $id: the profile's $member: it is (?:an? \w+|text with a NUL), not text: it is taken for absent/,
                    '... and the log says that it is left out';
                is $browser->session->{user}{$member}, undef, '... as it is';
                next;
            }
            is $end, $httpd->url('/auth/error?error=Configuration'), "$id: $member is of type $kind";
            like substr($httpd->error_log, $at), qr/the profile's $member: it is (?:an? \w+|text with a NUL), not text|id_token/,
                '... and the log names it';
        }
    }
    next if $member eq 'id';
    my (undef, $end) = sign_in($httpd, 'plain-always', { %mail, $of{$member}[0] =~ s{/}{}r => undef });
    is $end, $httpd->url('/after'), "$member may be null";
}
for (['42-school', { id => [1] }], ['42-school', { id => $true }], ['42-school', { id => {} }]) {
    my ($id, $said) = @$_;
    my (undef, $end) = sign_in($httpd, $id, { id => 1, %$said });
    is $end, $httpd->url('/auth/error?error=Configuration'), "$id: " . $JSON->encode($said);
}
for (['facebook', { picture => { data => { url => [] } } }, 'image'], ['strava', { firstname => {}, lastname => 'x' }, 'name'],
    ['spotify', { images => [{ url => 5 }] }, 'image'])
{
    my ($id, $said, $member) = @$_;
    my ($browser, $end) = sign_in($httpd, $id, { id => 1, %$said });
    is $end, $httpd->url('/after'), "$id: " . $JSON->encode($said);
    is $browser->session->{user}{$member}, undef, "... without $member";
}

done_testing;
