package AuthJSTest::CallbackRules;

# Every rule of Auth.js's callbacks and events (what each is called with, what its answer means,
# in which order), stated once: t/74-callbacks-*.t try it in each way that a callback can be
# written. Whom it is about says what the callback answers: AuthJSTest::Callbacks.
use strict;
use warnings;
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Callbacks;
use Exporter 'import';
use URI::Escape qw(uri_escape);

our @EXPORT = qw(try_callbacks);

my $TOKEN = 'authjs.session-token';

# --- the rules ------------------------------------------------------------------------------
# Whom it is about => how it ends: `to` where a sign-in leads, `has` what is in the session (a
# code that is given it), `none` no session, `body` what /auth/session says. `expr`: an
# expression can say it.

my $DENIED = '/auth/error?error=AccessDenied';
my $BROKEN = '/auth/error?error=Configuration';
my $NEW    = '/welcome?callbackUrl=';

my @SIGN_IN = (
    'signIn-true'   => { to => '/app', expr => 1 },
    'signIn-one'    => { to => '/app' },
    'signIn-object' => { to => '/app' },
    'signIn-array'  => { to => '/app' },
    'signIn-false'  => { refused => $DENIED, expr => 1 },
    'signIn-null'   => { refused => $DENIED },
    'signIn-zero'   => { refused => $DENIED },
    'signIn-empty'  => { refused => $DENIED },
    'signIn-undefined' => { refused => $DENIED },
    'signIn-error'  => { refused => $DENIED, error => 'the callback signIn failed' },
    'signIn-text'   => { refused => '/welcome', expr => 1 },
    'signIn-other'  => { refused => '', way => { expr => 'https://other.test/' }, expr => 1 },
    'signIn-elsewhere' => { refused => 'https://other.test/redirect-elsewhere' },
);

# The token at sign-in.
my @JWT = (
    'jwt-signIn-role'   => { to => '/app', token => sub { $_[0]{role} eq 'admin' }, expr => 1 },
    'jwt-signIn-object' => { to => '/app', token => sub { !grep { !/^(?:provider|via|auth_time|iat|exp|jti)$/ } keys %{ $_[0] } } },
    'jwt-signIn-undefined' => { to => '/app', token => sub { !grep { !/^(?:provider|via|auth_time|iat|exp|jti)$/ } keys %{ $_[0] } } },
    'jwt-signIn-null'   => { to => '/app', none => 1 },
    'jwt-signIn-error'  => { refused => $BROKEN, error => 'the callback jwt failed' },
    'jwt-signIn-text'   => { refused => $BROKEN, error => 'the callback jwt failed' },
    'jwt-signIn-array'  => { refused => $BROKEN, error => 'the callback jwt failed' },
    'jwt-signIn-true'   => { refused => $BROKEN, error => 'the callback jwt failed' },
);

# GET /auth/session, and POST with data: of somebody who has signed in.
my @SESSION = (
    'jwt-session-role'  => { strategy => 'jwt', token => sub { $_[0]{role} eq 'admin' }, body => qr/^\{"user":/, expr => 1 },
    'jwt-session-null'  => { strategy => 'jwt', body => 'null', ended => 1 },
    'jwt-session-undefined' => { strategy => 'jwt', body => 'null', ended => 1 },
    'jwt-session-error' => { strategy => 'jwt', body => 'null', ended => 1, error => 'the callback jwt failed' },
    'jwt-session-text'  => { strategy => 'jwt', body => 'null', ended => 1, error => 'the callback jwt failed' },
    'jwt-update-role'   => { strategy => 'jwt', post => 1, token => sub { $_[0]{role} eq 'admin' }, body => qr/^\{"user":/, expr => 1 },
    'jwt-update-null'   => { strategy => 'jwt', post => 1, body => 'null', ended => 1 },
    'jwt-update-error'  => { strategy => 'jwt', post => 1, body => 'null', ended => 1, error => 'the callback jwt failed' },
    (map { my $post = $_; (
        'session-role'   => { post => $post, body => qr/"role":"admin"/, expr => 1, token => sub { !$_[0]{role} } },
        "session-object" => { post => $post, body => '{}' },
        "session-array"  => { post => $post, body => '[]' },
        "session-text"   => { post => $post, body => '"/welcome"' },
        "session-false"  => { post => $post, body => 'false' },
        "session-null"   => { post => $post, body => 'null' },
        "session-undefined" => { post => $post, body => '' },
        "session-error"  => { post => $post, body => 'null', ended => { jwt => 1 }, error => 'the callback session failed' },
    ) } 0, 1),
);

# Where a callbackUrl leads.
my @REDIRECT = (
    '/app'                     => { to => '/app', expr => 1 },
    'https://other.test/redirect-elsewhere' => { to => 'https://other.test/redirect-elsewhere', expr => 1 },
    '/redirect-elsewhere'      => { to => 'https://other.test/redirect-elsewhere' },
    '/redirect-undefined'      => { to => '/redirect-undefined' },
    'https://other.test/redirect-undefined' => { to => '' },
    '/redirect-text'           => { to => '', error => 'its answer is no http or https URL' },
    '/redirect-null'           => { to => '', error => 'its answer is no http or https URL' },
    '/redirect-true'           => { to => '', error => 'its answer is no http or https URL' },
    '/redirect-error'          => { to => '', error => 'the callback redirect failed' },
);

# Who is called, in which order and with what. The same in each way that can tell.
my $WITH_PROFILE = 'account access_token expires_at expires_in id_token provider providerAccountId scope token_type type';
my $KEPT = 'account access_token expires_at id_token provider providerAccountId scope token_type type';
my $STAFF = 'account provider providerAccountId type';
my %SEQUENCE = (
    jwt => [
        'sign up' => [
            "signIn($WITH_PROFILE, profile, user)",
            'events.createUser(user)',
            "events.linkAccount($KEPT, profile, user)",
            "jwt($WITH_PROFILE, isNewUser=true, profile, token, trigger=\"signUp\", user)",
            "events.signIn($WITH_PROFILE, isNewUser=true, profile, user)" ],
        'sign in again' => [
            "signIn($WITH_PROFILE, profile, user)",
            "jwt($WITH_PROFILE, isNewUser=false, profile, token, trigger=\"signIn\", user)",
            "events.signIn($WITH_PROFILE, isNewUser=false, profile, user)" ],
        'link' => [
            "signIn($WITH_PROFILE, profile, user)",
            "events.linkAccount($KEPT, profile, user)",
            "jwt($WITH_PROFILE, isNewUser=false, profile, token, trigger=\"signIn\", user)",
            "events.signIn($WITH_PROFILE, isNewUser=false, profile, user)" ],
        'staff' => [
            "signIn($STAFF, credentials callbackUrl csrfToken password username, user)",
            "jwt($STAFF, isNewUser=false, token, trigger=\"signIn\", user)",
            "events.signIn($STAFF, user)" ],
        'session' => [ 'jwt(token)', 'session(session, token)', 'events.session(session, token)' ],
        'update' => [ 'jwt(session, token, trigger="update")', 'session(session, token)',
            'events.session(session, token)' ],
        'sign out' => ['events.signOut(token)'],
    ],
    database => [
        'sign up' => [
            "signIn($WITH_PROFILE, profile, user)",
            'events.createUser(user)',
            "events.linkAccount($KEPT, profile, user)",
            "events.signIn($WITH_PROFILE, isNewUser=true, profile, user)" ],
        'sign in again' => [
            "signIn($WITH_PROFILE, profile, user)",
            "events.signIn($WITH_PROFILE, isNewUser=false, profile, user)" ],
        'link' => [
            "signIn($WITH_PROFILE, profile, user)",
            "events.linkAccount($KEPT, profile, user)",
            "events.signIn($WITH_PROFILE, isNewUser=false, profile, user)" ],
        'session' => [ 'session(session, user)', 'events.session(session)' ],
        'update' => [ 'session(newSession, session, trigger="update", user)', 'events.session(session)' ],
        'sign out' => ['events.signOut(session)'],
    ],
);

# --- trying them ----------------------------------------------------------------------------

sub pairs { map { [ @_[ 2 * $_, 2 * $_ + 1 ] ] } 0 .. $#_ / 2 }

# Rules that this way can say, of this strategy.
sub rules_of {
    my ($site, @rules) = @_;
    return grep {
        ($site->{way} ne 'expr' || $_->[1]{expr}) && ($_->[1]{strategy} // $site->{strategy}) eq $site->{strategy}
    } pairs(@rules);
}

sub rows { my ($site) = @_; join ' ', map { "$_ " . $site->rows($_) } qw(users accounts sessions) }

sub log_has {
    my ($site, $from, $rule, $name) = @_;
    my $log = substr $site->httpd->error_log, $from;
    $rule->{error} ? like $log, qr/\Q$rule->{error}\E/, "$name: the log says so" : unlike $log, qr/callback \w+ failed:/, "$name: nothing failed";
}

sub claims { my ($browser) = @_; my $token = $browser->cookie($TOKEN); $token ? decode($token) : undef }

# Names and passwords of the users in the rules; the password is "demo".
sub staff {
    my ($site, @names) = @_;
    AuthJSTest::Env::write_file($site->httpd->root . '/conf/staff',
        join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } 'bob', @names);
}

sub sign_in_with {
    my ($site, $browser, $provider, $who, $to) = @_;
    return $site->sign_in($browser, $provider, $who) if $provider ne 'staff';
    return $site->end($browser->credentials(staff => [ username => $who, password => 'demo', callbackUrl => $to // '/app' ]));
}

sub base { $_[0]->url('') }
# A new user comes to a page of its own first.
sub leads { my ($site, $where, $to) = @_; $where eq $to || $where eq $NEW . uri_escape(base($site) . $to) }

sub try_sign_in {
    my ($site, $provider, @rules) = @_;
    for (rules_of($site, @rules)) {
        my ($who, $rule) = @$_;
        my ($browser, $before, $from) = ($site->browser, rows($site), length $site->httpd->error_log);
        my $where = sign_in_with($site, $browser, $provider, $who);
        my $name = "$provider: $who";
        if (defined $rule->{refused}) {
            is $where, $rule->{way}{ $site->{way} } // $rule->{refused}, "$name: refused";
            is rows($site), $before, "$name: nothing was written";
        }
        else {
            ok leads($site, $where, $rule->{to}), "$name: goes on" or diag $where;
            isnt rows($site), $before, "$name: somebody is new" if $provider ne 'staff' || $site->{strategy} eq 'database';
        }
        my $none = defined $rule->{refused} || $rule->{none};
        is !!$browser->cookie($TOKEN), !$none, "$name: " . ($none ? 'no session' : 'a session');
        ok $rule->{token}->(claims($browser)), "$name: the token" or diag explain claims($browser) if $rule->{token};
        log_has($site, $from, $rule, $name);
    }
}

sub try_session {
    my ($site) = @_;
    for (rules_of($site, @SESSION)) {
        my ($who, $rule) = @$_;
        my $browser = $site->browser;
        $site->sign_in($browser, 'first', $who);
        my ($cookie, $from) = ($browser->cookie($TOKEN), length $site->httpd->error_log);
        my $name = ($rule->{post} ? 'POST' : 'GET') . " session: $who";
        my $r = $rule->{post}
            ? $browser->post('/auth/session', { csrfToken => $browser->csrf, data => { colour => 'red' } })
            : $browser->get('/auth/session');
        is $r->code, 200, "$name: 200";
        ref $rule->{body} ? like $r->content, $rule->{body}, "$name: the answer" : is $r->content, $rule->{body}, "$name: the answer";
        my $ended = ref $rule->{ended} ? $rule->{ended}{ $site->{strategy} } : $rule->{ended};
        is !$browser->cookie($TOKEN), !!$ended, "$name: the session " . ($ended ? 'ended' : 'goes on');
        ok $rule->{token}->(claims($browser)), "$name: the token"
            if $rule->{token} && $site->{strategy} eq 'jwt' && $site->{way} ne 'expr';
        log_has($site, $from, $rule, $name);
    }
}

sub try_redirect {
    my ($site) = @_;
    for (rules_of($site, @REDIRECT)) {
        my ($url, $rule) = @$_;
        my $from = length $site->httpd->error_log;
        my $where = sign_in_with($site, $site->browser, 'staff', 'bob', $url);
        ok leads($site, $where, $rule->{to}), "redirect $url: leads there" or diag $where;
        log_has($site, $from, $rule, "redirect $url");
    }
}

my %DO = (
    'sign up' => sub { $_[0]->sign_in($_[1], 'first', 'alice') },
    'sign in again' => sub { $_[0]->sign_in($_[1], 'first', 'alice') },
    'link' => sub { $_[0]->sign_in($_[1], 'second', 'work') },
    'staff' => sub { sign_in_with($_[0], $_[0]->browser, 'staff', 'bob') },
    'session' => sub { $_[1]->get('/auth/session') },
    'update' => sub { $_[1]->post('/auth/session', { csrfToken => $_[1]->csrf, data => { colour => 'red' } }) },
    'sign out' => sub { $_[1]->sign_out },
);

sub try_sequence {
    my ($site) = @_;
    my $browser = $site->browser;
    my $calls = sub { grep { $_->[0] ne 'redirect' } AuthJSTest::Callbacks->calls($site->{way}, $site->httpd) };
    $calls->();
    for (pairs(@{ $SEQUENCE{ $site->{strategy} } })) {
        my ($step, $expected) = @$_;
        $DO{$step}->($site, $browser);
        my @calls = $calls->();
        is_deeply [ map { AuthJSTest::Callbacks->brief($_) } @calls ], $expected, "$step: who is called with what";
        values_of($site, $step, @calls);
    }
}

# What the brief form leaves out.
sub values_of {
    my ($site, $step, @calls) = @_;
    my %by = map { @$_ } @calls;
    if ($step eq 'sign up') {
        is $by{signIn}{user}{email}, 'alice@example.test', 'signIn: the user as the provider says';
        is $by{signIn}{profile}{family_name}, 'alice', 'signIn: the profile is raw';
        my $known = $site->user_of(first => 'alice');
        is $by{$_}{user}{id}, $known->{id}, "$_: the user of the database" for grep { $by{$_} } qw(jwt events.signIn events.createUser);
        is_deeply [ sort keys %{ $by{jwt}{token} } ], [qw(email name picture sub)], 'jwt: the token of the beginning' if $by{jwt};
    }
    if ($step eq 'sign in again') {
        is $by{signIn}{user}{id}, $site->user_of(first => 'alice')->{id}, 'signIn: the user of the database';
    }
    if ($step eq 'staff') {
        is_deeply [ @{ $by{signIn}{credentials} }{qw(username password)} ], [qw(bob demo)], 'signIn: the raw body';
        is $by{signIn}{account}{type}, 'credentials', 'signIn: the type';
    }
    if ($step eq 'update') {
        is_deeply $by{jwt} ? $by{jwt}{session} : $by{session}{newSession}, { colour => 'red' }, 'the data that were sent';
    }
}

# All of it, for 'c', 'lua', 'http' or 'expr'.
sub try_callbacks {
    my ($way) = @_;
    expect_error(qr/AuthJS: (?:the|CallbackRouteError: the|SessionTokenError: the) callback (?:signIn|jwt|session|redirect) failed/,
        'callbacks that fail because the test asks them to') if $way ne 'expr';
    AuthJSTest::Callbacks->start_service if $way eq 'http';
    my @sites = AuthJSTest::Accounts->sites(map { { way => $way, adapter => 'memory',
        strategy => $_, conf => AuthJSTest::Callbacks->conf($way) } } qw(jwt database));
    for my $site (@sites) {
        staff($site, map { $_->[0] } pairs(@SIGN_IN));
        subtest "$way, $site->{strategy}" => sub {
            try_sequence($site) if $way ne 'expr';
            try_sign_in($site, 'first', @SIGN_IN);
            try_sign_in($site, 'staff', @SIGN_IN);
            if ($site->{strategy} eq 'jwt') {
                try_sign_in($site, 'first', @JWT);
                try_redirect($site);
            }
            try_session($site);
        };
    }
}

1;
