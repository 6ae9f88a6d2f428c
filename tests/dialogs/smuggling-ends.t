# No other end than CRLF.CRLF: LF.CRLF, CRLF.LF, CR.CR and CRLF.CR are none. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: body\n.\r\nRCPT TO:<x@away.example>\r\n\
C: body\r\n.\nRCPT TO:<x@away.example>\r\n\
C: body\r.\rRCPT TO:<x@away.example>\r\n\
C: body\r\n.\rRCPT TO:<x@away.example>\r\n\
C: body\r\n\0.\r\nRCPT TO:<x@away.example>\r\n\
C: body\r\n.\0\r\nRCPT TO:<x@away.example>\r\n\
C: body\r.\r\nRCPT TO:<x@away.example>\r\n\
wait 0.2
C: .
S: 554 5.6.0 *
C: NOOP
S: 250 2.0.0 *
