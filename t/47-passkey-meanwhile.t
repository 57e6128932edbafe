# A passkey that is made for who is signed in is theirs or nobody's: while the callback signIn is asked
# the session may end, or its user be removed. Nobody signs up by that, where nobody may.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Passkey;
use HTTP::Response;
use IO::Socket::INET;
use JSON::PP ();
use URI;

my $json = JSON::PP->new->utf8->canonical;
my $service = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $@";

# POST the callback; what is done while the service that answers signIn is asked.
sub post {
    my ($httpd, $browser, $id, $meanwhile, @fields) = @_;
    my $form = URI->new('http:');
    $form->query_form(csrfToken => $browser->csrf, action => 'register', callbackUrl => '/', @fields);
    my $body = $form->query;
    my $url = URI->new($httpd->url("/auth/callback/$id"));
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $httpd->port) or die "connect: $@";
    print $socket 'POST ', $url->path, " HTTP/1.0\r\nHost: localhost:", $httpd->port, "\r\nCookie: ", join('; ', $browser->jar_header($url)),
        "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ", length $body, "\r\n\r\n$body";
    $socket->flush;
    my $asked = $service->accept;
    my ($len, $question) = 0;
    while (<$asked>) { $len = $1 if /^content-length: (\d+)/i; last if /^\r?\n$/ }
    read $asked, $question, $len;
    $meanwhile->();
    my $answer = $json->encode({ id => $json->decode($question)->{id}, value => JSON::PP::true });
    print $asked "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ", length $answer, "\r\n\r\n$answer";
    close $asked;
    my $response = HTTP::Response->parse(do { local $/; <$socket> });
    $browser->jar_extract($url, $response);
    return (location($response) // $response->status_line) =~ s/^\Q@{[ $httpd->url ]}\E//r;
}

for my $case ([ database => 'the session ends', 'DELETE FROM sessions' ], [ database => 'the user is removed', 'DELETE FROM users' ],
    [ jwt => 'the user is removed', 'DELETE FROM users' ]) {
    my ($strategy, $what, $sql) = @$case;
    my $db = database('sqlite');
    my $httpd = httpd(conf => <<"EOT");
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
@{[ $db->adapter ]}
AuthJSSessionStrategy $strategy
AuthJSCallback signIn http://127.0.0.1:@{[ $service->sockport ]}/ secret=\@secret:auth_secret\@
AuthJSProvider passkey
<AuthJSProvider closed webauthn>
    AuthJSOption signUp=email
</AuthJSProvider>
EOT
    $db->migrate;
    my ($key, $second) = map { AuthJSTest::Passkey->new } 1, 2;
    my $browser = $httpd->browser;
    my $made = $key->create($key->options($browser, 'passkey', action => 'register', email => 'Alice'));
    is post($httpd, $browser, 'passkey', sub { }, email => 'Alice', data => $json->encode($made)), '/', "$strategy: Alice";
    $made = $second->create($second->options($browser, 'closed', action => 'register'));
    is post($httpd, $browser, 'closed', sub { }, data => $json->encode($made)), '/', '... adds a passkey where nobody signs up';
    my $third = AuthJSTest::Passkey->new;
    $made = $third->create($third->options($browser, 'closed', action => 'register'));
    is post($httpd, $browser, 'closed', sub { $db->execute($sql) }, data => $json->encode($made)), '/auth/signin?error=AccountNotLinked', "... and another, while $what";
    is $db->value('SELECT count(*) FROM users'), $sql =~ /users/ ? 0 : 1, '... which makes no user';
    is $db->value('SELECT count(*) FROM accounts WHERE "providerAccountId" LIKE ?', substr($made->{id}, 0, 4) =~ tr{-_}{+/}r . '%'), 0, '... nor an account';
}

done_testing;
