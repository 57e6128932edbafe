# How many sign-in mails are sent (AuthJSMailLimit): for an address, for a client, for the site;
# what a program and a person are told; and that nothing, not even time, tells who is known.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use AuthJSTest::Page;
use Encode ();
use JSON::PP ();
use Time::HiRes ();

my $mail = mail_server(smtp_plain => 'plain');
my $db = database('sqlite');
$db->migrate;
my $PERSON = 'text/html,application/xhtml+xml';

sub conf {
    my ($limits, @more) = @_;
    return join "\n", <<"EOT", @more;
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
RemoteIPHeader X-Client
RemoteIPInternalProxy 127.0.0.1
@{[ $db->adapter ]}
AuthJSEvent signInFailed log:logs/failed
AuthJSCallback signIn "expr=%{AUTHJS:user.email} !~ /^denied/"
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    @{[ $limits ? "AuthJSMailLimit $limits" : '' ]}
</AuthJSProvider>
<AuthJSProvider other email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    @{[ $limits ? "AuthJSMailLimit $limits" : '' ]}
</AuthJSProvider>
EOT
}

# Ask for a link, as a client.
sub ask {
    my ($site, $address, %more) = @_;
    my $client = delete $more{client} // '198.51.100.' . (1 + rand 250);
    my $browser = delete $more{browser} // $site->browser;
    return $browser->sign_in(delete $more{id} // 'nodemailer', [email => $address], 'X-Client' => $client, %more);
}
sub path { my ($site, $response) = @_; (location($response) // $response->code) =~ s/^\Q@{[ $site->url('') ]}\E//r }
sub mails { scalar $mail->to($_[0]) }
sub rows { $db->value("SELECT COUNT(*) FROM verification_tokens WHERE identifier = '$_[0]'") }
my $SENT = qr{^/auth/verify-request\?provider=nodemailer&type=email$};
my $FULL = '/auth/signin?error=EmailLimit';

# --- the usual limits ---------------------------------------------------------------------------------

my $usual = httpd(conf => conf(''));
{
    my $at = time;
    like path($usual, ask($usual, 'ann@example.test')), $SENT, "mail $_ to an address" for 1 .. 3;
    my $r = ask($usual, ' ANN@example.test ');
    is $r->code, 429, 'the fourth within 15 minutes, however the address is written: a program is told by the status';
    is mails('ann@example.test'), 3, '... nothing is sent';
    my @spellings = ('ann+1@example.test', 'a.n.n@example.test', 'A.nn+x+y@EXAMPLE.test', "a\x{ff4e}n\@example.test");
    is ask($usual, Encode::encode_utf8($_))->code, 429, '... nor as ' . Encode::encode_utf8($_) for @spellings;
    is scalar(grep { $_->{to}[0] =~ /\+|a\.n/i } $mail->messages), 0, '... which is the same mailbox at many servers';
    is rows('ann@example.test'), 3, '... and no token kept';
    my $wait = $r->header('Retry-After');
    cmp_ok $wait, '<=', 900, '... Retry-After is no more than the limit says';
    cmp_ok $wait, '>=', 900 - (time - $at) - 1, '... and no less';
    is_deeply $usual->site->json($r), { url => $usual->url($FULL) }, '... with the page in JSON';
    is $r->header('Cache-Control'), 'private, no-cache, no-store', '... which nobody keeps';
    is ask($usual, 'ann@example.test', id => 'other')->code, 429, 'another e-mail provider of the site sends no more';
    like path($usual, ask($usual, 'bob@example.test')), $SENT, 'another address is another matter';

    $r = ask($usual, 'ann@example.test', 'X-Auth-Return-Redirect' => 1);
    is $r->code, 429, 'the stock client: the status';
    is_deeply $usual->site->json($r), { url => $usual->url($FULL) }, '... and a URL whose error it reads';

    my $browser = $usual->browser;
    $r = ask($usual, 'ann@example.test', browser => $browser, Accept => $PERSON);
    is $r->code, 302, 'a person';
    is path($usual, $r), $FULL, '... is led to the sign-in page';
    cmp_ok $r->header('Retry-After'), '<=', 900, '... by an answer that says when, too';
    my $page = page_is_sound($browser->get(location($r), Accept => $PERSON), $usual->url(''), 'sign-in page');
    my ($minutes) = $page =~ m{role="alert">.*?<p>Too many sign-in e-mails have been asked for\. Please try again in (\d+) min\.</p>}s;
    ok $minutes && $minutes <= 15 && $minutes >= 13, '... which has a sentence and the time' or diag $page;
    like $page, qr/value="ann\@example\.test"/i, '... and what was typed';
    like $usual->browser->get("$FULL&until=9999999999")->content, qr/<p>Too many .* try again later\.</, 'an address alone says no time';
    like $usual->error_log, qr/\[authjs:warn\].*AuthJS: EmailLimit: provider nodemailer: no mail is sent for \d+ s: the address has been sent as many/, 'the log has a line';
    like AuthJSTest::Env::read_file($usual->root . '/logs/failed'), qr/"reason":"EmailLimit"/, '... and the event a name';

    like path($usual, ask($usual, "c$_\@example.test", client => '203.0.113.9')), $SENT, "mail $_ of a client" for 1 .. 30;
    is ask($usual, 'c31@example.test', client => '203.0.113.9')->code, 429, 'the thirty-first within 15 minutes is not sent';
    is mails('c31@example.test') + rows('c31@example.test'), 0, '... at all';
    like path($usual, ask($usual, 'c31@example.test', client => '203.0.113.10')), $SENT, 'what was refused counts nowhere';
    like path($usual, ask($usual, 'c31@example.test', client => '203.0.113.11')), $SENT, '... not for the address';
    is ask($usual, 'c32@example.test', client => '::ffff:203.0.113.9')->code, 429, 'the same client, in IPv6';
    like $usual->error_log, qr/the client 203\.0\.113\.9 has asked for as many as it may \(if that is a proxy, mod_remoteip/, 'the log says which client, and what to do if it is none';
    unlike $usual->error_log, qr/ann\@|c31\@/, 'no line has the address';
}

# --- what is written ----------------------------------------------------------------------------------

{
    my $site = httpd(conf => conf('address=2/1d client=3/1h site=off'));
    is_deeply [map { path($site, ask($site, 'dan@example.test')) =~ $SENT ? 1 : 0 } 1 .. 3], [1, 1, 0], 'a limit for an address';
    my $net = '2001:db8:1:2';
    is_deeply [map { path($site, ask($site, "six$_\@example.test", client => "$net:${_}::7")) =~ $SENT ? 1 : 0 } 1 .. 4], [1, 1, 1, 0],
        'of IPv6, the first 64 bits are a client';
    like path($site, ask($site, 'six4@example.test', client => '2001:db8:1:3::7')), $SENT, '... others are another';

    $site = httpd(conf => conf('address=off client=off site=5/1h'));
    is_deeply [map { path($site, ask($site, "all$_\@example.test")) =~ $SENT ? 1 : 0 } 1 .. 6], [1, 1, 1, 1, 1, 0], 'a limit for the site';
    $site->graceful;
    is ask($site, 'all7@example.test')->code, 429, 'a restart forgets nothing';

    $site = httpd(conf => conf('address=1/3s client=off site=off'));
    like path($site, ask($site, 'short@example.test')), $SENT, 'a short time: the first';
    my $r = ask($site, 'short@example.test');
    my $wait = $r->header('Retry-After') // 0;
    ok $r->code == 302 || ($wait >= 1 && $wait <= 3), 'Retry-After says how long';
    sleep $wait;
    like path($site, ask($site, 'short@example.test')), $SENT, '... and is honest';
    $site->stop;

    for (['address=0/15m', 'address is a number of mails'], ['client=3', 'client is a number of mails'], ['site=3/', 'site is a'],
        ['address=3/2d', '1s to 1d'], ['address=10001/1h', '1 to 10000'], ['everybody=3/15m', 'has no key everybody; the keys are address, client'], ['3/15m', '=']) {
        my ($status, $output) = configtest(conf($_->[0]));
        ok $status && $output =~ /AuthJSMailLimit.*\Q$_->[1]\E/s, "configtest: $_->[0]" or diag $output;
    }
}

# --- all at once --------------------------------------------------------------------------------------

# Requests that have all been sent before an answer is read. [headers, body] each.
sub at_once {
    my ($site, $path, @requests) = @_;
    my @sockets = map {
        my ($headers, $body) = @$_;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $site->port, Timeout => 20) || die "connect: $@";
        print $socket "POST $path HTTP/1.0\r\nHost: localhost:@{[ $site->port ]}\r\nContent-Type: application/x-www-form-urlencoded\r\n$headers"
            . "Content-Length: @{[ length $body ]}\r\n\r\n" . substr $body, 0, -1;
        $socket->flush;
        [$socket, substr $body, -1];
    } @requests;
    for (@sockets) { print { $_->[0] } $_->[1]; $_->[0]->flush }
    return map {
        my ($text, $socket) = ('', $_->[0]);
        my $select = IO::Select->new($socket);
        while ($select->can_read(60)) { sysread $socket, $text, 65536, length $text or last }
        HTTP::Response->parse($text);
    } @sockets;
}

{
    my $site = httpd(conf => conf('address=3/1h client=off site=off'));
    my $browser = $site->browser;
    my $csrf = $browser->csrf;
    my $cookies = join '; ', map { "$_=" . $browser->cookie($_) } keys %{ $browser->cookies };
    my @answers = at_once($site, '/auth/signin/nodemailer', map { ["Cookie: $cookies\r\n", "csrfToken=$csrf&email=crowd%40example.test"] } 1 .. 30);
    is scalar(grep { $_->code == 302 } @answers), 3, 'of thirty requests at once three are served';
    is scalar(grep { $_->code == 429 } @answers), 27, '... and all others told to wait';
    is mails('crowd@example.test'), 3, '... three mails';
}

# --- who is known -------------------------------------------------------------------------------------

# The ways to be known: in the database, and refused by the callback alike.
{
    my $site = httpd(conf => conf('address=off client=off site=off'));
    $db->execute("INSERT INTO users (id, email, name) VALUES ('k$_', 'known$_\@example.test', 'Known $_')") for 1 .. 150;
    my $browser = $site->browser;
    my $csrf = $browser->csrf;
    my %time;
    for my $i (1 .. 150) {
        for my $kind ($i % 2 ? qw(known unknown) : qw(unknown known)) {
            my $begun = Time::HiRes::time();
            my $r = $browser->post('/auth/signin/nodemailer', [csrfToken => $csrf, email => "$kind$i\@example.test"]);
            push @{ $time{$kind} }, Time::HiRes::time() - $begun;
            $time{pages}{ join ' ', $r->code, path($site, $r), join ',', sort grep { !/Date/ } $r->header_field_names } = 1;
        }
    }
    is scalar(keys %{ $time{pages} }), 1, 'known or not: one status, one page, the same headers' or diag explain $time{pages};
    my %median = map { $_ => (sort { $a <=> $b } @{ $time{$_} })[75] } qw(known unknown);
    my $ratio = $median{known} / $median{unknown};
    diag sprintf 'known %.2f ms, unknown %.2f ms, ratio %.3f', 1000 * $median{known}, 1000 * $median{unknown}, $ratio;
    cmp_ok $ratio, '>', 0.75, '... in the same time';
    cmp_ok $ratio, '<', 1.33, '... both ways';
    is scalar(grep { /^known/ } map { $_->{to}[0] } $mail->messages), 150, '... and a mail each';

    $site = httpd(conf => conf('address=2/1h client=off site=off'));
    for my $address ('known1@example.test', 'nobody@example.test', 'denied@example.test') {
        is_deeply [map { ask($site, $address)->code } 1 .. 3], [302, 302, 429], "the same limit for $address";
    }
}

done_testing;
