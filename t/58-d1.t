# Cloudflare D1 by its HTTP API: what the directive says, faults on the way, hostile answers,
# and @auth/d1-adapter on the same database. The behaviours of all adapters: 52-adapter-d1.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use AuthJSTest::Database;
use HTTP::Date ();
use JSON::PP ();
use Time::HiRes qw(time);

my $token = secret('d1_token');
my $account = '0123456789abcdef0123456789abcdef';
my $uuid = '11111111-2222-3333-4444-555555555555';

# --- the directive ------------------------------------------------------------------------

my $file = AuthJSTest::Env::write_file(root() . '/d1-token', "$token\n");
my $binary = AuthJSTest::Env::write_file(root() . '/d1-binary', "a\x01b");
my $site = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider github>
    AuthJSClientID id
    AuthJSClientSecret @secret:client_secret@
</AuthJSProvider>
EOT
my $ids = "account=$account database=$uuid";
my @refused = (
    '' => qr/needs account=ID/,
    'account=jane@example.com' => qr/needs account=ID.*wrangler whoami/,
    "account=$account" => qr/needs database=UUID/,
    "account=$account database=mydb token=$token" => qr/not its name.*wrangler d1 info/,
    $ids => qr/needs token=env:NAME.*D1 Edit/,
    "$ids token=env:NOBODY_SET_THIS" => qr/NOBODY_SET_THIS is not set where httpd was started/,
    "$ids token=file:/nowhere/token" => qr{/nowhere/token cannot be read},
    "$ids token=file:$binary" => qr/token: it holds bytes that no API token has/,
    "$ids token=exec:/bin/false" => qr{exec:/bin/false: the program failed},
    "$ids $token" => qr/word 3 behind d1 is not one of account=, database=, token=/,
    "$ids token=$token tokens=x" => qr/word 4 behind d1 is not one of/,
    "$ids token=$token account=b" => qr/account= is there twice/,
    "$ids token=$token schema=pg" => qr/no such schema on D1; write one of .*\bd1\b/,
    "$ids token=$token api=http://api.example.com/v4" => qr/the token would travel unencrypted/,
    "$ids token=$token api=http://127.0.0.1.example.com/" => qr/the token would travel unencrypted/,
    "$ids token=$token api=https://api.example.com/?a=b" => qr/api: it has a query or a fragment/,
    "$ids token=$token api=api.example.com" => qr{api: .*write a URL such as https://api.cloudflare},
);
while (my ($words, $message) = splice @refused, 0, 2) {
    my ($status, $output) = configtest("${site}AuthJSAdapter d1 $words\n");
    my $name = $words =~ s/\Q$token\E/TOKEN/gr =~ s/$ids/IDS/r || '(nothing)';
    ok $status, "$name: refused";
    like $output, qr/AuthJSAdapter: .*$message/, 'and why';
    unlike $output, qr/\Q$token/, 'without the token';
}
for my $words ("token=$token", 'token=env:D1_TOKEN', "token=file:$file",
    "token='exec:/bin/echo $token'", "token=$token schema=d1 api=https://gateway.example.com/v4/",
    "token=$token api=http://[::1]:8787/client/v4", "token=$token api=http://localhost/")
{
    my $quoted = $words =~ s/token='(.*)'/"token=$1"/r;
    my ($status, $output) = configtest("${site}AuthJSAdapter d1 $ids $quoted\n",
        env => { D1_TOKEN => $token });
    is $status, 0, ($words =~ s/\Q$token\E/TOKEN/gr) . ': taken' or diag $output;
}

# --- one database, ours and @auth/d1-adapter's ----------------------------------------------

my $db = database('d1');
$db->up;
my $ours = adapter(kind => 'd1', db => $db, has_tables => 1);

sub node {
    my ($method, @args) = @_;
    my $answer = $db->node($method, @args);
    die "$method: $answer->{error}\n" if exists $answer->{error};
    return $answer->{ok};
}

my %sides = (
    'mod_authjs' => sub { my ($method, @args) = @_; $ours->$method(@args) },
    '@auth/d1-adapter' => \&node,
);
for my $pair (['mod_authjs', '@auth/d1-adapter'], ['@auth/d1-adapter', 'mod_authjs']) {
    my ($one, $other) = @sides{@$pair};
    note "made by $pair->[0], used by $pair->[1]";
    my $user = $one->(createUser => fresh_user(name => "Zo\x{eb} '\"; DROP TABLE users --"));
    is_deeply $other->(getUser => $user->{id}), $user, 'a user is read';
    is_deeply $other->(getUserByEmail => $user->{email}), $user, 'also by e-mail address';
    $other->(updateUser => { id => $user->{id}, name => 'Z' });
    is_deeply $one->(getUser => $user->{id}), { %$user, name => 'Z' }, 'and updated';

    my $account = github_account($user->{id});
    my $key = { map { ($_ => $account->{$_}) } qw(provider providerAccountId) };
    $one->(linkAccount => $account);
    is $other->(getUserByAccount => $key)->{id}, $user->{id}, 'an account is read';
    is $db->value('SELECT typeof(expires_at) FROM accounts WHERE userId = ?', $user->{id}), 'integer',
        'with a number of seconds';
    $other->(unlinkAccount => $key);
    is $one->(getUserByAccount => $key), undef, 'and unlinked';

    my $session = { sessionToken => "token-$pair->[0]", userId => $user->{id}, expires => iso(time + 60, 7) };
    $one->(createSession => $session);
    my $found = $other->(getSessionAndUser => $session->{sessionToken});
    like_stored($found->{session}, $session, 'a session is read');
    is $found->{user}{id}, $user->{id}, 'with its user';
    my $later = iso(time + 3600);
    $other->(updateSession => { sessionToken => $session->{sessionToken}, expires => $later });
    is $one->(getSessionAndUser => $session->{sessionToken})->{session}{expires}, $later, 'updated';
    $other->(deleteSession => $session->{sessionToken});
    is $one->(getSessionAndUser => $session->{sessionToken}), undef, 'and deleted';

    my $mail = { identifier => $user->{email}, token => "hash-$pair->[0]", expires => iso(time + 60) };
    $one->(createVerificationToken => $mail);
    my $use = { map { ($_ => $mail->{$_}) } qw(identifier token) };
    like_stored($other->(useVerificationToken => $use), $mail, 'a verification token is used');
    is $one->(useVerificationToken => $use), undef, 'once';
    $other->(deleteUser => $user->{id});
    is $one->(getUser => $user->{id}), undef, 'the user is deleted';
}

# --- faults ---------------------------------------------------------------------------------

my $jane = $ours->createUser(fresh_user(name => 'Jane'));
my $bob = $ours->createUser(fresh_user(name => 'Bob'));

# The first pruning, which would take a fault for its own.
for (1 .. 100) {
    last if grep { /^DELETE .* IN \(SELECT .*expires/s } map { @$_ } @{ $db->seen->{requests} };
    select undef, undef, undef, 0.1;
}

# A call while these faults wait: (status, why, requests that reached D1, seconds).
sub with {
    my ($faults, @call) = @_;
    $db->seen;
    $db->faults(@$faults);
    my $start = time;
    my ($status, $why) = $ours->try(@call);
    my $seconds = time - $start;
    $db->faults;
    return ($status, $why, scalar @{ $db->seen->{requests} }, $seconds);
}

sub token_of {
    my ($name) = @_;
    my $pair = { identifier => 'x', token => $name };
    $ours->createVerificationToken({ %$pair, expires => iso(time + 60) });
    return $pair;
}

my @read = (getUser => $jane->{id});
$ours->createSession({ sessionToken => 'written', userId => $jane->{id}, expires => iso(time + 60) });
my @write = (updateSession => { sessionToken => 'written', expires => iso(time + 3600) });
for my $call (\@read, \@write) {
    for my $case (
        ['429', { status => 429, headers => { 'Retry-After' => 0 } }],
        ['503', { status => 503 }], ['500 of a proxy', { status => 500, body => '<html>' }],
        ['524', { status => 524 }], ['a dropped connection', { drop => 1 }],
        ['a cut answer', { cut => 30 }],
        ['an answer that says try again', { status => 400,
            body => '{"success":false,"errors":[{"code":7500,"message":"D1_ERROR: Network connection lost."}]}' }])
    {
        my ($name, $fault) = @$case;
        my ($status, $why, $requests) = with([$fault], @$call);
        is "$status $requests", 'ok 2', "$call->[0], $name: asked again" or diag $why // '';
    }
    my ($status, $why, $requests, $seconds) = with([({ status => 502 }) x 3], @$call);
    is "$status $requests", 'unavailable 3', "$call->[0], 502 three times: given up";
    like $why, qr/D1: status 502/, 'and why';
}

my $hasty = adapter(kind => 'd1', db => $db, has_tables => 1, conf => 'AuthJSHTTP timeout=500ms');
$db->seen;
$db->faults({ delay => 1500 });
is $hasty->getUser($jane->{id})->{name}, 'Jane', 'no answer in time: asked again';
cmp_ok scalar @{ $db->seen->{requests} }, '>=', 2, 'before it came';
$hasty->httpd->stop;

my ($status, $why, $requests, $seconds) =
    with([{ status => 429, headers => { 'Retry-After' => 1 } }], @read);
is "$status $requests", 'ok 2', 'Retry-After is waited for';
ok $seconds > 0.95, 'as long as it says';
my $date = HTTP::Date::time2str(time + 2);
($status, $why, $requests, $seconds) = with([{ status => 503, headers => { 'Retry-After' => $date } }], @read);
is "$status $requests", 'ok 2', 'so is a date';
ok $seconds > 0.95, 'until it has come';
($status, $why, $requests, $seconds) =
    with([{ status => 429, headers => { 'Retry-After' => 3600 } }], @read);
is "$status $requests", 'unavailable 1', 'but not an hour';
ok $seconds < 1, 'at once';
like $why, qr/status 429, .*asked again in 3600 seconds/, 'the log has it';
($status, $why, $requests) = with([{ status => 503, body =>
    '{"success":false,"errors":[{"code":7500,"message":"D1 DB is overloaded. Requests queued for too long."}]}' }], @read);
is "$status $requests", 'unavailable 1', 'what is overloaded is left alone';

# What may have been done already is not done again when the answer would be another.
for my $fault ({ drop => 1, execute => 1 }, { status => 502, execute => 1 }, { cut => 5 }) {
    my $pair = token_of('done');
    ($status, $why, $requests) = with([$fault], useVerificationToken => $pair);
    is "$status $requests", 'unavailable 1', 'a token that may have been used: not known';
    is $ours->useVerificationToken($pair), undef, 'and it is used';
}
my $pair = token_of('undone');
is +(with([{ status => 502 }], useVerificationToken => $pair))[0], 'unavailable',
    'a token that may have been used, and was not';
is $ours->useVerificationToken($pair)->{token}, 'undone', 'works afterwards';
is +(with([{ status => 429 }], useVerificationToken => token_of('limited')))[0], 'ok',
    'what D1 has not begun is begun again';

# A first sign-in whose answer is lost: done once, whole, and the second try finds it.
my $new = fresh_user();
my @sign_up = (signUp => $new, github_account(undef, providerAccountId => 'lost'),
    { sessionToken => 'lost', expires => iso(time + 60) });
($status, $why, $requests) = with([{ drop => 1, execute => 1 }], @sign_up);
is "$status $requests", 'conflict 2', 'a sign-up whose answer was lost is there';
is $ours->count(users => email => $new->{email}), 1, 'one user';
is $ours->count(accounts => providerAccountId => 'lost'), 1, 'one account';
is $ours->count(sessions => sessionToken => 'lost'), 1, 'one session';

# --- hostile answers --------------------------------------------------------------------------

my $deep = '{"success":true,"result":' . '[' x 100 . ']' x 100 . '}';
my @hostile = (
    'HTML' => { status => 200, headers => { 'content-type' => 'text/html' },
        body => '<!doctype html><title>Sign in to the network</title>' }, qr/its answer is not JSON/,
    'nothing' => { status => 200, body => '' }, qr/its answer is not JSON/,
    'half an answer' => { status => 200, body => '{"result":[{"results":{"columns":["id"' }, qr/not JSON/,
    'an array' => { status => 200, body => '[]' }, qr/not JSON/,
    'depth' => { status => 200, body => $deep }, qr/not JSON/,
    'invalid UTF-8 in JSON' => { edit => ['Jane', '\ud800'] }, qr/not JSON/,
    '10 MB' => { execute => 1, size => 10_000_000 }, qr/its answer is too large/,
    'a compressed answer' => { execute => 1, headers => { 'content-encoding' => 'gzip' } }, qr/compressed/,
    'no success' => { edit => ['"success":true', '"success":false'] }, qr/not say that it succeeded/,
    'another shape' => { edit => ['"rows"', '"lines"'] }, qr/another question/,
    'a column less' => { edit => ['"Jane",', ''] }, qr/not as many columns/,
    'a column more' => { edit => ['"Jane"', '"Jane","admin"'] }, qr/not as many columns/,
    'a boolean' => { edit => ['"Jane"', 'true'] }, qr/neither text nor a number/,
    'a BLOB' => { edit => ['"Jane"', '[74,97]'] }, qr/neither text nor a number/,
    'NUL' => { edit => ['Jane', 'Ja\u0000ne'] }, qr/a NUL byte/,
    'a redirect' => { status => 302, headers => { location => 'http://127.0.0.1:1/' } },
        qr/status 302; see that api= is right/,
    'status 204' => { status => 204 }, qr/status 204/,
);
while (my ($name, $fault, $pattern) = splice @hostile, 0, 3) {
    my ($status, $why, $requests) = with([$fault], @read);
    is "$status $requests", 'failed 1', "$name: refused";
    like $why, qr/^(?:getUser: )?(?:failed: )?D1: .*$pattern/, 'and why';
    next if $fault->{edit} && $fault->{edit}[0] =~ /Jane/;
    ($status) = with([$fault], @write);
    isnt $status, 'ok', 'also when something was written';
}
is $ours->getUser($jane->{id})->{name}, 'Jane', 'and afterwards all is well';

$ours->getUser($bob->{id});
($status, $why) = with([{ replay => 1 }], @read);
is $status, 'failed', 'the answer to another question is refused';
like $why, qr/it answers another question/, 'and why';

my $escape = '{"success":false,"errors":[{"code":1,"message":"a\u001b[31m\nb\u0000c"}]}';
($status, $why) = with([{ status => 400, body => $escape }], @read);
is $status, 'failed', 'an error with control bytes';
unlike $why, qr/[^ -~]/, 'is escaped';

# --- Cloudflare refuses -----------------------------------------------------------------------

my $empty = database('d1');
my @wrong = (
    { token => 'another-token' } => qr/status 401, error 10000 Authentication error; see that token=/,
    { account => 'f' x 32 } => qr/status 403, error 10000 .*token= is a valid API token .*D1 Edit/,
    { database => '99999999-2222-3333-4444-555555555555' } => qr/status 404, .*; see that account= and database=/,
    { api => $db->url . '/v5' } => qr/status 404, .*api= if it is set/,
    { none => 1 } => qr/no such table: users.*authjsctl migrate/,
);
my $wrong = httpd(conf => join "\n", 'LoadModule authjs_test_adapter_module'
    . ' @modules@/mod_authjs_test_adapter.so', map {
        my ($which) = keys %$_;
        my $line = $empty->adapter =~ s/\b$which=\S+/$which=$_->{$which}/r;
        "<VirtualHost *>\nServerName $which.test\n$site$line"
            . "<Location /adapter>\nSetHandler authjs-test-adapter\n</Location>\n</VirtualHost>"
    } grep { ref eq 'HASH' } @wrong);
while (my ($member, $pattern) = splice @wrong, 0, 2) {
    my ($which) = keys %$member;
    my $answer = $wrong->site->post('/adapter', AuthJSTest::Adapter::request_body(@read), Host => "$which.test");
    my $said = JSON::PP->new->decode($answer->content);
    is $said->{status}, 'failed', "wrong: $which";
    like $said->{error}, $pattern, 'and what to check';
}
$wrong->stop;

# --- D1 away, one connection --------------------------------------------------------------------

$db->stop;
($status, $why) = $ours->try(@read);
is $status, 'unavailable', 'nobody listens';
like $why, qr{D1: http://127.0.0.1:\d+: }, 'and why';
$db->start;
is $ours->getUser($jane->{id})->{name}, 'Jane', 'the next request after it is back works';

$db->seen;
my $body = AuthJSTest::Adapter::request_body(@read);
my $post = "POST /adapter HTTP/1.1\r\nHost: localhost\r\nContent-Length: " . length($body) . "\r\n";
my $answers = raw($ours->httpd->port, "$post\r\n$body" x 19 . "${post}Connection: close\r\n\r\n$body");
is scalar(() = $answers =~ /"Jane"/g), 20, 'twenty calls';
my $seen = $db->seen;
is scalar @{ $seen->{requests} }, 20, 'are twenty requests';
is $seen->{connections}, 1, 'over one connection';

unlike $ours->log, qr/\Q$token/, 'no log holds the token';

done_testing;
