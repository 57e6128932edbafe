# An adapter of which methods are missing: those that a site needs are asked for when httpd
# starts, and what needs another one fails.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;

my $REFUSED = '/auth/signin?error=OAuthAccountNotLinked';
my @sites = AuthJSTest::Accounts->sites(map { { adapter => 'least', strategy => $_ } } qw(jwt database));

sub count { my ($site) = @_; join ' ', map { scalar $site->rows($_) } qw(users accounts) }

sub signs_in {
    my ($site) = @_;
    my $browser = $site->browser;
    like $site->sign_in($browser, 'first', 'least'), qr{^/welcome\?}, 'a new user';
    is $browser->session->{user}{email}, 'least@example.test', 'is signed in';
    is $site->sign_in($site->browser, 'first', 'least'), '/app', 'and once more';
    is $site->sign_in($browser, 'second', 'also'), '/app', 'one more account';
    is count($site), '1 2', 'of the same user';
    is $browser->get('/auth/account')->code, 400, 'there is no account page';
    $browser->sign_out;
    is $browser->session, undef, 'signed out';
}

# The account stays without a user, and another one cannot take it: as at "undone" in
# t/47-linking.t, but that the user who was begun cannot be deleted, and has the address now.
sub cannot_undo {
    my ($site) = @_;
    $site->call(linkAccount => { userId => 'nobody', type => 'oidc', provider => 'first', providerAccountId => 'orphan' });
    my $offset = length $site->httpd->error_log;
    is $site->sign_in($site->browser, 'first', 'orphan'), $REFUSED, 'a first sign-in that fails half-way leaves the user behind';
    like substr($site->httpd->error_log, $offset), qr/AdapterError: deleteUser: failed: the adapter has no delete_user/,
        'cannot be undone, and the log says why';
    is $site->sign_in($site->browser, 'first', 'least'), '/app', 'and all others sign in';
}

for my $site (@sites) {
    subtest "$site->{strategy}: signs in"    => sub { signs_in($site) };
    subtest "$site->{strategy}: cannot undo" => sub { cannot_undo($site) };
}

my ($status, $output) = configtest(<<'EOT');
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSAdapter incomplete @root@/var/memory.json
<AuthJSProvider github>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
</AuthJSProvider>
EOT
isnt $status, 0, 'an adapter that lacks a method which every site needs is refused';
like $output, qr/the adapter incomplete has no get_user$/m, 'and configtest says which';

expect_error(qr/AuthJS: AdapterError: deleteUser: failed/, 'a sign-up that the test makes fail');
done_testing;
