# A message that was refused ends its transaction too. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: bare \n LF
C: .
S: 554 5.6.0 *
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
