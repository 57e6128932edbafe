# Accounts by invitation (AuthJSOption signUp=invitation): authjsctl invite for real, the page, an
# authenticator in software, with each kind of database; an invitation is good for one account, at
# one site and provider, until it ends; whatever fails uses nothing up. And signUp=email: nobody
# makes an account with a passkey alone.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use AuthJSTest::Passkey;
use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use IPC::Open3 ();
use JSON::PP ();
use MIME::Base64 qw(decode_base64url encode_base64url);
use Symbol ();
use URI ();
use URI::Escape qw(uri_escape);

my $mail = mail_server(smtp_starttls => 'starttls');
my $scratch = File::Temp::tempdir(CLEANUP => 1);
my @tokens;
my $json = JSON::PP->new->utf8->canonical;

sub conf {
    my ($adapter, %over) = @_;
    my $secret = $over{secret} // '@secret:auth_secret@';
    my $url = $over{url} // 'AuthJSURL http://localhost:@port@';
    my $passkey = $over{passkey} // 'signUp=invitation';
    return <<"EOT" . ($over{more} // '');
LogLevel warn authjs:info
AuthJSSecret $secret
$url
$adapter
AuthJSSessionStrategy database
AuthJSEvent signIn log:var/events.log
<AuthJSProvider passkey>
    AuthJSOption $passkey
</AuthJSProvider>
EOT
}
my $STAFF = <<'EOT';
<AuthJSProvider staff webauthn>
    AuthJSOption signUp=invitation
</AuthJSProvider>
EOT

sub path { my ($httpd, $response) = @_; (location($response) // $response->status_line) =~ s/^\Q@{[ $httpd->url ]}\E//r }
sub who { my $session = $_[0]->session; $session ? $session->{user}{name} // $session->{user}{email} : 'nobody' }
my $DENIED = '/auth/error?error=AccessDenied';

# (exit status, stdout, stderr) of authjsctl invite.
sub ctl {
    my ($httpd, @arguments) = @_;
    local %ENV = (PATH => $ENV{PATH}, ASAN_OPTIONS => 'detect_leaks=0');
    my $pid = IPC::Open3::open3(my $in, my $out, my $err = Symbol::gensym(), builddir() . '/tools/authjsctl',
        'invite', @arguments, $httpd ? ('--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf') : ());
    close $in;
    local $/;
    my ($text, $complaint) = (scalar <$out> // '', scalar <$err> // '');
    waitpid $pid, 0;
    return ($? >> 8, $text, $complaint);
}
sub invite {
    my ($httpd, @arguments) = @_;
    my ($status, $out, $err) = ctl($httpd, @arguments);
    die "authjsctl invite: $status $err\n" if $status;
    my $token = { URI->new($out =~ s/\n\z//r)->query_form }->{invitation};
    push @tokens, $token;
    return wantarray ? ($token, $out =~ s/\n\z//r) : $token;
}
sub listed { my ($httpd) = @_; my ($status, $out) = ctl($httpd, 'list', '--json'); return $json->decode($out) }

# Register by an invitation: where it leads.
sub sign_up {
    my ($httpd, $browser, $name, $token, %over) = @_;
    my $key = delete $over{key} // AuthJSTest::Passkey->new;
    my $id = delete $over{id} // 'passkey';
    return path($httpd, $key->register($browser, $id, $name, fields => { invitation => $token, callbackUrl => '/', %{ delete $over{fields} // {} } }, %over));
}
sub refused_options {
    my ($browser, $token, $id) = @_;
    my $answer = AuthJSTest::Passkey->ask_options($browser, $id // 'passkey', action => 'register', email => 'Eve',
        defined $token ? (invitation => $token) : ());
    return $answer->code . ' ' . $answer->content;
}
my $FORBIDDEN = '403 {"error":"AccessDenied"}';

# Of a session whose options were fetched by a good invitation: what the callback says of another.
sub sent_with {
    my ($httpd, $good, $bad, @more) = @_;
    my $browser = $httpd->browser;
    my $key = AuthJSTest::Passkey->new;
    my $made = $key->create($key->options($browser, 'passkey', action => 'register', email => 'Eve', invitation => $good));
    my $answer = $browser->post('/auth/callback/passkey', [csrfToken => $browser->csrf, action => 'register', email => 'Eve',
        data => $json->encode($made), defined $bad ? (invitation => $bad) : (), @more]);
    return path($httpd, $answer) . ' ' . who($browser);
}

sub thread {
    my ($httpd, $db, $kind) = @_;
    my ($token, $link) = invite($httpd, '--name', 'Zoë from "Sales" & <co>');
    is $link, $httpd->url("/auth/signin?invitation=$token"), 'authjsctl invite: a link to the sign-in page, and nothing else';
    cmp_ok length $token, '<', 160, '... which is no longer than a line of a mail or two';
    my $list = listed($httpd);
    is @$list, 1, '... listed';
    is $list->[0]{name}, "Zo\x{eb} from \"Sales\" & <co>", '... by the name it was given';
    like $list->[0]{invitation}, qr/^[0-9a-f]{16}$/, '... and an id';
    my (undef, $lines) = ctl($httpd, 'list');
    like $lines, qr/^$list->[0]{invitation}  \d{4}-\d\d-\d\dT[\d:.]+Z  Zo\xc3\xab from "Sales" & <co>$/, '... as a line';
    unlike $json->encode($list) . $lines, qr/\Q$token\E/, '... without the token';
    my $row = $db->row('SELECT * FROM ' . ($kind eq 'pgsql' ? 'verification_token' : 'verification_tokens'));
    unlike join(' ', map { $_ // '' } values %$row), qr/\Q$token\E/, '... which is not in the database either';

    my $browser = $httpd->browser;
    my $plain = $browser->get('/auth/signin')->content;
    unlike $plain, qr/data-passkey="register"|You are invited/, 'the page without an invitation has no form for who is new';
    my $page = $browser->get("/auth/signin?invitation=$token");
    is $page->code, 200, 'with one: the page';
    like $page->content, qr/You are invited to/, '... says so';
    like $page->content, qr/<input type="hidden" name="invitation" value="\Q$token\E">/, '... and its form takes it along';
    like $page->content, qr/data-passkey="register".*?<details hidden open>/s, '... unfolded';
    is $page->header('Referrer-Policy'), 'same-origin', '... and no other site is told the address';
    like $page->header('Cache-Control'), qr/no-store/, '... nor a cache';
    unlike $browser->cookie('authjs.callback-url') // '', qr/invitation/, '... nor where one goes then';
    $httpd->site->get($link) for 1 .. 3;
    $httpd->site->head($link);
    is $httpd->site->head("/auth/webauthn-options/passkey?action=register&email=x&invitation=$token")->code, 200, 'HEAD of its options';
    my $german = $httpd->site->get($link, 'Accept-Language' => 'de')->content;
    like $german, qr/eingeladen/, '... in the language of who reads it';

    # What fails uses nothing up.
    my $key = AuthJSTest::Passkey->new;
    is sign_up($httpd, $browser, 'Zoe', $token, key => $key, origin => 'http://evil.example'),
        '/auth/signin?invitation=' . uri_escape($token) . '&error=WebAuthnVerificationError', 'a ceremony that fails leads back with it';
    my $again = $browser->get("/auth/signin?invitation=$token&error=WebAuthnVerificationError")->content;
    like $again, qr/could not be verified/, '... says what failed';
    like $again, qr/name="invitation"/, '... and tries again';
    is path($httpd, $key->register($browser, 'passkey', 'Zoe', fields => { invitation => $token }, challenge => 'AAAA')),
        '/auth/signin?invitation=' . uri_escape($token) . '&error=WebAuthnVerificationError', '... as does a challenge that is none';
    is who($browser), 'nobody', 'nobody is signed in';
    is @{ listed($httpd) }, 1, '... and it is open yet';

    is sign_up($httpd, $browser, 'Zoe', $token, key => $key), '/', 'it makes an account';
    is who($browser), 'Zoe', '... signed in as the name typed';
    is_deeply listed($httpd), [], '... and is gone';
    is $db->value('SELECT count(*) FROM users'), 1, 'one user';
    my ($told) = map { $json->decode($_) } grep { /"signIn"/ } split /\n/, AuthJSTest::Env::read_file($httpd->root . '/var/events.log');
    is_deeply $told->{params}{invitation}, { id => $list->[0]{invitation}, name => "Zo\x{eb} from \"Sales\" & <co>" }, 'the event signIn is told which it was';
    like $httpd->error_log, qr/invitation $list->[0]{invitation} was used/, '... and the log';

    # Once.
    my $other = $httpd->browser;
    is refused_options($other, $token), $FORBIDDEN, 'used: no options';
    like $other->get("/auth/signin?invitation=$token")->content, qr/This invitation has been used or has expired/, '... the page says so';
    unlike $other->get("/auth/signin?invitation=$token")->content, qr/name="invitation"|data-passkey="register"/, '... without a form';
    my $fresh = invite($httpd);
    is sent_with($httpd, $fresh, $token), "$DENIED nobody", '... no account';
    is $db->value('SELECT count(*) FROM users'), 1, '... nobody more';
    is sign_up($httpd, $other, 'Yves', $fresh), '/', 'another one makes another account';
    is who($other), 'Yves', '... of another user';
    $other->sign_out;
    is path($httpd, $key->sign_in($other, 'passkey', fields => { callbackUrl => '/' })), '/', 'who has an account signs in without one';

    # Who is signed in has an account: a further passkey needs none, and uses none up.
    my $spare = invite($httpd);
    unlike $other->get("/auth/signin?invitation=$spare")->content, qr/name="invitation"|You are invited/, 'who is signed in is not invited';
    is sign_up($httpd, $other, undef, $spare), '/', '... and may add a passkey';
    is who($other), 'Zoe', '... to the same account';
    is @{ listed($httpd) }, 1, '... which uses nothing up';
    my ($status, $out) = ctl($httpd, 'revoke', listed($httpd)->[0]{invitation});
    is "$status $out", "0 revoked 1 invitation\n", 'authjsctl invite revoke';
    is refused_options($httpd->browser, $spare), $FORBIDDEN, '... no options any more';
    is((ctl($httpd, 'revoke', '0' x 16))[0], 1, 'one that is not there');

    # Across a restart of httpd; with a name and without.
    my $late = invite($httpd, '--valid', '2w');
    $httpd->stop;
    $httpd->start;
    is sign_up($httpd, $httpd->browser, 'Xenia', $late), '/', 'it outlives a restart';
    $httpd->stop;
    $httpd->start;
    is refused_options($httpd->browser, $late), $FORBIDDEN, '... as does that it was used';
    return;
}

# Two requests that are there but for their last byte, which comes at the same moment.
sub at_once {
    my ($httpd, @requests) = @_;
    my @sockets = map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $httpd->port) or die "connect: $@";
        $socket->autoflush(1);
        print $socket substr $_, 0, -1;
        $socket;
    } @requests;
    select undef, undef, undef, 0.3;
    print { $sockets[$_] } substr $requests[$_], -1 for 0 .. $#sockets;
    return map {
        my ($text, $select) = ('', IO::Select->new($_));
        while ($select->can_read(30)) { sysread $_, $text, 65536, length $text or last }
        close $_;
        $text;
    } @sockets;
}
sub request {
    my ($httpd, $browser, $path, @fields) = @_;
    my $form = URI->new('http:');
    $form->query_form(@fields);
    my $body = $form->query;
    return "POST $path HTTP/1.0\r\nHost: localhost:" . $httpd->port . "\r\nCookie: "
        . join('; ', $browser->jar_header(URI->new($httpd->url($path)))) . "\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
}
sub race {
    my ($httpd, $db) = @_;
    my $users = $db->value('SELECT count(*) FROM users');
    for my $round (1 .. 5) {
        my $token = invite($httpd);
        my @requests = map {
            my ($browser, $key) = ($httpd->browser, AuthJSTest::Passkey->new);
            my $made = $key->create($key->options($browser, 'passkey', action => 'register', email => "R$round-$_", invitation => $token));
            request($httpd, $browser, '/auth/callback/passkey', csrfToken => $browser->csrf, action => 'register',
                email => "R$round-$_", data => $json->encode($made), invitation => $token, callbackUrl => '/');
        } 1 .. 4;
        my @answers = map { /^Location: (\S+)/mi ? $1 : $_ } at_once($httpd, @requests);
        is_deeply [ sort map { s/^\Q@{[ $httpd->url ]}\E//r } @answers ], [ '/', ($DENIED) x 3 ], "of four at the same moment one makes an account ($round)";
        is $db->value('SELECT count(*) FROM users'), $users + $round, '... and nobody more';
    }
    is $db->value('SELECT count(*) FROM authenticators'), $db->value('SELECT count(*) FROM accounts'), 'no account without its passkey';
    return;
}

sub mutate {
    my ($token, $at, $bit) = @_;
    my $bytes = decode_base64url($token);
    vec($bytes, 8 * $at + $bit, 1) ^= 1;
    return encode_base64url($bytes);
}
sub hostile {
    my ($httpd, $db) = @_;
    my $good = invite($httpd, '--provider', 'passkey', '--name', 'good');
    my $other = invite($httpd, '--provider', 'staff');
    my %bad = (
        'nothing' => undef, 'empty' => '', 'a word' => 'invitation', 'cut short' => substr($good, 0, -4), 'longer' => "${good}AAAA",
        'with blanks' => " $good ", 'padded' => "$good==", 'in standard base64' => $good =~ tr{-_}{+/}r . '=',
        'of another provider' => $other, 'twice as one' => "$good$good", 'huge' => 'A' x 6000, 'of a session' => mint({ sub => 1, provider => 'passkey' }),
        'its id alone' => listed($httpd)->[0]{invitation}, 'a pattern' => '%', 'quoted' => "' OR '1'='1", 'with a line end' => "$good\n",
        'not UTF-8' => "\xff\xfe", 'of zero bytes' => "\0\0\0",
    );
    my $browser = $httpd->browser;
    for my $name (sort keys %bad) {
        is refused_options($browser, $bad{$name}), $name eq 'huge' ? refused_options($browser, $bad{$name}) : $FORBIDDEN, "$name: no options"
            unless $name eq 'not UTF-8' || $name eq 'of zero bytes' || $name eq 'huge';
        is sent_with($httpd, $good, $bad{$name}), "$DENIED nobody", "$name: no account"
            unless $name eq 'not UTF-8' || $name eq 'of zero bytes';
        next if !defined $bad{$name};
        my $page = $browser->get('/auth/signin?invitation=' . uri_escape($bad{$name}));
        unlike $page->content, qr/name="invitation"|You are invited/, "$name: no form"
            unless $name eq 'of another provider';
    }
    like refused_options($browser, $_), qr/^40[03] /, 'bytes that are no text' for "\xff\xfe", "\0\0\0";
    for my $n (0 .. 40) {
        my $edited = mutate($good, int($n * (length(decode_base64url $good) - 1) / 40), $n % 8);
        is refused_options($browser, $edited), $FORBIDDEN, "edited in one bit: $n";
    }
    # The last character alone: what it spells is a byte more or less.
    for my $last ('A' .. 'D') {
        my $spelled = substr($good, 0, -1) . $last;
        is refused_options($browser, $spelled), $FORBIDDEN, "another last letter: $last" if $spelled ne $good;
    }
    like $browser->get("/auth/signin?invitation=$other")->content, qr/callback\/staff[^>]*data-passkey="register"/, 'one for another provider shows that one\'s form';
    is sent_with($httpd, $good, $good, invitation => 'x'), "$DENIED nobody", 'of two fields the last one counts: a bad one';
    is refused_options($browser, $good) =~ /^200/ ? 1 : 0, 1, 'the good one is good yet';
    is $db->value('SELECT count(*) FROM users WHERE name = ?', 'Eve'), 0, 'nobody was made';
    is sent_with($httpd, $good, 'x', invitation => $good), ' Eve', 'of two fields the last one counts: a good one';
    is sign_up($httpd, $httpd->browser, 'Stan', $other, id => 'staff'), '/', 'and that of the other provider is good there';
    return;
}

# The same database and secret, at another address; another secret.
sub elsewhere {
    my ($httpd, $db) = @_;
    my $token = invite($httpd);
    my $neighbour = httpd(conf => conf($db->adapter));
    is refused_options($neighbour->browser, $token), $FORBIDDEN, 'another host with the same secret and database refuses it';
    like $neighbour->site->get("/auth/signin?invitation=$token")->content, qr/it is for another site/, '... and says so';
    my $stranger = AuthJSTest::Httpd->configure(conf => conf($db->adapter, secret => '@secret:auth_secret_2@', url => 'AuthJSURL ' . $httpd->url));
    my $foreign = invite($stranger);
    is refused_options($httpd->browser, $foreign), $FORBIDDEN, 'one by another secret is none, though its row is there';
    $httpd->rewrite(conf($db->adapter, secret => '@secret:auth_secret_2@ @secret:auth_secret@'));
    $httpd->stop;
    $httpd->start;
    is sign_up($httpd, $httpd->browser, 'Will', $token), '/', 'after a change of secrets one of before is good';
    is sign_up($httpd, $httpd->browser, 'Vera', $foreign), '/', '... and one of now';
    return;
}

sub ends {
    my ($httpd, $db) = @_;
    my $short = invite($httpd, '--valid', '1s');
    my $open = invite($httpd, '--name', 'open');
    sleep 2;
    is refused_options($httpd->browser, $short), $FORBIDDEN, 'past its end: no options';
    is sent_with($httpd, $open, $short), "$DENIED nobody", '... no account';
    like $httpd->site->get("/auth/signin?invitation=$short")->content, qr/has expired/, '... and the page says so';
    is_deeply [ map { $_->{name} } @{ listed($httpd) } ], ['open'], '... not listed';
    system(builddir() . '/tools/authjsctl', 'prune', '--sqlite', $db->file) == 0 or die;
    is $db->value(q{SELECT count(*) FROM verification_tokens WHERE identifier LIKE 'invitation:%'}), 1, '... pruned, which leaves what is open';
    return;
}

sub decided {
    my ($db) = @_;
    my $httpd = httpd(conf => conf($db->adapter, more => <<'EOT'));
AuthJSCallback signIn "expr=%{AUTHJS:invitation.name} == 'welcome' || %{AUTHJS:user.name} == 'Known'"
AuthJSPage signIn /enter
EOT
    my ($no, $yes) = map { scalar invite($httpd, '--name', $_) } 'unwelcome', 'welcome';
    is path($httpd, $httpd->site->get("/auth/signin?invitation=$no&callbackUrl=/a")), '/enter?callbackUrl=' . uri_escape($httpd->url('/a')) . "&invitation=$no",
        'a sign-in page of the site\'s own is given it';
    is path($httpd, $httpd->site->get('/auth/signin?callbackUrl=/a&invitation=' . 'A' x 257)), '/enter?callbackUrl=' . uri_escape($httpd->url('/a')), '... but none that is too long';
    is sign_up($httpd, $httpd->browser, 'Uma', $no, challenge => 'AAAA'), "/enter?invitation=$no&error=WebAuthnVerificationError", '... with what failed as well';
    is sign_up($httpd, $httpd->browser, 'Uma', $no), $DENIED, 'the callback signIn is told the name, and says no';
    is sign_up($httpd, $httpd->browser, 'Uma', $yes), '/', '... says yes';
    is_deeply [ sort map { $_->{name} } @{ listed($httpd) } ], ['open', 'unwelcome'], 'a no uses nothing up';
    return;
}

# The database goes away in the middle.
sub away {
    my ($httpd, $db) = @_;
    my $token = invite($httpd);
    my ($browser, $key) = ($httpd->browser, AuthJSTest::Passkey->new);
    my $made = $key->create($key->options($browser, 'passkey', action => 'register', email => 'Tess', invitation => $token));
    my $csrf = $browser->csrf;
    expect_error(qr/AdapterError/, 'the database is away');
    allow_error(qr/dbd|DBD|AH0/, 'and httpd says so, too');
    $db->stop;
    my $answer = $browser->post('/auth/callback/passkey', [csrfToken => $csrf, action => 'register', email => 'Tess',
        data => $json->encode($made), invitation => $token]);
    is path($httpd, $answer), '/auth/error?error=Configuration', 'away: no account';
    is $httpd->site->get("/auth/signin?invitation=$token")->code, 200, '... the page is there';
    like $httpd->site->get("/auth/signin?invitation=$token")->content, qr/You are invited/, '... and shows the form';
    $db->start;
    for (1 .. 50) {
        last if refused_options($httpd->browser, $token) =~ /^200/;
        select undef, undef, undef, 0.2;
    }
    is sign_up($httpd, $httpd->browser, 'Tess', $token), '/', 'back: it is good yet';
    return;
}

sub by_mail {
    my $db = database('sqlite');
    my $httpd = httpd(conf => conf($db->adapter, passkey => 'signUp=email', more => <<'EOT'));
AuthJSHTTP ca=@tls@/ca.pem
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:@port:smtp_starttls@
    AuthJSMailFrom www@example.test
</AuthJSProvider>
EOT
    $db->migrate;
    my ($browser, $key) = ($httpd->browser, AuthJSTest::Passkey->new);
    is refused_options($browser), $FORBIDDEN, 'signUp=email: no options for who is not signed in';
    is refused_options($browser, 'x'), $FORBIDDEN, '... with an invitation neither';
    my $forged = $key->options($browser, 'passkey', action => 'authenticate');
    is path($httpd, $key->send($browser, 'passkey', register => $key->create({ options => { %{ $forged->{options} },
        rp => { id => 'localhost', name => 'x' }, user => { id => 'x', name => 'x', displayName => 'x' },
        pubKeyCredParams => [ { type => 'public-key', alg => -7 } ] }, base => $browser->{base} }), email => 'Sam')), $DENIED, '... nor an account';
    is who($browser), 'nobody', '... nobody is signed in';
    unlike $browser->get('/auth/signin')->content, qr/data-passkey="register"/, '... and the page offers none';
    $browser->sign_in('nodemailer', [email => 'sam@example.test']);
    my ($link) = map { @{ $_->{links} } } $mail->messages;
    $browser->get($link);
    is who($browser), 'sam@example.test', 'who came by a link in a mail';
    is path($httpd, $key->register($browser, 'passkey', undef, fields => { callbackUrl => '/' })), '/', '... adds a passkey';
    my $next = $httpd->browser;
    is path($httpd, $key->sign_in($next, 'passkey', fields => { callbackUrl => '/' })), '/', '... and signs in with it';
    is who($next), 'sam@example.test', '... as the same user';
    is $db->value('SELECT count(*) FROM users'), 1, 'one user';
    my ($status, $out, $err) = ctl($httpd);
    is $status, 2, 'nobody is invited where nobody signs up by invitation';
    like $err, qr/no site in httpd's configuration has a passkey provider with AuthJSOption signUp=invitation/, '... and authjsctl says why';
    is $out, '', '... and nothing else';
    return;
}

sub command_line {
    my $db = database('sqlite');
    my $unpinned = AuthJSTest::Httpd->configure(conf => conf($db->adapter, url => 'UseCanonicalName On', more => $STAFF));
    $db->migrate;
    my ($status, $out, $err) = ctl($unpinned, '--provider', 'passkey');
    is "$status$out", '2', 'without AuthJSURL';
    like $err, qr/--url https/, '... the address has to be said';
    ($status, $out, $err) = ctl($unpinned, '--url', 'https://www.example.com');
    like "$status$out$err", qr/^2.*--provider is one of passkey staff/, 'of several providers one';
    my ($token, $link) = invite($unpinned, '--provider', 'staff', '--url', 'https://www.example.com/');
    is $link, "https://www.example.com/auth/signin?invitation=$token", 'that is where the link leads';
    for my $wrong (['--url', 'https://www.example.com/auth'], ['--url', 'www.example.com'], ['--url', 'javascript:1'], ['--url', 'https://a@b.example'],
        ['--url', "https://a.example\n"], ['--provider', 'nobody', '--url', 'https://a.example'],
        ['--valid', '0s'], ['--valid', '3'], ['--valid', 'd'], ['--valid', '3 d'], ['--valid', '-3d'], ['--valid', '367d'], ['--valid', '99999999999999999999d'],
        ['--valid', '3dd'], ['--name', "a\nb"], ['--name', 'x' x 101], ['--name', "\xff"], ['list', '--name', 'x'], ['list', 'x'], ['revoke'], ['revoke', 'a', '--json'], ['make'],
        ['--json'])
    {
        my @usual = grep { $_ eq '--provider' || $_ eq 'list' || $_ eq 'revoke' || $_ eq 'make' || $_ eq '--json' } @$wrong;
        my @url = grep { $_ eq '--url' } @$wrong;
        ($status, $out, $err) = ctl($unpinned, @$wrong, @usual ? () : ('--provider', 'passkey'), @usual || @url ? () : ('--url', 'https://a.example'));
        is "$status$out", '2', "wrong: @$wrong";
        like $err, qr/^authjsctl: ./, '... said';
    }
    my $pinned = AuthJSTest::Httpd->configure(conf => conf($db->adapter));
    is((ctl($pinned, '--url', 'https://www.example.com'))[0], 2, 'another address than AuthJSURL');
    is((ctl($pinned, '--url', $pinned->url))[0], 0, 'the same');
    is((ctl($pinned, '--site', 'nowhere'))[0], 2, 'a host that is not there');
    is @{ $json->decode((ctl(undef, 'list', '--json', '--sqlite', $db->file))[1]) }, 2, 'list without httpd';
    is((ctl(undef, 'list', '--sqlite', "$scratch/none.db"))[0], 3, 'a database that is not there');

    # Many, page by page.
    my $end = '2099-01-01T00:00:00.000Z';
    $db->execute("INSERT INTO verification_tokens (identifier, token, expires) VALUES " . join ', ',
        map { sprintf "('invitation:%016x n%d', '%064x', '%s')", $_, $_, $_, $end } 1 .. 1100);
    $db->execute("INSERT INTO verification_tokens (identifier, token, expires) VALUES ('invitation:x', 'a', '$end'), ('Invitation:0000000000000001 x', 'b', '$end'),
        ('invitation:0000000000000001x', 'c', '$end'), ('a\@example.com', 'd', '$end')");
    is @{ listed($pinned) }, 1102, 'more than a page; what is no invitation is not shown';
    is((ctl($pinned, 'revoke', sprintf '%016x', 1099))[0], 0, 'one of the last page');
    is @{ listed($pinned) }, 1101, '... is gone';

    my ($code, $why) = configtest(conf("LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\nAuthJSAdapter tokenless \@root\@/var/x.json"));
    isnt $code, 0, 'an adapter without verification tokens';
    like $why, qr/AuthJSOption signUp=invitation needs an AuthJSAdapter with/, '... is told so';
    return;
}

# An adapter of Auth.js's methods alone cannot look at an invitation without using it up: only who
# has made a passkey is told that it was used.
sub nineteen {
    my $db = database('sqlite');
    my $beside = AuthJSTest::Httpd->configure(conf => conf($db->adapter));
    $db->migrate;
    my $token = invite($beside);
    my $row = $db->row('SELECT * FROM verification_tokens');
    my $httpd = httpd(conf => <<'EOT' . conf('AuthJSAdapter nineteen @root@/var/nineteen.json', url => 'AuthJSURL ' . $beside->url));
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module @modules@/mod_authjs_test_adapter.so
<Location /adapter>
    SetHandler authjs-test-adapter
</Location>
EOT
    is $httpd->site->post('/adapter', { method => 'createVerificationToken', args => [$row] })->code, 200, 'a row of its own making';
    my @browsers = map { $httpd->browser } 1, 2;
    my @keys = map { AuthJSTest::Passkey->new } @browsers;
    my @made = map { my $options = $keys[$_]->options($browsers[$_], 'passkey', action => 'register', email => "N$_", invitation => $token);
        $keys[$_]->create({ %$options, base => $beside->url }) } 0, 1;
    my @answers = map { location($keys[$_]->send($browsers[$_], 'passkey', register => $made[$_], email => "N$_", invitation => $token, callbackUrl => '/')) } 0, 1;
    is_deeply [ map { s/^\Q@{[ $beside->url ]}\E//r } @answers ], [ '/', $DENIED ], 'makes one account';
    is_deeply [ map { who($_) } @browsers ], [ 'N0', 'nobody' ], '... and no other';
    like $httpd->browser->get("/auth/signin?invitation=$token")->content, qr/You are invited/, 'the page cannot know that';
    return;
}

for my $kind (qw(sqlite pgsql d1)) {
    my $db = database($kind);
    $db->up if $kind eq 'd1';
    my $httpd = httpd(conf => conf($db->adapter));
    $db->migrate;
    subtest "$kind: an invitation" => sub { thread($httpd, $db, $kind) };
    subtest "$kind: at the same moment" => sub { race($httpd, $db) };
    next if $kind eq 'd1';
    subtest "$kind: elsewhere" => sub { elsewhere($httpd, $db) };
    subtest "$kind: the database goes away" => sub { away($httpd, $db) } if $kind eq 'pgsql';
    next if $kind ne 'sqlite';
    subtest 'its end' => sub { ends($httpd, $db) };
    subtest 'the callback signIn' => sub { decided($db) };
    $httpd->rewrite(conf($db->adapter, more => $STAFF));
    $httpd->stop;
    $httpd->start;
    subtest 'hostile' => sub { hostile($httpd, $db) };
}
subtest 'an adapter of Auth.js\'s methods' => \&nineteen;
subtest 'by mail' => \&by_mail;
subtest 'the command line' => \&command_line;

# No log has a token, but that of requests, which httpd writes.
my $logs = join '', map { AuthJSTest::Env::read_file($_) } grep { !/access/ } glob AuthJSTest::Env::home() . "/$$-*/logs/*";
ok length $logs, 'logs';
is_deeply [ grep { index($logs, $_) >= 0 } @tokens ], [], 'no log has an invitation';

done_testing;
