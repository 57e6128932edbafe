# What a browser sends of a passkey is an attacker's: every member missing, of another type,
# encoded otherwise, doubled, huge; ceremonies of others; options asked with anything. Each is
# refused, nobody is signed in, nothing is written, and an honest ceremony works all the same.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Passkey;
use JSON::PP ();

my $db = database('sqlite');
my $httpd = httpd(conf => <<"EOT");
LogLevel warn authjs:info
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
@{[ $db->adapter ]}
AuthJSReauth Off
AuthJSProvider passkey
AuthJSProvider webauthn
<AuthJSProvider signed webauthn>
    AuthJSOption attestation=self
</AuthJSProvider>
EOT
$db->migrate;
my $origin = $httpd->site->url('');
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $key = AuthJSTest::Passkey->new;
$key->register($httpd->browser, 'passkey', 'Alice');
my $browser = $httpd->browser;
my $counter = 10;

sub place { (location($_[0]) // $_[0]->code) =~ s/^\Q$origin//r }
sub rows {
    return $json->encode([ $db->rows(<<'EOT') ]);
SELECT 'user' AS kind, id AS a, name AS b, email AS c FROM users UNION ALL
SELECT 'account', "userId", provider, "providerAccountId" FROM accounts UNION ALL
SELECT 'authenticator', "userId", "credentialID", counter FROM authenticators UNION ALL
SELECT 'session', "userId", "sessionToken", expires FROM sessions ORDER BY 1, 2, 3, 4
EOT
}

# An honest ceremony that is changed: sub gets the credential and its action, and gives what is
# sent in its place (a text as it is).
sub refused {
    my ($name, $change, %option) = @_;
    my $action = $option{action} // 'authenticate';
    my $id = $option{id} // 'passkey';
    my $before = rows();
    my $options = $key->options($browser, $id, action => $action, $action eq 'register' ? (email => 'Mallory') : ());
    my %over = (%{ $option{over} // {} }, $action eq 'authenticate' ? (counter => ++$counter) : ());
    my $sent = $action eq 'register' ? AuthJSTest::Passkey->new->create($options, %over) : $key->get($options, %over);
    my $answer = $key->send($browser, $id, $action, $change->($sent), email => 'Mallory', %{ $option{fields} // {} });
    is place($answer), $option{place} // '/auth/signin?error=WebAuthnVerificationError', "$action: $name";
    is rows(), $before, '... changes nothing';
    is $browser->session, undef, '... signs nobody in';
    return;
}

my %members = (
    authenticate => [qw(id rawId type response response.clientDataJSON response.authenticatorData response.signature)],
    register => [qw(id rawId type response response.clientDataJSON response.attestationObject)],
);
my %wrong = (missing => undef, null => [undef], number => [7], true => [JSON::PP::true], array => [ [] ], object => [ {} ],
    empty => [''], text => ['x'], padding => ['QUJD='], 'another alphabet' => ['+/+/'], blank => ['QUJD '], 'half a byte' => ['A'],
    'NUL' => ["QUJD\0"], huge => [ 'A' x 30_000 ]);
sub set_member {
    my ($sent, $path, $value) = @_;
    my ($first, $second) = split /\./, $path;
    my $in = defined $second ? $sent->{$first} : $sent;
    $value ? ($in->{ $second // $first } = $value->[0]) : delete $in->{ $second // $first };
    return $sent;
}
for my $action (qw(authenticate register)) {
    for my $path (@{ $members{$action} }) {
        refused("$path $_", sub { set_member($_[0], $path, $wrong{$_}) }, action => $action) for sort keys %wrong;
        refused("$path twice", sub {
            my $text = $json->encode($_[0]);
            my ($name) = $path =~ /(\w+)$/;
            $text =~ s/("$name":)/"$name":"x",$1/ or die "no $name\n";
            return $text;
        }, action => $action);
    }
    refused("data: $_->[0]", sub { $_->[1] }, action => $action, place => $_->[2]) for [ empty => '' ], [ 'no JSON' => 'x' ], [ 'a list' => '[]' ], [ 'null' => 'null' ],
        [ 'an empty object' => '{}' ], [ deep => '[' x 5000 ], [ 'not UTF-8' => "{\"id\":\"\xff\"}", 400 ], [ huge => '{"id":"' . 'A' x 40_000 . '"}' ];
    refused('more behind the object', sub { $json->encode($_[0]) . '{}' }, action => $action);
    refused('another id than was signed for', sub { $_[0]{id} = $_[0]{rawId} = 'QUJDREVGR0hJSktMTU5PUA'; $_[0] }, action => $action);
}
my $before = rows();
is $key->send($browser, 'passkey', authenticate => '{"a":"' . 'A' x 70_000 . '"}')->code, 413, 'more than a body may have';
for my $case ([ 'no action' => {} ], [ 'another action' => { action => 'signin' } ], [ 'an empty one' => { action => '' } ]) {
    is place($browser->post('/auth/callback/passkey', [ csrfToken => $browser->csrf, data => '{}', %{ $case->[1] } ])),
        '/auth/signin?error=WebAuthnVerificationError', $case->[0];
}
is $browser->get('/auth/callback/passkey?action=authenticate&data=%7B%7D')->code, 302, 'by GET nothing happens';
is place($browser->post('/auth/callback/passkey', [ action => 'authenticate', data => '{}' ])), '/auth/signin?error=MissingCSRF', 'without the CSRF token';
is rows(), $before, 'none of it changes anything';

# --- what is signed, but is not what was asked for ----------------------------------------------
my $port = $origin =~ /:(\d+)$/ ? $1 : die;
for my $case (
    [ 'the origin of another port', { origin => 'http://localhost:1' } ], [ 'https', { origin => "https://localhost:$port" } ],
    [ 'an origin with a slash', { origin => "$origin/" } ], [ 'a look-alike', { origin => "http://1ocalhost:$port" } ],
    [ 'one in upper case', { origin => "http://LOCALHOST:$port" } ], [ 'a sub-domain', { origin => "http://www.localhost:$port" } ],
    [ 'no origin', { origin => '' } ], [ 'a frame of another site', { crossOrigin => JSON::PP::true } ],
    [ 'a frame that says where', { topOrigin => 'https://evil.example' } ], [ 'another relying party', { rpId => 'evil.example' } ],
    [ 'the other ceremony', { type => 'payment.get' } ], [ 'no presence', { flags => { up => JSON::PP::false } } ],
    [ 'no verification', { flags => { uv => JSON::PP::false } } ], [ 'backed up, but not able to be', { flags => { bs => JSON::PP::true } } ],
    [ 'a challenge of nobody', { challenge => 'A' x 43 } ],
) {
    my ($name, $over) = @$case;
    refused($name, sub { $_[0] }, action => $_, over => $over) for qw(authenticate register);
}
refused('a signature of another', sub { $_[0]{response}{signature} = 'MEUCIDWpGOr5mFq4NgiWj03FgCHLZyUIIDgDNjmF8yRIO1pOAiEAuI2t0m-nqCxd68Tx0vmQbjTK9nPXLY2KS_x2xv23nBI'; $_[0] });
refused('no statement where one is asked for', sub { $_[0] }, action => 'register', id => 'signed');

# --- one of others' ------------------------------------------------------------------------------
{
    my $bob = AuthJSTest::Passkey->new;
    my $his = $httpd->browser;
    $bob->register($his, 'passkey', 'Bob');
    my $options = $key->options($browser, 'passkey', action => 'authenticate');
    my $sent = $bob->get($options);
    my $hers = $key->get($options, counter => ++$counter);
    for my $member (qw(id rawId)) { $sent->{$member} = $hers->{$member} }
    is place($key->send($browser, 'passkey', authenticate => $sent)), '/auth/signin?error=WebAuthnVerificationError', "one user's signature with another's id";
    $options = $key->options($browser, 'webauthn', action => 'authenticate');
    is place($key->send($browser, 'webauthn', authenticate => $key->get($options, counter => ++$counter))),
        '/auth/signin?error=WebAuthnVerificationError', 'a passkey of another provider';
    is $browser->session, undef, 'nobody is signed in';
}

# --- options ---------------------------------------------------------------------------------------
for my $query ('action=register&email=%00', 'action=register&email=%ff', 'action=register&email=' . 'a' x 5000, 'action=register&email=%20',
    'action=authenticate&email=%0d%0aSet-Cookie:x', 'action=REGISTER', 'action=%00', 'action=register%00') {
    my $code = $browser->get("/auth/webauthn-options/passkey?$query")->code;
    cmp_ok $code, '>=', 400, "options: $query" =~ s/(.{60}).*/$1.../r;
    cmp_ok $code, '<', 500, '... is a mistake of who asks';
}
is $browser->get('/auth/webauthn-options/passkey?action=authenticate&action=register')->code, 400, 'of several the last counts';
is $browser->post('/auth/webauthn-options/passkey', [])->code, 302, 'POST is none of it';

# --- after all that ---------------------------------------------------------------------------------
is place($key->sign_in($browser, 'passkey', counter => ++$counter, fields => { callbackUrl => '/' })), '/', 'an honest ceremony signs in';
is $browser->session->{user}{name}, 'Alice', '... whose passkey it is';
unlike $httpd->error_log, qr/exit signal|Segmentation/, 'no child has ended';

done_testing;
