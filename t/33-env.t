# What the application sees of the session: variables, headers, expressions; and that
# nobody else can say it.
use lib 't/lib';
use AuthJSTest;
use utf8;
use POSIX ();
use URI::Escape ();

my $COOKIE = 'authjs.session-token';
my %JANE = (name => 'Jané "J" Doe', email => 'jane@example.com', picture => 'https://img.example/a?b=c%20d&e',
    sub => 'id-7', provider => 'credentials');
my $site = site('env');
my $JSON = JSON::PP->new->utf8->canonical;
my $now = time;
my $expires = POSIX::strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime $now + 30 * 86400);

htdocs("$_/env.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | sort\n", 0755)
    for qw(p33 p33/headers p33/both p33/none p33/public p33/optional-other p33-expr p33/error p33-open);

sub cookie { my ($claims) = @_; (Cookie => "$COOKIE=" . mint($JSON->encode($claims), now => $now)) }
my @jane = cookie(\%JANE);

# The variables that a CGI script sees: ours, those of our headers, REMOTE_USER.
sub env_of {
    my ($path, @headers) = @_;
    my $r = $site->get($path, @headers);
    my %env = map { /^([^=]+)=(.*)/ ? ($1, $2) : () } split /\n/, Encode::decode_utf8($r->content);
    delete @env{ grep { !/AUTHJS/ && $_ ne 'REMOTE_USER' && !/^HTTP_X_/ } keys %env };
    return \%env;
}

my %env = (
    AUTHJS_USER_ID => 'id-7', AUTHJS_USER_NAME => 'Jané "J" Doe', AUTHJS_USER_EMAIL => 'jane@example.com',
    AUTHJS_USER_IMAGE => 'https://img.example/a?b=c%20d&e', AUTHJS_PROVIDER => 'credentials',
    AUTHJS_EXPIRES => $expires,
    AUTHJS_SESSION => qq({"user":{"name":"Jané \\"J\\" Doe","email":"jane\@example.com","image":"https://img.example/a?b=c%20d&e"},"expires":"$expires"}),
);
my %header = (
    HTTP_X_AUTHJS_USER_ID => 'id-7', HTTP_X_AUTHJS_USER_NAME => 'Jan%C3%A9%20%22J%22%20Doe',
    HTTP_X_AUTHJS_USER_EMAIL => 'jane@example.com', HTTP_X_AUTHJS_USER_IMAGE => 'https://img.example/a?b=c%2520d&e',
    HTTP_X_AUTHJS_PROVIDER => 'credentials', HTTP_X_AUTHJS_EXPIRES => $expires,
);
my %user = (REMOTE_USER => 'jane@example.com');

# --- AuthJSPass ----------------------------------------------------------------------------------

is_deeply env_of('/p33/env.cgi', @jane), { %env, %user }, 'variables by default';
is_deeply env_of('/p33/none/env.cgi', @jane), \%user, 'none: only REMOTE_USER';
for my $case (['headers', {}], ['both', \%env]) {
    my ($how, $more) = @$case;
    my $seen = env_of("/p33/$how/env.cgi", @jane);
    my $json = delete $seen->{HTTP_X_AUTHJS_SESSION};
    is_deeply $seen, { %header, %$more, %user }, $how;
    is URI::Escape::uri_unescape($json), Encode::encode_utf8($env{AUTHJS_SESSION}), 'the header decodes to the JSON';
    like $json, qr/^[!-~]+$/, 'and is visible ASCII';
}
is_deeply env_of('/p33/public/env.cgi', @jane), { %env, %user }, 'Require all granted: who has a session is known';
is_deeply env_of('/p33/public/env.cgi'), {}, 'who has none is not';
is_deeply env_of('/p33/optional-other/env.cgi', @jane), {}, 'nor is a session of a provider that does not count here';
is_deeply env_of('/p33-open/env.cgi', @jane), {}, 'outside AuthType AuthJS nothing is passed';

# --- the JSON is that of GET session ----------------------------------------------------------------

for my $claims ({ sub => '1' }, { sub => '1', name => undef, email => 'a@b.c' }, { sub => '1', picture => 'x', name => 'n' },
    { %JANE, name => "two\nlines\x{1f600}\x{2028}" }, { sub => '1', name => { a => [1, undef, 'b'] } }, { sub => '1', email => 5 }) {
    my $text = env_of('/p33/env.cgi', cookie($claims))->{AUTHJS_SESSION};
    my ($of_env, $of_session) = ($JSON->decode(Encode::encode_utf8($text)), $site->json('/auth/session', cookie($claims)));
    delete $_->{expires} for $of_env, $of_session;
    is_deeply $of_env, $of_session, 'AUTHJS_SESSION is the session: ' . $JSON->encode($of_session);
}

# --- what cannot be shown is not ----------------------------------------------------------------------

{
    my $seen = env_of('/p33/env.cgi', cookie({ %JANE, email_verified => JSON::PP::false }));
    is $seen->{REMOTE_USER}, 'id-7', 'an unverified e-mail address is nobody';
    ok !exists $seen->{AUTHJS_USER_EMAIL}, 'and no variable';
    like $seen->{AUTHJS_SESSION}, qr/"email":"jane\@example.com"/, 'only the JSON has it, as in Auth.js';
    $seen = env_of('/p33/both/env.cgi', cookie({ sub => '1', name => "a\0b", picture => ['x'], email => undef, provider => 1 }));
    is_deeply [sort keys %$seen], [sort qw(AUTHJS_USER_ID AUTHJS_EXPIRES AUTHJS_SESSION HTTP_X_AUTHJS_USER_ID
        HTTP_X_AUTHJS_EXPIRES HTTP_X_AUTHJS_SESSION REMOTE_USER)], 'what is no text is left out';
    $seen = env_of('/p33/headers/env.cgi', cookie({ sub => '1', name => "a\r\nX-Evil: 1" }));
    is_deeply [grep { /EVIL|USER_NAME/ } keys %$seen], [], 'no header from a line break: that is no text either';
}

# --- what a client says about itself does not count -----------------------------------------------------

my @spellings = map { ($_, uc, lc) } qw(X-AuthJS-User-Email X_AuthJS_User_Email X-AuthJS_User-Email
    X.AuthJS.User.Email X-AuthJS-Anything X_AUTHJS-PROVIDER X~AuthJS!Session);
for my $spelling (@spellings) {
    for my $path (qw(p33/env.cgi p33/both/env.cgi p33/none/env.cgi p33/public/env.cgi p33-open/env.cgi p33/optional-other/env.cgi)) {
        my $answer = raw('env', "GET /$path HTTP/1.1\r\nHost: localhost\r\n$jane[0]: $jane[1]\r\n$spelling: EVIL\r\n"
            . "$spelling: EVIL2\r\nX-Other: kept\r\nConnection: close\r\n\r\n");
        like $answer, qr{^HTTP/1.1 200}, "$path answers";
        unlike $answer, qr/EVIL/, "$spelling does not reach $path";
        like $answer, qr/^HTTP_X_OTHER=kept$/m, 'other headers do';
    }
}
like raw('env', "GET /p33-open/env.cgi HTTP/1.0\r\nX-AuthJ: a\r\nX-AuthJSX-User: b\r\nXAuthJS-User: c\r\n\r\n"),
    qr/HTTP_XAUTHJS_USER=c.*HTTP_X_AUTHJ=a|HTTP_X_AUTHJSX_USER=b/s, 'a name that only looks like ours is not touched';
is_deeply env_of('/p33-rewrite/env.cgi', @jane, 'X-AuthJS-User-Id' => 'EVIL'), \%user, 'nor through a rewrite';

# An internal redirect to a place that is told less.
{
    my $seen = env_of('/p33/error/nothing', @jane);
    is_deeply [grep { /^HTTP_X_AUTHJS/ } keys %$seen], [], 'headers do not follow an internal redirect';
}

# --- expressions ------------------------------------------------------------------------------------------

my $admin = { %JANE, role => ['admin', 'user'], address => { city => 'Graz' } };
{
    my $r = $site->get('/p33-expr/env.cgi', cookie($admin));
    like $r->content, qr/^HTTP_X_ROLE=admin$/m, 'RequestHeader: the first of several values';
    is $r->header('X-Email'), 'jane@example.com', 'Header';
    is $r->header('X-City'), 'Graz', 'a path, the name in small letters';
    is $r->header('X-Admin'), 'yes', '<If>';
    like $r->content, qr/^KNOWN=1$/m, 'SetEnvIfExpr';
    like $r->header('Cache-Control'), qr/private/, 'the answer is private';
    $r = $site->get('/p33-expr/env.cgi', cookie({ %JANE, email_verified => JSON::PP::false }));
    is $r->header('X-Email'), '', 'an unverified e-mail address is nothing';
    is $r->header('X-Admin'), undef, '<If> of somebody else';
    $r = $site->get('/p33-expr/env.cgi');
    is $r->header('X-City'), '', 'no session: empty';
    is $r->header('X-Admin'), undef, 'and no admin';
    unlike $r->content, qr/KNOWN/, 'and not known';
    is $site->get('/p33-expr/env.cgi', cookie($admin), 'X-AuthJS-Role' => 'x')->header('X-Admin'), 'yes', 'whatever is sent along';
    is $site->get('/p33-open/env.cgi', cookie($admin))->header('Cache-Control'), undef,
        'where nobody asks about the session nothing is private';
}

done_testing;
