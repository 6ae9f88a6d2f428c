# tls_required: in clear nothing is done but EHLO, NOOP, STARTTLS and QUIT, and AUTH is not offered. (RFC 3207 4)
settings: tls_required = yes
settings: networks = 127.0.0.1
account: alice sesame-open
tls
S: 220 office.example *
C: HELO client.example
S: 530 5.7.0 *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-STARTTLS
S: 250 ENHANCEDSTATUSCODES
C: NOOP
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
C: RCPT TO:<b@away.example>
S: 530 5.7.0 *
C: DATA
S: 530 5.7.0 *
C: RSET
S: 530 5.7.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 530 5.7.0 *
C: VRFY alice
S: 530 5.7.0 *
C: HELP
S: 530 5.7.0 *
C: QUIT
S: 221 2.0.0 *
S: closed
log not: auth *
log not: mail *
