# LOGIN asks for name and password. (draft-murchison-sasl-login)
account: alice sesame-open
C: AUTH LOGIN
S: 334 {base64 Username:}
C: {base64 alice}
S: 334 {base64 Password:}
C: {base64 sesame-open}
S: 235 2.7.0 *
log: auth result=ok mechanism=LOGIN user=alice
