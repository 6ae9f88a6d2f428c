# The accounts file's own records are no accounts. (DESIGN.md 5)
account: alice sesame-open
C: AUTH PLAIN {base64 \0site\0sesame-open}
S: 535 5.7.8 *
C: AUTH PLAIN {base64 \0@\0sesame-open}
S: 5* 5.*
log not: result=ok
