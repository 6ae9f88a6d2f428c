# A list's key may stand on several lines, which add up; comments and blank lines are none. (DESIGN.md 4)
settings: networks = 127.5.0.0/16
settings: # a comment
settings: 
settings: networks = 127.6.0.0/16 127.0.0.1
client: 127.6.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
