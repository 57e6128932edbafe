# What follows from a request: fragments, variants, error documents and caches, where the
# configuration leaves httpd alone with the decision.
use lib 't/lib';
use AuthJSTest;

my @modules = map { "LoadModule ${_}_module @{[ AuthJSTest::Env::apxs('LIBEXECDIR') ]}/mod_$_.so" } qw(cache cache_disk expires);
my $users = AuthJSTest::Env::write_file(root() . '/conf/users-38f', 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
my %port = map { $_ => AuthJSTest::Env::free_port() } qw(any cache authorized variants refused rules fallback backend);

sub vhost {
    my ($name, @lines) = @_;
    return join "\n", "Listen 127.0.0.1:$port{$name}", "<VirtualHost 127.0.0.1:$port{$name}>",
        "ServerName http://localhost:$port{$name}", "AuthJSURL http://localhost:$port{$name}", @lines, '</VirtualHost>', '';
}
my @protect = ('AuthType AuthJS', 'Require valid-user');

my $httpd = AuthJSTest::Httpd->configure(conf => join "\n", @modules,
    'AuthJSSecret @secret:auth_secret@', 'AuthJSSessionRealm test38', "<AuthJSProvider credentials>", "AuthUserFile $users", '</AuthJSProvider>',
    vhost('cache', '<Location "/p">', @protect, '</Location>',
        'CacheRoot "@root@/var/cache"', 'CacheEnable disk "/"', 'CacheHeader on', 'CacheIgnoreNoLastMod On', 'CacheDefaultExpire 600',
        "ProxyPass /p/app http://127.0.0.1:$port{backend}", 'ExpiresActive On', 'ExpiresDefault "access plus 1 hour"',
        '<Location "/header">', 'Header set X-Who "expr=%{AUTHJS:email}"', '</Location>',
        '<Location "/always">', 'Header always set X-Who "expr=%{AUTHJS:email}"', '</Location>',
        '<Location "/back">', 'RequestHeader set X-Who "expr=%{AUTHJS:email}"', '</Location>', "ProxyPass /back http://127.0.0.1:$port{backend}",
        '<Location "/p/always">', 'Header always set Cache-Control "public, max-age=600"', '</Location>',
        '<Location "/p/unset">', 'Header always unset Cache-Control', '</Location>',
        '<Location "/p/merge">', 'Header always merge Cache-Control "max-age=600"', '</Location>',
        '<Location "/p/edit">', 'Header always edit Cache-Control "private" "public, max-age=60"', '</Location>'),
    vhost('authorized', '<Directory "@root@/htdocs/in">', 'AuthType AuthJS', 'Require all granted',
        'AuthJSCallback authorized "expr=%{AUTHJS:auth.user.email} != \'\' || %{AUTHJS:request.url} =~ m#^http://[^/]+/$# || %{AUTHJS:request.nextUrl.pathname} == \'/\' || %{AUTHJS:request.nextUrl.pathname} == \'\'"', '</Directory>'),
    vhost('any', '<Location "/">', 'AuthType AuthJS', 'Require all granted', 'Satisfy Any', 'Order deny,allow', 'Allow from all',
        'AuthJSCallback authorized "expr=%{AUTHJS:auth.user.email} != \'\' || %{AUTHJS:request.url} =~ m#/public.html$#"', '</Location>',
        '<Location "/plain">', 'AuthType None', '</Location>'),
    vhost('variants', 'AuthJSPage signIn /login', 'AuthJSPage verifyRequest /closed.html', 'AuthJSPage error /oops/',
        '<Directory "@root@/htdocs">', @protect, 'Options +MultiViews', 'DirectoryIndex denied.html index.html', '</Directory>',
        'AddType text/plain .bak', '<FilesMatch "denied|closed|\.bak$">', 'Require all denied', '</FilesMatch>'),
    vhost('refused', '<Location "/">', 'AuthType AuthJS', 'Require authjs-email jane@example.com', 'AuthJSUnauthorized 401', '</Location>',
        'ErrorDocument 401 /no.shtml', 'ErrorDocument 403 /no.shtml'),
    vhost('rules', '<Location "/">', @protect, '</Location>', 'ErrorDocument 401 /missing', '<Directory "@root@/htdocs">', 'RewriteEngine On',
        'RewriteCond %{REQUEST_FILENAME} !-f', 'RewriteRule . /front.cgi [L]', '</Directory>'),
    vhost('fallback', '<Location "/">', @protect, '</Location>', 'ErrorDocument 401 /missing', 'FallbackResource /front.cgi'),
    "Listen 127.0.0.1:$port{backend}", "<VirtualHost 127.0.0.1:$port{backend}>", 'Alias / "@root@/htdocs/back/"', '</VirtualHost>');
my $root = $httpd->root;
sub document { my ($path, $text, $mode) = @_; AuthJSTest::Env::write_file("$root/htdocs/$path", $text, $mode) }
document($_, 'SECRET') for qw(plain/f.html p/f.html p/always/f.html p/unset/f.html p/merge/f.html p/edit/f.html in/f.html secret.html oops/denied.html closed.html);
document($_, 'public') for qw(public.html header/f.html always/f.html oops/index.html);
document('pages/first.shtml', '[<!--#include virtual="/p/f.html" -->]');
document('pages/late.shtml', '[<!--#include virtual="/public.html" --><!--#include virtual="/p/f.html" -->]');
document('pages/if.shtml', '[<!--#include virtual="/public.html" --><!--#if expr="%{AUTHJS:email} == \'jane@example.com\'" -->SECRET<!--#endif -->]');
document('pages/session.shtml', '[<!--#include virtual="/public.html" --><!--#include virtual="/auth/session" -->]');
document('pages/session1.shtml', '[<!--#include virtual="/auth/session" -->]');
document('back/secret.html', 'SECRET');
document('pages/app.shtml', '[<!--#include virtual="/p/app/secret.html" -->]');
document('back/env.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nfor %s' \"\$HTTP_X_WHO\"\n", 0755);
document('front.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nSECRET of %s' \"\$REQUEST_URI\"\n", 0755);
document('page.shtml', '[<!--#include file="in/f.html" -->]');
document('f1.shtml', '[<!--#include file="sub/f2.shtml" -->]');
document('sub/f2.shtml', '[<!--#include file="../in/f.html" --><!--#include file="deep/f.html" -->]');
document('login.html.bak', 'SECRET');
document('login.html', 'page login');
document('no.shtml', 'no way [<!--#include virtual="/secret.html" -->|<!--#include file="secret.html" -->|<!--#include virtual="/in/f.html" -->]');
AuthJSTest::Env::writable_dir("$root/var/cache");
$httpd->start;

sub as { my ($name) = @_; 'Cookie: authjs.session-token=' . mint({ email => "$name\@example.com", sub => $name, provider => 'credentials' }) }
sub ask {
    my ($host, $path, @headers) = @_;
    return raw($port{$host}, join "\r\n", "GET $path HTTP/1.1", "Host: localhost:$port{$host}", 'Connection: close', @headers, '', '');
}

# --- caches
for my $path (qw(/pages/first.shtml /pages/late.shtml /pages/if.shtml /p/always/f.html /p/unset/f.html /p/merge/f.html /p/edit/f.html)) {
    like ask('cache', $path, as('jane')), qr/SECRET/, "$path: jane";
    unlike ask('cache', $path), qr/SECRET/, "$path: not nobody";
}
for my $path (qw(/pages/session.shtml /pages/session1.shtml /header/f.html /always/f.html /back/env.cgi)) {
    like ask('cache', $path, as('jane')), qr/jane\@example/, "$path: jane";
    unlike ask('cache', $path), qr/jane\@example/, "$path: not nobody" or diag ask('cache', $path);
}
like ask('cache', '/public.html') . ask('cache', '/public.html'), qr/X-Cache: HIT/, 'and there is a cache';

like ask('cache', '/pages/app.shtml', as('jane')), qr/SECRET/, 'a fragment behind ProxyPass';
unlike ask('cache', '/p/app/secret.html'), qr/SECRET/, 'is not kept either';

# --- authorized
for my $path (qw(/page.shtml /f1.shtml /in/f.html)) {
    unlike ask('authorized', $path), qr/SECRET/, "authorized $path";
}
like ask('authorized', '/page.shtml', as('jane')), qr/SECRET/, 'jane';

# "It is asked before anything else decides."
for my $path (qw(/secret.html /plain/f.html)) {
    like ask('any', $path), qr{\AHTTP/1.1 401}, "Satisfy Any: $path";
    like ask('any', $path, as('jane')), qr/SECRET/, 'jane';
}
like ask('any', '/public.html'), qr/public/, 'and what it lets in';
like ask('any', '/auth/csrf'), qr/csrfToken/, 'an endpoint';

# --- variants
like ask('variants', '/login'), qr/page login/, 'an open page and its variants';
for my $who ([], [as('jane')]) {
    unlike ask('variants', '/login', 'Accept: text/plain', @$who), qr/SECRET/, 'but for one that nobody may see';
    my $answer = ask('variants', '/oops/', @$who);
    unlike $answer, qr/SECRET/, 'and an index that nobody may see';
}
like ask('variants', '/closed.html'), qr{\AHTTP/1.1 403}, 'a page that nobody may see';

# --- refused
for my $who ([], [as('bob')]) {
    my $a = ask('refused', '/x.html', @$who);
    like $a, qr/no way/, 'document';
    unlike $a, qr/SECRET/, 'without secret';
}# The front controller of an application answers whatever REQUEST_URI says.
for my $host (qw(rules fallback)) {
    unlike ask($host, '/members'), qr/SECRET/, "$host: an error document that is not there";
    like ask($host, '/members', as('jane')), qr{SECRET of /members}, 'an application, signed in';
}

expect_error(qr/\[include:error\]/, 'a fragment that nobody may see');
expect_error(qr/AH01630: client denied|AH01631: user \S+: authorization failure/, 'Require refuses');
expect_error(qr/AH00690: no acceptable variant/, 'a variant that nobody may see');

done_testing;
