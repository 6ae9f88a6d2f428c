# AUTH= is taken with any xtext from anyone, and changes nothing. (RFC 4954 5)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> AUTH=<>
S: 250 2.1.0 *
C: RSET
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example> AUTH=e+3Dmc2@example.com
S: 250 2.1.0 *
C: RSET
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example> AUTH=bad+3gtext
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example> AUTH=
S: 501 5.5.4 *
