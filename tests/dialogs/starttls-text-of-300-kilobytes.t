# A large message that is written without waiting arrives whole through TLS. (RFC 2920 3.1)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: DATA
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 354 *
C: Subject: large
C: 
C*3795: 0123456789012345678901234567890123456789012345678901234567890123456789012345678
C: .
C: QUIT
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
delivered: *
body*3795: 0123456789012345678901234567890123456789012345678901234567890123456789012345678
