# close_notify right behind a text cuts off nothing: the message is sent, and the client is told. (RFC 8446 6.1)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.3
hello
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: large
C: 
C*3000: 0123456789012345678901234567890123456789012345678901234567890123456789012345678
C: .
close tls
S: 250 2.0.0 *
S: closed
delivered: *
body*3000: 0123456789012345678901234567890123456789012345678901234567890123456789012345678
