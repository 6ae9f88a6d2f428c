# Recipients over the limit are 452 4.5.3, and the ones before are kept. (RFC 5321 4.5.3.1.10)
settings: networks = 127.0.0.1
settings: recipient_limit = 2
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: RCPT TO:<c@away.example>
C: RCPT TO:<d@away.example>
C: RCPT TO:<e@away.example>
C: DATA
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 250 2.1.5 *
S: 452 4.5.3 *
S: 452 4.5.3 *
S: 354 *
C: Subject: many
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example c@away.example
log: refused code=452
log: relay recipients=2
