# Whatever the client calls itself, Received stays one well-formed field. (RFC 5321 4.4)
settings: networks = 127.0.0.1
S: 220 office.example *
C: EHLO a(b);<c>"d\\
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: *
has: Received: from *
has not: *(b);<c>*
