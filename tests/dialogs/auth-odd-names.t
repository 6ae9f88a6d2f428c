# Names that no account can have are refused like a wrong password, and harm nobody. (RFC 4616 2)
account: alice sesame-open
C: AUTH PLAIN {base64 \0\0sesame-open}
S: 5* 5.*
C: AUTH PLAIN {base64 \0alice\0}
S: 5* 5.*
C: AUTH PLAIN {base64 \0alice}
S: 5* 5.*
C: AUTH PLAIN {base64 \0alice\0sesame-open\0}
S: 5* 5.*
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
log not: result=ok
