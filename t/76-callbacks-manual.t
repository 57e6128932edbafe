# The examples of docs/callbacks.md that stand side by side: each is taken from there and run,
# those in JavaScript by Auth.js itself, and all of them do the same.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;

# --- out of the manual --------------------------------------------------------------------------

my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md');
my %label = (authjs => '// Auth.js', expr => '# expression', lua => '-- Lua', service => '# service', c => '/* C */');
my %code = map {
    my $first = quotemeta $label{$_};
    my @blocks = $manual =~ /\n\n    $first\n((?:(?:    .*)?\n)+?)(?=\n*(?:<!--|\S|\z))/g;
    is scalar @blocks, 5, "$_: an example for each callback";
    ($_ => join "\n", map { s/^    //mgr =~ s/example\.com/example.test/gr =~ s/example\\\.com/example\\.test/gr =~ s/example%\.com/example%.test/gr } @blocks);
} sort keys %label;
my ($helpers) = $manual =~ m{\n\n    /\* C helpers \*/\n((?:(?:    .*)?\n)+?)(?=\n*(?:\S|\z))};
my ($verify) = $manual =~ m{\n\n    # verify\.py\n((?:(?:    .*)?\n)+?)(?=\n*(?:\S|\z))};
ok $helpers && $verify, 'the helpers' or BAIL_OUT 'no helpers';

my $dir = root() . '/manual';
my $lua = AuthJSTest::Env::write_file("$dir/auth.lua", $code{lua});
my $javascript = AuthJSTest::Env::write_file("$dir/callbacks.mjs", "export const callbacks = {\n$code{authjs}};\n");
AuthJSTest::Env::write_file("$dir/verify.py", $verify =~ s/^    //mgr);
my $server = AuthJSTest::Env::write_file("$dir/server.py", <<'EOT' =~ s/\@functions\@/$code{service}/r);
import http.server, json, os, sys
from verify import verify
UNDEFINED = object()
@functions@
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        question = verify(self.headers["X-AuthJS-Signature"], body, os.environ["SECRET"].encode())
        answer = {"id": question["id"]}
        value = globals()[question["callback"]](question["params"])
        if value is not UNDEFINED: answer["value"] = value
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("ready", flush=True)
server.serve_forever()
EOT
my $source = AuthJSTest::Env::write_file("$dir/mod_manual.c", <<'EOT' =~ s/\@helpers\@/$helpers =~ s{^    }{}mgr/er =~ s/\@functions\@/$code{c}/r);
#include "mod_authjs.h"
#include "http_config.h"
#include <json-c/json.h>
#include <string.h>
@helpers@
@functions@
static int callback(authjs_callback_t *call)
{
    return !strcmp(call->name, "signIn") ? sign_in(call)
        : !strcmp(call->name, "redirect") ? redirect(call)
        : !strcmp(call->name, "jwt") ? jwt(call)
        : !strcmp(call->name, "session") ? session(call)
        : !strcmp(call->name, "authorized") ? authorized(call) : DECLINED;
}
static void hooks(apr_pool_t *pool)
{
    (void)pool;
    APR_OPTIONAL_HOOK(authjs, authjs_callback, callback, NULL, NULL, APR_HOOK_MIDDLE);
}
AP_DECLARE_MODULE(manual) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks, AP_MODULE_FLAG_NONE};
EOT
my $apxs = $ENV{APXS} || 'apxs';
my $include = srcdir() . '/include';
my $log = `cd '$dir' && '$apxs' -c -Wc,-Wall -Wc,-Werror -I'$include' mod_manual.c -ljson-c 2>&1`;
is $?, 0, 'C: it compiles' or BAIL_OUT $log;

# --- the sites ----------------------------------------------------------------------------------

my $op = peer_port('op');
my $secret = 'what-callbacks-are-signed-with-0123456789';
my $everywhere = sub { join '', map { "AuthJSCallback $_ $_[0]\n" } qw(signIn redirect jwt session authorized) };
my %conf = (
    expr => $code{expr},
    lua => $everywhere->("lua:$lua"),
    service => $everywhere->('http://127.0.0.1:' . peer_port('service') . "/ secret=$secret"),
    c => "LoadModule manual_module $dir/.libs/mod_manual.so\n<LocationMatch ^/(accounts|other)/>\n"
        . "AuthType AuthJS\nRequire all granted\n</LocationMatch>\n",
);
my %site = map { my $way = $_; $way => httpd(conf => <<"EOT" . $conf{$way}) } sort keys %conf;
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider op oidc>
    AuthJSIssuer http://127.0.0.1:$op
    AuthJSClientID basic
    AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz
</AuthJSProvider>
EOT
for my $httpd (values %site) {
    AuthJSTest::Env::write_file($httpd->root . "/htdocs/$_/index.html", "a page\n") for qw(accounts other);
}
my $node = peer_port('node');
peer('op', env => { OP_PORT => $op, OP_KEYS => root(),
    OP_ORIGINS => join ',', (map { $_->url('/auth') } values %site), "http://localhost:$node/auth" });
peer('authjs', port => $node, env => { AUTHJS_PORT => $node, AUTHJS_OP => "http://127.0.0.1:$op",
    AUTHJS_SECRET => secret('auth_secret'), AUTHJS_CALLBACKS => $javascript });
start(name => 'service', command => [ 'python3', $server ], ready => qr/^ready/m,
    env => { PORT => peer_port('service'), SECRET => $secret, PYTHONDONTWRITEBYTECODE => 1 });

# --- what they do ---------------------------------------------------------------------------------

sub sign_in {
    my ($browser, $login, $to) = @_;
    my $start = $browser->sign_in('op', [callbackUrl => $to]);
    my $end = $browser->get(scalar authorize(location($start), login => $login));
    return location($end) =~ s/^\Q@{[ $browser->url('') ]}\E//r;
}

for my $way (qw(authjs c expr lua service)) {
    my $base = $way eq 'authjs' ? "http://localhost:$node" : $site{$way}->url('');
    my $browser = AuthJSTest::Site->new(base => $base, cookies => 1);
    my $fixed = $way eq 'expr' ? 'https://app.example.test/welcome' : undef;
    is sign_in($browser, 'alice', '/app'), $fixed // '/app', "$way: signIn lets in";
    my $user = $browser->session->{user};
    is $user->{ $fixed ? 'staff' : 'role' }, $fixed ? JSON::PP::true() : 'staff', "$way: jwt and session";
    is $browser->session->{user}{ $fixed ? 'staff' : 'role' }, $user->{ $fixed ? 'staff' : 'role' }, "$way: and later";
    my $nobody = AuthJSTest::Site->new(base => $base, cookies => 1);
    like sign_in($nobody, 'unverified', '/app'), qr/error=AccessDenied$/, "$way: signIn refuses";
    is $nobody->session, undef, "$way: and there is no session";
    is sign_in(AuthJSTest::Site->new(base => $base, cookies => 1), 'alice', 'https://app.example.test/x'),
        $fixed // 'https://app.example.test/x', "$way: redirect to the other site";
    is sign_in(AuthJSTest::Site->new(base => $base, cookies => 1), 'alice', 'https://evil.test/x') =~ s{/$}{}r,
        $fixed // '', "$way: and to no third";
    next if $way eq 'authjs';
    is $browser->get('/accounts/')->code, 200, "$way: authorized lets in";
    like $nobody->get('/accounts/')->code, qr/^(?:401|302)$/, "$way: and asks others to sign in";
    is $nobody->get('/other/')->code, 200, "$way: elsewhere everybody may look";
}

done_testing;
