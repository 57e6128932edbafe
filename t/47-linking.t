# Whose account is it: every row of Auth.js's table, with real providers, on several adapters
# and both session strategies; what others do at the same time, and what must not be done.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Database;
use POSIX ();

# A database with our tables in it.
sub made {
    my $db = database($_[0]);
    $db->migrate;
    return $db;
}

my @sites = AuthJSTest::Accounts->sites(
    (map { my $strategy = $_; map { { adapter => $_, strategy => $strategy } } qw(memory nineteen) }
        qw(jwt database)),
    (map { { adapter => 'sqlite', db => database('sqlite'), strategy => $_ } } qw(jwt database)),
    { adapter => 'pgsql', db => made('pgsql'), strategy => 'database', ids => qr/^\d+$/ },
    { adapter => 'mysql', db => made('mysql'), strategy => 'database',
        tables => { users => 'user', accounts => 'account', sessions => 'session' } },
);

my $NEW = qr{^/welcome\?callbackUrl=http%3A%2F%2Flocalhost%3A\d+%2Fapp$};
my $REFUSED = '/auth/signin?error=OAuthAccountNotLinked';
my $FAILED  = '/auth/error?error=Configuration';

sub count { my ($site) = @_; join ' ', map { scalar $site->rows($_) } qw(users accounts) }

# Whom the browser is signed in as; in the database there is one session of that token.
sub is_signed_in {
    my ($site, $browser, $email, $name) = @_;
    my $session = $browser->session || { user => { email => 'nobody' } };
    is $session->{user}{email}, $email, $name;
    return if $site->{strategy} eq 'jwt';
    my $token = $browser->cookie('authjs.session-token') // '';
    is scalar(grep { $_->{sessionToken} eq $token } $site->rows('sessions')), 1, 'its session is a row';
}

# --- the table ----------------------------------------------------------------------------

sub first_sign_in {
    my ($site, $browser) = @_;
    like $site->sign_in($browser, 'first', 'alice'), $NEW, 'row 7: a new user';
    is_signed_in($site, $browser, 'alice@example.test', 'who is signed in');
    my $alice = $site->user_of(first => 'alice');
    is_deeply [@$alice{qw(name email emailVerified image)}], ['User alice', 'alice@example.test',
        undef, 'https://example.test/alice.png'], 'as the provider says';
    like $alice->{id}, $site->{ids} || qr/^[0-9a-f]{8}-/, 'with an id of its own';
    my ($account) = $site->rows('accounts');
    is_deeply [grep { defined $account->{$_} && $_ ne 'id' } sort keys %$account],
        [qw(access_token expires_at id_token provider providerAccountId scope token_type type
        userId)], 'the account has what Auth.js keeps, and no more';
    is $account->{type}, 'oidc';
    cmp_ok abs($account->{expires_at} - time - 3600), '<', 60, 'expires_at is a time';
    return $account;
}

sub known_account {
    my ($site, $browser, $account) = @_;
    is $site->sign_in($site->browser, 'first', 'alice'), '/app', 'row 3: the same again';
    is count($site), '1 1', 'and nobody new';
    my ($fresh) = $site->rows('accounts');
    my $kept = $fresh->{access_token} eq $account->{access_token};
    is $kept, $site->{adapter} eq 'nineteen', 'the account has the new tokens, where that is possible';
    is $fresh->{$_}, $account->{$_}, "$_ is as it was" for qw(userId type);

    my $before = $browser->cookie('authjs.session-token');
    is $site->sign_in($browser, 'first', 'alice'), '/app', 'row 1: signed in, and the same account';
    is_signed_in($site, $browser, 'alice@example.test', 'who stays signed in');
    is $browser->cookie('authjs.session-token') eq $before, $site->{strategy} eq 'database',
        'in the same session, or with a new token for it';
    is count($site), '1 1', 'and nobody new';

    like $site->sign_in($site->browser, 'first', 'bob'), $NEW, 'bob is another';
    is $site->sign_in($browser, 'first', 'bob'), $REFUSED, 'row 2: signed in, and another\'s account';
    is_signed_in($site, $browser, 'alice@example.test', 'alice stays signed in');
    is count($site), '2 2', 'nothing was written';
}

sub further_account {
    my ($site, $browser) = @_;
    my $alice = $site->user_of(first => 'alice');
    my $before = $browser->cookie('authjs.session-token');
    my $sessions = $site->rows('sessions');
    is $site->sign_in($browser, 'second', 'work'), '/app', 'row 4: signed in, and a new account';
    is_signed_in($site, $browser, 'alice@example.test', 'alice stays signed in');
    is $site->accounts($alice), 'first/alice second/work', 'and has it';
    isnt $browser->cookie('authjs.session-token'), $before, 'the session is of that provider now';
    is $site->rows('sessions'), $sessions, 'in place of the one that was';
    is $site->sign_in($site->browser, 'second', 'work'), '/app', 'she can sign in with it';
    is count($site), '2 3', 'no new user';
    is $site->sign_in($browser, 'github', 'octocat'), '/app', 'row 4 with plain OAuth 2';
    is $site->accounts($alice), 'first/alice github/583231 second/work', 'its id is text';
}

sub known_address {
    my ($site) = @_;
    is $site->sign_in($site->browser, 'second', 'bob'), $REFUSED, 'row 6: a known e-mail address';
    is count($site), '2 4', 'nothing was written';
    my $browser = $site->browser;
    is $site->sign_in($browser, 'trusting', 'bob'), '/app', 'row 5: the same, trusted';
    is $site->user_of(trusting => 'bob')->{id}, $site->user_of(first => 'bob')->{id}, 'is the same user';
    is_signed_in($site, $browser, 'bob@example.test', 'who is signed in');
    is count($site), '2 5', 'no new user';
}

sub table {
    my ($site) = @_;
    my $browser = $site->browser;
    my $account = first_sign_in($site, $browser);
    known_account($site, $browser, $account);
    further_account($site, $browser);
    known_address($site);
    is $browser->sign_out->code, 302;
    is $browser->session, undef, 'signed out';
}

# --- addresses ----------------------------------------------------------------------------

sub unverified {
    my ($site) = @_;
    my $owner = $site->call(createUser => { email => 'unverified@example.test', name => 'Owner' });
    my $before = $site->rows('users');
    for my $provider (qw(trusting second)) {
        my $browser = $site->browser;
        like $site->sign_in($browser, $provider, 'unverified'), $NEW,
            "$provider: an address that its provider does not vouch for is nobody's";
        my $user = $site->user_of($provider => 'unverified');
        isnt $user->{id}, $owner->{id}, 'not its owner\'s';
        is $user->{email}, undef, 'and not kept';
        is_signed_in($site, $browser, undef, 'nor in the session');
    }
    is $site->accounts($owner), '', 'the owner has no account';
    is $site->rows('users'), $before + 2, 'two users without an address';
    like $site->sign_in($site->browser, 'first', 'noemail'), $NEW, 'no address at all';
    is $site->user_of(first => 'noemail')->{email}, undef, 'is none';
    like $site->sign_in($site->browser, 'first', 'upper'), $NEW, 'an address in upper case';
    is $site->user_of(first => 'upper')->{email}, 'upper@example.test', 'is kept in lower case';
}

# --- sessions that are no more --------------------------------------------------------------

sub stale_session {
    my ($site) = @_;
    my $browser = $site->browser;
    $site->sign_in($browser, 'first', 'gone');
    my $gone = $site->user_of(first => 'gone');
    $site->call(deleteUser => $gone->{id});
    like $site->sign_in($browser, 'second', 'heir'), $NEW, 'a deleted user gets no account';
    my $heir = $site->user_of(second => 'heir');
    isnt $heir->{id}, $gone->{id}, 'somebody else does';
    return if $site->{strategy} eq 'jwt';

    my $token = $browser->cookie('authjs.session-token');
    $site->call(updateSession => { sessionToken => $token, expires => '2020-01-01T00:00:00.000Z' });
    is $site->sign_in($browser, 'second', 'heir'), '/app', 'the session has expired';
    is_signed_in($site, $browser, 'heir@example.test', 'there is a new one');
    isnt $browser->cookie('authjs.session-token'), $token, 'with a new token';
    is $site->call(getSessionAndUser => $token), undef, 'and the old one is gone';
}

# --- names and passwords --------------------------------------------------------------------

sub credentials {
    my ($site) = @_;
    my ($browser, $before) = ($site->browser, count($site));
    my $staff = sub { $site->end($_[0]->credentials('staff', [username => $_[1], password => 'demo', callbackUrl => '/app'])) };
    if ($site->{strategy} eq 'jwt') {
        is $staff->($browser, 'eve'), '/app', 'signed in';
        is $browser->session->{user}{name}, 'eve';
        is count($site), $before, 'and nothing is kept, as in Auth.js';
        return;
    }
    like $staff->($browser, 'eve'), $NEW, 'row 7: a new user';
    my $eve = $site->user_of(staff => 'eve');
    is_deeply [@$eve{qw(name email)}], ['eve', undef], 'by that name';
    my ($account) = grep { $_->{userId} eq $eve->{id} } $site->rows('accounts');
    is $account->{type}, 'credentials', 'its account';
    is_deeply [grep { /token|scope|expires/ && defined $account->{$_} } keys %$account], [], 'without tokens';
    is $staff->($site->browser, 'eve'), '/app', 'row 3: known';
    is $staff->($browser, 'eve'), '/app', 'row 1';
    is $site->sign_in($browser, 'second', 'evelyn'), '/app', 'row 4: a further account';
    is $site->accounts($eve), 'second/evelyn staff/eve', 'of the same user';
    my $other = $site->browser;
    $site->sign_in($other, 'first', 'eleanor');
    is $staff->($other, 'eve'), $REFUSED, 'row 2: somebody else\'s';
    is $staff->($other, 'bob'), '/app', 'row 4: bob\'s name and password, linked';
    is $site->accounts($site->user_of(first => 'eleanor')), 'first/eleanor staff/bob';
    $site->call(createUser => { email => 'eve@example.test' });
    is $staff->($site->browser, 'eve@example.test'), $REFUSED, 'row 6: an address that is somebody\'s';
}

# --- others' callbacks ------------------------------------------------------------------------

# Who makes a browser call back with his own code must not get his account linked: a signed-in
# visitor stays who he is.
sub foreign_callback {
    my ($site) = @_;
    my $victim = $site->browser;
    $site->sign_in($victim, 'first', 'victim');
    my $user = $site->user_of(first => 'victim');
    for my $provider (qw(second careless github)) {
        my $login = $provider eq 'github' ? 'noname' : 'attacker';
        is $site->end($victim->get($site->begin($site->browser, $provider, $login))), '/app',
            "$provider: an answer that the browser did not ask for";
        my $url = $site->begin($site->browser, $provider, $login);
        $site->begin($victim, $provider, $provider eq 'github' ? 'octocat' : 'victim2');
        is $site->end($victim->get($url)), '/app', "$provider: while it waits for another";
    }
    is $victim->post('/auth/signin/second', [callbackUrl => '/app'])->header('Location'),
        $site->url('/auth/signin?error=MissingCSRF'), 'nor does a form from elsewhere begin one';
    is $site->accounts($user), 'first/victim', 'nothing was linked';
    is $site->sign_in($victim, 'careless', 'victim3'), '/app', 'what the visitor asks for is';
    is $site->accounts($user), 'careless/victim3 first/victim';
}

# --- at the same time ---------------------------------------------------------------------------

# Each in a process of its own: where they ended.
sub at_once {
    my ($site, @callbacks) = @_;
    pipe my $out, my $in or die $!;
    my @pids = map {
        my ($browser, $url) = @$_;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            my $end = $site->end($browser->get($url));
            syswrite $in, "$end\n";
            POSIX::_exit(0);
        }
        $pid;
    } @callbacks;
    close $in;
    chomp(my @ends = <$out>);
    waitpid $_, 0 for @pids;
    return @ends;
}

# As many as a database's patience (3 seconds for a lock) is enough for.
my $CROWD = sanitized() ? 20 : 50;

sub crowd {
    my ($site) = @_;
    my @callbacks = map { my $browser = $site->browser; [$browser, $site->begin($browser, 'first', 'crowd')] } 1 .. $CROWD;
    my $before = count($site);
    my @ends = at_once($site, @callbacks);
    is scalar(grep { $_ eq '/app' || $_ =~ $NEW } @ends), $CROWD, 'all are signed in'
        or diag join "\n", @ends, $site->httpd->error_log;
    is scalar(grep { $_ =~ $NEW } @ends), 1, 'one of them as a new user';
    my ($users, $accounts) = split / /, $before;
    is count($site), join(' ', $users + 1, $accounts + 1), 'one user, one account';
    my $id = $site->user_of(first => 'crowd')->{id};
    is $site->rows('sessions', $id), $CROWD, 'a session for each' if $site->{strategy} eq 'database';

    # Two at a time, again and again: one of them looks for the address when the other has
    # just signed up.
    @callbacks = map { my $login = "pair$_"; map { my $browser = $site->browser;
        [$browser, $site->begin($browser, 'first', $login)] } 1 .. 3 } 1 .. 10;
    @ends = at_once($site, @callbacks);
    is scalar(grep { $_ eq '/app' || $_ =~ $NEW } @ends), 30, 'ten people, three times each'
        or diag join "\n", @ends;
    is scalar(grep { $_ =~ $NEW } @ends), 10, 'ten new users';

    # The same person at two providers: whoever comes second has a known address.
    @callbacks = map { my $browser = $site->browser; [$browser, $site->begin($browser, $_, 'pair')] }
        map { $_ % 2 ? 'first' : 'second' } 1 .. 10;
    @ends = at_once($site, @callbacks);
    is scalar(grep { $_ =~ $NEW } @ends), 1, 'two providers: one new user';
    is scalar(grep { $_ eq $REFUSED } @ends), 5, 'and the other provider\'s are refused';
}

# --- failures -------------------------------------------------------------------------------------

sub away {
    my ($site) = @_;
    my $browser = $site->browser;
    $site->sign_in($browser, 'first', 'stayer');
    my $before = count($site);
    my @urls = map { [$_->[0], $site->begin(@$_)] } [$site->browser, 'first', 'nobody-yet'],
        [$site->browser, 'first', 'stayer'], [$browser, 'second', 'stayer2'];
    my $offset = length $site->httpd->error_log;
    $site->set_away(1);
    is $site->end($_->[0]->get($_->[1])), $FAILED, 'the database is away in the middle of a sign-in' for @urls;
    is $browser->get('/auth/signin')->code, 200, 'the sign-in page is there';
    is $site->end($browser->get('/auth/account')), $FAILED, 'the account page is not' if $site->{adapter} ne 'nineteen';
    $site->set_away(0);
    my @errors = grep { /\[authjs:error\]/ } split /\n/, substr $site->httpd->error_log, $offset;
    cmp_ok scalar(grep { /AdapterError: \w+: the database is away/ } @errors), '>=', 3, 'the log says so';
    is count($site), $before, 'nothing is half done';
    is_signed_in($site, $browser, 'stayer@example.test', 'who was signed in still is');
    like $site->sign_in($site->browser, 'first', 'nobody-yet'), $NEW, 'and then all is well';
}

# An account without a user can neither be used nor made once more.
sub undone {
    my ($site) = @_;
    $site->call(linkAccount => { userId => 'nobody', type => 'oidc', provider => 'first', providerAccountId => 'orphan' });
    my $before = count($site);
    my $offset = length $site->httpd->error_log;
    is $site->sign_in($site->browser, 'first', 'orphan'), $FAILED, 'a conflict that does not end';
    is count($site), $before, 'leaves no user behind';
    like substr($site->httpd->error_log, $offset), qr/AdapterError: signUp: the same is there already/, 'and a line in the log';
}

sub hostile {
    my ($site) = @_;
    my $before = $site->rows('users');
    my @names = ("x'); DROP TABLE users;--", '";\'`\\', "%' OR '1'='1", '%s%n%d?$1:x', "\x{17d}lu\x{1f40e}", '<script>alert(1)</script>');
    for my $name (@names) {
        my $browser = $site->browser;
        like $site->sign_in($browser, 'first', $name), $NEW, 'signs up';
        is $site->sign_in($site->browser, 'first', $name), '/app', 'signs in';
        my $user = $site->user_of(first => $name);
        is $user->{name}, "User $name", 'its name is kept';
    }
    is $site->rows('users'), $before + @names, 'each is a user';
    like $site->sign_in($site->browser, 'first', 'unicode'), $NEW, 'unicode';
    is $site->user_of(first => 'unicode')->{name}, "\x{17d}lu\x{165}ou\x{10d}k\x{fd} k\x{16f}\x{148} \x{1f40e} <b>&\"", 'stays what it was';
    my $count = count($site);
    is $site->sign_in($site->browser, 'github', 'giant'), $FAILED, 'a name of 900,000 characters'
        if $site->{strategy} eq 'jwt' || $site->{db};
    is $site->sign_in($site->browser, 'first', 'longname'), $FAILED, 'a name that no cookie can hold'
        if $site->{strategy} eq 'jwt';
    is count($site), $count, 'leaves nobody behind';
}

for my $site (@sites) {
    my $name = "$site->{adapter}, $site->{strategy}";
    subtest "$name: the table"            => sub { table($site) };
    subtest "$name: unverified addresses" => sub { unverified($site) };
    subtest "$name: stale sessions"       => sub { stale_session($site) };
    subtest "$name: names and passwords"  => sub { credentials($site) };
    subtest "$name: others' callbacks"    => sub { foreign_callback($site) };
    subtest "$name: at the same time"     => sub { crowd($site) } unless $site->{adapter} eq 'nineteen';
    subtest "$name: hostile names"        => sub { hostile($site) };
    subtest "$name: away"                 => sub { away($site) } unless $site->{adapter} eq 'sqlite';
    subtest "$name: undone"               => sub { undone($site) } unless $site->{db};
}

expect_error(qr/AuthJS: AdapterError: (?:\w+: the database is away|signUp: the same is there already|signUp: failed)/,
    'an adapter that the test makes fail');
expect_error(qr/AH0(?:0629|0632|0633|0636|0639|2655)/, 'mod_dbd tells of a database that the test has stopped');
expect_error(qr/AuthJS: AuthError: no session was written: the (?:session is too large|token would be too long)/, 'a huge name');
done_testing;
