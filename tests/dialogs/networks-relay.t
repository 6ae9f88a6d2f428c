# A client of `networks` relays without a login; its neighbour does not. (RFC 6409 4.3)
settings: networks = 127.0.0.1 127.2.0.0/16
client: 127.2.99.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
log: connect client=127.2.99.1
log: mail rule=network sender=a@office.example
