# SIZE takes 1 to 20 digits. (RFC 1870 5)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> SIZE=
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> SIZE=-1
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> SIZE=1k
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> SIZE=123456789012345678901
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> SIZE
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> SIZE=0
S: 250 2.1.0 *
