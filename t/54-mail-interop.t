# Links of Auth.js (@auth/express with nodemailer and @auth/pg-adapter) and of httpd, on one
# PostgreSQL with one secret: what one side mails, the other takes, once.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use URI ();

my $mail = mail_server(smtp_plain => 'plain');
my $db = database('pgsql');
$db->execute(AuthJSTest::Env::read_file(srcdir() . '/t/data/tables/pgsql-pg.sql'));
my $httpd = httpd(conf => <<"EOT");
@{[ $db->adapter ]}
AuthJSCache none
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom httpd\@example.test
    AuthJSMailLimit address=off client=off
</AuthJSProvider>
EOT
my $node = peer_port('express');
peer('express', env => { DATABASE_URL => $db->url, AUTH_SECRET => secret('auth_secret'), OP => 'http://127.0.0.1:1',
    SMTP => 'smtp://localhost:' . peer_port('smtp_plain') . '?ignoreTLS=true' });
my %base = (httpd => $httpd->url(''), 'Auth.js' => "http://localhost:$node");
sub browser_of { AuthJSTest::Site->new(base => $base{ $_[0] }, cookies => 1) }
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }

sub ask {
    my ($side, $address) = @_;
    my $browser = browser_of($side);
    my $answer = $browser->sign_in('nodemailer', [email => $address, callbackUrl => '/app']);
    is location($answer), "$base{$side}/auth/verify-request?provider=nodemailer&type=email", "$side mails $address a link";
    my ($message) = $mail->to($address);
    return $message->{links}[0];
}

# The same link at the other side: where it leads, with the button where there is one.
sub follow {
    my ($side, $link) = @_;
    my $browser = browser_of($side);
    my $answer = $browser->get($base{$side} . URI->new($link)->path_query);
    if ($answer->code == 200) {
        my ($action) = $answer->content =~ /action="([^"]+)"/;
        my ($csrf) = $answer->content =~ /name="csrfToken" value="([^"]+)"/;
        $answer = $browser->post($action =~ s/&amp;/&/gr, [csrfToken => $csrf]);
    }
    return ($browser, location($answer));
}

for (['Auth.js', 'httpd'], ['httpd', 'Auth.js']) {
    my ($from, $to) = @$_;
    my $address = lc($from =~ s/\W//gr) . '@example.test';
    my $link = ask($from, $address);
    my ($browser, $where) = follow($to, $link);
    is who($browser), $address, "a link of $from is good at $to";
    my ($user) = $db->rows("SELECT * FROM users WHERE email = '$address'");
    ok $user->{emailVerified}, '... and the address is verified';
    is +(follow($_, $link))[1], "$base{$_}/auth/error?error=Verification", "... once: no more at $_" for $to, $from;
    my ($again) = follow($from, ask($from, "again-$address"));
    is who($again), "again-$address", "a link of $from is good at $from";
    ($again) = follow($to, ask($from, $address =~ s/^/x-/r));
    is who($again), "x-$address", "... and another at $to";
}
# Who came by one side is known at the other.
follow('httpd', ask('httpd', 'both@example.test'));
$mail->clear;
follow('Auth.js', ask('Auth.js', 'both@example.test'));
is scalar($db->rows("SELECT * FROM users WHERE email = 'both\@example.test'")), 1, 'one user, whoever sends the link';
is_deeply [$db->rows('SELECT * FROM accounts')], [], 'and no account';
done_testing;
