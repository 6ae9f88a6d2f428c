# An envelope that was begun in clear is gone in TLS. (RFC 3207 4.2)
settings: networks = 127.0.0.1
tls
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: DATA
S: 503 5.5.1 *
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
C: MAIL FROM:<d@office.example>
S: 250 2.1.0 *
C: RCPT TO:<e@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: e@away.example
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f d@office.example -t
body: text
