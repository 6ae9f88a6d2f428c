# EHLO and HELO need a name. (RFC 5321 4.1.1.1)
alone
S: 220 office.example *
C: EHLO
S: 501 5.5.4 *
C: HELO
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example>
S: 503 5.5.1 *
