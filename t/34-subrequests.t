# Protection within one visit: DirectoryIndex, ErrorDocument, SSI, rewriting, negotiation;
# the session is read once, whatever follows from a request.
use lib 't/lib';
use AuthJSTest;
use URI::Escape ();

my $COOKIE = 'authjs.session-token';
my $site = site('subrequests');
my @html = (Accept => 'text/html');
sub as { my ($name, %o) = @_; (Cookie => "$COOKIE=" . mint({ email => "$name\@example.com", sub => $o{sub} || '7', provider => 'credentials' }, %o)) }
my @jane = as('jane');
my @bob = as('bob', sub => '8');

my $who = '[<!--#echo var="REMOTE_USER" -->|<!--#echo var="AUTHJS_USER_ID" -->]';
htdocs("p34/inside/index.shtml", "inside $who");
htdocs("p34/inside/fragment.shtml", "fragment $who");
htdocs("p34/nested/index.html", 'nested');
htdocs("p34/nested/jane/index.html", 'jane only');
htdocs("p34/$_", "page $_") for qw(public/index.html public/jane@example.com.html index/index.html index/secret.html
    only/secret.html error/x.html rewrite/protected/index.html rewrite/protected/jane.html
    rewrite/protected/bob.html negotiate/doc.html negotiate/doc.txt list/a.html list/inside/index.html
    error401/index.html error401/loop.html error/denied/x.html);
htdocs("p34/open/include.shtml", 'open <!--#include virtual="/p34/inside/fragment.shtml" -->'
    . '<!--#include virtual="/p34/inside/fragment.shtml" --> end');
htdocs("p34/open/exec.shtml", 'open <!--#include virtual="/p34/inside/env.cgi" --> end');
htdocs("p34/inside/env.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n<%s|%s>' \"\$REMOTE_USER\" \"\$AUTHJS_USER_ID\"\n", 0755);
htdocs("p34/inside/include.shtml", "page $who <!--#include virtual=\"fragment.shtml\" -->");
htdocs("p34/open/nested.shtml", '<!--#include virtual="/p34/open/include.shtml" -->');
htdocs("p34/open/endpoint.shtml", '<!--#include virtual="/auth/session" -->');

# --- DirectoryIndex ----------------------------------------------------------------------------------

for my $case (    # path, nobody's API request, nobody's page visit, jane's content
    ['/p34/inside/',  401, 302, undef],
    ['/p34/nested/',  401, 302, 'nested'],
    ['/p34/nested/jane/', 401, 302, 'jane only'],
    ['/p34/only/',    401, 302, 'page only/secret.html'],
) {
    my ($path, $api, $visit, $content) = @$case;
    is $site->get($path)->code, $api, "$path: an API request";
    my $r = $site->get($path, @html);
    is $r->code, $visit, "$path: a page visit";
    like location($r), qr/\?callbackUrl=\Q@{[ URI::Escape::uri_escape($site->url($path)) ]}\E$/, 'leads back to it';
    is scalar(() = $r->header('Cache-Control')), 1, 'one Cache-Control';
    $r = $site->get($path, @jane);
    is $r->code, 200, "$path: jane";
    is_deeply [$r->header('Cache-Control')], ['private'], 'is private, said once';
    is $r->content, $content, 'is what was asked for' if $content;
}
is $site->get('/p34/nested/jane/', @bob)->code, 403, 'a nested section is asked anew';
is $site->json($site->get('/p34/only/'))->{url} =~ /callbackUrl=/, 1, 'a refused index: JSON';
is $site->get('/p34/index/', @jane)->content, 'page index/secret.html', 'the first index that opens';
like $site->get('/p34/inside', @html)->code, qr/^30[12]$/, 'a directory without its slash';
unlike $site->get('/p34/inside/')->content, qr/inside \[/, 'nothing of it leaks';

# --- SSI ---------------------------------------------------------------------------------------------

{
    my $r = $site->get('/p34/open/include.shtml', @jane);
    # (mod_include shows a fragment the variables of the page around it)
    is $r->content, 'open fragment [(none)|(none)]fragment [(none)|(none)] end', 'SSI: protected fragments';
    is_deeply [map { $r->header($_) } qw(Last-Modified ETag Expires)], [], 'in a page that no cache keeps';
    $r = $site->get('/p34/open/include.shtml');
    is $r->code, 200, 'SSI without a session: the page itself is open';
    unlike $r->content, qr/fragment/, 'the fragment is not in it';
    is $r->header('Location'), undef, 'and goes nowhere';
    is $site->get('/p34/open/exec.shtml', @jane)->content, 'open <jane@example.com|7> end', 'a CGI script in a fragment';
    like $site->get('/p34/open/nested.shtml', @jane)->content, qr/fragment \[/, 'a fragment in a fragment';
    unlike $site->get('/p34/open/nested.shtml')->content, qr/fragment \[/, 'closed without a session';
    is $site->get('/p34/inside/include.shtml')->code, 401, 'a protected page is';
    is $site->get('/p34/inside/include.shtml', @jane)->content, 'page [jane@example.com|7] fragment [jane@example.com|7]',
        'a protected page of protected fragments';
    my $old = mint({ email => 'jane@example.com', sub => '7' }, now => time - 2 * 86400);
    my $slid = $site->get('/p34/inside/include.shtml', Cookie => "$COOKIE=$old");
    is scalar(grep { $_->{name} eq $COOKIE } set_cookies($slid)), 1, 'the cookie is renewed once';
    is scalar(set_cookies($site->get('/p34/open/include.shtml', Cookie => "$COOKIE=$old"))), 0, 'not by a fragment';
}

# --- ErrorDocument -------------------------------------------------------------------------------------

{
    my $r = $site->get('/p34/error/nothing', @jane);
    is $r->code, 404, 'ErrorDocument 404';
    is $r->content, 'inside [jane@example.com|7]', 'a protected one, for jane';
    like $r->header('Cache-Control'), qr/private/, 'private';
    $r = $site->get('/p34/error/nothing', @html);
    is $r->code, 404, 'for nobody the error stays the error';
    unlike $r->content, qr/inside \[/, 'and the document closed';
    is $r->header('Location'), undef, 'no redirect in a 404';
    is $site->get('/p34/error/denied/x.html', @jane)->content, 'page public/index.html', 'a public one';
    $r = $site->get('/p34/error401/', @html);
    is $r->code, 401, 'a protected ErrorDocument 401 ends';
    is $site->get('/p34/error401/loop.html', @html)->code, 401, 'one that is its own document too';
    is $site->get('/p34/error401/index.html', @jane)->code, 200, 'and is no obstacle';
}

# --- per-directory rewriting -------------------------------------------------------------------------------

is $site->get('/p34/rewrite/to-inside')->code, 401, 'rewritten into a protected place: closed';
is $site->get('/p34/rewrite/to-inside', @jane)->content, 'inside [jane@example.com|7]', 'open to jane';
is $site->get('/p34/rewrite/to-public')->content, 'page public/index.html', 'rewritten into a public place';
is $site->get('/p34/rewrite/protected/self')->code, 401, 'a protected rule is closed';
is $site->get('/p34/rewrite/protected/self', @jane)->content, 'page rewrite/protected/index.html', 'and open to jane';
is $site->get('/p34/rewrite/protected/mine', @jane)->content, 'page rewrite/protected/jane.html', '%{REMOTE_USER} in a condition';
is $site->get('/p34/rewrite/protected/mine', @bob)->content, 'page rewrite/protected/bob.html', '%{ENV:AUTHJS_USER_ID} too';
like location($site->get('/p34/rewrite/to-inside?x=1', @html)), qr/callbackUrl=\S*%2Fp34%2Frewrite%2Fto-inside%3Fx%3D1$/,
    'the way back is the address in the browser';
{
    my $old = mint({ email => 'jane@example.com', sub => '7' }, now => time - 2 * 86400);
    is scalar(grep { $_->{name} eq $COOKIE } set_cookies($site->get('/p34/rewrite/protected/self', Cookie => "$COOKIE=$old"))), 1,
        'renewed once through an internal redirect';
}

# --- negotiation, listings ---------------------------------------------------------------------------------

is $site->get('/p34/negotiate/doc', @jane, Accept => 'text/plain')->content, 'page negotiate/doc.txt', 'MultiViews';
is $site->get('/p34/negotiate/doc')->code, 401, 'MultiViews: closed';
like $site->get('/p34/list/')->content, qr/a\.html/, 'a listing answers';

# --- the token is opened once --------------------------------------------------------------------------------

{
    my $bad = "$COOKIE=" . 'a.' x 4;
    for my $path (qw(/p34/inside/ /p34/open/nested.shtml /p34/rewrite/to-inside)) {
        my $offset = log_offset();
        $site->get($path, Cookie => $bad);
        is scalar(() = error_log_since($offset) =~ /AuthJS: no session: /g), 1, "$path reads the cookie once";
    }
}

expect_error(qr/AH01276|unable to include|\[include:error\]/, 'a fragment that nobody may see');
expect_error(qr/AH01630: client denied by server configuration/, 'Require all denied');
expect_error(qr/AH01631: user \S+: authorization failure/, 'Require refuses someone');

done_testing;
