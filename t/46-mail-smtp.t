# Handing mails in by SMTP: what is sent to an honest server, and what a dishonest one, or one
# that fails, can do. A sign-in link is asked for; nothing but the server differs.
use lib 't/lib';
use utf8;
use AuthJSTest;
use AuthJSTest::Mail;
use Encode ();
use Time::HiRes qw(time);

my $ca = AuthJSTest::Env::tls_dir() . '/ca.pem';
my %words = (
    plain => 'plain', starttls => 'starttls', tls => 'tls', auth => 'starttls auth', authtls => 'tls auth',
    authplain => 'plain auth', ascii => 'starttls ascii', untrusted => 'starttls untrusted',
    untrustedtls => 'tls untrusted', full => 'starttls full', closes => 'starttls closes', busy => 'starttls busy',
    map { ("stall$_" => "starttls stall=$_") } qw(connect ehlo tls auth mail));
$words{stallauth} .= ' auth';
my $mail = mail_server(map { ("smtp_$_" => $words{$_}) } keys %words);

my ($user, $password) = split /:/, mail_login();
sub provider {
    my ($id, $server, $from) = @_;
    $from //= '"Example, the site" <no-reply@example.test>';
    return qq(<AuthJSProvider $id email>\n    AuthJSMailServer $server\n    AuthJSMailFrom '$from'\n    AuthJSMailLimit address=off client=off\n</AuthJSProvider>\n);
}
sub address { my ($scheme, $server, $login) = @_; "$scheme://" . ($login ? "$login@" : '') . "localhost:\@port:smtp_$server\@" }

my $head = <<'EOT';
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
AuthJSSecret @secret:auth_secret@
AuthJSAdapter memory @root@/var/memory.json
AuthJSHTTP ca=@tls@/ca.pem timeout=5s
<IfModule !mpm_prefork_module>
    StartServers 1
    ServerLimit 1
    ThreadsPerChild 32
</IfModule>
EOT
my %server = (
    plain => address('smtp', 'plain') . ' starttls=off', starttls => address('smtp', 'starttls'), tls => address('smtps', 'tls'),
    auth => address('smtp', 'auth', "$user:$password"), authtls => address('smtps', 'authtls', "$user:$password"),
    authplain => address('smtp', 'authplain', "$user:$password") . ' starttls=off',
    wrong => address('smtp', 'auth', 'nobody:wrong-password-5d1'), nouser => address('smtp', 'auth'),
    noauth => address('smtp', 'starttls', "$user:$password"), notls => address('smtp', 'plain', "$user:$password"),
    off => address('smtp', 'starttls') . ' starttls=off',
    ascii => address('smtp', 'ascii'), untrusted => address('smtp', 'untrusted', "$user:$password"),
    untrustedtls => address('smtps', 'untrustedtls'), full => address('smtp', 'full'), closes => address('smtp', 'closes'), busy => address('smtp', 'busy'),
    closed => address('smtp', 'closed'), nowhere => 'smtp://no-such-host.invalid:25', swapped => address('smtps', 'starttls'),
    (map { ("stall$_" => address('smtp', "stall$_", $_ eq 'auth' ? "$user:$password" : '')) } qw(connect ehlo tls auth mail)));
my $httpd = httpd(conf => Encode::encode_utf8($head . "AuthJSURL http://localhost:\@port\@\n"
    . join('', map { provider($_, $server{$_}) } sort keys %server)
    . provider('idn', $server{starttls}, 'Bücher <no-reply@bücher.example>')));

my $browser = $httpd->browser;
my $sent = 0;

# Ask for a link: where the browser is sent, the line of the log, the mail, the seconds.
sub ask {
    my ($id, $address) = @_;
    my ($before, $begun) = (length $httpd->error_log, time);
    my $answer = $browser->sign_in($id, [email => $address]);
    my $log = substr $httpd->error_log, $before;
    my ($line) = $log =~ /AuthJS: (EmailSignInError: .*)/;
    my ($message) = grep { $_->{to}[0] eq $address } reverse $mail->messages;
    return { to => location($answer) // $answer->status_line, line => $line // '', log => $log, message => $message,
        seconds => time - $begun };
}
my $SENT = qr{/auth/verify-request\?provider=\w+&type=email$};
my $FAILED = qr{/auth/signin\?(?:.*&)?error=EmailSignin(?:&|$)};

sub sends {
    my ($id, $address, $what) = @_;
    my $got = ask($id, $address);
    like $got->{to}, $SENT, "$what: sent" or diag $got->{line};
    return $got->{message} // {};
}
sub fails {
    my ($id, $address, $why, $what) = @_;
    my $got = ask($id, $address);
    like $got->{to}, $FAILED, "$what: the visitor is told";
    like $got->{line}, $why, '... and the administrator why';
    my @lines = grep { /:(?:warn|error)\]/ } split /\n/, $got->{log};
    is scalar @lines, 1, '... in one line';
    ok !$got->{message}, '... and no mail was taken';
    return $got;
}

subtest 'honest servers' => sub {
    my $got = sends(plain => 'p@example.test', 'in the clear');
    is_deeply [@$got{qw(from to ehlo tls user)}], ['no-reply@example.test', ['p@example.test'], 'localhost', undef, undef], 'envelope and name';
    is $got->{headers}{to}, 'p@example.test', 'To';
    like $got->{headers}{from}, qr/^"Example, the site" <no-reply\@example\.test>$/, 'From';
    like $got->{links}[0], qr{^http://localhost:\d+/auth/callback/plain\?}, 'the link';
    unlike $got->{raw}, qr/(?<!\r)\n|\r(?!\n)/, 'each line ends with CRLF';
    like sends(starttls => 's@example.test', 'STARTTLS')->{tls}, qr/^TLS/, '... encrypted';
    like sends(tls => 't@example.test', 'TLS from the start')->{tls}, qr/^TLS/, '... encrypted';
    is sends(off => 'o@example.test', 'STARTTLS is offered, and switched off')->{tls}, undef, '... in the clear';
    is sends($_ => "$_\@example.test", "a password of odd characters, $_")->{user}, mail_user(), '... is understood' for qw(auth authtls authplain);
    like sends(idn => 'i@example.test', 'a sender whose domain has letters of its own')->{mail}, qr/^MAIL FROM:<no-reply\@xn--bcher-kva\.example>/, '... in ASCII in the envelope';
};

subtest 'connections' => sub {
    my $count = () = $mail->connections;
    sends(starttls => "reuse$_\@example.test", "mail $_") for 1 .. 5;
    is scalar(() = $mail->connections), $count, 'a connection is used again and again';
    fails(starttls => 'reject550@example.test', qr/550/, 'a refusal');
    sends(starttls => 'reuse6@example.test', 'after a refusal');
    my ($last) = reverse $mail->connections;
    is $last->{mails}, 1, 'the connection of a refused mail is not used again';
    for my $server (qw(closes busy)) {
        sends($server => "$server$_\@example.test", "a server that $server after a mail, mail $_") for 1 .. 3;
        is scalar(grep { $_->{to}[0] =~ /^$server/ } $mail->messages), 3, '... each once';
    }
};

subtest 'servers that refuse' => sub {
    fails(starttls => 'reject550@example.test', qr{smtp://localhost:\d+: the server refuses the recipient: '?"550 No such user here"}, '550 at RCPT');
    fails(starttls => 'defer451@example.test', qr/the server refuses the recipient: "451 Try again later"/, '451 at RCPT');
    fails(starttls => 'datafail@example.test', qr/the server refuses the mail: "554 Message rejected as spam"/, '554 behind the message');
    fails(wrong => 'w@example.test', qr/refuses the user name and password of AuthJSMailServer: "535 Wrong user or password"/, 'a wrong password');
    fails(nouser => 'n@example.test', qr/the server refuses the sender: "530 /, 'no password where one is needed');
    ok !sends(noauth => 'q@example.test', 'a password where none is asked for')->{user}, '... stays here';
    fails(full => 'f@example.test', qr/the server refuses: "421 Too many connections"/, '421 as a greeting');
};

subtest 'servers that are not believed' => sub {
    my $before = () = $mail->messages;
    fails(notls => 'nt@example.test', qr/does not offer STARTTLS/, 'no STARTTLS');
    fails(untrusted => 'u@example.test', qr/certificate/, 'a certificate that nobody vouches for');
    fails(untrustedtls => 'u@example.test', qr/certificate/, '... from the start');
    my ($connection) = grep { $_->{port} == peer_port('smtp_untrusted') } $mail->connections;
    ok !$connection->{user}, 'no password went to it';
    is scalar(() = $mail->messages), $before, 'no mail was taken';
};

subtest 'servers that are not there' => sub {
    fails(closed => 'c@example.test', qr/[Cc]ould(?:n't| not) connect/, 'nobody listens');
    fails(nowhere => 'c@example.test', qr/[Rr]esolve/, 'no such host');
    fails(swapped => 'sw@example.test', qr{smtps://localhost:\d+: }, 'smtps:// where STARTTLS is spoken');
    fails(starttls => 'drop@example.test', qr/the server closed the connection/, 'the connection ends at RCPT');
    fails(starttls => 'dropdata@example.test', qr/the server closed the connection/, '... behind the message');
};

# Side by side, for each takes as long as it may.
subtest 'servers that are slow' => sub {
    my $late = qr/the server did not answer in time/;
    my @cases = ((map { ["stall$_", 'x@example.test', "silence at $_"] } qw(connect ehlo tls auth mail)),
        map { ['starttls', "$_\@example.test", $_] } qw(stall stall354 stalldata byte));
    my ($cookies, $token) = ({ %{ $browser->{jar} } }, $browser->csrf);
    my $before = length $httpd->error_log;
    my @pipes = map {
        my ($id, $address) = @$_;
        pipe my $read, my $write or die $!;
        my $pid = fork // die $!;
        if (!$pid) {
            my $begun = time;
            my $answer = $browser->post("/auth/signin/$id", [csrfToken => $token, email => $address]);
            syswrite $write, join ' ', time - $begun, location($answer) // 'none';
            require POSIX;
            POSIX::_exit(0);
        }
        close $write;
        [$read, $pid];
    } @cases;
    for my $i (0 .. $#cases) {
        my $line = readline $pipes[$i][0];
        waitpid $pipes[$i][1], 0;
        my ($seconds, $to) = split / /, $line;
        like $to, $FAILED, "$cases[$i][2]: the visitor is told";
        cmp_ok $seconds, '<', 20, "... long before libcurl's two minutes ($seconds)";
    }
    my @lines = substr($httpd->error_log, $before) =~ /(EmailSignInError: .*)/g;
    is scalar(grep { /$late/ } @lines), @cases, 'the log says so of each';
    like sends(starttls => 'after@example.test', 'the next mail')->{tls}, qr/^TLS/, '... goes out, on no connection that waits for an answer';
};

subtest 'a server that is away' => sub {
    my $away = qr/nobody answered there a moment ago/;
    my @lines = map { ask(closed => "away$_\@example.test")->{line} } 1 .. 4;
    ok scalar(grep { /$away/ } @lines), 'of several mails one at least does not wait for it' or diag @lines;
    my $late = mail_server(smtp_closed => 'starttls');
    my ($to, $end) = ('', time + 60);
    until ($to =~ $SENT || time > $end) {
        select undef, undef, undef, 0.3;
        $to = location($browser->sign_in(closed => [email => 'c4@example.test']));
    }
    like $to, $SENT, 'once it is back mails go out';
    is scalar(() = $late->to('c4@example.test')), 1, '... one';
    $late->stop;
};

subtest 'many at once' => sub {
    my ($before, $token) = (scalar(() = $mail->connections), $browser->csrf);
    my @pids = map {
        my $i = $_;
        my $pid = fork // die $!;
        if (!$pid) {
            $browser->post('/auth/signin/auth', [csrfToken => $token, email => "many$i-$_\@example.test"]) for 1 .. 15;
            require POSIX;
            POSIX::_exit(0);
        }
        $pid;
    } 1 .. 8;
    waitpid $_, 0 for @pids;
    is scalar(grep { $_->{to}[0] =~ /^many/ } $mail->messages), 120, '120 mails, eight at a time';
    cmp_ok scalar(() = $mail->connections) - $before, '<=', 16, '... over few connections';
};

subtest 'what servers say' => sub {
    my $got = fails(starttls => 'long@example.test', qr/refuses the recipient: "550-No\./, 'an answer of 12 KB');
    cmp_ok length $got->{line}, '<', 700, '... is cut';
    $got = fails(starttls => 'odd@example.test', qr/"550 gone .*red.*AuthJS: forged"/, 'control characters');
    unlike $got->{log}, qr/[\x00-\x09\x0b-\x1f\x7f-\xff]/, '... do not reach the log';
    $got = fails(starttls => 'echo@example.test', qr/refuses the mail: "554 No: /, 'an answer that quotes the mail');
    unlike $got->{log}, qr/[0-9a-f]{20}/, '... has no token in the log';
    unlike $got->{log}, qr/echo(?:\@|%40)example/, '... nor the address';
};

subtest 'AuthJSLogUser full' => sub {
    my $full = httpd(conf => $head . "AuthJSURL http://localhost:\@port\@\nAuthJSLogUser full\n" . provider('starttls', $server{starttls}));
    $full->browser->sign_in(starttls => [email => 'echo@example.test']);
    my ($line) = $full->error_log =~ /(EmailSignInError: .*)/;
    like $line, qr/echo(?:\@|%40)example\.test/, 'shows whose mail did not go, where the server says so' or diag $full->error_log;
    unlike $line, qr/[0-9a-f]{20}/, '... and no token';
};

subtest 'addresses' => sub {
    like sends(starttls => 'müller@example.test', 'a name beyond ASCII')->{headers}{to}, qr/m/, '... arrives' for 1;
    my ($message) = grep { $_->{to}[0] =~ /^m.+ller\@/ } $mail->messages;
    ok $message->{utf8}, '... by SMTPUTF8';
    fails(ascii => 'müllerin@example.test', qr/another script than ASCII \(SMTPUTF8\)/, 'a server that knows no others');
    sends(ascii => 'a@example.test', 'a plain one there');
    my $got = ask(starttls => 'x@bücher.example');
    ok scalar(grep { $_->{rcpt} eq 'RCPT TO:<x@xn--bcher-kva.example>' } $mail->messages), 'a domain beyond ASCII goes out in ASCII';

    $mail->clear;
    for my $evil ("a\@b.test>\r\nRCPT TO:<evil\@example.test", "a\@b.test\r\nRCPT TO:<evil\@example.test>",
        "a\@b.test\nBcc: evil\@example.test", "<evil\@example.test>", "a\@b.test,evil\@example.test", "a\@b.test> <evil\@example.test",
        "\"a\r\nRCPT TO:<evil\@example.test>\"\@b.test", "a\@b.test\x{2028}RCPT", "a\@b.test\x{0}", "a\@b.test SIZE=1",
        "evil\@example.test\@b.test", "\@relay.test:evil\@example.test", "evil%example.test\@b.test", "a\@b.test>SMTPUTF8") {
        my $answer = $browser->sign_in(starttls => [email => Encode::encode_utf8($evil)]);
        unlike location($answer) // '', $SENT, 'refused: ' . ($evil =~ s/([^ -~])/sprintf '\\x{%x}', ord $1/ger);
    }
    is_deeply [map { @{ $_->{to} } } $mail->messages], [], 'no mail went out';
};

# libcurl says QUIT to each connection that waits, and would wait two minutes for the answer.
subtest 'the child ends' => sub {
    sends(starttls => 'last@example.test', 'a connection waits');
    my (undef, @children) = $httpd->pids;
    my $begun = time;
    $mail->signal('STOP');
    $httpd->graceful;
    select undef, undef, undef, 0.1 while time - $begun < 100 && grep { kill 0, $_ } @children;
    $mail->signal('CONT');
    cmp_ok time - $begun, '<', 60, 'a child that ends waits for no mail server';
    ok $httpd->stop, 'httpd ends by itself';
};

subtest 'the configuration' => sub {
    my $check = sub {
        my ($server, $what, $pattern, $from) = @_;
        my ($status, $said) = configtest($head . "AuthJSURL http://localhost:\@port\@\n" . provider('nodemailer', $server, $from), env => { MAIL => 'smtp://u:se/cr-et-1@h', NONE => '' });
        is $status, $pattern ? 1 : 0, $what or diag $said;
        like $said, $pattern, '... says what to write' if $pattern;
        unlike $said, qr/cr-et-1/, '... and no password';
    };
    my $form = qr/nodemailer \(\S+\): AuthJSMailServer must be smtp:\/\/\[user:password\@\]host\[:port\] or smtps/;
    $check->($_, $_) for 'smtp://localhost', 'smtps://mail.example.com', 'smtp://user@mail.example.com:2525', 'smtp://[::1]:25 starttls=off',
        'smtp://a%40b:p%3Aw%2F@mail.example.com:587/', 'smtp://localhost StartTLS=Off', 'smtp://localhost starttls=on';
    $check->($_, $_, $form) for 'mail.example.com', 'http:mail', 'ftp://mail.example.com', 'SMTP://u:cr-et-1@h', 'smtp://', 'smtp://u:cr-et-1@', 'smtp://h:0', 'smtp://h:99999',
        'smtp://h/path', 'smtp://u:cr-et-1%zz@h', 'smtp://u:cr-et-1%00@h', '"smtp://a b"', 'smtp://h#x', 'env:MAIL';
    $check->('smtp://u:cr-et-1@h:465', 'port 465', qr/write smtps:/);
    $check->('smtps://h starttls=off', 'smtps without TLS', qr/starttls=off belongs behind smtp/);
    $check->('smtp://h?pool=true', 'options of nodemailer', qr/behind \?/);
    $check->('smtp://h tls=off', 'another word behind it', qr/starttls=off/);
    $check->('smtp://h starttls=maybe', 'another value', qr/starttls=off/);
    $check->('env:NO_SUCH', 'a variable that is not set', qr/NO_SUCH is not set/);
    $check->('smtp://h', "the sender $_", qr/AuthJSMailFrom must be an address, or "Name <address>"/, $_) for 'nobody', 'Name <nobody>', 'a@b.test, c@d.test', 'x <a@b.test> <c@d.test>', 'a@b c.test';
    my ($status, $said) = configtest($head . "AuthJSURL http://localhost:\@port\@\n" . provider('nodemailer', 'smtp://mail.example.com starttls=off'));
    like $said, qr/go to smtp:\/\/mail.example.com:587 in the clear/, 'mails in the clear to elsewhere are remarked on';
    ($status, $said) = configtest($head . "AuthJSURL http://localhost:\@port\@\n<AuthJSProvider nodemailer email>\nAuthJSMailFrom a\@b.test\n</AuthJSProvider>\n", env => { AUTH_NODEMAILER_SERVER => 'smtp://localhost' });
    is $status, 0, 'the server from the environment' or diag $said;
    ($status, $said) = configtest($head . "AuthJSURL http://localhost:\@port\@\nAuthJSProvider nodemailer\n", env => { AUTH_NODEMAILER_SERVER => 'smtp://localhost', AUTH_NODEMAILER_FROM => 'a@b.test' });
    is $status, 0, '... and the sender' or diag $said;
};

done_testing;
