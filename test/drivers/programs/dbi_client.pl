# Perl DBI with DBD::MariaDB or DBD::mysql: a query, a prepared statement of the server, and a cancel from a second connection.
use strict;
use warnings;
use DBI;

$| = 1;
my $driver = $ENV{DBI_DRIVER};
my $prefix = $driver eq 'MariaDB' ? 'mariadb' : 'mysql';

sub open_connection {
    my $source = "DBI:$driver:database=$ENV{SCHEMA};host=$ENV{HOST};port=$ENV{PORT}";
    my %options = (RaiseError => 1, PrintError => 0, "${prefix}_server_prepare" => 1);
    return DBI->connect($source, $ENV{USER_NAME}, $ENV{PASSWORD}, \%options);
}

my $connection = open_connection();
my @row = $connection->selectrow_array("SELECT 40 + 2, HEX('n\xC3\xA4')");
print "query $row[0]\n";

my $statement = $connection->prepare('SELECT ? + ?');
$statement->execute(40, 2);
my ($sum) = $statement->fetchrow_array;
$statement->finish;
printf "prepared %d\n", $sum;

my $victim = $connection->{"${prefix}_thread_id"};
my $canceller = fork // die "fork: $!";
if ($canceller == 0) {
    $connection->{InactiveDestroy} = 1;
    my $line = <STDIN>;
    open_connection()->do("KILL QUERY $victim");
    require POSIX;
    POSIX::_exit(0);
}
eval { $connection->selectrow_array($ENV{LONG_STATEMENT}); print "not cancelled\n"; };
print 'cancelled ' . $connection->err . "\n" if $@;
waitpid $canceller, 0;
my ($after) = $connection->selectrow_array('SELECT 1');
print "after $after\n";
$connection->disconnect;
