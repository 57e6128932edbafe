# The callbacks of sign-in links, each way they can be written: the address that is written to,
# and the token; what an answer may be. Secrets that change, and what decides who somebody is.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Mail;
use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use URI ();

my $mail = mail_server(smtp_plain => 'plain');

sub httpd_with {
    my ($callbacks, %more) = @_;
    return httpd(conf => <<"EOT");
LoadModule authjs_memory_module \@modules\@/mod_authjs_memory.so
LoadModule authjs_test_adapter_module \@modules\@/mod_authjs_test_adapter.so
AuthJSSecret @{[ $more{secrets} // '@secret:auth_secret@' ]}
AuthJSURL http://localhost:\@port\@
AuthJSAdapter memory \@root\@/var/memory.json
AuthJSSessionStrategy jwt
<Location /adapter>
    SetHandler authjs-test-adapter
</Location>
<AuthJSProvider nodemailer email>
    AuthJSMailServer smtp://localhost:\@port:smtp_plain\@ starttls=off
    AuthJSMailFrom www\@example.test
    AuthJSMailLimit address=off client=off
    @{[ $more{section} // '' ]}
</AuthJSProvider>
$callbacks
EOT
}
sub ask {
    my ($browser, $address) = @_;
    my @before = $mail->messages;
    my $answer = $browser->sign_in('nodemailer', [email => $address]);
    my @mails = $mail->messages;
    return (location($answer) =~ s{^.*?/auth}{}r, @mails > @before ? ($mails[-1]{to}[0], { URI->new($mails[-1]{links}[0])->query_form }, $mails[-1]{links}[0]) : ());
}
sub who { my $session = $_[0]->session; $session ? $session->{user}{email} : 'nobody' }

# --- what an answer may be ---------------------------------------------------------------------------

# The address that was sent, by its first word: what the callback answers, and whom a mail goes to.
my %ADDRESS = (
    plus => ['Plus@example.test', 'Plus@example.test'],
    fullwidth => ["\x{ff21}\@example.test", 'a@example.test'],
    two => ['a@b@example.test'], several => ['a@example.test,b@example.test;c@example.test'],
    crlf => ["x\@example.test\r\nBcc: y\@example.test"], empty => [''], number => [5], null => [undef], long => ['x' x 300 . '@example.test'],
);
# The token, by the address.
my %TOKEN = (
    good => ['t0K-' x 8, 1], shortest => ['~' x 20, 1], longest => ['x' x 255, 1],
    short => ['123456'], longer => ['x' x 256], blank => ['a b' x 10], line => ["x\n" x 20], letters => ["\x{e4}" x 20], none => [7],
);

sub addresses {
    my ($site, $way, $answer) = @_;
    for my $word (sort keys %ADDRESS) {
        my ($value, $to) = @{ $ADDRESS{$word} };
        $answer->(normalizeIdentifier => { answer => 'value', value => $value });
        my ($where, $got, $query) = ask($site->browser, "$word\@example.test");
        is $got, $to, "$way, normalizeIdentifier, $word: " . ($to ? 'the mail goes there' : 'no mail');
        is $query->{email}, $to, '... and so does the link' if $to;
        is $where, $to ? '/verify-request?provider=nodemailer&type=email' : '/signin?error=EmailSignin', '... and the browser';
    }
    $answer->(normalizeIdentifier => { answer => 'undefined' });
    is +(ask($site->browser, 'Undefined@Example.Test'))[1], 'undefined@example.test', "$way: nothing: the usual rule";
    $answer->(normalizeIdentifier => { answer => 'error', error => 'no such thing' });
    is +(ask($site->browser, 'throws@example.test'))[0], '/signin?error=EmailSignin', "$way: an error: no mail";
    $answer->();
}

sub tokens {
    my ($site, $way, $answer) = @_;
    for my $word (sort keys %TOKEN) {
        my ($value, $good) = @{ $TOKEN{$word} };
        $answer->(generateVerificationToken => { answer => 'value', value => $value });
        my $browser = $site->browser;
        my ($where, $to, $query, $link) = ask($browser, "$word\@example.test");
        is $query->{token}, $good ? $value : undef, "$way, generateVerificationToken, $word: " . ($good ? 'is the token' : 'is none, and no mail goes');
        is $where, '/error?error=Configuration', '... which the log is told of' unless $good;
        $browser->get($link) if $good;
        is who($browser), "$word\@example.test", '... and it is good' if $good;
    }
    $answer->(generateVerificationToken => { answer => 'undefined' });
    like +(ask($site->browser, 'random@example.test'))[2]{token}, qr/^[0-9a-f]{64}-[0-9a-f]{16}$/, "$way: nothing: a random one";
    $answer->(generateVerificationToken => { answer => 'error', error => 'no such thing' });
    is +(ask($site->browser, 'throws@example.test'))[0], '/error?error=Configuration', "$way: an error: no mail";
    $answer->();
}
expect_error(qr/AuthJS: (?:the callback (?:normalizeIdentifier|generateVerificationToken) failed|CallbackRouteError: provider nodemailer: generateVerificationToken)/, 'answers that are none');

# --- each way ----------------------------------------------------------------------------------------

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $answers = root() . '/var/links.json';
sub write_answers {
    my ($file, $wrap) = @_;
    return sub { my %all = @_; AuthJSTest::Env::write_file($file, $json->encode({ map { $_ => $wrap ? [$all{$_}] : $all{$_} } keys %all })) };
}

# C.
my $c = httpd_with("LoadModule authjs_test_hooks_module \@modules\@/mod_authjs_test_hooks.so\nAuthJSTestHooks \@root\@/var/hooks\n");
my $hooks = write_answers($c->root . '/var/hooks.json', 1);
AuthJSTest::Env::write_file($c->root . '/var/hooks.log', '', 0666);
$hooks->();
addresses($c, 'C', $hooks);
tokens($c, 'C', $hooks);
my %told = map { my $call = $json->decode($_); $call->{name} => $call->{params} } grep { /"name":"(?:norm|gener)/ } split /\n/, AuthJSTest::Env::read_file($c->root . '/var/hooks.log');
is_deeply [sort keys %{ $told{normalizeIdentifier} }], [qw(identifier provider)], 'what normalizeIdentifier is given';
is_deeply [sort keys %{ $told{generateVerificationToken} }], [qw(identifier provider token)], '... and generateVerificationToken';

# Lua; and a service, whose answers are in a file.
SKIP: {
    skip 'built --without-lua', 1 unless -e $AuthJSTest::Env::lua;
    my $quoted = sub { my $text = shift; !defined $text ? 'authjs.null' : $text =~ /^\d$/ ? $text : '"' . join('', map { sprintf '\\u{%x}', ord } split //, $text) . '"' };
    my $table = sub { my ($name, %all) = @_; "$name = {" . join(',', map { "$_ = " . $quoted->($all{$_}[0]) } sort keys %all) . "}\n" };
    my $script = AuthJSTest::Env::write_file(root() . '/links.lua', $table->('local addresses', %ADDRESS) . $table->('local tokens', %TOKEN) . <<'LUA');
local function answer(params, from)
    local word = params.identifier:match("^%a+"):lower()
    if word == "throws" then error("no such thing") end
    return from[word]
end
function normalizeIdentifier(params) return answer(params, addresses) end
function generateVerificationToken(params) return answer(params, tokens) end
LUA
    addresses(httpd_with("AuthJSCallback normalizeIdentifier lua:$script\n"), 'Lua', sub { });
    tokens(httpd_with("AuthJSCallback generateVerificationToken lua:$script\n"), 'Lua', sub { });
}

my $service = AuthJSTest::Env::write_file(root() . '/links.py', <<"PY");
import http.server, json, os
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = json.load(open("$answers")).get(question["callback"], {})
        answer = {"id": question["id"]}
        if call.get("answer") == "value": answer["value"] = call["value"]
        if call.get("answer") == "error": answer["error"] = call["error"]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("ready", flush=True)
server.serve_forever()
PY
start(name => 'links', command => ['python3', $service], ready => qr/^ready/m, env => { PORT => peer_port('links') });
my $http = httpd_with(join '', map { "AuthJSCallback $_ http://127.0.0.1:" . peer_port('links') . "/ secret=what-callbacks-are-signed-with-0123456789\n" } qw(normalizeIdentifier generateVerificationToken));
{
    my $file = write_answers($answers);
    $file->();
    addresses($http, 'a service', $file);
    tokens($http, 'a service', $file);
}

# An expression.
my $expr = httpd_with('AuthJSCallback normalizeIdentifier "expr=%{tolower:%{AUTHJS:identifier}}"' . "\n");
is +(ask($expr->browser, 'Bob@Example.TEST'))[1], 'bob@example.test', 'an expression';
$expr = httpd_with('AuthJSCallback generateVerificationToken "expr=login.%{AUTHJS:token}"' . "\n");
like +(ask($expr->browser, 'bob@example.test'))[2]{token}, qr/^login\.[0-9a-f]{64}-[0-9a-f]{16}$/, '... for the token';

# --- secrets -----------------------------------------------------------------------------------------

my ($old, $new) = (secret('auth_secret'), secret('auth_secret_2'));
my $both = httpd_with('', secrets => "$new $old");
my $own = httpd_with('', section => 'AuthJSOption secret=of-this-provider-alone');
sub by_hash {
    my ($site, $secret) = @_;
    my $token = join '', map { ('a' .. 'f')[rand 6] } 1 .. 64;
    my $answer = $site->site->json($site->site->post('/adapter', { method => 'createVerificationToken', args => [{
        identifier => 'dan@example.test', token => sha256_hex($token . $secret), expires => '2999-01-01T00:00:00.000Z' }] }));
    die $answer->{error} if $answer->{error};
    my $browser = $site->browser;
    my $page = $browser->get("/auth/callback/nodemailer?token=$token&email=dan\@example.test");
    my ($action) = $page->content =~ /action="([^"]+)"/;
    my ($csrf) = $page->content =~ /name="csrfToken" value="([^"]+)"/;
    $browser->post($action =~ s/&amp;/&/gr, [csrfToken => $csrf]);
    return who($browser);
}
is by_hash($both, "$new,$old"), 'dan@example.test', 'two secrets: as Auth.js joins them';
is by_hash($both, $old), 'dan@example.test', '... and a link from before the newer one came';
is by_hash($both, $new), 'nobody', '... and no other';
is by_hash($own, 'of-this-provider-alone'), 'dan@example.test', 'a secret of the provider';
is by_hash($own, $old), 'nobody', '... in place of the site\'s';
is sha256_hex('8ef35f64fbf40fff5e969c3f5f2ad592923382261e4128786660ae30ce418e90' . 'secret'),
    '4dda9a39392f3437eb0a7d635f3c41f6262d9a7e1258e50516df02b5df347cee', 'the hash is the one that Auth.js makes';

# --- the configuration ---------------------------------------------------------------------------------

my $db = "DBDriver sqlite3\nDBDParams /var/lib/authjs/users.db\nAuthJSAdapter dbd\n";
my $server = "AuthJSMailServer smtp://localhost\nAuthJSMailFrom www\@example.test\n";
for (["<AuthJSProvider nodemailer email>\n$server</AuthJSProvider>", qr/provider nodemailer .*needs a database, where links are kept until they are used; write AuthJSAdapter/],
    ["$db<AuthJSProvider nodemailer email>\n${server}AuthJSClientID x\n</AuthJSProvider>", qr/sends a link by mail; only AuthJSName, AuthJSStyle, AuthJSOption and AuthJSMail/],
    ["$db<AuthJSProvider nodemailer email>\n${server}AuthJSMailMaxAge 5s\n</AuthJSProvider>", qr/AuthJSMailMaxAge: must be between 1m and 30d/],
    ["$db<AuthJSProvider nodemailer email>\n${server}AuthJSMailMaxAge 365d\n</AuthJSProvider>", qr/AuthJSMailMaxAge: must be between 1m and 30d/],
    ["$db<AuthJSProvider nodemailer email>\n${server}AuthJSMailMaxAge soon\n</AuthJSProvider>", qr/AuthJSMailMaxAge: a duration/],
    ["$db<AuthJSProvider nodemailer email>\n${server}AuthJSMailCode maybe\n</AuthJSProvider>", qr/AuthJSMailCode must be On or Off/],
    ["${db}AuthJSCallback generateVerificationToken \"expr=%{AUTHJS:identifier}\"\nAuthJSProvider github", qr/generateVerificationToken: an expression without %\{AUTHJS:token\}, the random part, makes tokens that can be guessed/],
    ["${db}AuthJSMailFrom x\@example.test\nAuthJSProvider github", qr/AuthJSMailFrom: may only stand inside an <AuthJSProvider> section/],
    ["<AuthJSProvider github>\nAuthJSMailFrom x\@example.test\n</AuthJSProvider>", qr/AuthJSMail\.\.\. for the type email/],
    ["$db<AuthJSProvider nodemailer email>\n$server</AuthJSProvider>", qr/Syntax OK/]) {
    my ($conf, $message) = @$_;
    my ($status, $output) = configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost\n$conf\n", env => { AUTH_GITHUB_ID => 1, AUTH_GITHUB_SECRET => 2 });
    like $output, $message, 'configtest: ' . ($conf =~ s/\n/ /gr);
    is !!$status, $message !~ /Syntax OK/, '... and its status';
}

done_testing;
