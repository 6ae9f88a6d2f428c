# A client that hangs up after RCPT has sent nothing. (RFC 5321 3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
hang up
log: disconnect reason=hangup stage=rcpt
