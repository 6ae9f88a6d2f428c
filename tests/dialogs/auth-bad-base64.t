# What is no base64 is 501 5.5.2 and never half decoded: bad octets, lengths, pads in the middle. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN !!!!
S: 501 5.5.2 *
C: AUTH PLAIN AGFsaWNl=AHNlc2FtZS1vcGVu
S: 501 5.5.2 *
C: AUTH PLAIN AGFsaWNlAHNlc2FtZS1vcGV
S: 501 5.5.2 *
C: AUTH PLAIN
S: 334 
C: AGFsaWNl AHNlc2FtZS1vcGVu
S: 501 5.5.2 *
C: AUTH PLAIN
S: 334 
C: {base64 \0alice\0sesame-open}====
S: 501 5.5.2 *
C: AUTH LOGIN
S: 334 *
C: ~~~~
S: 501 5.5.2 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail reason=malformed
