# ETRN and ATRN must not be implemented by a submission server. (RFC 6409 7)
alone
C: ETRN office.example
S: 50* 5.5.*
C: ATRN
S: 50* 5.5.*
C: TURN
S: 50* 5.5.*
