package AuthJSTest::Env;

# Where things are and how an httpd for the tests is made: shared by AuthJSTest::MainServer
# (started by Apache::TestRun) and AuthJSTest::Httpd (further servers of a test).
use strict;
use warnings;
use Cwd ();
use Digest::SHA ();
use Fcntl qw(:flock);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use IO::Socket::INET ();

our $srcdir   = dirname(dirname(dirname(dirname(Cwd::abs_path(__FILE__)))));
our $builddir = Cwd::abs_path($ENV{AUTHJS_BUILDDIR} || "$srcdir/build")
    or die "no build directory: set AUTHJS_BUILDDIR\n";
our $sanitize = $ENV{AUTHJS_SANITIZE} || 0;
our $mpm      = $ENV{AUTHJS_MPM} || 'event';
our $module   = $ENV{AUTHJS_MODULE} || "$builddir/.libs/mod_authjs.so";
our $lua      = $module =~ s/\.so$/_lua.so/r;

# Secrets that no log may ever hold; t/99-logs.t looks for each of them.
our %secret = (
    auth_secret   => 'test-auth-secret-1-5f0e2c8d9b7a6431',
    auth_secret_2 => 'test-auth-secret-2-91c7d3e5f0a2b486',
    client_secret => 'test-client-secret-0a9b8c7d6e5f4321',
    password      => 'test-password-Xq7!vR2#',
    database      => 'test-database-password-7c1d4be2',
    d1_token      => 'test-d1-token-4f9c02a7d815e36b',
    hooks         => 'test-hooks-secret-3be81fa0c24d7695',
    mail_password => 'test-mail p:/@"%+ž-8d2b61c4',
    op_client     => 'secret-0123456789abcdefghijklmnopqrstuvwxyz',
);

my $apxs = $ENV{APXS} || 'apxs';
my %apxs;
sub apxs { $apxs{ $_[0] } //= asked("$apxs -q $_[0]") }

# What a program always answers, asked once in a build directory: with all that apxs starts it
# takes as long as the start of httpd, and every test wants to know several things of it.
sub asked {
    my ($command) = @_;
    my $file = top() . '/.' . $command =~ s/\W+/-/gr;
    my $said = read_file($file);
    return $said if length $said;
    $said = `$command` =~ s/\n\z//r;
    rename write_file("$file.$$", $said), $file;
    return $said;
}

sub httpd_program { apxs('SBINDIR') . '/' . apxs('progname') }

# The directory of everything that a run makes. Below the build directory, unless httpd's
# children (nobody, when root starts the tests) could not read it there.
sub top {
    my $top = "$builddir/t-run";
    if ($> == 0) {
        for (my $dir = $builddir; $dir ne '/'; $dir = dirname($dir)) {
            next if (stat $dir)[2] & 0001;
            $top = '/tmp/mod_authjs-' . substr Digest::SHA::sha1_hex($builddir), 0, 12;
            last;
        }
    }
    return private_dir($top);
}

sub private_dir {
    my ($dir) = @_;
    make_path($dir, { mode => 0755 });
    die "$dir belongs to somebody else\n" unless -o $dir && !-l $dir;
    return $dir;
}

# What one test makes is below home(): root() is its main server's, every further server has
# a directory beside it.
our $test = $ENV{AUTHJS_TEST} || basename($0) =~ s/\.t$//r;
sub home { top() . "/$test" }
sub root { home() . '/t' }

# A directory that httpd's children may write to.
sub writable_dir {
    my ($dir) = @_;
    make_path($dir, { mode => 0755 });
    my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
    chown $uid, $gid, $dir if $> == 0;
    return $dir;
}

sub write_file {
    my ($path, $text, $mode) = @_;
    make_path(dirname($path), { mode => 0755 });
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    chmod $mode || 0644, $path;
    return $path;
}

sub read_file {
    open my $in, '<', $_[0] or return '';
    local $/;
    return scalar(<$in>) // '';
}

sub port_free {
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $_[0],
        Listen => 1, ReuseAddr => 1) ? 1 : 0;
}

# A free port below the kernel's own range for outgoing connections. Tests run side by side,
# and so may whole runs: a port belongs to the program that holds its lock, from here to its
# end, whether or not something listens there at the moment.
my ($next_port, %held);
sub free_port {
    $next_port //= ($ENV{AUTHJS_PORT} || 20000) + ($$ * 37) % ($ENV{AUTHJS_PORT} ? 1000 : 11000);
    my $dir = private_dir("/tmp/mod_authjs-ports-$>");
    for (1 .. 2000) {
        my $port = $next_port++;
        open my $lock, '>>', "$dir/$port" or die "$dir/$port: $!";
        next unless flock($lock, LOCK_EX | LOCK_NB) && port_free($port);
        $held{$port} = $lock;
        return $port;
    }
    die "no free port\n";
}

# Ports by name, so that a configuration can name a peer that the test starts later:
# @port:NAME@ in t/conf-src.
my %port;
sub port { $port{ $_[0] } //= free_port() }

my @modules = qw(authn_core authn_file authn_dbm authn_dbd authn_socache dbd authz_core
    authz_user authz_groupfile authz_host auth_basic access_compat alias rewrite headers
    env setenvif mime dir include negotiation autoindex actions proxy proxy_http cache
    cache_disk cache_socache socache_dbm socache_shmcb socache_redis socache_memcache http2
    ssl expires remoteip request ratelimit status info log_config unixd filter deflate);

# LoadModule lines: the same few modules everywhere, whatever the machine has switched on.
my (%modules_conf, $static);
sub modules_conf {
    my ($mpm) = @_;
    my $libexec = apxs('LIBEXECDIR');
    $static //= `@{[ httpd_program() ]} -l`;
    return $modules_conf{$mpm} //= join '', map {
        my $file = "$libexec/mod_$_.so";
        $static =~ /\bmod_$_\.c\b/ || !-e $file ? () : "LoadModule ${_}_module $file\n"
    } "mpm_$mpm", @modules, $mpm eq 'prefork' ? 'cgi' : 'cgid';
}

# What every server of the tests has in common, main server and others.
sub common_conf {
    my ($root) = @_;
    my $load_lua = -e $lua ? "LoadModule authjs_lua_module $lua" : '';
    return <<"EOT";
LoadModule authjs_module $module
$load_lua
ServerRoot "$root"
DocumentRoot "$root/htdocs"
DefaultRuntimeDir "$root/logs"
PidFile "$root/logs/httpd.pid"
ErrorLog "$root/logs/error_log"
LogLevel info authjs:trace8 ssl:warn http2:warn proxy:warn
LogFormat "%t %h %p \\"%r\\" %>s %B" test
CustomLog "$root/logs/access_log" test
TypesConfig "$root/conf/mime.types"
DirectoryIndex index.html
AddType text/html .html .shtml
AddHandler cgi-script .cgi
AddOutputFilter INCLUDES .shtml
<IfModule mod_cgid.c>
    ScriptSock "$root/logs/cgisock"
</IfModule>
CacheRoot "$root/var/cache"
SSLSessionCache none
Timeout 30
GracefulShutdownTimeout 5
KeepAlive On
UseCanonicalName On
# As long as may be: on a busy machine the peers are late.
AuthJSHTTP connect=10s timeout=15s
StartServers 2
<IfModule !mpm_prefork_module>
    ThreadsPerChild 8
    MinSpareThreads 8
    MaxSpareThreads 32
    MaxRequestWorkers 32
</IfModule>
<IfModule mpm_prefork_module>
    MinSpareServers 2
    MaxSpareServers 8
    MaxRequestWorkers 24
</IfModule>
<Directory />
    Options FollowSymLinks
    AllowOverride None
</Directory>
<Directory "$root/htdocs">
    Options FollowSymLinks Includes ExecCGI
    AllowOverride All
</Directory>
EOT
}

# httpd with an environment of our own making: nothing of AUTH_* leaks in from outside, and
# with AUTHJS_SANITIZE the sanitizers' runtimes come first.
sub httpd_wrapper {
    my ($root, %env) = @_;
    my %all = (PATH => $ENV{PATH}, HOME => $root, LANG => 'C', TZ => 'UTC', %env);
    if ($sanitize) {
        my @libs = map { chomp(my $lib = `gcc -print-file-name=$_`); $lib }
            qw(libasan.so libubsan.so);
        $all{LD_PRELOAD}    = "@libs";
        # Signals too: httpd's own handlers leave no stack behind, and abort() may say nothing at all.
        $all{ASAN_OPTIONS} = "detect_leaks=0:abort_on_error=1:log_path=$root/logs/sanitizer:"
            . join ':', map { "handle_$_=2" } qw(abort segv sigbus sigfpe sigill);
        $all{UBSAN_OPTIONS} = "print_stacktrace=1:halt_on_error=1:abort_on_error=1:"
            . "log_path=$root/logs/sanitizer";
    }
    my $env = join ' ', map { my $v = $all{$_} =~ s/'/'\\''/gr; "'$_=$v'" } sort keys %all;
    return write_file("$root/httpd", "#!/bin/sh\nexec env -i $env @{[ httpd_program() ]} \"\$@\"\n",
        0755);
}

# A server root with documents, certificates and everything a configuration may name.
sub make_root {
    my ($root) = @_;
    make_path($root, "$root/conf", { mode => 0755 });
    writable_dir("$root/$_") for qw(logs state var var/cache);
    write_file("$root/conf/mime.types",
        "text/html html htm shtml\ntext/plain txt\ntext/css css\ntext/javascript js mjs\n"
        . "image/png png\nimage/svg+xml svg\napplication/json json\n");
    system('cp', '-R', "$srcdir/t/htdocs-src/.", "$root/htdocs") == 0 or die "cp: $?";
    system('chmod', '-R', 'u+w,go+rX', "$root/htdocs");
    return $root;
}

# A CA of our own and a certificate for localhost and 127.0.0.1, once a run.
sub tls_dir {
    my $dir = top() . '/tls';
    open my $lock, '>>', "$dir.lock" or die "$dir.lock: $!";
    flock $lock, LOCK_EX or die "$dir.lock: $!";
    return $dir if -s "$dir/complete";
    system("$srcdir/t/peers/mkca.sh", $dir) == 0 or die "t/peers/mkca.sh failed\n";
    chmod 0644, glob "$dir/*.key";
    write_file("$dir/complete", "yes\n");
    return $dir;
}

# The tokens of t/conf-src and of configurations given to httpd() and configtest().
# Apache::Test's own (@servername@, @session_port@ ...) are left for it.
sub expand {
    my ($text, $root) = @_;
    $text =~ s/\@port:([\w-]+)\@/port($1)/ge;
    $text =~ s/\@secret:(\w+)\@/$secret{$1} || die "no secret $1\n"/ge;
    $text =~ s/\@tls\@/tls_dir()/ge;
    $text =~ s/\@root\@/$root/g;
    $text =~ s/\@src\@/$srcdir/g;
    $text =~ s/\@modules\@/$builddir\/t\/modules\/.libs/g;
    $text =~ s/\@libexec\@/apxs('LIBEXECDIR')/ge;
    return $text;
}

1;
