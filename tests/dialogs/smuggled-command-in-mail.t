# A second command hidden behind a bare LF in MAIL is never carried out. (RFC 5321 2.3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>\nRCPT TO:<x@away.example>
S: 501 5.5.2 *CR LF*
C: RCPT TO:<b@away.example>
S: 503 5.5.1 *
