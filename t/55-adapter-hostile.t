# Rows of SQLite and PostgreSQL, and visitors, that hold something against us.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::AdapterHostile;

hostile_suite(kind => 'sqlite', schema => 'd1', foreign => 1);
hostile_suite(kind => 'sqlite', schema => 'drizzle');
hostile_suite(kind => 'pgsql', schema => 'pg', foreign => 1);
hostile_suite(kind => 'pgsql', schema => 'drizzle');

done_testing;
