# A name over what the domain's 255 octets allow is refused. (RFC 5321 4.5.3.1.2)
alone
S: 220 office.example *
C: EHLO \
C*256: x\
C: 
S: 501 5.5.4 *
C: EHLO \
C*255: x\
C: 
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
