# What is the same and what only looks like it: databases of one name in several places,
# directives that stand around a provider, names that are put together.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Site;

my $COOKIE = 'authjs.session-token';

# --- which database it is: configtest ----------------------------------------------------------
my $provider = "<AuthJSProvider github>\nAuthJSClientID id\nAuthJSClientSecret x\n</AuthJSProvider>\n";
sub remarked {
    my ($driver, @params) = @_;
    my $number = 0;
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\n" . join '', map {
        "<VirtualHost *:@{[ ++$number ]}>\nServerName http://host$number.test\nDBDriver $driver\nDBDParams \"$_\"\n"
            . "AuthJSAdapter dbd\n$provider</VirtualHost>\n" } @params);
    return "configtest: $output" if $status;
    return $output =~ /has a secret in common with .*, and another provider github/ ? 1 : 0;
}
my $pg = 'host=a.test dbname=app user=app password=one connect_timeout=2';
my $url = 'postgresql://app:one@a.test:5432/app';
my $my = 'host=a.test,dbname=app,user=app,pass=one';
for my $case (
    [0, pgsql => $pg, 'host=a.test dbname=app user=web password=two application_name=web connect_timeout=3'],
    [0, pgsql => $pg, "dbname = 'app'  host='a.test' connect_timeout=2"],
    [1, pgsql => $pg, $pg =~ s/a\.test/b.test/r],
    [1, pgsql => $pg, "$pg port=5433"],
    [1, pgsql => $pg, "$pg options=-csearch_path=other"],
    [1, pgsql => $pg, "$pg hostaddr=192.0.2.1"],
    [1, pgsql => "$pg host=a.test,b.test", "$pg host=a.test,c.test"],
    [1, pgsql => $pg, "service=app dbname=app host=a.test connect_timeout=2"],
    [1, pgsql => "host=a.test user=one connect_timeout=2", "host=a.test user=two connect_timeout=2"],
    [1, pgsql => "host=a.test password='it\\'s dbname=x' dbname=app", "host=a.test password='it\\'s dbname=x' dbname=x"],
    [0, pgsql => $url, 'postgresql://web:two@a.test:5432/app?connect_timeout=3'],
    [1, pgsql => $url, $url =~ s/a\.test/b.test/r],
    [1, pgsql => $url, $url =~ s/5432/5433/r],
    [1, pgsql => $url, "$url?options=-csearch_path%3Dother"],
    [1, pgsql => map { "postgresql://$_\@a.test:5432/?connect_timeout=2" } 'app', 'web'],
    [0, mysql => $my, 'host=a.test;dbname=app;user=web;pass=two;reconnect=0'],
    [1, mysql => $my, $my =~ s/a\.test/b.test/r],
    [1, mysql => $my, "$my,port=3307"],
    [1, mysql => $my, "$my,sock=/run/other"],
    [1, mysql => $my, "$my,group=other"],
    )
{
    my ($expected, $driver, @params) = @$case;
    is remarked($driver, @params), $expected, ($expected ? 'two databases: ' : 'one database: ') . join ' | ', @params;
}

# --- whose directives these are: a file that is included for each host ---------------------------
{
    my $file = AuthJSTest::Env::write_file(root() . '/var/27-host.conf', <<'EOT');
<VirtualHost *:1>
    ServerName http://${WHICH}.test
    DBDParams "host=${WHICH}.test dbname=app connect_timeout=2"
    AuthJSAdapter dbd
    <AuthJSProvider ${PROVIDER}>
        AuthJSClientID id
        AuthJSClientSecret x
    </AuthJSProvider>
    <Location /in>
        AuthType AuthJS
        AuthJSUnauthorized provider:${PROVIDER}
        Require valid-user
    </Location>
</VirtualHost>
EOT
    my $hosts = sub { configtest("AuthJSSecret \@secret:auth_secret\@\nDBDriver pgsql\n" . join '', map {
        "Define WHICH $_->[0]\nDefine PROVIDER $_->[1]\nInclude \"$file\"\n" } @_) };
    my ($status, $output) = $hosts->([one => 'github'], [two => 'google'], [three => 'gitlab']);
    is $status, 0, 'each host of an included file has the provider that it names' or diag $output;
    unlike $output, qr/AuthJS:/, '... without a word' or diag $output;
    ($status, $output) = $hosts->([one => 'github'], [two => 'github']);
    like $output, qr/has a secret in common with .*, and another provider github/, '... and the database that it names';
    ($status, $output) = $hosts->([one => 'github'], [one => 'github']);
    unlike $output, qr/has a secret in common/, '... which may be the same';
}

# --- which database it is: users -----------------------------------------------------------------
my $db = database('pgsql');
$db->execute('CREATE SCHEMA other');
my $other = bless {%$db}, 'AuthJSTest::Elsewhere';
{
    package AuthJSTest::Elsewhere;
    our @ISA = 'AuthJSTest::Database::pgsql';
    sub params { $_[0]->SUPER::params . ' options=-csearch_path=other' }
}
$_->migrate for $db, $other;
my $realm = "AuthJSSessionRealm r27\n<Location /in>\n    AuthType AuthJS\n    AuthJSRemoteUser sub\n    Require valid-user\n</Location>\n";
my ($here, $there, $one, $same, $two, $none) = AuthJSTest::Accounts->sites(
    (map { { adapter => 'pgsql', db => $_->[0], strategy => 'jwt', conf => $_->[1] } }
        [$db, ''], [$other, ''], [$db, $realm], [$db, "${realm}AuthJSCallback signIn expr=true\n"], [$other, $realm]),
    { adapter => '', strategy => 'jwt', conf => $realm });
my ($alice, $bob) = ($here->browser, $there->browser);
$here->sign_in($alice, 'first', 'alice');
$there->sign_in($bob, 'first', 'bob');
is $here->user_of(first => 'alice')->{id}, $there->user_of(first => 'bob')->{id}, 'two databases have a user of one id';
my $visitor = $there->browser;
$visitor->set_cookie_value($COOKIE, $alice->cookie($COOKIE));
is $visitor->get('/auth/session')->content, 'null', 'a session of one is none in the other';
$visitor->set_cookie_value($COOKIE, $alice->cookie($COOKIE));
ok $visitor->get('/auth/account')->content !~ /bob/, 'shows nobody\'s accounts';
$there->sign_in($visitor, 'second', 'alice-2');
isnt $there->user_of(second => 'alice-2')->{id}, $there->user_of(first => 'bob')->{id}, 'links nothing to anybody';
like $alice->get('/auth/account')->content, qr/alice/, 'and is what it was where it was made';

# A realm shares the sessions, and no ids: one number is two users, and the login of somebody.
{
    my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$REMOTE_USER\"\n";
    AuthJSTest::Env::write_file($_->httpd->root . '/htdocs/in/who.cgi', $who, 0755) for $one, $same, $two, $none;
    my $id = $one->user_of(first => 'alice')->{id};
    my $browser = $one->browser;
    $one->sign_in($browser, 'first', 'alice');
    my $seen = sub { my ($site, $token) = @_;
        my $r = $site->httpd->site->get('/in/who.cgi', Cookie => "$COOKIE=" . ($token // $browser->cookie($COOKIE)));
        return $r->code == 200 ? $r->content : $r->code };
    is $seen->($one), $id, 'a user by the id';
    is $seen->($same), $id, '... where the users are the same, and the rules are not';
    is $seen->($two), "first:$id", '... where the users are others';
    is $seen->($none), "first:$id", '... where no users are kept';
    $browser = $two->browser;
    $two->sign_in($browser, 'first', 'bob');
    is $seen->($two), $id, 'somebody else by that id, where it is his';
    is $seen->($one), "first:$id", '... and only there';
    AuthJSTest::Env::write_file($none->httpd->root . '/conf/staff', "$id:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n");
    my $login = $none->browser;
    $login->credentials('staff', [username => $id, password => 'demo']);
    is $seen->($none, $login->cookie($COOKIE)), $id, 'who has that for a login is a third';
}

# --- what stands around a provider ---------------------------------------------------------------
# Whoever may write .htaccess, or a section around the base path, has no say in who somebody is.
{
    my $open = "Anonymous *\nAnonymous_MustGiveEmail Off\nAnonymous_LogEmail Off\n";
    my $server = httpd(conf => <<"EOT");
LoadModule authn_anon_module \@libexec\@/mod_authn_anon.so
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<Location /auth>
    $open
</Location>
<Directory "\@root\@/htdocs">
    AllowOverride AuthConfig
</Directory>
<AuthJSProvider staff credentials>
    AuthJSAuthnProvider anon file
    AuthUserFile "\@root\@/conf/staff"
</AuthJSProvider>
<AuthJSProvider guests credentials>
    AuthJSAuthnProvider anon
    $open
</AuthJSProvider>
EOT
    AuthJSTest::Env::write_file($server->root . '/conf/staff', 'jane:' . crypt('right', '$5$salt$') . "\n");
    AuthJSTest::Env::write_file($server->root . '/htdocs/.htaccess', $open);
    for my $case ([staff => 'boss', 'any', 0], [staff => 'jane', 'wrong', 0], [staff => 'jane', 'right', 1], [guests => 'boss', 'any', 1]) {
        my ($id, $name, $given, $expected) = @$case;
        my $browser = $server->browser;
        $browser->credentials($id, [username => $name, password => $given]);
        is defined $browser->cookie($COOKIE) ? 1 : 0, $expected, "$id: $name, $given";
    }
}

# --- rules and providers that are written once and are not the same ----------------------------
{
    my ($here, $there) = map { peer_port("h27$_") } 1, 2;
    my $hosts = join '', map { "Listen 127.0.0.1:$_\n<VirtualHost 127.0.0.1:$_>\nServerName http://localhost:$_\n</VirtualHost>\n" } $here, $there;
    my $head = "AuthJSSecret \@secret:auth_secret\@\n<Location /in>\n    AuthType AuthJS\n    Require valid-user\n</Location>\n"
        . "<AuthJSProvider staff credentials>\n    AuthUserFile \"\@root\@/conf/users\"\n</AuthJSProvider>\n";
    my $server = httpd(conf => $head . qq(AuthJSCallback signIn "expr=%{SERVER_PORT} == '$here'"\n) . $hosts);
    AuthJSTest::Env::write_file($server->root . '/htdocs/in/index.html', 'in');
    AuthJSTest::Env::write_file($server->root . '/conf/users', 'bob:' . crypt('right', '$5$salt$') . "\n");
    my ($one, $two) = map { AuthJSTest::Site->new(base => "http://localhost:$_", cookies => 1) } $here, $there;
    $_->credentials('staff', [username => 'bob', password => 'right']) for $one, $two;
    is $one->get('/in/index.html')->code, 200, 'a rule that lets in here';
    is $two->cookie($COOKIE), undef, '... and not there';
    is $two->get('/in/index.html', Cookie => "$COOKIE=" . $one->cookie($COOKIE))->code, 401, 'a session of here is none there';

    my $remark = qr/has a secret in common/;
    my %rule = (
        q(%{AUTHJS:user.email} =~ m#@x.test$#) => 0, q('a' in AUTHJS('user.groups')) => 0,
        q(%{AUTHJS:user.host} == %{HTTP_HOST}) => 1, q(%{AUTHJS:user.host} == req('Host')) => 1, q(reqenv('OPEN') == '1') => 1);
    for my $rule (sort keys %rule) {
        my ($status, $output) = configtest(qq(${head}AuthJSCallback signIn "expr=$rule"\n$hosts));
        is $status, 0, "configtest: $rule" or diag $output;
        is $output =~ $remark ? 1 : 0, $rule{$rule}, '... whether it could differ';
    }
    my $github = "AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider github>\nAuthJSClientID id\nAuthJSClientSecret x\n</AuthJSProvider>\n$hosts";
    unlike +(configtest($github))[1], $remark, 'a provider that is the same';
    like +(configtest($github =~ s/<\/VirtualHost>/AuthJSHTTP proxy=http:\/\/127.0.0.1:1\n<\/VirtualHost>/r))[1], $remark,
        'one that is asked through a proxy may be another';
    like +(configtest("LoadModule authjs_test_callbacks_module \@modules\@/mod_authjs_test_callbacks.so\n$github"))[1], $remark,
        'a module that is asked may say another thing';
    my $fcgi = "LoadModule proxy_fcgi_module \@libexec\@/mod_proxy_fcgi.so\nLoadModule authnz_fcgi_module \@libexec\@/mod_authnz_fcgi.so\n"
        . "AuthnzFcgiDefineProvider authn asked fcgi://127.0.0.1:1/\n";
    like +(configtest($fcgi . $head =~ s/AuthUserFile/AuthJSAuthnProvider asked\n    AuthUserFile/r . $hosts))[1], $remark,
        'an authn provider that is none of httpd\'s own may ask somebody else';
}

# --- names that are put together -----------------------------------------------------------------
# staff:bob is bob of staff, and nobody else: no e-mail address, and no other claim that is the
# subject too.
{
    my $server = httpd(conf => <<"EOT" . join '', map { <<"EOT2" } qw(staff members));
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<Location /in>
    AuthType AuthJS
    Require valid-user
</Location>
<Location /in/name>
    AuthJSRemoteUser name
</Location>
<Location /in/email>
    AuthJSRemoteUser email
</Location>
<AuthJSProvider addresses credentials>
    AuthUserFile "\@root\@/conf/users"
    AuthJSLoginIsEmail On
</AuthJSProvider>
EOT
<AuthJSProvider $_ credentials>
    AuthUserFile "\@root\@/conf/users"
</AuthJSProvider>
EOT2
    my $who = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$REMOTE_USER\"\n";
    AuthJSTest::Env::write_file($server->root . "/htdocs/in/$_/who.cgi", $who, 0755) for '', 'name', 'email';
    AuthJSTest::Env::write_file($server->root . '/conf/users', join '', map { "$_:" . crypt('right', '$5$salt$') . "\n" } 'bob', 'bob@corp.example');
    my $seen = sub { my ($token, $path) = @_;
        my $r = $server->site->get("/in/$path", Cookie => "$COOKIE=$token");
        return $r->code == 200 ? $r->content : $r->code };
    my $token = sub { my ($id, $name) = @_;
        my $browser = $server->browser;
        $browser->credentials($id, [username => $name, password => 'right']);
        return $browser->cookie($COOKIE) };
    is $seen->($token->(staff => 'bob@corp.example'), 'who.cgi'), 'staff:bob@corp.example', 'bob@corp.example of staff';
    is $seen->(mint({ sub => 'x-1', email => 'staff:bob@corp.example' }), 'who.cgi'), 'x-1', 'is no e-mail address';
    is $seen->(mint({ sub => 'x-1', email => $_ }), 'who.cgi'), 'x-1', "nor is $_"
        for 'bob@corp.example@evil.example', 'bob@corp.example,eve@evil.example', '"bob"@corp.example', 'Bob <bob@corp.example>', '@corp.example', 'bob@';
    is $seen->(mint({ sub => 'x-1', email => $_ }), 'who.cgi'), $_, "but $_ is"
        for 'bob@corp.example', "o'neil+tag\@corp.example";
    is $seen->($token->($_ => 'bob'), 'name/who.cgi'), "$_:bob", "AuthJSRemoteUser name: bob of $_" for qw(staff members);
    is $seen->(mint({ sub => 'x-1', name => 'Jane' }), 'name/who.cgi'), 'Jane', '... somebody who has another name';
    is $seen->($token->(addresses => 'bob@corp.example'), 'email/who.cgi'), 'bob@corp.example', '... an address that counts is one';
    is $seen->($token->(staff => 'bob@corp.example'), 'email/who.cgi'), 403, '... a name is none';
}

done_testing;
