# Sessions that are rows of a database: made, read, extended, ended; and what a visitor gets
# while the database is away.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::Database;
use AuthJSTest::Env;
use HTTP::Date qw(str2time);
use JSON::PP ();

my $COOKIE = 'authjs.session-token';
my ($MONTH, $DAY) = (30 * 86400, 86400);
my $UUID = qr/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

my $conf = protected('/in') . <<'EOT';
AuthJSSessionRealm test14
<AuthJSProvider staff credentials>
    AuthJSAuthnProvider file
    AuthUserFile "@root@/conf/staff"
</AuthJSProvider>
<AuthJSProvider guests credentials>
    AuthJSAuthnProvider file
    AuthUserFile "@root@/conf/staff"
</AuthJSProvider>
AuthJSProvider google
<Location "/in/sub">
    AuthJSRemoteUser sub
</Location>
<Location "/in/bearer">
    AuthJSBearer On
</Location>
<Location "/in/staff">
    AuthJSProviders staff
</Location>
<Location "/in/github">
    AuthJSProviders github
</Location>
<Location "/in/require">
    <RequireAll>
        Require authjs-provider staff
        Require authjs-email jane*@*
        Require authjs-claim name = Jane
        Require expr "%{AUTHJS:sub} != ''"
    </RequireAll>
</Location>
<Location "/in/both">
    AuthJSPass both
</Location>
<Location "/in/signin">
    AuthJSUnauthorized signin
</Location>
<Location "/in/401">
    AuthJSUnauthorized 401
</Location>
<Location "/in/403">
    AuthJSUnauthorized 403
</Location>
<Location "/in/pass">
    AuthJSUnauthorized pass
</Location>
<Location "/in/expr">
    Require expr "%{AUTHJS:email} == 'jane@example.com'"
</Location>
<Location "/in/not">
    <RequireAll>
        Require all granted
        Require not expr "%{AUTHJS:email} == 'eve@example.com'"
    </RequireAll>
</Location>
<Location "/in/open">
    Require all granted
</Location>
<Location "/in/address">
    <RequireAny>
        Require ip 127.0.0.1
        Require valid-user
    </RequireAny>
</Location>
<Location "/if">
    <If "%{AUTHJS:email} == ''">
        Header always set X-Visitor nobody
    </If>
</Location>
EOT
my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
    . "env | grep -E '^(AUTHJS_|REMOTE_USER|AUTH_TYPE|HTTP_X_AUTHJS)' | sort\n";

# Without a cache everything is seen at once; with one, what the cache is for.
my $plain = server("AuthJSCache none\n");
my $cached = server('');

sub server {
    my ($more, %option) = @_;
    my $adapter = adapter(kind => 'memory', conf => $more . $conf, env => {
        AUTH_GOOGLE_ID => 'id', AUTH_GOOGLE_SECRET => secret('client_secret') }, %option);
    my $root = $adapter->httpd->root;
    AuthJSTest::Env::write_file("$root/conf/staff", 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
    for my $dir ('', qw(sub bearer staff github require both signin 401 403 pass expr not open address)) {
        AuthJSTest::Env::write_file("$root/htdocs/in/$dir/who.cgi", $who, 0755);
    }
    AuthJSTest::Env::write_file("$root/htdocs/in/dir/index.html", 'inside');
    AuthJSTest::Env::write_file("$root/htdocs/if/who.cgi", $who, 0755);
    return $adapter;
}

# A user with an account and a session, past sign-in.
my $serial = 0;
sub session_of {
    my ($adapter, %with) = @_;
    my $n = ++$serial;
    my $user = $adapter->createUser({ name => 'Jane', email => "jane$n\@example.com",
        image => 'https://example.com/jane.png', %{ $with{user} || {} } });
    $adapter->linkAccount({ userId => $user->{id}, type => 'oauth', provider => 'github',
        providerAccountId => "gh$n" }) unless $with{unlinked};
    my $token = $with{token} // sprintf '%s%08x-0000-4000-8000-%012x', $with{provider} // 'staff.AAAAAAAA.test14.', $n, $$;
    $adapter->createSession({ sessionToken => $token, userId => $user->{id},
        expires => iso(time + ($with{expires} // $MONTH), $with{ms}) });
    return { user => $user, token => $token, cookie => "$COOKIE=$token" };
}

sub rewrite_rows {
    my ($adapter, $change) = @_;
    my $file = $adapter->httpd->root . '/var/authjs.json';
    my $data = JSON::PP->new->utf8->decode(AuthJSTest::Env::read_file($file));
    $change->($data);
    open my $out, '>', $file or die "$file: $!";
    print $out JSON::PP->new->utf8->encode($data);
    close $out;
}

sub row { my ($adapter, $token) = @_; $adapter->stored(sessions => sessionToken => $token) }
sub page { my ($adapter, $cookie, $path, @h) = @_; $adapter->httpd->site->get($path // '/in/who.cgi', Cookie => $cookie, @h) }
sub session { my ($adapter, $cookie) = @_; $adapter->httpd->site->get('/auth/session', Cookie => $cookie) }
sub session_cookies { grep { $_->{name} =~ /^\Q$COOKIE\E/ } set_cookies($_[0]) }
sub environment { map { split /=/, $_, 2 } split /\n/, $_[0]->content }

# --- sign-in makes a row -----------------------------------------------------------------

for my $adapter ($plain, $cached) {
    my $browser = $adapter->httpd->browser;
    my $r = $browser->credentials('staff', [username => 'jane', password => secret('password')]);
    my ($cookie) = session_cookies($r);
    like $cookie->{value}, qr/\Astaff\.[\w-]{8}\.test14\.~\d{10}\.$UUID\z/, 'the cookie is the token itself';
    is_deeply [map { $cookie->{$_} } qw(httponly samesite path secure domain max-age)],
        [1, 'Lax', '/', undef, undef, undef], 'HttpOnly, Lax, Path=/';
    ok abs(str2time($cookie->{expires}) - time - $MONTH) < 5, 'as long as the row';
    my $row = row($adapter, $cookie->{value});
    ok abs(str2time($row->{expires}) - time - $MONTH) < 5, 'which lasts for maxAge';
    my $user = $adapter->getUser($row->{userId});
    is $user->{name}, 'jane', 'and is hers';
    my %env = environment($browser->get('/in/who.cgi'));
    is_deeply [@env{qw(AUTHJS_USER_ID AUTHJS_PROVIDER AUTH_TYPE)}], [$user->{id}, 'staff', 'AuthJS'],
        'the application knows her';

    my $old = $cookie->{value};
    $r = $browser->credentials('guests', [username => 'jane', password => secret('password')]);
    my ($new) = session_cookies($r);
    like $new->{value}, qr/\Aguests\.[\w-]{8}\.test14\.~\d{10}\.$UUID\z/, 'another sign-in, another token';
    is row($adapter, $old), undef, 'and the old row is gone';
    is $adapter->httpd->site->get('/in/who.cgi', Cookie => "$COOKIE=$old", Accept => 'text/html')->code,
        302, 'so nobody who kept its token is in';

    $r = $browser->sign_out;
    is row($adapter, $new->{value}), undef, 'sign-out deletes the row';
    is_deeply [map { [@$_{qw(name value max-age)}] } session_cookies($r)], [[$COOKIE, '', 0]], 'and the cookie';
    is page($adapter, "$COOKIE=$new->{value}")->code, 401, 'that is the end of it';
}

# --- the session as the application sees it ----------------------------------------------

for my $adapter ($plain, $cached) {
    for my $pass ('cold', 'warm') {
        my $jane = $adapter->{jane} ||= session_of($adapter, ms => 123);
        my ($id, $email) = @{ $jane->{user} }{qw(id email)};
        my $expires = row($adapter, $jane->{token})->{expires};
        my %env = environment(page($adapter, $jane->{cookie}));
        is_deeply \%env, { AUTH_TYPE => 'AuthJS', REMOTE_USER => $email, AUTHJS_USER_ID => $id,
            AUTHJS_USER_NAME => 'Jane', AUTHJS_USER_EMAIL => $email,
            AUTHJS_USER_IMAGE => 'https://example.com/jane.png', AUTHJS_PROVIDER => 'staff',
            AUTHJS_EXPIRES => $expires,
            AUTHJS_SESSION => qq({"user":{"name":"Jane","email":"$email",)
                . qq("image":"https://example.com/jane.png"},"expires":"$expires"}) }, "$pass: the environment";
        like $expires, qr/\.123Z$/, 'with the milliseconds of the row';
        %env = environment(page($adapter, $jane->{cookie}, '/in/both/who.cgi'));
        is $env{HTTP_X_AUTHJS_USER_ID}, $id, 'headers';
        %env = environment(page($adapter, $jane->{cookie}, '/in/sub/who.cgi'));
        is $env{REMOTE_USER}, $id, 'AuthJSRemoteUser';
        is page($adapter, $jane->{cookie}, '/in/require/who.cgi')->code, 200, 'Require';
        is page($adapter, $jane->{cookie}, '/in/expr/who.cgi')->code, 403, 'Require expr, another e-mail';
        is page($adapter, $jane->{cookie}, '/in/staff/who.cgi')->code, 200, 'AuthJSProviders, hers';
        is page($adapter, $jane->{cookie}, '/in/github/who.cgi')->code, 401, 'AuthJSProviders, another';
        my $site = $adapter->httpd->site;
        my @bearer = (Authorization => "Bearer $jane->{token}");
        is $site->get('/in/bearer/who.cgi', @bearer)->code, 200, 'Bearer';
        is $site->get('/in/who.cgi', @bearer)->code, 401, 'only where it is On';
    }
}

# A token that Auth.js made names no provider.
{
    my $one = session_of($plain, provider => '');
    my %env = environment(page($plain, $one->{cookie}));
    is $env{AUTHJS_PROVIDER}, 'github', 'a bare UUID: the provider of the only account';
    is page($plain, $one->{cookie}, '/in/github/who.cgi')->code, 200, 'AuthJSProviders';
    $plain->linkAccount({ userId => $one->{user}{id}, type => 'oidc', provider => 'google', providerAccountId => 'g1' });
    %env = environment(page($plain, $one->{cookie}));
    is $env{AUTHJS_PROVIDER}, undef, 'of two accounts nobody knows';
    is page($plain, $one->{cookie}, '/in/github/who.cgi')->code, 401, 'AuthJSProviders';
    for my $token ('staff.x', 'staff.', ".$one->{token}", "github.$one->{token}x", 'github.00000000-0000-4000-8000-00000000000g') {
        my $other = session_of($plain, token => $token, unlinked => 1);
        %env = environment(page($plain, $other->{cookie}));
        is $env{AUTHJS_USER_ID}, $other->{user}{id}, "the token $token is one";
        is $env{AUTHJS_PROVIDER}, undef, 'but names no provider';
    }
    my $empty = session_of($plain, user => { name => undef, email => undef, image => undef });
    is session($plain, $empty->{cookie})->content =~ s/"expires".*//r,
        '{"user":{"name":null,"email":null,"image":null},', 'a user of whom nothing is known';
    %env = environment(page($plain, $empty->{cookie}));
    is $env{REMOTE_USER}, $empty->{user}{id}, 'but the id';
}

# --- GET session --------------------------------------------------------------------------

for my $adapter ($plain, $cached) {
    my $site = $adapter->httpd->site;
    my $r = $site->get('/auth/session');
    is $r->content, 'null', 'no cookie, no session';
    is_deeply [session_cookies($r)], [], 'and nothing to delete';

    for my $case ([29.5, 0], [29.1, 0], [28.9, 1], [1, 1]) {
        my ($days, $written) = @$case;
        my $jane = session_of($adapter, expires => int $days * $DAY);
        my $before = row($adapter, $jane->{token})->{expires};
        for my $pass ('cold', 'warm') {
            my $r = session($adapter, $jane->{cookie});
            my $shown = $site->json($r)->{expires};
            my $after = row($adapter, $jane->{token})->{expires};
            if ($written && $pass eq 'cold') {
                is $shown, $before, "$days days left: the body has the old time";
                ok abs(str2time($after) - time - $MONTH) < 5, 'the row another maxAge';
                $before = $after;
            }
            else {
                is $shown, $before, "$days days left, $pass: the time of the row";
                is $after, $before, 'nothing is written';
            }
            my ($cookie) = session_cookies($r);
            is $cookie->{value}, $jane->{token}, 'the cookie is sent again';
            ok abs(str2time($cookie->{expires}) - time - $MONTH) < 5, 'for another maxAge';
        }
    }

    my $late = session_of($adapter, expires => -1);
    $r = session($adapter, $late->{cookie});
    is $r->content, 'null', 'expired';
    is_deeply [map { [@$_{qw(name value max-age)}] } session_cookies($r)], [[$COOKIE, '', 0]], 'the cookie goes';
    is row($adapter, $late->{token}), undef, 'the row too';
    $late = session_of($adapter, expires => -1);
    is page($adapter, $late->{cookie})->code, 401, 'expired, at a page';
    is row($adapter, $late->{token}), undef, 'the row goes here too';

    my $short = session_of($adapter, expires => 2);
    my @bearer = (Authorization => "Bearer $short->{token}");
    is $site->get('/in/bearer/who.cgi', @bearer)->code, 200, 'two seconds before the end';
    select undef, undef, undef, 2.1;
    is $site->get('/in/bearer/who.cgi', @bearer)->code, 401, 'and behind it, though it was just seen';
    is row($adapter, $short->{token}), undef, 'its row goes';

    for my $unknown ('staff.00000000-0000-4000-8000-000000000000', 'x', "\xc3\xbc") {
        $r = session($adapter, "$COOKIE=$unknown");
        is $r->content, 'null', 'an unknown token';
        is_deeply [map { $_->{'max-age'} } session_cookies($r)], [0], 'is deleted';
    }
    my $jane = session_of($adapter);
    $r = session($adapter, "$COOKIE.0=" . substr($jane->{token}, 0, 10) . "; $COOKIE.1=" . substr($jane->{token}, 10));
    is $site->json($r)->{user}{name}, 'Jane', 'a token in parts is a token';
    is_deeply [map { "$_->{name} " . ($_->{'max-age'} // '') } session_cookies($r)],
        ["$COOKIE.0 0", "$COOKIE.1 0", "$COOKIE "], 'and whole from now on';

    # POST session
    my $browser = $adapter->httpd->browser;
    $browser->set_cookie_value($COOKIE, $jane->{token});
    $r = $browser->post('/auth/session', { csrfToken => $browser->csrf, data => { user => { name => 'Eve' } } });
    is $browser->json($r)->{user}{name}, 'Jane', 'POST session stores nothing';
    is_deeply [map { $_->{value} } session_cookies($r)], [$jane->{token}], 'and sends the cookie again';
    is $browser->post('/auth/session', { data => {} })->code, 400, 'without the CSRF token';
    my $nobody = $adapter->httpd->browser;
    is $nobody->post('/auth/session', { csrfToken => $nobody->csrf })->content, 'null', 'without a session';
}

# --- extended at a page -------------------------------------------------------------------

for my $adapter ($plain, $cached) {
    my $jane = session_of($adapter, expires => $MONTH - $DAY - 60);
    my $r = page($adapter, $jane->{cookie});
    is_deeply [map { $_->{value} } session_cookies($r)], [$jane->{token}], 'a day after the last time';
    ok abs(str2time(row($adapter, $jane->{token})->{expires}) - time - $MONTH) < 5, 'the row is extended';
    is_deeply [session_cookies(page($adapter, $jane->{cookie}))], [], 'once';
    $jane = session_of($adapter, expires => $MONTH - $DAY + 60);
    my $before = row($adapter, $jane->{token})->{expires};
    is_deeply [session_cookies(page($adapter, $jane->{cookie}))], [], 'earlier';
    is row($adapter, $jane->{token})->{expires}, $before, 'it is left alone';
    my $bearer = session_of($adapter, expires => $DAY);
    $before = row($adapter, $bearer->{token})->{expires};
    $adapter->httpd->site->get('/in/bearer/who.cgi', Authorization => "Bearer $bearer->{token}");
    is row($adapter, $bearer->{token})->{expires}, $before, 'a Bearer token is never extended';
}

# Of many requests at once one writes.
{
    my $db = database('sqlite');
    my $adapter = server('', kind => 'sqlite', db => $db);
    my $jane = session_of($adapter, expires => $DAY);
    $db->execute('CREATE TABLE writes (n INTEGER)');
    $db->execute('CREATE TRIGGER count_writes AFTER UPDATE ON sessions BEGIN INSERT INTO writes VALUES (1); END');
    my @codes = at_once($adapter, 20, "GET /in/who.cgi HTTP/1.0\r\nHost: localhost\r\nCookie: $jane->{cookie}\r\n\r\n");
    is_deeply \@codes, [(200) x 20], '20 requests for a session that is due';
    is $db->value('SELECT count(*) AS n FROM writes'), 1, 'one of them writes';
    ok abs(str2time(row($adapter, $jane->{token})->{expires}) - time - $MONTH) < 20, 'what it should';
}

sub at_once {
    my ($adapter, $count, $request) = @_;
    my @sockets = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', Timeout => 5,
        PeerPort => $adapter->httpd->port) || die "connect: $@" } 1 .. $count;
    syswrite $_, substr $request, 0, -1 for @sockets;
    select undef, undef, undef, 0.3;
    syswrite $_, substr $request, -1 for @sockets;
    return map { my $socket = $_; local $/; (<$socket> // '') =~ m{^HTTP/\S+ (\d+)} ? $1 : 0 } @sockets;
}

# --- hostile tokens -----------------------------------------------------------------------

{
    my $jane = session_of($plain, token => 'Case-Sensitive-Token');
    is page($plain, $jane->{cookie})->code, 200, 'a token in letters of both cases';
    my @hostile = ('%25', '_' x 36, 'case-sensitive-token', 'Case-Sensitive-Token%20', 'Case-Sensitive-Token%00',
        'Case-Sensitive-Token%0a', 'Case-Sensitive-Token%c2%85', 'Case-Sensitive-Toke_', 'Case%', "x' OR '1'='1",
        '%27%20OR%20%271%27%3D%271', '"%3bDROP TABLE sessions%3b--', "\\", "\xff\xfe", '%ff', "\xc0\xaf", '$1', '%s%s%n', 'x' x 255,
        'x' x 256, 'x' x 4096, 'x' x 7900, '{"a":1}', '..%2f..', "\xf0\x9f\x98\x80");
    my $from = length $plain->log;
    for my $token (@hostile) {
        my $shown = substr($token, 0, 30) =~ s/[^ -~]/?/gr;
        is page($plain, "$COOKIE=$token")->code, 401, "no session: $shown";
        my $r = session($plain, "$COOKIE=$token");
        is $r->content, 'null', 'and GET session says so';
        is_deeply [map { $_->{'max-age'} } session_cookies($r)], [0], 'and deletes it';
    }
    is page($plain, "$COOKIE=")->code, 401, 'an empty one';
    unlike substr($plain->log, $from), qr/:error\]/, 'none of them is an error';
    is page($plain, $jane->{cookie})->code, 200, 'the session is as it was';
}

# --- rows that are no sessions ------------------------------------------------------------

{
    my %wrong = (
        'a users row that is gone' => [302, sub { my ($d, $s, $u) = @_; @{ $d->{users} } = grep { $_ != $u } @{ $d->{users} } }],
        'expires that is no time'   => [503, sub { $_[1]{expires} = 'tomorrow' }],
        'expires in seconds'        => [503, sub { $_[1]{expires} = time + 1000 }],
        'no expires'                => [503, sub { delete $_[1]{expires} }],
        'expires without a zone'    => [503, sub { $_[1]{expires} = '2099-01-01T00:00:00.000' }],
        'a 30th of February'        => [503, sub { $_[1]{expires} = '2099-02-30T00:00:00.000Z' }],
        'a name that is a number'   => [503, sub { $_[2]{name} = 5 }],
        'an e-mail that is a list'  => [503, sub { $_[2]{email} = ['jane@example.com'] }],
        'an image that is true'     => [503, sub { $_[2]{image} = JSON::PP::true }],
        'a name with NUL in it'     => [200, sub { $_[2]{name} = "Jane\0" }],
        'a name of a megabyte'      => [200, sub { $_[2]{name} = 'x' x 1_000_000 }],
        'a name in another script'  => [200, sub { $_[2]{name} = "\x{7530}\x{4e2d}\x{1f600}" }],
    );
    for my $name (sort keys %wrong) {
        my ($code, $change) = @{ $wrong{$name} };
        my $jane = session_of($plain);
        my $from = length $plain->log;
        rewrite_rows($plain, sub {
            my ($data) = @_;
            my ($s) = grep { $_->{sessionToken} eq $jane->{token} } @{ $data->{sessions} };
            my ($u) = grep { $_->{id} eq $jane->{user}{id} } @{ $data->{users} };
            $change->($data, $s, $u);
        });
        # Bearer: a page that is not sent an environment of a megabyte.
        my $r = $plain->httpd->site->get('/in/nothing', Cookie => $jane->{cookie}, Accept => 'text/html');
        is $r->code, $code == 200 ? 404 : $code, $name;
        my $log = substr $plain->log, $from;
        if ($code == 503) {
            like $log, qr/:error\].*AuthJS: AdapterError: \S+: failed: the row is no session: /, 'and the log says why';
            is session($plain, $jane->{cookie})->content, 'null', 'GET session: null';
            is_deeply [session_cookies(session($plain, $jane->{cookie}))], [], 'the cookie stays';
        }
        else { unlike $log, qr/:error\]/, 'no error' }
    }
}

# --- away ---------------------------------------------------------------------------------

sub set_away {
    my ($adapter, $away) = @_;
    my $file = $adapter->httpd->root . '/var/authjs.json.away';
    $away ? AuthJSTest::Env::write_file($file, '') : unlink $file;
}

my @html = (Accept => 'text/html', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document');
my @xhr = (Accept => 'application/json', 'X-Requested-With' => 'XMLHttpRequest');
for my $adapter ($plain, $cached) {
    my $jane = session_of($adapter);
    set_away($adapter, 1);
    for my $path (map { "/in/$_" } 'who.cgi', map { "$_/who.cgi" } qw(sub bearer staff require both signin 401 403 pass expr not)) {
        for my $headers (\@html, \@xhr, []) {
            my $r = page($adapter, $jane->{cookie}, $path, @$headers);
            is $r->code, 503, "$path: 503";
            is $r->header('Retry-After'), 10, 'Retry-After';
            like $r->header('Cache-Control'), qr/no-store/, 'in no cache';
            is_deeply [set_cookies($r)], [], 'no cookie is touched';
            is location($r), undef, 'nobody is sent to sign in';
        }
    }
    my $index = page($adapter, $jane->{cookie}, '/in/dir/', @html);
    is_deeply [$index->code, $index->header('Retry-After'), location($index)], [503, 10, undef], 'a directory with an index';
    my $r = $adapter->httpd->site->get('/in/bearer/who.cgi', Authorization => "Bearer $jane->{token}");
    is $r->code, 503, 'Bearer';
    is $adapter->httpd->site->request(POST => '/in/who.cgi', { Cookie => $jane->{cookie} }, 'a=b')->code, 503, 'POST';
    is $adapter->httpd->site->head('/in/who.cgi', Cookie => $jane->{cookie})->code, 503, 'HEAD';
    is page($adapter, $jane->{cookie}, '/if/who.cgi')->code, 503, 'an expression that asked for the session has no answer';
    is page($adapter, 'x=1', '/if/who.cgi')->header('X-Visitor'), 'nobody', 'without a cookie it has';
    is page($adapter, 'x=1', '/in/who.cgi', @html)->code, 302, 'and whoever has no cookie is sent to sign in';
    is page($adapter, 'x=1', '/in/not/who.cgi')->code, 200, 'or let in where nobody needs one';
    $r = page($adapter, $jane->{cookie}, '/in/open/who.cgi');
    is $r->code, 200, 'a page for everybody is still there';
    is_deeply { environment($r) }, {}, 'for a visitor whom nobody knows';
    is page($adapter, $jane->{cookie}, '/in/address/who.cgi')->code, 200, 'an address is enough where it was';
    $r = session($adapter, $jane->{cookie});
    is_deeply [$r->code, $r->content], [200, 'null'], 'GET session: null';
    is_deeply [session_cookies($r)], [], 'and the cookie stays';
    is $adapter->httpd->site->get('/auth/signin', Cookie => $jane->{cookie})->code, 200, 'the sign-in page is there';
    is $adapter->httpd->site->get('/auth/providers', Cookie => $jane->{cookie})->code, 200, 'and the other endpoints';

    my $browser = $adapter->httpd->browser;
    $browser->set_cookie_value($COOKIE, $jane->{token});
    $r = $browser->sign_out;
    is_deeply [map { $_->{'max-age'} } session_cookies($r)], [0], 'sign-out deletes the cookie';
    like $adapter->log, qr/AuthJS: SignOutError: \S+: the database is away/, 'and the log says what is left';
    like $adapter->log, qr/AuthJS: SessionTokenError: \S+: the database is away/, 'as for GET session';

    set_away($adapter, 0);
    is page($adapter, $jane->{cookie})->code, 200, 'back again, and so is the session';
}

# What the cache has seen needs no database.
{
    my $jane = session_of($cached);
    is page($cached, $jane->{cookie})->code, 200, 'seen';
    set_away($cached, 1);
    for my $path (qw(/in/who.cgi /in/require/who.cgi /in/both/who.cgi)) {
        is page($cached, $jane->{cookie}, $path)->code, 200, "$path without a database";
    }
    is $cached->httpd->site->json(session($cached, $jane->{cookie}))->{user}{name}, 'Jane', 'GET session';
    set_away($cached, 0);
}

# An ErrorDocument for it.
{
    my $adapter = server("ErrorDocument 503 /down.html\n");
    AuthJSTest::Env::write_file($adapter->httpd->root . '/htdocs/down.html', 'back soon');
    my $jane = session_of($adapter);
    set_away($adapter, 1);
    for my $path (qw(/in/who.cgi /in/not/who.cgi /if/who.cgi)) {
        my $r = page($adapter, $jane->{cookie}, $path);
        is_deeply [$r->code, $r->content, $r->header('Retry-After')], [503, 'back soon', 10], "$path: ErrorDocument";
    }
}

# --- what expired is pruned -----------------------------------------------------------------

{
    my $adapter = server('');
    my $stay = session_of($adapter);
    my @go = map { session_of($adapter, expires => -$_ * $DAY) } 1 .. 5;
    my $httpd = $adapter->httpd;
    $httpd->graceful;
    for (1 .. 100) {
        last if !grep { row($adapter, $_->{token}) } @go;
        select undef, undef, undef, 0.1;
    }
    is scalar(grep { row($adapter, $_->{token}) } @go), 0, 'expired rows go, a moment after a start';
    ok row($adapter, $stay->{token}), 'others stay';
    like $adapter->log, qr/AuthJS: 5 expired sessions and verification tokens deleted/, 'the log says how many';
}

expect_error(qr/AuthJS: (?:AdapterError|SessionTokenError|SignOutError): /, '14: the database is away, or holds nonsense');
expect_error(qr/authz_core:error.*AH01630/, '14: visitors who are not allowed');
done_testing;
