# authjsctl: every command, on every database, by itself and beside httpd.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use File::Temp ();
use IPC::Open3 ();
use JSON::PP;
use Symbol ();
use Time::HiRes qw(sleep);

my $SALT = 'authjs.session-token';
my $dir = File::Temp::tempdir(CLEANUP => 1);
my $output = '';
my @commands = qw(add check secret migrate prune users sessions token mail invite);

# (exit status, stdout, stderr). What it wrote is kept to be searched for secrets.
sub ctl {
    my ($arguments, %option) = @_;
    local %ENV = (PATH => $ENV{PATH}, ASAN_OPTIONS => 'detect_leaks=0:exitcode=99',
        UBSAN_OPTIONS => 'exitcode=99', %{ $option{env} || {} });
    my $err_file = "$dir/stderr";
    open my $err, '+>', $err_file or die $!;
    my $pid = IPC::Open3::open3(my $in, my $out, '>&' . fileno $err,
        builddir() . '/tools/authjsctl', @$arguments);
    local $SIG{PIPE} = 'IGNORE';
    print $in $option{stdin} // '';
    close $in;
    local $/;
    my $text = <$out> // '';
    waitpid $pid, 0;
    my $status = $? & 127 ? "signal $?" : $? >> 8;
    seek $err, 0, 0;
    my $complaint = <$err> // '';
    $output .= $text . $complaint unless $option{secret};
    return ($status, $text, $complaint);
}

sub file { my ($name, $text) = @_; AuthJSTest::Env::write_file("$dir/$name", $text, 0600) }

# --- the command line ---------------------------------------------------------------------
{
    my ($status, $out, $err) = ctl(['--help']);
    is $status, 0, '--help';
    like $out, qr/^  $_ /m, "names $_" for @commands;
    is $err, '', 'nothing on stderr';
    for my $command (@commands) {
        ($status, $out) = ctl([$command, '--help']);
        is $status, 0, "$command --help";
        like $out, qr/^Usage: authjsctl $command/, 'says how';
        is((ctl(['help', $command]))[1], $out, "help $command");
    }
    my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/authjsctl.md');
    my %option = map { $_ => 1 } map { (ctl([$_, '--help']))[1] =~ /(--[a-z][a-z0-9-]+)/g }
        @commands;
    delete $option{'--help'};
    is_deeply [grep { $manual !~ /\Q$_\E\b/ } sort keys %option], [], 'the manual has every option';
    my %written = map { $_ => 1 } $manual =~ /(--[a-z][a-z0-9-]+)/g;
    is_deeply [sort grep { $_ ne '--help' } keys %written], [sort keys %option], 'and no other';
    like((ctl(['--version']))[1], qr/^authjsctl \d+\.\d+\.\d+$/, '--version');
    for my $wrong ([], ['nothing'], ['users', 'eat'], ['users', '--unknown'], ['secret', '--site', 'x'],
        ['secret', 'word'], ['users', 'show'], ['users', '--site'], ['sessions', 'revoke'],
        ['sessions', 'revoke', 'abc'], ['sessions', 'revoke', 'z' x 12],
        ['sessions', 'revoke', '0' x 12, '--stdin'], ['users', '--sqlite', 'x', '--driver', 'pgsql'],
        ['users', '--driver', 'pgsql'], ['users', '--driver', 'oracle', '--params-file', '/dev/null'],
        ['users', '--d1-database', 'x'], ['migrate', '--print', '--driver', 'oracle'],
        ['migrate', '--print', '--driver', 'pgsql', '--schema', 'none'],
        ['users', '--httpd', '/nowhere/httpd'], ['users', '--httpd', '/bin/true'],
        ['users', '--httpd', '/bin/false'])
    {
        ($status, $out, $err) = ctl($wrong);
        is $status, 2, "wrong usage: @$wrong";
        like $err, @$wrong ? qr/^(?:authjsctl: |\S*authjsctl: invalid|\S*authjsctl: missing)\S/ : qr/^$/,
            'said on stderr';
        is $out, '', 'nothing on stdout' if @$wrong;
    }
    is((ctl(['users', '--sqlite', "$dir/none.db"]))[0], 3, 'a database that is not there');
    ok !-e "$dir/none.db", 'is not made by looking at it';
}

# --- secret -------------------------------------------------------------------------------
{
    my @secrets = map { (ctl(['secret'], secret => 1))[1] } 1, 2;
    like $secrets[0], qr{^[A-Za-z0-9+/]{44}\n$}, 'secret: 33 bytes in base64';
    isnt $secrets[0], $secrets[1], 'each is new';
    my ($status, $out, $err) = ctl(['secret', '--file', "$dir/new-secret"]);
    is "$status$out$err", '0', '--file: silent';
    my $text = AuthJSTest::Env::read_file("$dir/new-secret");
    like $text, qr{^[A-Za-z0-9+/]{44}\n$}, 'the file has it';
    is sprintf('%o', (stat "$dir/new-secret")[2] & 07777), '600', 'for its owner alone';
    is((ctl(['secret', '--file', "$dir/new-secret"]))[0], 1, 'it is not written over');
    is AuthJSTest::Env::read_file("$dir/new-secret"), $text, 'and stays';
    is((ctl(['secret', '--file', "$dir/no/such/place"]))[0], 1, 'a place that is not there');
    ($status, $out) = configtest(<<"EOT");
AuthJSSecret file:$dir/new-secret
AuthJSURL http://localhost
<AuthJSProvider credentials>
    AuthUserFile \@root\@/conf/mime.types
</AuthJSProvider>
EOT
    is $status, 0, 'AuthJSSecret takes it' or diag $out;
}

# --- token --------------------------------------------------------------------------------
sub authjs_encode {
    my ($claims, $salt) = @_;
    local $ENV{AUTHJS_SECRET} = secret('auth_secret');
    my $peers = srcdir() . '/t/peers';
    my $pid = IPC::Open3::open3(my $in, my $out, undef, "$peers/node", "$peers/jwt.mjs", 'encode', $salt);
    print $in encode_json($claims);
    close $in;
    chomp(my $token = <$out> // '');
    waitpid $pid, 0;
    return $token;
}
{
    my %env = (env => { AUTH_SECRET => secret('auth_secret') });
    my $token = authjs_encode({ name => 'Jane', roles => ['a', "\x{e9}"] }, $SALT);
    my ($status, $out, $err) = ctl(['token'], stdin => "$token\n", %env);
    is $status, 0, 'token: one of @auth/core' or diag $err;
    is decode_json($out)->{name}, 'Jane', 'its claims';
    is_deeply decode_json($out)->{roles}, ['a', "\x{e9}"], 'whatever they are';
    my $old = file('secrets', secret('auth_secret_2') . "\n" . secret('auth_secret') . "\n");
    is((ctl(['token', '--secret-file', $old, '--file', file('cookie', $token)]))[0], 0,
        'a file, and an older secret');
    my $secure = authjs_encode({ sub => '1' }, "__Secure-$SALT");
    is((ctl(['token'], stdin => $secure, %env))[0], 0, 'that of https');
    is((ctl(['token', '--cookie-name', $SALT], stdin => $secure, %env))[0], 1, 'is no other');
    my $own = authjs_encode({ sub => '2' }, 'mine');
    is((ctl(['token'], stdin => $own, %env))[0], 1, 'an unknown name');
    is((ctl(['token', '--cookie-name', 'mine'], stdin => $own, %env))[0], 0, 'once it is said');
    my $half = length($token) / 2;
    my $header = "Cookie: a=b; $SALT.1=" . substr($token, $half) . "; $SALT.0=" . substr($token, 0, $half);
    is((ctl(['token'], stdin => $header, %env))[0], 0, 'parts in a header');
    my $expired = mint({ sub => '7' }, now => time - 7200, max_age => 60);
    for my $bad ([expired => $expired, qr/expired/], [damaged => substr($token, 0, -2) . 'AA', qr/not valid/],
        ['of the database' => '3f1e9c22-0c4f-4a52-8d3a-111111111111', qr/not valid/], [empty => '', qr/empty/],
        ['a header without it' => "a=b; c=d", qr/no cookie/], [binary => "a\0b", qr/binary/])
    {
        my ($name, $text, $why) = @$bad;
        ($status, $out, $err) = ctl(['token'], stdin => $text, %env);
        is $status, $name =~ /empty|binary/ ? 2 : 1, "a token that is $name";
        like $err, $why, 'says why';
        is $out, '', 'no claims';
    }
    is((ctl(['token'], stdin => $token, env => { AUTH_SECRET => secret('auth_secret_2') }))[0], 1,
        'another secret');
}

# --- with a database ----------------------------------------------------------------------
my $password = htdocs('ctl/.htpasswd', join '', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } qw(demo other));
htdocs('ctl/index.html', "welcome\n");

sub conf {
    my ($adapter) = @_;
    return $adapter . <<"EOT";
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSCacheTTL 1s
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile "$password"
</AuthJSProvider>
DocumentRoot "@{[ root() ]}/htdocs"
<Directory "@{[ root() ]}/htdocs/ctl">
    Require all granted
</Directory>
<Location /ctl>
    AuthType AuthJS
    Require valid-user
</Location>
EOT
}

# The options that name a database without httpd.
sub options {
    my ($db, $kind) = @_;
    return ('--sqlite', $db->file) if $kind eq 'sqlite';
    return ('--d1-account', $db->account, '--d1-database', $db->id, '--d1-url', $db->url,
        '--d1-token-file', file('d1-token', $db->token . "\n")) if $kind eq 'd1';
    return ('--driver', $db->driver, '--params-file', file("$kind-params", $db->params . "\n"));
}

sub sign_in {
    my ($httpd, $name) = @_;
    my $browser = $httpd->browser;
    $browser->credentials('credentials', [username => $name, password => 'demo']);
    return $browser;
}

sub code { $_[0]->get('/ctl/', Accept => 'text/html')->code }

# Within AuthJSCacheTTL.
sub ends {
    my ($browser) = @_;
    for (1 .. 40) {
        return 1 if code($browser) != 200;
        sleep 0.1;
    }
    return 0;
}

for my $kind (qw(sqlite pgsql mysql d1)) {
    my $db = database($kind);
    my $httpd = AuthJSTest::Httpd->configure(conf => conf($db->adapter));
    my @asked = ('--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf');
    my @named = options($db, $kind);
    my ($status, $out, $err);

    ($status, $out) = ctl(['migrate', '--print', @asked]);
    is $status, 0, "$kind: migrate --print";
    like $out, qr/CREATE TABLE.*;$/s, 'the SQL';
    is((ctl(['migrate', '--print', @named]))[1], $out, 'the same with options');
    ($status, $out, $err) = ctl(['migrate', @asked]);
    is $status, 0, "$kind: migrate" or diag $err;
    ($status, $out, $err) = ctl(['migrate', @named]);
    is $status, 0, 'and again' or diag $err;
    is((stat $db->file)[4], scalar getpwnam('nobody'), 'the file is httpd\'s')
        if $kind eq 'sqlite' && $> == 0;
    is((ctl(['users', @asked]))[1], '', 'nobody is there');
    is((ctl(['sessions', '--json', @named]))[1], "[]\n", 'no session either');

    $httpd->start;
    my ($demo, $other) = map { sign_in($httpd, $_) } qw(demo other);
    my $again = sign_in($httpd, 'demo');
    is code($_), 200, "$kind: signed in" for $demo, $other, $again;

    ($status, $out) = ctl(['users', '--json', @asked]);
    my %id = map { $_->{name} => $_->{id} } @{ decode_json($out) };
    is_deeply [sort keys %id], ['demo', 'other'], "$kind: users that httpd made";
    $db->execute(q{UPDATE users SET email = ? WHERE name = ?}, 'Demo@example.com', 'demo')
        if $kind ne 'mysql';
    my $who = $kind eq 'mysql' ? $id{demo} : 'Demo@example.com';
    is((ctl(['users', 'show', $who, @named]))[0], 0, 'one by e-mail address or id');
    like((ctl(['users', @named]))[1], qr/^\Q$id{other}\E +other$/m, 'as a table');
    is((ctl(['users', '--email', '@EXAMPLE.', @named]))[1] =~ tr/\n//, $kind eq 'mysql' ? 0 : 1,
        'found by a part of the address');
    ($status, $out) = ctl(['users', 'show', $id{demo}, '--json', @asked]);
    my $shown = decode_json($out);
    is_deeply $shown->{accounts}, [{ provider => 'credentials', providerAccountId => 'demo',
        type => 'credentials' }], 'show: accounts';
    is @{ $shown->{sessions} }, 2, 'and sessions';
    like((ctl(['users', 'show', $id{demo}, @asked]))[1], qr/^session +[0-9a-f]{12} until 2/m, 'as text');

    my $authenticators = $kind eq 'mysql' ? 'authenticator' : 'authenticators';
    $db->execute(qq{INSERT INTO "$authenticators" ("credentialID", "userId", "providerAccountId",
        "credentialPublicKey", "counter", "credentialDeviceType", "credentialBackedUp", "transports")
        VALUES ('+/A=', ?, '+/A=', 'secret', 5, 'multiDevice', 'yes', NULL)} =~ s/'yes'/$kind eq 'pgsql' ? 'true' : 1/er,
        $id{demo});
    like((ctl(['users', 'show', $id{demo}, @asked]))[1], qr{^passkey +\+/A=$}m, "$kind: a passkey that nobody described");
    $db->execute(q{INSERT INTO "authjs_passkeys" ("credentialID", "userId", "name", "created") VALUES
        ('+/A=', ?, ?, ?)}, $id{demo}, "My \e[7m key", '2026-11-22 01:46:16' . ($kind eq 'mysql' ? '' : 'Z'));
    like((ctl(['users', 'show', $id{demo}, @asked]))[1],
        qr{^passkey +\+/A= of 2026-11-22T01:46:16\.000Z My \?\[7m key$}m, 'with what is told of it');
    ($status, $out) = ctl(['users', 'show', $id{demo}, '--json', @asked]);
    is_deeply decode_json($out)->{passkeys}, [{ credentialID => '+/A=', providerAccountId => '+/A=',
        credentialDeviceType => 'multiDevice', credentialBackedUp => JSON::PP::true, name => "My \e[7m key",
        created => '2026-11-22T01:46:16.000Z' }], 'as JSON';

    ($status, $out) = ctl(['sessions', '--json', @named]);
    my @sessions = @{ decode_json($out) };
    is @sessions, 3, "$kind: three sessions";
    is_deeply [sort map { $_->{provider} } @sessions], [('credentials') x 3], 'whose provider is known';
    ($status, $out) = ctl(['sessions', '--user', $who, @asked]);
    is $out =~ tr/\n//, 2, 'two of one user';
    unlike $out, qr/\Q@{[ $demo->cookie($SALT) ]}/, 'no token among them';

    my ($first) = map { $_->{session} } grep { $_->{userId} eq $id{other} } @sessions;
    is((ctl(['sessions', 'revoke', 'f' x 64, @named]))[0], 1, 'a session that is not there');
    ($status, $out) = ctl(['sessions', 'revoke', $first, @asked]);
    is "$status $out", "0 revoked 1 session\n", "$kind: revoke by its short name";
    ok ends($other), 'it has ended';
    is code($demo), 200, 'the others have not';
    ($status, $out) = ctl(['sessions', 'revoke', '--stdin', @named], stdin => $again->cookie($SALT) . "\n");
    is "$status $out", "0 revoked 1 session\n", 'revoke by its token';
    ok ends($again), 'it has ended';
    ($status, $out) = ctl(['sessions', 'revoke', '--user', $id{demo}, @asked]);
    is "$status $out", "0 revoked 1 session\n", 'revoke all of a user';
    ok ends($demo), 'it has ended';
    is((ctl(['sessions', 'revoke', '--user', 'no@example.com', @asked]))[0], 1, 'a user who is not there');

    my $late = sign_in($httpd, 'other');
    my $table = $db->value($kind eq 'sqlite' || $kind eq 'd1'
        ? "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(name) IN ('session', 'sessions')"
        : "SELECT table_name AS name FROM information_schema.tables WHERE lower(table_name) IN "
            . "('session', 'sessions') AND table_type = 'BASE TABLE' AND table_schema IN ('public', '"
            . ($db->{name} // '') . "')");
    $db->execute(qq{UPDATE "$table" SET expires = ?}, $kind eq 'd1' || $kind eq 'sqlite'
        ? '2020-01-01T00:00:00.000Z' : '2020-01-01 00:00:00');
    ($status, $out) = ctl(['prune', @asked]);
    is "$status $out", "0 deleted 1 expired sessions and verification tokens\n", "$kind: prune";
    is((ctl(['prune', @named]))[1], "deleted 0 expired sessions and verification tokens\n", 'once');

    ($status, $out) = ctl(['users', 'delete', $id{demo}, @named]);
    is $status, 0, "$kind: users delete";
    is((ctl(['users', 'show', $id{demo}, @named]))[0], 1, 'and is gone');
    is scalar(@{ decode_json((ctl(['users', '--json', @named]))[1]) }), 1, 'the other stays';

    # The configuration also tells the secret and the cookie's name.
    my $token = mint({ sub => '7' }, now => time, max_age => 60);
    is((ctl(['token', @asked], stdin => $token))[0], 0, 'token: the secret of the configuration');

    next if $kind eq 'sqlite';
    $db->stop;
    ($status, $out, $err) = ctl(['users', @named]);
    is $status, 3, "$kind: the database is away";
    like $err, qr/^authjsctl: ./, 'said on stderr';
    is((ctl(['migrate', @named]))[0], 3, 'for migrate too');
    $db->start;
}

# --- many, and hostile ones --------------------------------------------------------------
{
    my $db = database('sqlite');
    my @named = ('--sqlite', $db->file);
    is((ctl(['users', @named]))[0], 3, 'no file');
    is((ctl(['migrate', @named]))[0], 0, 'migrate makes it');
    $db->execute(q{INSERT INTO users (id, name, email) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL
        SELECT i + 1 FROM n WHERE i < 1201) SELECT printf('user-%04d', i), 'name ' || i, NULL FROM n});
    $db->execute(q{INSERT INTO sessions (id, sessionToken, userId, expires) SELECT id, 'token-' || id, id,
        '2099-01-01T00:00:00.000Z' FROM users});
    my ($status, $out) = ctl(['users', @named]);
    is $out =~ tr/\n//, 1201, 'users: all pages';
    my %seen;
    $seen{$_}++ for $out =~ /^(user-\d+) /mg;
    is keys %seen, 1201, 'each once';
    ($status, $out) = ctl(['sessions', '--json', @named]);
    %seen = map { $_->{userId} => $_ } @{ decode_json($out) };
    is keys %seen, 1201, 'sessions: all pages';
    is $seen{'user-1201'}{provider}, undef, 'a token of Auth.js tells no provider';
    my $id = $seen{'user-1100'}{session};
    is((ctl(['sessions', 'revoke', $id, @named]))[1], "revoked 1 session\n", 'one of the last page');
    is $db->value(q{SELECT count(*) FROM sessions WHERE userId = 'user-1100'}), 0, 'it is that one';
    is $db->value(q{SELECT count(*) FROM sessions}), 1200, 'and no other';
    is((ctl(['prune', @named]))[1], "deleted 0 expired sessions and verification tokens\n",
        'nothing is expired');
    $db->execute(q{UPDATE sessions SET expires = '2020-01-01T00:00:00.000Z'});
    is((ctl(['prune', @named]))[1], "deleted 1200 expired sessions and verification tokens\n",
        'more than one statement deletes');

    $db->execute(q{DELETE FROM users});
    $db->execute(qq{INSERT INTO users (id, name, email) VALUES ('1', '\e[31mred\r\n\xc2\x9b2J', 'a\@example.com')});
    ($status, $out) = ctl(['users', @named]);
    unlike $out, qr/[\e\r\x9b]|\n./, 'a name that speaks to the terminal does not';
    like $out, qr/\?\[31mred/, 'but is there';
    is decode_json((ctl(['users', '--json', @named]))[1])->[0]{id}, 1, 'JSON has it whole';
    is((ctl(['users', 'show', 'A@Example.com', @named]))[0], 0, 'addresses are kept in lower case');
    is((ctl(['users', 'show', q{' OR '1' = '1}, @named]))[0], 1, 'a name is no SQL');
    is((ctl(['users', 'delete', q{x@' OR '1' = '1}, @named]))[0], 1, 'nor is an address');
    $db->execute(q{UPDATE users SET name = CAST(x'ff41' AS TEXT)});
    my ($failed, undef, $err) = ctl(['users', @named]);
    is $failed, 1, 'invalid UTF-8 in the database';
    like $err, qr/users\.name/, 'is told by its place';

    my $twice = database('sqlite');
    $twice->execute(q{CREATE TABLE users (id text, name text, email text, emailVerified datetime, image text)});
    $twice->execute(q{INSERT INTO users (id, email) VALUES ('1', 'x@example.com'), ('2', 'x@example.com')});
    ($failed, undef, $err) = ctl(['migrate', '--sqlite', $twice->file]);
    is $failed, 1, 'an address that is there twice';
    like $err, qr/users\.email.*merge these/s, 'is what migrate stumbles over';

    for my $schema (qw(prisma drizzle kysely)) {
        my $other = database('sqlite');
        my @with = ('--sqlite', $other->file, '--schema', $schema);
        is((ctl(['migrate', @with]))[0], 0, "schema $schema");
        is((ctl(['users', @with]))[0], 0, 'works');
    }
    $db->execute('DROP TABLE sessions');
    ($failed, undef, $err) = ctl(['sessions', @named]);
    isnt $failed, 0, 'a table is missing';
}

# --- more than one site -------------------------------------------------------------------
{
    my @db = map { database('sqlite') } 1, 2;
    my $vhost = sub {
        my ($name, $db) = @_;
        return "<VirtualHost *:80>\nServerName $name.example\n" . $db->dbd . "</VirtualHost>\n";
    };
    my $httpd = AuthJSTest::Httpd->configure(conf => conf($db[0]->adapter)
        . $vhost->('two', $db[1]) . "<IfDefine THREE>\n" . $vhost->('three', $db[0]) . "</IfDefine>\n");
    my @asked = ('--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf');
    my ($status, $out, $err) = ctl(['migrate', @asked]);
    is $status, 2, 'two databases: which one?';
    like $err, qr/--site is one of localhost:\d+ two\.example:80$/m, 'names them';
    is((ctl(['migrate', @asked, '--site', 'TWO.example']))[0], 0, 'that of a virtual host');
    is(-s $db[0]->file, undef, 'the other is not touched');
    ok -s $db[1]->file, 'this one is';
    is((ctl(['users', @asked, '--site', 'two.example:81']))[0], 2, 'another port');
    is((ctl(['users', @asked, '--site', 'three.example']))[0], 2, 'a site behind <IfDefine>');
    is((ctl(['users', @asked, '--site', 'three.example', '--define', 'THREE']))[0], 3, 'defined');
    my $token = mint({ sub => '7' }, now => time, max_age => 60);
    is((ctl(['token', @asked], stdin => $token))[0], 0, 'they agree in secret and cookie');
    $httpd->rewrite("LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\n"
        . conf("AuthJSAdapter memory \@root\@/var/authjs.json\n"));
    ($status, $out, $err) = ctl(['users', @asked]);
    is $status, 2, 'an adapter of another module';
    like $err, qr/adapter memory/, 'is named';
    $httpd->rewrite(conf(''));
    is((ctl(['users', @asked]))[0], 2, 'no adapter');
    is((ctl(['token', @asked], stdin => $token))[0], 0, 'but a secret');
    $httpd->rewrite("AuthJSSecret short\n" . conf('') =~ s/^AuthJSSecret.*\n//mr);
    ($status, $out, $err) = ctl(['users', @asked]);
    is $status, 2, 'a configuration that is wrong';
}

# --- secrets ------------------------------------------------------------------------------
for my $name (sort keys %AuthJSTest::Env::secret) {
    ok index($output, secret($name)) < 0, "no $name in the output";
}
unlike $output, qr/\beyJ\w+\.\.\w/, 'no encrypted token';
unlike $output, qr/Sanitizer|runtime error/, 'no fault';
unlike $output, qr/credentials\.[0-9a-f]{8}-/, 'no session token';

done_testing;
