# A disk that fills up within the text is 452 4.3.1 after the dot, and nothing is sent. (RFC 5321 4.2.3, DESIGN.md 3)
settings: networks = 127.0.0.1
largest file: 100000
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C*3000: 0123456789012345678901234567890123456789
C: .
S: 452 4.3.1 *
C: NOOP
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: small
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
body: small
log: error what=*
log: refused code=452
log: relay status=0
