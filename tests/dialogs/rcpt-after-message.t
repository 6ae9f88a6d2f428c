# A message ends its transaction: the next begins with MAIL. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
C: DATA
S: 503 5.5.1 *
delivered: -i -oeq -f a@office.example -t
