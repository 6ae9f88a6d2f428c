# An account too may use the null sender: its programs send notifications. (RFC 5321 4.5.5)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<>
S: 250 2.1.0 *
