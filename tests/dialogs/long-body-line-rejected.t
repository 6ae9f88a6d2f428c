# Where long_lines = reject a body line over 998 octets is refused, one of 998 is not. (RFC 5322 2.1.1)
settings: networks = 127.0.0.1
settings: long_lines = reject
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: long
C: 
C*998: x\
C: 
C: .
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: long
C: 
C*999: x\
C: 
C: .
S: 554 5.6.0 *
delivered: *
log: longtext
