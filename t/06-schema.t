# The schema of the catalogue's format is the check: what the module takes of files of
# AuthJSProviderFile is what any other validator of JSON Schema takes by the same schema.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;

my $definitions = srcdir() . '/lib/catalogue/definitions';
my $schema = AuthJSTest::Env::read_file("$definitions/schema.json");
my @compare = (srcdir() . '/t/peers/node', srcdir() . '/t/peers/schema.mjs', builddir() . '/t/tools/authjs-catalogue',
    "$definitions/schema.json", "$definitions/providers.json");

my $compared = `@compare 2>&1`;
my ($files, $refused, $more) = $compared =~ /\A(\d+) files, (\d+) refused by both, (\d+) by our checks alone\n\z/;
ok $files, 'ajv and the module take the same, and say where' or diag substr $compared, 0, 4000;
cmp_ok $files // 0, '>', 10_000, '... of many';
cmp_ok $refused // 0, '>', ($files // 0) / 2, '... of which most are wrong';
cmp_ok $more // 0, '>', 100, '... and some in what no schema can say';

# Each rule of the schema counts: without it, the two differ.
my @without = (
    [qr/"required": \["type"\],\n/, 'a member that has to be there'],
    [qr/"additionalProperties": false,\n/, 'what there may be besides'],
    [qr/"enum": \["oauth", "oidc", "email"\]/, 'words', '"type": "string"'],
    [qr/"type": "boolean"/, 'a type', '"title": "x"'], [qr/"minimum": 1/, 'a number', '"title": "x"'],
    [qr/"items": \{[^{}]+\}/, 'elements', '"title": "x"'],
);
for (@without) {
    my ($rule, $what, $instead) = @$_;
    like $schema, $rule, "the schema has $what";
    my $other = AuthJSTest::Env::write_file(root() . '/conf/other.json', $schema =~ s/$rule/$instead \/\/ ''/er);
    local $ENV{OTHER} = $other;
    like scalar(`@compare 2>&1`), qr/^differs /m, "a schema without $what is found";
}

# A keyword that is not known is no word to pass over.
my $unknown = AuthJSTest::Env::write_file(root() . '/conf/unknown.json', '{"type":"object","pattern":"x"}');
like scalar(`printf '{}' | @{[ builddir() ]}/t/tools/authjs-catalogue $unknown`), qr/has a keyword that is not known/, 'an unknown keyword';
my $circle = AuthJSTest::Env::write_file(root() . '/conf/circle.json', '{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}');
like scalar(`printf '{}' | @{[ builddir() ]}/t/tools/authjs-catalogue $circle`), qr/leads in a circle/, 'a circle';
my $nowhere = AuthJSTest::Env::write_file(root() . '/conf/nowhere.json', '{"$ref":"#/$defs/a"}');
like scalar(`printf '{}' | @{[ builddir() ]}/t/tools/authjs-catalogue $nowhere`), qr/must not be there/, 'a reference to nothing';

done_testing;
