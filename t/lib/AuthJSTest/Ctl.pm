package AuthJSTest::Ctl;

=head1 NAME

AuthJSTest::Ctl - authjsctl add, beside a server of the test's own

=head1 SYNOPSIS

    use AuthJSTest::Ctl;
    my $httpd = server("AuthJSAdapter ...\n");       # configured, not started
    my ($status, $out, $err) = add("id\nsecret\n", 'github', '--url', 'https://www.example.com');
    is mode(env_path()), '600';                      # auth.env of that server
    like slurp(conf_path()), qr/AuthJSProvider github/;

run(STDIN, WORDS) runs authjsctl with other words; asked() are the options that name the server.

=cut

use strict;
use warnings;
use parent 'Exporter';
use AuthJSTest;
use AuthJSTest::Env;
use File::Temp ();
use IPC::Open3 ();

our @EXPORT = qw(run server asked add slurp env_path conf_path mode);
my ($dir, $httpd) = (File::Temp::tempdir(CLEANUP => 1));

# (exit status, stdout, stderr)
sub run {
    my ($stdin, @arguments) = @_;
    local %ENV = (PATH => $ENV{PATH}, ASAN_OPTIONS => 'detect_leaks=0:exitcode=99', UBSAN_OPTIONS => 'exitcode=99');
    open my $err, '+>', "$dir/stderr" or die $!;
    my $pid = IPC::Open3::open3(my $in, my $out, '>&' . fileno $err, builddir() . '/tools/authjsctl', @arguments);
    local $SIG{PIPE} = 'IGNORE';
    print $in $stdin;
    close $in;
    local $/;
    my $text = <$out> // '';
    waitpid $pid, 0;
    seek $err, 0, 0;
    return ($? & 127 ? "signal $?" : $? >> 8, $text, scalar(<$err>) // '');
}

sub server { return $httpd = AuthJSTest::Httpd->configure(conf => join '', @_) }
sub asked { ('--httpd', $httpd->{program}, '--config', $httpd->root . '/conf/httpd.conf') }
sub add { my ($stdin, @arguments) = @_; return run($stdin, 'add', @arguments, asked()) }
sub slurp { -e $_[0] ? AuthJSTest::Env::read_file($_[0]) : undef }
sub env_path { $httpd->root . '/auth.env' }
sub conf_path { $httpd->root . '/conf/authjs.conf' }
sub mode { sprintf '%o', (stat $_[0])[2] & 07777 }

1;
