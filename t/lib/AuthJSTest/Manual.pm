package AuthJSTest::Manual;

# What a chapter of the manual tells to do, step by step. Perl alone: packaging/tour runs in a
# bare Debian.
use strict;
use warnings;

# section(TEXT, HEADING): its steps, each [kind, what, ...]:
#   run    COMMANDS           a block of commands
#   answer LINES              what they are to print, after "This is the answer:"; a line that is
#                             ... stands for any
#   write  CONTENTS, PATH     after "Write to `PATH`:"
#   append CONTENTS, PATH     after "Add to the end of `PATH`:"
#   has    CONTENTS, PATH     after "`PATH` has them now:", and the like
#   other  TEXT               any other block
sub section {
    my ($text, $heading) = @_;
    my ($body) = $text =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms or die "there is no section $heading\n";
    my (@steps, $before);
    for my $part (split /\n{2,}(?! {4})/, $body) {
        # A block and blank lines in it follow what is said of it.
        my ($said, $block) = $part =~ /\A\n*((?:(?! {7}| {4}\S)[^\n]*\n?)*?)((?: {7}| {4}\S).*)?\z/s;
        $before = $said =~ s/\s+/ /gr;
        next if !$block;
        my ($indent) = $block =~ /^( +)/;
        $block =~ s/^$indent//mg;
        $block =~ s/\n*\z/\n/;
        push @steps, $before =~ /Write to `([^`]+)`[^.]*: ?$/ ? ['write', $block, $1]
            : $before =~ /Add to the end of `([^`]+)`: ?$/ ? ['append', $block, $1]
            : $before =~ /`([^`]+)` has\b[^.]*: ?$/ ? ['has', $block, $1]
            : $before =~ /(?:the answer|answers?): ?$/ ? ['answer', $block]
            : $block =~ /^(?:\.\/|[a-z][\w.-]* )/ ? ['run', $block]
            : ['other', $block];
    }
    return @steps;
}

# missing(ANSWER, OUTPUT): the first line of ANSWER that is not in OUTPUT in its turn.
sub missing {
    my ($answer, $output) = @_;
    my @got = split /\r?\n/, $output;
    my $any = 0;
    for my $line (split /\n/, $answer) {
        if ($line eq '...') {
            $any = 1;
            next;
        }
        shift @got while $any && @got && $got[0] ne $line;
        return $line if !@got || shift(@got) ne $line;
        $any = 0;
    }
    return undef;
}

1;
