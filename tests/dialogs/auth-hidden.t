# Where a password would cross in clear AUTH is not offered, not taken, and the log says why. (RFC 4954 4)
settings: mechanisms = PLAIN LOGIN
settings: cleartext_networks = 127.0.0.0/16
account: alice sesame-open
client: 127.1.0.1
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250 ENHANCEDSTATUSCODES
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 538 5.7.11 *
C: AUTH LOGIN
S: 538 5.7.11 *
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
log: connect client=127.1.0.1 auth=*
