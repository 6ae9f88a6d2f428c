# Who is not root is served whatever user, jail_user and jail say. (DESIGN.md 4)
only: user
settings: user = no-such-user-here
settings: jail_user = no-such-user-here
settings: jail = /nonexistent
C: NOOP
S: 250 2.0.0 *
