# All 8 bits of the text reach sendmail as they were sent. (RFC 6152 2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> BODY=8BITMIME
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: bits
C: 
C: gr\xc3\xbc\xc3\x9fe \x80\xff\x01\x7f\t\x1b
C: .
S: 250 2.0.0 *
delivered: *
body: gr\xc3\xbc\xc3\x9fe \x80\xff\x01\x7f\t\x1b
