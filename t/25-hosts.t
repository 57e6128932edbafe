# Hosts that share a secret: a session counts where the provider that vouched for it is one
# of the host's, as it is defined there, and where the same rules say who may sign in.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Site;

my $COOKIE = 'authjs.session-token';
my $password = secret('password');
my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$REMOTE_USER\"\n";

sub credentials {
    my ($id, $file, $more) = @_;
    return "<AuthJSProvider $id credentials>\nAuthUserFile \@root\@/conf/$file\n@{[ $more // '' ]}\n</AuthJSProvider>\n";
}
sub oauth {
    my ($id, $client) = @_;
    return <<"EOT";
<AuthJSProvider $id oauth>
    AuthJSClientID $client
    AuthJSClientSecret \@secret:client_secret\@
    AuthJSAuthorization http://127.0.0.1:1/a
    AuthJSToken http://127.0.0.1:1/t
    AuthJSUserinfo http://127.0.0.1:1/u
</AuthJSProvider>
EOT
}

my $nobody = 'AuthJSCallback signIn "expr=false"' . "\n";
my %host = (
    public     => credentials('credentials', 'public'),
    # may count: the same provider, whatever it looks like and whatever is beside it
    twin       => credentials('credentials', 'public', 'AuthJSName "Our members"') . oauth('corp', 'one'),
    # may not
    intranet   => oauth('corp', 'one') . $nobody,
    otherfile  => credentials('credentials', 'staff'),
    otherid    => credentials('members', 'public'),
    rules      => credentials('credentials', 'public') . $nobody,
    byname     => credentials('credentials', 'public', 'AuthJSLoginIsEmail On'),
    sametype   => oauth('credentials', 'one'),
    # as the administrator says
    realm_a    => "AuthJSSessionRealm family\n" . credentials('credentials', 'public'),
    realm_b    => "AuthJSSessionRealm family\n" . oauth('corp', 'one') . $nobody,
    realm_c    => "AuthJSSessionRealm others\n" . oauth('corp', 'one'),
    # no session of Auth.js's own
    closed     => "AuthJSForeignSessions Off\n" . credentials('credentials', 'public'),
    # in a database
    db_public   => database() . credentials('credentials', 'public'),
    db_twin     => database() . credentials('credentials', 'public'),
    db_intranet => database() . oauth('corp', 'one') . $nobody,
    db_other    => database() . credentials('credentials', 'staff'),
    db_rules    => database() . credentials('credentials', 'public') . $nobody,
    db_realm_a  => "AuthJSSessionRealm rows\n" . database() . credentials('credentials', 'public'),
    db_realm_b  => "AuthJSSessionRealm rows\n" . database() . oauth('corp', 'one'),
    db_closed   => "AuthJSForeignSessions Off\n" . database() . credentials('credentials', 'public'),
);
sub database { "AuthJSAdapter memory \@root\@/var/users.json\nAuthJSSessionStrategy database\n" }

sub vhost {
    my ($name, $conf) = @_;
    my $port = peer_port("h25$name");
    return "Listen 127.0.0.1:$port\n<VirtualHost 127.0.0.1:$port>\nServerName http://localhost:$port\n$conf</VirtualHost>\n";
}
my $head = <<'EOT';
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module @modules@/mod_authjs_test_adapter.so
AuthJSSecret @secret:auth_secret@
<Location /in>
    AuthType AuthJS
    AuthJSBearer On
    Require valid-user
</Location>
<Location /adapter>
    SetHandler authjs-test-adapter
</Location>
EOT
my $server = httpd(conf => $head . join '', map { vhost($_, $host{$_}) } sort keys %host);
AuthJSTest::Env::write_file($server->root . '/htdocs/in/who.cgi', $who, 0755);
my $hash = crypt $password, '$5$salt$';
AuthJSTest::Env::write_file($server->root . "/conf/$_", "boss\@corp.example:$hash\nbob:$hash\n") for qw(public staff);

sub host { AuthJSTest::Site->new(base => 'http://localhost:' . peer_port("h25$_[0]"), cookies => 1) }
sub token_of {
    my ($name, $user) = @_;
    my $browser = host($name);
    $browser->credentials('credentials', [username => $user, password => $password]);
    return $browser->cookie($COOKIE) // die "no session at $name";
}
sub seen {
    my ($name, $token) = @_;
    my $r = host($name)->get('/in/who.cgi', Cookie => "$COOKIE=$token");
    return $r->code == 200 ? $r->content : $r->code;
}

# --- tokens ----------------------------------------------------------------------------------
my $bob = token_of('public', 'bob');
is seen('public', $bob), 'bob', 'counts where it was made';
is seen('twin', $bob), 'bob', 'and where the same provider is';
for my $name (qw(intranet otherfile otherid rules byname sametype realm_b realm_c)) {
    is seen($name, $bob), 401, "$name: not there";
    is host($name)->get('/in/who.cgi', Authorization => "Bearer $bob")->code, 401, '... nor as Bearer';
    my $browser = host($name);
    $browser->set_cookie_value($COOKIE, $bob);
    my $r = $browser->get('/auth/session');
    is $r->content, 'null', '... nor at the session endpoint';
    is set_cookie($r, $COOKIE)->{value}, '', '... which takes it away';
    $r = $browser->post('/auth/session', { csrfToken => $browser->csrf, data => {} });
    is $r->content, 'null', '... nor for an update';
}
is seen('intranet', token_of('public', 'boss@corp.example')), 401, 'whatever the name is';

# Both ways, and through the hosts that would take it.
is seen('public', token_of('otherfile', 'bob')), 401, 'nor the other way round';
{
    my $browser = host('twin');
    $browser->set_cookie_value($COOKIE, $bob);
    $browser->get('/auth/session');
    is seen('intranet', $browser->cookie($COOKIE)), 401, 'written anew by a host that takes it: still not';
    is seen('public', $browser->cookie($COOKIE)), 'bob', '... and still what it was';
}
my $family = token_of('realm_a', 'bob');
is seen('realm_b', $family), 'credentials:bob', 'a realm shares, and says whose name it is';
is seen('realm_a', $family), 'bob', '... where it was made it is the name alone';
is seen('realm_c', $family), 401, 'another realm does not';
is seen('intranet', $family), 401, 'nor does a host of none with that provider';
is seen('public', $family), 'bob', 'the same provider still counts';

# What no mod_authjs of today has written.
my %claims = (sub => '7', name => 'Jane', email => 'jane@example.com');
is seen('public', mint({ %claims, provider => 'credentials', realm => 'x' })), 401, 'a provider, and nothing that says which';
is seen('public', mint({ %claims, provider => 'credentials', via => $_ })), 401, "via $_" for '', 'AAAAAAAA', ('A' x 300);
is seen('realm_b', mint({ %claims, provider => 'credentials', realm => 'other' })), 401, 'a realm that is not ours';
is seen('public', mint(\%claims)), 'jane@example.com', 'what Auth.js wrote counts';
is seen('closed', mint(\%claims)), 401, '... unless AuthJSForeignSessions is Off';
is seen('closed', $bob), 'bob', '... which is of its own sessions no concern';
is host('closed')->get('/auth/session', Cookie => "$COOKIE=" . mint(\%claims))->content, 'null', '... nor is there one to see';

# --- rows ------------------------------------------------------------------------------------
my $row = token_of('db_public', 'bob');
my $id = seen('db_public', $row);
like $id, qr/\A[0-9a-f-]{36}\z/, 'a session in the database: the user';
is seen('db_twin', $row), $id, 'counts where the same provider is';
for my $name (qw(db_intranet db_other db_rules db_realm_b)) {
    is seen($name, $row), 401, "$name: not there";
    my $browser = host($name);
    $browser->set_cookie_value($COOKIE, $row);
    is $browser->get('/auth/session')->content, 'null', '... nor at the session endpoint';
    $browser->set_cookie_value($COOKIE, $row);
    $browser->sign_out;
    is seen('db_public', $row), $id, '... nor does it end by a sign-out there';
}
is seen('db_realm_b', token_of('db_realm_a', 'bob')), $id, 'a realm shares';
my $admin = host('db_public');
my $end = '2035-01-01T00:00:00.000Z';
sub row {
    my ($token) = @_;
    $admin->post('/adapter', { method => 'createSession', args => [{ sessionToken => $token, userId => $id, expires => $end }] });
    return $token;
}
my $uuid = '11111111-2222-4333-8444-5555555555%02d';
is seen('db_public', row(sprintf "credentials.$uuid", 1)), 401, 'a row that names a provider and nothing else';
is seen('db_public', row(sprintf "credentials.AAAAAAAA.$uuid", 2)), 401, '... or another';
my $foreign = row(sprintf $uuid, 3);
is seen('db_public', $foreign), $id, 'a row that Auth.js made counts';
is seen('db_closed', $foreign), 401, '... unless AuthJSForeignSessions is Off';
is seen('db_closed', $row), $id, '... whatever becomes of its own';

# --- the checks of a sign-in -----------------------------------------------------------------
{
    my $start = host('intranet');
    $start->sign_in('corp');
    my ($name) = grep { /pkce/ } keys %{ $start->cookies };
    my $claims = decode($start->cookie($name), salt => $name);
    like $claims->{via}, qr/\A[\w-]{8}\z/, 'a check names the definition that it is for';
    my $r = host('twin')->get('/auth/callback/corp?code=x', Cookie => "$name=" . $start->cookie($name));
    is location($r), host('twin')->url('/auth/error?error=Configuration'), 'at a host with other rules it is none';
    like $server->error_log, qr/InvalidCheck: the PKCE cookie: it was made for another provider/, 'and the log says so';
}

# --- configtest ------------------------------------------------------------------------------
sub said { (configtest($head . join '', map { vhost(@$_) } @_))[1] }
my $remark = qr/has a secret in common with .*, and another provider credentials or other rules of who may sign in/;
like said([public => $host{public}], [otherfile => $host{otherfile}]), $remark, 'a remark on another file';
like said([public => $host{public}], [rules => $host{rules}]), $remark, 'on other rules';
unlike said([public => $host{public}], [twin => $host{twin}]), $remark, 'none on the same';
unlike said([public => "AuthJSSecret 0123456789012345678901234567890123456789\n$host{public}"], [otherfile => $host{otherfile}]), $remark,
    'none without a common secret';
my ($status, $output) = configtest($head . vhost(a => $host{realm_a}) . vhost(b => "AuthJSSessionRealm family\n$host{otherfile}"));
isnt $status, 0, 'in a realm one id is one provider';
like $output, qr/AuthJSSessionRealm family: provider credentials is not the same in .*give one of the two another id/, 'said so';
# httpd looks at the last host first
($status, $output) = configtest($head . vhost(public => $host{public})
    . vhost(a => $host{realm_a}) . vhost(b => "AuthJSSessionRealm family\n$host{otherfile}") . vhost(otherid => $host{otherfile}));
is join(' ', $output =~ /(secret in common|is not the same)/g), 'secret in common is not the same secret in common',
    'what is wrong is said host by host' or diag $output;
# A start tries the configuration before it runs programs.
{
    my @hosts = map { vhost("exec$_->[0]", qq(AuthJSSecret "exec:/bin/echo $_->[1]"\n) . credentials('credentials', $_->[2])) }
        [a => 'a' x 40, 'public'], [b => 'b' x 40, 'staff'], [c => 'a' x 40, 'staff'];
    my $realm = $head =~ s/^AuthJSSecret.*/AuthJSSessionRealm family/mr;
    ok eval { httpd(conf => $realm . join '', @hosts[0, 1])->stop; 1 }, 'a realm of hosts that have secrets of their own starts'
        or diag $@;
    ok !eval { httpd(conf => $realm . join '', @hosts[0, 2])->stop; 1 }, '... unlike one of hosts that share theirs';
    like $@, qr/provider credentials is not the same/, '... which is said at once';
}
($status, $output) = configtest("AuthJSSessionRealm \"a b\"\n");
like $output, qr/AuthJSSessionRealm: takes a name of letters/, 'a realm has a name';

# --- a provider that is taken away -----------------------------------------------------------
# (the same as a host without it) and comes back, with another file.
{
    my $conf = $head . "AuthJSURL http://localhost:\@port\@\n" . oauth('corp', 'one');
    my $one = httpd(conf => $conf . credentials('credentials', 'public'));
    AuthJSTest::Env::write_file($one->root . "/conf/$_", "bob:$hash\n") for qw(public staff);
    AuthJSTest::Env::write_file($one->root . '/htdocs/in/index.html', 'in');
    my $browser = $one->browser;
    $browser->credentials('credentials', [username => 'bob', password => $password]);
    is $browser->get('/in/index.html')->content, 'in', 'signed in';
    my $token = $browser->cookie($COOKIE);
    for my $case (['', 401, 'without its provider the session is none'],
        [credentials('credentials', 'staff'), 401, 'nor with another of the same id'],
        [credentials('credentials', 'public'), 200, 'with the same it counts again']) {
        my ($provider, $code, $name) = @$case;
        $one->rewrite($conf . $provider);
        $one->graceful;
        my $r;
        for (1 .. 100) {
            $r = $one->site->get('/in/index.html', Cookie => "$COOKIE=$token");
            last if $r->code == $code;
            select undef, undef, undef, 0.05;
        }
        is $r->code, $code, $name;
    }
}

done_testing;
