#!/bin/sh
# mkca.sh DIR [HOST...]: a certification authority of our own (ca.pem) and a server certificate for
# localhost, 127.0.0.1, 127.0.0.2 and ::1 (srv.pem, srv.key), and one that nobody vouches for
# (untrusted.pem, untrusted.key). Does nothing when DIR has them. With hosts, srv.pem is theirs too.
set -e
dir=${1:?usage: mkca.sh DIR [HOST...]}
shift
mkdir -p "$dir"
cd "$dir"
if [ -s ca.pem ] && [ -s untrusted.pem ] && openssl verify -CAfile ca.pem srv.pem >/dev/null 2>&1; then
    exit 0
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj '/CN=mod_authjs test CA' -keyout ca.key -out ca.pem \
    -addext 'basicConstraints=critical,CA:TRUE' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' \
    -keyout srv.key -out srv.csr 2>/dev/null
{
    echo "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:::1$(printf ',DNS:%s' "$@" | sed 's/^,DNS:$//')"
    echo 'basicConstraints=CA:FALSE'
    echo 'extendedKeyUsage=serverAuth'
} > ext
openssl x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
    -extfile ext -out srv.pem 2>/dev/null
openssl verify -CAfile ca.pem srv.pem >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj '/CN=localhost' -addext 'subjectAltName=DNS:localhost' \
    -keyout untrusted.key -out untrusted.pem 2>/dev/null
