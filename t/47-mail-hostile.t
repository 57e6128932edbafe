# Sign-in links, and visitors that hold something against us: an address that a database takes
# for another one, links that are opened by what is no visit, pages that say what others wrote.
use lib 't/lib';
use utf8;
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Mail;
use Encode ();
use POSIX ();
use URI ();
use URI::Escape ();

my $mail = mail_server(smtp_plain => 'plain');
my $db = database('pgsql');
$db->migrate;
$db->execute("CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
$db->execute('ALTER TABLE users ALTER COLUMN email TYPE text COLLATE alike');
my $site = httpd(conf => <<"EOT" . $db->adapter);
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSSessionStrategy database
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
</AuthJSProvider>
EOT
sub ask {
    my ($browser, $address) = @_;
    my @before = $mail->messages;
    $browser->sign_in('nodemailer', [email => Encode::encode_utf8($address), callbackUrl => '/app']);
    my @mails = $mail->messages;
    return @mails > @before ? $mails[-1]{links}[0] : undef;
}
sub path { (location($_[0]) // $_[0]->status_line) =~ s/^\Q@{[ $site->url('') ]}\E//r }
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }
my $GONE = '/auth/error?error=Verification';

# --- an address that the database takes for another one ------------------------------------------------

$db->execute("INSERT INTO users (id, name, email) VALUES (100, 'Jose', 'jose\@example.test')");
is $db->value("SELECT count(*) FROM users WHERE email = 'jose\@exámple.test'"), 1, 'a database that takes one address for another';
my $thief = $site->browser;
my $link = ask($thief, 'jose@exámple.test');
like(($mail->messages)[-1]{raw}, qr/^To: jose\@xn--exmple-qta\.test/m, 'the mail goes where the address says');
expect_error(qr/AuthJS: AdapterError: signUp: /, 'a unique index that takes one for the other');
like path($thief->get($link)), qr{^/auth/error\?error=Configuration}, '... and whoever has that address is not the other user';
is who($thief), 'nobody', '... nor anybody else';
is $db->value("SELECT count(*) FROM users WHERE \"emailVerified\" IS NOT NULL"), 0, '... whose address nobody has verified';
my $jose = $site->browser;
is path($jose->get(ask($jose, 'JOSE@example.test'))), '/app', 'the owner of the other one signs in';
is who($jose), 'jose@example.test', '... as himself';

# --- what is no visit ------------------------------------------------------------------------------------

my $browser = $site->browser;
$link = ask($browser, 'jose@example.test');
for (['fetched ahead' => Purpose => 'prefetch'], ['fetched ahead' => 'X-Moz' => 'prefetch'], ['looked at ahead' => 'X-Purpose' => 'preview'],
    ['looked at ahead' => Purpose => 'preview'], ['rendered ahead' => 'Sec-Purpose' => 'prerender']) {
    my ($name, @headers) = @$_;
    is $browser->get($link, @headers)->code, 503, "$name ($headers[0]: $headers[1]): nothing";
}
for my $dest (qw(image iframe script object style embed)) {
    my $page = $browser->get($link, 'Sec-Fetch-Dest' => $dest, 'Sec-Fetch-Mode' => $dest eq 'iframe' ? 'navigate' : 'no-cors', 'Sec-Fetch-Site' => 'same-site');
    is $page->code, 200, "as $dest in a page, in the browser that asked: the button";
}
is $browser->get($link, 'Sec-Fetch-Dest' => 'empty', 'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Site' => 'same-site')->code, 200, 'a script\'s request: the button';
is who($browser), 'nobody', 'none of them signs in';
is path($browser->get($link, 'Sec-Fetch-Dest' => 'document', 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Site' => 'cross-site')), '/app', '... nor uses the link up';

# --- what others wrote -----------------------------------------------------------------------------------

for my $text ('Your account is locked. Call +1 555 0100 now', "moc.elpmaxe\@\x{202e}eve", 'a@b@example.test', 'Eve <eve@example.test>', 'eve@example.test, bob@example.test', "eve\@example.test\x{200b}") {
    my $answer = $site->browser->get('/auth/callback/nodemailer?token=' . 'a' x 64 . '&email=' . URI::Escape::uri_escape_utf8($text));
    is path($answer), $GONE, 'the page with the button says no "' . $text =~ s/[^ -~]/?/gr . '"';
}

# --- many at once ----------------------------------------------------------------------------------------

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
$browser = $site->browser;
$link = ask($browser, 'jose@example.test');
my @strangers = map { my $one = $site->browser; my $page = $one->get($link); [$one, $page->content =~ /action="([^"]+)"/ ? $1 =~ s/&amp;/&/gr : undef, $one->csrf] } 1 .. 6;
my @ends = at_once(24, sub {
    my ($one, $action, $token) = @{ $strangers[$_[0] % 6] };
    return $_[0] % 2 ? path($browser->get($link)) : path($one->post($action, [csrfToken => $token]));
});
is scalar(grep { $_ eq '/app' } @ends), 1, 'of many who open a link and press its button at once one is signed in' or diag join ' ', @ends;
is scalar(grep { $_ eq $GONE } @ends), 23, '... and the others are told that it was used' or diag join ' ', @ends;

done_testing;
