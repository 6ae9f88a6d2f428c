# On pipes the superserver's TCPREMOTEIP is the client. (DESIGN.md 1.5)
settings: networks = 192.0.2.0/24
client: 192.0.2.77
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: on pipes
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: Received: from client.example (*[192.0.2.77]*
log: connect client=192.0.2.77
