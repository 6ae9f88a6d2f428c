# Mechanisms have any case of letters, and so has the login's name. (RFC 4422 3.1)
account: alice sesame-open
C: auth plain {base64 \0ALICE\0sesame-open}
S: 235 2.7.0 *
log: auth result=ok user=alice
