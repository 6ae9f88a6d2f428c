# No control character has a place in an address or a name. (RFC 5321 4.1.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a\x07@office.example>
S: 501 5.1.7 *
C: MAIL FROM:<"a\x7f"@office.example>
S: 501 5.1.7 *
C: MAIL FROM:<a@office.example> SIZE=1\x1b
S: 501 5.5.4 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away\t.example>
S: 501 5.1.3 *
C: RCPT TO:<"b\x01"@away.example>
S: 501 5.1.3 *
