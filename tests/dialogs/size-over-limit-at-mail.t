# SIZE over the limit is 552 5.3.4 at MAIL, also where no number holds it. (RFC 1870 6.1)
settings: networks = 127.0.0.1
settings: message_size_limit = 1000
C: MAIL FROM:<a@office.example> SIZE=1001
S: 552 5.3.4 *
C: MAIL FROM:<a@office.example> SIZE=99999999999999999999
S: 552 5.3.4 *
C: MAIL FROM:<a@office.example> SIZE=1000
S: 250 2.1.0 *
