# DATA behind recipients that were all refused is 503, never 354. (RFC 2920 3.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@[192.0.2.1]>
C: RCPT TO:<c>
C: DATA
S: 250 2.1.0 *
S: 553 5.1.3 *
S: 553 5.1.3 *
S: 503 5.5.1 *
C: NOOP
S: 250 2.0.0 *
