# A client that sends all and closes its sending half gets every reply. (RFC 5321 3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: DATA
C: To: b@away.example
C: 
C: text
C: .
C: QUIT
half close
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 354 *
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
delivered: -i -oeq -f a@office.example -t
log: disconnect reason=quit
