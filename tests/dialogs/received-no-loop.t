# 90 Received fields are none, and none of them is changed. (RFC 5321 4.4, 6.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C*90: Received: from a.example by b.example; Mon, 3 Mar 2025 10:00:00 +0000
C: 
C: .
S: 250 2.0.0 *
delivered: *
has: Received: from client.example *
has: Received: from a.example by b.example; Mon, 3 Mar 2025 10:00:00 +0000
