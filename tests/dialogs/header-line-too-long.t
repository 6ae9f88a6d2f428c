# A line of the header over 998 octets is 554 5.6.0: Exim would say 0 and deliver nothing. (RFC 5322 2.1.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: \
C*990: x\
C: 
C: 
C: .
S: 554 5.6.0 *
C: NOOP
S: 250 2.0.0 *
log: refused code=554
