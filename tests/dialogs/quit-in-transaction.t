# QUIT within a transaction throws it away. (RFC 5321 4.1.1.10)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: QUIT
S: 221 2.0.0 *
S: closed
delivered: nothing
