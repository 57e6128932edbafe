# Every provider of the catalogue of type oauth, at Auth.js and at httpd.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Catalogue;

AuthJSTest::Catalogue->compare('oauth');
