package AuthJSTest;

=head1 NAME

AuthJSTest - what the server tests (t/NN-name.t) stand on

=head1 SYNOPSIS

    use strict;
    use warnings;
    use lib 't/lib';
    use AuthJSTest;                      # Test::More's functions come with it

    my $site = site('session');          # <VirtualHost session> in t/conf-src/*.conf.in
    my $r = $site->get('/private/', Accept => 'text/html');
    is $r->code, 302;
    is location($r), $site->url('/auth/signin?callbackUrl=...');

    my $browser = browser('session');    # the same with a cookie jar
    $r = $browser->credentials('credentials', [username => 'bob', password => secret('password')]);
    ok set_cookie($r, 'authjs.session-token')->{httponly};

    done_testing;

Run one file: C<AUTHJS_BUILDDIR=/path/to/build t/TEST.PL t/10-session.t>; it reads the logs
too. AUTHJS_MPM=event|worker|prefork, AUTHJS_SANITIZE=1 with a build directory configured
with --enable-sanitizers, AUTHJS_PORT=first port to try.

Test files run side by side. Each has a directory of its own below the run's, a main server
of its own if there is a t/conf-src file of its name, and ports that nobody else is given.
What a test says about time has to hold on a busy machine too: timeouts are for hangs.

=head1 CONFIGURATION: t/conf-src/NN-name.conf.in

Each test file owns one such file and the virtual hosts in it. A virtual host is written
C<< <VirtualHost name> >> (letters, digits, _); Listen, ServerName localhost:PORT and the
port come by themselves, UseCanonicalName is On. Names that end in _tls need "SSLEngine on",
"SSLCertificateFile @tls@/srv.pem", "SSLCertificateKeyFile @tls@/srv.key"; site()
then speaks https. Tokens:

    @port:NAME@    a free port that belongs to NAME: peer_port('NAME') in the test
    @secret:NAME@  auth_secret auth_secret_2 client_secret password (no log may hold them)
    @root@         the server root: @root@/htdocs, @root@/var (httpd may write there),
                   @root@/conf; @tls@ has ca.pem, srv.pem, srv.key
    @src@          the source tree, for t/data (not readable by httpd's children)
    @modules@      modules for tests, from t/modules (make check TESTS= builds them)
    @name_port@    the port of the virtual host `name`, when it stands further up
                   in the same file

Documents are in t/htdocs-src (copied to @root@/htdocs; AllowOverride All, SSI for .shtml,
CGI for .cgi) or made by htdocs(PATH, TEXT). Use one folder a test file. httpd runs without
any AUTH_* variable and, when root starts it, as nobody.

=head1 FUNCTIONS

=over

=item site(VHOST), browser(VHOST)

An AuthJSTest::Site: get(PATH, headers), head, post(PATH, [form] | {json} | "raw", headers),
request(METHOD, PATH, {headers}, BODY), json(PATH or response), csrf, sign_in(PROVIDER,
[fields]), credentials(PROVIDER, [fields]), sign_out, session, cookies, cookie(NAME),
set_cookie_value(NAME, VALUE,
host/path/secure/expires), url(PATH). Responses are HTTP::Response; redirects are not
followed. get("http://other/") goes there with the same jar.

=item url(VHOST, PATH), location(RESPONSE), set_cookies(RESPONSE), set_cookie(RESPONSE, NAME)

set_cookies: a list of {name, value, and the attributes in lower case; flags are 1}.

=item raw(VHOST or port, BYTES [, timeout])

Sends the bytes over a plain connection and returns all that comes back.

=item mint({claims}, salt =>, secret =>, max_age =>, now =>), decode(TOKEN, ...)

Session tokens by t/tools/authjs-token. salt defaults to authjs.session-token, secret to
secret('auth_secret'). With a claim "provider", and neither "via" nor "realm", the token is of
the realm testNN, which hosts of t/NN-name.t have (AuthJSSessionRealm). decode returns the claims, or undef and the reason in list context.

=item httpd(conf => TEXT, mpm =>, env => {}), configtest(TEXT, env => {})

A further httpd of the test's own: ->url, ->site, ->browser, ->port, ->root, ->pids,
->error_log, ->rewrite(conf), ->graceful, ->stop. The text has @port@ for its own port and
the tokens above; it is stopped when the test ends. configtest: (exit status, output).

=item peer(NAME, env => {}, port =>, args => [])

Starts t/peers/NAME.mjs with t/peers/node: it gets PORT in its environment, prints a line
that begins with "ready" when it is up, ends on SIGTERM or when its stdin closes. The
port is @port:NAME@ unless given. ->url(PATH) ->port ->output ->stop.

=item Databases and caches: AuthJSTest::Database

C<use AuthJSTest::Database> gives database('sqlite' | 'pgsql' | 'mysql'), redis() and
memcached(): real servers of the test's own, which it can stop, kill -9 and start again.
See there.

=item Mail: AuthJSTest::Mail

C<use AuthJSTest::Mail> gives mail_server(): a real mail server, with faults to order, whose
mails the test reads. See there.

=item start(name =>, command => [], env => {}, ready => qr// | port =>)

The same for any program.

=item error_log(), log_offset(), error_log_since(OFFSET)

The main server's error log.

=item expect_error(qr/.../, 'reason'), allow_error(qr/.../, 'reason')

Declares error lines that this test causes in the logs of its servers: such that come, and
such that may come, as httpd's own do when it is busy. t/99-logs.t fails for every other one,
for an expected one that does not come, for crashes, sanitizer reports and secrets in any log.

=item protected(PATH, LINES...)

The configuration of a place that whoever is signed in may enter, with these lines in it.

=item quick(SECONDS, sub { ... })

Whether it takes less than that, at one of up to eight times: a busy machine is late now and then,
but what waits for something is late each time.

=item secret(NAME), htdocs(PATH, TEXT [, mode]), peer_port(NAME), root(), srcdir(), builddir(), sanitized()

=back

=cut

use strict;
use warnings;
use AuthJSTest::Env;
use AuthJSTest::Httpd;
use AuthJSTest::MainServer;
use AuthJSTest::Process;
use AuthJSTest::Site;
use IO::Select ();
use IO::Socket::INET ();
use IPC::Open3 ();
use JSON::PP ();
use Symbol ();
use Test::More;
use Time::HiRes ();

our @EXPORT = qw(site browser url location set_cookies set_cookie raw mint decode httpd
    configtest peer peer_port start error_log log_offset error_log_since expect_error
    allow_error secret htdocs protected quick root srcdir builddir sanitized);

my $begun;
sub import {
    my $caller = caller;
    strict->import;
    warnings->import;
    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for @EXPORT;
    eval "package $caller; use Test::More; 1" or die $@;
    AuthJSTest::MainServer::begin() unless $begun++;
}

sub srcdir    { $AuthJSTest::Env::srcdir }
sub builddir  { $AuthJSTest::Env::builddir }
sub sanitized { $AuthJSTest::Env::sanitize }
sub root      { AuthJSTest::Env::root() }
sub peer_port { AuthJSTest::Env::port($_[0]) }
sub secret    { $AuthJSTest::Env::secret{ $_[0] } || die "no secret $_[0]\n" }

sub htdocs {
    my ($path, $text, $mode) = @_;
    AuthJSTest::Env::write_file(root() . "/htdocs/$path", $text, $mode);
}

sub protected {
    my ($path, @lines) = @_;
    return join '', map { "$_\n" } qq(<Location "$path">),
        map({ "    $_" } 'AuthType AuthJS', 'Require valid-user', @lines), '</Location>';
}

# --- the main server ---------------------------------------------------------------------

sub vhost_port { AuthJSTest::MainServer::vhost_port($_[0]) }
sub base { ($_[0] =~ /_tls$/ ? 'https' : 'http') . '://localhost:' . vhost_port($_[0]) }
sub url  { base($_[0]) . ($_[1] // '') }
sub site    { my ($name, %o) = @_; AuthJSTest::Site->new(base => base($name), %o) }
sub browser { my ($name, %o) = @_; AuthJSTest::Site->new(base => base($name), cookies => 1, %o) }

sub error_log  { AuthJSTest::Env::read_file(root() . '/logs/error_log') }
sub log_offset { -s root() . '/logs/error_log' || 0 }
sub error_log_since { substr error_log(), $_[0] }

sub expect_error { declare_error(0, @_) }
sub allow_error  { declare_error(1, @_) }

sub declare_error {
    my ($may, $pattern, $reason) = @_;
    die "expect_error needs a reason\n" unless $reason;
    my $file = AuthJSTest::Env::home() . '/expected-errors';
    open my $out, '>>', $file or die "$file: $!";
    print $out "$may\t$pattern\t$reason\n";
    close $out;
}

# --- responses ---------------------------------------------------------------------------

sub location { scalar $_[0]->header('Location') }

sub set_cookies {
    my ($response) = @_;
    return map {
        my ($pair, @attributes) = split /\s*;\s*/;
        my ($name, $value) = split /=/, $pair, 2;
        my %cookie = map { my ($k, $v) = split /=/, $_, 2; (lc $k => $v // 1) } @attributes;
        +{ %cookie, name => $name, value => $value // '' };
    } $response->header('Set-Cookie');
}

sub set_cookie { my ($response, $name) = @_; (grep { $_->{name} eq $name } set_cookies($response))[-1] }

sub quick {
    my ($bound, $run) = @_;
    for (1 .. 8) {
        my $start = Time::HiRes::time();
        $run->();
        return 1 if Time::HiRes::time() - $start < $bound;
    }
    return 0;
}

sub raw {
    my ($where, $bytes, $timeout) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', Timeout => 30,
        PeerPort => $where =~ /^\d+$/ ? $where : vhost_port($where)) or die "connect: $@";
    local $SIG{PIPE} = 'IGNORE';
    print $socket $bytes;
    my ($answer, $select) = ('', IO::Select->new($socket));
    while ($select->can_read($timeout || 60)) {
        sysread $socket, $answer, 65536, length $answer or last;
    }
    return $answer;
}

# --- tokens ------------------------------------------------------------------------------

sub authjs_token {
    my ($action, $input, %option) = @_;
    local $ENV{AUTHJS_TEST_SECRET} = $option{secret} || secret('auth_secret');
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
    # Made hundreds of times: the tool is not what is tested, and starts quicker without sanitizers.
    my ($tool) = grep { -x } map { "$_/t/tools/authjs-token" } srcdir() . '/build', builddir();
    my @command = ($tool, $action, '--secret-env',
        'AUTHJS_TEST_SECRET', '--salt', $option{salt} || 'authjs.session-token');
    push @command, '--max-age', $option{max_age} if defined $option{max_age};
    push @command, '--now', $option{now} if defined $option{now};
    my $pid = IPC::Open3::open3(my $in, my $out, my $err = Symbol::gensym(), @command);
    print $in $input;
    close $in;
    local $/;
    my ($answer, $why) = (scalar <$out>, scalar <$err>);
    waitpid $pid, 0;
    $answer =~ s/\n\z// if defined $answer;
    return $? == 0 ? ($answer) : (undef, $why);
}

sub mint {
    my ($claims, %option) = @_;
    my $text = ref $claims ? JSON::PP->new->utf8->canonical->encode($claims) : $claims;
    my ($test) = $0 =~ m{(\d+)-[^/]*$};
    $text =~ s/^\{/{"realm":"test$test",/ if $test && $text =~ /"provider":"/ && $text !~ /"(?:realm|via)":/;
    my ($token, $why) = authjs_token('encode', $text, %option);
    return $token // die "authjs-token: $why";
}

sub decode {
    my ($token, %option) = @_;
    my ($text, $why) = authjs_token('decode', $token, %option);
    my $claims = defined $text ? JSON::PP->new->utf8->decode($text) : undef;
    return wantarray ? ($claims, $why) : $claims;
}

# --- further servers and peers -----------------------------------------------------------

sub httpd { AuthJSTest::Httpd->start(@_) }

sub configtest {
    my ($conf, %option) = @_;
    return AuthJSTest::Httpd->configure(conf => $conf, %option)->test;
}

sub start { AuthJSTest::Process->start(host => '127.0.0.1', @_) }

sub peer {
    my ($name, %option) = @_;
    my $port = $option{port} || peer_port($name);
    my $peers = srcdir() . '/t/peers';
    return start(name => $name, ready => qr/^ready/m, port => $port, %option,
        command => ["$peers/node", "$peers/$name.mjs", @{ $option{args} || [] }],
        env => { PORT => $port, %{ $option{env} || {} } });
}

1;
