# Rows of MariaDB, with collations of their own, and visitors that hold something against us.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::AdapterHostile;

hostile_suite(kind => 'mysql', schema => 'prisma', foreign => 1);
hostile_suite(kind => 'mysql', schema => 'drizzle', foreign => 1);
hostile_suite(kind => 'mysql', schema => 'kysely');

done_testing;
