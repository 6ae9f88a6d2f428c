# A quoted local part that needs no quotes is the same address without them. (RFC 5321 4.1.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<"a.b"@office.example>
S: 250 2.1.0 *
C: RCPT TO:<"c"@away.example>
S: 250 2.1.5 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: RCPT TO:<"d\\e"@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: quotes
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a.b@office.example -- c@away.example de@away.example
