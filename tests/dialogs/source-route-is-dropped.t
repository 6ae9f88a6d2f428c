# A source route is accepted and ignored. (RFC 5321 4.1.1.3, appendix C)
settings: networks = 127.0.0.1
C: MAIL FROM:<@one.example,@two.example:a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<@one.example:b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: route
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
