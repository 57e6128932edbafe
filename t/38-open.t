# What is open where AuthType is AuthJS: endpoints and pages of AuthJSPage, by exactly their
# path, for reading, and nothing that follows from them.
use lib 't/lib';
use AuthJSTest;

my @modules = map { "LoadModule ${_}_module @{[ AuthJSTest::Env::apxs('LIBEXECDIR') ]}/mod_$_.so" } qw(dav dav_fs);
my $users = AuthJSTest::Env::write_file(root() . '/conf/users-38',
    'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
my @ports = map { AuthJSTest::Env::free_port() } 0 .. 8;
my $backend = AuthJSTest::Env::free_port();
my @pages = ('AuthJSPage signIn /login.html', 'AuthJSPage error /oops/', 'AuthJSPage verifyRequest /sent.shtml');

# Virtual hosts that differ in where the protection stands.
sub vhost {
    my ($n, @lines) = @_;
    return join "\n", "Listen 127.0.0.1:$ports[$n]", "<VirtualHost 127.0.0.1:$ports[$n]>",
        "ServerName http://localhost:$ports[$n]", "AuthJSURL http://localhost:$ports[$n]", @lines, '</VirtualHost>', '';
}
sub protect { ("<$_[0]>", 'AuthType AuthJS', 'Require valid-user', "</$_[0]>" =~ s/(\w) .*/$1>/r) }

my $httpd = AuthJSTest::Httpd->configure(conf => join "\n", @modules,
    'DAVLockDB @root@/var/dav', 'AuthJSSecret @secret:auth_secret@', 'AuthJSSessionRealm test38', 'AddHandler type-map .var',
    "<AuthJSProvider credentials>", "AuthUserFile $users", '</AuthJSProvider>',
    vhost(0, @pages, protect('Location "/"'), '<Location "/">', 'Dav On', '</Location>', 'ErrorDocument 404 /secret.html',
        'ErrorDocument 400 /secret.html', 'Action peek /secret.html virtual'),
    vhost(1, @pages, protect('Directory "@root@/htdocs"'), 'ErrorDocument 404 /secret.html'),
    vhost(2, @pages, protect('LocationMatch "^/"'), 'MergeSlashes Off'),
    vhost(3, @pages, protect('Location "/"'), "ProxyPass / http://127.0.0.1:$backend/"),
    vhost(4, protect('Location "/"'), '<Location "/auth">', 'AuthType None', 'Require ip 192.0.2.0/24', '</Location>',
        '<Location "/auth/signin">', 'AuthType None', 'Require ip 192.0.2.0/24', '</Location>', 'MergeSlashes Off'),
    vhost(5, 'AuthJSPage signIn /login.html', 'ProxyRequests On', protect('Proxy "*"')),
    vhost(6, 'AuthJSPage signIn /log%20in.html', 'AuthJSPage error /variant', 'AuthJSPage verifyRequest /made',
        protect('Location "/"'), 'RewriteEngine On', 'RewriteRule ^/made$ /script.cgi [PT]'),
    vhost(7, '<LocationMatch "^/(?:secret|public)">',
        'AuthJSCallback authorized "expr=%{AUTHJS:request.url} =~ m#^http://localhost:[0-9]+/public/#"', '</LocationMatch>'),
    vhost(8, '<Location "/">', 'AuthType AuthJS', 'Require all granted',
        'AuthJSCallback authorized "expr=%{AUTHJS:sub} == \'7\' || %{AUTHJS:request.url} =~ m#/public/#"', '</Location>', 'ErrorDocument 404 /secret.html'),
    "Listen 127.0.0.1:$backend", "<VirtualHost 127.0.0.1:$backend>", 'Alias / "@root@/htdocs/"', '</VirtualHost>');
my $root = $httpd->root;
sub document { my ($path, $text, $mode) = @_; AuthJSTest::Env::write_file("$root/htdocs/$path", $text, $mode) }
document($_, 'SECRET') for 'secret.html', 'below/secret.html';
document("$_.html", "page $_") for 'login', 'log in';
document('oops/index.html', 'page oops');
document('oops/HEADER.html', 'SECRET');
document('sent.shtml', 'page sent [<!--#include virtual="/secret.html" --><!--#include file="secret.html" -->'
    . '<!--#include file="below/secret.html" -->'
    . '<!--#include virtual="/nothing" -->] end');
document('script.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\npage made %s' \"\$REQUEST_METHOD\"\n", 0755);
document('go.cgi', "#!/bin/sh\nprintf 'Location: /secret.html\\n\\n'\n", 0755);
document('variant.html', 'page variant');
document('oops/.htaccess', "Options +MultiViews\n");
document('.htaccess', "Options +MultiViews\nRewriteEngine On\nRewriteRule ^public/made\$ /script.cgi [L]\n");
AuthJSTest::Env::writable_dir("$root/htdocs");
$httpd->start;

my $session = mint({ email => 'jane@example.com', sub => '7', provider => 'credentials' });
my @jane = ("Cookie: authjs.session-token=$session");
my %html = (Accept => 'text/html');

sub ask {
    my ($n, $line, @headers) = @_;
    my $answer = raw($ports[$n], join "\r\n", "$line HTTP/1.1", "Host: localhost:$ports[$n]", 'Connection: close', @headers, '', '');
    my ($status) = $answer =~ m{\AHTTP/1\.[01] (\d+)};
    return ($status // 0, $answer);
}

# --- the path is what httpd has read ---------------------------------------------------------

my @spellings = map { my $open = $_; map { s/OPEN/$open/r } (
    'http:/secret.html?y=://hOPEN', 'http:/secret.html?://hOPEN', 'HTTP:/secret.html?y=://hOPEN', 'https:/secret.html?y=://hOPEN',
    'x:/secret.html?y=://hOPEN', 'http:///secret.html?y=://hOPEN', 'http://h/secret.html?y=://hOPEN', '/secret.html?y=://hOPEN',
    '/secret.html?OPEN', '/secret.html#://hOPEN', 'http:secret.html?://hOPEN', 'http://u:p@h/secret.html?://hOPEN',
    'http://h/x/../secret.html?://hOPEN', 'OPEN/../../secret.html', 'OPEN/..//../secret.html', 'OPEN%2f..%2f..%2fsecret.html',
    'OPEN/%2e%2e/%2e%2e/secret.html', 'OPEN/./../../secret.html', 'OPEN;/../../secret.html', '//h/../secret.html?://hOPEN',
    'http://hOPEN/../../secret.html', 'http:OPEN/../../secret.html') } '/login.html', '/oops/', '/auth/session';
for my $n (0 .. 3) {
    for my $target (@spellings) {
        my ($status, $answer) = ask($n, "GET $target");
        ok $status != 200 && $answer !~ /SECRET/, "host $n: GET $target is closed" or diag $answer;
    }
    my ($status, $answer) = ask($n, 'GET http:/secret.html', @jane);
    like $answer, qr/SECRET/, "host $n: httpd reads such a path, signed in" if $n != 3;
}
for my $target ('http:/auth/signin', 'http:/auth/signin?://h/auth/signin', 'http:/x?://h/auth/signin', '/x/../auth/signin', '/auth//signin',
    '//auth/signin', '/auth/./signin', '/auth/x/../signin', '/auth/%73ignin', 'http://h//auth/signin', '/auth///signin/') {
    my ($status, $answer) = ask(4, "GET $target");
    unlike $answer, qr/csrfToken/, "AuthType None, Require ip: GET $target";
}
is +(ask(4, 'GET /auth/signin'))[0], 403, 'as the path itself';

# What is open stays so, in each form that the standard knows.
for my $target ('/login.html', '/login.html?error=x', 'http://localhost/login.html', 'HTTP://localhost:1/login.html?x', '/login.html/') {
    like +(ask(0, "GET $target"))[1], qr{page login|404 Not Found}, "GET $target is open";
}
for my $target ('/%6cogin.html', '/x/../login.html', '//login.html', '/./login.html', 'http:/login.html', 'http:login.html', '/LOGIN.HTML',
    '/login.html;x', '/login.html%20', '/login.html.', '/login.html/x', 'http://u@localhost/login.html', '/login%2ehtml', 'ftp://h/login.html') {
    my ($status, $answer) = ask(0, "GET $target");
    unlike $answer, qr/page login/, "GET $target is not the page";
}
is +(ask(6, 'GET /log%20in.html'))[1] =~ /page log in/, 1, 'a page whose path is encoded';
is +(ask(6, "GET $_"))[0], 401, "GET $_ is not it" for '/log%20in.htm', '/log+in.html', '/log%2520in.html', '/log%20in%2ehtml';

# --- for how long -----------------------------------------------------------------------------

my $changed = sub { AuthJSTest::Env::read_file("$root/htdocs/login.html") ne 'page login' };
for my $method (qw(PUT DELETE COPY MOVE MKCOL PROPFIND PROPPATCH LOCK UNLOCK OPTIONS PATCH REPORT get TRACE)) {
    for my $path ('/login.html', '/oops/') {
        my ($status, $answer) = ask(0, "$method $path", "Destination: http://localhost:$ports[0]/copy.html", 'Content-Length: 0');
        like $status, $method eq 'TRACE' ? qr/^(?:200|40\d)$/ : qr/^(?:401|40[05]|501)$/, "$method $path is closed";
    }
}
my ($put) = ask(0, 'PUT /login.html', "Content-Length: 1\r\n\r\nx");
is $put, 401, 'PUT with a body';
ok !$changed->() && !-e "$root/htdocs/copy.html", 'nothing was written';
like +(ask(0, 'HEAD /login.html'))[1], qr{\AHTTP/1\.1 200}, 'HEAD is open';
like +(ask(6, 'POST /made', 'Content-Length: 0'))[1], qr{page made POST}, 'POST is, for a page that is a script';
like +(ask(0, 'PUT /new.html', @jane, 'Content-Length: 0'))[0], qr/^20[14]$/, 'signed in, DAV works';

# --- what follows from it ---------------------------------------------------------------------

for my $n (0 .. 2) {
    my ($status, $answer) = ask($n, 'GET /sent.shtml');
    is $status, 200, "host $n: a page with includes";
    like $answer, qr/page sent \[.* end/s, 'is shown';
    unlike $answer, qr/SECRET/, 'without what is protected';
    like +(ask($n, 'GET /sent.shtml', @jane))[1], qr/page sent \[.*SECRET.*SECRET.*SECRET/s, 'which a session shows';
    like +(ask($n, 'GET /oops/'))[1], qr/page oops/, 'a directory: its index';
    is +(ask($n, 'GET /oops/index.html'))[0], 401, 'which is not open by itself';
    ($status, $answer) = ask($n, 'GET /login.html/');
    unlike $answer, qr/SECRET/, 'an ErrorDocument of an open page';
    ($status, $answer) = ask($n, 'GET /auth/nothing');
    unlike $answer, qr/SECRET/, 'or of an endpoint';
}
{
    unlink "$root/htdocs/oops/index.html";
    document('oops/.htaccess', "Options +Indexes +MultiViews\nHeaderName HEADER.html\n");
    my ($status, $answer) = ask(0, 'GET /oops/');
    unlike $answer, qr/SECRET|HEADER/, 'a listing of an open page has nothing of what is protected';
    like +(ask(0, 'GET /oops/', @jane))[1], qr/SECRET/, 'and has it with a session';
    for my $case (
        ['an index elsewhere', "DirectoryIndex /secret.html\n", 'oops/x' => ''],
        ['an index above', "DirectoryIndex ../secret.html\n", 'oops/x' => ''],
        ['a fallback', "DirectoryIndex none\nFallbackResource /secret.html\n", 'oops/x' => ''],
        ['a rewrite rule', "RewriteEngine On\nRewriteRule .* /secret.html [L]\n", 'oops/x' => ''],
        ['an index that includes', "DirectoryIndex i.shtml\n", 'oops/i.shtml' => '[<!--#include virtual="/secret.html" -->]'],
        ['an index with a way on', "DirectoryIndex i.cgi\n", 'oops/i.cgi' => "#!/bin/sh\nprintf 'Location: /secret.html\\n\\n'\n"],
        ['an action', "DirectoryIndex i.peek\nAddHandler peek .peek\n", 'oops/i.peek' => ''],
        ['a map of types', "DirectoryIndex i.var\n", 'oops/i.var' => "URI: /secret.html\nContent-type: text/html\n"],
        ['a map of types, here', "DirectoryIndex i.var\n", 'oops/i.var' => "URI: HEADER.html\nContent-type: text/html\n"],
    ) {
        my ($name, $htaccess, $file, $text) = @$case;
        document('oops/.htaccess', $htaccess);
        document($file, $text, 0755);
        unlike +(ask($_, 'GET /oops/'))[1], qr/SECRET/, "host $_: $name" for 0, 1;
        like +(ask(0, 'GET /oops/', @jane))[1], qr/SECRET/, 'which a session shows' unless $name eq 'an action';
    }
}
like +(ask(6, 'GET /variant'))[1], qr/page variant/, 'MultiViews: a variant of the page';
like +(ask(6, 'GET /made'))[1], qr/page made GET/, 'a rule of the server may make the page';
is +(ask(6, 'GET /script.cgi'))[0], 401, 'and what makes it is not open by itself';

# --- callbacks see the path that httpd has decided on --------------------------------------------

document('public/a b.html', 'page public');
for my $target ('/public/../secret.html', '/public/%2e%2e/secret.html', 'http:/secret.html?://h/public/', 'http://localhost/secret.html?/public/',
    '/secret.html?http://localhost:1/public/', '//public/../secret.html', 'http://localhost:1/public/../secret.html', '/public/./../secret.html#/public/',
    'http:/public/../secret.html', '/%73ecret.html?/public/') {
    my ($status, $answer) = ask(7, "GET $target");
    ok $status != 200 && $answer !~ /SECRET/, "request.url: GET $target" or diag $answer;
}
like +(ask(7, "GET $_"))[1], qr/page public/, "request.url: GET $_ is let in"
    for '/public/a%20b.html', '/x/../public/a%20b.html?x=/../', '/%70ublic/a%20b.html', 'http://h/public//a%20b.html';

document('public/in.shtml', 'page public [<!--#include virtual="/secret.html" --><!--#include file="below/secret.html" -->]');
document('public/below/secret.html', 'BELOW');
document('public/go.cgi', "#!/bin/sh\nprintf 'Location: /secret.html\\n\\n'\n", 0755);
document('public/index.html', 'page index');
is +(ask(8, 'GET /secret.html'))[0], 401, 'authorized refuses';
for my $path ('/public/nothing', '/public/in.shtml', '/public/go.cgi') {
    unlike +(ask(8, "GET $path"))[1], qr/SECRET/, "authorized lets in $path, and not what follows";
    like +(ask(8, "GET $path", @jane))[1], qr/SECRET/, 'but for a session';
}
like +(ask(8, 'GET /public/in.shtml'))[1], qr/page public.*BELOW/s, 'a fragment that it lets in';
like +(ask(8, 'GET /public/'))[1], qr/page index/, 'an index';
like +(ask(8, 'GET /public/made'))[1], qr/page made/, 'a rewrite rule';

# --- a forward proxy --------------------------------------------------------------------------

my ($status, $answer) = ask(5, "GET http://127.0.0.1:$backend/login.html");
is $status, 403, 'a forward proxy is open for no page of any host' or diag $answer;
is +(ask(5, "GET http://127.0.0.1:$backend/login.html", @jane))[0], 403, 'nor with a session';
is +(ask(5, "GET http://127.0.0.1:$backend/auth/session"))[0], 403, 'nor for an endpoint';

# --- paths of pages are what httpd reads ------------------------------------------------------

for my $case (['/a//b', 'empty segment'], ['/a/../b', 'empty segment'], ['/./a', 'empty segment'], ['/a/..', 'empty segment'],
    ['/a%2fb', '%2F'], ['/a%00', '%00'], ['/a%zz', 'hexadecimal']) {
    my ($status, $output) = configtest("AuthJSPage signIn $case->[0]\n");
    isnt $status, 0, "AuthJSPage signIn $case->[0] is refused";
    like $output, qr/AuthJSPage: .*\Q$case->[1]\E/, 'by configtest, with the reason';
}

expect_error(qr/AH01276|unable to include|\[include:error\]|AH00687/, 'a fragment or variant that nobody may see');
expect_error(qr/AH01797: client denied|AH01630: client denied/, 'Require ip');
expect_error(qr/AH10244: invalid URI path/, 'a path that leaves');

done_testing;
