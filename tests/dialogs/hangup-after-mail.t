# A client that hangs up after MAIL has sent nothing. (RFC 5321 3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
hang up
log: disconnect reason=hangup stage=mail
