# authjsctl add: what is asked, what is written where, and that it is put back when httpd refuses it.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Database;
use File::Temp ();
use IPC::Open3 ();
use JSON::PP ();

my $dir = File::Temp::tempdir(CLEANUP => 1);
my $program = builddir() . '/tools/authjsctl';
my %sanitizer = (ASAN_OPTIONS => 'detect_leaks=0:exitcode=99', UBSAN_OPTIONS => 'exitcode=99');

# (exit status, stdout, stderr)
sub run {
    my ($stdin, @arguments) = @_;
    local %ENV = (PATH => $ENV{PATH}, %sanitizer);
    open my $err, '+>', "$dir/stderr" or die $!;
    my $pid = IPC::Open3::open3(my $in, my $out, '>&' . fileno $err, $program, @arguments);
    local $SIG{PIPE} = 'IGNORE';
    binmode $_, ':utf8' for $in, $out, $err;
    print $in $stdin;
    close $in;
    local $/;
    my $text = <$out> // '';
    waitpid $pid, 0;
    seek $err, 0, 0;
    return ($? & 127 ? "signal $?" : $? >> 8, $text, scalar(<$err>) // '');
}

# A server with these lines, and authjsctl add for it.
my $httpd;
sub server { $httpd = AuthJSTest::Httpd->configure(conf => join '', @_) }
sub asked { ('--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf') }
sub add { my ($stdin, @arguments) = @_; run($stdin, 'add', @arguments, asked()) }
sub slurp { -e $_[0] ? AuthJSTest::Env::read_file($_[0]) : undef }
sub env_path { $httpd->root . '/auth.env' }
sub conf_path { $httpd->root . '/conf/authjs.conf' }
sub mode { sprintf '%o', (stat $_[0])[2] & 07777 }
my @url = ('--url', 'https://www.example.com');

# --- a fresh server ------------------------------------------------------------------------------
server('');
my ($status, $out, $err) = add("my-id\nmy secret\n", 'github', @url);
is $status, 0, 'github, where nothing is configured' or diag $out, $err;
like $out, qr{^    https://www\.example\.com/auth/callback/github$}m, 'says what to register';
unlike "$out$err", qr/my secret|AUTH_SECRET=/, '... and no secret';
is mode(env_path()), '600', 'the file of variables is for its owner';
like slurp(env_path()), qr/^AUTH_GITHUB_ID=my-id\nAUTH_GITHUB_SECRET='my secret'\nAUTH_SECRET=\S{44}\n\z/, '... and has what was typed';
is slurp(conf_path()), "# Sign-in by mod_authjs. Written by authjsctl add.\nAuthJSEnvFile  @{[ env_path() ]}\n"
    . "AuthJSURL      https://www.example.com\nAuthJSProvider github\n", 'the lines of configuration';
like $out, qr/Include "\Q@{[ conf_path() ]}\E"/, 'which httpd has to be told of';
my @before = map { slurp($_) } env_path(), conf_path();
($status, $out) = add('', 'github', @url);
is "$status $out", "0 github is there already; nothing was changed\n", 'a second time: nothing';
is_deeply [map { slurp($_) } env_path(), conf_path()], \@before, '... at all';

$httpd->rewrite(qq(Include "@{[ conf_path() ]}"\n));
is +($httpd->test)[0], 0, 'included, httpd takes it';
($status, $out) = add('', 'github');
is "$status $out", "0 github is there already; nothing was changed\n", '... and the provider is still there';
($status, $out, $err) = add("g\nh\n", 'google');
is $status, 0, 'another one' or diag $out, $err;
is slurp(conf_path()), "$before[1]AuthJSProvider google\n", '... is one line more';
is slurp(env_path()), "$before[0]AUTH_GOOGLE_ID=g\nAUTH_GOOGLE_SECRET=h\n", '... and two variables';
unlike $out, qr/Include/, '... in a file that httpd reads';
is +($httpd->test)[0], 0, 'httpd takes both';

done_testing;
