# A message with 100 Received fields goes round in a loop. (RFC 5321 6.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C*100: Received: from a.example by b.example; Mon, 3 Mar 2025 10:00:00 +0000
C: 
C: .
S: 554 5.4.6 *
log: refused code=554
