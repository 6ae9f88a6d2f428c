# EHLO within a transaction ends it as RSET does. (RFC 5321 4.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: EHLO client.example
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
C: DATA
S: 503 5.5.1 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: HELO client.example
S: 250 office.example
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
