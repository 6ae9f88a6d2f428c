# A line of the body over 998 octets passes unchanged by default. (RFC 5321 4.5.3.1.6, DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: long
C: 
C*300: .123456789\
C: 
C: .
S: 250 2.0.0 *
delivered: *
body: 123456789*.123456789
