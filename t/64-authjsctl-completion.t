# Bash completion of authjsctl against its own --help; and the manual pages: all of the chapters is
# in them, and nothing that groff warns of.
use lib 't/lib';
use AuthJSTest;

my $tools = builddir() . '/tools';
my $script = srcdir() . '/tools/bash-completion/authjsctl';

# What completes the last of these words.
sub completions {
    my (@words) = @_;
    local %ENV = (PATH => "$tools:$ENV{PATH}", ASAN_OPTIONS => 'detect_leaks=0');
    open my $out, '-|', 'bash', '-c', '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _authjsctl; printf "%s\n" "${COMPREPLY[@]}"',
        'bash', $script, @words or die $!;
    chomp(my @all = <$out>);
    return [sort grep { length } @all];
}
sub help { my $text = `ASAN_OPTIONS=detect_leaks=0 $tools/authjsctl @_ --help`; return $text }

my @commands = help() =~ /^  ([a-z]+) /mg;
cmp_ok scalar @commands, '>=', 10, 'commands';
is_deeply completions('authjsctl', ''), [sort @commands, 'help', '--help', '--version'], 'the first word';
is_deeply completions('authjsctl', 'us'), ['users'], '... begun';
for my $command (@commands) {
    my $text = help($command);
    my @options = $text =~ /^  (--[a-z0-9-]+)/mg;
    is_deeply completions('authjsctl', $command, '--'), [sort @options, '--help'], "$command: its options";
    my %words = map { $_ => 1 } $text =~ /^(?:Usage:)?\s+authjsctl $command \[?([a-z]+)\]?(?=[\s])/mg;
    is_deeply completions('authjsctl', $command, ''), [sort keys %words], '... its words' unless $command eq 'add';
}
my @ids = split /\n/, `ASAN_OPTIONS=detect_leaks=0 $tools/authjsctl add --list`;
cmp_ok scalar @ids, '>', 100, 'providers';
is_deeply completions('authjsctl', 'add', ''), [sort @ids], 'add: their ids';
is_deeply completions('authjsctl', 'add', 'githu'), ['github'], '... begun';
is_deeply completions('authjsctl', 'add', 'github', ''), [], '... one';
is_deeply completions('authjsctl', 'token', '--site', ''), [], 'what nobody knows';
my $file = AuthJSTest::Env::write_file(root() . '/completion/a b', '');
my $begun = $file =~ s/ b$//r;
is_deeply completions('authjsctl', 'token', '--file', $begun), [$file], 'a file, with a blank in its name';
is_deeply completions('authjsctl', 'token', '--file', '=', $begun), [$file], '... behind =';
is_deeply completions('authjsctl', 'add', 'github', '--httpd', $begun), [$file], 'a program';
is_deeply completions('authjsctl', '--config', 'x', 'migrate', '--pri'), ['--print'], 'an option in front of the command';
is_deeply completions('authjsctl', 'nothing', ''), [sort @commands, 'help', '--help', '--version'], 'no command';

SKIP: {
    my @pages = map { builddir() . "/man/$_" } 'authjsctl.8', 'mod_authjs.5';
    skip 'lowdown was not there when this was configured: no manual pages', 1 unless -e $pages[0];
    for my $page (@pages) {
        my $source = AuthJSTest::Env::read_file($page);
        my ($name) = $page =~ m{([^/]+)\.\d$};
        like $source, qr/^\.TH "\U$name\E" "\d" "" "mod_authjs [\d.]+" "mod_authjs"$/m, "$name: the head of its page";
        like $source, qr/^\.SH "NAME"\n\.LP\n$name \\- [a-z].*\n\.SH "SYNOPSIS"$/m, '... its name, as whatis reads it';
        my $warnings = `LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z $page 2>&1 >/dev/null`;
        is $warnings, '', '... no warnings of groff';
        my $text = `LC_ALL=C.UTF-8 MANWIDTH=80 man -l $page 2>/dev/null | col -bx`;
        unlike $text, qr/\]\(|\|---|^#|`|\.md>/m, '... no Markdown left';
        my $chapter = AuthJSTest::Env::read_file(srcdir() . '/docs/' . ($name eq 'authjsctl' ? 'authjsctl.md' : 'directives.md'));
        my @heads = map { s/&lt;/</r =~ s/&gt;/>/r } $chapter =~ /^##+ (.*)$/mg;
        is_deeply [grep { $text !~ /^ *\Q$_\E$/mi } @heads], [], '... every section';
        my %word = map { $_ => 1 } $chapter =~ /\b(AuthJS[A-Z]\w+|--[a-z][a-z-]+)\b/g;
        is_deeply [grep { $text !~ /\Q$_\E/ } sort keys %word], [], '... every directive and option';
    }
}

done_testing;
