# E-mail addresses as Auth.js's own normalizer has them: where both take one, it is the same.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();

my $peers = srcdir() . '/t/peers';
my $tool = builddir() . '/t/tools/authjs-address';
my @corpus = sort glob srcdir() . '/t/fuzz/corpus/address/*';

# Reasons for which Auth.js takes what is refused here; docs/security.md names them.
my @reasons = ('it begins with what no address begins with', 'it has a blank',
    'it has a character that is neither a letter nor a digit',
    'it has a character that no plain address has', 'it has a comma', 'it has a control character',
    'it has what programs for mail decode', 'it is too long', 'it says which way to go', 'its domain is none',
    'a dot stands at an end, or beside another one', 'nothing, or too much, stands before the @');

sub compared {
    my (%env) = @_;
    local @ENV{ keys %env } = values %env;
    my $said = `$peers/node $peers/addresses.mjs $tool @corpus`;
    my ($last) = $said =~ /^(\{.*\})\n\z/;
    ok $last, 'all that is taken is what Auth.js takes' or diag $said;
    return $last ? JSON::PP->new->decode($last) : {};
}

for my $seed (1, 2) {
    my $count = compared(SEED => $seed, COUNT => 20000);
    cmp_ok $count->{of}, '>', 18000, 'of many';
    cmp_ok $count->{agreed}, '>', 1500, '... and both take many';
    my %listed = map { $_ => 1 } @reasons;
    is_deeply [ grep { !$listed{$_} } sort keys %{ $count->{refusedByUs} } ], [], '... and why one is refused is said';
}

# Every character of the planes that have letters, in three places.
my $count = compared(EVERY => 1, COUNT => 0);
cmp_ok $count->{agreed}, '>', 80_000, 'every letter of the planes that have them, as Auth.js has it';

done_testing;
