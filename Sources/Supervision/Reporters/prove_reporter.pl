# SPDX-License-Identifier: Apache-2.0
# Runs prove as it is, and writes what each test file printed and how it ended, a JSON line each.
#
#   perl prove_reporter.pl --report=FILE [--select=FILE]... -- [what prove is given]
#
# Needs Perl 5.10 or later and its core modules only. The formatter takes the place of the one that
# prints for people; what the files print on standard error is kept with the rest, as it tells why
# a file died.
use strict;
use warnings;

package Orchestrate::Formatter;

sub new { return bless {}, shift }
sub prepare   { }
sub summary   { }
sub jobs      { return 1 }
sub verbosity { return 0 }

sub open_test {
    my ($self, $file, $parser) = @_;
    return bless {file => $file, parser => $parser, lines => []}, 'Orchestrate::Session';
}

package Orchestrate::Session;

sub result {
    my ($self, $result) = @_;
    push @{$self->{lines}}, split /\n/, $result->raw, -1;
    return;
}

sub clear_for_close { }

sub close_test {
    my ($self) = @_;
    my $parser = $self->{parser};
    print STDOUT map { "$_\n" } "# $self->{file}", @{$self->{lines}};
    Orchestrate::Report::write({
        file => $self->{file}, lines => $self->{lines},
        exit => $parser->exit // 0, wait => $parser->wait // 0,
    });
    return;
}

package Orchestrate::Report;

use JSON::PP ();

my ($file, $count) = (undef, 0);

sub open_at {
    my ($path) = @_;
    die "$path is there already\n" if -e $path;
    open $file, '>:raw', $path or die "$path: $!\n";
    return;
}

sub write {
    my ($record) = @_;
    $count += 1;
    print {$file} JSON::PP->new->latin1(0)->utf8(0)->encode($record), "\n" or die "$!\n";
    return;
}

sub finish {
    print {$file} JSON::PP->new->encode({end => $count}), "\n" or die "$!\n";
    close $file or die "$!\n";
    return;
}

package main;

use App::Prove ();

$INC{'Orchestrate/Formatter.pm'} = __FILE__;
my (%own, @selected);
while (defined(my $word = shift @ARGV)) {
    last if $word eq '--';
    $own{report} = $1    if $word =~ /\A--report=(.*)\z/s;
    push @selected, $1   if $word =~ /\A--select=(.*)\z/s;
}
my $prove = App::Prove->new;
$prove->process_args(@ARGV);
$prove->formatter('Orchestrate::Formatter');
$prove->merge(1);
$prove->argv([@selected]) if @selected;
Orchestrate::Report::open_at($own{report});
my $passed = $prove->run;
Orchestrate::Report::finish();
exit($passed ? 0 : 1);
