# A group is answered in order, one reply each, however it is cut. (RFC 2920 3.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: RCPT TO:<bad>
C: RCPT TO:<c@away.example>
C: DATA
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 553 5.1.3 *
S: 250 2.1.5 *
S: 354 *
C: To: b@away.example
C: 
C: body
C: .
C: QUIT
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
delivered: -i -oeq -f a@office.example -- b@away.example c@away.example
body: body
