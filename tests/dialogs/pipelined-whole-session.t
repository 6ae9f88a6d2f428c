# All in one go, the next message behind the dot of the first: nothing is lost. (RFC 2920 3.1)
settings: networks = 127.0.0.1
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: DATA
C: To: b@away.example
C: 
C: first
C: .
C: MAIL FROM:<c@office.example>
C: RCPT TO:<d@away.example>
C: DATA
C: To: d@away.example
C: 
C: second
C: .
C: QUIT
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 354 *
S: 250 2.0.0 *
S: 250 2.1.0 *
S: 250 2.1.5 *
S: 354 *
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
delivered: -i -oeq -f a@office.example -t
body: first
delivered: -i -oeq -f c@office.example -t
body: second
