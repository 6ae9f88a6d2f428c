# A bare LF within a message is 554 5.6.0 when it is over, and nothing is sent. (RFC 5321 2.3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: bare
C: 
C: one\ntwo
C: .
S: 554 5.6.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
log: barenewline value=lf
