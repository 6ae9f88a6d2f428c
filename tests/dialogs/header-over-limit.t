# A header over header_size_limit is 552 5.3.4, however small the message. (DESIGN.md 3)
settings: networks = 127.0.0.1
settings: header_size_limit = 1000
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C*60: X-Field: 0123456789
C: 
C: body
C: .
S: 552 5.3.4 *header*
C: NOOP
S: 250 2.0.0 *
log: refused code=552
