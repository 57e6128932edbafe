# authjsctl mail: a test mail on the way that sign-in links take, and what it says of failures.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;
use JSON::PP ();

my $mail = mail_server(smtp_auth => 'starttls auth', smtp_plain => 'plain', smtp_stall => 'plain stall=ehlo');
my $login = mail_login();
my ($user) = split /:/, $login;
my $head = <<"EOT";
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSAdapter memory \@root\@/var/memory.json
AuthJSHTTP ca=\@tls\@/ca.pem timeout=5s resolve=mail.example.test:2525=127.0.0.1:\@port:smtp_auth\@ resolve=localhost:2526=127.0.0.1:\@port:smtp_auth\@
EOT
sub provider { my ($id, @lines) = @_; join "\n", "<AuthJSProvider $id>", @lines, "</AuthJSProvider>\n" }
my @from = q(AuthJSMailFrom '"The site" <no-reply@example.test>');

# (exit status, what it wrote) of authjsctl mail with a configuration of these lines.
sub ctl {
    my ($httpd, @arguments) = @_;
    my $command = join ' ', map { "'" . s/'/'\\''/gr . "'" } builddir() . '/tools/authjsctl', 'mail',
        '--httpd', "$httpd->{program}", '--config', "$httpd->{root}/conf/httpd.conf", @arguments;
    my $said = `ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=exitcode=99 $command 2>&1 </dev/null`;
    unlike $said, qr/\Q@{[ secret('mail_password') ]}\E|wrong-pa55|key-ctl/, 'no secret in what it says';
    return ($? >> 8, $said);
}
sub configure { AuthJSTest::Httpd->configure(conf => join('', @_), env => { AUTH_RESEND_KEY => 'key-ctl-123456' }) }

my $one = configure($head, provider('nodemailer email', "AuthJSMailServer smtp://$login\@localhost:2526", @from));
my ($status, $said) = ctl($one, '--to', 'Me@Example.test');
is $status, 0, 'a mail' or diag $said;
like $said, qr{^sent to me\@example\.test through smtp://localhost:2526$}, '... is said to be sent';
my ($message) = $mail->to('me@example.test');
is $message->{user}, mail_user(), '... with the password of the configuration';
like $message->{tls}, qr/^TLS/, '... over TLS';
is $message->{ehlo}, 'localhost', '... with the name of the site';
like $message->{headers}{from}, qr/The site.*<no-reply\@example\.test>/, '... from its sender';
like $message->{text}, qr{authjsctl mail.*http://localhost:\d+}s, '... and says what it is';
is_deeply [grep { /callback/ } @{ $message->{links} }], [], '... without a link that signs in';
for (['reject550@example.test', 1, qr/the server refuses the recipient: "550 No such user here"/], ['datafail@example.test', 1, qr/refuses the mail: "554 /],
    ['drop@example.test', 3, qr/closed the connection/], ['stall@example.test', 3, qr/did not answer in time/]) {
    my ($to, $code, $pattern) = @$_;
    ($status, $said) = ctl($one, '--to', $to);
    is $status, $code, "$to: exit status";
    like $said, qr{^authjsctl: smtp://localhost:2526: .*$pattern}, '... and why';
}
for my $bad ('nobody', "a\@b.test\nRCPT TO:<c\@d.test>", 'a@b.test,c@d.test', '<a@b.test>') {
    ($status, $said) = ctl($one, '--to', $bad);
    is $status, 2, 'no address' or diag $said;
    like $said, qr/^authjsctl: --to: /, '... is said';
}
is((ctl($one))[0], 2, 'no --to');

my $several = configure($head, provider('nodemailer email', 'AuthJSMailServer smtp://localhost:@port:smtp_plain@ starttls=off', @from),
    provider('demanding email', 'AuthJSMailServer smtp://localhost:@port:smtp_plain@', @from), provider('wrong email', "AuthJSMailServer smtp://$user:wrong-pa55\@localhost:2526", @from),
    provider('closed email', 'AuthJSMailServer smtp://localhost:@port:smtp_closed@', @from), provider('name email', 'AuthJSMailServer smtp://mail.example.test:2525', @from),
    provider('resend', 'AuthJSMailServer https://localhost:@port:smtp_closed@/', @from));
($status, $said) = ctl($several, '--to', 'me@example.test');
is $status, 2, 'several providers';
like $said, qr/--provider is one of nodemailer demanding wrong closed name resend$/, '... are named';
for ([nodemailer => 0, qr/^sent /], [demanding => 3, qr/does not offer STARTTLS/], [wrong => 1, qr/refuses the user name and password of AuthJSMailServer: "535 /],
    [closed => 3, qr/onnect/], [name => 3, qr/certificate/], [resend => 3, qr/onnect/], [other => 2, qr/which one/]) {
    my ($id, $code, $pattern) = @$_;
    ($status, $said) = ctl($several, '--to', 'you@example.test', '--provider', $id);
    is $status, $code, "--provider $id" or diag $said;
    like $said, $pattern, '... and what came of it';
}

($status, $said) = ctl(configure($head, "<AuthJSProvider github>\nAuthJSClientID a\nAuthJSClientSecret b\n</AuthJSProvider>\n"), '--to', 'me@example.test');
is $status, 2, 'a site without';
like $said, qr/has an e-mail provider/, '... is said to be one';

# How a host without a name is called (RFC 5321, section 4.1.3).
for (['http://127.0.0.1:8080', '[127.0.0.1]'], ['http://[::1]:8080', '[IPv6:::1]'], ['https://www.example.test/portal/auth', 'www.example.test']) {
    my ($url, $ehlo) = @$_;
    my $named = configure($head =~ s/^AuthJSURL .*/AuthJSURL $url/mr, provider('email', 'AuthJSMailServer smtp://localhost:@port:smtp_plain@ starttls=off', @from));
    $mail->clear;
    is((ctl($named, '--to', 'me@example.test'))[0], 0, "a mail of $url");
    is((($mail->to('me@example.test'))[0] // {})->{ehlo}, lc $ehlo, '... which says EHLO with its host');
}

# A service that is asked by HTTP.
my $tls = AuthJSTest::Env::tls_dir();
my $service = peer('mail-services', env => { SERVICE_PORT => peer_port('service'), SERVICE_CERT => "$tls/srv.pem", SERVICE_KEY => "$tls/srv.key" });
my $control = AuthJSTest::Site->new(base => $service->url);
my $http = configure($head, provider('resend', 'AuthJSMailServer https://localhost:@port:service@/hook/key-ctl-path?key-ctl-query', @from));
($status, $said) = ctl($http, '--to', 'me@example.test');
is $status, 0, 'a service' or diag $said;
my ($request) = @{ $control->json('/requests') };
like $request->{url}, qr{/hook/key-ctl-path\?key-ctl-query$}, '... at its address';
is $request->{headers}{authorization}, 'Bearer key-ctl-123456', '... with its key';
is((JSON::PP->new->utf8->decode($request->{body}))->{to}, 'me@example.test', '... and the address');
$control->request(PUT => '/answer', {}, '{"status":403,"body":"{\"message\":\"no key-ctl-123456\"}"}');
($status, $said) = ctl($http, '--to', 'me@example.test');
is $status, 1, 'a refusal';
like $said, qr/the service answers 403: "\{'message':'no \.\.\.'\}"/, '... with its words';

done_testing;
