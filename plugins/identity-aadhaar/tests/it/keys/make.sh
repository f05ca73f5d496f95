#!/bin/sh
# Makes the test authority's certificates and their keys anew. None of them is used by anything but these tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir new && : > index.txt && echo 01 > serial
cat > ca.cnf <<'CNF'
[ca]
default_ca = test
[test]
dir = .
database = index.txt
serial = serial
new_certs_dir = new
default_md = sha256
policy = any
unique_subject = no
[any]
organizationName = supplied
commonName = supplied
CNF
new() {
    openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/O=FacePay tests/CN=$2" 2>/dev/null
}
new ca "Test authority"
openssl ca -batch -config ca.cnf -selfsign -in ca.csr -keyfile ca.key -out ca.crt -notext \
    -startdate 20180101000000Z -enddate 20990101000000Z 2>/dev/null
# name, subject, valid from, valid until
certificate() {
    new "$1" "$2"
    openssl ca -batch -config ca.cnf -in "$1.csr" -keyfile ca.key -cert ca.crt -out "$here/$1.crt" -notext \
        -startdate "$3" -enddate "$4" 2>/dev/null
    openssl pkcs8 -topk8 -nocrypt -in "$1.key" -out "$here/$1.pem"
}
certificate issuer "Documents" 20240101000000Z 20981231000000Z
certificate former "Documents until 2021" 20190101000000Z 20210101000000Z
certificate stranger "Nobody" 20240101000000Z 20981231000000Z
certificate aua "AUA" 20240101000000Z 20981231000000Z
# A document that is signed as UIDAI's have been: RSA over SHA-1, the digest SHA-256. All of it is its own canonical form.
document='<OfflinePaperlessKyc referenceId="912320260101120000000"><UidData><Poi dob="15-08-1990" e="" gender="F" m="" name="Asha Rao"></Poi><Poa state="Kerala"></Poa></UidData></OfflinePaperlessKyc>'
dsig=http://www.w3.org/2000/09/xmldsig#
digest=$(printf %s "$document" | openssl dgst -sha256 -binary | base64 -w0)
info="<CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"></CanonicalizationMethod><SignatureMethod Algorithm=\"${dsig}rsa-sha1\"></SignatureMethod><Reference URI=\"\"><Transforms><Transform Algorithm=\"${dsig}enveloped-signature\"></Transform></Transforms><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod><DigestValue>$digest</DigestValue></Reference></SignedInfo>"
value=$(printf %s "<SignedInfo xmlns=\"$dsig\">$info" | openssl dgst -sha1 -sign "$here/issuer.pem" | base64 -w0)
printf %s "${document%</OfflinePaperlessKyc>}<Signature xmlns=\"$dsig\"><SignedInfo>$info<SignatureValue>$value</SignatureValue></Signature></OfflinePaperlessKyc>" > "$here/sha1.xml"
