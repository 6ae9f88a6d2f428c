# What is sent is what sendmail gets: our Received first, then header and body, LF lines. (RFC 5321 4.1.1.4, 4.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Date: Mon, 3 Mar 2025 10:00:00 +0000
C: Message-ID: <1@client.example>
C: From: a@office.example
C: To: b@away.example
C: Subject: hello
C: 
C: one
C: 
C: three
C: .
S: 250 2.0.0 * id *
delivered: -i -oeq -f a@office.example -t
has: Received: from client.example (*[127.0.0.1]*
has: *for <b@away.example>;*
has: Date: Mon, 3 Mar 2025 10:00:00 +0000
has: Message-ID: <1@client.example>
has: From: a@office.example
has: To: b@away.example
has: Subject: hello
body: one
body: 
body: three
log: connect client=127.0.0.1
log: mail rule=network sender=a@office.example
log: relay rule=network sender=a@office.example recipients=1 status=0
log: disconnect reason=quit
