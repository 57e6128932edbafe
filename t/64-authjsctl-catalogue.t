# authjsctl add, with every provider of the catalogue: each definition says what is asked.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Ctl;
use AuthJSTest::Database;
use JSON::PP ();

# What each definition leaves open, read by the test itself; then each is added to one server in turn.
my $catalogue = JSON::PP->new->utf8->decode(slurp(srcdir() . '/lib/catalogue/definitions/providers.json'));
my $key = AuthJSTest::Env::write_file(root() . '/add/key.p8', scalar `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null`, 0600);
{
    my @listed = split /\n/, (run('', 'add', '--list'))[1];
    is_deeply [sort @listed], [sort keys %$catalogue, 'credentials'], '--list has the catalogue';
    my $db = database('sqlite');
    my $httpd = server($db->adapter . "Include @{[ '@root@' ]}/conf/authjs.conf\n");
    AuthJSTest::Env::write_file(conf_path(), "# mine\n");
    my @failed;
    is `@{[ srcdir() ]}/tools/registration @{[ srcdir() ]}/docs`, slurp(srcdir() . '/tools/registration.inc'), 'where to register is as the manual has it';
    my %at = slurp(srcdir() . '/tools/registration.inc') =~ /^\{"([^"]+)", "[^"]+", "(https:[^"]+)"\},$/mg;
    cmp_ok scalar keys %at, '>', 40, '... of most providers';
    for my $id (@listed) {
        my $definition = $catalogue->{$id} // { type => 'credentials' };
        my $text = JSON::PP->new->canonical->encode($definition);
        my (@lines, @options);
        my $options = $definition->{options} // {};
        if ($definition->{type} =~ /^o/) {
            @lines = ("id-$id", "secret '\$$id' that is as long as HS512 wants it to be");
            push @options, '--issuer', "https://$id.example.com" if !$definition->{issuer} && ($definition->{type} eq 'oidc' || $text =~ /\{issuer\}/);
        }
        elsif ($definition->{type} eq 'email') {
            push @lines, $definition->{mail} ? 'https://mail.example.com/send' : 'smtp://mail.example.com' unless ($definition->{mail} // {})->{url};
            push @lines, 'Site <no-reply@example.com>';
        }
        push @lines, "key-$id" if exists $options->{apiKey} || $text =~ /\{apiKey\}/;
        push @options, map { ('--option', "$_=x") } grep { !defined $options->{$_} && $_ !~ /^(?:apiKey|teamId)$/ } sort keys %$options;
        push @options, '--file', '/etc/passwd' if $id eq 'credentials';
        if ($id eq 'netsuite') { # whose userinfo is each customer's own
            my ($status, $out, $err) = add("a\nb\n", $id);
            is $status, 2, $id;
            like $err, qr/write .*AuthJSUserinfoURL/, '... is told what to write';
            next;
        }
        my ($status, $out, $err) = add(join('', map { "$_\n" } @lines), $id, @options, $id eq $listed[0] ? ('--url', 'https://www.example.com') : ());
        push @failed, "$id: $status $out$err" if $status;
        push @failed, "$id: where?" if $at{$id} && $out !~ m{^Register an application at \Q$at{$id}\E\. }m;
    }
    is_deeply \@failed, [], 'each is added, and taken by httpd' or diag @failed;
    my ($status, $said) = $httpd->test('-D', 'DUMP_AUTHJS', '-D', 'DUMP_AUTHJS_ALL');
    my ($survey) = $said =~ /^authjs-survey: (.*)$/m;
    my ($host) = @{ JSON::PP->new->utf8->decode($survey)->{hosts} };
    is_deeply [map { $_->{id} } @{ $host->{site}{providers} }], [grep { $_ ne 'netsuite' } @listed], '... and is there';
    unlike $survey, qr/secret '|\Qkey-sendgrid\E/, 'the survey has no secrets';
    like slurp(conf_path()), qr/^# mine\n/, 'what stood there is there';
}

done_testing;
