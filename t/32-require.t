# Require authjs-provider, authjs-email, authjs-claim, and httpd's own with a session.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use utf8;

my $COOKIE = 'authjs.session-token';
my $JSON = JSON::PP->new->utf8->canonical;

# Each rule, the claims that it lets in and those that it refuses.
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
sub email { my ($email, %more) = @_; { email => $email, %more } }
my @rules = (
    ['valid-user', [{}], []],
    ['user 7 jane@example.com', [{}, email('jane@example.com')], [email('Jane@example.com'), email('bob@example.com')]],
    ['authjs-provider github', [{ provider => 'github' }],
        [{}, { provider => 'GitHub' }, { provider => 'github2' }, { provider => ['github'] }, { provider => '' }]],
    ['authjs-provider github google', [{ provider => 'google' }], [{ provider => 'github google' }]],
    ['authjs-email *@example.com',
        [email('jane@example.com'), email('JANE@EXAMPLE.COM'), email('a.b+c@Example.com'), email('j@example.com', email_verified => $true)],
        [{}, email('jane@example.com.evil'), email('jane@badexample.com'), email('jane@sub.example.com'),
         email('@example.com'), email('jane@evil.com@example.com'), email('"jane@evil.com"@example.com'),
         email('jane@evil.com,x@example.com'), email('jane@evil.com x@example.com'), email("jane\@example.com\n"),
         email('<jane@example.com'), email("a\0\@example.com"), email('jane＠evil.com@example.com '),
         email('jane@example.com', email_verified => $false), email(['jane@example.com']), email('jane@example.com.')]],
    ['authjs-email jane@example.com *@partner.example', [email('jane@example.com'), email('x@partner.example')],
        [email('bob@example.com'), email('xjane@example.com')]],
    ['authjs-email j?ne@*.example.com', [email('jane@a.example.com'), email('june@b.c.example.com')], [email('jne@a.example.com')]],
    ['authjs-claim role = admin',
        [{ role => 'admin' }, { role => ['user', 'admin'] }, { role => [['admin']] }],
        [{}, { role => 'Admin' }, { role => 'admins' }, { role => 'admin ' }, { role => 'admin,user' },
         { role => undef }, { role => { admin => 1 } }, { role => [] }, { role => "admin\0" }, { Role => 'admin' }]],
    ['authjs-claim role != guest', [{ role => 'admin' }, { role => ['admin', 'user'] }],
        [{}, { role => undef }, { role => [] }, { role => 'guest' }, { role => ['admin', 'guest'] }]],
    ['authjs-claim role in admin editor "chief editor"', [map { { role => $_ } } 'admin', 'editor', 'chief editor', ['x', 'editor']],
        [{}, { role => 'chief' }, { role => 'admin editor' }]],
    ['authjs-claim role =~ ^(adm|ed)', [{ role => 'admin' }, { role => ['x', 'editor'] }], [{}, { role => 'xadm' }, { role => '' }]],
    ['authjs-claim address.city = Graz', [{ address => { city => 'Graz' } }, { 'address.city' => 'Graz' },
        { address => [{ city => 'Wien' }, { city => 'Graz' }] }],
        [{ address => 'Graz' }, { address => { city => { city => 'Graz' } } }, { city => 'Graz' },
         { 'address.city' => 'Wien', address => { city => 'Graz' } }]],
    ['authjs-claim https://my.app/roles = admin', [{ 'https://my.app/roles' => ['admin'] }],
        [{ 'https://my' => { 'app/roles' => 'user' } }]],
    ['authjs-claim a.b.c.d = 1', [{ a => { b => { c => { d => 1 } } } }, { a => { 'b.c' => { d => 1 } } },
        { 'a.b' => { x => 2 }, a => { 'b.c' => [{ d => 1 }] } }, { 'a.b.c' => { d => 1 }, a => { b => { c => { d => 2 } } } }],
        [{ a => { b => { c => 1 } } }, { 'a.b.c' => { d => 2 }, a => { b => { c => { d => 1 } } } },
         { 'a.b' => { 'c.d' => undef }, a => { b => { c => { d => 1 } } } }]],
    ['authjs-claim resource_access.my.client.roles = admin', [{ resource_access => { 'my.client' => { roles => ['user', 'admin'] } } }],
        [{ resource_access => { my => { roles => 'admin' } } }]],
    ['expr "\'admin\' in AUTHJS(\'resource_access.my.client.roles\')"', [{ resource_access => { 'my.client' => { roles => ['user', 'admin'] } } }], [{}]],
    ['authjs-claim level = 3', [{ level => 3 }, { level => '3' }, { level => [1, 3] }], [{ level => '3.0' }, { level => 33 }, { level => $true }]],
    ['authjs-claim paid = true', [{ paid => $true }, { paid => 'true' }], [{ paid => $false }, { paid => 1 }]],
    ['authjs-claim name = "Jané Doe"', [{ name => 'Jané Doe' }], [{ name => 'Jane Doe' }, {}]],
    ['authjs-claim email = jane@example.com', [email('jane@example.com')], [email('jane@example.com', email_verified => $false)]],
    ['authjs-claim role = ""', [{ role => '' }], [{}, { role => undef }, { role => 'x' }]],
    ['expr "%{AUTHJS:role} == \'admin\'"', [{ role => 'admin' }, { role => ['admin', 'user'] }], [{}, { role => ['user', 'admin'] }]],
    ['expr "%{AUTHJS:email} =~ /@example\.com$/"', [email('jane@example.com')], [{}, email('jane@example.com', email_verified => $false)]],
);
my @sections = (
    ["<RequireAll>\nRequire valid-user\nRequire not authjs-claim role = guest\n</RequireAll>", [{}, { role => 'x' }], [{ role => 'guest' }]],
    ["<RequireAny>\nRequire authjs-provider github\nRequire authjs-claim role = admin\n</RequireAny>",
        [{ provider => 'github' }, { role => 'admin' }], [{}]],
    ["<RequireAll>\nRequire authjs-provider github\nRequire authjs-claim role = admin\n</RequireAll>",
        [{ provider => 'github', role => 'admin' }], [{ provider => 'github' }, { role => 'admin' }]],
    ["<RequireAll>\nRequire ip 10.0.0.0/8\nRequire valid-user\n</RequireAll>", [], [{}], 403],
    ["Require expr \"%{AUTHJS:role} != 'guest'\"", [{}, { role => 'x' }], [{ role => 'guest' }], 200],
    ["<RequireAny>\nRequire ip 127.0.0.0/8\nRequire valid-user\n</RequireAny>", [{}], [], 200],
);
my @all = ((map { ["Require $_->[0]", @$_[1, 2]] } @rules), @sections);

my $conf = <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSSessionRealm test32
AuthJSURL http://localhost:@port@
<AuthJSProvider github credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
<AuthJSProvider google credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
EOT
$conf .= "<Location /rule$_>\nAuthType AuthJS\n$all[$_][0]\n</Location>\n" for 0 .. $#all;
$conf .= "<Location /asking>\nRequire expr \"-U '/rule0/'\"\n</Location>\n";
my $httpd = httpd(conf => Encode::encode_utf8($conf));
my $site = $httpd->site;
my $htaccess = $httpd->root . '/htdocs';

# The same rule in httpd.conf and in an .htaccess.
for my $i (0 .. $#all) {
    my ($rule, $in, $out, $anyone) = @{ $all[$i] };
    AuthJSTest::Env::write_file("$htaccess/ht$i/.htaccess", Encode::encode_utf8("AuthType AuthJS\n$rule\n"));
    for my $dir ("rule$i", "ht$i") {
        AuthJSTest::Env::write_file("$htaccess/$dir/index.html", 'inside');
        my $name = $dir =~ /^r/ ? $rule =~ s/\n/ /gr : '.htaccess';
        is $site->get("/$dir/index.html")->code, $anyone || 401, "$name: nobody";
        for my $claims (map({ [$_, 200] } @$in), map { [$_, 403] } @$out) {
            my ($more, $status) = @$claims;
            my $token = mint($JSON->encode({ sub => '7', %$more }));
            is $site->get("/$dir/index.html", Cookie => "$COOKIE=$token")->code, $status,
                "$name: " . $JSON->encode($more);
        }
    }
}

# Who asks about another page, here and in an .htaccess, gets no redirect for an answer.
my @person = ('Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'document', Accept => 'text/html');
AuthJSTest::Env::write_file("$htaccess/asking/index.html", 'inside');
AuthJSTest::Env::write_file("$htaccess/asking-ht/$_.html", $_) for qw(out inside);
AuthJSTest::Env::write_file("$htaccess/asking-ht/.htaccess", "RewriteEngine On\nRewriteCond /rule0/ -U\nRewriteRule ^out inside.html\n");
is $site->get('/rule0/', @person)->code, 302, 'a visit is sent to the sign-in page';
for my $path (qw(/asking/index.html /asking-ht/out.html)) {
    isnt $site->get($path, @person)->content, 'inside', "$path: nobody";
    is $site->get($path, @person, Cookie => "$COOKIE=" . mint({ sub => '7' }))->content, 'inside', "$path: somebody";
}

# Why somebody is refused whose session lacks what a rule asks for.
my $said = httpd(conf => $conf =~ s/<Location.*//sr . <<'EOT');
LogLevel warn authjs:info
<Location />
AuthType AuthJS
Require authjs-email *@example.com
Require authjs-claim roles = admin
</Location>
EOT
for my $case (
    [{ email => 'jane@example.com' }, undef],
    [{ roles => 'admin' }, undef],
    [{}, qr/the session has no claim email; it has: sub(?: \w+)*; see docs/],
    [email('jane@example.com', email_verified => $false), qr/the session's e-mail address is one that nobody vouches for/],
    [email('jane@example.org'), qr/the session has no claim roles; it has: (?:\w+ )*email(?: \w+)*; see docs/],
    [email('jane@example.org', roles => {}), qr/the session has no value in claim roles; it has: /],
    [email('jane@example.org', roles => 'user'), undef],
    [email('jane@example.org', "a\n[x]\e[31m\x{202e}b" . 'c' x 99 => 1), qr/it has: .*a \[x\] \[31m\?bc{4,60}\.\.\. .*; see docs/],
    [email('jane@example.org', map { ("claim$_" => 1) } 10 .. 70), qr/it has: (?:\w+ ){32}\.\.\.; see docs/],
) {
    my ($claims, $line) = @$case;
    my $offset = length $said->error_log;
    my $code = $said->site->get('/', Cookie => "$COOKIE=" . mint($JSON->encode({ sub => '7', %$claims })))->code;
    my @lines = grep { /AuthJS: Require refuses: / } split /\n/, substr $said->error_log, $offset;
    my $name = length $JSON->encode($claims) > 99 ? 'many names' : $JSON->encode($claims);
    is scalar(@lines), $line ? 1 : 0, "$name: $code, and " . ($line ? 'one line' : 'no line') or diag "@lines";
    like $lines[0], $line, '... that says why' if $line;
    is $code, 403, '... refused' if $line;
    unlike "@lines", qr/jane|example\.org/, '... without a value';
}

# What is wrong is refused at the start, with what to write.
my $head = $conf =~ s/<Location.*//sr;
for my $case (
    ['authjs-provider',              qr/Require authjs-provider: name a provider/],
    ['authjs-email',                 qr/Require authjs-email: name an address/],
    ['authjs-claim',                 qr/Require authjs-claim: write: authjs-claim <path>/],
    ['authjs-claim role',            qr/Require authjs-claim: write:/],
    ['authjs-claim role =',          qr/Require authjs-claim: write:/],
    ['authjs-claim role admin',      qr/Require authjs-claim: write:/],
    ['authjs-claim role == admin',   qr/Require authjs-claim: write:/],
    ['authjs-claim role > 3',        qr/Require authjs-claim: write:/],
    ['authjs-claim role = a b',      qr/Require authjs-claim: write:/],
    ['authjs-claim role =~ "(a"',    qr/regular expression is not valid/],
    ['expr %{AUTHJS}',               qr/Cannot parse expression in require line: .*AUTHJS/],
    ['not authjs-claim role = guest', qr/negative Require directive has no effect in <RequireAny>/],
) {
    my ($rule, $message) = @$case;
    my ($status, $output) = configtest("$head\n<Location />\nAuthType AuthJS\nRequire $rule\n</Location>\n");
    isnt $status, 0, "Require $rule is refused";
    like $output, $message, 'with a reason';
}

expect_error(qr/AH01631: user .*authorization failure/, 'Require refuses someone');
expect_error(qr/AH01630: client denied by server configuration/, 'Require refuses everybody');
done_testing;
