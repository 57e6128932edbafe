# The twin: a second httpd with the same sections and files, where "Require all denied" stands
# in place of AuthType AuthJS. Whatever is asked, in whatever way: where the twin does not
# serve a protected byte, neither does AuthJS to whom has no session, or one that is refused.
# And a third, where "Require all granted" stands there, to see that protected bytes are
# reached at all: a session that is let in gets what that one serves.
#
# By hand: perl -It/lib t/39-twin.t --requests 200000 --seed 7
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Wire;
use Getopt::Long ();

Getopt::Long::GetOptions('requests=i' => \(my $requests = $ENV{AUTHJS_TWIN_REQUESTS} || 5000),
    'seed=i' => \(my $seed = $ENV{AUTHJS_TWIN_SEED} || 9)) or die "--requests N --seed N\n";
note "$requests requests, seed $seed";

my $secret = secret('auth_secret');
my $run = sprintf '%04x', $seed & 0xffff;
my ($backend, $foreign) = map { AuthJSTest::Env::free_port() } 1, 2;
my $hash = crypt secret('password'), '$5$salt$';

# --- what is protected: a token for each resource ----------------------------------------------

my %token;    # resource => what only it holds
sub token { $token{ $_[0] } //= sprintf 'zq%s%02d', $run, scalar keys %token }
sub marked { token($_[0]) x 30 }

sub cgi { "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' @{[ marked($_[0]) ]}\n" }

my @protected = qw(/p/file.html /p/file.html /p/dir/ /p/dir/index.html /p/script.cgi /p/page.shtml /p/list/ /p/choice /p/proxy/file.html
    /files/secret.html /ht/file.html /ht/rule /dav/file.html /basic/file.html /any/file.html /merge/file.html /r/file.html /l/file.html
    /x/file.html /p/in.shtml);
my @open = qw(/login.html /login.html /oops/ /sent.shtml /auth/session /auth/signin /auth/csrf /auth/providers);
my @plain = qw(/ /open/in.shtml /open/go.cgi /open/to-file /open/to-dir /auth/callback/credentials /nothing /auth /open/ /open/choice);

my %files = (    # path => content, or [content, mode]
    'p/file.html' => marked('file'), 'p/dir/index.html' => marked('index'), 'p/script.cgi' => [cgi('script'), 0755],
    'p/page.shtml' => '<!--#set var="x" value="y" -->' . marked('page'), "p/list/@{[ token('list') ]}.txt" => 'x',
    'p/choice.html' => marked('choice'), 'files/secret.html' => marked('files'), 'files/public.html' => 'public', 'ht/file.html' => marked('ht'),
    'dav/file.html' => marked('dav'), 'basic/file.html' => marked('basic'), 'any/file.html' => marked('any'), 'merge/file.html' => marked('merge'),
    'p/in.shtml' => '<!--#include virtual="/p/file.html" -->', 'backend/p/file.html' => marked('backend'), 'backend/p/proxy/file.html' => marked('backend'),
    'foreign/login.html' => marked('foreign'), 'foreign/p/file.html' => marked('foreign'),
    'index.html' => 'public', 'login.html' => 'sign in', 'oops/index.shtml' => 'oops <!--#include virtual="/p/file.html" -->',
    'oops/HEADER.html' => marked('header'), 'sent.shtml' => 'sent <!--#include virtual="/p/file.html" --><!--#include file="p/file.html" -->',
    'open/in.shtml' => 'in <!--#include virtual="/p/file.html" --><!--#include virtual="/files/secret.html" -->',
    'open/go.cgi' => ["#!/bin/sh\nprintf 'Location: /p/file.html\\n\\n'\n", 0755], 'open/choice.var' => "URI: /p/file.html\nContent-type: text/html\n",
    'open/.htaccess' => "RewriteEngine On\nRewriteRule ^to-file\$ /p/file.html [L]\nRewriteRule ^to-dir\$ /p/dir/ [L]\n",
);

# --- the same sections, three ways ------------------------------------------------------------

my %rule = (
    authjs  => "AuthType AuthJS\nRequire authjs-email jane\@example.com\n",
    denied  => "AuthType None\nRequire all denied\n",
    granted => "AuthType None\nRequire all granted\n",
);
my %callback = (%rule, authjs => "AuthType AuthJS\nRequire all granted\n"
    . 'AuthJSCallback authorized "expr=%{AUTHJS:email} == \'jane@example.com\' || !(%{AUTHJS:request.url} =~ m#^http://[^/]+/+(?:p|files)(?:/|$)#)"' . "\n");
my @pages = map { "AuthJSPage $_\n" } 'signIn /login.html', 'error /oops/', 'verifyRequest /sent.shtml';
my $files = '<Files "secret*">RULE</Files>';
my @hosts = (    # name, lines; RULE is what differs
    [location => @pages, '<Location "/p">RULE</Location><Location "/files">RULE</Location>', 'Protocols h2c http/1.1'],
    [all => @pages, '<Location "/">RULE</Location>', '<Location "/">Dav On</Location>', 'ErrorDocument 404 /p/file.html', 'AllowEncodedSlashes On',
        'ErrorDocument 400 /p/file.html'],
    [directory => @pages, '<Directory "HTDOCS">RULE</Directory>', 'AllowEncodedSlashes NoDecode', 'MergeSlashes Off', 'ErrorDocument 404 /p/file.html',
        'Protocols h2c http/1.1'],
    [match => @pages, '<LocationMatch "^/(?:p|login|dav|files|sent|oops)(?:[/.]|$)">RULE</LocationMatch>', 'MergeSlashes Off', '<Location "/dav">Dav On</Location>'],
    [nopages => '<Location "/p">RULE</Location>', $files, '<Location "/auth">AuthType None', 'Require ip 192.0.2.0/24</Location>'],
    [rewrite => @pages, '<Location "/p">RULE</Location>', '<Directory "HTDOCS/p">RULE</Directory>', '<Location "/x">RULE</Location>', 'RewriteEngine On',
        'RewriteRule ^/r/(.*)$ /p/$1 [PT]', 'RewriteRule ^/l/(.*)$ HTDOCS/p/$1 [L]', "RewriteRule ^/x/(.*)\$ http://127.0.0.1:$backend/p/\$1 [P]",
        "ProxyPass /p/proxy/ http://127.0.0.1:$backend/p/proxy/", $files],
    [proxy => @pages, '<Location "/">RULE</Location>', "ProxyPass / http://127.0.0.1:$backend/ nocanon", 'AllowEncodedSlashes NoDecode', 'Protocols h2c http/1.1'],
    [forward => @pages, 'ProxyRequests On', '<Proxy "*">RULE</Proxy>', '<Location "/p">RULE</Location>'],
    [if => @pages, '<If "%{REQUEST_URI} =~ m#^/p(/|$)#">RULE</If>', '<LocationMatch "^/(?:files|dav)">RULE</LocationMatch>'],
    [mixed => @pages, '<Location "/p">RULE</Location>', '<Location "/basic">AuthType Basic', 'AuthName x', 'AuthUserFile USERS', 'Require valid-user</Location>',
        '<Location "/any">RULESatisfy Any', 'Order deny,allow', 'Deny from all</Location>', '<Location "/merge">RULE</Location>',
        '<Location "/merge/file.html">AuthMerging And', 'Require all granted</Location>', '<Location "/p/dir">AuthMerging Or', 'Require ip 192.0.2.0/24</Location>',
        '<Location "/auth">AuthType None', 'Require ip 192.0.2.0/24</Location>'],
    # (what one visitor was shown, another is not)
    [cache => @pages, '<Location "/p">RULE</Location>', $files, 'CacheRoot CACHE', 'CacheEnable disk "/"', 'CacheIgnoreNoLastMod On', 'CacheDefaultExpire 600',
        'ExpiresActive On', 'ExpiresDefault "access plus 1 hour"', "ProxyPass /p/proxy/ http://127.0.0.1:$backend/p/proxy/", '<Location "/p/dir">',
        'Header always set Cache-Control "public, max-age=600"</Location>', '<Location "/p/script.cgi">', 'Header always unset Cache-Control</Location>'],
    # (a callback that reads the address, where the others have a section)
    [authorized => @pages, '<LocationMatch "^/(?:p|files|login)(?:[/.]|$)">CALLBACK</LocationMatch>'],
);

my %port;
sub server {
    my ($kind) = @_;
    my $httpd = AuthJSTest::Httpd->configure(conf => '');
    my $htdocs = $httpd->root . '/htdocs';
    my $cache = AuthJSTest::Env::writable_dir($httpd->root . '/var/cache');
    my $users = AuthJSTest::Env::write_file($httpd->root . '/conf/users', "jane:$hash\n");
    my $conf = join "\n", (map { "LoadModule ${_}_module @{[ AuthJSTest::Env::apxs('LIBEXECDIR') ]}/mod_$_.so" } qw(dav dav_fs cache cache_disk expires)),
        "DAVLockDB \@root\@/var/dav", 'AddHandler type-map .var', "AuthJSSecret \@secret:auth_secret\@", "AuthJSSessionRealm test39", '<AuthJSProvider credentials>',
        "AuthUserFile $users", '</AuthJSProvider>', 'Timeout 10', 'LogLevel crit core:notice', '';
    for my $host (@hosts) {
        my ($name, @lines) = @$host;
        my $port = $port{$kind}{$name} = AuthJSTest::Env::free_port();
        my $text = join "\n", "Listen 127.0.0.1:$port", "<VirtualHost 127.0.0.1:$port>", "ServerName localhost:$port", "AuthJSURL http://localhost:$port",
            'Protocols http/1.1',
            $name =~ /^[a-l]/ ? 'HttpProtocolOptions Unsafe' : (), @lines, '</VirtualHost>', '';
        # Each section on lines of its own.
        $text =~ s{(<\w+ "[^"]*">)}{\n$1\n}g;
        $text =~ s{(</\w+>)}{\n$1\n}g;
        $conf .= $text =~ s/RULE/\n$rule{$kind}/gr =~ s/CALLBACK/\n$callback{$kind}/gr =~ s/HTDOCS/$htdocs/gr =~ s/USERS/$users/gr =~ s/CACHE$/$cache/gmr;
    }
    # What lies behind ProxyPass, and what a forward proxy might be asked for.
    for my $other ($kind eq 'authjs' ? ([backend => $backend], [foreign => $foreign]) : ()) {
        $conf .= "Listen 127.0.0.1:$other->[1]\n<VirtualHost 127.0.0.1:$other->[1]>\nAlias / $htdocs/$other->[0]/\n</VirtualHost>\n";
    }
    $httpd->rewrite($conf);
    my %all = (%files, 'ht/.htaccess' => "$rule{$kind}RewriteEngine On\nRewriteRule ^rule\$ /p/file.html [L]\n", 'p/list/.htaccess' => "Options +Indexes\n",
        'oops/.htaccess' => "Options +Indexes\nHeaderName HEADER.html\nDirectoryIndex index.shtml\n", 'p/.htaccess' => "Options +MultiViews\n");
    for my $path (keys %all) {
        my ($text, $mode) = ref $all{$path} ? @{ $all{$path} } : ($all{$path}, 0644);
        AuthJSTest::Env::write_file("$htdocs/$path", $text, $mode);
    }
    AuthJSTest::Env::writable_dir("$htdocs/$_") for '', 'dav', 'p';
    return $httpd->start;
}
my %httpd = map { $_ => server($_) } qw(authjs denied granted);
my $before = contents();

# Everything that lies there: no request may change it.
sub contents { `cd '@{[ $httpd{authjs}->root ]}/htdocs' && find . ! -path './p/.DAV*' ! -name '.DAV' -type f -exec cksum {} + | sort` }

# --- ask --------------------------------------------------------------------------------------

my %tokens = reverse %token;
my ($any) = map { qr/($_)/ } join '|', sort keys %tokens;
sub tokens_of { my %seen = map { $_ => 1 } $_[0] =~ /$any/g; return map { $tokens{$_} } sort keys %seen }

sub as { my ($email, $sub) = @_; mint({ email => $email, sub => $sub, provider => 'credentials' }) }
my %cookie = (bob => 'authjs.session-token=' . as('bob@example.com', '8'), jane => 'authjs.session-token=' . as('jane@example.com', '7'));

my $wire = AuthJSTest::Wire->new(seed => $seed, protected => \@protected, open => \@open, plain => \@plain, hosts => ["127.0.0.1:$foreign"]);
sub make_request {
    my ($host, $who) = @_;
    my $two = "@$host" =~ /h2c/ && $who ne 'jane' && $wire->chance(40);
    return ($wire->h2_requests(6, $who ? ['cookie', $cookie{$who}] : ()), 6) if $two;
    return ($wire->request($who ? "Cookie: $cookie{$who}" : ()), 1) if $who ne 'jane';
    # So that the cookie arrives: the target may be as it likes.
    return (join("\r\n", $wire->pick('GET', 'GET', 'GET', 'POST') . ' ' . $wire->target . ' HTTP/1.1', 'Host: localhost:PORT', "Cookie: $cookie{jane}",
        'Content-Length: 0', 'Connection: close', '', ''), 1);
}

# [who, host, bytes, number of requests]
my ($asked, @cases, %asked) = (0);
for my $host (@hosts) {
    # What was served once by mistake, and each path as it is.
    for my $path ((map { ("http:$_?y=://h/login.html", "HTTP:$_?://h/auth/session") } @protected), (map { "http://127.0.0.1:$foreign$_" } @open)) {
        push @cases, [$_, $host->[0], join("\r\n", "GET $path HTTP/1.0", $_ ? "Cookie: $cookie{$_}" : (), '', ''), 1] for '', 'bob';
    }
    for my $path (@protected, @open, @plain) {
        push @cases, [$_, $host->[0], join("\r\n", "GET $path HTTP/1.1", 'Host: localhost:PORT', $_ ? "Cookie: $cookie{$_}" : (), 'Connection: close', '', ''), 1]
            for '', 'bob', 'jane';
    }
}
# What changes something, where it is most likely to be let through.
for my $host (grep { "@$_" =~ /Dav On/ } @hosts) {
    for my $method (qw(PUT DELETE COPY MOVE MKCOL PROPFIND PROPPATCH LOCK UNLOCK PATCH POST)) {
        push @cases, map { ['', $host->[0], join("\r\n", "$method $_ HTTP/1.1", 'Host: localhost:PORT', 'Destination: http://localhost:PORT/copy.html',
            'Content-Length: 1', 'Connection: close', '', 'x'), 1] } '/login.html', '/oops/', '/oops/new.html', '/auth/session', '/dav/file.html';
    }
}
while ($asked < $requests) {
    my $host = $wire->pick(@hosts);
    my $who = $wire->chance(30) ? 'bob' : $wire->chance(15) ? 'jane' : '';
    my ($bytes, $count) = make_request($host, $who);
    push @cases, [$who, $host->[0], $bytes, $count];
    $asked += $count;
    $asked{$who} += $count;
}

sub jobs { my ($kind, @wanted) = @_; return [map { [$port{$kind}{ $_->[1] }, $_->[2], $_->[3], $_] } @wanted] }

my (%reached, %status, @suspects);
my $stalled = AuthJSTest::Wire::send_all(jobs('authjs', @cases), sub {
    my ($job, $answer) = @_;
    my $case = $job->[3];
    my @seen = tokens_of($answer);
    $case->[4] = { map { $_ => 1 } @seen };
    $case->[5] = $answer =~ m{\AHTTP/1\.\d (\d+)} ? $1 : 0;
    $status{ $case->[5] || 'other' }++;
    push @suspects, $case if @seen && $case->[0] ne 'jane';
});
# The twin may serve it at the second time: it is busy, or the connection ended too early.
my (%served, @leaks);
sub unseen { my ($case, $there) = @_; grep { !$there->{$case}{$_} } sort keys %{ $case->[4] } }
for my $round (1 .. 3) {
    AuthJSTest::Wire::send_all(jobs('denied', $round == 1 ? @suspects : @leaks), sub { $served{ $_[0][3] }{$_} = 1 for tokens_of($_[1]) });
    @leaks = grep { unseen($_, \%served) } @suspects or last;
}
ok !@leaks, "without a session, or with one that is refused: nothing that the twin does not serve ($asked requests)"
    or diag join "\n", map { "$_->[1], " . ($_->[0] || 'nobody') . ' sees ' . join(' ', unseen($_, \%served)) . ': ' . show($_->[2]) } splice @leaks, 0, 20;
sub show { substr $_[0] =~ s/(session-token=)[\w.~-]{20,}/$1.../gr =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ger, 0, 600 }

# --- and there is something to see ------------------------------------------------------------

my @janes = grep { $_->[0] eq 'jane' && $_->[1] ne 'forward' } @cases;
my (%granted, @missed);
AuthJSTest::Wire::send_all(jobs('granted', @janes), sub { $granted{ $_[0][3] } = [tokens_of($_[1])] });
for my $case (@janes) {
    $reached{$_}++ for keys %{ $case->[4] };
    # (what httpd cannot read is answered before anybody looks for a session)
    push @missed, $case if $case->[5] != 400 && grep { !$case->[4]{$_} } @{ $granted{$case} };
}
AuthJSTest::Wire::send_all(jobs('authjs', @missed), sub { my $case = $_[0][3]; $case->[4]{$_} = 1 for tokens_of($_[1]) });
@missed = grep { my $case = $_; grep { !$case->[4]{$_} } @{ $granted{$case} } } @missed;
my $there = grep { @{ $granted{$_} } } @janes;
cmp_ok $there, '>', @janes / 8, "of @{[ scalar @janes ]} connections with a session that is let in, $there reach protected bytes";
ok !@missed, 'which it gets' or diag join "\n", scalar(@missed), map { "$_->[1]: @{ $granted{$_} }: " . show($_->[2]) } splice @missed, 0, 20;
is_deeply [grep { !$reached{$_} && !/^(?:header|foreign)$/ } sort keys %token], [], 'and all of them are reached';

is contents(), $before, 'no request has changed a file';
is $stalled, 0, 'no request hangs';
ok $_->pid && kill(0, $_->pid), 'the server is well' for values %httpd;
note join ', ', map { ($_ || 'nobody') . ": $asked{$_}" } sort keys %asked;
note join ', ', map { "$_: $status{$_}" } sort keys %status;

expect_error(qr/AH10244: invalid URI path/, 'paths that leave');
expect_error(qr/AH00135: Invalid method in request/, 'methods that nobody knows');
allow_error(qr/\[core:error\]/, 'whatever else httpd makes of such requests');

done_testing;
