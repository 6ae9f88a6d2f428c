# BODY takes 7BIT and 8BITMIME, in any case of letters, and no other value. (RFC 6152 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> BODY=BINARYMIME
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> BODY=9BIT
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> body=7bit
S: 250 2.1.0 *
C: RSET
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example> BODY=8BITMIME SIZE=100
S: 250 2.1.0 *
