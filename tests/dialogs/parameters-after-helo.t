# After HELO no extension was offered, so no parameter is known. (RFC 5321 4.1.1.11)
settings: networks = 127.0.0.1
S: 220 office.example *
C: HELO client.example
S: 250 office.example
C: MAIL FROM:<a@office.example> SIZE=10
S: 555 5.5.4 *
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
has: *with SMTP id *
