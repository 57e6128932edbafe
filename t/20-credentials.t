# Sign-in with a user name and a password that httpd's own authn providers know.
use lib 't/lib';
use AuthJSTest;
use Time::HiRes qw(time);

my $password = secret('password');
my $FAILED = url('credentials', '/auth/signin?error=CredentialsSignin&code=credentials');
my $BROKEN = url('credentials', '/auth/error?error=Configuration');

# name => password, or name => [password, cost]
sub users {
    my ($file, %users) = @_;
    my $text = '';
    for my $name (sort keys %users) {
        my ($secret, $cost) = ref $users{$name} ? @{ $users{$name} } : ($users{$name}, 4);
        open my $in, '-|', 'htpasswd', '-nbBC', $cost, $name, $secret or die "htpasswd: $!";
        $text .= "$_\n" for grep { length } map { chomp; $_ } <$in>;
    }
    return AuthJSTest::Env::write_file(root() . "/conf/$file", $text);
}

my $long = 'l' x 256;
users('users-20', bob => $password, 'alice@example.test' => $password, 'two words' => $password,
    "\xc3\xbcmit" => $password, 'a@b@c' => $password, '"x"@y' => $password,
    longpass => 'p' x 100, umlaut => "p\xc3\xa4ss w\xc3\xb6rd+%&=", slow => [$password, 10]);
# htpasswd itself takes 255.
{
    my $file = root() . '/conf/users-20';
    my $text = AuthJSTest::Env::read_file($file);
    my ($hash) = $text =~ /^bob:(.*)$/m;
    AuthJSTest::Env::write_file($file, "$text$long:$hash\n");
}
users('users-20-staff', staff => $password);
users('users-20-first', one => $password, both => 'the-first-password');
users('users-20-second', two => $password, both => $password);

sub try_it {
    my ($provider, $name, $secret, %option) = @_;
    my $browser = $option{browser} || browser('credentials');
    return ($browser->credentials($provider, [username => $name, password => $secret,
        @{ $option{fields} || [] }], %{ $option{headers} || {} }), $browser);
}

# --- success -------------------------------------------------------------------------------
{
    my ($r, $browser) = try_it('credentials', 'bob', $password,
        fields => [callbackUrl => '/app?x=1']);
    is $r->code, 302, 'signed in';
    is location($r), url('credentials', '/app?x=1'), 'leads to the callback URL';
    is_deeply [map { $_->{name} } set_cookies($r)], ['authjs.callback-url', 'authjs.session-token'],
        'two cookies';
    my $cookie = set_cookie($r, 'authjs.session-token');
    is_deeply [map { $cookie->{$_} } qw(httponly samesite path secure max-age domain)],
        [1, 'Lax', '/', undef, undef, undef], 'the session: HttpOnly, Lax';
    ok $cookie->{expires}, 'and Expires';
    my $claims = decode($browser->cookie('authjs.session-token'));
    is_deeply [sort keys %$claims], [sort qw(name sub provider via auth_time iat exp jti)], 'claims';
    is_deeply [@$claims{qw(name sub provider)}], ['bob', 'bob', 'credentials'],
        'of bob';
    is_deeply $browser->session->{user}, { name => 'bob' }, 'session: what he does not have is not there';

    my $first = $browser->cookie('authjs.session-token');
    ($r) = try_it('credentials', 'alice@example.test', $password, browser => $browser);
    isnt $browser->cookie('authjs.session-token'), $first, 'signing in again: another session';
    is $browser->session->{user}{email}, 'alice@example.test', 'an address is an e-mail address too';
    ($r) = try_it('credentials', 'bob', 'wrong', browser => $browser);
    is scalar(set_cookies($r)), 0, 'a failure sets no cookie';
    is $browser->session->{user}{email}, 'alice@example.test', 'and leaves the session alone';
}
{
    my $browser = browser('credentials');
    my $csrf = $browser->csrf;
    my $r = $browser->post('/auth/callback/credentials', { csrfToken => $csrf, username => 'bob',
        password => $password, callbackUrl => '/app' });
    is location($r), url('credentials', '/app'), 'a JSON body';
    is $browser->session->{user}{name}, 'bob', 'signs in';
    ($r) = try_it('credentials', 'bob', $password, headers => { 'X-Auth-Return-Redirect' => 1 });
    is $r->code, 200, 'X-Auth-Return-Redirect: 200';
    is $browser->json($r)->{url}, url('credentials'), 'with the URL';
    is location($r), url('credentials'), 'and Location';
    ok set_cookie($r, 'authjs.session-token'), 'and the session';
    ($r) = try_it('credentials', 'bob', 'x', headers => { 'X-Auth-Return-Redirect' => 1 });
    is $r->code . $r->content, qq(200{"url":"$FAILED"}), 'a failure the same way';
}
my %good = (
    'a blank in the name' => ['two words', $password, undef],
    'a name that is not ASCII' => ["\xc3\xbcmit", $password, undef],
    'a name of 256 bytes' => [$long, $password, undef],
    'two at-signs' => ['a@b@c', $password, undef],
    'quotes' => ['"x"@y', $password, undef],
    'a long password' => ['longpass', 'p' x 100, undef],
    'a password that must be encoded' => ['umlaut', "p\xc3\xa4ss w\xc3\xb6rd+%&=", undef],
);
for my $name (sort keys %good) {
    my ($user, $secret, $email) = @{ $good{$name} };
    my ($r, $browser) = try_it('credentials', $user, $secret);
    is location($r), url('credentials'), $name;
    my $claims = decode($browser->cookie('authjs.session-token') // '');
    is_deeply [map { utf8::encode(my $v = $_ // 'none'); $v } @$claims{qw(sub name email)}],
        [$user, $user, $email // 'none'], 'is who it says';
}

# --- failure: one answer for all of them ---------------------------------------------------
my %bad = (
    'wrong password' => [bob => 'wrong'],
    'unknown name' => [nobody => $password],
    'another letter case' => [Bob => $password],
    'a blank before' => [' bob' => $password],
    'a blank behind' => ['bob ' => $password],
    'no name' => ['' => $password],
    'no password' => [bob => ''],
    'neither' => ['' => ''],
    'a colon' => ["bob:x" => $password],
    'a line break' => ["bob\n" => $password],
    'a tab' => ["bob\t" => $password],
    'DEL' => ["bob\x7f" => $password],
    'a name of 257 bytes' => ["${long}l" => $password],
    'a name of 10,000 bytes' => ['l' x 10_000 => $password],
    'a password of 1,025 bytes' => [bob => 'p' x 1025],
    'a password of 10,000 bytes' => [bob => 'p' x 10_000],
    'the hash as password' => [bob => (AuthJSTest::Env::read_file(root() . '/conf/users-20') =~ /^bob:(.*)$/m)[0]],
    'wildcards' => ['*' => '*'],
    'SQL' => ["' OR 1=1 --" => "' OR 1=1 --"],
    'a path' => ['../../etc/passwd' => 'x'],
    'a user of elsewhere' => [one => $password],
    'a user of another section' => [staff => $password],
);
my $browser = browser('credentials');
$browser->csrf;
my $answer;
for my $name (sort keys %bad) {
    my ($r) = try_it('credentials', @{ $bad{$name} }, browser => $browser);
    $r->remove_header(qw(Date Client-Date Client-Peer Client-Response-Num Connection Keep-Alive));
    $answer //= $r->as_string;
    is $r->as_string, $answer, "refused: $name";
    is location($r), $FAILED, 'with the one answer';
}
my $csrf = $browser->csrf;
my %fields = (none => [], 'no password' => [username => 'bob'], 'no name' => [password => $password],
    'of other names' => [user => 'bob', pass => $password],
    'in capitals' => [Username => 'bob', Password => $password]);
is location($browser->post('/auth/callback/credentials', [csrfToken => $csrf, @{ $fields{$_} }])),
    $FAILED, "fields: $_" for sort keys %fields;
is location($browser->post('/auth/callback/credentials', { csrfToken => $csrf, %$_ })), $FAILED,
    'JSON that is no name and no password'
    for { username => 'bob', password => undef }, { username => ['bob'], password => $password },
        { username => 'bob', password => { a => 1 } }, { username => 1, password => 1 };
is location($browser->post('/auth/callback/credentials?username=bob&password=x',
    [csrfToken => $csrf])), $FAILED, 'nothing is taken from the query';
is location($browser->post('/auth/callback/credentials', [csrfToken => $csrf],
    Authorization => 'Basic Ym9iOmJvYg==')), $FAILED, 'nor from Authorization';
is $browser->post('/auth/callback/credentials', "csrfToken=$csrf&username=bob&password=%ff",
    'Content-Type' => 'application/x-www-form-urlencoded')->code, 400, 'invalid UTF-8: 400';
is location($browser->post('/auth/callback/credentials', [username => 'bob', password => $password])),
    url('credentials', '/auth/signin?error=MissingCSRF'), 'the right password without a CSRF token';
is $browser->session, undef, 'and nobody is signed in';

# --- several providers ---------------------------------------------------------------------
my @cases = (
    ['staff', 'staff', $password, 1, 'a section has its own users'],
    ['staff', 'bob', $password, 0, 'and no others'],
    ['chain', 'one', $password, 1, 'the first of two authn providers'],
    ['chain', 'two', $password, 1, 'the second'],
    ['chain', 'both', 'the-first-password', 1, 'who is in both: as the first says'],
    ['chain', 'both', $password, 0, 'and only so'],
    ['chain', 'bob', $password, 0, 'who is in none'],
    ['cached', 'bob', $password, 1, 'with mod_authn_socache'],
    ['cached', 'bob', $password, 1, 'from its cache'],
    ['cached', 'bob', 'wrong', 0, 'which knows wrong passwords'],
);
for my $case (@cases) {
    my ($provider, $name, $secret, $good, $what) = @$case;
    my ($r, $visitor) = try_it($provider, $name, $secret);
    is location($r), $good ? url('credentials') : $FAILED, "$provider: $what";
    my $token = $visitor->cookie('authjs.session-token');
    is $token && decode($token)->{provider}, $good ? $provider : undef, 'provider in the token';
}
{
    expect_error(qr/AH01620: Could not open password file/, 'a password file that is not there');
    expect_error(qr/AuthJS: CallbackRouteError: provider broken: an authn provider failed/, 'the same');
    for my $user (qw(bob nobody)) {
        my ($r) = try_it('broken', $user, $password);
        is location($r), $BROKEN, 'an authn provider that fails: a matter for the operator';
    }
}

# --- in the same time ----------------------------------------------------------------------
sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[@sorted / 2] }

sub seconds {
    my ($visitor, $token, $name, $secret) = @_;
    my $start = time;
    $visitor->post('/auth/callback/credentials',
        [csrfToken => $token, username => $name, password => $secret]);
    return time - $start;
}
{
    # In turns, since the machine may be busier at one time than at another; and again when it
    # was so busy that the same took different times. What differs by itself does so each time.
    seconds($browser, $csrf, 'slow', $password) for 1 .. 5;
    my %wrong = ('wrong password' => ['slow', 'wrong'], 'unknown name' => ['nobody', 'wrong'],
        'cheap hash' => ['bob', 'wrong'], 'bad name' => ["a:b", 'wrong'], 'no password' => ['slow', '']);
    my ($cost, %median);
    for (1 .. 5) {
        my (@right, %took);
        for (1 .. 15) {
            push @right, seconds($browser, $csrf, 'slow', $password);
            push @{ $took{$_} }, seconds($browser, $csrf, @{ $wrong{$_} }) for sort keys %wrong;
        }
        $cost = median(@right);
        %median = map { $_ => median(@{ $took{$_} }) } keys %took;
        last unless grep { $_ < 0.95 * $cost || abs($_ - $median{'unknown name'}) >= 0.25 * $cost } values %median;
    }
    diag sprintf 'a right password takes %.1f ms; failures: %s', 1000 * $cost,
        join ', ', map { sprintf '%s %.1f ms', $_, 1000 * $median{$_} } sort keys %median;
    for my $name (sort keys %median) {
        cmp_ok $median{$name}, '>=', 0.05, "$name: 50 ms at least";
        cmp_ok $median{$name}, '>=', 0.95 * $cost, 'and no sooner than a right password';
        cmp_ok abs($median{$name} - $median{'unknown name'}), '<', 0.25 * $cost,
            'the same as for an unknown name';
        cmp_ok $median{$name}, '<', 2.5, 'within bounds';
    }
}

# --- mod_authn_dbd, and what an authn module leaves on a request ----------------------------
{
    my $file = root() . '/var/users-20.db';
    my ($hash) = AuthJSTest::Env::read_file(users('users-20-dbd', carol => $password)) =~ /^carol:(.*)$/m;
    open my $sql, '|-', 'sqlite3', $file or die "sqlite3: $!";
    print $sql "CREATE TABLE people (name TEXT, hash TEXT, phone TEXT);\n"
        . "INSERT INTO people VALUES ('carol', '$hash', '555-1234');\n";
    close $sql or die "sqlite3: $?";
    my $httpd = httpd(conf => <<"EOT");
DBDriver sqlite3
DBDParams $file
LogFormat "%U user=%u phone=%{AUTHENTICATE_PHONE}e note=%{authn_provider_name}n" left
CustomLog logs/left_log left
AuthJSURL http://localhost:\@port\@
AuthJSSecret \@secret:auth_secret\@
<AuthJSProvider credentials>
    AuthJSAuthnProvider dbd
    AuthDBDUserPWQuery "SELECT hash, phone FROM people WHERE name = %s"
</AuthJSProvider>
EOT
    my $visitor = $httpd->browser;
    is location($visitor->credentials('credentials', [username => 'carol', password => 'x'])),
        $httpd->url('/auth/signin?error=CredentialsSignin&code=credentials'), 'dbd: a wrong password';
    is location($visitor->credentials('credentials', [username => 'carol', password => $password])),
        $httpd->url, 'dbd: the right one';
    is $visitor->session->{user}{name}, 'carol', 'signs in';
    is location($visitor->credentials('credentials', [username => "' OR '1'='1", password => 'x'])),
        $httpd->url('/auth/signin?error=CredentialsSignin&code=credentials'), 'dbd: no SQL';
    $httpd->stop;
    my $left = AuthJSTest::Env::read_file($httpd->root . '/logs/left_log');
    like $left, qr/callback/, 'the log was written';
    is_deeply [grep { !/ user=- phone=- note=-$/ } split /\n/, $left], [],
        'nothing of the check stays on the request';
}

done_testing;
