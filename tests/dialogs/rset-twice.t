# RSET is answered with 250 whenever it is said, and leaves the login and the greeting. (RFC 5321 4.1.1.5)
settings: networks = 127.0.0.1
C: RSET
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RSET
S: 250 2.0.0 *
C: RCPT TO:<b@away.example>
S: 503 5.5.1 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
