# ./demo/run, as somebody starts it who has just cloned the tree: what it prints works, and
# nothing of it is left when it has ended.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Passkey;
use AuthJSTest::Process;
use HTTP::Cookies;
use IO::Socket::INET;
use LWP::UserAgent;

plan skip_all => 'the demo is built in build/, without sanitizers' if sanitized() || builddir() ne srcdir() . '/build';

# The OpenID Provider takes the port behind the site's, and the mail server the next one.
my ($port, $behind, $last) = map { AuthJSTest::Env::free_port() } 1 .. 3;
($port, $behind, $last) = ($behind, $last, AuthJSTest::Env::free_port()) until $last == $port + 2 && $behind == $port + 1;
my $site = "http://localhost:$port";
my $demo = AuthJSTest::Process->start(name => 'demo', command => [srcdir() . '/demo/run', $port],
    ready => qr/from here on/);
my ($state) = $demo->output =~ m{Script +(/\S+)/auth\.lua};
ok -d $state, 'where the demo has its files';

sub visitor {
    my $agent = LWP::UserAgent->new(timeout => 120, max_redirect => 0, cookie_jar => HTTP::Cookies->new);
    my ($token) = $agent->get("$site/auth/csrf")->content =~ /"csrfToken":"(\w+)"/;
    return sub {
        my ($where, $fields) = @_;
        return $fields ? $agent->post("$site$where", [csrfToken => $token, @$fields])
            : $agent->get($where =~ /^http/ ? $where : "$site$where");
    }, $agent;
}

# A sign-in at one of the OpenID Providers: where it leads in the end.
sub at_provider {
    my ($visit, $agent, $provider, $name, $password) = @_;
    my $url = $visit->("/auth/signin/$provider", [callbackUrl => '/members/editors/'])->header('Location');
    is $agent->post('http://localhost:' . ($port + 1) . '/api/auth/', 'Content-Type' => 'application/json',
        Content => qq({"username":"$name","password":"$password"}))->code, 200, "the provider knows $name";
    return $visit->($visit->("$url&g_continue")->header('Location'))->header('Location');
}

my ($visit, $agent) = visitor();
is $visit->('/')->code, 200, 'the start page is open';
like $visit->('/auth/signin')->content, qr/<svg class="mark mark-0".*Office/s, 'a logo from simple-icons';
is $visit->($_)->code, 401, "$_ is not" for '/members/', '/members/editors/', '/team/';
is $visit->('/auth/callback/credentials', [username => 'demo', password => 'demo'])->code, 302, 'demo / demo';
like $visit->('/members/')->content, qr/Welcome, demo.*role is reader/s, 'is a reader';
is $visit->('/members/editors/')->code, 403, 'and no editor';
is $visit->('/team/')->code, 200, 'but of the team';

sub user_id {
    return $visit->('/auth/session')->content =~ /"id":"([^"]+)"/ ? $1 : undef;
}
my @alice = ('alice', 'wonderland');
my $editors = "$site/members/editors/";
($visit, $agent) = visitor();
is at_provider($visit, $agent, 'office', @alice), $editors, 'alice / wonderland';
is $visit->('/members/editors/')->code, 200, 'is an editor';
like $visit->('/auth/account')->content, qr/alice\@example\.org.*Office/s, 'and has an account';
# Its users are in the database by now.
my $check = join ' ', builddir() . '/tools/authjsctl', check => '--config', "$state/httpd.conf", '--httpd', AuthJSTest::Env::httpd_program();
my $found = `env -i $check 2>&1`;
is $?, 0, 'authjsctl check finds no error in it' or diag $found;
my $user = user_id();
like at_provider(visitor(), 'club', @alice), qr/error=OAuthAccountNotLinked/, 'which the chess club may not take';
is at_provider($visit, $agent, 'club', @alice), $editors, 'until she links it';
is $visit->('/auth/signout', [])->code, 302, 'signs out';
is $visit->('/auth/session')->content, 'null', 'and is nobody';
is at_provider($visit, $agent, 'club', @alice), $editors, 'now the chess club serves';
is user_id(), $user, 'she is the same user';

like at_provider(visitor(), $_, 'mallory', 'elsewhere'), qr/error=AccessDenied/, "mallory / elsewhere is refused by $_" for qw(office club);
# --- by mail --------------------------------------------------------------------------------------

sub last_mail { $visit->('/mail')->content =~ m{<article class="mail">(.*?)</article>}s ? $1 : '' }
($visit, $agent) = visitor();
like $visit->('/mail')->content, qr/Nothing yet/, 'no mail yet';
like $visit->('/auth/signin/mail', [email => 'eve@example.net'])->header('Location'), qr/error=AccessDenied/, 'auth.lua refuses an address';
is last_mail(), '', 'to which nothing is sent';
like $visit->('/auth/signin/mail', [email => 'Alice@example.org', callbackUrl => '/members/editors/'])->header('Location'),
    qr{/auth/verify-request\?}, 'alice asks for a link';
my $mail = last_mail();
like $mail, qr{From [^<]*mod_authjs demo[^<]*to <strong>alice\@example\.org</strong>}s, 'the mail is there';
my ($link) = map { s/&#38;/&/gr } $mail =~ m{<a href="(\Q$site\E/auth/callback/mail\?[^"]+)"};
ok $link, 'with a link';
my ($frame) = $mail =~ m{<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="(/mail\?[\d-]+)"};
my $framed = $visit->($frame);
like $framed->content, qr{<a[^>]+href="\Q$site\E/auth/callback/mail\?}, 'and as HTML';
like $framed->header('Content-Security-Policy'), qr/default-src 'none'.*; sandbox/, 'which may do nothing';
is $visit->("/mail?../../secret")->content =~ /article|Nothing/ ? 1 : 0, 1, 'there is nothing but mails';
is $visit->($link)->header('Location'), $editors, 'the link signs her in';
is $visit->('/members/editors/')->code, 200, 'as an editor';
is user_id(), $user, 'she is still the same user';

my $start = $visit->('/')->content;
like $start, qr/You are <strong>Alice Liddell/, 'the start page says who one is';
like $start, $_->[0], $_->[1]
    for [qr{GET /auth/callback/club: 302 to /members/editors/<}, 'which requests came'],
    [qr/AccessDenied/, 'what was decided'], [qr/sets authjs\.session-token</, 'which cookies were set'],
    [qr/alice\@example\.org/, 'which rows are kept'];
my ($token) = $agent->cookie_jar->as_string =~ /session-token="?[\w.~-]*\.([\w-]{36})/;
unlike $start, qr/authjs\.[\w.-]+=|[?&;]code=|$token/, 'and no cookie, code or session token';
($visit, $agent) = visitor();
$visit->('/auth/signin/mail', [email => 'new@example.org', callbackUrl => '/members/']);
$visit->(map { s/&#38;/&/gr } last_mail() =~ m{<a href="([^"]+)"});
like $visit->('/members/')->content, qr/Welcome, new\@example\.org</, 'somebody new is called by the address';

# --- by passkey -----------------------------------------------------------------------------------

my ($key, $his) = (AuthJSTest::Passkey->new, AuthJSTest::Site->new(base => $site, cookies => 1));
is $his->get('/vault/')->code, 401, 'the vault is closed';
is location($key->register($his, 'passkey', 'Hatter', fields => { callbackUrl => '/vault/' })), "$site/vault/", 'an account with a passkey';
is $his->get('/vault/')->code, 200, 'opens it';
like $his->get('/members/')->content, qr/Welcome, Hatter</, 'and the members\' page';
is $visit->('/vault/')->code, 403, 'not who came by mail';
like $his->get('/auth/account')->content, qr/Hatter.*Passkey/s, 'the account page has it';

my $users = qx(@{[ $demo->output =~ /Users +(.*)/ ]});
like $users, qr/alice\@example\.org/, 'the command that shows the users';
unlike $users, qr/mallory/, 'which mallory is not';

$demo->stop;
like $demo->output, qr/demo: stopped\.\s*\z/, 'the demo ends';
ok !-e $state, 'its files are gone';
ok !IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $_), "nobody listens on port $_" for $port .. $port + 2;
done_testing;
