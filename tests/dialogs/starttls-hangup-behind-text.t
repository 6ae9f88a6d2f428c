# A client that leaves right behind a text, without the good-bye of TLS, has its message sent: the dot ends it. (RFC 5321 4.1.1.4)
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
hang up
delivered: *
body*3000: 0123456789012345678901234567890123456789012345678901234567890123456789012345678
