# Several of one callback: the order written, C modules behind them; the first refusal ends it;
# each object callback is given what the one before it returned.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Callbacks;

expect_error(qr/AuthJS: the callback (?:signIn|jwt) failed|CallbackRouteError: the callback jwt failed/,
    'callbacks that fail because the test asks them to');
AuthJSTest::Callbacks->start_service;
my $http = AuthJSTest::Callbacks->runner('http');
my $lua  = AuthJSTest::Callbacks->runner('lua');
my $c    = AuthJSTest::Callbacks->conf('c');
my ($forth, $back) = AuthJSTest::Accounts->sites(map { { adapter => 'memory', strategy => 'jwt', conf => $_ } }
    <<"EOT", <<"EOT");
AuthJSCallback signIn "expr=%{AUTHJS:user.name} !~ /expr-false/"
AuthJSCallback signIn $lua
AuthJSCallback signIn $http
AuthJSToken first 1
AuthJSCallback jwt $lua
AuthJSToken second %{AUTHJS:token.role}
AuthJSCallback jwt $http
AuthJSToken !first
AuthJSSessionField role %{AUTHJS:token.role}
AuthJSCallback session $lua
AuthJSSessionField user.role %{AUTHJS:session.role}
$c
EOT
AuthJSCallback signIn $http
AuthJSCallback signIn $lua
AuthJSCallback signIn "expr=%{AUTHJS:user.name} !~ /expr-false/"
$c
EOT

# Who was asked for a callback, by each way that can tell.
sub asked {
    my ($site, $callback) = @_;
    my @ways = grep {
        my @calls = AuthJSTest::Callbacks->calls($_, $site->httpd);
        grep { $_->[0] eq $callback } @calls;
    } qw(lua http);
    my @c = grep { $_->[0] eq $callback } AuthJSTest::Callbacks->calls('c', $site->httpd);
    return join ' ', @ways, @c ? 'c' : ();
}

sub try_it {
    my ($site, $who) = @_;
    asked($site, 'none');
    my $browser = $site->browser;
    my $where = $site->sign_in($browser, 'first', $who);
    return ($browser, $where);
}

my $DENIED = '/auth/error?error=AccessDenied';
my ($browser, $where) = try_it($forth, 'somebody');
like $where, qr{^/welcome\?}, 'all say yes';
is asked($forth, 'signIn'), 'lua http c', 'all were asked';
my @rules = (
    # whom it is about, the site: who is asked
    [ 'expr-false', $forth, '' ],
    [ 'expr-false', $back, 'lua http' ],
    [ 'signIn-false', $forth, 'lua' ],
    [ 'signIn-false', $back, 'http' ],
    [ 'signIn-error', $forth, 'lua' ],
    [ 'signIn-null', $back, 'http' ],
    [ 'signIn-text', $back, 'http' ],
    [ 'signIn-true', $back, 'lua http c' ],
);
for (@rules) {
    my ($who, $site, $asked) = @$_;
    my $before = join ' ', map { scalar $site->rows($_) } qw(users accounts);
    ($browser, $where) = try_it($site, $who);
    my $name = "$who, " . ($site == $forth ? 'forth' : 'back');
    is asked($site, 'signIn'), $asked, "$name: who was asked";
    next if $who eq 'signIn-true';
    is $where, $who eq 'signIn-text' ? '/welcome' : $DENIED, "$name: refused";
    is join(' ', map { scalar $site->rows($_) } qw(users accounts)), $before, "$name: nothing was written";
}

# The chain: the second line sees the role that Lua made, C what everybody made.
asked($forth, 'none');
($browser, $where) = try_it($forth, 'jwt-signIn-role');
my @calls = AuthJSTest::Callbacks->calls('c', $forth->httpd);
my ($jwt) = map { $_->[1] } grep { $_->[0] eq 'jwt' } @calls;
is_deeply [ @{ $jwt->{token} }{qw(role second first)} ], [ 'admin', 'admin', undef ], 'jwt: C is given what the others made';
my $token = decode($browser->cookie('authjs.session-token'));
is_deeply [ @$token{qw(role second first)} ], [ 'admin', 'admin', undef ], 'and so it is in the token';
my ($in_http) = map { $_->[1] } grep { $_->[0] eq 'jwt' } AuthJSTest::Callbacks->calls('http', $forth->httpd);
is_deeply [ @{ $in_http->{token} }{qw(first role second)} ], [ '1', 'admin', 'admin' ], 'and the service had it in between';
my $session = $browser->session;
is_deeply [ $session->{role}, $session->{user}{role} ], [ 'admin', 'admin' ], 'session: a chain too';

# The first that ends the token ends the chain.
($browser, $where) = try_it($forth, 'jwt-signIn-null');
is $browser->session, undef, 'null: no session';
is asked($forth, 'jwt'), 'lua', 'and nobody else is asked';
($browser, $where) = try_it($forth, 'jwt-signIn-error');
is $where, '/auth/error?error=Configuration', 'an error';
is asked($forth, 'jwt'), 'lua', 'and nobody else is asked';

done_testing;
