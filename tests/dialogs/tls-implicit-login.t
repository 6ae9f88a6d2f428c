# Over -s a login is taken from everywhere. (RFC 8314 3.3)
settings: cleartext_networks = ::1
account: alice sesame-open
implicit tls
C: AUTH LOGIN
S: 334 *
C: {base64 alice}
S: 334 *
C: {base64 sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<alice@office.example>
S: 250 2.1.0 *
log: tls result=ok
log: auth result=ok mechanism=LOGIN user=alice
