# A message that does not end within data_timeout is not sent. (DESIGN.md 4)
settings: networks = 127.0.0.1
settings: data_timeout = 1s
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
wait 0.5
C: 
wait 0.4
C: text
S: 421 4.4.2 *
S: closed
delivered: nothing
log: disconnect reason=timeout stage=data
