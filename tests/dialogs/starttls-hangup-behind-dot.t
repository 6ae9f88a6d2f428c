# A client that hangs up behind the dot has sent its message, with or without close_notify. (RFC 1047)
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
C: text
C: .
wait 0.3
hang up
delivered: -i -oeq -f a@office.example -t
log: relay status=0
log: disconnect reason=hangup
