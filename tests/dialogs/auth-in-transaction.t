# AUTH within a transaction is 503, and the transaction stands. (RFC 4954 4)
settings: networks = 127.0.0.1
account: alice sesame-open
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 503 5.5.1 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 503 5.5.1 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
