# A line of the header of 998 octets is taken. (RFC 5322 2.1.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: \
C*989: x\
C: 
C: 
C: .
S: 250 2.0.0 *
delivered: *
