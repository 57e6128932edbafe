use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;

for my $mpm (qw(event worker prefork)) {
    my $httpd = httpd(mpm => $mpm, conf => '');
    is $httpd->site->get('/index.html')->code, 200, "$mpm: serves";
    ok $httpd->stop, "$mpm: stops";
    unlike $httpd->error_log, qr/AH0005[12]|\[(?:crit|alert|emerg)\]/, "$mpm: a quiet log";
}

my ($status, $output) = configtest('');
is $status, 0, 'configtest without a directive of ours' or diag $output;

done_testing;
