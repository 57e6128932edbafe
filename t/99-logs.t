use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;

# The last test of a pass: stops the main server and reads what every httpd logged.
my $top = AuthJSTest::Env::top();
my $output = `$^X t/TEST.PL -stop-httpd 2>&1`;
is $?, 0, 'the main server stops' or diag $output;

my @logs = grep { -f } glob "$top/t/logs/* $top/servers/*/logs/*";
ok scalar(grep({ m{/error_log$} } @logs)), 'there are logs';

# A pollset that closes while its listener stops: httpd's own affair.
my @expected = (qr/AH03092: process_lingering_close/, map { (split /\t/)[0] }
    split /\n/, AuthJSTest::Env::read_file("$top/servers/expected-errors"));
my %fault = map { $_ => [] } qw(sanitizer crash severe unexpected secret token);
my ($secret) = map { qr/$_/ } join '|', map { quotemeta } sort values %AuthJSTest::Env::secret;

sub is_expected {
    my ($line) = @_;
    return scalar grep { $line =~ $_ } @expected;
}

for my $log (@logs) {
    my ($name) = $log =~ m{^\Q$top\E/(.*)};
    open my $in, '<', $log or die "$log: $!";
    while (<$in>) {
        chomp;
        my $add = sub { push @{ $fault{ $_[0] } }, "$name:$.: " . substr $_, 0, 400 };
        if ($name =~ m{/sanitizer\.} || /(?:Address|Thread|Leak)Sanitizer|runtime error:/) {
            $add->('sanitizer') if @{ $fault{sanitizer} } < 60;
        }
        $add->('crash') if /AH0005[12]:|exit signal/ && !is_expected($_);
        $add->('secret') if /$secret/;
        next unless $name =~ /error_log$/;
        $add->('token') if /eyJ[\w-]{16,}\.[\w-]*\.[\w-]{8,}/;
        my ($level) = /\[\w*:?(error|crit|alert|emerg)\]/ or next;
        next if is_expected($_);
        $add->($level eq 'error' ? 'unexpected' : 'severe');
    }
}

for ([sanitizer => 'no sanitizer report'], [crash => 'no child died'],
    [severe => 'no crit, alert or emerg line that no test expects'], [unexpected => 'no error line that no test expects'],
    [secret => 'no secret in any log'], [token => 'no token in any error log'])
{
    my @lines = @{ $fault{ $_->[0] } };
    ok !@lines, $_->[1] or diag join "\n", splice @lines, 0, 40;
}

done_testing;
