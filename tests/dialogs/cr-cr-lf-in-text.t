# CR CR LF has a CR too many, and is refused. (RFC 5321 2.3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: cr
C: 
C: one\r
C: .
S: 554 5.6.0 *
