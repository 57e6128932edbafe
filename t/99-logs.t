use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;

# The last test of a pass: reads what every httpd of every test logged. What a test expects
# counts for its own servers only, and has to have come.
my $top = AuthJSTest::Env::top();
my %wanted = map { $_ => 1 } split ' ', $ENV{AUTHJS_LOGS_OF} || '';
my @homes = grep { -d && (!%wanted || $wanted{ (m{([^/]+)$})[0] }) } glob "$top/[0-9]*";
my %fault = map { $_ => [] } qw(sanitizer crash severe unexpected secret token missing);
my ($secret) = map { qr/$_/ } join '|', map { quotemeta } sort values %AuthJSTest::Env::secret;
my ($logs, @expected);

sub is_expected {
    my ($line) = @_;
    return scalar grep { $line =~ $_->{pattern} && ++$_->{seen} } @expected;
}

sub read_log {
    my ($log) = @_;
    my ($name) = $log =~ m{^\Q$top\E/(.*)};
    open my $in, '<', $log or die "$log: $!";
    while (<$in>) {
        chomp;
        my $add = sub { push @{ $fault{ $_[0] } }, "$name:$.: " . substr $_, 0, 400 };
        if ($name =~ m{/sanitizer\.} || /(?:Address|Thread|Leak)Sanitizer|runtime error:/) {
            $add->('sanitizer') if @{ $fault{sanitizer} } < 60;
        }
        my ($level) = /\[\w*:?(error|crit|alert|emerg)\]/;
        my $crash = /AH0005[12]:|exit signal/;
        my $expected = ($level || $crash) && is_expected($_);
        $add->('crash') if $crash && !$expected;
        $add->('secret') if /$secret/;
        next unless $name =~ /error_log$/;
        $add->('token') if /eyJ[\w-]{16,}\.[\w-]*\.[\w-]{8,}/;
        $add->($level eq 'error' ? 'unexpected' : 'severe') if $level && !$expected;
    }
}

for my $home (@homes) {
    # httpd's own affairs: a pollset that closes while its listener stops, and that it is busy.
    # mod_cgid's new daemon finds the old one's socket when httpd restarts at once.
    @expected = { pattern => qr/AH03092: process_lingering_close|AH00286|AH00287|AH00484|AH10159|AH01238|AH01243/, may => 1 };
    for (split /\n/, AuthJSTest::Env::read_file("$home/expected-errors")) {
        my ($may, $pattern, $reason) = split /\t/;
        push @expected, { pattern => qr/$pattern/, reason => $reason, may => $may };
    }
    my @logs = grep { -f } glob "$home/*/logs/*";
    $logs += grep { m{/error_log$} } @logs;
    read_log($_) for @logs;
    push @{ $fault{missing} }, map { ($home =~ m{([^/]+)$})[0] . ": $_->{reason}: $_->{pattern}" }
        grep { !$_->{seen} && !$_->{may} } @expected;
}
ok $logs || %wanted, 'there are logs';

for ([sanitizer => 'no sanitizer report'], [crash => 'no child died'],
    [severe => 'no crit, alert or emerg line that no test expects'], [unexpected => 'no error line that its test does not expect'],
    [secret => 'no secret in any log'], [token => 'no token in any error log'],
    [missing => 'every error that a test expects has come'])
{
    my @lines = @{ $fault{ $_->[0] } };
    ok !@lines, $_->[1] or diag join "\n", splice @lines, 0, 40;
}

done_testing;
