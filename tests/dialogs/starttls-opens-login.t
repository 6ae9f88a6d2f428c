# Where a password may not cross in clear AUTH is offered in TLS, and taken. (RFC 4954 4)
settings: cleartext_networks = 127.0.0.0/16
account: alice sesame-open
client: 127.1.0.1
tls
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-STARTTLS
S: 250-AUTH SCRAM-SHA-256
S: 250 ENHANCEDSTATUSCODES
C: STARTTLS
S: 220 2.0.0 *
handshake
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<alice@office.example>
S: 250 2.1.0 *
log: connect client=127.1.0.1
log: tls result=ok
log: auth result=ok mechanism=PLAIN user=alice
