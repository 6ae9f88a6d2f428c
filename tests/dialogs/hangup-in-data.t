# A client that hangs up inside DATA has sent nothing. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: half a line\
hang up
delivered: nothing
log: disconnect reason=hangup stage=data
