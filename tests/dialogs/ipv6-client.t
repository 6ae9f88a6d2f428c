# An IPv6 client is known by its address. (RFC 5321 4.1.3)
settings: networks = ::1
client: ::1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: Received: from client.example (*[IPv6:::1]*
log: connect client=::1
