# docs/providers-table.md is as the catalogue, the providers' documentation and the differences
# from Auth.js make it, and has a verdict for every provider that Auth.js has.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Catalogue;
use Test::More;

my $read = sub { AuthJSTest::Env::read_file(srcdir() . "/$_[0]") };
is system(srcdir() . '/t/tools/providers-table', '--check'), 0, 'the table is up to date: run t/tools/providers-table';

my $table = $read->('docs/providers-table.md');
my %verdict = $table =~ /^\| `([\w-]+)` \| (?:oauth|oidc) \| (same|differs: \S|broken in Auth\.js, ours works: \S|absent)/mg;
my %other = $table =~ /^\| `([\w-]+)` \| (?:email|credentials|webauthn) \| (\S)/mg;
my (%theirs, %rest);
for my $file (glob srcdir() . '/t/peers/node_modules/@auth/core/providers/*.js') {
    my $module = AuthJSTest::Env::read_file($file);
    my ($id) = $module =~ /^ +id(?: =|:) "([\w-]+)"/m or next;
    my $is = $module =~ /^ +type: "(?:oauth|oidc)"/m || $module =~ /\.\.\.MicrosoftEntraID/ ? \%theirs : \%rest;
    $is->{$id} = 1;
}
cmp_ok scalar(keys %theirs), '>=', 90, 'the providers of Auth.js are read';
is_deeply [ sort keys %verdict ], [ sort keys %theirs ], 'every provider of Auth.js has a verdict, and no other';
delete $other{'http-email'}; # what Auth.js's guide has people write
is_deeply [ sort keys %other ], [ sort keys %rest ], '... and those of other types';
is_deeply [ grep { $verdict{$_} eq 'absent' } sort keys %verdict ], [], 'none is absent';

my $differences = AuthJSTest::Catalogue::json_file('t/data/differences.json');
for my $id (sort keys %$differences) {
    ok $verdict{$id}, "$id is a provider";
    like $_->{reason}, qr/\w{3}/, "$id: a reason" for @{ $differences->{$id} };
}
my @listed = $read->('t/peers/play/differences.mjs') =~ /^        id: '(C\d\d)'/mg;
my @manual = $read->('docs/differences.md') =~ /^### (C\d\d) \S/mg;
is_deeply \@manual, \@listed, 'docs/differences.md explains the differences of all providers';
done_testing;
