# A local part over 64 octets or an address over 254 is refused, shorter ones are taken. (RFC 5321 4.5.3.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<\
C*64: x\
C: @office.example>
S: 250 2.1.0 *
C: RCPT TO:<\
C*65: x\
C: @away.example>
S: 553 5.1.3 *
C: RCPT TO:<b@\
C*63: x\
C: .\
C*63: y\
C: .\
C*63: z\
C: .\
C*52: w\
C: .example>
S: 250 2.1.5 *
C: RCPT TO:<b@\
C*63: x\
C: .\
C*63: y\
C: .\
C*63: z\
C: .\
C*53: w\
C: .example>
S: 553 5.1.3 *
C: RCPT TO:<b@\
C*64: x\
C: .example>
S: 5* 5.1.3 *
