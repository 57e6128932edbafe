# Mail services that take mails by HTTP: the requests are those of Auth.js's own providers, which
# run beside httpd with the same options; and what a service answers is understood.
use lib 't/lib';
use utf8;
use AuthJSTest;
use Encode ();
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical;
my %key = map { $_ => "key-$_-" . secret('client_secret') } qw(resend sendgrid postmark mailgun forwardemail loops http-email own);
my @hosts = qw(api.resend.com api.sendgrid.com api.postmarkapp.com api.mailgun.net api.eu.mailgun.net api.forwardemail.net app.loops.so localhost);

# A certificate for all of them, of the tests' own authority.
my $tls = AuthJSTest::Env::tls_dir();
my $dir = root();
AuthJSTest::Env::write_file("$dir/service.ext", 'subjectAltName=' . join(',', map { "DNS:$_" } @hosts) . "\n");
system("cd '$dir' && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=service -keyout service.key -out service.csr 2>/dev/null"
    . " && openssl x509 -req -in service.csr -CA $tls/ca.pem -CAkey $tls/ca.key -set_serial $$ -days 2 -extfile service.ext -out service.pem 2>/dev/null") == 0 or die 'openssl';
my $service = peer('mail-services', env => { SERVICE_PORT => peer_port('service'), SERVICE_CERT => "$dir/service.pem", SERVICE_KEY => "$dir/service.key" });
my $control = AuthJSTest::Site->new(base => $service->url);
sub answer   { my (%answer) = @_; $control->request(PUT => '/answer', {}, $json->encode(\%answer)) }
sub requests { @{ $control->json('/requests') } }

AuthJSTest::Env::write_file("$dir/conf/own.json", Encode::encode_utf8(<<'EOT'));
{
  "own": {
    "name": "Own",
    "type": "email",
    "mail": {
      "url": "https://localhost:{port}/send/{folder}",
      "headers": {"X-Key": "{apiKey}", "X-Folder": "a{folder}", "X-None": "{fromName}"},
      "form": {"to": "{to}", "url": "{url}", "token": "{token}", "host": "{host}", "code": "{code}", "literal": "{}{unknown}{ {to", "mixed": "<{to}>|{code}|{from}"},
      "success": {"/status": "queued", "/n/0": 1}
    },
    "options": {"apiKey": null, "folder": "a b/../ü?#", "port": null}
  }
}
EOT
my $from = 'no-reply@sender.example.test';
my $head = join '', <<'EOT', map { "AuthJSHTTP resolve=$_:443=127.0.0.1:\@port:service\@\n" } @hosts;
LoadModule authjs_memory_module @modules@/mod_authjs_memory.so
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
AuthJSAdapter memory @root@/var/memory.json
AuthJSHTTP ca=@tls@/ca.pem timeout=5s
<IfModule !mpm_prefork_module>
    StartServers 1
    ServerLimit 1
    ThreadsPerChild 32
</IfModule>
EOT
sub provider {
    my ($id, @lines) = @_;
    return join "\n", "<AuthJSProvider $id>", (map { "    $_" } "AuthJSMailFrom '$from'", 'AuthJSMailLimit address=off client=off', @lines), "</AuthJSProvider>\n";
}
my $own = "AuthJSOption port=\@port:service\@";
my $httpd = httpd(env => { map { ('AUTH_' . uc($_ =~ tr/-/_/r) . '_KEY' => $key{$_}) } keys %key },
    conf => Encode::encode_utf8("AuthJSProviderFile $dir/conf/own.json\n" . $head . join '', map { provider(@$_) }
        ['resend'], ['sendgrid'], ['postmark'], ['mailgun'], ['forwardemail'], ['loops', 'AuthJSOption transactionalId=tr-1'],
        ['http-email', "AuthJSMailServer https://localhost:\@port:service\@/mail?a=b"], ['own', $own]));
my $browser = $httpd->browser;

my $SENT = qr{/auth/verify-request\?provider=[\w-]+&type=email$};
sub ask {
    my ($id, $address) = @_;
    my $before = length $httpd->error_log;
    my $answer = $browser->sign_in($id, [email => $address // 'Alice+x@Example.test']);
    my $log = substr $httpd->error_log, $before;
    return { to => location($answer) // $answer->status_line, log => $log, line => ($log =~ /(EmailSignInError: .*)/)[0] // '', asked => [requests()] };
}

# What is compared: who is asked, with what, and for what. Texts are ours.
sub shape {
    my ($request, $link) = @_;
    my %headers = map { $_ => $request->{headers}{$_} } grep { defined $request->{headers}{$_} } qw(authorization content-type x-postmark-server-token);
    $headers{accept} = $request->{headers}{accept} if $request->{headers}{'x-postmark-server-token'};
    $headers{'content-type'} =~ s/;.*//;
    my $body = $request->{fields} ? { map { @$_ } @{ $request->{fields} } } : $json->decode(Encode::encode_utf8($request->{body}));
    my ($text, $html);
    for my $part ($body, @{ $body->{content} || [] }) {
        my $is = $part->{type} // '';
        for my $name (grep { defined $part->{$_} } qw(text TextBody), $is eq 'text/plain' ? 'value' : ()) { $text = $part->{$name}; $part->{$name} = 'TEXT' }
        for my $name (grep { defined $part->{$_} } qw(html HtmlBody), $is eq 'text/html' ? 'value' : ()) { $html = $part->{$name}; $part->{$name} = 'HTML' }
    }
    return { method => $request->{method}, url => $request->{url} =~ s/:\d+//r, headers => \%headers, body => $body }, $text, $html;
}

subtest 'as Auth.js asks' => sub {
    for my $id (qw(resend sendgrid postmark mailgun forwardemail loops)) {
        my $got = ask($id);
        like $got->{to}, $SENT, "$id: sent" or diag $got->{line};
        is scalar @{ $got->{asked} }, 1, '... by one request' or next;
        my ($ours, $text, $html) = shape($got->{asked}[0]);
        my $url = $id eq 'loops' ? $ours->{body}{dataVariables}{url} : ($text =~ m{(https?://\S+)})[0];
        like $url, qr{^http://localhost:\d+/auth/callback/$id\?.*token=\w}, '... with the link';
        ok $id eq 'loops' || $html =~ /<a/, '... in HTML too';
        my $answer = $control->post('/authjs', { id => $id, identifier => 'alice+x@example.test', url => $url,
            config => { apiKey => $key{$id}, from => $from, transactionalId => 'tr-1' } });
        my ($theirs) = shape($control->json($answer));
        is_deeply $ours, $theirs, '... which is the one that Auth.js asks' or diag $json->encode([$ours, $theirs]);
    }
};

subtest 'one\'s own service' => sub {
    my ($request) = @{ ask('http-email')->{asked} };
    is "$request->{method} $request->{url}", 'POST https://localhost:' . peer_port('service') . '/mail?a=b', 'the address of AuthJSMailServer';
    is $request->{headers}{authorization}, "Bearer $key{'http-email'}", 'the key';
    my $body = $json->decode($request->{body});
    is_deeply [$body->{personalizations}, $body->{from}, $body->{content}[0]{type}], [[{ to => [{ email => 'alice+x@example.test' }] }], { email => $from }, 'text/plain'], 'the body of the guide';
    like $body->{content}[0]{value}, qr{/auth/callback/http-email\?}, '... with the link';

    answer(body => '{"status":"queued","n":[1]}');
    my $got = ask('own');
    like $got->{to}, $SENT, 'a definition of one\'s own' or diag $got->{line};
    ($request) = @{ $got->{asked} };
    is $request->{url} =~ s/^.*?:\d+//r, '/send/a%20b%2F..%2F%C3%BC%3F%23', 'an option stays within its part of the URL';
    is $request->{headers}{'x-key'}, $key{own}, 'a header';
    ok !exists $request->{headers}{'x-none'}, 'a header that nothing stands in is not sent';
    my %field = map { @$_ } @{ $request->{fields} };
    is $field{to}, 'alice+x@example.test', 'a form';
    like $field{url}, qr/token=\Q$field{token}\E/, '... with link and token';
    ok !exists $field{code}, '... without what there is none of';
    is $field{literal}, '{}{unknown}{ {to', '... braces that are no place stand for themselves';
    is $field{mixed}, "<alice+x\@example.test>||$from", '... places within a text';
    for my $id (qw(own http-email)) {
        ($request) = @{ ask($id, Encode::encode_utf8('alice@faß.example.test'))->{asked} };
        my $to = $request->{fields} ? { map { @$_ } @{ $request->{fields} } }->{to} : $json->decode($request->{body})->{personalizations}[0]{to}[0]{email};
        is $to, 'alice@xn--fa-hia.example.test', "$id: a domain is sent in ASCII, in which nobody reads another one";
    }
};

subtest 'connections' => sub {
    answer();
    my @connections = map { $_->{connection} } map { @{ ask('resend')->{asked} } } 1 .. 3;
    is_deeply [@connections[1, 2]], [@connections[0, 0]], 'one connection takes three mails' or diag "@connections";
};

subtest 'answers' => sub {
    my $refused = sub {
        my ($id, $what, $pattern, %answer) = @_;
        answer(%answer);
        my $got = ask($id);
        like $got->{to}, qr{/auth/signin\?(?:.*&)?error=EmailSignin(?:&|$)}, "$id, $what: the visitor is told";
        like $got->{line}, $pattern, '... and the administrator why';
        is scalar(() = $got->{log} =~ /:(?:warn|error)\]/g), 1, '... in one line';
        unlike $got->{log}, qr/key-\w+-test/, '... without the key';
        cmp_ok length $got->{line}, '<', 700, '... which is short';
        return $got;
    };
    my $accepted = sub {
        my ($id, $what, %answer) = @_;
        answer(%answer);
        my $got = ask($id);
        like $got->{to}, $SENT, "$id, $what: sent" or diag $got->{line};
    };
    $refused->($_, '401', qr{https://[\w.:-]+: the service answers 401: "\{'message':'bad key'\}"}, status => 401, body => '{"message":"bad key"}') for qw(resend sendgrid postmark mailgun forwardemail loops http-email);
    $refused->(resend => '500 with nothing', qr/answers 500 \(/, status => 500, body => '');
    $refused->(resend => 'elsewhere', qr/answers 302/, status => 302, headers => { location => 'https://evil.test/' });
    $refused->(postmark => 'ErrorCode under 200', qr/answers 200, and in it an error: "\{'ErrorCode':406,'Message':'Inactive/, body => '{"ErrorCode":406,"Message":"Inactive recipient"}');
    $refused->(loops => 'success:false under 200', qr/answers 200, and in it an error/, body => '{"success":false,"message":"no"}');
    $refused->(loops => 'success of another kind', qr/answers 200, and in it an error/, body => '{"success":"no"}');
    $refused->(resend => 'error under 200', qr/answers 200, and in it an error/, body => '{"id":null,"error":{"message":"no"}}');
    $refused->(sendgrid => 'errors under 202', qr/answers 202, and in it an error/, status => 202, body => '{"errors":[{"message":"no"}]}');
    $refused->('http-email' => 'success:false under 200', qr/answers 200, and in it an error/, body => '{"success":false}');
    $refused->(own => 'what its definition says', qr/answers 200, and in it an error/, body => '{"status":"bounced"}');
    $refused->(own => '... in depth', qr/answers 200, and in it an error/, body => '{"n":[0]}');
    $accepted->(postmark => 'ErrorCode 0', body => '{"ErrorCode":0,"Message":"OK"}');
    $accepted->(loops => 'success', body => '{"success":true}');
    $accepted->(resend => 'an id', body => '{"id":"1","error":null,"errors":[]}');
    $accepted->(sendgrid => '202 with nothing', status => 202, body => '');
    $accepted->(mailgun => 'a text', body => 'Queued. Thank you.');
    $accepted->(own => 'another answer', body => '[]');

    my $got = $refused->(resend => 'an answer that quotes the mail', qr/answers 422/, status => 422, body => 'bad: {body}');
    unlike $got->{log}, qr/[0-9a-f]{20}/, '... has no token in the log';
    unlike $got->{log}, qr/alice/i, '... nor the address';
    $got = $refused->(resend => 'control characters', qr/answers 400: "a \?+"/, status => 400, body => "a\r\n\x1b\x{2028}\x{0}b");
    $refused->(resend => 'an answer of 2 MB', qr/too large/, status => 200, body => 'x' x 2_000_000);
    $refused->(resend => 'silence', qr/[Tt]ime/, delay => 7000);
    $refused->(resend => 'no answer', qr/https:\/\/api\.resend\.com/, drop => 1);
    answer();
    requests();
};

subtest 'the configuration' => sub {
    my $check = sub {
        my ($what, $pattern, $providers, %env) = @_;
        my ($status, $said) = configtest(Encode::encode_utf8("AuthJSProviderFile $dir/conf/own.json\n$head$providers"), env => \%env);
        is $status, $pattern ? 1 : 0, $what or diag $said;
        like $said, $pattern, '... says what to write' if $pattern;
        unlike $said, qr/key-\w+-test/, '... without the key';
    };
    $check->("$_ without a key", qr/write AuthJSOption apiKey=env:NAME, or set AUTH_\U$_\E_KEY/, provider($_, 'AuthJSOption transactionalId=1')) for qw(loops);
    $check->("$_ without a key", qr/write AuthJSOption apiKey=env:NAME, or set AUTH_\U$_\E_KEY/, provider($_)) for qw(resend sendgrid postmark mailgun forwardemail);
    $check->('a key in the option', undef, provider('resend', "AuthJSOption apiKey=$key{resend}"));
    $check->('... in a variable', undef, provider('resend', 'AuthJSOption apiKey=env:RESEND'), RESEND => $key{resend});
    $check->('... that is not set', qr/apiKey: the environment variable RESEND is not set/, provider('resend', 'AuthJSOption apiKey=env:RESEND'));
    $check->('... with a line end', qr/apiKey is not one line/, provider('resend'), AUTH_RESEND_KEY => "$key{resend}\r\nX-Evil: 1");
    $check->('loops without its template', qr/write AuthJSOption transactionalId=/, provider('loops'), AUTH_LOOPS_KEY => 'k');
    $check->('loops needs no sender', undef, "<AuthJSProvider loops>\nAuthJSOption transactionalId=1\n</AuthJSProvider>\n", AUTH_LOOPS_KEY => 'k');
    $check->('all others do', qr/AuthJSMailFrom ADDRESS, or set AUTH_RESEND_FROM/, "AuthJSProvider resend\n", AUTH_RESEND_KEY => 'k');
    $check->('a region', undef, provider('mailgun', 'AuthJSOption region=EU'), AUTH_MAILGUN_KEY => 'k');
    $check->('no region', qr/AuthJSOption region is one of US, EU/, provider('mailgun', 'AuthJSOption region=Mars'), AUTH_MAILGUN_KEY => 'k');
    $check->('no such option', qr/AuthJSOption has no key regoin; the keys are apiKey, .*region/, provider('mailgun', 'AuthJSOption regoin=EU'), AUTH_MAILGUN_KEY => 'k');
    $check->('no address of one\'s own service', qr/write AuthJSMailServer https:\/\/HOST\/PATH, or set AUTH_HTTP_EMAIL_SERVER/, provider('http-email'));
    $check->("not an address: $_", qr/AuthJSMailServer must be an https URL/, provider('http-email', "AuthJSMailServer $_")) for 'smtp://localhost', 'https://u:key-x-test@h/', 'mail.test', 'https://h/#x', 'https://h/ starttls=off';
    $check->('an option where mails go by SMTP', qr/AuthJSOption means nothing/, provider('nodemailer', 'AuthJSMailServer smtp://localhost', 'AuthJSOption apiKey=key-x-test'));
    my (undef, $said) = configtest($head . provider('http-email', 'AuthJSMailServer http://mailer:8080/'));
    like $said, qr{http://mailer:8080 in the clear}, 'mails in the clear to elsewhere are remarked on';
};

subtest 'regions and domains' => sub {
    answer();
    my $eu = httpd(env => { AUTH_MAILGUN_KEY => $key{mailgun} }, conf => $head . provider('mailgun', 'AuthJSOption region=EU domain=mg.example.test', 'AuthJSName "Example, \"Inc.\""'));
    my $answer = $eu->browser->sign_in(mailgun => [email => 'a@example.test']);
    like location($answer), $SENT, 'sent';
    my ($request) = requests();
    is $request->{url}, 'https://api.eu.mailgun.net/v3/mg.example.test/messages', 'Mailgun in the EU';
    my %field = map { @$_ } @{ $request->{fields} };
    is $field{from}, qq("Example, \\"Inc.\\"" <$from>), 'a name of odd characters is one name';
};

done_testing;
