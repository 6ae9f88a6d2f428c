# A sendmail that answers at once and reads later reads its own message, not the next. (DESIGN.md 3)
settings: networks = 127.0.0.1
sendmail: background 1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: first
C: .
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: c@away.example
C: 
C: second
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
body: first
delivered: -i -oeq -f a@office.example -t
body: second
