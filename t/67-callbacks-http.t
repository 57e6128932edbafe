# Callbacks that a service answers: who asks, what an answer is, what is none, what is kept.
# The service checks questions with the examples of the manual, taken from there.
use lib 't/lib';
use AuthJSTest;
use Digest::SHA qw(hmac_sha256_hex);
use HTTP::Request ();
use JSON::PP ();
use LWP::UserAgent ();
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->ascii->utf8->allow_nonref->canonical;
my $secret = secret('hooks');
my ($plain, $tls) = (peer_port('hooks'), peer_port('hooks-tls'));

# --- the service ----------------------------------------------------------------------------

my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md');
my $examples = root() . '/hooks';
my %example;
for my $name (qw(verify.mjs hooks.mjs verify.py)) {
    my ($text) = $manual =~ m{\n\n(    (?://|\#) \Q$name\E\n(?:(?:    .*)?\n)+)} or BAIL_OUT "no $name";
    $example{$name} = AuthJSTest::Env::write_file("$examples/$name", $text =~ s/^    //mgr);
}
my $service = peer('hooks', env => {
    HOOKS_TLS_PORT => $tls, HOOKS_TLS => AuthJSTest::Env::tls_dir(), HOOKS_SECRET => $secret,
    HOOKS_VERIFY => $example{'verify.mjs'},
});
my $ua = LWP::UserAgent->new(keep_alive => 0);
sub seen { $json->decode($ua->get("http://127.0.0.1:$plain/seen")->content) }
sub questions { @{ seen()->{questions} } }
sub bytes { my ($text) = @_; utf8::encode($text); $text }
sub question { $json->decode(bytes($_[0]{body})) }

# --- the directive ---------------------------------------------------------------------------

my $site = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSSessionRealm test67
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
EOT
my $short = 'short-1234';
my $file = AuthJSTest::Env::write_file(root() . '/hooks-secret', "$secret\n");
my @refused = (
    'https://hooks.example.com/' => qr/a service needs secret=env:NAME/,
    "https://hooks.example.com/ secret=$short" => qr/secret: the secret is shorter than 32 bytes/,
    'https://hooks.example.com/ secret=env:NOBODY_SET_THIS' => qr/secret: .*NOBODY_SET_THIS is not set/,
    'https://hooks.example.com/ secret=file:/nowhere/x' => qr{secret: .*/nowhere/x cannot be read},
    "https://hooks.example.com/ $secret" => qr/word 1 behind the URL is neither secret= nor timeout= nor onfail=/,
    "https://hooks.example.com/ secret=$secret secret=$secret" => qr/secret is there twice/,
    "https://hooks.example.com/ secret=$secret timeout=never" => qr/timeout: a duration is/,
    "https://hooks.example.com/ secret=$secret timeout=0s" => qr/timeout: write 1ms to 60s/,
    "https://hooks.example.com/ secret=$secret timeout=5m" => qr/timeout: write 1ms to 60s/,
    "https://hooks.example.com/#x secret=$secret" => qr/the URL has a fragment/,
    "https://u:p\@hooks.example.com/ secret=$secret" => qr/the URL holds a user name/,
    "https:hooks secret=$secret" => qr{does not begin with https://},
    "http://hooks.example.com/ secret=$secret" => qr/unencrypted; http is for this machine alone/,
    "http://127.0.0.1.example.com/ secret=$secret" => qr/unencrypted/,
);
while (my ($words, $message) = splice @refused, 0, 2) {
    my ($status, $output) = configtest("${site}AuthJSCallback signIn $words\n");
    my $name = $words =~ s/\Q$secret\E/SECRET/gr;
    ok $status, "$name: refused";
    like $output, qr/AuthJSCallback signIn: .*$message/, 'and why';
    unlike $output, qr/\Q$secret\E|\Q$short/, 'without the secret';
}
for my $words ("secret=$secret", 'secret=env:HOOKS', "secret=file:$file", "'secret=exec:/bin/echo $secret' timeout=1500ms") {
    for my $where ('callback signIn', 'callback jwt', 'callback authorized', 'event signIn', 'event *') {
        my ($status, $output) = configtest("${site}AuthJS\u$where https://hooks.example.com/a?b=c $words\n",
            env => { HOOKS => $secret });
        is $status, 0, "$where " . ($words =~ s/\Q$secret\E/SECRET/gr) . ': taken' or diag $output;
    }
}

for my $case (['signIn', 'onfail=refuse', qr/onfail= is for jwt and session/], ['jwt', 'onfail=never', qr/onfail: write keep or refuse/],
    ['session', 'onfail=keep onfail=keep', qr/onfail is there twice/]) {
    my ($callback, $words, $message) = @$case;
    my ($status, $output) = configtest("${site}AuthJSCallback $callback https://hooks.example.com/ secret=$secret $words\n");
    ok $status, "$callback $words: refused";
    like $output, qr/AuthJSCallback $callback: .*$message/, 'and why';
}

# A service that revokes sessions is away.
for my $callback (qw(jwt session)) {
    my $closed = AuthJSTest::Env::free_port();
    for my $case (['', 404], ['onfail=keep', 404], ['onfail=refuse', 401]) {
        my ($words, $code) = @$case;
        my $away = httpd(conf => $site . <<"EOT");
AuthJSCallback $callback http://127.0.0.1:$closed/ secret=$secret $words
<Location /in>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
        my $cookie = 'authjs.session-token=' . mint($json->encode({ sub => '7', name => 'Z', provider => 'credentials' }));
        is $away->site->get('/in/', Cookie => $cookie)->code, $code, "$callback $words: " . ($code == 401 ? 'nobody is let in' : 'the session is as it was');
        is $away->site->get('/in/', Cookie => $cookie)->code, $code, 'each time';
        $away->stop;
    }
}

# --- a server with a location for every answer -----------------------------------------------

my (@locations, %done);
sub place {
    my ($name, $path, $words, $base) = @_;
    my $at = '/' . join '-', $name, map { s/\W+/_/gr } $path, $words, $base;
    push @locations, "<Location $at/>\nSetHandler authjs-test-runner\n"
        . "AuthJSTestRunner $name $base$path secret=\@secret:hooks\@ $words\n</Location>\n" if !$done{$at}++;
    return "$at/";
}
sub plain { my ($name, $path, $words) = @_; place($name, $path, $words // '', "http://127.0.0.1:$plain") }

my @paths = AuthJSTest::Env::read_file(srcdir() . '/t/peers/hooks.mjs') =~ m{^    '(/[a-z0-9]+)':}mg;
for my $name (qw(signIn redirect jwt session authorized authorize events.signIn)) {
    plain($name, $_) for @paths;
}
plain($_, '/slow', 'timeout=300ms'), plain($_, '/drip', 'timeout=300ms') for qw(signIn jwt events.signIn);
for my $path (@paths) { plain($_, $path, 'onfail=refuse') for qw(jwt session) }
my $secure = place('signIn', '/true', '', "https://localhost:$tls");
my $untrusted = place('signIn', '/true', 'timeout=5s', "https://127.0.0.2:$tls");
my $nobody = place('signIn', '/true', '', 'http://127.0.0.1:' . AuthJSTest::Env::free_port());
my $conf = <<"EOT";
LoadModule authjs_test_runner_module \@modules\@/mod_authjs_test_runner.so
LoadModule unique_id_module \@libexec\@/mod_unique_id.so
AuthJSHTTP ca=\@tls\@/ca.pem timeout=2s
AuthJSCacheTTL 2s
$site
@locations
<Directory \@root\@/htdocs/allowed>
    AllowOverride All
</Directory>
EOT
my $httpd = httpd(conf => $conf);

sub ask {
    my ($at, $params, %more) = @_;
    my $r = $httpd->site->request('POST', $at, {}, $json->encode({ params => $params, %more }));
    die $r->as_string unless $r->code == 200;
    return $json->decode($r->content);
}
my $true = $json->decode('true');
my %params = (
    signIn => { user => { id => '7', name => "Zo\x{eb}\x{1f511}\0\n\"" }, account => { provider => 'github' } },
    redirect => { url => '/a', baseUrl => 'http://localhost' },
    jwt => { token => { sub => '7', n => 9007199254740991, f => 1.50 }, trigger => 'signIn' },
    session => { session => { user => { name => 'Z' }, expires => '2030-01-01T00:00:00.000Z' }, token => { sub => 7 } },
    authorized => { request => { url => '/x' }, auth => undef },
    authorize => { credentials => { username => 'jane' } },
    'events.signIn' => { user => { id => '7' } },
);

# --- what an answer says ------------------------------------------------------------------------

seen();
is_deeply ask(plain('signIn', '/true'), $params{signIn}), { answer => 'value', value => $true }, 'true';
my ($q, @more) = questions();
is @more, 0, 'one question';
is $q->{type}, 'application/json', 'in JSON';
my $asked = question($q);
like delete $asked->{id}, qr/^[0-9a-f]{32}\z/, 'with an id';
is_deeply $asked, { callback => 'signIn', params => $params{signIn} }, 'the callback and its parameters';
unlike $q->{body}, qr/[\x00-\x1f]/, 'on one line';

my @answers = (
    '/false' => { answer => 'value', value => $json->decode('false') },
    '/null' => { answer => 'value', value => undef },
    '/undefined' => { answer => 'undefined' },
    '/url' => { answer => 'value', value => 'https://other.example.com/welcome' },
    '/error' => { answer => 'error', error => 'the service says: no \x1b[31mway\n' },
    '/code' => { answer => 'error', error => 'the service says: locked', code => 'account_locked' },
);
while (my ($path, $answer) = splice @answers, 0, 2) {
    for my $name (qw(signIn redirect jwt session authorized authorize)) {
        is_deeply ask(plain($name, $path), $params{$name}), $answer, "$name: $path";
    }
}
is_deeply ask(plain('jwt', '/role'), $params{jwt})->{value}, { %{ $params{jwt}{token} }, role => 'admin' },
    'an object, changed by the service';
is length ask(plain('jwt', '/long'), $params{jwt})->{value}{text}, 60000, 'a long one';
is_deeply ask($secure, $params{signIn}), { answer => 'value', value => $true }, 'over https';

expect_error(qr/AuthJS: the callback (?:jwt|session) failed and changes nothing: /, '67: a service that gives no answer');
expect_error(qr/authorized: a \.htaccess file cannot have a service asked/, '67: a service in .htaccess');

# --- what is no answer --------------------------------------------------------------------------

my @none = (
    '/empty' => qr/status 204/, '/created' => qr/status 201/, '/500' => qr/status 500/,
    '/redirect' => qr/status 302/, '/repeat' => qr/status 307/,
    '/large' => qr/too large/, '/larger' => qr/too large/, '/zipped' => qr/compressed/,
    '/text' => qr{not application/json}, '/plain' => qr{not application/json}, '/untyped' => qr{not application/json},
    '/html' => qr{not application/json}, '/bare' => qr/not a JSON object/, '/array' => qr/not a JSON object/,
    '/half' => qr/not a JSON object/, '/twice' => qr/not a JSON object/, '/deep' => qr/not a JSON object/,
    '/bytes' => qr/not a JSON object/, '/anonymous' => qr/another question/, '/other' => qr/another question/,
    '/number' => qr/another question/, '/both' => qr/an error that is no text, or a value beside it/,
    '/odd' => qr/an error that is no text/, '/closed' => qr{http://127.0.0.1:\d+: |status 401}, '/cut' => qr{http://127.0.0.1:\d+: },
    '/slow' => qr/time/i, '/drip' => qr/time/i,
);
while (my ($path, $why) = splice @none, 0, 2) {
    my @words = $path =~ /slow|drip/ ? 'timeout=300ms' : ();
    my $answer;
    my $asking = sub { seen(); $answer = ask(plain('signIn', $path, @words), $params{signIn}) };
    @words ? ok(quick(1.5, $asking), "$path: in time") : $asking->();
    is_deeply [sort keys %$answer], ['answer', 'error'], "$path: no answer";
    is $answer->{answer}, 'error', 'for signIn an error';
    like $answer->{error}, $why, 'and why';
    # What an idle connection lost is sent again, and is known for it.
    my %asked = map { question($_)->{id} => 1 } questions();
    is keys %asked, 1, 'asked once';

    my $log = length $httpd->error_log;
    $answer = ask(plain('jwt', $path, @words), $params{jwt});
    is_deeply $answer, { answer => 'value', value => $params{jwt}{token} }, 'for jwt the token as it was';
    like substr($httpd->error_log, $log), qr/the callback jwt failed and changes nothing: .*$why/, 'and the log says why';
    next if @words;
    $answer = ask(plain('session', $path), $params{session});
    is_deeply $answer, { answer => 'value', value => $params{session}{session} }, 'for session the session as it was';
    is ask(plain($_, $path), $params{$_})->{answer}, 'error', "for $_ an error" for qw(redirect authorized authorize);
    for my $name (qw(jwt session)) {
        $answer = ask(plain($name, $path, 'onfail=refuse'), $params{$name});
        is $answer->{answer}, 'error', "for $name too with onfail=refuse";
        like $answer->{error}, $why, 'and why';
    }
}
is_deeply ask(plain('jwt', '/params', 'onfail=refuse'), $params{jwt}), ask(plain('jwt', '/params'), $params{jwt}),
    'onfail=refuse changes no answer that is there';
my $answer = ask($nobody, $params{signIn});
is $answer->{answer}, 'error', 'nobody listens: no answer';
like $answer->{error}, qr{^http://127\.0\.0\.1:\d+: }, 'and why';
my $slow;
ok quick(2.8, sub { $slow = ask(plain('jwt', '/slow'), $params{jwt}) }), 'without timeout= that of AuthJSHTTP counts';
is $slow->{value}{sub}, '7', 'for jwt the token as it was';
is ask($untrusted, $params{signIn})->{answer}, 'error', 'a certificate of another name: no answer';

# --- who asks -----------------------------------------------------------------------------------

seen();
ask(plain('signIn', '/true'), $params{signIn});
($q) = questions();
my ($t, $v1) = $q->{signature} =~ /^t=(\d+),v1=([0-9a-f]{64})\z/ or diag $q->{signature};
cmp_ok abs($t - time), '<', 5, 'the signature has the time';
my $bytes = bytes($q->{body});
is $v1, hmac_sha256_hex("$t.$bytes", $secret), 'and the HMAC of time and body';
sub send_question {
    my ($body, $signature) = @_;
    return $ua->request(HTTP::Request->new(POST => "http://127.0.0.1:$plain/true",
        ['Content-Type' => 'application/json', $signature ? ('X-AuthJS-Signature' => $signature) : ()], $body))->code;
}
sub signed {
    my ($body, $at, $key) = @_;
    return "t=$at,v1=" . hmac_sha256_hex("$at.$body", $key // $secret);
}
is send_question($bytes, $q->{signature}), 401, "the manual's service refuses a replay";
my $n = 0;
sub fresh { sprintf '{"id":"%032x","callback":"signIn","params":{}}', ++$n }
my $fresh = fresh();
is send_question($fresh, signed($fresh, int time)), 200, '... takes a fresh question';
for my $case (['no signature', undef], ['an old one', sub { signed($_[0], int(time) - 400) }],
    ['one of the future', sub { signed($_[0], int(time) + 400) }],
    ['one with another key', sub { signed($_[0], int(time), "$secret-") }],
    ['one of another body', sub { signed("$_[0] ", int time) }],
    ['another time on it', sub { signed($_[0], int time) =~ s/t=\d+/'t=' . (int(time) + 1)/er }],
    ['one cut short', sub { substr signed($_[0], int time), 0, -2 }])
{
    my $body = fresh();
    is send_question($body, $case->[1] && $case->[1]->($body)), 401, "... refuses $case->[0]";
}

# The same in Python: the question, then its replay, then another body.
my $python = AuthJSTest::Env::write_file("$examples/try.py", <<'EOT');
import json, sys
from verify import verify
for line in sys.stdin:
    signature, body, secret = json.loads(line)
    question = verify(signature, body.encode(), secret.encode())
    print(question and question["id"], flush=True)
EOT
my $now = int time;
my @tries = ([$q->{signature}, $q->{body}, $secret], [$q->{signature}, $q->{body}, $secret],
    [signed($fresh, $now - 400), $fresh, $secret], [signed($fresh, $now, 'other'), $fresh, $secret],
    [undef, $fresh, $secret], [signed($fresh, $now), $fresh, $secret]);
my $input = AuthJSTest::Env::write_file("$examples/tries", join '', map { JSON::PP->new->ascii->encode($_) . "\n" } @tries);
my @said = split /\n/, `cd '$examples' && PYTHONDONTWRITEBYTECODE=1 python3 try.py < '$input' 2>&1`;
is_deeply \@said, [question($q)->{id}, ('None') x 4, $json->decode($fresh)->{id}],
    'the example in Python says the same' or diag explain \@said;

# The whole service of the manual.
my $port = AuthJSTest::Env::free_port();
my $whole = start(name => 'manual-hooks', port => $port, command => [srcdir() . '/t/peers/node', $example{'hooks.mjs'}],
    env => { PORT => $port, HOOKS_SECRET => $secret });
my $domain = httpd(conf => <<"EOT");
LoadModule authjs_test_runner_module \@modules\@/mod_authjs_test_runner.so
$site
<Location />
    SetHandler authjs-test-runner
    AuthJSTestRunner signIn http://127.0.0.1:$port/auth secret=file:$file
</Location>
EOT
for my $case (['jane@example.com', 1], ['jane@example.org', 0]) {
    my $r = $domain->site->request('POST', '/', {}, $json->encode({ params => {
        user => { email => $case->[0] }, profile => { email_verified => $true } } }));
    is $json->decode($r->content)->{value} ? 1 : 0, $case->[1], "the manual's service: $case->[0]";
}
$domain->stop;
$whole->stop;

# --- connections --------------------------------------------------------------------------------

seen();
my $body = $json->encode({ params => $params{signIn} });
my $post = 'POST ' . plain('signIn', '/true') . " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " . length($body) . "\r\n";
my $all = raw($httpd->port, "$post\r\n$body" x 19 . "${post}Connection: close\r\n\r\n$body");
is scalar(() = $all =~ /"answer":"value"/g), 20, 'twenty callbacks';
my $seen = seen();
is @{ $seen->{questions} }, 20, 'are twenty questions';
is $seen->{connections}, 1, 'over one connection';
my %ids = map { question($_)->{id} => 1 } @{ $seen->{questions} };
is keys %ids, 20, 'with twenty ids';

# --- answers that are kept -------------------------------------------------------------------------

my $jwt = plain('jwt', '/role');
sub count {
    my ($code) = @_;
    seen();
    $code->();
    return scalar questions();
}
my %kept = (token => { sub => 'kept' });
is count(sub { ask($jwt, \%kept) for 1 .. 3 }), 3, 'while somebody signs in each is asked';
is count(sub { ask($jwt, \%kept, cacheable => $true) for 1 .. 5 }), 1, 'on protected requests once';
is ask($jwt, \%kept, cacheable => $true)->{value}{role}, 'admin', 'the answer is what it was';
is count(sub { ask($jwt, \%kept) }), 1, 'who signs in is asked about all the same';
is count(sub { ask($jwt, { token => { sub => 'another' } }, cacheable => $true) }), 1, 'another token is another question';
is count(sub { ask(plain('authorized', '/role'), \%kept, cacheable => $true) }), 1, 'so is another callback';
is count(sub { ask(plain('jwt', '/params'), \%kept, cacheable => $true) }), 1, 'and another service';
sleep 2.2;
is count(sub { ask($jwt, \%kept, cacheable => $true) }), 1, 'after AuthJSCacheTTL it is asked again';
my $session = plain('session', '/params');
is count(sub {
    ask($session, { token => { sub => 1 }, session => { user => { name => 'Z' }, expires => "2030-01-0${_}" } },
        cacheable => $true) for 1 .. 5
}), 1, 'the end of a session makes no other question';
is count(sub {
    ask($session, { token => { sub => 1 }, session => { user => { name => "Z$_" }, expires => '2030' } },
        cacheable => $true) for 1 .. 3
}), 3, 'anything else does';
is_deeply [map { ask(plain('session', $_), $params{session}, cacheable => $true) } ('/undefined') x 2, ('/null') x 2],
    [({ answer => 'undefined' }) x 2, ({ answer => 'value', value => undef }) x 2], 'undefined and null are kept apart';
my %somebody = (%{ $params{authorized} }, auth => { user => { name => 'Z' } });
is count(sub { ask(plain('authorized', '/false'), \%somebody, cacheable => $true) for 1 .. 3 }), 1, 'a refusal is kept';
is count(sub { ask(plain('authorized', '/false'), { %somebody, auth => undef }, cacheable => $true) for 1 .. 3 }), 3,
    'not of a visitor without a session: he can ask about as many addresses as he likes';
is count(sub { ask(plain('jwt', $_), \%kept, cacheable => $true) for ('/500') x 2, ('/error') x 2, ('/long') x 2 }), 6,
    'a failure, an error, and what is long are not';

# --- .htaccess, logs -----------------------------------------------------------------------------

AuthJSTest::Env::write_file($httpd->root . '/htdocs/allowed/.htaccess',
    "AuthJSCallback authorized http://127.0.0.1:$plain/true secret=$secret\n");
AuthJSTest::Env::write_file($httpd->root . '/htdocs/allowed/index.html', 'in');
is count(sub { is $httpd->site->get('/allowed/')->code, 500, '.htaccess cannot have a service asked' }), 0, 'nobody is';
like $httpd->error_log, qr/authorized: a \.htaccess file cannot have a service asked/, 'and the log says so';
unlike $httpd->error_log, qr/\Q$secret/, 'no log holds the secret';
unlike $service->output, qr/Error/, 'the service had no trouble';

expect_error(qr/the callback (?:jwt|session) failed: .*Could(?:n't| not) connect/, '67: a service that is away');
done_testing;
