# What a virtual host costs: what hosts have in common is there once, and none is compared
# with each other one.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;

my $head = "StartServers 1\nUseCanonicalName On\nAuthJSSecret \@secret:auth_secret\@\n";
my $providers = <<'EOT';
<AuthJSProvider op oidc>
    AuthJSIssuer       https://op%n.example.com
    AuthJSClientID     client-%n
    AuthJSClientSecret of-client-%n
</AuthJSProvider>
<AuthJSProvider github>
    AuthJSClientID     github-%n
    AuthJSClientSecret of-github-%n
</AuthJSProvider>
EOT

my $expressions = <<'EOT';
AuthJSCallback signIn "expr=%{AUTHJS:profile.email} =~ /@example\.com$/"
AuthJSSessionField user.id %{AUTHJS:token.sub}
AuthJSToken role %{AUTHJS:profile.role}
EOT

# What stands outside of the virtual hosts, and in each of them.
my %kinds = (
    'no provider' => ['', ''],
    'providers that all inherit' => [$providers =~ s/%n//gr, ''],
    'providers and expressions that all inherit' => [($providers =~ s/%n//gr) . $expressions, ''],
    'two providers in each' => ['', $providers],
);

sub hosts {
    my ($kind, $count) = @_;
    my ($common, $each) = @{ $kinds{$kind} };
    return $head . $common . join '', map {
        my $n = $_;
        "<VirtualHost 127.0.0.1:\@port\@>\nServerName h$n.example.com\n" . ($each =~ s/%n/$n/gr) . "</VirtualHost>\n" } 1 .. $count;
}

# --- memory: KiB of the parent process for each of a thousand hosts more ----------------------

sub rss {
    my $httpd = httpd(conf => hosts(@_));
    # Its child is there, and can be stopped.
    $httpd->site->get('/');
    my ($kib) = AuthJSTest::Env::read_file('/proc/' . $httpd->pid . '/status') =~ /VmRSS:\s+(\d+)/;
    $httpd->stop;
    return $kib;
}

SKIP: {
    skip 'memory is the sanitizers\' here', 3 if sanitized();
    my %each = map { ($_ => (rss($_, 1100) - rss($_, 100)) / 1000) } keys %kinds;
    my $bare = delete $each{'no provider'};
    diag sprintf '%s: %.1f KiB a host', $_, $each{$_} - $bare for sort keys %each;
    cmp_ok $each{'providers that all inherit'} - $bare, '<', 4, 'a host that inherits: at most 4 KiB';
    cmp_ok $each{'providers and expressions that all inherit'} - $bare, '<', 4, 'with expressions, too';
    cmp_ok $each{'two providers in each'} - $bare, '<', 15, 'a host with two providers of its own: at most 15 KiB';
}

# --- time: ten times the hosts, beside ten times as long ---------------------------------------

sub seconds {
    my ($kind, $count) = @_;
    my @before = times;
    my ($status, $output) = configtest(hosts($kind, $count));
    my @after = times;
    is $status, 0, "$count hosts, $kind: configtest" or diag substr $output, 0, 2000;
    return $after[2] + $after[3] - $before[2] - $before[3];
}

for my $kind ('providers that all inherit', 'two providers in each') {
    my ($few, $many) = map { seconds($kind, $_) - seconds('no provider', $_) } 500, 5000;
    diag sprintf '%s: %.2f s, %.2f s', $kind, $few, $many;
    # Clocks of CPU time tick in hundredths; the square would be a hundred times as much.
    cmp_ok $many, '<', 30 * ($few + 0.02), "$kind: the time grows as the hosts do";
}

done_testing;
