# The RPM packages: where RHEL has it, in a system of its own; and docs/start.md for such a system, with this
# machine's httpd.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Manual;
use File::Path qw(make_path);

plan skip_all => 'the packages have no sanitizers' if sanitized();
plan skip_all => 'there is no rpmbuild' if system 'command -v rpmbuild >/dev/null';
plan skip_all => 'rpm --root needs root' if $> != 0;

my ($rpms, $system) = map { root() . "/$_" } qw(rpms system);
make_path(root() . '/tmp');
$ENV{CCACHE_DIR} //= `ccache -k cache_dir 2>/dev/null` =~ s/\n//r;
my $said = `TMPDIR=@{[ root() ]}/tmp @{[ srcdir() ]}/packaging/rpm $rpms $system 2>&1`;
is $?, 0, 'packaging/rpm' or BAIL_OUT $said;
sub asked { [sort grep { !m{/\.build-id|/share/(?:doc|licenses)/} } split /\n/, `rpm -qp $_[0] $rpms/mod_authjs$_[1]-[0-9]*.rpm 2>/dev/null`] }
my @conf = map { "/etc/httpd/$_" } 'conf.d/authjs.conf', 'conf.modules.d/10-authjs.conf';
is_deeply [grep { !/\.[58](?:\.gz)?$/ } @{ asked('-l', '') }], [@conf, '/usr/bin/authjsctl', '/usr/lib64/httpd/modules/mod_authjs.so',
    '/usr/share/bash-completion/completions/authjsctl', '/usr/share/mod_authjs', '/usr/share/mod_authjs/schema.json'], 'the module';
is_deeply asked('-c', ''), \@conf, '... its configuration';
is_deeply asked("--qf '[%{FILENAMES}|%{FILEFLAGS:fflags}\\n]'", '') ->[0] =~ /\|(.*)/ ? $1 : '', 'cn', '... which an upgrade keeps';
is scalar(grep { m{/man/man[58]/} } @{ asked('-l', '') }), 2, '... two manual pages';
is_deeply asked('-l', '-lua'), ['/etc/httpd/conf.modules.d/11-authjs_lua.conf', '/usr/lib64/httpd/modules/mod_authjs_lua.so'], 'callbacks in Lua';
is_deeply asked('-l', '-devel'), ['/usr/include/mod_authjs.h'], 'the header';
ok -e "$system$_", "$_ is there" for @conf, '/usr/lib64/httpd/modules/mod_authjs.so', '/usr/share/doc/mod_authjs/docs/start.md';
is_deeply [split /\n/, `grep -v '^#' $system$conf[0]`], [], 'the configuration is all comments';
unlike AuthJSTest::Env::read_file("$system$conf[0]"), qr/apache2/, '... of the right paths';

# --- what httpd's own package would bring --------------------------------------------------------------------
my $port = AuthJSTest::Env::free_port();
my $libexec = AuthJSTest::Env::apxs('LIBEXECDIR');
my $modules = join '', map { -e "$libexec/mod_$_.so" ? "LoadModule ${_}_module $libexec/mod_$_.so\n" : '' }
    qw(mpm_event authn_core authn_file authz_core authz_user dir mime socache_shmcb);
make_path(map { "$system/$_" } qw(etc/httpd/conf run/httpd var/log/httpd var/www/html));
symlink '../../usr/lib64/httpd/modules', "$system/etc/httpd/modules" or die;
AuthJSTest::Env::write_file("$system/etc/httpd/conf/httpd.conf", <<"EOT" . ($> ? '' : "User nobody\nGroup nogroup\n"));
ServerRoot $system/etc/httpd
PidFile $system/run/httpd/httpd.pid
DefaultRuntimeDir $system/run/httpd
ErrorLog $system/var/log/httpd/error_log
Listen 127.0.0.1:$port
ServerName localhost
TypesConfig /etc/mime.types
${modules}IncludeOptional conf.modules.d/*.conf
DocumentRoot $system/var/www/html
<Directory "$system/var/www/html">
    AllowOverride None
    Require all granted
</Directory>
IncludeOptional conf.d/*.conf
EOT
my $httpd = AuthJSTest::Env::httpd_program() . " -d $system/etc/httpd -f $system/etc/httpd/conf/httpd.conf";
AuthJSTest::Env::write_file(root() . '/bin/apachectl', <<"EOT", 0755);
#!/bin/sh
case \$1 in configtest) set -- -t ;; start | stop | graceful) set -- -k \$1 ;; esac
exec $httpd "\$@"
EOT
AuthJSTest::Env::write_file(root() . '/bin/authjsctl', "#!/bin/sh\nexec $system/usr/bin/authjsctl \"\$@\" --httpd @{[ root() ]}/bin/apachectl\n", 0755);
my $password = secret('auth_secret');

sub sh {
    my ($script) = @_;
    local $ENV{PATH} = root() . "/bin:$ENV{PATH}";
    delete local @ENV{grep { /^AUTH/ } keys %ENV};
    $script =~ s{(?<=[ "'>])/(?=etc/httpd|var/www)}{$system/}g;
    AuthJSTest::Env::write_file(root() . '/asked', "$password\n$password\n");
    AuthJSTest::Env::write_file(root() . '/script', $script);
    my $output = `setsid -w sh -e @{[ root() ]}/script 2>&1 <@{[ root() ]}/asked`;
    return ($? >> 8, $output);
}

END {
    local $?;
    my $pid = $system && -e "$system/run/httpd/httpd.pid" ? AuthJSTest::Env::read_file("$system/run/httpd/httpd.pid") : '';
    kill 'TERM', $pid if $pid =~ /^(\d+)$/;
}
my ($status, $output) = sh('apachectl configtest');
is $status, 0, 'httpd loads the modules from there' or diag $output;
unlike $output, qr/AuthJS/, '... without a word';
like +(sh('apachectl -M'))[1], qr/authjs_module.*authjs_lua_module/s, '... both';

# --- docs/start.md ---------------------------------------------------------------------------------------------
my $asked;
for my $step (AuthJSTest::Manual::section(AuthJSTest::Env::read_file(srcdir() . '/docs/start.md'), 'Fedora and RHEL')) {
    my ($kind, $block, $path) = @$step;
    my ($first) = $block =~ /^(.*)/;
    if ($kind eq 'write') {
        AuthJSTest::Env::write_file("$system$path", $block =~ s{"/var/www}{"$system/var/www}r);
    }
    elsif ($kind eq 'has') {
        my @lines = map { s/^\s+//r =~ s/ +/ /gr } split /\n/, $block =~ s{/etc/httpd}{$system/etc/httpd}gr;
        my @got = map { s/^\s+//r =~ s/ +/ /gr } split /\n/, AuthJSTest::Env::read_file("$system$path");
        is_deeply [grep { my $line = $_; grep { $_ eq $line } @lines } @got], \@lines, "$path has its lines" or diag @got;
    }
    elsif ($kind eq 'answer') {
        is AuthJSTest::Manual::missing($block, $asked), undef, "... answers: $first" or diag $asked;
        unlike $asked, qr/For members/, '... without the page';
    }
    elsif ($block =~ /^curl /) {
        for (1 .. 300) {
            $asked = (sh($block =~ s/^curl /curl -s --connect-to localhost:80:127.0.0.1:$port /r))[1];
            last if $asked =~ m{^HTTP/};
            select undef, undef, undef, 0.1;
        }
    }
    elsif ($kind eq 'run' && $block !~ /^dnf/) {
        $block =~ s/^setsebool .*\n//m;
        ($status, $output) = sh($block =~ s/^systemctl restart httpd$/apachectl start/mr =~ s/root:apache/root:nogroup/r);
        is $status, 0, "start.md: $first" or diag $output;
    }
    elsif ($kind ne 'run') {
        fail "what is to be done with this block: $block";
    }
}
my $log = '';
for (1 .. 300) {
    last if ($log = AuthJSTest::Env::read_file("$system/var/log/httpd/error_log")) =~ /resuming normal operations/;
    select undef, undef, undef, 0.1;
}
like $log, qr/resuming normal operations/, 'the server runs';
done_testing;
