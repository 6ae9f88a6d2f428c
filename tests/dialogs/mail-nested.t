# MAIL within a transaction is 503, and the transaction stands. (RFC 5321 4.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: MAIL FROM:<evil@office.example>
S: 503 5.5.1 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: MAIL FROM:<evil@office.example>
S: 503 5.5.1 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
