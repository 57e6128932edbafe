# Whose name is it: what one provider calls somebody means nothing to another, nor to the
# users of a database.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Env;
use AuthJSTest::Page;
use AuthJSTest::Provider;

my $COOKIE = 'authjs.session-token';
my $IN = "<Location /in>\n    AuthType AuthJS\n    Require valid-user\n</Location>\n"
    . "<Location /in/sub>\n    AuthJSRemoteUser sub\n</Location>\n";
my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$REMOTE_USER\"\n";

sub new_user { my ($server, $file, $name) = @_;
    my $path = $server->root . "/conf/$file";
    AuthJSTest::Env::write_file($path, (-e $path ? AuthJSTest::Env::read_file($path) : '') . "$name:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n");
}
sub remote_user { my ($browser, $path) = @_;
    my $r = $browser->get('/in' . ($path // '') . '/who.cgi');
    return $r->code == 200 ? $r->content : $r->code;
}
sub pages { AuthJSTest::Env::write_file($_[0]->root . "/htdocs/in/$_/who.cgi", $who, 0755) for '', 'sub' }

# --- a login that is a user's id -------------------------------------------------------------
my ($site) = AuthJSTest::Accounts->sites({ adapter => 'memory', strategy => 'jwt', conf => $IN
    . "AuthJSSessionRealm r24\n" });
pages($site->httpd);
my $alice = $site->browser;
$site->sign_in($alice, 'first', 'alice');
$site->sign_in($alice, 'second', 'alice-2');
my $user = $site->user_of(first => 'alice');
my $accounts = $site->accounts($user);
is $accounts, 'first/alice second/alice-2', 'alice, who has two accounts';
new_user($site->httpd, 'staff', $user->{id});

my $eve = $site->browser;
$eve->credentials('staff', [username => $user->{id}, password => 'demo']);
my $claims = decode($eve->cookie($COOKIE));
is "$claims->{sub} $claims->{provider}", "$user->{id} staff", 'a login of her id';
my $html = $eve->get('/auth/account')->content;
like $html, qr{not kept as an account}, 'sees no account';
unlike $html, qr{alice|Unlink|Link }, 'least of all hers';
unlike $eve->get('/auth/signin')->content, qr{alice}, 'nor does the sign-in page name her';
for my $id (qw(alice alice-2)) {
    $eve->post('/auth/account', [csrfToken => $eve->csrf, provider => $id =~ /2/ ? 'second' : 'first', providerAccountId => $id]);
    is $site->accounts($user), $accounts, 'unlinks nothing of hers';
}
is remote_user($eve), "staff:$user->{id}", 'is not who she is';
is remote_user($eve, '/sub'), "staff:$user->{id}", '... by AuthJSRemoteUser sub either';
is remote_user($alice), 'alice@example.test', '... who is herself';
is $eve->session->{user}{name}, $user->{id}, 'the session says who it is';
$site->sign_in($eve, 'second', 'work');
is $site->accounts($user), $accounts, 'links nothing to her';
my $work = $site->user_of(second => 'work');
isnt $work->{id}, $user->{id}, '... but is somebody else: whom that provider knows';
is decode($eve->cookie($COOKIE))->{sub}, $work->{id}, '... and has a session of that';
$eve->credentials('staff', [username => $user->{id}, password => 'demo']);
is $site->end($eve->get($site->begin($eve, 'first', 'alice'))), '/app', 'alice signs in at the browser of another';
is $site->accounts($user), $accounts, '... nothing is linked';

# A session that another host of the realm vouched for: its ids are that host's.
{
    my $browser = $site->browser;
    $browser->set_cookie_value($COOKIE, mint({ sub => $user->{id}, name => 'Al', provider => 'first', via => 'AAAAAAAA', realm => 'r24' }));
    like $browser->get('/auth/account')->content, qr{<h1>Al</h1>.*not kept as an account}s, 'a session of another host of the realm is a guest';
}
# What Auth.js itself wrote is of its users, as in Auth.js.
{
    my $browser = $site->browser;
    $browser->set_cookie_value($COOKIE, mint({ sub => $user->{id}, name => 'A' }));
    like $browser->get('/auth/account')->content, qr{<strong>The first</strong> <span>alice}, 'a token of Auth.js is of its user';
}

# --- without an adapter: names that are made to look like others' ------------------------------
my $op = peer_port('op');
my %names = (
    'bob'                                  => ['bob', 'staff:bob'],
    '42'                                   => ['42', 'staff:42'],
    'boss@corp.example'                    => ['staff:boss@corp.example', 'staff:boss@corp.example'],
    'boss@corp'                            => ['staff:boss@corp', 'staff:boss@corp'],
    '@'                                    => ['staff:@', 'staff:@'],
    'members/bob'                          => ['members/bob', 'staff:members/bob'],
    '0c0ffee0-1234-4567-89ab-0123456789ab' => [('staff:0c0ffee0-1234-4567-89ab-0123456789ab') x 2],
    '0C0FFEE0-1234-4567-89AB-0123456789AB' => [('staff:0C0FFEE0-1234-4567-89AB-0123456789AB') x 2],
);
my $head = "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n$IN"
    . "<Location /in/mail>\n    <RequireAny>\n        Require authjs-email *\n        Require user boss\@corp.example\n    </RequireAny>\n</Location>\n";
sub credentials { "<AuthJSProvider $_[0] credentials>\n    AuthUserFile \"\@root\@/conf/$_[0]\"\n@{[ $_[1] // '' ]}</AuthJSProvider>\n" }
my $one     = httpd(conf => $head . credentials('staff'));
my $two     = httpd(conf => $head . credentials('staff') . credentials('members'));
my $address = httpd(conf => $head . credentials('staff', "    AuthJSLoginIsEmail On\n"));
for my $server ($one, $two, $address) {
    pages($server);
    AuthJSTest::Env::write_file($server->root . '/htdocs/in/mail/who.cgi', $who, 0755);
    for my $file (qw(staff members)) {
        new_user($server, $file, $_) for sort keys %names;
    }
}
sub signed_in { my ($server, $provider, $name) = @_;
    my $browser = $server->browser;
    $browser->credentials($provider, [username => $name, password => 'demo']);
    return $browser;
}
for my $name (sort keys %names) {
    my $browser = signed_in($one, 'staff', $name);
    is remote_user($browser), $names{$name}[0], "$name: the only provider";
    is remote_user($browser, '/sub'), $names{$name}[0], '... by AuthJSRemoteUser sub';
    is $browser->get('/in/mail/who.cgi')->code, 403, '... has no e-mail address that counts';
    is decode($browser->cookie($COOKIE))->{sub}, $name, '... its subject is the name';
    is remote_user(signed_in($two, 'staff', $name)), $names{$name}[1], '... one of two';
    is remote_user(signed_in($two, 'members', $name)), $names{$name}[1] =~ s/staff/members/r, '... the other';
}
{
    my $browser = signed_in($address, 'staff', 'boss@corp.example');
    is remote_user($browser), 'boss@corp.example', 'AuthJSLoginIsEmail: the address is REMOTE_USER';
    is $browser->get('/in/mail/who.cgi')->code, 200, '... and matches';
    is remote_user(signed_in($address, 'staff', '0c0ffee0-1234-4567-89ab-0123456789ab')), 
        'staff:0c0ffee0-1234-4567-89ab-0123456789ab', '... which a UUID is not';
}
# An e-mail address without an at-sign is no way to be bob.
is $one->site->get('/in/who.cgi', Cookie => "$COOKIE=" . mint({ sub => 'x-1', email => 'bob' }))->content, 'x-1',
    'an e-mail address that is none is not REMOTE_USER';

expect_error(qr/AH01631: user \S+: authorization failure for "\/in\/mail/, '24: names that are no e-mail addresses');

done_testing;
