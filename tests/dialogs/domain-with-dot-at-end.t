# A domain's trailing dot is refused: sendmails differ about it. (RFC 5321 2.3.5)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example.>
S: 5* 5.1.3 *
