# The passkeys of the account page, without a browser: what it shows with and without our table, names
# that are none, other people's passkeys, and a session that is too old.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Page;
use AuthJSTest::Passkey;
use Encode ();

my ($db, $bare) = map { database('sqlite') } 1, 2;
$_->migrate for $db, $bare;
$bare->execute('DROP TABLE authjs_passkeys');
sub conf {
    my ($database, @more) = @_;
    return join "\n", <<"EOT", @more;
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSSessionStrategy database
@{[ $database->adapter ]}
AuthJSProvider passkey
AuthJSProvider webauthn
EOT
}
my $httpd = httpd(conf => conf($db));
my $account = $httpd->url('/auth/account');

sub shown { [$_[0] =~ m{<strong>(.*?)</strong>\n<span>}g] }
sub alert { ($_[0] =~ m{role="alert">.*?<p>(.*?)</p>}s)[0] }
sub page {
    my ($browser, $name, $query) = @_;
    return page_is_sound($browser->get("/auth/account" . ($query // '')), $browser->{base}, $name);
}
sub somebody {
    my ($site, $name) = @_;
    my ($browser, $key) = ($site->browser, AuthJSTest::Passkey->new);
    like location($key->register($browser, 'passkey', $name)), qr{^http://localhost:\d+/?$}, "$name is there";
    my ($form) = grep { ($_->{fields}{action} // '') eq 'rename' } forms($browser->get('/auth/account')->content);
    return ($browser, $key, $form);
}
sub name_it {
    my ($browser, %fields) = @_;
    my $r = $browser->post('/auth/account', [csrfToken => $browser->csrf, action => 'rename', %fields]);
    return (location($r) // $r->code) =~ s/^\Q$account\E//r;
}

my ($ada, $key, $form) = somebody($httpd, 'Ada');
my %hers = map { $_ => $form->{fields}{$_} } qw(provider providerAccountId);
{
    my $html = page($ada, 'a passkey');
    is_deeply shown($html), ['Passkey'], 'a passkey without a name';
    like $html, qr{Created <time datetime="\d{4}-\d\d-\d\dT[\d:.]+Z">\d{4}-\d\d-\d\d</time>}, 'when it was made';
    unlike $html, qr{Last used <time}, 'not used yet';
    unlike $html, qr{Linked accounts}, 'no account besides';
    unlike $html, qr{>Remove<}, 'the last one stays';
    like $html, qr{connect-src|data-passkey="register"}, 'one more can be added';
    is scalar(() = $html =~ /data-passkey="register"/g), 2, '... of either provider';
    like $ada->get('/auth/account')->header('Content-Security-Policy'), qr{; connect-src 'self';}, 'the script asks this site';
}

# --- names ------------------------------------------------------------------------------------
my $refused = '?error=NotRenamed';
for my $case (
    ['x', ''], ["\x{1f511} \x{fc}ber" , ''], ['<b>"&\'', ''], ["\x{e9}" x 64, ''], [' a ', ''],
    ["\x{e9}" x 65, $refused], ['x' x 65, $refused], ['', $refused], ['   ', $refused], ["a\nb", $refused],
    ["a\0b", 400], ["a\x{85}b", $refused], ["a\x{1b}[2J", $refused], ['x' x 60000, $refused],
) {
    my ($name, $answer) = @$case;
    my $bytes = Encode::encode_utf8($name);
    is name_it($ada, %hers, name => $bytes), $answer, 'a name: ' . substr($bytes =~ s/[^ -~]/?/gr, 0, 20);
    is $db->value('SELECT name FROM authjs_passkeys WHERE "credentialID" = ?', $hers{providerAccountId}), $name, '... is kept' if $answer eq '';
}
is name_it($ada, %hers, name => "\xff"), 400, 'a name that is no UTF-8';
is name_it($ada, %hers), $refused, 'no name';
is $db->value('SELECT name FROM authjs_passkeys'), ' a ', 'the last good one stays';
like alert(page($ada, 'an error', $refused)), qr{not renamed}, 'the page says why';
name_it($ada, %hers, name => '<script>alert(1)</script>"');
is_deeply shown(page($ada, 'markup')), ['&lt;script&gt;alert(1)&lt;/script&gt;&quot;'], 'markup is text';

# --- other people's ------------------------------------------------------------------------------
my ($eve, $hostile) = somebody($httpd, 'Eve');
is name_it($eve, %hers, name => 'mine'), $refused, 'a passkey of somebody else';
is name_it($eve, provider => 'passkey', providerAccountId => '', name => 'mine'), $refused, 'an empty id';
is name_it($eve, provider => 'passkey', name => 'mine'), $refused, 'no id';
is name_it($eve, provider => 'passkey', providerAccountId => "' OR '1'='1", name => 'mine'), $refused, 'SQL';
isnt $db->value('SELECT name FROM authjs_passkeys WHERE "credentialID" = ?', $hers{providerAccountId}), 'mine', 'is as it was';
like location($eve->post('/auth/account', [action => 'rename', %hers, name => 'x'])), qr{error=MissingCSRF}, 'without the CSRF token';
like location($httpd->browser->post('/auth/account', [action => 'rename', %hers, name => 'x'])), qr{error=MissingCSRF}, 'nobody';
my $r = $eve->post('/auth/account', [csrfToken => $eve->csrf, %hers]);
is location($r), "$account?error=NotUnlinked", 'and none is removed';
unlike page($eve, 'hers'), qr{script&gt;alert}, 'nor shown';

# --- a second one, used, removed --------------------------------------------------------------
my $second = AuthJSTest::Passkey->new;
like location($second->register($ada, 'passkey', undef, fields => { callbackUrl => $account })), qr{^\Q$account\E$}, 'a second one leads back';
my $other = $httpd->browser;
$second->sign_in($other, 'passkey');
my $html = page($other, 'two');
is scalar(@{ shown($html) }), 2, 'both are there';
like $html, qr{Last used <time datetime=}, 'one was used';
my ($remove) = grep { !$_->{fields}{action} && ($_->{fields}{providerAccountId} // '') eq $hers{providerAccountId} } forms($html);
is location($other->post($remove->{action}, [%{ $remove->{fields} }])), $account, 'the first one is removed';
is scalar(@{ shown(page($other, 'one')) }), 1, 'one is left';
like location($key->sign_in($httpd->browser, 'passkey')), qr{error=WebAuthnVerificationError}, 'it signs nobody in';
is $db->value('SELECT count(*) AS n FROM authjs_passkeys WHERE "credentialID" = ?', $hers{providerAccountId}), 0, 'its name has gone, too';

# --- a session that is too old ---------------------------------------------------------------
my $strict = httpd(conf => conf($db, 'AuthJSReauth 1s'));
my $late = $strict->browser;
$second->sign_in($late, 'passkey');
sleep 3;
$html = page_is_sound($late->get('/auth/account'), $strict->url, 'an old session');
my ($again) = grep { ($_->{fields}{error} // '') eq 'ReauthRequired' } forms($html);
is_deeply $again->{fields}, { callbackUrl => $strict->url('/auth/account'), reauth => 1, error => 'ReauthRequired' },
    'to add one leads to the sign-in page';
is $second->ask_options($late, 'passkey', action => 'register')->code, 403, 'and nobody is asked for a finger';

# --- without our table ------------------------------------------------------------------------
{
    my $site = httpd(conf => conf($bare));
    my ($browser, $passkey) = ($site->browser, AuthJSTest::Passkey->new);
    $passkey->register($browser, 'passkey', 'Bare');
    my $html = page_is_sound($browser->get('/auth/account'), $site->url, 'without our table');
    is_deeply shown($html), ['Passkey'], 'the passkey is there';
    unlike $html, qr{<time|>Rename<}, 'without times, and without a form for a name';
    my ($id) = $bare->value('SELECT "credentialID" FROM authenticators');
    $r = $browser->post('/auth/account', [csrfToken => $browser->csrf, action => 'rename', provider => 'passkey', providerAccountId => $id, name => 'x']);
    like location($r), qr{error=NotRenamed$}, 'nor can it get one';
}

done_testing;
