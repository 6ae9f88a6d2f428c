# A line of the header is unstuffed too, and a dot cannot end the header. (RFC 5321 4.5.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: .Subject: dotted
C: X-Long: a
C:  ..b
C: 
C: body
C: .
S: 250 2.0.0 *
delivered: *
has: Subject: dotted
has: X-Long: a
has:  ..b
body: body
