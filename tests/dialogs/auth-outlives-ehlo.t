# EHLO after a login does not end it, and offers AUTH no more. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
