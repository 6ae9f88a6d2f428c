# LOGIN takes the name as an initial response, as Outlook sends it. (RFC 4954 4)
account: alice sesame-open
C: AUTH LOGIN {base64 alice}
S: 334 {base64 Password:}
C: {base64 sesame-open}
S: 235 2.7.0 *
