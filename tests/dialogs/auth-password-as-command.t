# A client out of step that sends its token as a command finds it in no log. (DESIGN.md 4)
account: alice sesame-open
C: {base64 \0alice\0sesame-open}
S: 500 5.5.2 *
C: AUTH {base64 \0alice\0sesame-open}
S: 50* 5.5.*
C: {base64 sesame-open}
S: 500 5.5.2 *
