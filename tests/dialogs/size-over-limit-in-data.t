# A text over the limit is eaten to its end, then 552; the session goes on. (RFC 1870 6.3)
settings: networks = 127.0.0.1
settings: message_size_limit = 2000
C: MAIL FROM:<a@office.example> SIZE=10
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: big
C: 
C*300: 0123456789
C: .
S: 552 5.3.4 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
log: toobig value=2000
