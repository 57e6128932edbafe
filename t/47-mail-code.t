# AuthJSMailCode: six digits that count in the browser that asked for the mail, once, and five
# times wrong.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use AuthJSTest::Page;
use AuthJSTest::Redis;
use IO::Select ();
use IO::Socket::INET ();

my $mail = mail_server(smtp_plain => 'plain');
my $db = database('sqlite');
$db->migrate;
sub conf {
    my ($database, @more) = @_;
    return join "\n", <<"EOT", @more;
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
RemoteIPHeader X-Client
RemoteIPInternalProxy 127.0.0.1
@{[ $database->adapter ]}
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    AuthJSMailCode On
    AuthJSMailLimit address=off client=off
</AuthJSProvider>
EOT
}
my $site = httpd(conf => conf($db));

# Ask for a mail: its code and its link.
sub ask {
    my ($browser, $address) = @_;
    my $r = $browser->sign_in('nodemailer', [email => $address, callbackUrl => '/app']);
    my $text = ($mail->to($address))[-1]{text};
    return ($text =~ /^\s*(\d{6})\s*$/m)[0], ($text =~ m{(http\S+callback\S+)})[0], $r;
}
sub path {
    my $base = ($_[1] // $site)->url('');
    return (location($_[0]) // $_[0]->code) =~ s/^\Q$base\E//r;
}
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }
sub try_code {
    my ($browser, $code, %headers) = @_;
    return $browser->post('/auth/callback/nodemailer', [csrfToken => $browser->csrf, code => $code], 'X-Client' => '198.51.100.' . (1 + rand 250), %headers);
}
sub wrong { sprintf '%06d', ($_[0] + 1 + ($_[1] // 0)) % 1_000_000 }
my $WRONG = '/auth/verify-request?provider=nodemailer&type=email&error=EmailCode';

{
    my ($browser, $other) = ($site->browser, $site->browser);
    my ($code, $link, $r) = ask($browser, 'ann@example.test');
    like $code, qr/^\d{6}$/, 'a mail has six digits';
    my $page = page_is_sound($browser->get(location($r)), $site->url(''), 'verify-request');
    my ($form) = grep { $_->{action} =~ m{/auth/callback/nodemailer$} } forms($page);
    ok $form && exists $form->{fields}{code}, 'the page asks for them';
    like $page, qr/inputmode="numeric" autocomplete="one-time-code"/, '... as browsers fill them in';
    like $page, qr/<label[^>]* for="code">[^<]*ann\@example\.test/, '... and says whose';
    is scalar(forms($other->get(location($r))->content)), 0, 'another browser is not asked';
    is path(try_code($other, $code)), $WRONG, '... and its code is none';
    is who($other), 'nobody', '... nobody is signed in';
    is path($browser->post('/auth/callback/nodemailer', [code => $code])), '/auth/signin?error=MissingCSRF', 'a form of another site is refused';
    $other->set_cookie_value('authjs.mail-code', $browser->cookie('authjs.mail-code'), path => '/auth');
    is path(try_code($other, $code)), $WRONG, 'a cookie that was planted counts nowhere else';
    is path(try_code($browser, '12345')), $WRONG, 'no six digits';
    is path(try_code($browser, wrong($code))), $WRONG, 'a wrong code';
    like $browser->get($WRONG)->content, qr/Tries left: 4\./, '... says how many tries are left';
    is path(try_code($browser, substr($code, 0, 3) . ' ' . substr $code, 3)), '/app', 'the code signs in';
    is who($browser), 'ann@example.test', '... whoever has the address';
    is path($other->post($link, [csrfToken => $other->csrf])), '/auth/error?error=Verification', '... and uses up the link';
    ($code, $link) = ask($browser, 'ann@example.test');
    is path($browser->get($link)), '/app', 'the link signs in';
    is path(try_code($browser, $code)), '/auth/error?error=Verification', '... and uses up the code';
}
{
    my $browser = $site->browser;
    my ($code, $link) = ask($browser, 'bob@example.test');
    my %cookies = %{ $browser->cookies };
    is path(try_code($browser, wrong($code, $_))), $WRONG, "wrong for the $_. time" for 1 .. 5;
    is path(try_code($browser, $code)), $WRONG, 'after five tries the right one is none';
    $browser->set_cookie_value('authjs.mail-code', $cookies{'authjs.mail-code'}, path => '/auth');
    is path(try_code($browser, $code)), $WRONG, '... whatever cookie is sent';
    like $browser->get($WRONG)->content, qr/no longer valid. Please ask for a new e-mail/, 'the page says that another mail is needed';
    is path($browser->get($link)), '/app', 'the link is good';
    for my $more (1 .. 7) {
        my ($code) = ask(my $each = $site->browser, 'bob@example.test');
        try_code($each, wrong($code, $_)) for 1 .. 5;
    }
    ($code, $link) = ask($browser = $site->browser, 'bob@example.test');
    is path(try_code($browser, $code)), $WRONG, 'after forty wrong ones in a day no code is taken for the address';
    is path($browser->get($link)), '/app', '... but links are';
    ($code) = ask($browser = $site->browser, 'eve@example.test');
    is path(try_code($browser, $code)), '/app', '... and those of others';
}

# --- many at once -------------------------------------------------------------------------------------

# Requests of one browser that have all been sent before an answer is read: where each leads.
sub at_once {
    my ($at, $browser, @codes) = @_;
    my $csrf = $browser->csrf;
    my $cookies = join '; ', map { "$_=" . $browser->cookie($_) } keys %{ $browser->cookies };
    my @sockets = map {
        my $body = "csrfToken=$csrf&code=$_";
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $at->port, Timeout => 20) || die "connect: $@";
        print $socket "POST /auth/callback/nodemailer HTTP/1.0\r\nHost: localhost:@{[ $at->port ]}\r\nCookie: $cookies\r\n"
            . "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: @{[ length $body ]}\r\n\r\n" . substr $body, 0, -1;
        $socket->flush;
        [$socket, substr $body, -1];
    } @codes;
    for (@sockets) { print { $_->[0] } $_->[1]; $_->[0]->flush }
    return map {
        my ($text, $socket) = ('', $_->[0]);
        my $select = IO::Select->new($socket);
        while ($select->can_read(60)) { sysread $socket, $text, 65536, length $text or last }
        location(HTTP::Response->parse($text)) // 'none';
    } @sockets;
}

{
    my $redis = AuthJSTest::Redis->start;
    my $pgsql = database('pgsql');
    $pgsql->migrate;
    my %at = (sqlite => $site, 'pgsql, redis' => httpd(conf => conf($pgsql, $redis->conf)));
    for my $name (sort keys %at) {
        my $at = $at{$name};
        my ($code) = ask(my $browser = $at->browser, 'crowd@example.test');
        my @to = at_once($at, $browser, ($code) x 50);
        is scalar(grep { m{/app$} } @to), 1, "$name: of fifty uses of a code at once one signs in";
        is scalar(grep { !m{/app$|error=(?:EmailCode|Verification)} } @to), 0, '... and all others are told that it is over';
        ($code) = ask($browser = $at->browser, 'guess@example.test');
        my $before = length $at->error_log;
        at_once($at, $browser, map { wrong($code, $_) } 1 .. 50);
        my $compared = () = substr($at->error_log, $before) =~ /the code: it is wrong/g;
        cmp_ok $compared, '<=', 5, '... of fifty guesses at once five are compared at most';
        cmp_ok $compared, '>=', 1, '... and some are';
        like path(try_code($browser, $code), $at), qr/error=EmailCode$/, '... after which the right one is none';
    }
}

my %codes = map { $_->{text} =~ /^\s*(\d{6})\s*$/m ? ($1 => 1) : () } $mail->messages;
my $logged = $site->error_log =~ s/^\[[^\]]*\] //gmr;
is_deeply [grep { $logged =~ /the code.*\b$_\b/ } keys %codes], [], 'no code is in a log';

done_testing;
