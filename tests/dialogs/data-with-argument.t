# DATA takes no argument, and the transaction stands. (RFC 5321 4.1.1.4, 4.3.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA now
S: 501 5.5.4 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
