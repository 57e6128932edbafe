# The mail with a sign-in link: in every language, as real parsers read it, and as templates of
# the administrator's say it.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical;
my $peers = srcdir() . '/t/peers';
my $text_url = 'https://www.example.com:8443/auth/callback/nodemailer?callbackUrl=https%3A%2F%2Fx%2F&token=' . 'a1' x 32 . '&email=o\'k"<@example.org';
my $html_url = $text_url =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/"/&quot;/gr =~ s/'/&#39;/gr;
my %link = (host => 'www.example.com:8443', url => $text_url, to => 'alice@example.org', from => 'www@example.com',
    fromName => "Caf\x{e9} \"Ltd.\"", now => 1795907340, expires => 1795907340 + 86400);

# Lines through a program and back.
sub through {
    my ($command, @lines) = @_;
    my $dir = root() . '/mail';
    my $in = AuthJSTest::Env::write_file("$dir/in", join '', map { "$_\n" } @lines);
    return map { $json->decode($_) } split /\n/, `$command <$in`;
}
sub written { through(builddir() . '/t/tools/authjs-mail', map { $json->encode({ %link, %$_ }) } @_) }
my $any = JSON::PP->new->utf8->allow_nonref;
sub mailparser { through("$peers/node $peers/mails.mjs", map { $any->encode($_->{mail}) } @_) }
sub python { through("python3 -c '" . <<'EOT' . "'", map { $any->encode($_->{mail}) } @_) }
import email, email.policy, json, sys
for line in sys.stdin:
    mail = email.message_from_bytes(json.loads(line).encode(), policy=email.policy.default)
    body = lambda kind: (part := mail.get_body((kind,))) and part.get_payload(decode=True).decode()
    print(json.dumps({"subject": mail["subject"], "text": body("plain"), "html": body("html"),
        "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses], "to": [a.addr_spec for a in mail["to"].addresses],
        "date": mail["date"].datetime.isoformat(), "defects": [repr(d) for part in mail.walk() for d in part.defects]
        + [repr(d) for v in mail.values() for d in v.defects], "headers": mail.keys()}))
EOT

# What a mail is, whoever reads it.
sub reads_back {
    my ($name, @mails) = @_;
    my @node = mailparser(@mails);
    my @python = python(@mails);
    is scalar @node, @mails, "$name: mailparser reads all";
    is scalar @python, @mails, '... and so does python';
    my (%wrong, @lines);
    for my $i (0 .. $#mails) {
        my ($mail, $node, $python) = ($mails[$i], $node[$i], $python[$i]);
        push @lines, grep { length > 78 } split /\r\n/, $mail->{mail};
        $wrong{'bare line end'}++ if $mail->{mail} =~ /(?<!\r)\n|\r(?!\n)/;
        $wrong{'not ASCII'}++ if $mail->{mail} =~ /[^\t\r\n\x20-\x7e]/;
        for my $part (qw(text html)) {
            my $sent = $mail->{$part} =~ s/\r\n?/\n/gr;
            $wrong{"python: $part"}++ if $python->{$part} =~ s/\r\n/\n/gr ne $sent;
            # mailparser itself drops blanks in front of a text's end.
            $wrong{"mailparser: $part"}++ if $node->{$part} =~ s/\s+\z//r ne $sent =~ s/\s+\z//r;
        }
        my $subject = $mail->{subject} =~ s/[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]/ /gr =~ s/^ +| +$//gr;
        ($_->{subject} // '') eq $subject or $wrong{subject}++ for $node, $python;
        $wrong{defects}++, diag @{ $python->{defects} } if @{ $python->{defects} };
        $wrong{attachments}++ if $node->{attachments};
        $wrong{headers}++ if join(' ', @{ $node->{headers} }) ne 'from to subject date message-id auto-submitted '
            . 'x-auto-response-suppress mime-version content-type';
    }
    is_deeply \%wrong, {}, '... byte for byte';
    is_deeply \@lines, [], '... in short lines';
    return $node[0], $python[0];
}

# --- every language --------------------------------------------------------------------------------

my @languages = qw(en de fr es it pt nl pl cs ja zh ar);
my @mails = written(map { { language => $_, name => 'Example <Ltd.>', code => '012345' } } @languages);
is scalar @mails, @languages, 'a mail in each language';
my ($node, $python) = reads_back('the languages', @mails);
is_deeply $node->{from}, [{ address => 'www@example.com', name => "Caf\x{e9} \"Ltd.\"" }], 'the sender has its name';
is_deeply $python->{from}, [["Caf\x{e9} \"Ltd.\"", 'www@example.com']], '... for both';
is $python->{date}, '2026-11-28T23:09:00+00:00', 'the date is that of the clock, in UTC';
like $node->{messageId}, qr/^<[0-9a-f]{32}\@example\.com>$/, 'the id is random, of the sender\'s domain';
is $mails[0]{subject}, 'Sign in to www.example.com:8443', 'the subject is Auth.js\'s';

for my $i (0 .. $#languages) {
    my ($tag, $mail) = ($languages[$i], $mails[$i]);
    my %texts = map { utf8::decode(my $text = $_); $text }
        AuthJSTest::Env::read_file(srcdir() . "/lib/texts/$tag.inc") =~ /^T\((\w+), "(.*)"\)$/mg;
    my $says = sub {
        my ($part, @keys) = @_;
        my @missing = grep { my @pieces = split /\{1\}/, $texts{$_}; grep { index($mail->{$part}, $_) < 0 } @pieces } @keys;
        is_deeply \@missing, [], "$tag: the $part says all";
    };
    $says->(text => qw(mailSubject mailOpen mailHours mailCode mailCodeSecret mailIgnore));
    $says->(html => qw(mailSubject signIn mailHours mailCode mailCodeSecret mailButtonFails mailIgnore));
    like $mail->{text}, qr/\n\Q$text_url\E\n\n.*\n012345\n/s, '... link and code on lines of their own';
    my ($html, $direction) = ($mail->{html}, $tag eq 'ar' ? 'rtl' : 'ltr');
    like $html, qr/^<!DOCTYPE html>\n<html lang="$tag" dir="$direction">/, "$tag: its language and direction";
    is scalar(() = $html =~ /href="\Q$html_url\E"/g), 2, '... two links';
    is scalar(() = $html =~ /href=/g), 2, '... and no other one';
    unlike $html, qr/\Q$text_url\E/, '... escaped everywhere';
    like $html, qr/>012345</, '... the code in one piece';
    like $html, qr/www&#8203;\.example&#8203;\.com:8443/, '... a host that no program links';
    is scalar(() = ($html =~ s/<title>.*?<\/title>//r) =~ /www\.example/g), 3, '... as it stands in the link alone';
    like $html, qr/Example &lt;Ltd&#8203;\.&gt;/, '... the name of the site';
    unlike $html, qr/<(?:img|script|link|iframe|form|object)|url\(|\@import|\bsrc=|\bon\w+=/i, '... and nothing from anywhere';
    like $html, qr/prefers-color-scheme:dark/, '... and a dark scheme';
}

# --- what depends ------------------------------------------------------------------------------------

my $now = $link{now};
my @life = written(map { { expires => $now + $_ } } 1, 60, 119, 600, 7199, 7200, 10000, 30 * 86400);
is_deeply [map { $_->{text} =~ /within (.*?)\./ } @life],
    ['1 min', '1 min', '1 min', '10 min', '119 min', '2 hours', '2 hours', '720 hours'], 'how long it is good';
@life = written(map { { expires => $now + $_, code => '123456' } } 300, 600, 86400);
is_deeply [map { $_->{text} =~ /asked for it, within (.*?):/ } @life], ['5 min', '10 min', '10 min'], 'and the code, no longer than the link';
unlike +(written({}))[0]{$_}, qr/code/i, "without a code the $_ says nothing of one" for qw(text);

my @themes = written({}, { brandColor => '#fd0' }, { brandColor => '#0b7285' }, { brandColor => 'navy', buttonText => '#eee' },
    { brandColor => 'red;x:url(//e.test)"><img src=x>' }, { colorScheme => 'light' });
is_deeply [map { [$_->{html} =~ /bgcolor="([^"]*)" style="border-radius.*?text-decoration:none;color:([^"]*)"/s] } @themes],
    [['#1d5fd1', '#fff'], ['#fd0', '#000'], ['#0b7285', '#fff'], ['navy', '#eee'], ['#1d5fd1', '#fff'], ['#1d5fd1', '#fff']],
    'the button has the colour of the theme, and letters that are read on it';
unlike $themes[5]{html}, qr/dark/, 'a light site has light mails';

# --- whatever stands in it ---------------------------------------------------------------------------

srand 20261128;
my @pieces = ("\n", "\n.", "\n..\n", "\n.\n", 'From ', "\nFrom ", '=', '=3D', '=?utf-8?q?x?=', ' ', '  ', "\t", " \n", '--=_', "\r\n", "\r", 'x' x 80,
    'y' x 1000, "\x{e4}\x{f6}\x{fc}", "\x{65e5}\x{672c}\x{8a9e}", "\x{1f642}", "\x{1f468}\x{200d}\x{1f469}", "\x{202e}", "a\x{301}",
    "\x{645}\x{631}", '"', '\\', '<', '>', ',', '@', "Bcc: eve\@example.net", "\nBcc: eve\@example.net\n\n", 'word', 'longer-word', "\x{7f}", "\x{85}", "\x{2028}");
sub some { join '', map { $pieces[ rand @pieces ] } 1 .. 1 + int rand shift }
my @odd = written(map { { message => { subject => some(12), text => 'x' . some(40) . 'x', html => 'x' . some(40) . 'x' } } } 1 .. 250);
reads_back('odd texts', @odd);
my @names = written(map { { message => { subject => 'x', text => 'x', html => 'x' }, fromName => some(8) } } 1 .. 250);
my @from = mailparser(@names);
is_deeply [grep { @$_ != 1 || $_->[0]{address} ne 'www@example.com' } map { $_->{from} } @from], [], 'whatever the name, there is one sender';
@from = python(@names);
is_deeply [grep { @$_ != 1 || $_->[0][1] ne 'www@example.com' } map { $_->{from} } @from], [], '... for both';
is_deeply [map { $_->{mail} } written(map { { to => $_ } } "a\@b.c\r\nBcc: e\@v.il", 'a@b.c, e@v.il', 'a@b@c', 'A <a@b.c>', '')],
    [(undef) x 5], 'to who is nobody there is no mail';

# --- templates -----------------------------------------------------------------------------------------

my ($own) = written({ name => 'A & B.', code => '654321', subject => '{site}: {code} for {host}',
    text => "{url}\n{host} {site} {email} {code} {minutes} {subject} { url } {URL} {}",
    html => '<style>p{color:red}</style><a href="{url}" title="{host}">{url}</a> {host} {site} {email} {code} {minutes} {subject}' });
is $own->{subject}, 'A & B.: 654321 for www.example.com:8443', 'a subject is filled in';
is $own->{text}, "$text_url\nwww.example.com:8443 A & B. alice\@example.org 654321 1440 $own->{subject} { url } {URL} {}", 'so is a text, as it is';
is $own->{html}, qq(<style>p{color:red}</style><a href="$html_url" title="www.example.com:8443">$html_url</a> )
    . 'www&#8203;.example&#8203;.com:8443 A &amp; B&#8203;. alice@example&#8203;.org 654321 1440 '
    . 'A &amp; B&#8203;.: 654321 for www&#8203;.example&#8203;.com:8443', 'and HTML, escaped by place';
reads_back('templates', $own);

my $files = root() . '/templates';
my %file = (good => "<b>{url}</b> {host}", code => '{url} {code}', unknown => '{url} {link}', linkless => 'Welcome to {host}',
    latin1 => "{url} \xe9", nul => "{url} \0", escape => "{url} \e[1m", empty => '', large => '{url}' . 'x' x (100 * 1024));
AuthJSTest::Env::write_file("$files/$_", $file{$_}) for keys %file;
sub says {
    my ($lines) = @_;
    my ($status, $output) = configtest(<<"EOT" =~ s{FILES}{$files}gr, env => { AUTH_SECRET => secret('auth_secret') });
DBDriver sqlite3
DBDParams /nowhere/users.db
AuthJSAdapter dbd
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost
    AuthJSMailFrom www\@example.test
    $lines
</AuthJSProvider>
EOT
    return $status ? $output : '';
}
is says($_), '', "$_ is right" for 'AuthJSMailTemplate text=FILES/good html=FILES/good', 'AuthJSMailTemplate html=FILES/good',
    "AuthJSMailCode On\nAuthJSMailTemplate text=FILES/code", 'AuthJSMailSubject "Your {site} at {host}: {}"';
my $names = quotemeta '{url}, {host}, {site}, {email}, {code}, {minutes}, {subject}';
for (['AuthJSMailTemplate html=FILES/unknown', qr/unknown has \{link\}; the placeholders are $names/],
    ['AuthJSMailTemplate text=FILES/linkless', qr/linkless has no link; write \{url\} where it goes/],
    ['AuthJSMailTemplate text=FILES/none', qr/none cannot be read: No such file/],
    ['AuthJSMailTemplate text=FILES', qr/templates is no regular file/],
    ['AuthJSMailTemplate text=FILES/large', qr/large must have 1 to 102400 bytes/],
    ['AuthJSMailTemplate text=FILES/empty', qr/empty must have 1 to 102400 bytes/],
    (map { ["AuthJSMailTemplate text=FILES/$_", qr/$_ is no text: it must be UTF-8, without control characters/] } qw(latin1 nul escape)),
    ['AuthJSMailTemplate FILES/good', qr/takes words of the form key=value/],
    ['AuthJSMailTemplate css=FILES/good', qr/takes text=FILE and html=FILE/],
    ['AuthJSMailTemplate text=FILES/code', qr/but no code; write AuthJSMailCode On/],
    ["AuthJSMailCode On\nAuthJSMailTemplate html=FILES/good", qr/templates without one; write \{code\} where it goes, or AuthJSMailCode Off/],
    ['AuthJSMailSubject "{code}"', qr/but no code; write AuthJSMailCode On/],
    ['AuthJSMailSubject "{url}"', qr/has \{url\}; the placeholders are \{host\}, \{site\}, \{code\}/],
    ['AuthJSMailSubject "' . 'x' x 201 . '"', qr/must be one line of 1 to 200 bytes/]) {
    my ($lines, $said) = @$_;
    like says($lines), $said, substr $lines, 0, 60;
}

# --- through httpd ---------------------------------------------------------------------------------------

my $server = mail_server(smtp_plain => 'plain');
my $httpd = httpd(conf => <<"EOT");
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
AuthJSAdapter memory \@root\@/var/memory.json
AuthJSTheme "name=Example Ltd." brandColor=#ffdd00
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom "B\xc3\xbcro <www\@example.test>"
</AuthJSProvider>
<AuthJSProvider own email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    AuthJSMailSubject "Your link to {site}"
    AuthJSMailTemplate text=$files/good html=$files/good
</AuthJSProvider>
EOT

for (['de-AT, en;q=0.5', "Anmelden bei localhost", 'gilt einmal, innerhalb von 24 Stunden', 'de'],
    ['xx', 'Sign in to localhost', 'works once, within 24 hours', 'en']) {
    my ($accept, $subject, $says, $tag) = @$_;
    $server->clear;
    $httpd->browser->sign_in('nodemailer', [email => 'Alice@Example.TEST'], 'Accept-Language' => $accept);
    my ($mail) = $server->to('alice@example.test');
    like $mail->{subject}, qr/^\Q$subject\E:\d+$/, "$accept: the subject";
    like $mail->{text}, qr/\Q$says\E/, '... the text';
    like $mail->{html}, qr/<html lang="$tag".*Example Ltd&#8203;\..*bgcolor="#ffdd00".*color:#000/s, '... the HTML, with the theme';
    is $mail->{links}[0], ($mail->{html} =~ /href="(.*?)"/)[0] =~ s/&amp;/&/gr, '... and the link in both';
}
$server->clear;
$httpd->browser->sign_in('own', [email => 'bob@example.test']);
my ($mail) = $server->to('bob@example.test');
is $mail->{subject}, 'Your link to Example Ltd.', 'the administrator\'s subject';
like $mail->{text}, qr{^<b>http://localhost:\d+/auth/callback/own\?callbackUrl=\S+&token=[\w-]+&email=bob%40example.test</b> localhost:\d+\s*\z}, '... and text';
like $mail->{html}, qr{^<b>http://localhost:\d+/auth/callback/own\?callbackUrl=\S+&amp;token=[\w-]+&amp;email=bob%40example.test</b> localhost:\d+\s*\z}, '... and HTML';

done_testing;
