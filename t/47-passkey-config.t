# What is written about passkeys is found by configtest, with a sentence that says what to write.
use lib 't/lib';
use AuthJSTest;

sub try {
    my (%with) = @_;
    my $adapter = $with{adapter} // "LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so\nAuthJSAdapter memory \@root\@/var/memory.json";
    return configtest(join "\n", 'AuthJSSecret @secret:auth_secret@', 'AuthJSURL https://www.example.test', $adapter,
        '<AuthJSProvider ' . ($with{provider} // 'passkey') . '>', @{ $with{lines} // [] }, '</AuthJSProvider>', '');
}
sub refused {
    my ($name, $says, %with) = @_;
    my ($status, $output) = try(%with);
    isnt $status, 0, "$name is refused";
    like $output, $says, '... with what to write';
    return;
}
sub taken {
    my ($name, %with) = @_;
    my ($status, $output) = try(%with);
    is $status, 0, "$name is taken" or diag $output;
    unlike $output, qr/AuthJS/, '... without a remark';
    return;
}

taken('a provider as it comes', provider => $_) for qw(passkey webauthn), 'key passkey', 'key webauthn';
refused('one without a database', qr/needs a database, where passkeys are kept; write AuthJSAdapter/, adapter => '');
refused('an unknown option', qr/AuthJSOption has no key rpid2; the keys are rpId, .*userVerification/, lines => ['AuthJSOption rpid2=required']);
for my $case (
    [ rpId => qr/rpId is a domain in lower case, as example\.com/, [qw(example.test www.example.test localhost)],
        [ 'https://example.test', 'example.test:443', 'Example.test', '127.0.0.1', '.example.test', 'example..test', 'example.test.', 'a' x 254 . '.test', 'exämple.test' ] ],
    [ rpName => qr/rpName is a line of text of 64 bytes/, [ 'Example Site', 'Büro' ], [ '', 'a' x 65, "a\tb" ] ],
    [ origin => qr/origin has origins, as https:\/\/example\.com without a path; \S+ is none/,
        [ 'https://example.test', 'https://a.test https://b.test:8443', 'android:apk-key-hash:abc' ],
        [ 'example.test', 'https://example.test/', 'https://example.test/path', 'https://a.test b', ':', 'x:' ] ],
    [ timeout => qr/timeout is a duration between 1s and 10m/, [qw(1s 60s 10m 90000ms 300)], [qw(0 0s 999ms 11m soon -1 1e3)] ],
    [ userVerification => qr/userVerification is one of required, preferred, discouraged/, [qw(required preferred discouraged)], [ 'Required', 'never', '' ] ],
    [ residentKey => qr/residentKey is one of required, preferred, discouraged/, [qw(required preferred discouraged)], [ 'on', '' ] ],
    [ attestation => qr/attestation is one of none, self/, [qw(none self)], [ 'direct', '' ] ],
    [ signUp => qr/signUp is one of open, email, invitation/, [qw(open email)], [ 'closed', 'Open', '' ] ],
    [ autofill => qr/autofill is on or off/, [qw(on Off)], [ 'maybe', '' ] ],
) {
    my ($key, $says, $good, $bad) = @$case;
    taken("$key=$_", lines => [qq(AuthJSOption "$key=$_")]) for @$good;
    refused("$key=$_", $says, lines => [qq(AuthJSOption "$key=$_")]) for @$bad;
}
refused("$_->[0] in it", qr/asks for a passkey; only AuthJSName, AuthJSStyle and AuthJSOption mean anything in its section/, lines => [ join ' ', @$_ ])
    for [ AuthJSClientID => 'a' ], [ AuthJSIssuer => 'https://idp.example' ], [ AuthJSMailFrom => 'a@example.test' ], [ AuthJSAuthnProvider => 'file' ];

done_testing;
