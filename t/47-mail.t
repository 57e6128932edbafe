# Signing in by a link in a mail, from the form to the session: what Auth.js does (its table
# for type email, with both session strategies), and what is ours: a link opened by a stranger.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use POSIX ();
use URI ();

my $mail = mail_server(smtp_starttls => 'starttls');

sub conf {
    my ($strategy, $adapter, @more) = @_;
    return join "\n", <<"EOT", @more;
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module \@modules\@/mod_authjs_test_adapter.so
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSHTTP ca=\@tls\@/ca.pem
AuthJSPage newUser /welcome
$adapter
AuthJSSessionStrategy $strategy
<Location /adapter>
    SetHandler authjs-test-adapter
</Location>
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_starttls\@
    AuthJSMailFrom "Example <www\@example.test>"
    AuthJSMailLimit address=off client=off
</AuthJSProvider>
<AuthJSProvider other email>
    AuthJSMailServer smtp://localhost:\@port:smtp_starttls\@
    AuthJSMailFrom www\@example.test
    AuthJSMailLimit address=off client=off
</AuthJSProvider>
EOT
}

# Ask for a link: the answer, and the link that came.
sub ask {
    my ($browser, $address, %more) = @_;
    my $id = delete $more{id} // 'nodemailer';
    my @before = $mail->messages;
    my $answer = $browser->sign_in($id, [email => $address, %more]);
    my @mails = $mail->messages;
    return $answer, @mails > @before ? $mails[-1]{links}[0] : undef;
}
sub path { my ($site, $response) = @_; (location($response) // $response->status_line) =~ s/^\Q@{[ $site->url('') ]}\E//r }
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }
my $GONE = '/auth/error?error=Verification';

sub thread {
    my ($site) = @_;
    my $browser = $site->browser;
    my ($answer, $link) = ask($browser, 'Alice@Example.TEST', callbackUrl => '/app');
    is path($site, $answer), '/auth/verify-request?provider=nodemailer&type=email', 'POST signin leads to the page that says so';
    is $browser->get(location($answer))->code, 200, '... which is there';
    my $url = URI->new($link);
    is $url->path, '/auth/callback/nodemailer', 'the mail has the link';
    my %query = $url->query_form;
    is_deeply [map { $_->[0] } map { [split /=/] } split /&/, $url->query], [qw(callbackUrl token email)], '... with the parameters in Auth.js\'s order';
    is $query{email}, 'alice@example.test', '... to the normalised address';
    is $query{callbackUrl}, $site->url('/app'), '... and where to go';
    like path($site, $browser->get($link)), qr{^/welcome\?callbackUrl=}, 'the link opens a session, of a new user';
    is who($browser), 'alice@example.test', '... with the address';
    is path($site, $browser->get($link)), $GONE, 'and opens no second one';
    is who($browser), 'alice@example.test', '... which ends none';
    ($answer, $link) = ask($browser, 'alice@example.test', callbackUrl => '/app');
    is path($site, $browser->get($link)), '/app', 'the next time nobody is new';
}


# --- Auth.js's table for type email ------------------------------------------------------------------

my %rows;
sub call {
    my ($site, $method, @args) = @_;
    my $answer = $site->site->json($site->site->post('/adapter', { method => $method, args => \@args }));
    die "$method: $answer->{status}: $answer->{error}\n" if defined $answer->{error};
    return $answer->{ok};
}
sub by_address { my ($site, $address) = @_; call($site, getUserByEmail => $address) }
sub events {
    my ($site, $from) = @_;
    my $text = substr AuthJSTest::Env::read_file($site->root . '/logs/events'), $from // 0;
    return map { JSON::PP->new->utf8->decode($_) } split /\n/, $text;
}
sub names { join ' ', map { $_->{event} . (exists $_->{params}{isNewUser} ? $_->{params}{isNewUser} ? '+' : '-' : '') } @_ }
sub position { length AuthJSTest::Env::read_file($_[0]->root . '/logs/events') }
sub token { my $browser = shift; $browser->cookie('authjs.session-token') }

sub table {
    my ($site, $strategy) = @_;
    my ($bob, $from) = ($site->browser, position($site));
    my (undef, $link) = ask($bob, 'bob@example.test');
    is by_address($site, 'bob@example.test'), undef, 'asking for a link makes nobody';
    $bob->get($link);
    my $user = by_address($site, 'bob@example.test');
    like $user->{emailVerified}, qr/^2\d{3}-\d\d-\d\dT/, 'row 2: a new user, whose address is verified';
    is_deeply call($site, listAccounts => $user->{id}), [], '... without an account';
    is names(events($site, $from)), 'createUser signIn+', '... and these events';
    my ($told) = grep { $_->{event} eq 'signIn' } events($site, $from);
    is_deeply $told->{params}{account}, { providerAccountId => 'bob@example.test', type => 'email',
        provider => 'nodemailer', userId => $user->{id} }, '... with the account as Auth.js has it';

    my $eve = call($site, createUser => { id => 'eve', name => 'Eve', email => 'eve@example.test', emailVerified => undef });
    my $browser = $site->browser;
    $from = position($site);
    $browser->get((ask($browser, 'eve@example.test'))[1]);
    like by_address($site, 'eve@example.test')->{emailVerified}, qr/^2/, 'row 1: a user who was there has a verified address now';
    is names(events($site, $from)), 'updateUser signIn-', '... and these events';
    is $browser->session->{user}{name}, 'Eve', '... and is who signs in';

    my ($first, $other) = (token($browser), token($bob));
    $browser->get((ask($browser, 'eve@example.test'))[1]);
    isnt token($browser), $first, 'the same user again: another session';
    $bob->get((ask($bob, 'eve@example.test'))[1]);
    is who($bob), 'eve@example.test', 'signed in as somebody else: from now on who has the address';
    is call($site, getSessionAndUser => $other), undef, '... and the other session is gone' if $strategy eq 'database';
    is scalar(grep { $_->{event} eq 'linkAccount' } events($site)), 0, 'no account is ever linked';
}

# --- a link that a stranger opens --------------------------------------------------------------------

sub form {
    my ($page) = @_;
    my ($action) = $page->content =~ /<form [^>]*action="([^"]+)"/;
    return $action =~ s/&amp;/&/gr, $page->content =~ /name="csrfToken" value="([^"]+)"/;
}

sub stranger {
    my ($site) = @_;
    my ($asked, $scanner) = ($site->browser, $site->browser);
    my (undef, $link) = ask($asked, "o'neil\@example.test", callbackUrl => '/app');
    my $page = $scanner->get($link);
    is $page->code, 200, 'a browser that did not ask for it is shown a page';
    my $host = URI->new($site->url(''))->host_port;
    like $page->content, qr/o&#39;neil\@example\.test.*\Q$host\E|\Q$host\E.*o&#39;neil\@example\.test/, '... with the address and the host';
    is $page->header('Referrer-Policy'), 'no-referrer', '... whose address nobody is told of';
    like $page->header('Content-Security-Policy'), qr/default-src 'none'.*frame-ancestors 'none'/, '... and which no other page can frame';
    like $page->header('Cache-Control'), qr/no-store/, '... nor a cache keep';
    is who($scanner), 'nobody', '... and nobody is signed in';
    is $asked->head($link)->code, 200, 'HEAD says that it is there';
    is $asked->get($link, 'Sec-Purpose' => 'prefetch;prerender')->code, 503, 'nothing is fetched ahead';
    is $asked->request(OPTIONS => $link)->code, 200, 'OPTIONS says what would do';
    is $scanner->post($link, [])->code, 200, 'a form of another site is shown the same page';
    is $scanner->post($link, [csrfToken => 'a' x 64])->code, 200, '... so is one with a token of somebody else';
    is who($scanner), 'nobody', '... and nobody is signed in';

    # Somebody plants the cookie of his own browser, as a neighbouring host can.
    my $planted = $site->browser;
    $planted->csrf;
    my ($cookie) = grep { $_->{name} eq 'authjs.email' } values %{ $asked->{jar} };
    ok $cookie && $cookie->{path} eq '/auth', 'the browser that asked remembers it, for the endpoints alone';
    $planted->set_cookie_value($cookie->{name}, $cookie->{value}, path => '/auth');
    is $planted->get($link)->code, 200, 'the cookie of another browser is of no use';
    is who($planted), 'nobody', '... and nobody is signed in';

    my ($action, $token) = form($page);
    is path($site, $scanner->post($action, [csrfToken => $token])) =~ s/\?.*//r, '/welcome', 'the button uses the link';
    is who($scanner), "o'neil\@example.test", '... and signs in';
    is path($site, $asked->get($link)), $GONE, 'once: in no other browser any more';
    is path($site, $scanner->post($action, [csrfToken => $token])), $GONE, '... nor by the button';
    is $asked->get($GONE)->code, 403, '... which a page says';
}

# --- links that are none -----------------------------------------------------------------------------

sub no_link {
    my ($site) = @_;
    my $browser = $site->browser;
    my (undef, $link) = ask($browser, 'carol@example.test', callbackUrl => '/app');
    my $with = sub { my $url = URI->new($link); my %query = ($url->query_form, @_); $url->query_form(map { defined $query{$_} ? ($_ => $query{$_}) : () } sort keys %query); $url };
    my $wrong = $with->(email => 'mallory@example.test');
    my $page = $browser->get($wrong);
    my ($action, $token) = form($page);
    is path($site, $browser->post($action, [csrfToken => $token])), $GONE, 'with another address: none';
    is path($site, $browser->get($link =~ s{/nodemailer}{/other}r)), $GONE, 'at another provider: none';
    is path($site, $browser->get($with->(token => undef))), $GONE, 'without the token: none';
    is path($site, $browser->get($with->(email => undef))), $GONE, 'without the address: none';
    is path($site, $browser->get($with->(token => 'x' x 600))), $GONE, 'too long: none';
    is path($site, $browser->get($with->(callbackUrl => 'https://evil.example/'))), '/welcome?callbackUrl=' . ($site->url('') =~ s{[:/]}{sprintf '%%%02X', ord $&}ger),
        'none of that used it up; and it leads nowhere but here';

    my $plain = 'c' x 64;
    my %row = (identifier => 'carol@example.test', token => sha256_hex($plain . secret('auth_secret')));
    my $url = '/auth/callback/nodemailer?' . "token=$plain&email=carol%40example.test";
    for (['2001-01-01T00:00:00.000Z', $GONE, 'too old'], ['2999-01-01T00:00:00.000Z', '', 'as Auth.js makes them']) {
        my ($expires, $where, $name) = @$_;
        call($site, createVerificationToken => { %row, expires => $expires });
        my $stranger = $site->browser;
        my ($action, $token) = form($stranger->get($url));
        is path($site, $stranger->post($action, [csrfToken => $token])), $where, $name;
    }
}

# --- addresses, refusals, failures -------------------------------------------------------------------

sub refusals {
    my ($site) = @_;
    my $browser = $site->browser;
    for ('a@b@example.test', '"x"@example.test', 'Eve <eve@example.test>', "eve\@example.test\r\nBcc: x\@example.test", 'noat', '',
        'eve@example.test,x@example.test;y', 'x' x 320 . '@example.test', '-eve@') {
        my ($answer, $link) = ask($browser, $_);
        my $name = s/[^ -~]/?/gr;
        ok !defined $link || $link =~ /email=eve%40example\.test$/, "\"$name\": no mail to anybody else";
        is path($site, $answer), '/auth/signin?error=EmailSignin', '... and the form again' unless defined $link;
    }
    is path($site, $browser->sign_in('nodemailer')), '/auth/signin?error=EmailSignin', 'nothing: the form again';
    my (undef, $link) = ask($browser, "full\x{ff37}idth\x{ff20}example.test");
    like $link, qr/email=fullwidth%40example\.test$/, 'one way to write an address';
    is path($site, (ask($browser, 'denied@example.test'))[0]), '/auth/error?error=AccessDenied', 'signIn refuses before a mail is sent';
    is scalar($mail->to('denied@example.test')), 0, '... and none is';
    is path($site, (ask($browser, 'elsewhere@example.test'))[0]), '/elsewhere', 'signIn leads elsewhere';
    is scalar($mail->to('elsewhere@example.test')), 0, '... without a mail';
    (undef, $link) = ask($browser, 'later@example.test');
    is path($site, $browser->get($link)), '/auth/error?error=AccessDenied', 'signIn refuses when the link is used';
    is by_address($site, 'later@example.test'), undef, '... and nobody is made';
    is path($site, (ask($browser, 'reject550@example.test'))[0]), '/auth/signin?error=EmailSignin', 'a mail that the server refuses';
}

# --- many at once ------------------------------------------------------------------------------------

# What each of several browsers gets that do something at the same moment.
sub at_once {
    my ($count, $act) = @_;
    my @readers = map {
        my $i = $_;
        my $pid = open(my $reader, '-|') // die "fork: $!";
        if (!$pid) {
            print $act->($i);
            close STDOUT;
            POSIX::_exit(0);
        }
        $reader;
    } 1 .. $count;
    return map { local $/; my $got = readline $_; close $_; $got } @readers;
}

sub race {
    my ($site) = @_;
    my $browser = $site->browser;
    my (undef, $link) = ask($browser, 'racer@example.test', callbackUrl => '/app');
    my @ends = at_once(6, sub { path($site, $browser->get($link)) });
    is scalar(grep { $_ ne $GONE } @ends), 1, 'of many who open a link at once one is signed in' or diag join ' ', @ends;
    my @links = map { my $one = $site->browser; [$one, (ask($one, 'new@example.test', callbackUrl => '/app'))[1]] } 1 .. 4;
    @ends = at_once(4, sub { my $one = $links[$_[0] - 1]; $one->[0]->get($one->[1]); who($one->[0]) });
    is_deeply \@ends, [('new@example.test') x 4], 'of many links of somebody new each is good';
    ok by_address($site, 'new@example.test'), '... who is there';
}

my $db = database('sqlite');
$db->migrate;
my $rules = <<'RULES';
AuthJSEvent * log:logs/events
AuthJSCallback signIn "expr=%{AUTHJS:user.email} != 'denied@example.test'"
AuthJSCallback signIn "expr=%{AUTHJS:user.email} != 'elsewhere@example.test'" /elsewhere
AuthJSCallback signIn "expr=%{AUTHJS:user.email} != 'later@example.test' || %{AUTHJS:email.verificationRequest} == 'true'"
RULES
for ([jwt => 'AuthJSAdapter memory @root@/var/memory.json'], [database => 'AuthJSAdapter memory @root@/var/memory.json'], [database => $db->adapter]) {
    my ($strategy, $adapter) = @$_;
    my $site = httpd(conf => conf($strategy, $adapter, $rules));
    AuthJSTest::Env::write_file($site->root . '/logs/events', '') unless -e $site->root . '/logs/events';
    my $name = "$strategy, " . ($adapter =~ /memory/ ? 'memory' : 'sqlite');
    subtest "$name: from the form to the session" => sub { thread($site) };
    subtest "$name: the table" => sub { table($site, $strategy) };
    subtest "$name: a stranger" => sub { stranger($site) };
    subtest "$name: no link" => sub { no_link($site) };
    subtest "$name: refusals" => sub { refusals($site) };
    subtest "$name: at once" => sub { race($site) };
    is scalar($db->rows("SELECT * FROM users WHERE email = 'new\@example.test'")), 1, "$name: one user" if $adapter !~ /memory/;
    is_deeply [$db->rows("SELECT * FROM verification_tokens WHERE identifier LIKE 'reject%'")], [], 'a link that was not sent is not kept' if $adapter !~ /memory/;
    my %seen = map { ((URI->new($_->{links}[0])->query_form)[3] => 1) } $mail->messages;
    my $logs = $site->error_log . AuthJSTest::Env::read_file($site->root . '/logs/events');
    is scalar(grep { index($logs, $_) >= 0 } keys %seen), 0, "$name: no token in a log or an event";
}

done_testing;
