# Every line of the text keeps its end, the last too. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: x
C: 
C: last\r\n\r\n\r\n.\r\n\
S: 250 2.0.0 *
delivered: *
body: last
body: 
body: 
