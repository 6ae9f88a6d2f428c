# RCPT needs MAIL, DATA needs RCPT. (RFC 5321 3.3)
settings: networks = 127.0.0.1
C: RCPT TO:<b@away.example>
S: 503 5.5.1 *MAIL*
C: DATA
S: 503 5.5.1 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: DATA
S: 503 5.5.1 *RCPT*
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
