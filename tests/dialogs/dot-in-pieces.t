# The end of the text is seen wherever it is cut. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: cut
C: 
C: body\r\
wait 0.05
C: \n\
wait 0.05
C: .\
wait 0.05
C: .x\r\n.\r\
wait 0.05
C: \n\
S: 250 2.0.0 *
delivered: *
body: body
body: .x
