# VRFY neither confirms nor denies what only sendmail knows; EXPN does not either. (RFC 5321 3.5.3, 7.3)
alone
C: VRFY root
S: 252 2.5.0 *
C: VRFY nobody-of-this-name@office.example
S: 252 2.5.0 *
C: EXPN staff
S: 252 2.5.0 *
C: VRFY
S: 501 5.5.4 *
C: EXPN
S: 501 5.5.4 *
