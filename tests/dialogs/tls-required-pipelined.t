# tls_required refuses one by one what an old client has written at once. (RFC 3207 4, RFC 2920 3.2)
settings: tls_required = yes
settings: networks = 127.0.0.1
tls
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: DATA
S*3: 530 5.7.0 *
C: NOOP
S: 250 2.0.0 *
log not: mail *
