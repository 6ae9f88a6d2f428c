# Who closes TLS inside DATA has sent nothing, and is answered by close_notify. (RFC 5321 4.1.1.4, RFC 8446 6.1)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: text
C: 
C: half a line\
close tls
S: closed
delivered: nothing
log: disconnect reason=hangup stage=data
