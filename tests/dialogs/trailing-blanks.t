# Blanks at the end of a command are no syntax error. (RFC 5321 4.1.1)
settings: networks = 127.0.0.1
C: NOOP  
S: 250 2.0.0 *
C: MAIL FROM:<a@office.example>  
S: 250 2.1.0 *
C: RCPT TO:<b@away.example> 
S: 250 2.1.5 *
C: RSET  
S: 250 2.0.0 *
