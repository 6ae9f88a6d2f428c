# HELO offers no AUTH, so none is taken. (RFC 4954 3)
account: alice sesame-open
S: 220 office.example *
C: HELO client.example
S: 250 office.example
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 50* 5.5.*
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
