# Exactly one leading dot is taken off, and only at the beginning of a line. (RFC 5321 4.5.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: dots
C: 
C: ..
C: ...
C: ..x
C: .x
C: x.
C: . 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
body: .
body: ..
body: .x
body: x
body: x.
body:  
