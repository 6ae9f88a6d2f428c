/* Writes accounts, also such as `postern` would never make: few iterations, a malformed verifier.
 *
 * account FILE add NAME PASSWORD ITERATIONS [MECHANISM…] | raw NAME VERIFIER | disable NAME
 *
 * With mechanisms the account has a verifier for each, besides that of SCRAM-SHA-256.
 *
 * Runs in: the tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/accounts.h"

static enum verdict change(struct store_change *change, int argc, char **argv)
{
	TEXT(verifiers, VERIFIERS_MAX);
	mechanism_set kept = 0;
	for (int i = 6; i < argc; i++)
		kept |= (mechanism_set)1 << mechanism_named(argv[i], strlen(argv[i]));
	if (argc >= 6 && strcmp(argv[2], "add") == 0 &&
		verifier_make(argv[4], strlen(argv[4]), (unsigned)strtoul(argv[5], NULL, 10), kept,
			&verifiers))
		return accounts_add(change, argv[3], text_string(&verifiers));
	if (argc == 5 && strcmp(argv[2], "raw") == 0)
		return accounts_add(change, argv[3], argv[4]);
	if (argc == 4 && strcmp(argv[2], "disable") == 0)
		return accounts_disable(change, argv[3], true);
	return CANNOT_TELL;
}

int main(int argc, char **argv)
{
	struct store_change store;
	TEXT(fault, 512);
	if (argc < 4 || accounts_change(&store, argv[1], true, getegid(), &fault) != NULL) {
		fprintf(stderr, "account: %s\n", text_string(&fault));
		return 2;
	}
	enum verdict verdict = change(&store, argc, argv);
	return accounts_commit(&store, &fault) != NULL ? 2 : (int)verdict;
}
