# The same recipient twice is delivered once; another case of letters is another address. (DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<B@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: x
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example B@away.example
