# LF.LF does not end the text; after CRLF.CRLF the message is refused for it. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: smuggle
C: 
C: body\n.\n\
wait 0.2
C: MAIL FROM:<evil@office.example>
C: .
S: 554 5.6.0 *
C: NOOP
S: 250 2.0.0 *
log: barenewline value=lf
