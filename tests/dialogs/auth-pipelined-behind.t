# What is pipelined behind a login is answered after it, and is no token. (RFC 2920 3.1, RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
S: 235 2.7.0 *
S: 250 2.1.0 *
S: 250 2.1.5 *
