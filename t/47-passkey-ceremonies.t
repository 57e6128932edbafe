# Ceremonies of passkeys, honest and not, of every algorithm: the module's verification and
# @simplewebauthn/server's agree, but for the differences that are listed, each of which comes.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();

my $peers = srcdir() . '/t/peers';
my $tool = builddir() . '/t/tools/authjs-webauthn';

for my $seed ($ENV{SEED} // (1, time)) {
    diag "SEED=$seed";
    local @ENV{qw(SEED COUNT)} = ($seed, 2000);
    my $said = `$peers/node $peers/ceremonies.mjs $tool`;
    my ($last) = $said =~ /^(\{.*\})\n\z/;
    ok $last, 'nothing differs that is not listed' or diag $said;
    my $count = $last ? JSON::PP->new->decode($last) : {};
    cmp_ok $count->{of} // 0, '>=', 2000, 'of many';
    cmp_ok $count->{accepted} // 0, '>', 350, '... and both accept many';
    cmp_ok $count->{refused} // 0, '>', 900, '... and refuse more';
    for my $alg (-7, -8, -35, -36, -37, -257) {
        cmp_ok $count->{algorithms}{$alg} // 0, '>', 20, "... of algorithm $alg";
    }
    # What a bit turned over does is chance.
    for my $side (qw(stricter looser)) {
        is_deeply [ sort grep { !/bit turned over/ } keys %{ $count->{$side} } ],
            [ sort grep { !/bit turned over/ } @{ $count->{listed}{$side} // [] } ],
            "every difference comes: $side";
    }
}

done_testing;
