# A parameter that stands twice is a syntax error. (RFC 5321 4.1.1.11)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> SIZE=1 SIZE=2
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> BODY=7BIT BODY=8BITMIME
S: 501 5.5.4 *
