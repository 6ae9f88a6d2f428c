# Who ends his side inside DATA has sent nothing, with close_notify or without; TLS then ends in order. (RFC 5321 4.1.1.4)
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
C: To: b@away.example
C: 
C: the first half
half close
S: closed
delivered: nothing
log: disconnect reason=hangup stage=data
