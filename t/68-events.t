# Events: who is told, in which words, and that nothing a target does reaches the visitor.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Provider;
use IO::Select ();
use IO::Socket::INET ();
use JSON::PP ();
use LWP::UserAgent ();
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->ascii->utf8->allow_nonref->canonical;
my $password = secret('password');
my $COOKIE = 'authjs.session-token';

my $users = do {
    open my $in, '-|', 'htpasswd', '-nbBC', 4, 'bob', $password or die "htpasswd: $!";
    AuthJSTest::Env::write_file(root() . '/conf/users-68', join '', <$in>);
};
my $bob = <<"EOT";
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthUserFile $users
</AuthJSProvider>
EOT

expect_error(qr{AuthJSEvent: log:/nowhere/events cannot be opened}, '68: a file that cannot be');
expect_error(qr/AuthJS: EventError: events\.session: (?:log:(?:\/dev\/full|\|\/bin\/sleep)|status |http:)/, '68: targets that fail');

# --- the directives ---------------------------------------------------------------------------

my @refused = (
    'AuthJSEvent signedIn log:x' => qr/AuthJSEvent: takes one of signIn, signOut, .*signInFailed/,
    'AuthJSEvent signIn' => qr/AuthJSEvent: takes one of/,
    'AuthJSEvent signIn log:' => qr/AuthJSEvent signIn: write log:FILE/,
    'AuthJSEvent signIn "log:|"' => qr/AuthJSEvent signIn: write log:FILE/,
    'AuthJSEvent signIn log=x' => qr/AuthJSEvent signIn: write log:FILE/,
    'AuthJSEvent signIn log:|/bin/cat -u' => qr/AuthJSEvent signIn: log: is one word; put .* into quotes/,
    'AuthJSEvent * nobody:x' => qr/AuthJSEvent signIn: nothing here runs "nobody"/,
    'AuthJSCallback signIn log:x' => qr/AuthJSCallback signIn: log: takes events/,
    'AuthJSEventDetail some' => qr/AuthJSEventDetail: takes normal or full/,
);
while (my ($line, $message) = splice @refused, 0, 2) {
    my ($status, $output) = configtest("$bob$line\n");
    ok $status, "$line: refused";
    like $output, $message, 'and why';
}
for my $line ('AuthJSEvent * log:logs/x', 'AuthJSEvent SIGNIN log:/tmp/nobody/x', "AuthJSEventDetail Full",
    'AuthJSEvent signInFailed "log:|/bin/cat -u"') {
    my ($status, $output) = configtest("$bob$line\n");
    is $status, 0, "$line: taken" or diag $output;
}
my $lost = AuthJSTest::Httpd->configure(conf => "${bob}AuthJSEvent signIn log:/nowhere/events\n");
my ($status, $output) = $lost->run_httpd('-k', 'start');
ok $status, 'httpd does not start without the file';
like $output . $lost->error_log, qr{AuthJSEvent: log:/nowhere/events cannot be opened}, 'and says so';

# --- a file -------------------------------------------------------------------------------------

sub lines {
    my ($file) = @_;
    my $text = AuthJSTest::Env::read_file($file);
    die "half a line in $file: $text" if length $text && $text !~ /\n\z/;
    return map { $json->decode($_) } split /\n/, $text;
}

sub wait_for {
    my ($code) = @_;
    my $end = time + 10;
    my $said;
    sleep 0.05 until ($said = $code->()) || time > $end;
    return $said;
}

my $gh = peer_port('github');
my $github = <<"EOT";
<AuthJSProvider github>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
    AuthJSOption baseUrl=http://127.0.0.1:$gh apiBaseUrl=http://127.0.0.1:$gh
</AuthJSProvider>
EOT
my $main = AuthJSTest::Httpd->configure(conf => <<"EOT");
LoadModule unique_id_module \@libexec\@/mod_unique_id.so
LogFormat "%{UNIQUE_ID}e %U" ids
CustomLog logs/ids ids
$bob$github
AuthJSEvent * log:conf/events.jsonl
EOT
my $full = AuthJSTest::Httpd->configure(conf => <<"EOT");
ErrorLogFormat "[%L] %M"
$bob$github
AuthJSEventDetail full
AuthJSEvent signIn log:logs/full
AuthJSEvent signIn log:logs/again
EOT
peer('github', port => $gh, env => { GH_PORT => $gh, GH_ORIGINS => join ',', map { $_->url('/auth') } $main, $full });
$main->start;
my $file = $main->root . '/conf/events.jsonl';
is -s $file, 0, 'the file is made when httpd starts, where its children may not write';
is sprintf('%o', (stat $file)[2] & 07777), '640', 'and not for everybody';

my $browser = $main->browser;
$browser->credentials('credentials', [username => 'bob', password => 'wrong-68-password']);
$browser->credentials('credentials', [username => 'bob', password => $password]);
is $browser->session->{user}{name}, 'bob', 'bob is signed in';
my $cookie = $browser->cookie($COOKIE);
$browser->sign_out;
my @lines = lines($file);
is_deeply [map { $_->{event} } @lines], [qw(signInFailed signIn session signOut)], 'four events, in order';
for (@lines) {
    like $_->{time}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/, "$_->{event}: the time";
    is $_->{client}, '127.0.0.1', 'who asked';
    is $_->{host}, 'localhost', 'which host';
    is_deeply [sort keys %$_], [qw(client event host params requestId time)], 'nothing else';
}
my @ids;    # httpd logs a request after its answer is on its way, the later one first at times
ok wait_for(sub {
    @ids = AuthJSTest::Env::read_file($main->root . '/logs/ids') =~ m{^(\S+ /auth/(?:callback/credentials|session|signout))$}mg;
    @ids == 4;
}), 'four requests';
my %path = (session => '/auth/session', signOut => '/auth/signout');
is_deeply [sort map { "$_->{requestId} " . ($path{ $_->{event} } // '/auth/callback/credentials') } @lines], [sort @ids],
    "mod_unique_id's ids, each of its request";
my ($failed, $in, $session, $out) = map { $_->{params} } @lines;
is_deeply $failed, { provider => 'credentials', reason => 'CredentialsSignin', code => 'credentials', name => 'bob' },
    'why a sign-in failed, and for whom, without a password';
is $in->{user}{name}, 'bob', 'who signed in';
is $in->{account}{provider}, 'credentials', 'with which account';
is $session->{session}{user}{name}, 'bob', 'whose session';
ok $session->{token}{sub}, 'and its claims, which are no secret';
is $out->{token}{name}, 'bob', 'who signed out';

sub sign_in_with_github {
    my ($httpd, %option) = @_;
    my $visitor = $httpd->browser;
    my $start = $visitor->sign_in('github', [callbackUrl => '/']);
    my $r = $visitor->get(authorize(location($start), login => 'octocat', %option));
    return ($visitor, $r);
}
my ($octocat) = sign_in_with_github($main);
my ($event) = grep { $_->{event} eq 'signIn' && $_->{params}{account}{provider} eq 'github' } lines($file);
is $event->{params}{user}{name}, 'The Octocat', 'GitHub: the user';
is $event->{params}{profile}{id}, 583231, 'the profile';
is $event->{params}{account}{token_type}, 'bearer', 'the account';
ok !exists $event->{params}{account}{$_}, "without $_" for qw(access_token refresh_token id_token);
$octocat->get('/auth/callback/github?error=access_denied&state=x');
is_deeply [map { [@{ $_->{params} }{qw(provider reason)}] } grep { $_->{event} eq 'signInFailed' } lines($file)],
    [['credentials', 'CredentialsSignin'], ['github', 'OAuthCallbackError']], 'a sign-in that failed at GitHub';
my $text = AuthJSTest::Env::read_file($file);
unlike $text, qr/wrong-68-password|\Q$password\E|\Q$cookie\E|access_token|gh-secret/, 'no secret is in the file';

# Names that would be orders for a terminal, or more than one line.
my $evil = "\e[31m\n\r\x7f\x{9b}2J\x{85}\x{2028}\0\"\\\x{1f511}";
my $token = mint({ name => $evil, sub => '68', email => 'evil@example.com' }, now => time, max_age => 3600);
$main->site->get('/auth/session', Cookie => "$COOKIE=$token");
my $last = (lines($file))[-1];
is $last->{params}{session}{user}{name}, $evil, 'a name with control characters is there';
unlike AuthJSTest::Env::read_file($file), qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/, 'and escaped';

# --- rotation ------------------------------------------------------------------------------------

my $before = lines($file);
rename $file, "$file.1";
$main->site->get('/auth/session', Cookie => "$COOKIE=$token");
is scalar(lines("$file.1")), $before + 1, 'a file that was moved is written to';
$main->graceful;
ok wait_for(sub { -e $file }), 'until a graceful restart, which makes a new one';
ok wait_for(sub { $main->site->get('/auth/session', Cookie => "$COOKIE=$token"); -s $file }), 'that is used from then on';

# --- all at once ---------------------------------------------------------------------------------

sub at_once {
    my ($port, $many, @tokens) = @_;
    my @open = map {
        my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die "connect: $!";
        my $token = $tokens[$_ % @tokens];
        print $socket "GET /auth/session HTTP/1.1\r\nHost: localhost\r\nCookie: $COOKIE=$token\r\n\r\n" x 10
            . "GET /auth/csrf HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        $socket;
    } 1 .. $many;
    for my $socket (@open) {
        1 while sysread $socket, my $buffer, 65536;
        close $socket;
    }
    sleep 0.5;    # told to end while it closes connections, the event MPM crashes by itself
}
my @crowd = map { mint({ name => "visitor $_ " . 'x' x ($_ * 150), sub => "crowd$_" }, now => time, max_age => 3600) } 1 .. 10;
my $rest = lines($file);
at_once($main->port, 20, @crowd);
my @all = lines($file);
is @all - $rest, 200, 'two hundred events of many children: two hundred whole lines';
$main->stop;

# --- everything, when it is asked for; the id of the error log -------------------------------------

$full->start;
my $fullb = $full->browser;
$fullb->credentials('credentials', [username => 'bob', password => $password]);
my ($one) = lines($full->root . '/logs/full');
is $one->{params}{user}{name}, 'bob', 'AuthJSEventDetail full';
is_deeply lines($full->root . '/logs/again') ? (lines($full->root . '/logs/again'))[0]{params} : undef, $one->{params},
    'each of several targets is told';
like $full->error_log, qr/^\[\Q$one->{requestId}\E\] AuthJS: user bob signed in/m, "without mod_unique_id the error log's id";
sign_in_with_github($full);
ok length((lines($full->root . '/logs/full'))[-1]{params}{account}{access_token} // '') > 8, 'full has the tokens';
$full->stop;

# --- programs ---------------------------------------------------------------------------------------

my $rotatelogs = AuthJSTest::Env::apxs('SBINDIR') . '/rotatelogs';
$rotatelogs = (grep { -x } '/usr/bin/rotatelogs', $rotatelogs)[0];
my $pipes = httpd(conf => <<"EOT");
$bob
AuthJSEvent session "log:|$rotatelogs \@root\@/logs/rotated 86400"
AuthJSEvent session "log:|/bin/cat -u"
AuthJSEvent session "log:|\$exec cat > '\@root\@/logs/shell'"
EOT
my $rotated = sub { my ($found) = glob $pipes->root . '/logs/rotated.*'; $found };
at_once($pipes->port, 10, @crowd[0 .. 4]);
ok wait_for(sub { my $f = $rotated->(); $f && 100 == (() = AuthJSTest::Env::read_file($f) =~ /\n/g) }),
    'rotatelogs writes a hundred events';
is scalar(lines($rotated->())), 100, 'in whole lines';
ok wait_for(sub { 100 == (() = AuthJSTest::Env::read_file($pipes->root . '/logs/shell') =~ /\n/g) }),
    'a shell command gets them too';
my $long = mint({ name => 'L' x 3000, sub => 'long' }, now => time, max_age => 3600);
$pipes->site->get('/auth/session', Cookie => "$COOKIE=$long");
my $short = wait_for(sub { my @now = lines($rotated->()); @now > 100 && $now[-1] });
is $short->{truncated}, $json->decode('true'), 'an event too long for one piece says so';
is $short->{params}, undef, 'and is without its parameters';
ok length($json->encode($short)) < 4096, 'in one piece';
$pipes->stop;

# --- targets that fail ---------------------------------------------------------------------------------

sub has_session {
    my ($httpd) = @_;
    my $r = $httpd->site->get('/auth/session', Cookie => "$COOKIE=$crowd[0]");
    return $r->code == 200 && $json->decode($r->content)->{user}{name} =~ /^visitor 1 /;
}

my $service = peer('hooks', env => { HOOKS_SECRET => secret('hooks'), HOOKS_VERIFY => example() });
my $hooks = peer_port('hooks');
my $ua = LWP::UserAgent->new;
sub seen { @{ $json->decode($ua->get("http://127.0.0.1:$hooks/seen")->content)->{questions} } }

sub example {
    my ($text) = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md') =~ m{\n\n(    // verify\.mjs\n(?:(?:    .*)?\n)+)}
        or die 'no example';
    return AuthJSTest::Env::write_file(root() . '/hooks-68/verify.mjs', $text =~ s/^    //mgr);
}

my @failing = (
    [-e '/dev/full' ? 'log:/dev/full' : (), qr{log:/dev/full: No space left}, 0.5],
    ['"log:|/bin/sleep 1000"', qr/log:\|.*timeout/i, 1.6, 'until it is full'],
    (map { my ($path, $why, $bound) = @$_;
        ["http://127.0.0.1:$hooks$path secret=\@secret:hooks\@", $why, $bound] }
        ['/500', qr/status 500/, 0.5], ['/redirect', qr/status 302/, 0.5], ['/slow', qr/time/i, 1.6],
        ['/large', qr/too large/, 1], ['/closed', qr{127\.0\.0\.1:|status 401}, 0.5]),
    ["http://127.0.0.1:$hooks/slow timeout=200ms secret=\@secret:hooks\@", qr/time/i, 0.6],
    ['http://127.0.0.1:' . AuthJSTest::Env::free_port() . '/ secret=@secret:hooks@', qr/127\.0\.0\.1:\d+: /, 0.5],
);
for my $case (@failing) {
    my ($target, $why, $bound, $full) = @$case;
    my $httpd = httpd(conf => "${bob}AuthJSEvent session $target\nAuthJSEvent session log:logs/behind\n");
    my $name = $target =~ s/ secret=\S+//r;
    for (1 .. 500) {
        last if !$full || $httpd->error_log =~ /EventError/;
        $httpd->site->get('/auth/session', Cookie => "$COOKIE=$crowd[0]");
    }
    my $log = length $httpd->error_log;
    my $told = lines($httpd->root . '/logs/behind');
    my ($tries, $fine) = (0, 0);
    ok quick($bound, sub { $tries++; $fine += has_session($httpd) }), "$name: in time";
    is $fine, $tries, 'the visitor has the session';
    my $said = substr $httpd->error_log, $log;
    like $said, qr/authjs:\w+\] .*AuthJS: EventError: events\.session: .*$why/, 'the log has EventError and why';
    unlike $said, qr/authjs:(?:error|crit).*AuthJS: (?!EventError)/, 'and nothing else';
    is scalar(lines($httpd->root . '/logs/behind')), $told + $tries, 'who comes behind is told';
    $httpd->stop;
}

# --- services --------------------------------------------------------------------------------------------

seen();
my $http = httpd(conf => <<"EOT");
$bob
AuthJSEvent * http://127.0.0.1:$hooks/empty secret=\@secret:hooks\@
AuthJSEvent signIn http://127.0.0.1:$hooks/false secret=\@secret:hooks\@
EOT
my $visitor = $http->browser;
my $r = $visitor->credentials('credentials', [username => 'bob', password => $password]);
is $r->code, 302, 'signed in';
is $visitor->session->{user}{name}, 'bob', 'whatever a service answers to an event';
my @seen = seen();
is_deeply [map { [$_->{path}, $json->decode($_->{body})->{event}] } @seen],
    [['/empty', 'signIn'], ['/false', 'signIn'], ['/empty', 'session']], 'the services are told';
my $told = $json->decode($seen[0]{body});
is_deeply [sort keys %$told], [qw(client event host id params requestId time)], 'as the log, with an id';
like $seen[0]{signature}, qr/^t=\d+,v1=[0-9a-f]{64}\z/, 'signed';
unlike $http->error_log, qr/EventError/, 'without a fault';
$http->stop;

done_testing;
