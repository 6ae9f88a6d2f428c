# Octets count with CRLF and without dot-stuffing: the limit itself is taken. (RFC 1870 2, 5)
settings: networks = 127.0.0.1
settings: message_size_limit = 1000
C: MAIL FROM:<a@office.example> SIZE=1000
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: exact
C: 
C*100: x\
C: 
C*292: ..
C: ..x
C: .
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example> SIZE=1000
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: exact
C: 
C*100: x\
C: 
C*292: ..
C: ..xy
C: .
S: 552 5.3.4 *
delivered: *
