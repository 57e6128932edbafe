# The Debian packages: built twice, they are the same; lintian has nothing against them; and in a bare
# Debian of this release a new user gets from them to a protected folder (packaging/tour).
# AUTHJS_TRY='bookworm trixie': these releases, with packages that are built in each of them.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Digest::SHA ();
use File::Path qw(make_path);

plan skip_all => 'the packages have no sanitizers' if sanitized();
plan skip_all => 'no Debian: there is no dpkg-buildpackage' if system 'command -v dpkg-buildpackage >/dev/null';
my ($release) = AuthJSTest::Env::read_file('/etc/os-release') =~ /^VERSION_CODENAME=(\w+)$/m;

# --- one version --------------------------------------------------------------------------------
sub source { AuthJSTest::Env::read_file(srcdir() . "/$_[0]") }
my ($version) = source('configure.ac') =~ /^AC_INIT\(\[mod_authjs\], \[(.*)\]\)$/m;
my ($changelog) = source('debian/changelog') =~ /^mod-authjs \((.*?)\) /;
my ($spec) = source('packaging/mod_authjs.spec') =~ /^Version: +(\S+)$/m;
is $changelog, $version, 'debian/changelog has the version of configure.ac';
is $spec, $version, '... and so has the spec';

# --- two builds -----------------------------------------------------------------------------------
# debhelper gives compilers another home.
$ENV{CCACHE_DIR} //= `ccache -k cache_dir 2>/dev/null` =~ s/\n//r;
$ENV{CCACHE_NOHASHDIR} = 1;

sub build {
    my ($name, %env) = @_;
    make_path(root() . "/$name", root() . "/$name-tmp");
    my $settings = join ' ', map { "$_='$env{$_}'" } sort keys %env;
    return "cd / && env DEB_BUILD_OPTIONS=nocheck TMPDIR=@{[ root() ]}/$name-tmp $settings "
        . srcdir() . "/packaging/deb @{[ root() ]}/$name >@{[ root() ]}/$name.log 2>&1";
}

sub built {
    my ($name) = @_;
    return { map { s{.*/}{}r => Digest::SHA->new(256)->addfile($_)->hexdigest } glob root() . "/$name/*.{deb,dsc,tar.xz}" };
}
is system(build('debs')), 0, 'packaging/deb' or diag AuthJSTest::Env::read_file(root() . '/debs.log');
my ($debs) = map { root() . "/$_" } 'debs';
my $built = built('debs');
is_deeply [sort map { /^(.*?)_/ } grep { /\.deb$/ } keys %$built],
    [map { "libapache2-mod-authjs$_" } '', qw(-dbgsym -dev -lua -lua-dbgsym)], 'the packages';
my ($log) = map { AuthJSTest::Env::read_file($_) } glob "$debs/*.log";
is_deeply [grep { /^\S+:\d+:.*warning:/ } split /\n/, $log], [], 'without a warning';

# In a folder, with a locale, a mask, a time zone and a time of its own, and without ccache's help.
my $second = fork // die "fork: $!";
if (!$second) {
    umask 077;
    exec 'sh', '-c', build('again-in-a-longer-folder', CCACHE_DISABLE => 1, TZ => 'Asia/Kathmandu', LC_ALL => 'C', LANG => 'C', USER => 'somebody');
}

# --- what is in them -------------------------------------------------------------------------------
sub files { [sort map { (split)[5] =~ s/^\.//r } grep { /^-/ } split /\n/, `dpkg-deb -c $debs/$_[0]_*.deb`] }
is_deeply [grep { !m{/doc/} } @{ files('libapache2-mod-authjs') }], [
    '/etc/apache2/mods-available/authjs.conf', '/etc/apache2/mods-available/authjs.load', '/usr/bin/authjsctl',
    '/usr/lib/apache2/modules/mod_authjs.so', '/usr/share/bash-completion/completions/authjsctl',
    '/usr/share/man/man5/mod_authjs.5.gz', '/usr/share/man/man8/authjsctl.8.gz', '/usr/share/mod_authjs/schema.json' ],
    'files of the module';
ok((grep { m{^/usr/share/doc/libapache2-mod-authjs/docs/start\.md$} } @{ files('libapache2-mod-authjs') }), '... and its manual');
is_deeply [grep { !m{/doc/} } @{ files('libapache2-mod-authjs-lua') }],
    ['/etc/apache2/mods-available/authjs_lua.load', '/usr/lib/apache2/modules/mod_authjs_lua.so'], 'files of the callbacks in Lua';
is_deeply [grep { !m{/doc/} } @{ files('libapache2-mod-authjs-dev') }], ['/usr/include/mod_authjs.h'], 'the header';
like `dpkg-deb -f $debs/libapache2-mod-authjs_*.deb Depends`, qr/^apache2-api-\d+, .*\blibcurl/, 'what the module needs is found';
is `dpkg-deb --fsys-tarfile $debs/libapache2-mod-authjs_*.deb | tar -xO ./etc/apache2/mods-available/authjs.conf | grep -v '^#'`, '',
    'the configuration is all comments';
system "dpkg-deb -x $debs/libapache2-mod-authjs_*.deb @{[ root() ]}/tree";
for my $file ('lib/apache2/modules/mod_authjs.so', 'bin/authjsctl') {
    my $elf = `readelf --wide --dynamic --dyn-syms --program-headers @{[ root() ]}/tree/usr/$file`;
    like $elf, $_, "$file is hardened" for qr/BIND_NOW|Flags:.*NOW/, qr/GNU_RELRO/, qr/__stack_chk_fail/, qr/__\w+_chk\b/;
    unlike $elf, qr/R(?:UN)?PATH/, '... and has no path of its own to libraries';
}

SKIP: {
    skip 'lintian is not installed', 1 if system 'command -v lintian >/dev/null';
    my $said = `lintian --pedantic --allow-root --tag-display-limit 0 $debs/*.changes 2>&1`;
    is_deeply [grep { /^[EW]:/ } split /\n/, $said], [], 'lintian has no error and no warning' or diag $said;
}

# --- in a bare Debian ---------------------------------------------------------------------------------
sub why_not {
    return 'it needs root' if $> != 0;
    return 'there is no debootstrap' if system 'command -v debootstrap >/dev/null';
    return "this machine's apt knows no mirror" if `apt-get indextargets --format '\$(REPO_URI)' 'Origin: Debian' 2>/dev/null` !~ /\S/;
    return 'no network of its own is to be had' if system 'unshare --net --mount --pid --fork true 2>/dev/null';
    return;
}
my @tries = $ENV{AUTHJS_TRY} ? map { [$_] } split ' ', $ENV{AUTHJS_TRY} : ([$release, $debs]);
for my $try (@tries) {
  SKIP: {
        my $why = why_not();
        skip "in a bare Debian: $why", 1 if defined $why;
        skip "in a bare Debian: not for $try->[0]", 1 if $try->[0] !~ /^(?:bookworm|trixie)$/;
        my $complaint = root() . "/try-$try->[0]";
        my @said = `@{[ srcdir() ]}/packaging/try @$try 2>$complaint`;
        my $status = $? >> 8;
        my ($plan, $count) = (0, 0);
        for (@said) {
            $plan = $1 if /^1\.\.(\d+)$/;
            next if !/^(not )?ok \d+ - (.*)/;
            $count++;
            ok !$1, "$try->[0]: $2";
        }
        is "$status $count", "0 $plan", "packaging/try $try->[0]" or diag AuthJSTest::Env::read_file($complaint), @said;
    }
}

waitpid $second, 0;
is $?, 0, 'packaging/deb once more' or diag AuthJSTest::Env::read_file(root() . '/again-in-a-longer-folder.log');
is_deeply built('again-in-a-longer-folder'), $built, '... makes the same bytes';
is_deeply [glob root() . '/*-tmp/*'], [], '... and leaves nothing where it was built';
done_testing;
