# Callbacks and events of C modules: hooks, whatever the order of LoadModule. Every rule of
# Auth.js about when they are called, what they are given and what their answers mean; and
# the example of the manual.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Env;
use JSON::PP ();

my $UUID = qr/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
my $COOKIE = 'authjs.session-token';
my $DENIED = '/auth/error?error=AccessDenied';
my $FAILED = '/auth/error?error=Configuration';
my ($TRUE, $FALSE, $NULL) = (JSON::PP::true, JSON::PP::false, undef);
my @SIX = qw(createUser linkAccount session signIn signOut signInFailed);

# --- the site at hand: what its hooks answer, and what they were asked -----------------------

my $site;
my $json = JSON::PP->new->utf8->canonical;
sub file { $site->httpd->root . "/var/hooks.$_[0]" }

sub hooks {
    my (%answers) = @_;
    ref eq 'ARRAY' or $_ = [$_] for values %answers;
    AuthJSTest::Env::write_file(file('json'), $json->encode(\%answers));
    AuthJSTest::Env::write_file(file('log'), '');
    chmod 0666, file('log');
}
sub value { +{ answer => 'value', value => $_[0] } }
my %UNDEFINED = (answer => 'undefined');
my %THROW = (answer => 'error', error => 'thrown by the test');

# What the first (or that) hook was told: of one name, or of all but redirect.
sub calls {
    my ($name, $hook) = @_;
    my @all = map { $json->decode($_) } split /\n/, AuthJSTest::Env::read_file(file('log'));
    return map { $_->{params} } grep {
        $_->{hook} == ($hook // 0) && ($name ? $_->{name} eq $name : $_->{name} ne 'redirect') } @all;
}
sub call {
    my @calls = calls(@_);
    is scalar(@calls), 1, "$_[0] is called once";
    return $calls[0] || {};
}
sub names {
    map { s/^events\.//r } map { $json->decode($_)->{name} }
        grep { /"hook":0/ && /"name":"events/ } split /\n/, AuthJSTest::Env::read_file(file('log'));
}
sub members { join ' ', sort keys %{ $_[0] || {} } }

sub staff { $_[0]->credentials('staff', [username => $_[1] // 'bob', password => 'demo', callbackUrl => '/app']) }
sub end { $site->end($_[0]) }
sub expect { expect_error(qr/$_[0]/, 'a hook said so') }

# A Session, signed in while no hook answers.
sub visitor {
    hooks();
    my $browser = $site->browser;
    is end(staff($browser)), '/app', 'a visitor';
    return $browser;
}

# --- signIn ------------------------------------------------------------------------------

sub nothing_written { is_deeply [map { scalar $site->rows($_) } qw(users accounts sessions)], $_[0], "$_[1]: nothing is written" }

sub sign_in_refuses {
    my @refusals = ([false => value($FALSE), 'refused'], [null => value($NULL), 'refused'],
        ['an empty text' => value(''), 'refused'], [0 => value(0), 'refused'],
        [undefined => {%UNDEFINED}, 'refused'], [error => {%THROW}, 'failed'],
        ['a status' => { status => 500 }, 'failed'],
        ['not a number' => { answer => 'value', odd => 'nan' }, 'failed']);
    my $rows = [map { scalar $site->rows($_) } qw(users accounts sessions)];
    for (@refusals) {
        my ($what, $answer, $why) = @$_;
        hooks(signIn => $answer);
        my $browser = $site->browser;
        is $site->sign_in($browser, 'first', 'refused'), $DENIED, "signIn: $what refuses";
        is $browser->cookie($COOKIE), undef, '... without a session';
        is_deeply [names()], ['signInFailed'], '... and that is told' or diag join ' ', names();
        is_deeply call('events.signInFailed'), { provider => 'first', reason => 'AccessDenied' }, '... with the reason alone';
        nothing_written($rows, $what);
        hooks(signIn => $answer);
        is end(staff($browser)), $DENIED, "... of a credentials provider too";
        nothing_written($rows, $what);
    }
    expect('the callback signIn failed: (?:thrown by the test|a hook returned 500|JSON: a number)');
}

sub sign_in_agrees {
    for (['true' => $TRUE], [1 => 1], ['an object' => {}], ['an empty list' => []], ['a number' => 0.5]) {
        my ($what, $value) = @$_;
        hooks(signIn => value($value));
        is end(staff($site->browser)), '/app', "signIn: $what lets in";
    }
    hooks(signIn => { answer => 'declined' });
    is end(staff($site->browser)), '/app', 'one that declines has no say';
}

sub sign_in_leads_elsewhere {
    my $rows = [map { scalar $site->rows($_) } qw(users accounts sessions)];
    for (['/denied?why=x' => '/denied?why=x'], [$site->url('/there') => '/there'],
        ['https://evil.example/' => ''], ['nonsense' => '']) {
        my ($to, $where) = @$_;
        hooks(signIn => value($to));
        my $browser = $site->browser;
        is $site->sign_in($browser, 'first', 'sent'), $where, "signIn: $to";
        is $browser->cookie($COOKIE), undef, '... without a session';
        nothing_written($rows, $to);
        is_deeply [names()], ['signInFailed'], '... and that is told';
    }
    hooks(signIn => value('/away'), redirect => value('https://other.example/in?x=1'));
    is $site->sign_in($site->browser, 'first', 'sent'), 'https://other.example/in?x=1', 'redirect has the last word';
    my ($asked) = grep { $_->{url} eq '/away' } calls('redirect');
    is_deeply $asked, { url => '/away', baseUrl => $site->url('') }, '... and is asked';
}

sub sign_in_is_given {
    hooks(signIn => value($TRUE));
    my $login = 'given';
    $site->sign_in($site->browser, 'first', $login);
    my $told = call('signIn');
    is members($told), 'account profile user', 'signIn: user, account, profile';
    is members($told->{user}), 'email id image name', '... the user of the profile';
    is $told->{user}{email}, "$login\@example.test";
    like $told->{user}{id}, $UUID, '... with an id of its own';
    is members($told->{account}), 'access_token expires_at expires_in id_token provider providerAccountId scope token_type type',
        '... the account with what the token endpoint said';
    is $told->{account}{providerAccountId}, $login;
    is $told->{profile}{sub}, $login, '... the profile as it came';
    $site->sign_in($site->browser, 'first', $login);
    my $stored = (calls('signIn'))[1]{user};
    my $keeps = $site->{adapter};
    is $stored->{id}, $keeps ? $site->user_of(first => $login)->{id} : $told->{user}{id},
        '... the next time the user who is stored';
    hooks(signIn => value($TRUE));
    staff($site->browser);
    $told = call('signIn');
    is members($told), 'account credentials user', 'of a credentials provider: the credentials';
    is members($told->{account}), 'provider providerAccountId type';
    is_deeply { map { $_ => $told->{credentials}{$_} } qw(username password callbackUrl) },
        { username => 'bob', password => 'demo', callbackUrl => '/app' }, '... as they were typed';
}

# --- order, and what is not everybody's ------------------------------------------------------

sub hooks_in_order {
    hooks(signIn => [value($TRUE), value($FALSE)]);
    is end(staff($site->browser)), '/app', 'the first hook that answers ends it';
    is scalar(calls('signIn', 1)), 0, '... the second one is not asked';
    hooks(signIn => [undef, value($FALSE)]);
    is end(staff($site->browser)), $DENIED, 'a hook that declines leaves it to the next';
    hooks(signIn => [{ status => -1, change => 1 }, value($TRUE)], 'events.signIn' => [{ status => -1, change => 1 }]);
    is end(staff($site->browser)), '/app', 'a hook may scribble on what it was given';
    my $second = call('signIn', 1);
    is members($second), 'account credentials user', '... the next one has its own copy';
    isnt $second->{user}{id}, 'changed', '... of everything';
    isnt call('events.signIn', 1)->{user}{id}, 'changed', '... events too';
    is scalar(grep { $_->{hook} == 1 } map { $json->decode($_) } grep { /events.signIn"/ }
        split /\n/, AuthJSTest::Env::read_file(file('log'))), 1, 'all are told of an event';
}

# --- redirect ------------------------------------------------------------------------------

sub redirect_decides {
    for (['https://other.example/x?y=z' => 'https://other.example/x?y=z'], [$site->url('/inside') => $site->url('/inside')],
        ['/path' => ''], ['javascript:alert(1)' => ''], ["https://x\r\nSet-Cookie: a=b" => ''], [17 => ''], [$NULL => '']) {
        my ($answer, $where) = @$_;
        hooks(redirect => value($answer));
        my $browser = $site->browser;
        $browser->get('/auth/signin?callbackUrl=/asked');
        is_deeply call('redirect'), { url => '/asked', baseUrl => $site->url('') }, 'redirect is given url and baseUrl';
        is $browser->cookie('authjs.callback-url') =~ s/%([0-9A-F]{2})/chr hex $1/ger, $where || $site->url(''),
            'redirect: ' . ($answer // 'null');
    }
    hooks(redirect => {%THROW});
    my $browser = $site->browser;
    $browser->get('/auth/signin?callbackUrl=/asked');
    is $browser->cookie('authjs.callback-url') =~ s/%([0-9A-F]{2})/chr hex $1/ger, $site->url(''), 'redirect: an error';
    expect('the callback redirect failed: (?:thrown by the test|its answer is no http or https URL)');

    hooks(redirect => {%UNDEFINED});
    $browser = $site->browser;
    $browser->get('/auth/signin?callbackUrl=/asked');
    is $browser->cookie('authjs.callback-url') =~ s/%([0-9A-F]{2})/chr hex $1/ger, $site->url('/asked'), 'without an answer the default rule';
    hooks();
    $browser->get('/auth/csrf');
    is_deeply call('redirect'), { url => $site->url('/asked'), baseUrl => $site->url('') }, 'the cookie is asked about';
    hooks();
    $site->browser->get('/auth/csrf');
    is scalar(calls('redirect')), 0, 'nothing to ask, nobody asked';
    hooks(redirect => value('https://other.example/'));
    is end($site->browser->get('/auth/signin?callbackUrl=%ff%fe')) =~ /error/ ? 1 : 0, 0, 'bytes that are no text are not asked about';
    is scalar(calls('redirect')), 0;
}

# --- jwt at sign-in --------------------------------------------------------------------------

sub claims { my ($browser) = @_; return decode($browser->cookie($COOKIE) // '') || {} }

sub jwt_at_sign_in {
    my $keeps = $site->{adapter};
    hooks(jwt => { answer => 'value', merge => { role => 'admin', list => [1, 2.5, $TRUE, $NULL], big => 9007199254740993 } });
    my $browser = $site->browser;
    my $login = 'token' . ($keeps ? 'd' : '');
    $site->sign_in($browser, 'first', $login);
    my $told = call('jwt');
    is members($told), join(' ', 'account', $keeps ? 'isNewUser' : (), 'profile token trigger user'),
        'jwt: token, user, account, profile, trigger';
    is members($told->{token}), 'email name picture sub', '... the token is Auth.js\'s four';
    is $told->{trigger}, $keeps ? 'signUp' : 'signIn', '... trigger';
    ok $told->{isNewUser}, '... isNewUser' if $keeps;
    ok $told->{account}{access_token} && $told->{account}{id_token}, '... the account has the tokens';
    is $told->{token}{sub}, $told->{user}{id}, '... the user is who it will be';
    is $told->{user}{id}, $site->user_of(first => $login)->{id} if $keeps;
    my $claims = claims($browser);
    is $claims->{role}, 'admin', 'what it returns is the token';
    is $json->encode($claims->{list}), '[1,2.5,true,null]', '... values keep their types';
    is $claims->{big}, 9007199254740993, '... large numbers their digits';
    is $claims->{provider}, 'first', '... which names its provider as ever';

    hooks();
    $site->sign_in($site->browser, 'first', $login);
    is call('jwt')->{trigger}, 'signIn', 'the next time: signIn';
    is call('jwt')->{isNewUser}, $FALSE, '... not new' if $keeps;
    hooks();
    staff($site->browser);
    $told = call('jwt');
    is members($told), 'account isNewUser token trigger user', 'of a credentials provider: no profile';
    is $told->{isNewUser}, $FALSE, '... not new';

    hooks(jwt => value({ mine => 1, provider => 'forged', exp => 1 }));
    staff($browser = $site->browser);
    is members(claims($browser)), 'auth_time exp iat jti mine provider via', 'another object in its place';
    is claims($browser)->{provider}, 'staff', '... cannot forge who vouched';
    cmp_ok claims($browser)->{exp}, '>', time, '... nor when it ends';
}

sub jwt_is_no_object {
    my $browser = visitor();
    hooks(jwt => value($NULL));
    my $response = staff($browser);
    is end($response), '/app', 'jwt: null signs in nobody';
    is $browser->cookie($COOKIE), undef, '... and ends the session that was';
    is_deeply [names()], ['signIn'], '... signIn is told all the same, as in Auth.js';

    hooks(jwt => {%UNDEFINED});
    staff($browser = $site->browser);
    is members(claims($browser)), 'auth_time exp iat jti provider via', 'jwt: undefined is an empty token';
    isnt $browser->get('/protected/')->code, 200, '... that lets nobody in';

    for (['an error' => {%THROW}], ['a text' => value('text')], ['a list' => value([1])], [false => value($FALSE)],
        map { ["odd: $_" => { answer => 'value', odd => $_ }] } qw(nan cycle bytes name deep large bomb)) {
        my ($what, $answer) = @$_;
        my $users = $site->rows('users');
        hooks(jwt => $answer);
        $browser = $site->browser;
        is $site->sign_in($browser, 'first', 'nobody'), $FAILED, "jwt: $what fails";
        is $browser->cookie($COOKIE), undef, '... without a session';
        is $site->rows('users'), $users, '... and the user who was made is taken back';
    }
    expect('the callback jwt failed: (?:thrown by the test|its answer is no object|JSON: )');
    expect('CallbackRouteError: the callback jwt failed');
}

# --- the session action ----------------------------------------------------------------------

sub session_with_jwt {
    my $browser = visitor();
    my $before = claims($browser);
    hooks(jwt => { answer => 'value', merge => { seen => 1 } }, session => { answer => 'value', merge => { role => 'x' } });
    my $got = $browser->json('/auth/session');
    my $jwt = call('jwt');
    is members($jwt), 'token', 'GET session: jwt is given the token';
    is_deeply $jwt->{token}, $before, '... with all its claims';
    my $session = call('session');
    is members($session), 'session token', 'session: session, token';
    is $session->{token}{seen}, 1, '... the token that jwt returned';
    is members($session->{session}), 'expires user', '... what the browser would see';
    is members($session->{session}{user}), 'name', '... and what the user has';
    is $got->{role}, 'x', 'what session returns is the answer';
    is claims($browser)->{seen}, 1, 'what jwt returned is the cookie';
    is claims($browser)->{role}, undef, '... and no more';
    is claims($browser)->{provider}, 'staff', '... with its provider';
    my $event = call('events.session');
    is_deeply $event->{session}, $got, 'the event tells what was answered';
    is $event->{token}{seen}, 1, '... and the token';

    hooks(jwt => value({ sub => 'bob', provider => 'other', email => 'x@example.com', email_verified => $TRUE }));
    $browser->json('/auth/session');
    is claims($browser)->{provider}, 'staff', 'jwt does not change who vouched';

    hooks();
    my $csrf = $browser->csrf;
    my $data = { name => "N\x{e9}", deep => [{ a => $NULL }], '__proto__' => { x => 1 }, 'a.b' => 1 };
    $browser->post('/auth/session', { csrfToken => $csrf, data => $data });
    $jwt = call('jwt');
    is members($jwt), 'session token trigger', 'POST session: trigger and session';
    is $jwt->{trigger}, 'update';
    is_deeply $jwt->{session}, $data, '... the data as it was sent';
    is members(call('session')), 'session token';
    hooks();
    $browser->post('/auth/session', { csrfToken => 'wrong', data => 1 });
    is scalar(calls('jwt')), 0, 'without the CSRF token nobody is asked';
}

sub session_is_no_object {
    for (['an error of jwt' => jwt => {%THROW}], ['undefined of jwt' => jwt => {%UNDEFINED}], ['a text of jwt' => jwt => value('x')],
        ['null of jwt' => jwt => value($NULL)], ['an error of session' => session => {%THROW}],
        ['no JSON of session' => session => { answer => 'value', odd => 'cycle' }]) {
        my ($what, $which, $answer) = @$_;
        my $browser = visitor();
        hooks($which => $answer);
        is $browser->get('/auth/session')->content, 'null', "GET session: $what: null";
        is $browser->cookie($COOKIE), undef, '... and the session has ended';
        is_deeply [names()], [], '... nothing is told';
    }
    expect('the callback (?:jwt|session) failed');
    for (['null' => value($NULL), 'null'], [undefined => {%UNDEFINED}, ''], ['a text' => value('x'), '"x"'], [false => value($FALSE), 'false']) {
        my ($what, $answer, $body) = @$_;
        my $browser = visitor();
        hooks(session => $answer);
        my $response = $browser->get('/auth/session');
        is $response->content, $body, "session: $what is the answer";
        like $response->header('Content-Type'), qr{^application/json}, '... as JSON';
        ok $browser->cookie($COOKIE), '... and the session goes on';
    }
}

sub session_in_database {
    my $browser = visitor();
    my $token = $browser->cookie($COOKIE);
    hooks();
    my $default = $browser->json('/auth/session');
    is members($default), 'expires user', 'GET session: the default';
    my $told = call('session');
    is members($told), 'session user', 'session: session, user';
    is $told->{session}{sessionToken}, $token, '... the whole row';
    is_deeply $told->{session}{user}, $told->{user}, '... with the user in it';
    is $told->{session}{userId}, $told->{user}{id};
    is_deeply call('events.session'), { session => $default }, 'the event tells what was answered';
    unlike $browser->get('/auth/session')->content, qr/\Q$token\E/, 'a hook that declines shows nothing more';

    hooks(session => { answer => 'value', value => { user => { id => '1' }, mine => [1] } });
    is_deeply $browser->json('/auth/session'), { user => { id => '1' }, mine => [1] }, 'what it returns is the answer';
    hooks();
    $browser->post('/auth/session', { csrfToken => $browser->csrf, data => { a => 1 } });
    $told = call('session');
    is members($told), 'newSession session trigger user', 'POST session: newSession and trigger';
    is_deeply $told->{newSession}, { a => 1 };
    is $told->{trigger}, 'update';
    is scalar(calls('jwt')), 0, 'jwt has no say here';

    hooks(session => {%THROW});
    is $browser->get('/auth/session')->content, 'null', 'an error: null';
    is $browser->cookie($COOKIE), $token, '... and the session goes on';
    is_deeply [names()], [], '... nothing is told';
    expect('SessionTokenError: the callback session failed');
    expect('the callback session failed');
}

# --- events --------------------------------------------------------------------------------

sub events_are_told {
    my $keeps = $site->{adapter};
    hooks();
    my $browser = $site->browser;
    $site->sign_in($browser, 'first', 'told');
    my $event = call('events.signIn');
    is members($event), join(' ', 'account', $keeps ? 'isNewUser' : (), 'profile user'), 'events.signIn';
    unlike $json->encode($event->{account}), qr/access_token|id_token/, '... without the tokens';
    is $event->{account}{providerAccountId}, 'told';
    if ($keeps) {
        is_deeply [grep { !/^session$/ } names()], [qw(createUser linkAccount signIn)], 'a new user: three events, in this order';
        is members(call('events.createUser')), 'user';
        $event = call('events.linkAccount');
        is members($event), 'account profile user', 'events.linkAccount';
        is $event->{profile}{email}, 'told@example.test', '... profile: the user that the provider described';
        is $event->{account}{userId}, undef;
    }
    else {
        is_deeply [names()], ['signIn'], 'nobody is stored: one event';
    }
    hooks();
    $browser->sign_out;
    $event = call('events.signOut');
    is members($event), $site->{strategy} eq 'jwt' ? 'token' : 'session', 'events.signOut';
    is $site->{strategy} eq 'jwt' ? $event->{token}{email} : $event->{session}{userId} && 'told@example.test', 'told@example.test', '... of whom';
    unlike $json->encode($event), qr/sessionToken/, '... without the token';
    hooks();
    $browser->sign_out;
    is_deeply [names()], [], 'nobody signs out';

    hooks();
    $site->browser->credentials('staff', [username => 'bob', password => 'not-this-one']);
    is_deeply call('events.signInFailed'), { provider => 'staff', reason => 'CredentialsSignin', code => 'credentials', name => 'bob' },
        'events.signInFailed: provider, reason and the name, not the password';
    hooks();
    $site->browser->get('/auth/callback/first?code=x&state=y');
    is call('events.signInFailed')->{reason}, 'InvalidCheck', '... whatever it was';
    hooks();
    $site->browser->get('/auth/callback/nobody');
    is_deeply call('events.signInFailed'), { provider => $NULL, reason => 'InvalidProvider' }, '... of no provider too';
    hooks();
    $site->browser->get('/auth/error');
    is_deeply [names()], [], 'a page is no sign-in';

    hooks(map { ("events.$_" => { status => 500, change => 1 }) } @SIX);
    is $site->sign_in($site->browser, 'first', 'told'), '/app', 'an event changes nothing';
}

# --- all of it -----------------------------------------------------------------------------

my $conf = <<'EOT';
AuthJSTestHooks @root@/var/hooks
<Location /protected/>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
my $load = "LoadModule authjs_test_hooks_module \@modules\@/mod_authjs_test_hooks.so\n";
my @sites = AuthJSTest::Accounts->sites(
    { adapter => 'memory', strategy => 'jwt', conf => $load . $conf },
    { adapter => 'memory', strategy => 'database', conf => $load . $conf },
    { adapter => '', strategy => 'jwt', conf => $load . $conf },
);
for (@sites) {
    $site = $_;
    note "adapter: $site->{adapter} strategy: $site->{strategy}";
    staff($site->browser);
    sign_in_refuses();
    sign_in_agrees();
    sign_in_leads_elsewhere();
    sign_in_is_given();
    hooks_in_order();
    redirect_decides();
    events_are_told();
    if ($site->{strategy} eq 'jwt') {
        jwt_at_sign_in();
        jwt_is_no_object();
        session_with_jwt();
        session_is_no_object();
    }
    else {
        session_in_database();
    }
}

# --- what is written where ---------------------------------------------------------------------

{
    my $base = "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\nAuthJSProvider github\n";
    my %env = (AUTH_GITHUB_ID => 'x', AUTH_GITHUB_SECRET => 'y');
    my $expr = q{AuthJSCallback %s "expr=%%{AUTHJS:user.email} == 'x'"};
    for (['signIn outside' => sprintf($expr, 'signIn')], ['SIGNIN in a virtual host' => "<VirtualHost *:1>\n" . sprintf($expr, 'SIGNIN') . "\n</VirtualHost>"],
        ['authorized outside' => sprintf($expr, 'authorized')], ['authorized in a location' => "<Location /x>\n" . sprintf($expr, 'authorized') . "\n</Location>"],
        ['signIn in a location' => "<Location /x>\n" . sprintf($expr, 'signIn') . "\n</Location>", qr/a directory has the callback authorized alone/],
        ['jwt in a condition' => "<If true>\n" . sprintf($expr, 'jwt') . "\n</If>", qr/a directory has the callback authorized alone/],
        ['signIn in a provider' => "<AuthJSProvider google>\n" . sprintf($expr, 'signIn') . "\n</AuthJSProvider>", qr/write it outside of <AuthJSProvider>/],
        ['another callback' => sprintf($expr, 'signOut'), qr/AuthJSCallback: takes one of signIn, redirect, jwt, session, authorized, generateVerificationToken, normalizeIdentifier, and behind it what to run, such as lua:FILE/],
        ['no runner' => 'AuthJSCallback signIn', qr/takes one of .*, and behind it what to run/],
        ['a runner nobody has' => 'AuthJSCallback signIn perl:x', qr/AuthJSCallback signIn: nothing here runs "perl"; write expr=EXPRESSION, lua:FILE/],
        ['another event' => 'AuthJSEvent jwt log:logs/x', qr/AuthJSEvent: takes one of .*signIn, signOut/],
        ['an event in a location' => "<Location /x>\nAuthJSEvent signIn log:logs/x\n</Location>", qr/AuthJSEvent not allowed/]) {
        my ($what, $text, $refusal) = @$_;
        my ($status, $output) = configtest("$base$text\n", env => \%env);
        $refusal ? like $output, $refusal, "$what is refused" : is $status, 0, $what;
        isnt $status, 0, '... indeed' if $refusal;
        diag $output if !$refusal && $status;
    }
}

# --- the order of LoadModule -------------------------------------------------------------------

{
    $site = $sites[2];
    $site->httpd->stop;
    my $main = $site->httpd->root . '/conf/httpd.conf';
    my $test = $site->httpd->root . '/conf/test.conf';
    my ($line) = AuthJSTest::Env::read_file($test) =~ /^(LoadModule authjs_test_hooks.*\n)/m;
    AuthJSTest::Env::write_file($test, AuthJSTest::Env::read_file($test) =~ s/^LoadModule authjs_test_hooks.*\n//mr);
    AuthJSTest::Env::write_file($main, AuthJSTest::Env::read_file($main) =~ s/^(?=LoadModule authjs_module)/$line/mr);
    like AuthJSTest::Env::read_file($main), qr/authjs_test_hooks_module.*LoadModule authjs_module/s, 'loaded before mod_authjs';
    $site->httpd->start;
    hooks(signIn => value($FALSE));
    is end(staff($site->browser)), $DENIED, 'a hook of a module that is loaded first counts too';
    is_deeply [names()], ['signInFailed'], '... and is told';
}

# --- the example of the manual, from the installed header alone ------------------------------

{
    my $dir = root() . '/example';
    my $text = AuthJSTest::Env::read_file(srcdir() . '/docs/examples/mod_authjs_example.c');
    AuthJSTest::Env::write_file("$dir/mod_authjs_example.c", $text);
    my $header = AuthJSTest::Env::read_file(srcdir() . '/include/mod_authjs.h');
    AuthJSTest::Env::write_file("$dir/include/mod_authjs.h", $header);
    my $apxs = $ENV{APXS} || 'apxs';
    my $log = `cd '$dir' && '$apxs' -c -Wc,-Wall -Wc,-Wextra -Wc,-Werror -I'$dir/include' mod_authjs_example.c -ljson-c 2>&1`;
    is $?, 0, 'the example compiles against the header alone' or BAIL_OUT $log;
    AuthJSTest::Env::write_file("$dir/staff", join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" }
        qw(jane@example.com admin@example.com eve@example.org bob));
    my $httpd = httpd(conf => <<"EOT");
LoadModule authjs_example_module $dir/.libs/mod_authjs_example.so
AuthJSExampleDomain example.com
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider staff credentials>
    AuthUserFile "$dir/staff"
    AuthJSLoginIsEmail On
</AuthJSProvider>
EOT
    my %role = ('jane@example.com' => 'member', 'admin@example.com' => 'admin');
    for my $name (sort keys %role) {
        my $browser = $httpd->browser;
        $browser->credentials('staff', [username => $name, password => 'demo']);
        is $browser->session->{user}{role}, $role{$name}, "the example: $name is $role{$name}";
        is decode($browser->cookie($COOKIE))->{role}, $role{$name}, '... in the token';
        like $httpd->error_log, qr/example: \Q$name\E came/, '... and was written down';
    }
    for my $name (qw(eve@example.org bob)) {
        my $response = $httpd->browser->credentials('staff', [username => $name, password => 'demo']);
        is location($response), $httpd->url($DENIED), "the example: $name stays outside";
    }
    my ($shown) = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md') =~ /(mod_authjs_example\.c)/;
    ok $shown, 'the manual names the example';
}

done_testing;
