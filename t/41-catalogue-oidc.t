# Every provider of the catalogue of type oidc, at Auth.js and at httpd.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Catalogue;

AuthJSTest::Catalogue->compare('oidc');
