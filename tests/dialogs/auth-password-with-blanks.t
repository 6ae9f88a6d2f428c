# A password may hold blanks and octets beyond ASCII. (RFC 4616 2)
account: alice open \ se same  end
C: AUTH PLAIN {base64 \0alice\0open \\ se same  end}
S: 235 2.7.0 *
